//! Lines, dots and text on a picture; all clipped to it.

use image::{Rgb, RgbImage};

use super::font::{GLYPH_HEIGHT, GLYPH_WIDTH, glyph};

/// Mixes `colour` over one pixel; `share` 0 leaves the pixel, 1 replaces it.
pub fn blend(pixel: &mut Rgb<u8>, colour: [u8; 3], share: f32) {
    for (channel, new) in pixel.0.iter_mut().zip(colour) {
        let mixed = f32::from(*channel) * (1.0 - share) + f32::from(new) * share;
        *channel = mixed.round() as u8;
    }
}

/// A straight line `thickness` pixels wide.
pub fn line(picture: &mut RgbImage, from: [f64; 2], to: [f64; 2], thickness: f64, colour: [u8; 3]) {
    let Some((from, to)) = clipped(picture, from, to, thickness) else {
        return;
    };
    let steps = (to[0] - from[0]).hypot(to[1] - from[1]).ceil().max(1.0);
    for step in 0..=(steps as u32) {
        let t = f64::from(step) / steps;
        let at = [
            from[0] + (to[0] - from[0]) * t,
            from[1] + (to[1] - from[1]) * t,
        ];
        dot(picture, at, thickness / 2.0, colour);
    }
}

/// A line of dashes.
pub fn dashed(
    picture: &mut RgbImage,
    from: [f64; 2],
    to: [f64; 2],
    thickness: f64,
    colour: [u8; 3],
) {
    let Some((from, to)) = clipped(picture, from, to, thickness) else {
        return;
    };
    let length = (to[0] - from[0]).hypot(to[1] - from[1]);
    let period = thickness * 8.0;
    let at = |s: f64| {
        let t = s.min(length) / length.max(1e-9);
        [
            from[0] + (to[0] - from[0]) * t,
            from[1] + (to[1] - from[1]) * t,
        ]
    };
    let mut start = 0.0;
    while start < length {
        line(
            picture,
            at(start),
            at(start + period / 2.0),
            thickness,
            colour,
        );
        start += period;
    }
}

/// A line with a head at `to`.
pub fn arrow(
    picture: &mut RgbImage,
    from: [f64; 2],
    to: [f64; 2],
    thickness: f64,
    colour: [u8; 3],
) {
    /// Length of the head's strokes and half its breadth, in thicknesses.
    const HEAD: [f64; 2] = [6.0, 3.0];
    line(picture, from, to, thickness, colour);
    let way = [to[0] - from[0], to[1] - from[1]];
    let length = way[0].hypot(way[1]);
    if length <= 0.0 {
        return;
    }
    let [x, y] = way.map(|v| v / length * thickness);
    for side in [-1.0, 1.0] {
        let end = [
            to[0] - HEAD[0] * x - side * HEAD[1] * y,
            to[1] - HEAD[0] * y + side * HEAD[1] * x,
        ];
        line(picture, end, to, thickness, colour);
    }
}

/// A filled disc.
pub fn dot(picture: &mut RgbImage, centre: [f64; 2], radius: f64, colour: [u8; 3]) {
    let [cx, cy] = centre;
    let (width, height) = (f64::from(picture.width()), f64::from(picture.height()));
    let inside =
        cx + radius >= 0.0 && cy + radius >= 0.0 && cx - radius < width && cy - radius < height;
    if !inside {
        return;
    }
    let range = |c: f64, end: u32| {
        let low = (c - radius).floor().max(0.0) as u32;
        let high = (c + radius).ceil().max(0.0) as u32;
        low..high.min(end)
    };
    for y in range(cy, picture.height()) {
        for x in range(cx, picture.width()) {
            let (dx, dy) = (f64::from(x) + 0.5 - cx, f64::from(y) + 0.5 - cy);
            if dx.hypot(dy) <= radius.max(0.71) {
                picture.put_pixel(x, y, Rgb(colour));
            }
        }
    }
}

/// Text on a dark ground, each font pixel `scale` pixels wide; `at` is its upper left corner, moved so that all of it is seen.
pub fn text(picture: &mut RgbImage, at: [f64; 2], scale: u32, words: &str, colour: [u8; 3]) {
    let margin = scale * 2;
    let width = text_width(words, scale) + 2 * margin;
    let height = GLYPH_HEIGHT * scale + 2 * margin;
    let place =
        |wanted: f64, size: u32, end: u32| (wanted.max(0.0) as u32).min(end.saturating_sub(size));
    let left = place(at[0], width, picture.width());
    let top = place(at[1], height, picture.height());
    for y in top..(top + height).min(picture.height()) {
        for x in left..(left + width).min(picture.width()) {
            blend(picture.get_pixel_mut(x, y), [0, 0, 0], 0.65);
        }
    }
    for (i, c) in words.chars().enumerate() {
        let start = left + margin + i as u32 * (GLYPH_WIDTH + 1) * scale;
        for (row, bits) in (0_u32..).zip(glyph(c)) {
            for column in (0..GLYPH_WIDTH).filter(|c| (bits >> (GLYPH_WIDTH - 1 - c)) & 1 == 1) {
                let (x0, y0) = (start + column * scale, top + margin + row * scale);
                for y in y0..(y0 + scale).min(picture.height()) {
                    for x in x0..(x0 + scale).min(picture.width()) {
                        picture.put_pixel(x, y, Rgb(colour));
                    }
                }
            }
        }
    }
}

/// Pixels that `words` take, without their margin.
pub fn text_width(words: &str, scale: u32) -> u32 {
    words.chars().count() as u32 * (GLYPH_WIDTH + 1) * scale
}

/// The part of a segment that is near the picture (Liang-Barsky); nothing for a segment outside, or not a number.
fn clipped(
    picture: &RgbImage,
    from: [f64; 2],
    to: [f64; 2],
    margin: f64,
) -> Option<([f64; 2], [f64; 2])> {
    if !from.iter().chain(&to).all(|v| v.is_finite()) {
        return None;
    }
    let size = [f64::from(picture.width()), f64::from(picture.height())];
    let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
    for axis in 0..2 {
        let delta = to[axis] - from[axis];
        let (low, high) = (-margin - from[axis], size[axis] + margin - from[axis]);
        if delta == 0.0 {
            if low > 0.0 || high < 0.0 {
                return None;
            }
            continue;
        }
        let (a, b) = (low / delta, high / delta);
        enter = enter.max(a.min(b));
        leave = leave.min(a.max(b));
    }
    let at = |t: f64| {
        [
            from[0] + (to[0] - from[0]) * t,
            from[1] + (to[1] - from[1]) * t,
        ]
    };
    (enter <= leave).then(|| (at(enter), at(leave)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_from_far_outside_still_crosses_the_picture() {
        let mut picture = RgbImage::new(20, 10);
        line(&mut picture, [-1e12, 5.0], [1e12, 5.0], 2.0, [255; 3]);
        assert!((0..20).all(|x| picture.get_pixel(x, 5).0 == [255; 3]));
        assert!((0..20).all(|x| picture.get_pixel(x, 0).0 == [0; 3]));
    }

    proptest! {
        #[test]
        fn nothing_drawn_anywhere_panics(
            values in prop::array::uniform4(prop_oneof![Just(f64::NAN), Just(f64::INFINITY), -1e9..1e9_f64, -50.0..50.0_f64])
        ) {
            let mut picture = RgbImage::new(16, 9);
            let [a, b, c, d] = values;
            line(&mut picture, [a, b], [c, d], 3.0, [255; 3]);
            dashed(&mut picture, [a, b], [c, d], 3.0, [255; 3]);
            arrow(&mut picture, [a, b], [c, d], 3.0, [255; 3]);
            dot(&mut picture, [a, b], 3.0, [255; 3]);
            text(&mut picture, [a, b], 2, "123 cm", [255; 3]);
        }
    }
}
