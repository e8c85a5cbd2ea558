//! Rooms in which a wall hides part of another one.

use super::super::*;
use super::paint::{
    CAMERA_CM, Seen, assert_close, bare, measure, paint, paint_rays, room, see, size_cm,
};
use crate::ade20k::{FLOOR, WINDOWPANE};
use crate::geometry::room_box::Wall;

const TILT_DEG: [f64; 3] = [-3.0, 1.0, 4.0];
const HEIGHT: f64 = 1.72;

/// An L-shaped room: from the tangent `edge` on to the right a wall stands at 2 camera heights, to the left of it one at 3.2.
fn l_shaped(edge: f64) -> LabelMap {
    let near = room(TILT_DEG, 2.0, HEIGHT, [-9.0, 0.5]);
    let far = room(TILT_DEG, 3.2, HEIGHT, [-0.55, 9.0]);
    paint_rays(&near, |ray| {
        let before = if ray.x > edge * ray.z { &near } else { &far };
        bare(&see(before, ray))
    })
}

fn known() -> Known {
    Known {
        camera_height_cm: Some(CAMERA_CM),
        ceiling_height_cm: Some(CAMERA_CM * HEIGHT),
        fov_deg: None,
    }
}

#[test]
fn the_larger_of_two_parallel_walls_is_measured() {
    let m = measure(&l_shaped(-0.2), known());
    assert!(m.warnings.contains(&Warning::NotABox), "{m:?}");
    assert!(!m.width_is_lower_bound, "{m:?}");
    assert_close(
        size_cm(&m),
        [CAMERA_CM * 0.7 * 2.0, CAMERA_CM * HEIGHT],
        0.04,
    );
}

#[test]
fn a_wall_that_goes_on_behind_another_is_a_lower_bound() {
    let m = measure(&l_shaped(0.3), known());
    assert!(m.warnings.contains(&Warning::NotABox), "{m:?}");
    assert!(m.warnings.contains(&Warning::RightEndCut), "{m:?}");
    let visible = m.visible_width_cm.unwrap();
    assert!(
        (visible / (CAMERA_CM * 0.85 * 3.2) - 1.0).abs() < 0.05,
        "{visible}"
    );
    assert!(m.wall_width.unwrap().cm > visible);
}

#[test]
fn a_window_that_goes_on_behind_a_nearer_wall_is_cut() {
    let edge = 0.3;
    let near = room(TILT_DEG, 2.0, HEIGHT, [-9.0, 0.5]);
    let far = room(TILT_DEG, 3.2, HEIGHT, [-0.55, 9.0]);
    // On the far wall, once whole and once up to where the nearer one hides the rest.
    let [whole, hidden] = [0.1, 0.5].map(|to| {
        let labels = paint_rays(&near, |ray| {
            let is_near = ray.x > edge * ray.z;
            let seen = see(if is_near { &near } else { &far }, ray);
            match seen.on_wall {
                Some([x, h])
                    if !is_near && (-0.4..3.2 * to).contains(&x) && (0.6..1.3).contains(&h) =>
                {
                    WINDOWPANE
                }
                _ => bare(&seen),
            }
        });
        let m = measure(&labels, known());
        assert_eq!(m.windows.len(), 1, "{m:?}");
        m.windows[0]
    });
    assert!(!whole.is_cut, "{whole:?}");
    assert!(hidden.is_cut, "{hidden:?}");
}

/// What frays at the border of two labels is narrow, too.
#[test]
fn a_pier_is_not_the_opposite_wall_whatever_hangs_on_it() {
    let [from, to] = [0.1, 0.35];
    let pier = room(TILT_DEG, 1.8, HEIGHT, [from, to]);
    let far = room(TILT_DEG, 3.2, HEIGHT, [-0.5, 0.55]);
    let labels = paint_rays(&far, |ray| {
        let seen = see(&far, ray);
        let before = see(&pier, ray);
        match before.on_wall {
            Some([x, h]) if (0.3..0.5).contains(&x) && (0.7..1.3).contains(&h) => WINDOWPANE,
            Some(_) => bare(&before),
            None if (from..to).contains(&(ray.x / ray.z)) => bare(&before),
            None => bare(&seen),
        }
    });
    let m = measure(&labels, known());
    let width = m.wall_width.unwrap().cm;
    assert!(width > CAMERA_CM * 1.0, "{width}");
    let [low, high] = m.wall_width.unwrap().interval_cm.unwrap();
    assert!(high > CAMERA_CM * 2.0, "{low} to {high}");
}

#[test]
fn a_room_that_shows_through_a_doorway_does_not_part_the_wall() {
    let room = room(TILT_DEG, 2.4, HEIGHT, [-0.5, 0.5]);
    let labels = paint(&room, |seen: &Seen| match seen.on_wall {
        Some([x, h]) if x.abs() < 0.3 && h < 0.4 => FLOOR,
        _ => bare(seen),
    });
    assert_close(
        size_cm(&measure(&labels, known())),
        [CAMERA_CM * room.width(), CAMERA_CM * HEIGHT],
        0.04,
    );
}

#[test]
fn the_steep_line_of_a_near_side_wall_is_no_edge() {
    let room = room(TILT_DEG, 2.4, HEIGHT, [-0.45, 0.1]);
    let labels = paint(&room, bare);
    let m = measure(&labels, known());
    assert!(!m.warnings.contains(&Warning::NotABox), "{m:?}");
    assert_eq!(room.wall_of(room.wall_ray([300.0, 0.0])), Wall::Right);
    assert_close(
        size_cm(&m),
        [CAMERA_CM * room.width(), CAMERA_CM * HEIGHT],
        0.03,
    );
}
