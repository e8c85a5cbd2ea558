//! Photos that lack what a measurement usually rests on.

use super::super::*;
use super::paint::{
    CAMERA_CM, SCALE, SIZE, Seen, assert_close, bare, knowing, measure, observe, paint, room,
    size_cm,
};
use crate::ade20k::{FLOOR, MIRROR, SOFA, WALL, WARDROBE, WINDOWPANE};
use crate::geometry::camera::{Gravity, GravitySource};
use crate::geometry::room_box::{
    Hit, Wall,
    parameter::{LN_KNEE, SLOPE},
};
use crate::geometry::side::Side;

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
    let [low, high] = width.interval_cm.unwrap();
    assert!(low < truth && truth < high);
    let [low, high] = m.wall_height.unwrap().interval_cm.unwrap();
    assert!(low < 255.0 && 265.0 < high);
}

#[test]
fn without_a_floor_line_the_ceiling_line_carries_the_width() {
    let room = room([24.0, 0.0, -5.0], 2.2, 1.75, [-0.4, 0.45]);
    let labels = paint(&room, bare);
    assert!(!labels.classes().contains(&FLOOR));
    let m = measure(&labels, Known::default());
    assert_warns(&m, Warning::FloorLineMissing);
    let [low, high] = m.wall_width.unwrap().interval_cm.unwrap();
    let truth = CAMERA_CM * room.width();
    assert!(low < truth && truth < high);
    assert!(
        high / low > 1.2,
        "one line alone is not sure: {low} - {high}"
    );
}

#[test]
fn floor_alone_is_refused() {
    let [width, height] = super::paint::SIZE;
    let cells = (width * height) as usize;
    let labels = LabelMap::new(width, height, vec![FLOOR; cells]).unwrap();
    let m = measure(&labels, Known::default());
    assert_eq!(m, Measurement::refused([Warning::NoWall]));
}

#[test]
fn an_upside_down_picture_keeps_its_gravity() {
    let room = room([-6.0, 1.5, 4.0], 2.2, 1.75, [-0.45, 0.5]);
    let upright = paint(&room, bare);
    let [width, height] = super::paint::SIZE;
    let turned: Vec<_> = upright.classes().iter().rev().copied().collect();
    let turned = LabelMap::new(width, height, turned).unwrap();
    let down = room.attitude().gravity();
    let measure = |labels: &LabelMap, down| {
        let gravity = Some(Gravity {
            down,
            sigma_pitch: 1.5_f64.to_radians(),
            sigma_roll: 0.7_f64.to_radians(),
        });
        estimate(
            EstimatorKind::Box,
            &Observation {
                gravity,
                turns: turns_needed(labels, gravity),
                ..observe(labels, SCALE, knowing(&room))
            },
        )
    };
    let wanted = measure(&upright, down);
    // Gravity as the displayed picture has it, and as a reading that was turned until it pointed down in it.
    for down in [nalgebra::Vector3::new(-down.x, -down.y, down.z), down] {
        let m = measure(&turned, down);
        assert_warns(&m, Warning::PictureTurned);
        assert!(!m.warnings.contains(&Warning::GravityOrientationMismatch));
        assert!(!m.warnings.contains(&Warning::GravityMissing));
        assert_eq!(
            [m.wall_width, m.wall_height],
            [wanted.wall_width, wanted.wall_height]
        );
        let [camera, upright] = [&m, &wanted].map(|m| m.camera.unwrap());
        assert_eq!(camera.gravity_source, GravitySource::Makernote);
        let turned_by = (camera.roll_deg - upright.roll_deg).rem_euclid(360.0);
        assert!((turned_by - 180.0).abs() < 1e-9, "{turned_by}");
        // What is drawn lies on the displayed picture.
        let size = [width, height].map(|cells| f64::from(cells * SCALE));
        let points = |m: &Measurement| m.outline.vanishing_points.clone();
        assert!(!points(&m).is_empty());
        for (shown, upright) in points(&m).into_iter().zip(points(&wanted)) {
            for axis in 0..2 {
                let sum = shown[axis] + upright[axis];
                assert!((sum - size[axis]).abs() < 1e-6 * sum.abs().max(shown[axis].abs()));
            }
        }
    }
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
    // The other wall goes on past the frame; what is in view of it ends where the frame does.
    let beside = m.adjacent_wall.unwrap();
    assert_eq!(beside.side, Side::Right);
    assert!(beside.width_is_lower_bound);
    let ray = room.wall_ray([0.5 * f64::from(SIZE[0] * SCALE), 0.0]);
    let in_view = room.distance() * (1.0 - 1.3 * ray.z / ray.x);
    let seen_cm = beside.visible_width_cm.unwrap();
    assert!(
        (seen_cm / (CAMERA_CM * in_view) - 1.0).abs() < 0.03,
        "{seen_cm} cm of {in_view} camera heights"
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
    // From the middle of the wall the ceiling falls to one side, to the camera's height at the end.
    for side in [-1.0, 1.0] {
        let mut room = room([0.0, 0.0, 2.0], 2.4, 1.7, [-0.5, 0.5]);
        room.0[SLOPE] = side * 0.7 / 1.2;
        room.0[LN_KNEE] = 0.0;
        let m = measure(
            &paint(&room, bare),
            Known {
                camera_height_cm: Some(CAMERA_CM),
                ..Known::default()
            },
        );
        assert_warns(&m, Warning::CeilingNotParallel);
        assert!(!m.warnings.contains(&Warning::NotABox), "{m:?}");
        let lowest = m.min_height_cm.unwrap();
        assert!((lowest / CAMERA_CM - 1.0).abs() < 0.02, "{lowest}");
        assert_close(
            size_cm(&m),
            [CAMERA_CM * room.width(), CAMERA_CM * 1.7],
            0.02,
        );
    }
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
        let [low, high] = m.wall_width.unwrap().interval_cm.unwrap();
        high / low
    };
    assert!(spread(&m) > 1.05 * spread(&plain), "{m:?}");
}
