//! Transparency: laid over white, as on paper.

use image::{RgbImage, RgbaImage};

/// Lays straight (not premultiplied) alpha over white, in the memory of the picture itself.
pub(super) fn over_white(picture: RgbaImage) -> RgbImage {
    let (width, height) = picture.dimensions();
    let mut samples = picture.into_raw();
    let pixels = samples.len() / 4;
    for pixel in 0..pixels {
        let [red, green, blue, alpha] = [0, 1, 2, 3].map(|channel| samples[4 * pixel + channel]);
        for (channel, value) in [red, green, blue].into_iter().enumerate() {
            samples[3 * pixel + channel] = blend(value, alpha);
        }
    }
    samples.truncate(3 * pixels);
    samples.shrink_to_fit();
    // The buffer holds exactly three samples a pixel, so that this cannot fail; an empty picture if it did.
    RgbImage::from_raw(width, height, samples).unwrap_or_default()
}

/// `value` with coverage `alpha` / 255 on white, rounded.
fn blend(value: u8, alpha: u8) -> u8 {
    let (value, alpha) = (u32::from(value), u32::from(alpha));
    let sum = value * alpha + 255 * (255 - alpha);
    u8::try_from((sum + 127) / 255).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgba;

    #[test]
    fn clear_is_white_opaque_is_itself_and_half_is_between() {
        let mut picture = RgbaImage::new(2, 2);
        picture.put_pixel(0, 0, Rgba([10, 20, 30, 255]));
        picture.put_pixel(1, 0, Rgba([10, 20, 30, 0]));
        picture.put_pixel(0, 1, Rgba([0, 100, 255, 128]));
        picture.put_pixel(1, 1, Rgba([1, 2, 3, 255]));
        let flat = over_white(picture);
        assert_eq!(flat.get_pixel(0, 0).0, [10, 20, 30]);
        assert_eq!(flat.get_pixel(1, 0).0, [255; 3]);
        assert_eq!(flat.get_pixel(0, 1).0, [127, 177, 255]);
        assert_eq!(flat.get_pixel(1, 1).0, [1, 2, 3]);
    }
}
