//! `--fallback`: what stands in for a failed segmentation. With `full-frame` the whole frame is taken for wall, marked as such.

use std::sync::Arc;

use crate::cloud::Cloud;
use crate::geometry::camera::{Focal, ImageSize};
use crate::measure::{Estimate, Known, Measurement};
use crate::warning::Warning;

/// What stands in for a failed segmentation.
#[derive(Debug, Clone, Default)]
pub enum Fallback {
    /// Nothing: the photo is an error.
    #[default]
    None,
    /// The whole frame as wall.
    FullFrame,
    /// Labels from the cloud service.
    Cloud(Arc<Cloud>),
}

/// Distances between which four photos in five are taken, cm: the middle 80 % of 2.5-6 m.
const DISTANCE_CM: [f64; 2] = [285.0, 565.0];
/// Heights of four rooms in five, cm.
const HEIGHT_CM: [f64; 2] = [240.0, 290.0];
/// How far a user's own number is trusted, as a ratio.
const KNOWN_SPREAD: f64 = 1.01;
/// Little better than nothing.
const CONFIDENCE_PCT: f64 = 5.0;

/// A guess without any look at the picture: the `upright` frame's width at a usual distance, and a usual room's height.
pub fn full_frame(upright: ImageSize, focal: Focal, known: Known) -> Measurement {
    let per_distance = f64::from(upright.width) / focal.px;
    let height = known
        .ceiling_height_cm
        .map_or(HEIGHT_CM, |cm| [cm / KNOWN_SPREAD, cm * KNOWN_SPREAD]);
    Measurement {
        wall_width: Some(middle(DISTANCE_CM.map(|d| d * per_distance))),
        wall_height: Some(middle(height)),
        width_is_lower_bound: true,
        confidence_pct: Some(CONFIDENCE_PCT),
        warnings: [
            Some(Warning::FallbackMask),
            known
                .ceiling_height_cm
                .is_none()
                .then_some(Warning::HeightFromPrior),
            Some(Warning::LowConfidence),
        ]
        .into_iter()
        .flatten()
        .collect(),
        ..Measurement::default()
    }
}

/// The geometric middle of an interval, since lengths err by ratios.
fn middle(interval_cm: [f64; 2]) -> Estimate {
    let [low, high] = interval_cm;
    Estimate {
        cm: (low * high).sqrt(),
        interval_cm: Some(interval_cm),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::camera::FocalSource;

    #[test]
    fn the_guess_is_wide_and_marked() {
        let focal = Focal {
            px: 1000.0,
            sigma_ln: 0.05,
            source: FocalSource::Default,
        };
        let known = Known {
            ceiling_height_cm: Some(300.0),
            ..Known::default()
        };
        let guess = full_frame(
            ImageSize {
                width: 1000,
                height: 800,
            },
            focal,
            known,
        );
        let width = guess.wall_width.unwrap();
        assert_eq!(width.interval_cm, Some([285.0, 565.0]));
        assert!((285.0..565.0).contains(&width.cm));
        assert!((guess.wall_height.unwrap().cm - 300.0).abs() < 1e-9);
        assert!(guess.warnings.contains(&Warning::FallbackMask));
    }
}
