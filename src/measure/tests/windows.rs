//! Windows of the opposite wall, as curtains need them.

use super::super::*;
use super::paint::{CAMERA_CM, bare, knowing, measure, paint, room};
use crate::ade20k::{COUNTER, DOOR, WINDOWPANE};

#[test]
fn a_window_is_measured_where_it_is() {
    for yaw in [0.0, 9.0, -12.0] {
        let room = room([-3.0, 0.5, yaw], 2.8, 1.73, [-0.4, 0.4]);
        // Camera heights: along the wall from the foot of the camera, and above the floor.
        let [left, right, sill, top] = [-0.5, 0.4, 0.6, 1.4];
        let labels = paint(&room, |seen| match seen.on_wall {
            Some([x, h]) if (left..right).contains(&x) && (sill..top).contains(&h) => WINDOWPANE,
            _ => bare(seen),
        });
        let m = measure(&labels, knowing(&room));
        assert_eq!(m.windows.len(), 1, "{m:?}");
        let window = m.windows[0];
        let wall_left = -0.4 * room.distance();
        for (got, wanted) in [
            (window.width_cm, right - left),
            (window.height_cm, top - sill),
            (window.sill_cm.unwrap(), sill),
            (window.left_cm.unwrap(), left - wall_left),
        ] {
            assert!(
                (got - wanted * CAMERA_CM).abs() < 5.0,
                "{window:?} at yaw {yaw}"
            );
        }
    }
}

/// A room whose windows' sills, or worktops, stand at `height`, camera heights.
fn with_low_line(class: u8, height: f64) -> Measurement {
    let room = room([-3.0, 0.5, 4.0], 2.8, 1.73, [-0.45, 0.45]);
    let pieces = [[-0.9, -0.3], [0.2, 0.8]];
    let labels = paint(&room, |seen| match seen.on_wall {
        Some([x, h])
            if pieces
                .iter()
                .any(|[left, right]| (*left..*right).contains(&x)) =>
        {
            let [low, high] = if class == WINDOWPANE {
                [height, 1.5]
            } else {
                [0.0, height]
            };
            if (low..high).contains(&h) {
                class
            } else {
                bare(seen)
            }
        }
        _ => bare(seen),
    });
    measure(&labels, knowing(&room))
}

#[test]
fn sills_and_worktops_check_the_scale_and_do_not_make_it() {
    for (class, kind, usual, odd) in [
        (WINDOWPANE, EvidenceKind::Sill, 0.58, 1.1),
        (COUNTER, EvidenceKind::Counter, 0.6, 0.8),
    ] {
        let m = with_low_line(class, usual);
        let checks: Vec<_> = m.evidence.iter().filter(|e| e.kind == kind).collect();
        assert_eq!(checks.len(), 2, "{m:?}");
        for check in checks {
            assert!(
                (check.ratio - usual).abs() < 0.04 && check.weight == 0.0,
                "{check:?}"
            );
        }
        assert!(!m.warnings.contains(&Warning::ScaleConflict), "{m:?}");
        // Both far too high, alike.
        let m = with_low_line(class, odd);
        assert!(
            m.warnings.contains(&Warning::ScaleConflict),
            "{kind:?}: {m:?}"
        );
    }
}

#[test]
fn a_window_that_the_frame_cuts_says_so_and_has_no_sill_that_was_not_seen() {
    let room = room([-3.0, 0.5, 0.0], 2.8, 1.73, [-0.9, 0.9]);
    let labels = paint(&room, |seen| match seen.on_wall {
        Some([x, h]) if x > 0.4 && (0.6..1.4).contains(&h) => WINDOWPANE,
        Some([x, h]) if (-1.2..-0.4).contains(&x) && (0.6..1.4).contains(&h) => WINDOWPANE,
        _ => bare(seen),
    });
    let m = measure(&labels, knowing(&room));
    let [whole, cut] = m.windows[..] else {
        panic!("two windows: {m:?}");
    };
    assert!(!whole.is_cut && cut.is_cut, "{m:?}");
    assert!(cut.sill_cm.is_some());
    // The wall's left end is out of view: nothing can be measured from it.
    assert!(cut.left_cm.is_none() && whole.left_cm.is_none());
}

#[test]
fn a_door_gives_the_scale_that_priors_leave_open() {
    // A room of 300 cm seen from 172 cm: both priors are wrong, and the door is right.
    let camera_cm = 172.0;
    let room = room([-3.0, 0.0, 5.0], 2.8, 300.0 / camera_cm, [-0.4, 0.4]);
    let door = 204.0 / camera_cm;
    let with = |door_top: f64| {
        let labels = paint(&room, |seen| match seen.on_wall {
            Some([x, h]) if (0.2..0.7).contains(&x) && h < door_top => DOOR,
            _ => bare(seen),
        });
        measure(&labels, Known::default())
    };
    let off = |m: &Measurement| (m.wall_width.unwrap().cm / (camera_cm * room.width()) - 1.0).abs();
    let (plain, scaled) = (with(0.0), with(door));
    assert!(
        off(&scaled) < 0.06 && off(&scaled) < 0.6 * off(&plain),
        "{} {}",
        off(&scaled),
        off(&plain)
    );
    assert!(
        scaled
            .evidence
            .iter()
            .any(|e| e.kind == EvidenceKind::Door && e.weight > 0.3)
    );
}

#[test]
fn half_a_door_is_no_measure() {
    let room = room([-3.0, 0.0, 5.0], 2.8, 1.73, [-0.4, 0.4]);
    // A hatch, as high as a table.
    let labels = paint(&room, |seen| match seen.on_wall {
        Some([x, h]) if (0.2..0.7).contains(&x) && h < 0.6 => DOOR,
        _ => bare(seen),
    });
    let m = measure(&labels, Known::default());
    assert!(m.warnings.contains(&Warning::DoorScaleRejected), "{m:?}");
    assert!(m.evidence.iter().all(|e| e.kind != EvidenceKind::Door));
}
