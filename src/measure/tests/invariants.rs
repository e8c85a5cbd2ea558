//! What must not change a measurement, or change it in a known way.

use super::super::*;
use super::paint::{
    CAMERA_CM, SCALE, assert_close, bare, knowing, measure, measure_as, paint, room, size_cm,
};
use crate::geometry::room_box::RoomBox;

fn rooms() -> [RoomBox; 4] {
    [
        room([0.0, 0.0, 0.0], 2.6, 1.73, [-0.5, 0.45]),
        room([-4.0, 1.0, 9.0], 2.6, 1.7, [-0.38, 0.45]),
        room([5.0, -1.5, -12.0], 3.1, 1.8, [-0.4, 0.35]),
        room([-9.0, 0.5, 4.0], 2.2, 1.65, [-0.5, 0.5]),
    ]
}

fn truth(room: &RoomBox) -> [f64; 2] {
    [room.width(), room.height()].map(|ratio| ratio * CAMERA_CM)
}

#[test]
fn a_clean_box_is_measured_whatever_the_tilt() {
    for room in rooms() {
        let m = measure(&paint(&room, bare), knowing(&room));
        assert_close(size_cm(&m), truth(&room), 0.015);
        assert!(!m.width_is_lower_bound);
    }
}

#[test]
fn scaling_the_camera_height_scales_everything() {
    for room in rooms() {
        let labels = paint(&room, bare);
        let once = measure(&labels, knowing(&room));
        let known = Known {
            camera_height_cm: Some(1.2 * CAMERA_CM),
            ceiling_height_cm: Some(1.2 * CAMERA_CM * room.height()),
            fov_deg: None,
        };
        let scaled = measure(&labels, known);
        assert_close(size_cm(&scaled), size_cm(&once).map(|cm| 1.2 * cm), 0.005);
    }
}

#[test]
fn a_mirrored_photo_has_the_same_size() {
    for room in rooms() {
        let labels = paint(&room, bare);
        let mirrored = (0..labels.height())
            .flat_map(|y| labels.row(y).iter().rev().copied())
            .collect();
        let mirrored = LabelMap::new(labels.width(), labels.height(), mirrored).unwrap();
        let [plain, other] = [&labels, &mirrored].map(|l| measure(l, knowing(&room)));
        assert_close(size_cm(&other), size_cm(&plain), 0.01);
        let yaw = |m: &Measurement| m.camera.unwrap().yaw_deg.unwrap();
        assert!((yaw(&plain) + yaw(&other)).abs() < 1.0);
    }
}

#[test]
fn the_size_of_the_photo_does_not_matter() {
    let room = rooms()[1];
    let labels = paint(&room, bare);
    let [small, large] =
        [1, 3 * SCALE].map(|scale| measure_as(&labels, scale, knowing(&room), EstimatorKind::Box));
    assert_close(size_cm(&large), size_cm(&small), 1e-3);
}

#[test]
fn a_turned_photo_is_measured_like_the_upright_one_and_drawn_as_displayed() {
    let room = rooms()[1];
    let labels = paint(&room, bare);
    let upright = measure(&labels, knowing(&room));
    let (last_x, last_y) = (labels.width() - 1, labels.height() - 1);
    let upside_down = (0..labels.height())
        .flat_map(|y| (0..labels.width()).map(move |x| (x, y)))
        .map(|(x, y)| labels.at(last_x - x, last_y - y))
        .collect();
    let upside_down = LabelMap::new(labels.width(), labels.height(), upside_down).unwrap();
    // The picture's left side is up.
    let on_its_side = (0..labels.width())
        .flat_map(|y| (0..labels.height()).map(move |x| (x, y)))
        .map(|(x, y)| labels.at(last_x - y, x))
        .collect();
    let on_its_side = LabelMap::new(labels.height(), labels.width(), on_its_side).unwrap();
    for turned in [upside_down, on_its_side] {
        let m = measure(&turned, knowing(&room));
        assert!(m.warnings.contains(&Warning::PictureTurned));
        assert_close(size_cm(&m), size_cm(&upright), 1e-6);
        let [width, height] = [turned.width(), turned.height()].map(|n| f64::from(n * SCALE));
        let inside = |p: &[f64; 2]| (0.0..=width).contains(&p[0]) && (0.0..=height).contains(&p[1]);
        assert!(!m.outline.inliers.is_empty() && m.outline.inliers.iter().all(inside));
    }
    assert!(!upright.warnings.contains(&Warning::PictureTurned));
}

#[test]
fn seen_straight_on_it_is_the_predecessors_formula() {
    // The old formula counts wall columns, so that the wall must fill the frame's middle only; its focal length cancels.
    let room = room([0.0, 0.0, 0.0], 2.6, 1.73, [-0.38, 0.38]);
    let labels = paint(&room, |seen| match seen.on_wall {
        None if matches!(seen.hit, crate::geometry::room_box::Hit::Wall(_)) => {
            crate::ade20k::UNKNOWN
        }
        _ => bare(seen),
    });
    let whole = paint(&room, bare);
    let known = Known {
        camera_height_cm: Some(CAMERA_CM),
        ..knowing(&room)
    };
    let old = measure_as(&labels, SCALE, known, EstimatorKind::Predecessor);
    let new = measure(&whole, known);
    assert_close(size_cm(&new), size_cm(&old), 0.04);
}
