//! The direction of gravity from a phone's accelerometer, in the camera frame of the photo as displayed.

use nalgebra::Vector3;

use super::focal::ASPECT_TOLERANCE;
use super::orient::Orientation;
use crate::geometry::camera::{Gravity, ImageSize};
use crate::warning::Warning;

/// Standard deviations, degrees: set against vertical vanishing points, readings are within 2.5 in pitch, mostly under 1,
/// and within 0.8 in roll.
const SIGMA_PITCH_DEG: f64 = 1.5;
const SIGMA_ROLL_DEG: f64 = 0.7;
/// Lengths, g, outside which the phone was being moved or the numbers are not a reading.
const AT_REST_G: std::ops::Range<f64> = 0.93..1.07;
/// Long over short side of what phones' cameras store.
const SENSOR_ASPECTS: [f64; 2] = [4.0 / 3.0, 16.0 / 9.0];

/// What an accelerometer says of a photo.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Reading {
    /// The direction of gravity in the displayed picture.
    pub(super) gravity: Gravity,
    /// It points down only if the pixels were turned by half a turn since they were taken; else the picture is displayed upside
    /// down. Both have the same sides: only what the picture shows can tell.
    pub(super) half_turn_doubted: bool,
}

/// Gravity from a rear camera's reading `[ax, ay, az]`, in g, in the axes of the device.
///
/// How the picture was turned since is known from EXIF for most containers; in HEIC files EXIF Orientation may say 1 or 6
/// whatever the container does, and some tools turn the pixels and leave the note. So EXIF's word is taken where it puts
/// gravity downwards and fits the displayed sides, else the rotation that puts gravity downwards is, where that fits the
/// displayed sides. Where none fits and the picture has a sensor's sides, it is displayed on its side, and gravity points there;
/// else the reading is dropped with a warning. `applied` is the orientation by which the pixels were turned, where that is known.
pub(super) fn from_acceleration(
    [ax, ay, az]: [f64; 3],
    stored: Option<Orientation>,
    applied: Option<Orientation>,
    size: ImageSize,
    warnings: &mut Vec<Warning>,
) -> Option<Reading> {
    let length = (ax * ax + ay * ay + az * az).sqrt();
    if !AT_REST_G.contains(&length) {
        return None;
    }
    // The sensor's frame, as stored with Orientation 1: the phone's top is to the left (iOS writes 1 when the phone is
    // held with its top to the left), the optical axis goes into the screen.
    let in_plane = [-ay / length, -ax / length];
    let forward = -az / length;
    let fits = |orientation: Orientation| {
        let [across, down] = orientation.turn(in_plane);
        let downwards = down > across.abs();
        let landscape = size.width >= size.height;
        let portrait = size.height >= size.width;
        let sides = if orientation.swaps_sides() {
            portrait
        } else {
            landscape
        };
        downwards && sides
    };
    let turned = stored
        .into_iter()
        .chain(Orientation::ROTATIONS)
        .find(|&orientation| fits(orientation));
    let down = turned.map(|orientation| orientation.turn(in_plane));
    let aside = || on_its_side(in_plane, applied.unwrap_or(Orientation::UPRIGHT), size);
    let Some([x, y]) = down.or_else(aside) else {
        warnings.push(Warning::GravityOrientationMismatch);
        return None;
    };
    let as_turned = applied.map(|applied| applied.turn(in_plane));
    Some(Reading {
        gravity: Gravity {
            down: Vector3::new(x, y, forward).normalize(),
            sigma_pitch: SIGMA_PITCH_DEG.to_radians(),
            sigma_roll: SIGMA_ROLL_DEG.to_radians(),
        },
        half_turn_doubted: as_turned.is_some_and(|[u, v]| v < -u.abs() && y > x.abs()),
    })
}

/// The direction of gravity in a picture that is displayed on its side, from that in the sensor's picture.
///
/// Either the sensor's picture was turned by a wrong tag, or by none since that was lost; or, where its sides are not those of a
/// sensor's picture turned by the tag, it had been turned upright before. A crop could have swapped the sides as well; but few crops
/// have a sensor's sides.
fn on_its_side(in_plane: [f64; 2], applied: Orientation, size: ImageSize) -> Option<[f64; 2]> {
    let (long, short) = (size.width.max(size.height), size.width.min(size.height));
    let aspect = f64::from(long) / f64::from(short.max(1));
    let uncropped = SENSOR_ASPECTS
        .iter()
        .any(|sensor| (aspect / sensor - 1.0).abs() < ASPECT_TOLERANCE);
    let once = applied.turn(in_plane);
    let down = if applied.swaps_sides() == (size.height > size.width) {
        once
    } else {
        applied.turn(once)
    };
    (uncropped && down[0].abs() > down[1].abs()).then_some(down)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LANDSCAPE: ImageSize = ImageSize {
        width: 4032,
        height: 3024,
    };
    const PORTRAIT: ImageSize = ImageSize {
        width: 3024,
        height: 4032,
    };

    /// How the phone is held, its reading when level, the EXIF Orientation that its camera then writes.
    const HOLDS: [(&str, [f64; 3], u32, ImageSize); 4] = [
        ("top up", [0.0, -1.0, 0.0], 6, PORTRAIT),
        ("top left", [-1.0, 0.0, 0.0], 1, LANDSCAPE),
        ("top right", [1.0, 0.0, 0.0], 3, LANDSCAPE),
        ("top down", [0.0, 1.0, 0.0], 8, PORTRAIT),
    ];

    /// Gravity from a JPEG's reading, whose orientation has been applied.
    fn gravity(
        acceleration: [f64; 3],
        stored: u32,
        size: ImageSize,
    ) -> (Option<Gravity>, Vec<Warning>) {
        let mut warnings = Vec::new();
        let stored = Orientation::from_exif(stored);
        let applied = stored.unwrap_or(Orientation::UPRIGHT);
        let found = from_acceleration(acceleration, stored, Some(applied), size, &mut warnings);
        (found.map(|reading| reading.gravity), warnings)
    }

    fn assert_down(found: Option<Gravity>, expected: [f64; 3], case: &str) {
        let down = found.unwrap_or_else(|| panic!("{case}: no gravity")).down;
        assert!(
            (down - Vector3::from(expected)).norm() < 1e-9,
            "{case}: {down}"
        );
    }

    #[test]
    fn a_level_phone_has_gravity_downwards_however_it_is_held() {
        for (hold, reading, stored, size) in HOLDS {
            let (found, warnings) = gravity(reading, stored, size);
            assert_down(found, [0.0, 1.0, 0.0], hold);
            assert_eq!(warnings, [], "{hold}");
        }
    }

    #[test]
    fn looking_up_takes_gravity_backwards_and_down_forwards() {
        let (sin, cos) = 10_f64.to_radians().sin_cos();
        for (hold, reading, stored, size) in HOLDS {
            for (az, forward) in [(sin, -sin), (-sin, sin)] {
                let tilted = [reading[0] * cos, reading[1] * cos, az];
                assert_down(gravity(tilted, stored, size).0, [0.0, cos, forward], hold);
            }
        }
    }

    #[test]
    fn a_camera_turned_anticlockwise_sees_gravity_turned_clockwise() {
        // Seen from behind, the phone's top goes to the left: gravity, fixed, goes towards its left side in device axes,
        // that is to -x; in the upright picture down then points to the left.
        let (sin, cos) = 5_f64.to_radians().sin_cos();
        let (found, _) = gravity([-sin, -cos, 0.0], 6, PORTRAIT);
        assert_down(found, [-sin, cos, 0.0], "roll");
    }

    #[test]
    fn mirrored_orientations_mirror_gravity() {
        let (sin, cos) = 5_f64.to_radians().sin_cos();
        // Each mirrored orientation is the rotation of the same hold, flipped left to right.
        for ((hold, level, _, size), mirrored) in HOLDS.into_iter().zip([5, 2, 4, 7]) {
            let across = [level[1] * sin, -level[0] * sin];
            let reading = [level[0] * cos + across[0], level[1] * cos + across[1], 0.0];
            let plain = HOLDS.iter().find(|(name, ..)| *name == hold).unwrap().2;
            let straight = gravity(reading, plain, size).0.unwrap().down;
            let flipped = gravity(reading, mirrored, size).0;
            assert_down(flipped, [-straight.x, straight.y, 0.0], hold);
        }
    }

    #[test]
    fn a_turned_container_with_orientation_one_or_six_is_snapped() {
        // HEIC of a phone held upright: irot has turned the picture, EXIF says 1, 6, nonsense or nothing.
        for stored in [1, 6, 3, 8, 0] {
            let (found, warnings) = gravity([0.05, -0.99, -0.1], stored, PORTRAIT);
            let down = found.unwrap().down;
            assert!(down.y > 0.98 && down.x > 0.0 && down.z > 0.0, "{stored}");
            assert_eq!(warnings, []);
        }
    }

    #[test]
    fn gravity_points_aside_in_a_picture_whose_tag_was_lost() {
        // The sensor's pictures, displayed as they are: what was above lies where the phone's top is not.
        for (reading, down) in [([0.0, -1.0, 0.0], 1.0), ([0.0, 1.0, 0.0], -1.0)] {
            let (found, warnings) = gravity(reading, 1, LANDSCAPE);
            assert_down(found, [down, 0.0, 0.0], "lost tag");
            assert_eq!(warnings, []);
        }
    }

    #[test]
    fn gravity_points_aside_in_a_picture_that_was_turned_twice() {
        // Turned clockwise once more than upright, or anticlockwise.
        for (reading, stored, down) in [([0.0, -1.0, 0.0], 6, -1.0), ([0.0, 1.0, 0.0], 8, 1.0)] {
            let (found, _) = gravity(reading, stored, LANDSCAPE);
            assert_down(found, [down, 0.0, 0.0], "applied twice");
        }
    }

    #[test]
    fn gravity_points_aside_in_a_picture_with_a_wrong_tag() {
        for (stored, down) in [(6, -1.0), (8, 1.0)] {
            let (found, warnings) = gravity([-1.0, 0.0, 0.0], stored, PORTRAIT);
            assert_down(found, [down, 0.0, 0.0], "wrong tag");
            assert_eq!(warnings, []);
        }
    }

    #[test]
    fn a_half_turn_is_doubted_where_only_another_tag_would_have_brought_gravity_down() {
        let held = [1.0, 0.0, 0.1];
        let doubted = |stored: Option<u32>, applied: Option<u32>| {
            let [stored, applied] =
                [stored, applied].map(|value| value.and_then(Orientation::from_exif));
            let found = from_acceleration(held, stored, applied, LANDSCAPE, &mut Vec::new());
            found.unwrap().half_turn_doubted
        };
        assert!(!doubted(Some(3), Some(3)));
        assert!(doubted(Some(1), Some(1)));
        assert!(doubted(None, Some(1)));
        // A HEIC's container has turned it, whatever EXIF says.
        assert!(!doubted(Some(1), None));
    }

    #[test]
    fn a_crop_with_other_sides_drops_the_reading_with_a_warning() {
        let crop = ImageSize {
            width: 3024,
            height: 2000,
        };
        for stored in [1, 3, 6] {
            let (found, warnings) = gravity([0.0, -1.0, 0.0], stored, crop);
            assert_eq!(found, None);
            assert_eq!(warnings, [Warning::GravityOrientationMismatch]);
        }
    }

    #[test]
    fn readings_of_a_moving_phone_are_dropped() {
        for length in [0.0, 0.5, 0.929, 1.071, 3.0, f64::NAN, f64::INFINITY] {
            assert_eq!(gravity([0.0, -length, 0.0], 6, PORTRAIT).0, None);
        }
    }
}
