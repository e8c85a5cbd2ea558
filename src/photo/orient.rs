//! The eight ways in which a stored picture is displayed (EXIF Orientation, CIPA DC-008 4.6.4).

use image::{Rgb, RgbImage, imageops};
use serde::{Deserialize, Serialize};

/// EXIF Orientation, 1 to 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Orientation(u8);

impl Orientation {
    /// Displayed as stored.
    pub const UPRIGHT: Self = Self(1);

    /// The rotations, which are all that a hand does to a camera: by 0, 90, 180 and 270 degrees clockwise.
    pub const ROTATIONS: [Self; 4] = [Self(1), Self(6), Self(3), Self(8)];

    /// From the number in EXIF; `None` outside 1-8.
    #[must_use]
    pub const fn from_exif(value: u32) -> Option<Self> {
        match value {
            #[allow(clippy::cast_possible_truncation)] // Within 1-8.
            1..=8 => Some(Self(value as u8)),
            _ => None,
        }
    }

    /// The number in EXIF.
    #[must_use]
    pub const fn exif(self) -> u8 {
        self.0
    }

    /// Whether the displayed picture's width is the stored picture's height.
    #[must_use]
    pub const fn swaps_sides(self) -> bool {
        self.0 >= 5
    }

    /// Turns a direction of the stored picture (x right, y down) into one of the displayed picture.
    #[must_use]
    pub const fn turn(self, [x, y]: [f64; 2]) -> [f64; 2] {
        match self.0 {
            2 => [-x, y],
            3 => [-x, -y],
            4 => [x, -y],
            5 => [y, x],
            6 => [-y, x],
            7 => [-y, -x],
            8 => [y, -x],
            _ => [x, y],
        }
    }

    /// Turns stored pixels into displayed ones; in place where the sides keep their lengths.
    #[must_use]
    pub fn apply(self, mut pixels: RgbImage) -> RgbImage {
        match self.0 {
            2 => imageops::flip_horizontal_in_place(&mut pixels),
            3 => imageops::rotate180_in_place(&mut pixels),
            4 => imageops::flip_vertical_in_place(&mut pixels),
            5..=8 => return self.transposed(&pixels),
            _ => {}
        }
        pixels
    }

    /// The four orientations that swap the sides. Goes by blocks: along whole columns every pixel would miss the cache.
    fn transposed(self, stored: &RgbImage) -> RgbImage {
        const BLOCK: u32 = 32;
        let (width, height) = stored.dimensions();
        let mut displayed = RgbImage::new(height, width);
        for top in (0..height).step_by(BLOCK as usize) {
            for left in (0..width).step_by(BLOCK as usize) {
                for y in top..height.min(top + BLOCK) {
                    for x in left..width.min(left + BLOCK) {
                        let pixel: Rgb<u8> = *stored.get_pixel(x, y);
                        let (u, v) = match self.0 {
                            5 => (y, x),
                            6 => (height - 1 - y, x),
                            7 => (height - 1 - y, width - 1 - x),
                            _ => (y, width - 1 - x),
                        };
                        displayed.put_pixel(u, v, pixel);
                    }
                }
            }
        }
        displayed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of a 3 x 2 picture whose pixels are all different.
    fn stored() -> RgbImage {
        RgbImage::from_fn(3, 2, |x, y| Rgb([u8::try_from(10 * y + x).unwrap(), 0, 0]))
    }

    #[test]
    fn all_eight_orientations_match_the_table_of_the_standard() {
        // The standard names the displayed sides that the stored 0th row and 0th column become.
        let expected: [&[&[u8]]; 8] = [
            &[&[0, 1, 2], &[10, 11, 12]],    // 1: top, left
            &[&[2, 1, 0], &[12, 11, 10]],    // 2: top, right
            &[&[12, 11, 10], &[2, 1, 0]],    // 3: bottom, right
            &[&[10, 11, 12], &[0, 1, 2]],    // 4: bottom, left
            &[&[0, 10], &[1, 11], &[2, 12]], // 5: left, top
            &[&[10, 0], &[11, 1], &[12, 2]], // 6: right, top
            &[&[12, 2], &[11, 1], &[10, 0]], // 7: right, bottom
            &[&[2, 12], &[1, 11], &[0, 10]], // 8: left, bottom
        ];
        for (value, rows) in (1..=8).zip(expected) {
            let shown = Orientation::from_exif(value).unwrap().apply(stored());
            let found: Vec<Vec<u8>> = shown
                .rows()
                .map(|row| row.map(|pixel| pixel[0]).collect())
                .collect();
            assert_eq!(found, rows, "orientation {value}");
        }
    }

    #[test]
    fn directions_turn_as_the_pixels_do() {
        // A bright pixel to the right of and one below a picture's middle, on a square picture.
        for value in 1..=8 {
            let orientation = Orientation::from_exif(value).unwrap();
            for (x, y, direction) in [(4, 2, [1.0, 0.0]), (2, 4, [0.0, 1.0])] {
                let mut picture = RgbImage::new(5, 5);
                picture.put_pixel(x, y, Rgb([255; 3]));
                let shown = orientation.apply(picture);
                let (u, v, _) = shown
                    .enumerate_pixels()
                    .find(|(_, _, pixel)| pixel[0] == 255)
                    .unwrap();
                let found = [(f64::from(u) - 2.0) / 2.0, (f64::from(v) - 2.0) / 2.0];
                assert_eq!(orientation.turn(direction), found, "orientation {value}");
            }
        }
    }

    #[test]
    fn blocks_cover_pictures_larger_than_one_block() {
        let large = RgbImage::from_fn(70, 45, |x, y| {
            Rgb([u8::try_from(x).unwrap(), u8::try_from(y).unwrap(), 7])
        });
        let [six, eight] = [6, 8].map(|value| Orientation::from_exif(value).unwrap());
        assert_eq!(eight.apply(six.apply(large.clone())), large);
    }
}
