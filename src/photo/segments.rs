//! Near-vertical straight edges of a photo: corners of rooms, jambs of doors and windows, sides of cupboards. They converge where
//! gravity points.
//!
//! The picture is reduced, ridges of its horizontal gradient are followed from row to row, and each chain is cut into straight
//! pieces. A chain's place in a row is that of the parabola through the gradient, so a piece is known to a fraction of a pixel.

use image::RgbImage;

use crate::geometry::camera::{ImageSize, LineSegment};
use crate::geometry::quarter_turns::QuarterTurns;

/// Long side of the reduced picture, px.
const REDUCED_SIDE: u32 = 800;
/// The least gradient of an edge, grey levels over two pixels.
const LEAST_GRADIENT: i32 = 14;
/// An edge is near-vertical where its gradient is this many times steeper across than down.
const LEAST_STEEPNESS: i32 = 2;
/// Shorter pieces are dropped, share of the reduced long side.
const LEAST_LENGTH: f64 = 0.05;
/// A piece may bend by this, px of the reduced picture.
const STRAIGHTNESS: f64 = 0.8;
/// No more pieces than this, the longest ones.
const MOST: usize = 120;

/// Finds the edges of a picture that are near-vertical once it is turned upright; px of the full picture as it is.
#[must_use]
pub fn near_vertical(pixels: &RgbImage, turns: QuarterTurns) -> Vec<LineSegment> {
    let displayed = ImageSize {
        width: pixels.width(),
        height: pixels.height(),
    };
    let upright = turns.size(displayed);
    let grey = Grey::reduced(pixels).turned(turns);
    let mut ridges = grey.ridges();
    let least = (LEAST_LENGTH * f64::from(REDUCED_SIDE.min(pixels.width().max(pixels.height()))))
        .max(8.0) as usize;
    let mut found: Vec<[[f64; 2]; 2]> = Vec::new();
    for y in 0..grey.height {
        for x in 0..grey.width {
            if ridges[y * grey.width + x] != 0 {
                let chain = grey.follow(&mut ridges, x, y);
                straight_pieces(&chain, least, &mut found);
            }
        }
    }
    let length = |s: &[[f64; 2]; 2]| (s[1][0] - s[0][0]).hypot(s[1][1] - s[0][1]);
    found.sort_by(|a, b| length(b).total_cmp(&length(a)));
    found.truncate(MOST);
    let scale = [
        f64::from(upright.width) / grey.width.max(1) as f64,
        f64::from(upright.height) / grey.height.max(1) as f64,
    ];
    found
        .into_iter()
        .map(|ends| {
            let [from, to] = ends.map(|[x, y]| [x * scale[0], y * scale[1]]);
            turns.back().segment(LineSegment { from, to }, upright)
        })
        .collect()
}

/// The picture in grey, reduced.
struct Grey {
    width: usize,
    height: usize,
    levels: Vec<i32>,
}

impl Grey {
    /// Means over blocks of about equal size, from four to seven samples across and down where they have as many: finer than that the
    /// photo's noise begins.
    fn reduced(pixels: &RgbImage) -> Self {
        let (width, height) = pixels.dimensions();
        let long = width.max(height).max(1);
        let side = |n: u32| {
            let reduced =
                (u64::from(n) * u64::from(REDUCED_SIDE.min(long)) / u64::from(long)) as u32;
            reduced.max(1)
        };
        let (columns, rows) = (side(width), side(height));
        let raw = pixels.as_raw();
        let taps = |i: u32, cells: u32, n: u32| -> Vec<u32> {
            let (from, to) = (
                u64::from(i) * u64::from(n) / u64::from(cells),
                (u64::from(i) + 1) * u64::from(n) / u64::from(cells),
            );
            let step = ((to - from) / 4).max(1);
            (from..to.max(from + 1))
                .step_by(step as usize)
                .map(|v| v as u32)
                .collect()
        };
        let across: Vec<Vec<u32>> = (0..columns).map(|x| taps(x, columns, width)).collect();
        let mut levels = Vec::with_capacity((columns * rows) as usize);
        for y in 0..rows {
            let down = taps(y, rows, height);
            for xs in &across {
                let mut sum = 0_u32;
                for &row in &down {
                    let start = row as usize * width as usize;
                    for &x in xs {
                        let at = (start + x as usize) * 3;
                        if let Some(&[r, g, b]) = raw.get(at..at + 3) {
                            sum += 2 * u32::from(r) + 5 * u32::from(g) + u32::from(b);
                        }
                    }
                }
                levels.push((sum / (8 * (down.len() * xs.len()).max(1) as u32)) as i32);
            }
        }
        Self {
            width: columns as usize,
            height: rows as usize,
            levels,
        }
    }

    /// The picture, turned.
    fn turned(self, turns: QuarterTurns) -> Self {
        let sides = [self.width, self.height];
        let [width, height] = turns.sides(sides);
        Self {
            width,
            height,
            levels: turns.cells(&self.levels, sides),
        }
    }

    /// Sobel gradient across at a cell inside the border.
    fn across(&self, x: usize, y: usize) -> i32 {
        let at = |x: usize, y: usize| self.levels[y * self.width + x];
        (at(x + 1, y - 1) - at(x - 1, y - 1) + 2 * (at(x + 1, y) - at(x - 1, y)) + at(x + 1, y + 1)
            - at(x - 1, y + 1))
            / 4
    }

    fn down(&self, x: usize, y: usize) -> i32 {
        let at = |x: usize, y: usize| self.levels[y * self.width + x];
        (at(x - 1, y + 1) - at(x - 1, y - 1) + 2 * (at(x, y + 1) - at(x, y - 1)) + at(x + 1, y + 1)
            - at(x + 1, y - 1))
            / 4
    }

    /// The gradient across where it is a ridge of a near-vertical edge, 0 elsewhere.
    fn ridges(&self) -> Vec<i32> {
        let mut ridges = vec![0; self.width * self.height];
        if self.width < 8 || self.height < 8 {
            return ridges;
        }
        let mut row = vec![0; self.width];
        for y in 1..self.height - 1 {
            for (x, gradient) in row.iter_mut().enumerate().take(self.width - 1).skip(1) {
                *gradient = self.across(x, y);
            }
            for x in 2..self.width - 2 {
                let here = row[x].abs();
                let ridge = here >= LEAST_GRADIENT
                    && here >= row[x - 1].abs()
                    && here > row[x + 1].abs()
                    && here > LEAST_STEEPNESS * self.down(x, y).abs();
                if ridge {
                    ridges[y * self.width + x] = row[x];
                }
            }
        }
        ridges
    }

    /// Takes the ridge that begins at (x, y) out of `ridges`, downwards; one point a row.
    fn follow(&self, ridges: &mut [i32], x: usize, y: usize) -> Vec<[f64; 2]> {
        let sign = ridges[y * self.width + x].signum();
        let (mut x, mut y) = (x, y);
        let mut chain = Vec::new();
        loop {
            ridges[y * self.width + x] = 0;
            let [before, here, after] =
                [x - 1, x, x + 1].map(|x| f64::from(self.across(x, y).abs()));
            let curvature = before - 2.0 * here + after;
            let offset = if curvature < 0.0 {
                (0.5 * (before - after) / curvature).clamp(-0.5, 0.5)
            } else {
                0.0
            };
            chain.push([x as f64 + 0.5 + offset, y as f64 + 0.5]);
            y += 1;
            if y + 1 >= self.height {
                return chain;
            }
            let next = [x, x - 1, x + 1]
                .into_iter()
                .find(|&x| ridges[y * self.width + x].signum() == sign);
            match next {
                Some(found) => x = found,
                None => return chain,
            }
        }
    }
}

/// Cuts a chain where it bends and keeps the pieces of at least `least` rows, as the ends of fitted lines.
fn straight_pieces(chain: &[[f64; 2]], least: usize, found: &mut Vec<[[f64; 2]; 2]>) {
    if chain.len() < least {
        return;
    }
    let (slope, at_zero) = fit(chain);
    let off = |p: &[f64; 2]| (p[0] - at_zero - slope * p[1]).abs();
    let (worst, bend) = chain
        .iter()
        .map(off)
        .enumerate()
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .unwrap_or((0, 0.0));
    if bend > STRAIGHTNESS {
        // An outermost point may be the worst: a piece must shrink all the same.
        let cut = worst.clamp(1, chain.len() - 1);
        straight_pieces(&chain[..cut], least, found);
        straight_pieces(&chain[cut..], least, found);
        return;
    }
    if let (Some(first), Some(last)) = (chain.first(), chain.last()) {
        found.push([first[1], last[1]].map(|y| [at_zero + slope * y, y]));
    }
}

/// x as a linear function of y, least squares: slope and value at 0.
fn fit(points: &[[f64; 2]]) -> (f64, f64) {
    let n = points.len() as f64;
    let mean = |axis: usize| points.iter().map(|p| p[axis]).sum::<f64>() / n;
    let (x, y) = (mean(0), mean(1));
    let spread: f64 = points.iter().map(|p| (p[1] - y).powi(2)).sum();
    let both: f64 = points.iter().map(|p| (p[0] - x) * (p[1] - y)).sum();
    let slope = if spread > 0.0 { both / spread } else { 0.0 };
    (slope, x - slope * y)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A dark half plane right of the line x = at + slope y, its edge smooth over a pixel.
    fn picture(at: f64, slope: f64) -> RgbImage {
        RgbImage::from_fn(1600, 1200, |x, y| {
            let distance = f64::from(x) + 0.5 - at - slope * (f64::from(y) + 0.5);
            let level = 60.0 + 120.0 * (0.5 - 0.25 * distance).clamp(0.0, 1.0);
            image::Rgb([level as u8; 3])
        })
    }

    #[test]
    fn a_slanting_edge_is_found_where_it_is() {
        for (at, slope) in [(800.0, 0.0), (500.0, 0.12), (1200.0, -0.2)] {
            let found = near_vertical(&picture(at, slope), QuarterTurns::NONE);
            let longest = found.first().unwrap();
            assert!((longest.to[1] - longest.from[1]).abs() > 900.0, "{found:?}");
            for [x, y] in [longest.from, longest.to] {
                assert!(
                    (x - at - slope * y).abs() < 1.5,
                    "{x} at {y}, slope {slope}"
                );
            }
        }
    }

    #[test]
    fn edges_of_a_picture_on_its_side_are_those_of_the_upright_one() {
        let upright = picture(500.0, 0.12);
        let clockwise = image::imageops::rotate90(&upright);
        let upside_down = image::imageops::rotate180(&upright);
        let anticlockwise = image::imageops::rotate270(&upright);
        let wanted = near_vertical(&upright, QuarterTurns::NONE);
        for (turns, shown) in [(3, clockwise), (2, upside_down), (1, anticlockwise)] {
            let turns = QuarterTurns::clockwise(turns);
            let size = ImageSize {
                width: shown.width(),
                height: shown.height(),
            };
            let found = near_vertical(&shown, turns);
            assert_eq!(found.len(), wanted.len());
            for (found, wanted) in found.iter().zip(&wanted) {
                let found = turns.segment(*found, size);
                for (f, w) in [(found.from, wanted.from), (found.to, wanted.to)] {
                    assert!((f[0] - w[0]).hypot(f[1] - w[1]) < 1.5, "{f:?} {w:?}");
                }
            }
        }
    }

    #[test]
    fn level_edges_and_flat_pictures_give_nothing() {
        let level = RgbImage::from_fn(800, 600, |_, y| {
            image::Rgb([if y < 300 { 40 } else { 200 }; 3])
        });
        assert!(near_vertical(&level, QuarterTurns::NONE).is_empty());
        for (width, height) in [(1, 1), (3, 700), (800, 600)] {
            assert!(near_vertical(&RgbImage::new(width, height), QuarterTurns::NONE).is_empty());
        }
    }
}
