//! A decoded picture before it is turned as displayed and made sRGB.

use image::RgbImage;

/// What a container's decoder gives.
pub(super) struct Raster {
    /// As stored; for HEIC as displayed.
    pub pixels: RgbImage,
    /// The embedded colour profile, not yet applied.
    pub icc: Option<Vec<u8>>,
    /// The decoder went on past damage.
    pub damaged: bool,
}
