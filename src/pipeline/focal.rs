//! The focal length that a photo is measured with.

use crate::geometry::camera::{Focal, FocalSource, ImageSize};

/// Horizontal field of view of a usual phone's main camera held in landscape, degrees.
const DEFAULT_LONG_SIDE_FOV_DEG: f64 = 69.5;
/// How far the camera of a photo that does not name its lens may differ from it, standard deviation of the logarithm: main cameras by
/// 0.05, but ultra-wide ones, which rooms invite, by 0.65. The converging lines of the room tell more than either.
const DEFAULT_SIGMA_LN: f64 = 0.25;
/// What a user who states a field of view is trusted with.
const USER_SIGMA_LN: f64 = 0.008;

/// Of the logarithm: phones of one model differ by a few percent, and a field of view is given rounded to a degree or two.
const CONTRADICTION: f64 = 0.1;

/// What the user says beats what the photo says beats what is usual. A user's field of view is that of the `upright` photo's width.
pub fn focal_of(upright: ImageSize, user_fov_deg: Option<f64>, from_photo: Option<Focal>) -> Focal {
    if let Some(fov) = user_fov_deg {
        return Focal {
            px: focal_px(f64::from(upright.width), fov),
            sigma_ln: USER_SIGMA_LN,
            source: FocalSource::User,
        };
    }
    from_photo.unwrap_or_else(|| Focal {
        px: focal_px(
            f64::from(upright.width.max(upright.height)),
            DEFAULT_LONG_SIDE_FOV_DEG,
        ),
        sigma_ln: DEFAULT_SIGMA_LN,
        source: FocalSource::Default,
    })
}

/// Whether the user gives another focal length than `from_photo`, the photo's own.
pub fn contradicts(used: Focal, from_photo: Option<Focal>) -> bool {
    used.source == FocalSource::User
        && from_photo.is_some_and(|photo| (used.px / photo.px).ln().abs() > CONTRADICTION)
}

/// The focal length that sees `side` pixels under `fov_deg`.
fn focal_px(side: f64, fov_deg: f64) -> f64 {
    side / 2.0 / (fov_deg.to_radians() / 2.0).tan()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_does_not_depend_on_how_the_phone_was_held() {
        let landscape = focal_of(
            ImageSize {
                width: 4000,
                height: 3000,
            },
            None,
            None,
        );
        let portrait = focal_of(
            ImageSize {
                width: 3000,
                height: 4000,
            },
            None,
            None,
        );
        assert_eq!(landscape, portrait);
        let half_angle = (2000.0 / landscape.px).atan().to_degrees();
        assert!((half_angle - 34.75).abs() < 1e-9, "{half_angle}");
    }

    #[test]
    fn a_users_field_of_view_is_horizontal_and_wins() {
        let size = ImageSize {
            width: 1000,
            height: 2000,
        };
        let photo = Focal {
            px: 1.0,
            sigma_ln: 0.02,
            source: FocalSource::Exif35mm,
        };
        let user = focal_of(size, Some(90.0), Some(photo));
        assert!((user.px - 500.0).abs() < 1e-9);
        assert_eq!(user.source, FocalSource::User);
        assert_eq!(focal_of(size, None, Some(photo)), photo);
        assert!(contradicts(user, Some(photo)) && !contradicts(photo, Some(photo)));
        let rounded = focal_of(size, Some(91.0), None);
        assert!(!contradicts(rounded, Some(user)) && !contradicts(rounded, None));
    }
}
