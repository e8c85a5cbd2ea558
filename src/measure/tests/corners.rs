//! Ends of a wall of which the photo's vertical edges know more than the labels.

use nalgebra::Vector3;

use super::super::*;
use super::paint::{
    CAMERA_CM, FOCAL_PX, SCALE, SIZE, bare, knowing, observe, paint, paint_rays, room, see,
};
use crate::ade20k::SOFA;

#[test]
fn an_end_whose_base_is_hidden_is_known_better_by_its_edge() {
    let end = 0.62;
    let room = room([-12.0, 0.0, 0.0], 2.2, 1.75, [-0.4, end]);
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
    let gravity = Gravity {
        down: room.attitude().gravity(),
        sigma_pitch: 0.005,
        sigma_roll: 0.005,
    };
    let [without, with] = [&[][..], &[edge][..]].map(|segments| {
        let m = estimate(
            EstimatorKind::Box,
            &Observation {
                segments,
                gravity: Some(gravity),
                ..observe(&labels, SCALE, knowing(&room))
            },
        );
        m.wall_width.unwrap()
    });
    let truth = CAMERA_CM * room.width();
    let spread = |width: Estimate| {
        let [low, high] = width.interval_cm.unwrap();
        high / low
    };
    assert!(spread(with) < spread(without), "{with:?} {without:?}");
    let off = |width: Estimate| (width.cm - truth).abs();
    assert!(off(with) < off(without), "{with:?} {without:?}, {truth}");
}

#[test]
fn a_strip_of_side_wall_that_no_mask_could_show_may_be_there() {
    let half_width = f64::from(SIZE[0] * SCALE) / 2.0;
    let side = half_width / FOCAL_PX;
    let true_room = room([0.0; 3], 2.6, 1.75, [-0.4, 0.985 * side]);
    let overlooked = paint(&room([0.0; 3], 2.6, 1.75, [-0.4, 3.0]), bare);
    let [exact, coarse] = [0.0, 2.0 * half_width / 100.0].map(|mask_cell_px| {
        let m = estimate(
            EstimatorKind::Box,
            &Observation {
                mask_cell_px,
                ..observe(&overlooked, SCALE, knowing(&true_room))
            },
        );
        m.wall_width.unwrap()
    });
    let truth = CAMERA_CM * true_room.width();
    assert!(
        coarse.interval_cm.unwrap()[0] < truth,
        "{coarse:?}, {truth}"
    );
    assert!(coarse.cm < exact.cm, "{coarse:?}, {exact:?}");
}
