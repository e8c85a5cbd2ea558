//! What is sent: the picture alone, small.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::RgbImage;
use image::codecs::jpeg::JpegEncoder;

use super::CloudError;

/// Long side of what is sent, px: the service scales it down to 640 anyway.
const LONG_SIDE: u32 = 1024;
const QUALITY: u8 = 90;

/// A downscaled JPEG without any metadata.
pub(super) fn jpeg(pixels: &RgbImage) -> Result<Vec<u8>, CloudError> {
    let failed = |error: &dyn std::fmt::Display| CloudError::Encoding(error.to_string());
    let (width, height) = pixels.dimensions();
    let long = width.max(height);
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
    if long <= LONG_SIDE {
        pixels.write_with_encoder(encoder).map_err(|e| failed(&e))?;
        return Ok(bytes);
    }
    let scaled = |side: u32| {
        let scaled = u64::from(side) * u64::from(LONG_SIDE) / u64::from(long);
        u32::try_from(scaled).unwrap_or(LONG_SIDE).max(1)
    };
    let from =
        ImageRef::new(width, height, pixels.as_raw(), PixelType::U8x3).map_err(|e| failed(&e))?;
    let mut to = Image::new(scaled(width), scaled(height), PixelType::U8x3);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
    Resizer::new()
        .resize(&from, &mut to, &options)
        .map_err(|e| failed(&e))?;
    RgbImage::from_raw(to.width(), to.height(), to.into_vec())
        .ok_or_else(|| failed(&"its buffer has another size"))?
        .write_with_encoder(encoder)
        .map_err(|e| failed(&e))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_is_small_and_carries_no_metadata() {
        let large = RgbImage::from_pixel(4000, 3000, image::Rgb([200, 180, 160]));
        for (picture, size) in [(large, (1024, 768)), (RgbImage::new(30, 20), (30, 20))] {
            let bytes = jpeg(&picture).unwrap();
            let decoded = image::load_from_memory(&bytes).unwrap();
            assert_eq!((decoded.width(), decoded.height()), size);
            // No APP1, where EXIF and XMP stand, and no comment.
            assert!(
                !bytes
                    .windows(2)
                    .any(|marker| marker == [0xff, 0xe1] || marker == [0xff, 0xfe])
            );
        }
    }
}
