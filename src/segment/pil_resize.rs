//! Bilinear scaling of 8-bit pictures to the very values that PIL's `resize` gives.
//!
//! `fast_image_resize` uses the same filter, and for 8 bits does the columns first, with weights of fewer bits: some values
//! differ by a level, which moves the masks' edges. Where masks have to equal the reference's, its order and its rounding count:
//! weights of 22 bits, 8 bits in between (Pillow, `src/libImaging/Resample.c`), and rows before columns or after them as
//! [`height_first`] says.

use std::borrow::Cow;

use image::RgbImage;

const CHANNELS: usize = 3;
/// Fractional bits of a weight: of 32 bits, 8 hold the value and 2 are left for sums that overshoot.
const PRECISION: u32 = 32 - 8 - 2;

/// The samples that make one output sample, and their weights.
struct Window {
    first: usize,
    weights: Vec<i32>,
}

/// Windows of all `output` samples over `input` ones: a triangle as wide as the scale, cut at the borders, of sum one.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)] // sides of pictures are far below 2^32, positions are not negative, weights are at most one
fn windows(input: usize, output: usize) -> Vec<Window> {
    let scale = input as f64 / output as f64;
    let support = scale.max(1.0);
    let window = |position: usize| {
        let centre = (position as f64 + 0.5) * scale;
        let first = (centre - support + 0.5).max(0.0) as usize;
        let end = ((centre + support + 0.5) as usize).min(input);
        let triangle = |sample: usize| {
            let distance = (sample as f64 - centre + 0.5) * (1.0 / support);
            (1.0 - distance.abs()).max(0.0)
        };
        let shares: Vec<f64> = (first..end).map(triangle).collect();
        let sum: f64 = shares.iter().sum();
        let weights = shares
            .iter()
            .map(|share| (0.5 + share / sum * f64::from(1u32 << PRECISION)) as i32)
            .collect();
        Window { first, weights }
    };
    (0..output).map(window).collect()
}

/// A weighted sum back to 8 bits, rounded half up.
fn to_level(sum: i32) -> u8 {
    let level = (sum >> PRECISION).clamp(0, i32::from(u8::MAX));
    u8::try_from(level).unwrap_or(u8::MAX)
}

const HALF: i32 = 1 << (PRECISION - 1);

/// Whether PIL shrinks the height before the width: found by scaling pictures of 1,500 random shapes with Pillow 13.0 in both
/// orders. Pillow 12 and earlier always begin with the width.
fn height_first([from_height, from_width]: [usize; 2], [height, width]: [usize; 2]) -> bool {
    from_height > height && from_height + 2 * width > height + 2 * from_width
}

/// Interleaved pixels, rows one after another.
struct Pixels<'p> {
    width: usize,
    values: Cow<'p, [u8]>,
}

impl Pixels<'_> {
    fn height(&self) -> usize {
        self.values.len() / (self.width * CHANNELS)
    }

    fn with_width(&self, width: usize) -> Pixels<'static> {
        let windows = windows(self.width, width);
        let mut values = Vec::with_capacity(self.height() * width * CHANNELS);
        for row in self.values.chunks_exact(self.width * CHANNELS) {
            for window in &windows {
                let pixels = row[window.first * CHANNELS..].chunks_exact(CHANNELS);
                let mut sums = [HALF; CHANNELS];
                for (pixel, weight) in pixels.zip(&window.weights) {
                    for (sum, level) in sums.iter_mut().zip(pixel) {
                        *sum += i32::from(*level) * weight;
                    }
                }
                values.extend(sums.map(to_level));
            }
        }
        Pixels {
            width,
            values: values.into(),
        }
    }

    fn with_height(&self, height: usize) -> Pixels<'static> {
        let stride = self.width * CHANNELS;
        let mut values = Vec::with_capacity(height * stride);
        let mut sums = vec![HALF; stride];
        for window in windows(self.height(), height) {
            sums.fill(HALF);
            let rows = self.values[window.first * stride..].chunks_exact(stride);
            for (row, weight) in rows.zip(&window.weights) {
                for (sum, level) in sums.iter_mut().zip(row) {
                    *sum += i32::from(*level) * weight;
                }
            }
            values.extend(sums.iter().map(|sum| to_level(*sum)));
        }
        Pixels {
            width: self.width,
            values: values.into(),
        }
    }
}

/// The photo stretched to `height` x `width`, pixel by pixel; `None` where a side is 0.
pub(super) fn resize(photo: &RgbImage, [height, width]: [u32; 2]) -> Option<Vec<u8>> {
    let [from_width, from_height, width, height] =
        [photo.width(), photo.height(), width, height].map(|side| side as usize);
    if from_width * from_height * width * height == 0 {
        return None;
    }
    let photo = Pixels {
        width: from_width,
        values: photo.as_raw().into(),
    };
    let scaled = if height_first([from_height, from_width], [height, width]) {
        photo.with_height(height).with_width(width)
    } else {
        photo.with_width(width).with_height(height)
    };
    Some(scaled.values.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The picture that `tests/parity/record_resize.py` scales with PIL.
    fn pattern(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| {
            let level = |value: u32| u8::try_from(value % 256).unwrap();
            image::Rgb([
                level(7 * x + 3 * y),
                level(x + 11 * y + x * y),
                level(5 * x * y),
            ])
        })
    }

    #[test]
    fn values_are_pils() {
        let wide: Vec<u8> = include!("../../tests/parity/pil_bilinear_23x17_to_8x6.in");
        assert_eq!(resize(&pattern(23, 17), [6, 8]).unwrap(), wide);
        // Tall enough for the other order.
        let tall: Vec<u8> = include!("../../tests/parity/pil_bilinear_13x40_to_8x9.in");
        assert!(height_first([40, 13], [9, 8]));
        assert_eq!(resize(&pattern(13, 40), [9, 8]).unwrap(), tall);
    }

    #[test]
    fn an_equal_size_changes_nothing() {
        let picture = pattern(5, 4);
        assert_eq!(resize(&picture, [4, 5]).as_ref(), Some(picture.as_raw()));
    }

    #[test]
    fn a_picture_without_pixels_has_none() {
        assert_eq!(resize(&RgbImage::new(0, 4), [4, 5]), None);
        assert_eq!(resize(&pattern(5, 4), [0, 5]), None);
    }
}
