//! Displaces the boundaries of a label map like a network's imprecision: by a smooth random field.

use super::draw::Draw;
use crate::ade20k::ClassIndex;

/// Distance of the field's knots for a picture 1024 px long.
const KNOT_STEP: f32 = 48.0;
/// Long side that knots and displacements are stated for, px.
const REFERENCE_SIDE: f32 = 1024.0;

/// Replaces each label by the one that lies a smooth random displacement away; `deviation` is the displacement's standard
/// deviation in px of a picture 1024 px long. Field: bicubic interpolation of independent normal knots.
pub(super) fn roughen(
    labels: &[ClassIndex],
    [width, height]: [u32; 2],
    deviation: f32,
    draw: &mut Draw,
) -> Vec<ClassIndex> {
    let scale = width.max(height) as f32 / REFERENCE_SIDE;
    let step = KNOT_STEP * scale;
    let columns = (width as f32 / step) as usize + 5;
    let rows = (height as f32 / step) as usize + 5;
    let mut knots = || -> Vec<f32> {
        (0..columns * rows)
            .map(|_| draw.normal(0.0, deviation * scale))
            .collect()
    };
    let (across, down) = (knots(), knots());
    let at = |field: &[f32], x: f32, y: f32| {
        let (gx, gy) = (x / step, y / step);
        let (i, j) = (gx as usize, gy as usize);
        let (wx, wy) = (weights(gx - i as f32), weights(gy - j as f32));
        let mut sum = 0.0;
        for (b, wy) in wy.iter().enumerate() {
            for (a, wx) in wx.iter().enumerate() {
                sum += field[(j + b) * columns + i + a] * wx * wy;
            }
        }
        sum
    };
    (0..height)
        .flat_map(|y| (0..width).map(move |x| (x, y)))
        .map(|(x, y)| {
            let (px, py) = (x as f32 + 0.5, y as f32 + 0.5);
            let sx = (px + at(&across, px, py)).clamp(0.0, width as f32 - 1.0) as usize;
            let sy = (py + at(&down, px, py)).clamp(0.0, height as f32 - 1.0) as usize;
            labels[sy * width as usize + sx]
        })
        .collect()
}

/// Catmull-Rom weights of four knots, the position lying between the second and the third.
fn weights(t: f32) -> [f32; 4] {
    let (t2, t3) = (t * t, t * t * t);
    [
        0.5 * (-t + 2.0 * t2 - t3),
        0.5 * (2.0 - 5.0 * t2 + 3.0 * t3),
        0.5 * (t + 4.0 * t2 - 3.0 * t3),
        0.5 * (t3 - t2),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::draw::Purpose;

    /// Heights of the boundary of a map whose lower half is class 3.
    fn boundary(deviation: f32) -> Vec<f32> {
        let (width, height) = (512, 384);
        let labels: Vec<ClassIndex> = (0..width * height)
            .map(|index| if index / width < 192 { 0 } else { 3 })
            .collect();
        let mut draw = Draw::new(7, 0, Purpose::Roughening);
        let rough = roughen(&labels, [width as u32, height as u32], deviation, &mut draw);
        (0..width)
            .map(|x| (0..height).filter(|y| rough[y * width + x] == 0).count() as f32)
            .collect()
    }

    #[test]
    fn no_deviation_keeps_every_label() {
        assert!(boundary(0.0).iter().all(|&y| y == 192.0));
    }

    #[test]
    fn the_boundary_moves_by_about_the_deviation_and_smoothly() {
        // 4 px at 1024 px are 2 px here; bicubic interpolation between knots lowers that somewhat.
        let heights = boundary(4.0);
        let mean = heights.iter().sum::<f32>() / heights.len() as f32;
        let variance =
            heights.iter().map(|y| (y - mean).powi(2)).sum::<f32>() / heights.len() as f32;
        assert!((0.8..3.0).contains(&variance.sqrt()), "{}", variance.sqrt());
        assert!(
            heights
                .windows(2)
                .all(|pair| (pair[1] - pair[0]).abs() <= 3.0)
        );
    }
}
