//! The photo with everything that was understood of it drawn over it.

use image::RgbImage;
use image::imageops::{FilterType, resize};

use super::draw::{arrow, blend, dashed, dot, line, text, text_width};
use super::font::GLYPH_HEIGHT;
use crate::ade20k::{
    CEILING, ClassIndex, DOOR, FLOOR, RUG, Surface, UNKNOWN, WALL, is_window, surface,
};
use crate::label_map::LabelMap;
use crate::measure::{Estimate, Measurement};
use crate::photo::Photo;

/// Long side of the overlay, px; smaller photos keep their size. Enough to judge a boundary by eye.
const LONG_SIDE: u32 = 1600;
/// How strongly a class tints its pixels.
const TINT: f32 = 0.38;

const OUTLINE: [u8; 3] = [255, 255, 0];
const EDGE: [u8; 3] = [255, 170, 0];
const USED: [u8; 3] = [0, 255, 90];
const REJECTED: [u8; 3] = [255, 40, 40];
const VERTICAL: [u8; 3] = [0, 230, 255];
const HORIZON: [u8; 3] = [255, 0, 255];
const VANISHING: [u8; 3] = [255, 150, 255];
const WORDS: [u8; 3] = [255, 255, 255];

/// Draws classes as tints, the wall's outline thick, other edges thin, used points green, rejected ones red, verticals cyan, the
/// horizon dashed, vanishing points as discs or, where they lie outside, as arrows towards them, and the size in words.
pub fn draw(photo: &Photo, labels: &LabelMap, measurement: &Measurement) -> RgbImage {
    let (width, height) = photo.pixels.dimensions();
    let scale = (f64::from(LONG_SIDE) / f64::from(width.max(height))).min(1.0);
    let side = |px: u32| ((f64::from(px) * scale).round() as u32).max(1);
    let mut picture = if scale < 1.0 {
        resize(
            &photo.pixels,
            side(width),
            side(height),
            FilterType::Triangle,
        )
    } else {
        photo.pixels.clone()
    };
    tint(&mut picture, labels);
    let stroke = (f64::from(picture.width().max(picture.height())) / 400.0).max(1.0);
    let at = |p: [f64; 2]| [p[0] * scale, p[1] * scale];
    let outline = &measurement.outline;
    if let Some([from, to]) = outline.horizon {
        dashed(&mut picture, at(from), at(to), stroke, HORIZON);
    }
    for [from, to] in &outline.verticals {
        line(&mut picture, at(*from), at(*to), stroke * 0.75, VERTICAL);
    }
    for [from, to] in &outline.edges {
        line(&mut picture, at(*from), at(*to), stroke, EDGE);
    }
    let corners = &outline.wall;
    for (from, to) in corners.iter().zip(corners.iter().cycle().skip(1)) {
        line(&mut picture, at(*from), at(*to), stroke * 1.5, OUTLINE);
    }
    for (points, colour) in [(&outline.outliers, REJECTED), (&outline.inliers, USED)] {
        for point in points {
            dot(&mut picture, at(*point), stroke, colour);
        }
    }
    for point in &outline.vanishing_points {
        vanishing_point(&mut picture, at(*point), stroke);
    }
    words(&mut picture, measurement, stroke);
    picture
}

/// A disc where the point lies in the picture, else an arrow towards it that ends at the border.
fn vanishing_point(picture: &mut RgbImage, at: [f64; 2], stroke: f64) {
    /// Length of the arrow, in strokes, and its tip's distance from the border.
    const LENGTH: f64 = 20.0;
    const MARGIN: f64 = 4.0;
    let half = [picture.width(), picture.height()].map(|side| f64::from(side) / 2.0);
    let way = [at[0] - half[0], at[1] - half[1]];
    // Shares of the way from the middle at which each pair of borders is met.
    let reach = [0, 1]
        .map(|axis| (half[axis] - MARGIN * stroke).max(0.0) / way[axis].abs().max(1e-9))
        .into_iter()
        .fold(f64::INFINITY, f64::min);
    if reach >= 1.0 {
        dot(picture, at, 3.0 * stroke, VANISHING);
        return;
    }
    let start = (reach - LENGTH * stroke / way[0].hypot(way[1])).max(0.0);
    let [from, to] = [start, reach].map(|t| [half[0] + way[0] * t, half[1] + way[1] * t]);
    arrow(picture, from, to, stroke, VANISHING);
}

fn tint(picture: &mut RgbImage, labels: &LabelMap) {
    let (width, height) = picture.dimensions();
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        let column = u64::from(x) * u64::from(labels.width()) / u64::from(width);
        let row = u64::from(y) * u64::from(labels.height()) / u64::from(height);
        if let Some(colour) = colour(labels.at(column as u32, row as u32)) {
            blend(pixel, colour, TINT);
        }
    }
}

/// Blue wall, orange floor, green ceiling, white window, purple door, teal for what hangs on the wall, red for what hides it.
const fn colour(class: ClassIndex) -> Option<[u8; 3]> {
    match class {
        UNKNOWN => None,
        WALL => Some([40, 90, 255]),
        FLOOR | RUG => Some([255, 140, 0]),
        CEILING => Some([40, 200, 80]),
        DOOR => Some([170, 60, 220]),
        other if is_window(other) => Some([255, 255, 255]),
        other => match surface(other) {
            Surface::Wall => Some([0, 190, 190]),
            Surface::Occluder => Some([220, 30, 60]),
            Surface::Floor | Surface::Ceiling | Surface::Ignored => None,
        },
    }
}

/// The size at the top, over the ceiling as a rule, where it hides least.
fn words(picture: &mut RgbImage, measurement: &Measurement, stroke: f64) {
    let size = (stroke.round() as u32).max(1) + 1;
    let mark = if measurement.width_is_lower_bound {
        "~"
    } else {
        ""
    };
    let lines = [
        format!("width {mark}{}", worded(measurement.wall_width)),
        format!("height {}", worded(measurement.wall_height)),
        measurement.confidence_pct.map_or_else(
            || "not measured".to_owned(),
            |pct| format!("confidence {pct:.0} %"),
        ),
    ];
    let widest = lines.iter().map(|l| text_width(l, size)).max().unwrap_or(0);
    let line_height = f64::from((GLYPH_HEIGHT + 4) * size);
    let left = f64::from(picture.width().saturating_sub(widest + size * 4)) / 2.0;
    for (i, words) in lines.iter().enumerate() {
        let top = f64::from(size * 2) + line_height * i as f64;
        text(picture, [left, top], size, words, WORDS);
    }
}

fn worded(estimate: Option<Estimate>) -> String {
    estimate.map_or_else(
        || "unknown".to_owned(),
        |e| {
            let interval = e
                .interval_cm
                .map_or_else(String::new, |[low, high]| format!("  {low:.0} - {high:.0}"));
            format!("{:.0} cm{interval}", e.cm)
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Outline;
    use crate::photo::{Metadata, PhotoFormat, PhotoTimings};

    fn photo(width: u32, height: u32) -> Photo {
        Photo {
            pixels: RgbImage::from_pixel(width, height, image::Rgb([100; 3])),
            format: PhotoFormat::Png,
            orientation: 1,
            metadata: Metadata::default(),
            warnings: Vec::new(),
            timings: PhotoTimings::default(),
        }
    }

    #[test]
    fn the_outline_lies_where_the_fit_says_at_any_size() {
        let labels = LabelMap::new(1, 1, vec![UNKNOWN]).unwrap();
        for (width, height) in [(400, 300), (4000, 3000)] {
            let (w, h) = (f64::from(width), f64::from(height));
            let wall = vec![
                [w * 0.2, h * 0.5],
                [w * 0.8, h * 0.5],
                [w * 0.8, h * 0.9],
                [w * 0.2, h * 0.9],
            ];
            let measurement = Measurement {
                outline: Outline {
                    wall,
                    ..Outline::default()
                },
                ..Measurement::default()
            };
            let picture = draw(&photo(width, height), &labels, &measurement);
            assert!(picture.width() <= LONG_SIDE);
            let at = |x: f64, y: f64| {
                let (px, py) = (
                    f64::from(picture.width()) * x,
                    f64::from(picture.height()) * y,
                );
                picture.get_pixel(px as u32, py as u32).0
            };
            assert_eq!(at(0.5, 0.9), OUTLINE);
            assert_eq!(at(0.2, 0.7), OUTLINE);
            assert_eq!(at(0.5, 0.7), [100; 3]);
        }
    }

    #[test]
    fn vanishing_points_are_drawn_where_they_are_or_pointed_at() {
        let labels = LabelMap::new(1, 1, vec![UNKNOWN]).unwrap();
        let with = |point| Measurement {
            outline: Outline {
                vanishing_points: vec![point],
                ..Outline::default()
            },
            ..Measurement::default()
        };
        let inside = draw(&photo(400, 300), &labels, &with([120.0, 200.0]));
        assert_eq!(inside.get_pixel(120, 200).0, VANISHING);
        // Far to the right, at the height of the middle: the arrow's tip lies at the right border.
        let outside = draw(&photo(400, 300), &labels, &with([1e6, 150.0]));
        assert_eq!(outside.get_pixel(395, 150).0, VANISHING);
        assert_eq!(outside.get_pixel(300, 150).0, [100; 3]);
    }

    #[test]
    fn classes_are_tinted_and_unknown_is_left_alone() {
        let labels = LabelMap::new(2, 1, vec![WALL, UNKNOWN]).unwrap();
        let picture = draw(&photo(100, 90), &labels, &Measurement::default());
        assert_ne!(picture.get_pixel(10, 80).0, [100; 3]);
        assert_eq!(picture.get_pixel(90, 80).0, [100; 3]);
    }
}
