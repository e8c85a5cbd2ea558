//! What is sent: the picture alone, small and upright.

use std::borrow::Cow;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::RgbImage;
use image::codecs::jpeg::JpegEncoder;

use super::CloudError;
use crate::geometry::quarter_turns::QuarterTurns;

/// Long side of what is sent, px: the service scales it down to 640 anyway.
const LONG_SIDE: u32 = 1024;
const QUALITY: u8 = 90;
const CHANNELS: usize = 3;

/// A downscaled JPEG without any metadata of a picture that `turns` bring upright.
pub(super) fn jpeg(displayed: &RgbImage, turns: QuarterTurns) -> Result<Vec<u8>, CloudError> {
    // What is scaled already is turned: that has a tenth of a photo's pixels.
    let upright = upright(reduced(displayed)?, turns)?;
    let mut bytes = Vec::new();
    upright
        .write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, QUALITY))
        .map_err(|error| failed(&error))?;
    Ok(bytes)
}

/// The picture with a long side of at most [`LONG_SIDE`].
fn reduced(pixels: &RgbImage) -> Result<Cow<'_, RgbImage>, CloudError> {
    let (width, height) = pixels.dimensions();
    let long = width.max(height);
    if long <= LONG_SIDE {
        return Ok(Cow::Borrowed(pixels));
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
    picture([to.width(), to.height()], to.into_vec()).map(Cow::Owned)
}

/// The picture, turned.
fn upright(
    displayed: Cow<'_, RgbImage>,
    turns: QuarterTurns,
) -> Result<Cow<'_, RgbImage>, CloudError> {
    if turns.is_none() {
        return Ok(displayed);
    }
    let sides = [displayed.width(), displayed.height()];
    let (pixels, _) = displayed.as_raw().as_chunks::<CHANNELS>();
    let turned = turns.cells(pixels, sides.map(|side| side as usize));
    picture(turns.sides(sides), turned.into_flattened()).map(Cow::Owned)
}

fn picture([width, height]: [u32; 2], samples: Vec<u8>) -> Result<RgbImage, CloudError> {
    RgbImage::from_raw(width, height, samples).ok_or_else(|| failed(&"its buffer has another size"))
}

fn failed(error: &dyn std::fmt::Display) -> CloudError {
    CloudError::Encoding(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_is_small_and_carries_no_metadata() {
        let large = RgbImage::from_pixel(4000, 3000, image::Rgb([200, 180, 160]));
        for (picture, size) in [(large, (1024, 768)), (RgbImage::new(30, 20), (30, 20))] {
            let bytes = jpeg(&picture, QuarterTurns::NONE).unwrap();
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

    #[test]
    fn a_picture_on_its_side_is_sent_upright() {
        // Light is above once the picture has been turned clockwise; displayed, it is on the left.
        for (width, height) in [(4000, 3000), (40, 30)] {
            let displayed = RgbImage::from_fn(width, height, |x, _| {
                image::Rgb([if x < width / 2 { 250 } else { 5 }; 3])
            });
            let bytes = jpeg(&displayed, QuarterTurns::clockwise(1)).unwrap();
            let sent = image::load_from_memory(&bytes).unwrap().into_rgb8();
            assert!(sent.height() > sent.width());
            let level = |y: u32| sent.get_pixel(sent.width() / 2, y).0[0];
            assert!(level(1) > 200 && level(sent.height() - 2) < 50);
        }
    }
}
