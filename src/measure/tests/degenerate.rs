//! Photos that lack what a measurement usually rests on.

use super::super::*;
use super::paint::{CAMERA_CM, Seen, assert_close, bare, knowing, measure, paint, room, size_cm};
use crate::ade20k::{FLOOR, MIRROR, SOFA, WALL, WARDROBE, WINDOWPANE};
use crate::geometry::room_box::{Hit, Wall};

#[track_caller]
fn assert_warns(m: &Measurement, warning: Warning) {
    assert!(m.warnings.contains(&warning), "{warning:?}: {m:?}");
}

#[test]
fn without_a_ceiling_line_the_height_is_the_usual_one() {
    let room = room([-22.0, 0.0, 5.0], 2.2, 1.75, [-0.4, 0.45]);
    let labels = paint(&room, bare);
    assert!(!labels.classes().contains(&crate::ade20k::CEILING));
    let m = measure(&labels, Known::default());
    assert_warns(&m, Warning::CeilingLineMissing);
    assert_warns(&m, Warning::HeightFromPrior);
    let width = m.wall_width.unwrap();
    let truth = CAMERA_CM * room.width();
    assert!(width.interval_cm[0] < truth && truth < width.interval_cm[1]);
    let [low, high] = m.wall_height.unwrap().interval_cm;
    assert!(low < 255.0 && 265.0 < high);
}

#[test]
fn without_a_floor_line_the_ceiling_line_carries_the_width() {
    let room = room([24.0, 0.0, -5.0], 2.2, 1.75, [-0.4, 0.45]);
    let labels = paint(&room, bare);
    assert!(!labels.classes().contains(&FLOOR));
    let m = measure(&labels, Known::default());
    assert_warns(&m, Warning::FloorLineMissing);
    let [low, high] = m.wall_width.unwrap().interval_cm;
    let truth = CAMERA_CM * room.width();
    assert!(low < truth && truth < high);
    assert!(
        high / low > 1.2,
        "one line alone is not sure: {low} - {high}"
    );
}

#[test]
fn a_wall_too_far_off_is_refused() {
    // 25 camera heights away: its base lies 2 degrees under the horizon.
    let room = room([0.0, 0.0, 0.0], 25.0, 1.75, [-0.3, 0.3]);
    let m = measure(&paint(&room, bare), Known::default());
    assert_eq!(m.wall_width, None, "{m:?}");
    assert_warns(&m, Warning::LowConfidence);
}

#[test]
fn in_a_corner_the_more_frontal_wall_is_measured() {
    // The camera looks into the right corner, 38 degrees off the wall on the left.
    let room = room([-3.0, 0.0, 38.0], 1.9, 1.73, [-0.6, 1.3]);
    let m = measure(&paint(&room, bare), knowing(&room));
    assert_warns(&m, Warning::MultipleWalls);
    assert!(
        (m.camera.unwrap().yaw_deg.unwrap() - 38.0).abs() < 3.0,
        "{m:?}"
    );
}

#[test]
fn in_a_tie_the_wall_with_the_window_is_measured() {
    let room = room([-3.0, 0.0, 44.0], 1.9, 1.73, [-0.35, 1.0]);
    let windows = |on: Wall| {
        paint(&room, move |seen| match seen.hit {
            // The far wall's window by its place, the side wall's by filling it.
            Hit::Wall(wall)
                if wall == on
                    && (wall == Wall::Right
                        || seen
                            .on_wall
                            .is_some_and(|[x, h]| x > 0.2 && (0.6..1.3).contains(&h))) =>
            {
                WINDOWPANE
            }
            _ => bare(seen),
        })
    };
    let yaw = |labels: &LabelMap| {
        measure(labels, knowing(&room))
            .camera
            .unwrap()
            .yaw_deg
            .unwrap()
    };
    assert!((yaw(&windows(Wall::Opposite)) - 44.0).abs() < 3.0);
    assert!((yaw(&windows(Wall::Right)) + 46.0).abs() < 3.0);
}

#[test]
fn a_roof_s_slope_is_no_ceiling_line() {
    let room = room([0.0, 0.0, 2.0], 2.4, 1.7, [-0.5, 0.5]);
    // From the middle of the wall the ceiling falls to the right, to 1.0 at the end.
    let top = |x: f64| 1.7 - 0.7 * (x / 1.2).max(0.0);
    let labels = paint(&room, |seen| match seen.on_wall {
        Some([x, h]) if h > top(x) => crate::ade20k::CEILING,
        _ => bare(seen),
    });
    let m = measure(
        &labels,
        Known {
            camera_height_cm: Some(CAMERA_CM),
            ..Known::default()
        },
    );
    assert_warns(&m, Warning::CeilingNotParallel);
    let lowest = m.min_height_cm.unwrap();
    assert!((lowest / CAMERA_CM - 1.0).abs() < 0.06, "{lowest}");
    assert_close(
        size_cm(&m),
        [CAMERA_CM * room.width(), CAMERA_CM * 1.7],
        0.06,
    );
}

#[test]
fn a_base_behind_furniture_is_said_so() {
    let room = room([-4.0, 0.0, 6.0], 2.4, 1.72, [-0.5, 0.5]);
    let labels = paint(&room, |seen: &Seen| match (seen.hit, seen.on_wall) {
        (_, Some([_, h])) if h < 0.45 => SOFA,
        (Hit::Wall(_), None) => WARDROBE,
        _ => bare(seen),
    });
    let m = measure(&labels, Known::default());
    assert_warns(&m, Warning::FloorLineOccluded);
}

#[test]
fn a_mirror_may_stand_for_the_wall() {
    let room = room([0.0, 0.0, 6.0], 2.4, 1.72, [-0.5, 0.5]);
    let labels = paint(&room, |seen| match seen.on_wall {
        Some([x, h]) if x.abs() < 0.9 && (0.1..1.5).contains(&h) => MIRROR,
        _ => bare(seen),
    });
    assert_warns(
        &measure(&labels, Known::default()),
        Warning::MirrorOrWindowAmbiguity,
    );
}

#[test]
fn a_partition_is_no_box_and_makes_less_sure() {
    let room = room([-4.0, 0.0, 6.0], 2.4, 1.72, [-0.5, 0.5]);
    let plain = measure(&paint(&room, bare), Known::default());
    // A second room shows beside a wall that ends in the middle: its floor goes on, and its ceiling is lower.
    let labels = paint(&room, |seen| match seen.on_wall {
        Some([x, h]) if x > 0.0 && h < 0.45 => FLOOR,
        Some([x, h]) if x > 0.0 && h > 1.2 => crate::ade20k::CEILING,
        Some(_) => WALL,
        None => bare(seen),
    });
    let m = measure(&labels, Known::default());
    assert_warns(&m, Warning::NotABox);
    let spread = |m: &Measurement| {
        let [low, high] = m.wall_width.unwrap().interval_cm;
        high / low
    };
    assert!(spread(&m) > 1.05 * spread(&plain), "{m:?}");
}
