//! What is known of the camera's tilt before the room is fitted: the accelerometer's word, that of the photo's vertical edges, or both.

use super::Observation;
use crate::geometry::attitude::Attitude;
use crate::geometry::camera::{Focal, Gravity, GravitySource};
use crate::geometry::vanishing;

/// The direction of gravity, if anything tells it, and what speaks for it.
#[derive(Debug, Clone)]
pub struct Tilt {
    /// The direction.
    pub gravity: Option<Gravity>,
    /// Where it comes from.
    pub source: GravitySource,
    /// Accelerometer and edges disagree.
    pub conflict: bool,
    /// Indices of the observation's segments that count as vertical.
    pub verticals: Vec<usize>,
}

/// Readings that differ by more standard deviations than this disagree.
const CONFLICT_SIGMAS: f64 = 3.0;

impl Tilt {
    /// Weighs what `observation` says.
    #[must_use]
    pub fn of(observation: &Observation) -> Self {
        let edges = vanishing::vertical(
            observation.segments,
            observation.image,
            observation.focal.px,
        );
        let (edges, verticals) = match edges {
            Some(found) => (
                Some(blurred(found.gravity, observation.focal)),
                found.inliers,
            ),
            None => (None, Vec::new()),
        };
        let (gravity, source, conflict) = match (observation.gravity, edges) {
            (None, None) => (None, GravitySource::Prior, false),
            (Some(reading), None) => (Some(reading), GravitySource::Makernote, false),
            (None, Some(edges)) => (Some(edges), GravitySource::VerticalVp, false),
            (Some(reading), Some(edges)) => match fuse(reading, edges) {
                Some(fused) => (Some(fused), GravitySource::Fused, false),
                // The accelerometer stands, but it may be that the phone was moving.
                None => (Some(doubted(reading)), GravitySource::Makernote, true),
            },
        };
        let verticals = if conflict { Vec::new() } else { verticals };
        Self {
            gravity,
            source,
            conflict,
            verticals,
        }
    }
}

/// The mean of two readings, weighted by their precisions; `None` where they disagree.
fn fuse(a: Gravity, b: Gravity) -> Option<Gravity> {
    let [ta, tb] = [a, b].map(|g| Attitude::from_gravity(g.down));
    let mean = |x: f64, sx: f64, y: f64, sy: f64| {
        let (wx, wy) = (1.0 / (sx * sx), 1.0 / (sy * sy));
        ((x - y).abs() < CONFLICT_SIGMAS * sx.hypot(sy))
            .then(|| ((wx * x + wy * y) / (wx + wy), (1.0 / (wx + wy)).sqrt()))
    };
    let (pitch, sigma_pitch) = mean(ta.pitch, a.sigma_pitch, tb.pitch, b.sigma_pitch)?;
    let (roll, sigma_roll) = mean(ta.roll, a.sigma_roll, tb.roll, b.sigma_roll)?;
    Some(Gravity {
        down: Attitude { pitch, roll }.gravity(),
        sigma_pitch,
        sigma_roll,
    })
}

/// A direction that was read off the picture with a focal length: an error of that is one of the pitch, in proportion to it.
fn blurred(gravity: Gravity, focal: Focal) -> Gravity {
    let (sin, cos) = Attitude::from_gravity(gravity.down).pitch.sin_cos();
    Gravity {
        sigma_pitch: gravity.sigma_pitch.hypot(sin * cos * focal.sigma_ln),
        ..gravity
    }
}

fn doubted(gravity: Gravity) -> Gravity {
    Gravity {
        sigma_pitch: 3.0 * gravity.sigma_pitch,
        sigma_roll: 3.0 * gravity.sigma_roll,
        ..gravity
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(pitch: f64, sigma: f64) -> Gravity {
        Gravity {
            down: Attitude { pitch, roll: 0.0 }.gravity(),
            sigma_pitch: sigma,
            sigma_roll: sigma,
        }
    }

    #[test]
    fn readings_that_agree_are_averaged_and_surer() {
        let fused = fuse(at(0.10, 0.02), at(0.12, 0.02)).unwrap();
        let pitch = Attitude::from_gravity(fused.down).pitch;
        assert!((pitch - 0.11).abs() < 1e-9 && fused.sigma_pitch < 0.015);
    }

    #[test]
    fn readings_that_disagree_are_not() {
        assert!(fuse(at(0.0, 0.02), at(0.2, 0.02)).is_none());
    }
}
