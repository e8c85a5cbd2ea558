//! Bilinear scaling of 8-bit pictures to the very values that PIL's `resize` gives.
//!
//! `fast_image_resize` uses the same filter, and for 8 bits does the columns first, with weights of fewer bits: some values
//! differ by a level, which moves the masks' edges. Where masks have to equal the reference's, its order and its rounding count:
//! rows first, weights of 22 bits, 8 bits in between (Pillow, `src/libImaging/Resample.c`).

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

/// Writes the photo, stretched to `height` x `width`, into `scaled`, pixel by pixel; a side of 0 leaves it empty.
pub(super) fn resize(photo: &RgbImage, [height, width]: [u32; 2], scaled: &mut Vec<u8>) {
    scaled.clear();
    let (from_width, from_height) = (photo.width() as usize, photo.height() as usize);
    let (width, height) = (width as usize, height as usize);
    if from_width * from_height * width * height == 0 {
        return;
    }
    let columns = windows(from_width, width);
    let mut narrowed = Vec::with_capacity(from_height * width * CHANNELS);
    for row in photo.as_raw().chunks_exact(from_width * CHANNELS) {
        for window in &columns {
            let pixels = row[window.first * CHANNELS..].chunks_exact(CHANNELS);
            let mut sums = [HALF; CHANNELS];
            for (pixel, weight) in pixels.zip(&window.weights) {
                for (sum, level) in sums.iter_mut().zip(pixel) {
                    *sum += i32::from(*level) * weight;
                }
            }
            narrowed.extend(sums.map(to_level));
        }
    }
    let stride = width * CHANNELS;
    let mut sums = vec![HALF; stride];
    for window in windows(from_height, height) {
        sums.fill(HALF);
        let rows = narrowed[window.first * stride..].chunks_exact(stride);
        for (row, weight) in rows.zip(&window.weights) {
            for (sum, level) in sums.iter_mut().zip(row) {
                *sum += i32::from(*level) * weight;
            }
        }
        scaled.extend(sums.iter().map(|sum| to_level(*sum)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The picture that `tests/parity/record_resize.py` scales with PIL.
    #[test]
    fn values_are_pils() {
        let recorded: Vec<u8> = include!("../../tests/parity/pil_bilinear_23x17_to_8x6.in");
        let picture = RgbImage::from_fn(23, 17, |x, y| {
            let level = |value: u32| u8::try_from(value % 256).unwrap();
            image::Rgb([
                level(7 * x + 3 * y),
                level(x + 11 * y + x * y),
                level(5 * x * y),
            ])
        });
        let mut scaled = Vec::new();
        resize(&picture, [6, 8], &mut scaled);
        assert_eq!(scaled, recorded);
    }

    #[test]
    fn an_equal_size_changes_nothing() {
        let picture = RgbImage::from_fn(5, 4, |x, y| {
            image::Rgb([x, y, x * y].map(|value| u8::try_from(value * 20).unwrap()))
        });
        let mut scaled = Vec::new();
        resize(&picture, [4, 5], &mut scaled);
        assert_eq!(&scaled, picture.as_raw());
    }
}
