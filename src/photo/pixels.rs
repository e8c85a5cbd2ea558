//! The part of decoding that strangers' files can break: compressed bytes to 8-bit sRGB as displayed. It needs nothing but the
//! bytes and a [`PixelRequest`], so that it can run in another process.

use image::RgbImage;
use serde::{Deserialize, Serialize};

use super::error::DecodeError;
use super::source::Limits;
use super::{Orientation, PhotoFormat, colour, heic, image_formats, jpeg};
use crate::geometry::camera::ImageSize;
use crate::guard::guarded;

/// What to decode, beside the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PixelRequest {
    /// The container, by its first bytes.
    pub format: PhotoFormat,
    /// How the stored picture is displayed, where EXIF says so.
    pub orientation: Orientation,
    /// What it may cost.
    pub limits: Limits,
}

/// A decoded picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisplayedPixels {
    /// 8-bit sRGB, as displayed.
    pub pixels: RgbImage,
    /// The decoder went on past damage.
    pub damaged: bool,
}

/// Decodes, in this process. EXIF Orientation is not applied to HEIC and AVIF, whose container says how the picture is
/// turned.
///
/// # Errors
/// [`DecodeError`]: over a limit, damaged past use, or in need of a decoder that is not there. A panic of a decoder is
/// caught; a crash of a native one is not.
pub fn decode(bytes: &[u8], request: &PixelRequest) -> Result<DisplayedPixels, DecodeError> {
    let PixelRequest {
        format,
        orientation,
        limits,
    } = request;
    guarded(|| {
        let raster = match format {
            PhotoFormat::Jpeg => jpeg::decode(bytes, limits),
            PhotoFormat::Heic | PhotoFormat::Avif => heic::decode(bytes, *format, limits),
            _ => image_formats::decode(bytes, *format, limits),
        }?;
        let mut pixels = raster.pixels;
        // What comes out need not be of the size that the file claimed, which is checked before it is decoded.
        limits.check_size(ImageSize {
            width: pixels.width(),
            height: pixels.height(),
        })?;
        if let Some(icc) = &raster.icc {
            colour::to_srgb(&mut pixels, icc);
        }
        if !format.turns_itself() {
            pixels = orientation.apply(pixels);
        }
        Ok(DisplayedPixels {
            pixels,
            damaged: raster.damaged,
        })
    })
    .unwrap_or_else(|reason| {
        Err(DecodeError::Panicked {
            format: *format,
            reason,
        })
    })
}
