//! Pictures that are displayed on their side or upside down: the label map is turned for measuring, and what is drawn is turned back.
//!
//! A photo may have lost its orientation tag. Floor and ceiling say which way is down; where they do not, gravity does.

use nalgebra::Vector3;

use super::{Measurement, Observation, Warning};
use crate::ade20k::{Surface, surface};
use crate::geometry::camera::{Gravity, ImageSize, LineSegment};
use crate::label_map::LabelMap;

/// Clockwise quarter turns that bring the picture upright.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuarterTurns(u8);

/// Gravity tells the way up when this much of it lies in the picture's plane.
const LEAST_IN_PLANE: f64 = 0.5;
/// Floor and ceiling must fill these shares of the picture to tell, and their middles must be this far apart, as a share of the
/// long side.
const LEAST_SHARE: f64 = 0.03;
const LEAST_GAP: f64 = 0.2;
/// How much more a direction must be across or up than down before the picture is turned.
const CLEARLY: f64 = 1.5;
/// Share of the columns that must have ceiling over wall over floor for a picture to be upright whatever lies beside what.
const LEAST_STACKED: f64 = 0.3;

impl QuarterTurns {
    /// Whether the picture stays as it is.
    #[must_use]
    pub fn is_none(self) -> bool {
        self.0 == 0
    }

    /// What brings `observation` upright.
    #[must_use]
    pub fn needed(observation: &Observation) -> Self {
        // A reading that was fitted to the way the picture is displayed cannot tell that this way is wrong: labels go first.
        let down = from_ceiling_to_floor(observation.labels).or_else(|| {
            let down = observation.gravity?.down;
            (down.x.hypot(down.y) > LEAST_IN_PLANE).then_some([down.x, down.y])
        });
        let Some([x, y]) = down else {
            return Self(0);
        };
        if y >= 0.0 && CLEARLY * y >= x.abs() {
            Self(0)
        } else if y < 0.0 && -y > CLEARLY * x.abs() {
            Self(2)
        } else if x.abs() <= CLEARLY * y.abs() || is_stacked(observation.labels) {
            Self(0)
        } else if x > 0.0 {
            // Down is to the right: a clockwise turn brings it to the lower side.
            Self(1)
        } else {
            Self(3)
        }
    }

    /// The label map, turned.
    #[must_use]
    pub fn labels(self, labels: &LabelMap) -> Option<LabelMap> {
        let ImageSize { width, height } = self.size(ImageSize {
            width: labels.width(),
            height: labels.height(),
        });
        let (last_x, last_y) = (labels.width() - 1, labels.height() - 1);
        let classes = (0..height)
            .flat_map(|y| (0..width).map(move |x| (x, y)))
            .map(|(x, y)| match self.0 {
                1 => labels.at(y, last_y - x),
                2 => labels.at(last_x - x, last_y - y),
                3 => labels.at(last_x - y, x),
                _ => labels.at(x, y),
            })
            .collect();
        LabelMap::new(width, height, classes).ok()
    }

    /// The size of a turned picture.
    #[must_use]
    pub fn size(self, size: ImageSize) -> ImageSize {
        if self.0.is_multiple_of(2) {
            size
        } else {
            ImageSize {
                width: size.height,
                height: size.width,
            }
        }
    }

    /// Gravity in the turned picture's camera frame; `None` where it would point to a side of it rather than down.
    ///
    /// A phone's reading has been turned by whole quarters until it points down in the picture as displayed. Where the picture is
    /// displayed upside down, such a reading is the upright picture's already: both have the same sides, and only one turn makes
    /// it point down.
    #[must_use]
    pub fn gravity(self, gravity: Gravity) -> Option<Gravity> {
        let [x, y, z] = gravity.down.into();
        let down = match self.0 {
            1 => Vector3::new(-y, x, z),
            2 if y < 0.0 => Vector3::new(-x, -y, z),
            3 => Vector3::new(y, -x, z),
            _ => gravity.down,
        };
        (down.y > down.x.abs()).then_some(Gravity { down, ..gravity })
    }

    /// A segment of the picture of `size`, turned.
    #[must_use]
    pub fn segment(self, segment: LineSegment, size: ImageSize) -> LineSegment {
        // What turns forwards is what the opposite turns bring back.
        let opposite = Self((4 - self.0) % 4);
        let turned = self.size(size);
        LineSegment {
            from: opposite.back(segment.from, turned),
            to: opposite.back(segment.to, turned),
        }
    }

    /// The point of the displayed picture of `size` that lies at `point` of the turned one, px.
    fn back(self, [x, y]: [f64; 2], size: ImageSize) -> [f64; 2] {
        let (width, height) = (f64::from(size.width), f64::from(size.height));
        match self.0 {
            1 => [y, height - x],
            2 => [width - x, height - y],
            3 => [width - y, x],
            _ => [x, y],
        }
    }

    /// The measurement of the turned picture, with what refers to pixels as the picture of `size` is displayed.
    #[must_use]
    pub fn undo(self, mut measurement: Measurement, size: ImageSize) -> Measurement {
        let back = |point: &mut [f64; 2]| *point = self.back(*point, size);
        let outline = &mut measurement.outline;
        outline.wall.iter_mut().for_each(back);
        outline.inliers.iter_mut().for_each(back);
        outline.outliers.iter_mut().for_each(back);
        outline.vanishing_points.iter_mut().for_each(back);
        for line in (outline.edges.iter_mut())
            .chain(&mut outline.verticals)
            .chain(&mut outline.horizon)
        {
            line.iter_mut().for_each(back);
        }
        if let Some(camera) = &mut measurement.camera {
            // Turning clockwise added this to the content's turn.
            let roll = camera.roll_deg - 90.0 * f64::from(self.0);
            camera.roll_deg = (roll + 180.0).rem_euclid(360.0) - 180.0;
        }
        measurement.warnings.push(Warning::PictureTurned);
        measurement
    }
}

/// The direction from the ceiling's middle to the floor's, or from or to the walls' where one of the two is missing; shares of the
/// long side. `None` when too little is seen of them.
fn from_ceiling_to_floor(labels: &LabelMap) -> Option<[f64; 2]> {
    let mut sums = [(0.0, 0.0, 0.0); 3];
    for y in 0..labels.height() {
        for (x, class) in labels.row(y).iter().enumerate() {
            let index = match surface(*class) {
                Surface::Ceiling => 0,
                Surface::Floor => 1,
                Surface::Wall => 2,
                _ => continue,
            };
            let sum = &mut sums[index];
            *sum = (sum.0 + 1.0, sum.1 + x as f64, sum.2 + f64::from(y));
        }
    }
    let cells = f64::from(labels.width()) * f64::from(labels.height());
    let [ceiling, floor, wall] =
        sums.map(|(n, x, y)| (n > LEAST_SHARE * cells).then(|| [x / n, y / n]));
    let long = f64::from(labels.width().max(labels.height()));
    let (from, to) = match (ceiling, floor) {
        (Some(ceiling), Some(floor)) => (ceiling, floor),
        (Some(ceiling), None) => (ceiling, wall?),
        (None, Some(floor)) => (wall?, floor),
        (None, None) => return None,
    };
    let way = [(to[0] - from[0]) / long, (to[1] - from[1]) / long];
    (way[0].hypot(way[1]) > LEAST_GAP).then_some(way)
}

/// Whether most columns that tell have ceiling over wall over floor. A picture on its side shows walls on both sides of its ceiling
/// and its floor; under a roof, the ceiling's middle may lie beside that of the walls, but above them all the same.
fn is_stacked(labels: &LabelMap) -> bool {
    let rank = |class| match surface(class) {
        Surface::Ceiling => Some(0),
        Surface::Wall => Some(1),
        Surface::Floor => Some(2),
        _ => None,
    };
    let (mut stacked, mut mixed) = (0, 0);
    for x in 0..labels.width() {
        let ranks = (0..labels.height()).filter_map(|y| rank(labels.at(x, y)));
        let mut changes: Vec<i32> = ranks.collect();
        changes.dedup();
        if changes.len() > 1 && changes.is_sorted() {
            stacked += 1;
        } else if changes.len() > 1 {
            mixed += 1;
        }
    }
    stacked > mixed && f64::from(stacked) > LEAST_STACKED * f64::from(labels.width())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ade20k::{CEILING, FLOOR, WALL};

    /// Ceiling above, floor below, a wall between; wider than high, and not symmetric.
    fn labels() -> LabelMap {
        let classes = (0..30_u32)
            .flat_map(|y| (0..40_u32).map(move |x| (x, y)))
            .map(|(x, y)| match y {
                0..8 if x > 3 => CEILING,
                0..22 => WALL,
                _ => FLOOR,
            })
            .collect();
        LabelMap::new(40, 30, classes).unwrap()
    }

    /// What brings a photo without gravity upright that shows `labels`.
    fn needed(labels: &LabelMap) -> QuarterTurns {
        QuarterTurns::needed(&Observation {
            labels,
            image: ImageSize {
                width: 10 * labels.width(),
                height: 10 * labels.height(),
            },
            focal: crate::geometry::camera::Focal {
                px: 300.0,
                sigma_ln: 0.02,
                source: crate::geometry::camera::FocalSource::Default,
            },
            gravity: None,
            segments: &[],
            known: super::super::Known::default(),
        })
    }

    #[test]
    fn each_turn_is_found_and_undone() {
        for turns in 0..4 {
            // Displayed `turns` clockwise quarter turns short of upright.
            let shown = QuarterTurns((4 - turns) % 4).labels(&labels()).unwrap();
            let needed = needed(&shown);
            assert_eq!(needed, QuarterTurns(turns));
            assert_eq!(needed.labels(&shown).unwrap(), labels());
        }
    }

    #[test]
    fn a_roof_beside_a_wall_turns_nothing() {
        let under = |slope: u32| {
            let cells = (0..30_u32).flat_map(|y| (0..40_u32).map(move |x| (x, y)));
            let classes = cells.map(|(x, y)| {
                if slope * x + y < 20 * slope {
                    CEILING
                } else {
                    WALL
                }
            });
            LabelMap::new(40, 30, classes.collect()).unwrap()
        };
        assert_eq!(needed(&under(2)), QuarterTurns(0));
        // Nothing of an upright ceiling's width is left of a picture on its side.
        assert_eq!(needed(&under(30)), QuarterTurns(1));
    }

    #[test]
    fn points_gravity_and_labels_turn_alike() {
        let size = ImageSize {
            width: 40,
            height: 30,
        };
        for turns in (0..4).map(QuarterTurns) {
            let turned = turns.labels(&labels()).unwrap();
            let point = [16.5, 26.5];
            let [x, y] = turns.back(point, size);
            assert_eq!(turned.at(16, 26), labels().at(x as u32, y as u32));
            let segment = LineSegment {
                from: [x, y],
                to: [20.0, 15.0],
            };
            let there = turns.segment(segment, size);
            assert_eq!(there.from, point);
            // From the middle of the picture, a point and a direction turn alike.
            let middle = [
                f64::from(turns.size(size).width) / 2.0,
                f64::from(turns.size(size).height) / 2.0,
            ];
            let before = Vector3::new(x - 20.0, y - 15.0, 3.0);
            let after = Vector3::new(point[0] - middle[0], point[1] - middle[1], 3.0);
            let reading = Gravity {
                down: before,
                sigma_pitch: 0.0,
                sigma_roll: 0.0,
            };
            let turned = turns.gravity(reading).unwrap();
            assert!((turned.down - after).norm() < 1e-9);
        }
    }
}
