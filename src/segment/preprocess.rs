//! From a photo's pixels to the network's input: one scaling, one pass of normalisation.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::RgbImage;

use super::metadata::ModelMetadata;
use super::pil_resize;
use crate::geometry::camera::ImageSize;
use crate::geometry::quarter_turns::QuarterTurns;

/// Colour channels of photo and input.
const CHANNELS: usize = 3;

/// How photos are scaled; both widen a bilinear filter when scaling down, and differ by a grey level at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scaling {
    /// As fast as the processor allows.
    Fast,
    /// To the values that the reference's image processor gives.
    Reference,
}

/// Scales and normalises photos; keeps its buffers from one photo to the next.
#[derive(Debug)]
pub struct Preprocessor {
    scaling: Scaling,
    resizer: Resizer,
    options: ResizeOptions,
    /// Normalised value of each 8-bit value, by channel.
    normalised: [[f32; 256]; CHANNELS],
    scaled: Vec<u8>,
}

/// A photo that cannot be scaled.
#[derive(Debug, thiserror::Error)]
#[error("cannot scale the photo to {height} x {width}: {reason}")]
pub struct PreprocessError {
    height: u32,
    width: u32,
    reason: String,
}

impl Preprocessor {
    /// A preprocessor with the model's own normalisation.
    #[must_use]
    pub fn new(metadata: &ModelMetadata, scaling: Scaling) -> Self {
        let table = |channel: usize| {
            let (mean, std) = (metadata.mean[channel], metadata.std[channel]);
            std::array::from_fn(|value| {
                let value = u8::try_from(value).unwrap_or(u8::MAX);
                (f32::from(value) * metadata.rescale - mean) / std
            })
        };
        Self {
            scaling,
            resizer: Resizer::new(),
            // A convolution with the triangle filter, widened when scaling down: what PIL calls bilinear.
            options: ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear)),
            normalised: std::array::from_fn(table),
            scaled: Vec::new(),
        }
    }

    /// Appends the photo, turned by `turns` and stretched to `height` x `width`, to `input`: planes of R, G and B, normalised.
    ///
    /// # Errors
    /// When the photo or the input has no pixels.
    pub fn run(
        &mut self,
        photo: &RgbImage,
        turns: QuarterTurns,
        [height, width]: [u32; 2],
        input: &mut Vec<f32>,
    ) -> Result<(), PreprocessError> {
        self.scale_and_turn(photo, turns, height, width)
            .map_err(|reason| PreprocessError {
                height,
                width,
                reason,
            })?;
        let plane = height as usize * width as usize;
        let start = input.len();
        input.resize(start + CHANNELS * plane, 0.0);
        let (red, rest) = input[start..].split_at_mut(plane);
        let (green, blue) = rest.split_at_mut(plane);
        let [red_of, green_of, blue_of] = &self.normalised;
        let pixels = self.scaled.chunks_exact(CHANNELS);
        for (((pixel, red), green), blue) in pixels.zip(red).zip(green).zip(blue) {
            *red = red_of[usize::from(pixel[0])];
            *green = green_of[usize::from(pixel[1])];
            *blue = blue_of[usize::from(pixel[2])];
        }
        Ok(())
    }

    /// Turns what is scaled already: that is a hundredth of a photo's pixels.
    fn scale_and_turn(
        &mut self,
        photo: &RgbImage,
        turns: QuarterTurns,
        height: u32,
        width: u32,
    ) -> Result<(), String> {
        let displayed = turns.size(ImageSize { width, height });
        self.scale(photo, displayed.height, displayed.width)?;
        if !turns.is_none() {
            let (pixels, _) = self.scaled.as_chunks::<CHANNELS>();
            let sides = [displayed.width, displayed.height].map(|side| side as usize);
            self.scaled = turns.cells(pixels, sides).into_flattened();
        }
        Ok(())
    }

    fn scale(&mut self, photo: &RgbImage, height: u32, width: u32) -> Result<(), String> {
        if self.scaling == Scaling::Reference {
            self.scaled = pil_resize::resize(photo, [height, width])
                .ok_or_else(|| "there are no pixels".to_owned())?;
            return Ok(());
        }
        self.scaled
            .resize(height as usize * width as usize * CHANNELS, 0);
        let source = ImageRef::new(
            photo.width(),
            photo.height(),
            photo.as_raw(),
            PixelType::U8x3,
        )
        .map_err(|error| error.to_string())?;
        let mut target = Image::from_slice_u8(width, height, &mut self.scaled, PixelType::U8x3)
            .map_err(|error| error.to_string())?;
        self.resizer
            .resize(&source, &mut target, &self.options)
            .map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::super::size_policy::SizePolicy;
    use super::*;
    use crate::segment::metadata::Resample;

    fn preprocessor(mean: [f32; 3], std: [f32; 3], rescale: f32) -> Preprocessor {
        Preprocessor::new(
            &ModelMetadata {
                labels: Vec::new(),
                mean,
                std,
                rescale,
                size: SizePolicy::Fixed {
                    height: 32,
                    width: 32,
                    divisor: 32,
                },
                resample: Resample::Bilinear,
                source: None,
                licence: None,
                precision: None,
            },
            Scaling::Fast,
        )
    }

    /// The picture that `tests/parity/record_resize.py` scales with PIL.
    fn pattern(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| {
            let value =
                |a: u32, b: u32, c: u32| u8::try_from((a * x + b * y + c * x * y) % 256).unwrap();
            image::Rgb([value(7, 3, 0), value(1, 11, 1), value(0, 0, 5)])
        })
    }

    #[test]
    fn scaling_is_pils_bilinear_within_a_grey_level() {
        let recorded: Vec<u8> = include!("../../tests/parity/pil_bilinear_23x17_to_8x6.in");
        let mut input = Vec::new();
        preprocessor([0.0; 3], [1.0; 3], 1.0)
            .run(&pattern(23, 17), QuarterTurns::NONE, [6, 8], &mut input)
            .unwrap();
        let plane = 6 * 8;
        for (index, wanted) in recorded.iter().enumerate() {
            let (pixel, channel) = (index / CHANNELS, index % CHANNELS);
            let got = input[channel * plane + pixel];
            assert!(
                (got - f32::from(*wanted)).abs() <= 1.0,
                "pixel {pixel} channel {channel}: {got}, PIL {wanted}"
            );
        }
    }

    #[test]
    fn planes_are_normalised_channel_by_channel() {
        let photo = RgbImage::from_pixel(5, 4, image::Rgb([255, 0, 51]));
        let mut input = Vec::new();
        preprocessor([0.5, 0.25, 0.0], [0.5, 0.25, 2.0], 1.0 / 255.0)
            .run(&photo, QuarterTurns::NONE, [2, 3], &mut input)
            .unwrap();
        let wanted: Vec<f32> = [[1.0; 6], [-1.0; 6], [0.1; 6]].concat();
        assert_eq!(input.len(), wanted.len());
        for (got, wanted) in input.iter().zip(&wanted) {
            assert!((got - wanted).abs() < 1e-6, "{got} {wanted}");
        }
    }
}
