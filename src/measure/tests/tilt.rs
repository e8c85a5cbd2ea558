//! What the accelerometer and a photo's vertical edges say of the tilt, alone, together and against each other.

use nalgebra::Vector3;

use super::super::*;
use super::paint::{SCALE, SIZE, bare, knowing, observe, paint, room};
use crate::geometry::attitude::Attitude;
use crate::geometry::camera::{Gravity, GravitySource, LineSegment};
use crate::geometry::room_box::RoomBox;

const TILT_DEG: [f64; 3] = [-6.0, 1.5, 5.0];

/// Upright edges on the opposite wall of `room`, as the photo shows them.
fn edges(room: &RoomBox) -> Vec<LineSegment> {
    let middle = SIZE.map(|side| f64::from(side * SCALE) / 2.0);
    let at = |x: f64, height: f64| {
        let point = Vector3::new(x, 1.0 - height, room.distance());
        let [u, v] = room.project(point).unwrap();
        [u + middle[0], v + middle[1]]
    };
    (-4..=4)
        .map(|i| f64::from(i) * 0.25)
        .map(|x| LineSegment {
            from: at(x, 0.4),
            to: at(x, 1.5),
        })
        .collect()
}

/// A reading that is off by `pitch_off` degrees.
fn reading(pitch_off: f64) -> Gravity {
    let [pitch, roll, _] = TILT_DEG.map(f64::to_radians);
    Gravity {
        down: Attitude {
            pitch: pitch + pitch_off.to_radians(),
            roll,
        }
        .gravity(),
        sigma_pitch: 0.026,
        sigma_roll: 0.012,
    }
}

fn measured(gravity: Option<Gravity>, with_edges: bool) -> Measurement {
    let room = room(TILT_DEG, 2.8, 1.73, [-0.45, 0.45]);
    let labels = paint(&room, bare);
    let segments = if with_edges { edges(&room) } else { Vec::new() };
    estimate(
        EstimatorKind::Box,
        &Observation {
            gravity,
            segments: &segments,
            ..observe(&labels, SCALE, knowing(&room))
        },
    )
}

#[test]
fn whatever_tells_the_tilt_is_named_and_told_right() {
    for (gravity, with_edges, source) in [
        (None, false, GravitySource::Prior),
        (Some(reading(0.0)), false, GravitySource::Makernote),
        (None, true, GravitySource::VerticalVp),
        (Some(reading(1.0)), true, GravitySource::Fused),
    ] {
        let m = measured(gravity, with_edges);
        let camera = m.camera.unwrap();
        assert_eq!(camera.gravity_source, source);
        assert!((camera.pitch_deg - TILT_DEG[0]).abs() < 1.0, "{camera:?}");
        assert!((camera.roll_deg - TILT_DEG[1]).abs() < 0.7, "{camera:?}");
        assert_eq!(m.outline.verticals.is_empty(), !with_edges);
        assert!(!m.warnings.contains(&Warning::GravityConflict), "{m:?}");
        assert_eq!(
            m.warnings.contains(&Warning::GravityMissing),
            gravity.is_none()
        );
    }
}

#[test]
fn a_reading_that_contradicts_the_edges_is_warned_of_and_their_lines_are_not_shown_as_used() {
    let m = measured(Some(reading(14.0)), true);
    assert!(m.warnings.contains(&Warning::GravityConflict), "{m:?}");
    assert!(m.outline.verticals.is_empty());
}
