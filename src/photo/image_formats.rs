//! PNG, WebP, TIFF, BMP and GIF (first frame) through the `image` crate, 8-bit RGB out.

use std::io::Cursor;

use image::error::{ImageError, LimitErrorKind};
use image::{DynamicImage, ImageDecoder as _, ImageReader, RgbImage};

use super::PhotoFormat;
use super::alpha;
use super::error::DecodeError;
use super::raster::Raster;
use super::source::Limits;
use crate::geometry::camera::ImageSize;

fn reader(bytes: &[u8], format: PhotoFormat) -> Result<ImageReader<Cursor<&[u8]>>, DecodeError> {
    let known = match format {
        PhotoFormat::Png => image::ImageFormat::Png,
        PhotoFormat::Webp => image::ImageFormat::WebP,
        PhotoFormat::Tiff => image::ImageFormat::Tiff,
        PhotoFormat::Bmp => image::ImageFormat::Bmp,
        PhotoFormat::Gif => image::ImageFormat::Gif,
        PhotoFormat::Jpeg | PhotoFormat::Heic | PhotoFormat::Avif => {
            return Err(DecodeError::undecodable(format, "no decoder is registered"));
        }
    };
    Ok(ImageReader::with_format(Cursor::new(bytes), known))
}

/// Decodes. These decoders refuse damaged data by themselves.
///
/// 16-bit and floating-point samples are scaled to 8 bits, grey is repeated, transparency is laid over white.
pub(super) fn decode(
    bytes: &[u8],
    format: PhotoFormat,
    limits: &Limits,
) -> Result<Raster, DecodeError> {
    let mut reader = reader(bytes, format)?;
    let mut allowed = image::Limits::default();
    allowed.max_alloc = Some(limits.max_decode_bytes);
    reader.limits(allowed);
    let wrap = |error| match error {
        ImageError::Limits(limit) if limit.kind() == LimitErrorKind::InsufficientMemory => {
            DecodeError::TooMuchMemory {
                limit: limits.max_decode_bytes,
            }
        }
        other => DecodeError::undecodable(format, other),
    };
    let mut decoder = reader.into_decoder().map_err(wrap)?;
    let (width, height) = decoder.dimensions();
    limits.check_size(ImageSize { width, height })?;
    // A profile that cannot be read is no reason to lose the photo.
    let icc = decoder.icc_profile().ok().flatten();
    let decoded = DynamicImage::from_decoder(decoder).map_err(wrap)?;
    let pixels: RgbImage = if decoded.color().has_alpha() {
        alpha::over_white(decoded.into_rgba8())
    } else {
        decoded.into_rgb8()
    };
    Ok(Raster {
        pixels,
        icc,
        damaged: false,
    })
}
