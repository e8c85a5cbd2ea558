//! The direction of gravity from near-vertical line segments: where they converge.
//!
//! A segment and the camera's centre span a plane. If the segment is vertical in the room, the plane contains gravity, so gravity is
//! at right angles to its normal. Pairs of segments propose directions, all segments vote, and the winner is refined.

use nalgebra::{Matrix2, Vector2, Vector3};

use super::attitude::Attitude;
use super::camera::{Gravity, ImageSize, LineSegment};

/// Segments agree with a direction within this angle, radians (1 degree), and half of it is how far they usually are off.
const AGREEMENT: f64 = 0.0175;
/// The error of a segment's ends across it, share of the picture's long side.
const END_SIGMA: f64 = 0.0007;
/// A pair proposes a direction only where the camera would be tilted by less, radians (26 and 9 degrees of pitch and roll);
/// refining the winner may go beyond.
const MOST_PITCH: f64 = 0.45;
const MOST_ROLL: f64 = 0.15;
/// What is asked of a direction: segments, their length together in long sides, and their share of all length.
const LEAST_SEGMENTS: usize = 4;
const LEAST_LENGTH: f64 = 0.8;
const LEAST_CONSENSUS: f64 = 0.45;
/// Segments from which pairs are drawn, the longest ones.
const PROPOSERS: usize = 30;
/// No direction is surer than this, radians: lenses distort, and walls lean.
const LEAST_SIGMA_PITCH: f64 = 0.017;
const LEAST_SIGMA_ROLL: f64 = 0.007;

/// Gravity and the segments that it rests on.
#[derive(Debug, Clone)]
pub struct VerticalVanishing {
    /// The direction, with its uncertainty.
    pub gravity: Gravity,
    /// Indices of the segments that converge in it.
    pub inliers: Vec<usize>,
}

struct Plane {
    normal: Vector3<f64>,
    length: f64,
    sigma: f64,
    index: usize,
}

/// Finds the vertical vanishing point of `segments`, px of a picture of `size` with the focal length `focal_px`; `None` where too few
/// agree.
#[must_use]
pub fn vertical(
    segments: &[LineSegment],
    size: ImageSize,
    focal_px: f64,
) -> Option<VerticalVanishing> {
    let long = f64::from(size.width.max(size.height));
    let mut planes = planes(segments, size, focal_px, long);
    planes.sort_by(|a, b| b.length.total_cmp(&a.length));
    let all: f64 = planes.iter().map(|p| p.length).sum();
    let proposers = planes.len().min(PROPOSERS);
    let best = (0..proposers)
        .flat_map(|i| (0..i).map(move |j| (i, j)))
        .filter_map(|(i, j)| {
            let down = planes[i]
                .normal
                .cross(&planes[j].normal)
                .try_normalize(1e-6)?;
            let down = if down.y < 0.0 { -down } else { down };
            let tilt = Attitude::from_gravity(down);
            (tilt.pitch.abs() < MOST_PITCH && tilt.roll.abs() < MOST_ROLL)
                .then(|| (votes(&planes, &down), tilt))
        })
        .max_by(|a, b| a.0.total_cmp(&b.0))?
        .1;
    let (tilt, information) = refine(&planes, best);
    let down = tilt.gravity();
    let inliers: Vec<&Plane> = planes
        .iter()
        .filter(|p| p.normal.dot(&down).abs() < AGREEMENT.hypot(p.sigma))
        .collect();
    let length: f64 = inliers.iter().map(|p| p.length).sum();
    if inliers.len() < LEAST_SEGMENTS
        || length < LEAST_LENGTH * long
        || length < LEAST_CONSENSUS * all
    {
        return None;
    }
    let covariance = information.try_inverse()?;
    Some(VerticalVanishing {
        gravity: Gravity {
            down,
            sigma_pitch: covariance[(0, 0)].max(0.0).sqrt().max(LEAST_SIGMA_PITCH),
            sigma_roll: covariance[(1, 1)].max(0.0).sqrt().max(LEAST_SIGMA_ROLL),
        },
        inliers: inliers.iter().map(|p| p.index).collect(),
    })
}

/// How much of the `segments`, px of a picture of `size` with the focal length `focal_px`, is vertical if gravity is as given: their
/// length in long sides of the picture, each weighed by how well it agrees.
#[must_use]
pub fn agreeing(segments: &[LineSegment], size: ImageSize, focal_px: f64, gravity: Gravity) -> f64 {
    let long = f64::from(size.width.max(size.height));
    votes(&planes(segments, size, focal_px, long), &gravity.down) / long
}

/// Length, px, of the planes that contain `down`, each weighed by how well it does.
fn votes(planes: &[Plane], down: &Vector3<f64>) -> f64 {
    planes
        .iter()
        .map(|p| {
            let off = p.normal.dot(down) / AGREEMENT.hypot(p.sigma);
            p.length * (1.0 - off * off).max(0.0)
        })
        .sum()
}

fn planes(segments: &[LineSegment], size: ImageSize, focal_px: f64, long: f64) -> Vec<Plane> {
    let [cx, cy] = [size.width, size.height].map(|n| f64::from(n) / 2.0);
    let ray = |[x, y]: [f64; 2]| Vector3::new(x - cx, y - cy, focal_px);
    segments
        .iter()
        .enumerate()
        .filter_map(|(index, s)| {
            let length = (s.to[0] - s.from[0]).hypot(s.to[1] - s.from[1]);
            let normal = ray(s.from).cross(&ray(s.to)).try_normalize(1e-9)?;
            let sigma = (0.5 * AGREEMENT).hypot(2.0 * END_SIGMA * long / length.max(1.0));
            Some(Plane {
                normal,
                length,
                sigma,
                index,
            })
        })
        .collect()
}

/// Gauss-Newton over pitch and roll with Geman-McClure weights; the information matrix at the end.
fn refine(planes: &[Plane], start: Attitude) -> (Attitude, Matrix2<f64>) {
    const ROUNDS: usize = 8;
    let mut tilt = start;
    let mut information = Matrix2::zeros();
    for _ in 0..ROUNDS {
        let down = tilt.gravity();
        let [by_pitch, by_roll] = tilt.derivatives().map(|m| m.column(1).into_owned());
        information = Matrix2::identity() * 1e-6;
        let mut gradient = Vector2::zeros();
        for plane in planes {
            let residual = plane.normal.dot(&down) / plane.sigma;
            let d =
                Vector2::new(plane.normal.dot(&by_pitch), plane.normal.dot(&by_roll)) / plane.sigma;
            let weight = 1.0 / (1.0 + residual * residual / 4.0).powi(2);
            information += weight * d * d.transpose();
            gradient += weight * residual * d;
        }
        let Some(step) = information.try_inverse().map(|inverse| inverse * gradient) else {
            break;
        };
        tilt.pitch -= step.x.clamp(-0.05, 0.05);
        tilt.roll -= step.y.clamp(-0.05, 0.05);
    }
    (tilt, information)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SIZE: ImageSize = ImageSize {
        width: 4000,
        height: 3000,
    };
    const FOCAL: f64 = 2900.0;

    /// Pictures of vertical edges at these azimuths, between 1 m above and below the camera, 3 m away.
    fn segments(tilt: Attitude, azimuths: &[f64]) -> Vec<LineSegment> {
        let rotation = tilt.level_to_camera();
        azimuths
            .iter()
            .map(|azimuth| {
                let at = |y: f64| {
                    let p = rotation * Vector3::new(3.0 * azimuth.sin(), y, 3.0 * azimuth.cos());
                    [2000.0 + FOCAL * p.x / p.z, 1500.0 + FOCAL * p.y / p.z]
                };
                LineSegment {
                    from: at(-1.0),
                    to: at(1.0),
                }
            })
            .collect()
    }

    proptest! {
        #[test]
        fn gravity_comes_back_despite_clutter(pitch in -0.3..0.3, roll in -0.1..0.1) {
            let truth = Attitude { pitch, roll };
            let mut all = segments(truth, &[-0.5, -0.3, -0.1, 0.15, 0.3, 0.5]);
            // Slanting things that converge nowhere.
            for (x, lean) in [(500.0, 300.0), (1800.0, -420.0), (3300.0, 260.0)] {
                all.push(LineSegment { from: [x, 900.0], to: [x + lean, 2200.0] });
            }
            let found = vertical(&all, SIZE, FOCAL).unwrap();
            let tilt = Attitude::from_gravity(found.gravity.down);
            prop_assert!((tilt.pitch - pitch).abs() < 5e-3, "{} {pitch}", tilt.pitch);
            prop_assert!((tilt.roll - roll).abs() < 3e-3, "{} {roll}", tilt.roll);
            prop_assert!((0..6).all(|i| found.inliers.contains(&i)));
        }
    }

    #[test]
    fn edges_tell_a_camera_that_looks_down_from_one_that_looks_up() {
        let gravity = |pitch: f64| Gravity {
            down: Attitude { pitch, roll: 0.02 }.gravity(),
            sigma_pitch: 0.02,
            sigma_roll: 0.01,
        };
        let edges = segments(
            Attitude {
                pitch: -0.1,
                roll: 0.02,
            },
            &[-0.5, -0.3, 0.2, 0.5],
        );
        let [down, up] = [-0.1, 0.1].map(|pitch| agreeing(&edges, SIZE, FOCAL, gravity(pitch)));
        assert!(down > 1.5 && down > 3.0 * up, "{down} {up}");
    }

    #[test]
    fn clutter_alone_says_nothing() {
        let clutter: Vec<LineSegment> = (0..12)
            .map(|i| {
                let x = 300.0 * f64::from(i) + 200.0;
                LineSegment {
                    from: [x, 1000.0],
                    to: [x + 700.0 * (f64::from(i) * 2.4).sin(), 2000.0],
                }
            })
            .collect();
        assert!(vertical(&clutter, SIZE, FOCAL).is_none());
        assert!(vertical(&[], SIZE, FOCAL).is_none());
    }
}
