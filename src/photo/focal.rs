//! The focal length from a photo's metadata, in pixels of the photo as displayed.

use super::depth::Calibration;
use crate::geometry::camera::{Focal, FocalSource, ImageSize};
use crate::warning::Warning;

/// Diagonal of a 36 x 24 mm frame, mm: CIPA DCG-001 defines the 35 mm equivalent by the diagonal.
pub const FULL_FRAME_DIAGONAL_MM: f64 = 43.267;

/// 35 mm equivalents of real lenses, mm; others are mistakes or telescopes.
const PLAUSIBLE_F35_MM: std::ops::RangeInclusive<f64> = 8.0..=400.0;
/// Below this 35 mm equivalent, mm, phones have a separate ultra-wide camera with strong distortion.
const ULTRA_WIDE_BELOW_MM: f64 = 18.0;
/// Standard deviation of ln f of a correct equivalent: focus breathing and the nominal value's own error.
const SIGMA_NOMINAL: f64 = 0.012;
/// The same for a phone's own calibration.
const SIGMA_CALIBRATED: f64 = 0.005;
/// The same for sensor resolutions, which makers round and sometimes give for another readout mode.
const SIGMA_FOCAL_PLANE: f64 = 0.03;
/// The same for 16:9, which is cut from a 4:3 sensor: makers differ on which diagonal they mean.
const SIGMA_16_9: f64 = 0.04;
/// The same for a photo cropped by an unknown amount: keeping 3/4 of the diagonal, a usual crop, is ln 4/3 = 0.29 away.
const SIGMA_CROPPED: f64 = 0.15;
/// How far an aspect may be off its nominal value, as a share: sides are rounded to blocks of pixels.
pub(super) const ASPECT_TOLERANCE: f64 = 0.01;
/// Standard deviation of what rounding to an integer takes away.
const ROUNDING_SD: f64 = 0.288_675;

/// Resolution of the sensor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct FocalPlane {
    /// Pixels per unit, along the stored width.
    pub x: f64,
    /// Pixels per unit, along the stored height.
    pub y: Option<f64>,
    /// EXIF FocalPlaneResolutionUnit; inch when absent.
    pub unit: Option<u32>,
}

impl FocalPlane {
    /// Pixels per mm, where unit and both directions make sense.
    fn per_mm(self) -> Option<f64> {
        let millimetres = match self.unit {
            None | Some(2) => 25.4,
            Some(3) => 10.0,
            Some(4) => 1.0,
            Some(5) => 0.001,
            Some(_) => return None,
        };
        /// Pixels of cameras are square.
        const SQUARE_TOLERANCE: f64 = 0.02;
        let square = self
            .y
            .is_none_or(|y| (y / self.x - 1.0).abs() <= SQUARE_TOLERANCE);
        (self.x > 0.0 && square).then_some(self.x / millimetres)
    }
}

/// What the metadata say of lens and sensor.
#[derive(Debug, Clone, Default)]
pub(super) struct LensFacts {
    /// Made by Apple, whose 35 mm equivalent already contains the digital zoom.
    pub apple: bool,
    /// FocalLengthIn35mmFilm, mm.
    pub f35_mm: Option<f64>,
    /// FocalLength, mm.
    pub f_mm: Option<f64>,
    /// DigitalZoomRatio; 0 says that there was none.
    pub digital_zoom: Option<f64>,
    /// Resolution of the sensor.
    pub focal_plane: Option<FocalPlane>,
    /// PixelXDimension and PixelYDimension: the size when captured, as stored.
    pub captured: Option<ImageSize>,
    /// Taken with a phone's ultra-wide camera.
    pub ultra_wide: bool,
    /// Measured by the phone, beside a depth map.
    pub calibration: Option<Calibration>,
}

/// The focal length of a photo that is displayed with `size`: by the phone's own calibration, else the 35 mm equivalent, else by the
/// sensor's resolution. `None` when the metadata say nothing plausible.
pub(super) fn from_facts(
    facts: &LensFacts,
    size: ImageSize,
    warnings: &mut Vec<Warning>,
) -> Option<Focal> {
    let (f35, sigma, source) = by_calibration(facts, size)
        .or_else(|| equivalent(facts))
        .or_else(|| by_sensor(facts, size))?;
    if facts.ultra_wide || f35 < ULTRA_WIDE_BELOW_MM {
        warnings.push(Warning::UltraWideLens);
    }
    // The calibration's picture has the photo's sides: nothing is cut off.
    let framing = match source {
        FocalSource::Depth => Framing::Whole,
        _ => framing(facts, size),
    };
    if framing == Framing::Cropped {
        warnings.push(Warning::FocalAmbiguousCrop);
    }
    Some(Focal {
        px: f35 / FULL_FRAME_DIAGONAL_MM * size.diagonal(),
        sigma_ln: sigma.hypot(framing.sigma_ln()),
        source,
    })
}

/// The 35 mm equivalent of a calibration whose picture has the photo's aspect, the standard deviation of its logarithm, and its source.
fn by_calibration(facts: &LensFacts, size: ImageSize) -> Option<(f64, f64, FocalSource)> {
    let Calibration {
        focal_px,
        reference: [width, height],
    } = facts.calibration?;
    let (long, short) = (width.max(height), width.min(height));
    let alike = (long / short / aspect(size) - 1.0).abs() <= ASPECT_TOLERANCE;
    let f35 = plausible(focal_px * FULL_FRAME_DIAGONAL_MM / long.hypot(short))?;
    alike.then_some((f35, SIGMA_CALIBRATED, FocalSource::Depth))
}

/// The 35 mm equivalent, mm, the standard deviation of its logarithm, and its source.
fn equivalent(facts: &LensFacts) -> Option<(f64, f64, FocalSource)> {
    let f35 = plausible(facts.f35_mm?)?;
    let sigma = SIGMA_NOMINAL.hypot(ROUNDING_SD / f35);
    /// A ratio up to this is stabilisation or rounding, not zoom.
    const ZOOMED_ABOVE: f64 = 1.01;
    match facts.digital_zoom {
        // Makers other than Apple disagree on whether the equivalent contains the zoom: half-way, and as wide.
        Some(zoom) if zoom > ZOOMED_ABOVE && !facts.apple => {
            let zoomed = plausible(f35 * zoom.sqrt())?;
            let half_way = zoom.ln() / 2.0;
            Some((zoomed, sigma.hypot(half_way), FocalSource::Exif35mm))
        }
        _ => Some((f35, sigma, FocalSource::Exif35mm)),
    }
}

/// The same from the true focal length and the sensor's resolution.
fn by_sensor(facts: &LensFacts, size: ImageSize) -> Option<(f64, f64, FocalSource)> {
    let per_mm = facts.focal_plane?.per_mm()?;
    // The resolution is that of the photo as captured; it may have been scaled since.
    let captured = facts.captured.unwrap_or(size);
    if captured.width == 0 || captured.height == 0 {
        return None;
    }
    let sensor_diagonal_mm = captured.diagonal() / per_mm;
    let f35 = plausible(facts.f_mm? * FULL_FRAME_DIAGONAL_MM / sensor_diagonal_mm)?;
    /// Diagonals of sensors, mm: the smallest phones' to medium format.
    const SENSORS_MM: std::ops::RangeInclusive<f64> = 2.0..=80.0;
    SENSORS_MM.contains(&sensor_diagonal_mm).then_some((
        f35,
        SIGMA_FOCAL_PLANE,
        FocalSource::ExifFocalPlane,
    ))
}

fn plausible(f35: f64) -> Option<f64> {
    PLAUSIBLE_F35_MM.contains(&f35).then_some(f35)
}

/// What the photo's sides say of the part of the sensor that it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Framing {
    Whole,
    Wide16To9,
    Cropped,
}

impl Framing {
    /// What it adds to the standard deviation of ln f.
    fn sigma_ln(self) -> f64 {
        match self {
            Self::Whole => 0.0,
            Self::Wide16To9 => SIGMA_16_9,
            Self::Cropped => SIGMA_CROPPED,
        }
    }
}

fn framing(facts: &LensFacts, size: ImageSize) -> Framing {
    let aspect = aspect(size);
    let is = |nominal: f64| (aspect / nominal - 1.0).abs() <= ASPECT_TOLERANCE;
    let recut = facts.captured.is_some_and(|captured| {
        captured.width > 0
            && captured.height > 0
            && (self::aspect(captured) / aspect - 1.0).abs() > ASPECT_TOLERANCE
    });
    if recut {
        Framing::Cropped
    } else if is(4.0 / 3.0) || is(3.0 / 2.0) {
        Framing::Whole
    } else if is(16.0 / 9.0) {
        Framing::Wide16To9
    } else {
        Framing::Cropped
    }
}

/// Long side over short side.
fn aspect(size: ImageSize) -> f64 {
    let (width, height) = (f64::from(size.width), f64::from(size.height));
    width.max(height) / width.min(height)
}

#[cfg(test)]
#[path = "focal_tests.rs"]
mod tests;
