//! Quarter turns of a picture and of what refers to its pixels.

use nalgebra::Vector3;

use super::camera::{Gravity, ImageSize, LineSegment};

/// Clockwise quarter turns that bring a displayed picture upright.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuarterTurns(u8);

/// Gravity tells the way up when this much of it lies in the picture's plane.
const LEAST_IN_PLANE: f64 = 0.5;
/// How much more a direction must be across or up than down before the picture is turned.
const CLEARLY: f64 = 1.5;

impl QuarterTurns {
    /// The picture is upright.
    pub const NONE: Self = Self(0);

    /// `count` clockwise quarter turns.
    #[must_use]
    pub const fn clockwise(count: u8) -> Self {
        Self(count % 4)
    }

    /// How many, 0 to 3.
    #[must_use]
    pub const fn count(self) -> u8 {
        self.0
    }

    /// Whether the picture stays as it is.
    #[must_use]
    pub const fn is_none(self) -> bool {
        self.0 == 0
    }

    /// What turns the upright picture back to how it is displayed.
    #[must_use]
    pub const fn back(self) -> Self {
        Self::clockwise(4 - self.0)
    }

    /// What brings `down`, a direction of the displayed picture, to its lower side; none where it is not clearly elsewhere.
    #[must_use]
    pub fn bringing_down([x, y]: [f64; 2]) -> Self {
        if y < 0.0 && -y > CLEARLY * x.abs() {
            Self(2)
        } else if x.abs() <= CLEARLY * y.abs() {
            Self(0)
        } else if x > 0.0 {
            // Down is to the right: a clockwise turn brings it to the lower side.
            Self(1)
        } else {
            Self(3)
        }
    }

    /// What `gravity` says.
    #[must_use]
    pub fn of_gravity(gravity: Gravity) -> Self {
        let down = gravity.down;
        if down.x.hypot(down.y) > LEAST_IN_PLANE {
            Self::bringing_down([down.x, down.y])
        } else {
            Self::NONE
        }
    }

    /// Width and height of a turned picture, of the displayed one's.
    #[must_use]
    pub const fn sides<T: Copy>(self, [width, height]: [T; 2]) -> [T; 2] {
        if self.0.is_multiple_of(2) {
            [width, height]
        } else {
            [height, width]
        }
    }

    /// The size of a turned picture.
    #[must_use]
    pub const fn size(self, ImageSize { width, height }: ImageSize) -> ImageSize {
        let [width, height] = self.sides([width, height]);
        ImageSize { width, height }
    }

    /// The cells of a turned picture, row-major, of the displayed one's, which has `width` columns and `height` rows.
    ///
    /// # Panics
    /// When there are fewer cells than that.
    #[must_use]
    pub fn cells<T: Copy>(self, cells: &[T], [width, height]: [usize; 2]) -> Vec<T> {
        let [columns, rows] = self.sides([width, height]);
        let at = |x: usize, y: usize| match self.0 {
            1 => (height - 1 - x) * width + y,
            2 => (height - 1 - y) * width + (width - 1 - x),
            3 => x * width + (width - 1 - y),
            _ => y * width + x,
        };
        (0..rows)
            .flat_map(|y| (0..columns).map(move |x| (x, y)))
            .map(|(x, y)| cells[at(x, y)])
            .collect()
    }

    /// Gravity, of the displayed picture, in the turned picture's camera frame.
    #[must_use]
    pub fn turn_gravity(self, gravity: Gravity) -> Gravity {
        let [x, y, z] = gravity.down.into();
        let down = match self.0 {
            1 => Vector3::new(-y, x, z),
            2 => Vector3::new(-x, -y, z),
            3 => Vector3::new(y, -x, z),
            _ => gravity.down,
        };
        Gravity { down, ..gravity }
    }

    /// Gravity in the turned picture's camera frame; `None` where it would point to a side of it rather than down.
    ///
    /// A phone's reading has been turned by whole quarters until it points down in the picture as displayed. Where the picture is
    /// displayed upside down, such a reading is the upright picture's already: both have the same sides, and only one turn makes
    /// it point down.
    #[must_use]
    pub fn gravity(self, gravity: Gravity) -> Option<Gravity> {
        let already = self.0 == 2 && gravity.down.y > 0.0;
        let turned = if already {
            gravity
        } else {
            self.turn_gravity(gravity)
        };
        (turned.down.y > turned.down.x.abs()).then_some(turned)
    }

    /// A segment of the picture of `size`, turned.
    #[must_use]
    pub fn segment(self, segment: LineSegment, size: ImageSize) -> LineSegment {
        // What turns forwards is what the opposite turns bring back.
        let (opposite, turned) = (self.back(), self.size(size));
        LineSegment {
            from: opposite.displayed(segment.from, turned),
            to: opposite.displayed(segment.to, turned),
        }
    }

    /// The point of the displayed picture of `size` that lies at `point` of the turned one, px.
    #[must_use]
    pub fn displayed(self, [x, y]: [f64; 2], size: ImageSize) -> [f64; 2] {
        let (width, height) = (f64::from(size.width), f64::from(size.height));
        match self.0 {
            1 => [y, height - x],
            2 => [width - x, height - y],
            3 => [width - y, x],
            _ => [x, y],
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::ade20k::{CEILING, FLOOR, WALL};
    use crate::label_map::LabelMap;

    /// Ceiling above, floor below, a wall between; wider than high, and not symmetric.
    pub(crate) fn labels() -> LabelMap {
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

    #[test]
    fn down_decides_the_turn_where_it_is_clearly_elsewhere() {
        let ways = [
            ([0.1, 0.9], 0),
            ([0.9, 0.2], 1),
            ([0.1, -0.9], 2),
            ([-0.9, 0.2], 3),
            ([0.7, 0.7], 0),
        ];
        for (down, turns) in ways {
            assert_eq!(
                QuarterTurns::bringing_down(down),
                QuarterTurns(turns),
                "{down:?}"
            );
        }
    }

    #[test]
    fn a_turn_and_its_back_leave_the_labels() {
        for turns in (0..4).map(QuarterTurns) {
            let turned = labels().turned(turns);
            assert_eq!(turned == labels(), turns.is_none());
            assert_eq!(turned.turned(turns.back()), labels());
        }
    }

    #[test]
    fn points_gravity_and_labels_turn_alike() {
        let size = ImageSize {
            width: 40,
            height: 30,
        };
        for turns in (0..4).map(QuarterTurns) {
            let turned = labels().turned(turns);
            let point = [16.5, 26.5];
            let [x, y] = turns.displayed(point, size);
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
