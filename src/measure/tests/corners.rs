//! Ends of a wall of which the photo's vertical edges know more than the labels.

use nalgebra::Vector3;

use super::super::*;
use super::paint::{CAMERA_CM, SCALE, SIZE, bare, knowing, observe, paint_rays, room, see};
use crate::ade20k::SOFA;

#[test]
fn an_end_whose_base_is_hidden_is_known_better_by_its_edge() {
    let end = 0.62;
    let room = room([-22.0, 0.0, 0.0], 2.2, 1.75, [-0.4, end]);
    // A sofa hides the base of the right half and the corner; the ceiling is out of view.
    let labels = paint_rays(&room, |ray| {
        if ray.z > 0.0 && ray.x > 0.1 * ray.z && ray.y > 0.25 * ray.z {
            SOFA
        } else {
            bare(&see(&room, ray))
        }
    });
    let middle = SIZE.map(|side| f64::from(side * SCALE) / 2.0);
    let at = |height: f64| {
        let point = Vector3::new(end * room.distance(), 1.0 - height, room.distance());
        let [u, v] = room.project(point).unwrap();
        [u + middle[0], v + middle[1]]
    };
    let edge = LineSegment {
        from: at(1.7),
        to: at(0.5),
    };
    let [without, with] = [&[][..], &[edge][..]].map(|segments| {
        let m = estimate(
            EstimatorKind::Box,
            &Observation {
                segments,
                ..observe(&labels, SCALE, knowing(&room))
            },
        );
        m.wall_width.unwrap()
    });
    let truth = CAMERA_CM * room.width();
    let spread = |width: Estimate| width.interval_cm[1] / width.interval_cm[0];
    assert!(spread(with) < 0.8 * spread(without), "{with:?} {without:?}");
    let [low, high] = with.interval_cm;
    assert!(low < truth && truth < high, "{with:?}, {truth}");
}
