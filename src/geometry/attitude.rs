//! Pitch and roll of a camera, and the rotation between the level frame and the camera frame.
//!
//! The **level frame** shares the camera's centre and heading: x right, y along gravity, z forward and horizontal. A
//! vector of it goes to the camera frame by `Rz(roll) · Rx(pitch)`.

use nalgebra::{Matrix3, Vector3};

/// Tilt of the camera, radians; signs as in the crate's conventions.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Attitude {
    /// Positive when the camera looks up.
    pub pitch: f64,
    /// Positive when the picture's content turns clockwise.
    pub roll: f64,
}

impl Attitude {
    /// The tilt at which `down`, a unit vector of the camera frame, is gravity.
    #[must_use]
    pub fn from_gravity(down: Vector3<f64>) -> Self {
        Self {
            pitch: (-down.z).clamp(-1.0, 1.0).asin(),
            roll: (-down.x).atan2(down.y),
        }
    }

    /// Gravity in the camera frame, a unit vector.
    #[must_use]
    pub fn gravity(self) -> Vector3<f64> {
        self.level_to_camera().column(1).into_owned()
    }

    /// Rotation from the level frame to the camera frame.
    #[must_use]
    pub fn level_to_camera(self) -> Matrix3<f64> {
        about_z(self.roll) * about_x(self.pitch)
    }

    /// Derivatives of [`Self::level_to_camera`] by pitch and by roll.
    #[must_use]
    pub fn derivatives(self) -> [Matrix3<f64>; 2] {
        let (sp, cp) = self.pitch.sin_cos();
        let (sr, cr) = self.roll.sin_cos();
        let by_pitch = Matrix3::new(0.0, 0.0, 0.0, 0.0, -sp, cp, 0.0, -cp, -sp);
        let by_roll = Matrix3::new(-sr, -cr, 0.0, cr, -sr, 0.0, 0.0, 0.0, 0.0);
        [about_z(self.roll) * by_pitch, by_roll * about_x(self.pitch)]
    }
}

fn about_x(angle: f64) -> Matrix3<f64> {
    let (s, c) = angle.sin_cos();
    Matrix3::new(1.0, 0.0, 0.0, 0.0, c, s, 0.0, -s, c)
}

fn about_z(angle: f64) -> Matrix3<f64> {
    let (s, c) = angle.sin_cos();
    Matrix3::new(c, -s, 0.0, s, c, 0.0, 0.0, 0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn signs_follow_the_conventions() {
        let looking_up = Attitude {
            pitch: 0.1,
            roll: 0.0,
        };
        assert!(
            looking_up.gravity().z < 0.0,
            "gravity points backwards when the camera looks up"
        );
        let horizon = looking_up.level_to_camera() * Vector3::z();
        assert!(
            horizon.y > 0.0,
            "the horizon lies below the middle when the camera looks up"
        );
        let clockwise = Attitude {
            pitch: 0.0,
            roll: 0.1,
        };
        assert!(
            clockwise.gravity().x < 0.0,
            "clockwise content turns down towards the left"
        );
    }

    proptest! {
        #[test]
        fn gravity_and_attitude_are_inverse(pitch in -1.2..1.2, roll in -1.5..1.5) {
            let attitude = Attitude { pitch, roll };
            let back = Attitude::from_gravity(attitude.gravity());
            prop_assert!((back.pitch - pitch).abs() < 1e-9 && (back.roll - roll).abs() < 1e-9);
        }

        #[test]
        fn derivatives_match_differences(pitch in -1.0..1.0, roll in -1.0..1.0) {
            let step = 1e-6;
            let at = |p, r| Attitude { pitch: p, roll: r }.level_to_camera();
            let [by_pitch, by_roll] = Attitude { pitch, roll }.derivatives();
            prop_assert!(((at(pitch + step, roll) - at(pitch - step, roll)) / (2.0 * step) - by_pitch).norm() < 1e-8);
            prop_assert!(((at(pitch, roll + step) - at(pitch, roll - step)) / (2.0 * step) - by_roll).norm() < 1e-8);
        }
    }
}
