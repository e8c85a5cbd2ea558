//! Pictures that are displayed on their side or upside down: the label map is turned for measuring, and what is drawn is turned back.
//!
//! A photo may have lost its orientation tag. Floor and ceiling say which way is down; where they do not, gravity does.

use super::{Measurement, Warning};
use crate::ade20k::{Surface, surface};
use crate::geometry::camera::{Gravity, ImageSize};
use crate::geometry::quarter_turns::QuarterTurns;
use crate::label_map::LabelMap;

/// Floor and ceiling must fill these shares of the picture to tell, and their middles must be this far apart, as a share of the
/// long side.
const LEAST_SHARE: f64 = 0.03;
const LEAST_GAP: f64 = 0.2;
/// Share of the columns that must have ceiling over wall over floor for a picture to be upright whatever lies beside what.
const LEAST_STACKED: f64 = 0.3;

/// What brings a photo upright that shows `labels` as displayed. Decided once a photo, here: its edges and a field of view that the
/// user gives depend on which way is up, too.
#[must_use]
pub fn turns_needed(labels: &LabelMap, gravity: Option<Gravity>) -> QuarterTurns {
    let by_gravity = gravity.map_or(QuarterTurns::NONE, QuarterTurns::of_gravity);
    // A reading that was fitted to the way the picture is displayed cannot tell that this way is wrong: labels go first.
    let by_labels = from_ceiling_to_floor(labels).map(QuarterTurns::bringing_down);
    let turns = by_labels.unwrap_or(by_gravity);
    if turns != by_gravity && turns.count() != 2 && is_stacked(labels) {
        QuarterTurns::NONE
    } else {
        turns
    }
}

/// The measurement of the picture turned by `turns`, with what refers to pixels as the picture of `size` is displayed.
#[must_use]
pub fn undo(turns: QuarterTurns, mut measurement: Measurement, size: ImageSize) -> Measurement {
    let back = |point: &mut [f64; 2]| *point = turns.displayed(*point, size);
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
        let roll = camera.roll_deg - 90.0 * f64::from(turns.count());
        camera.roll_deg = (roll + 180.0).rem_euclid(360.0) - 180.0;
    }
    measurement.warnings.push(Warning::PictureTurned);
    measurement
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
    use crate::ade20k::{CEILING, WALL};
    use crate::geometry::quarter_turns::tests::labels;

    #[test]
    fn each_turn_is_found_and_undone() {
        for turns in 0..4 {
            // Displayed `turns` clockwise quarter turns short of upright.
            let shown = labels().turned(QuarterTurns::clockwise(4 - turns));
            let needed = turns_needed(&shown, None);
            assert_eq!(needed, QuarterTurns::clockwise(turns));
            assert_eq!(shown.turned(needed), labels());
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
        let needed = |labels: &LabelMap| turns_needed(labels, None);
        assert_eq!(needed(&under(2)), QuarterTurns::clockwise(0));
        // Nothing of an upright ceiling's width is left of a picture on its side.
        assert_eq!(needed(&under(30)), QuarterTurns::clockwise(1));
    }
}
