//! Beds.

use super::{Thing, block};
use crate::{
    ade20k,
    render::{draw::Draw, palette},
};

/// A bed with its head at the back.
pub(in crate::render) fn bed(draw: &mut Draw) -> Thing {
    let width = draw.pick([0.95, 1.25, 1.5, 1.7, 1.9]);
    let depth = draw.uniform(2.0, 2.2);
    let frame = palette::joinery(draw);
    let sheet = palette::cloth(draw);
    let cover = palette::cloth(draw);
    let top = draw.uniform(0.42, 0.65);
    let x = 0.5 * width;
    let head = draw.uniform(0.75, 1.3);
    let class = ade20k::BED;
    let mut solids = vec![
        block(
            [-x, -depth, 0.08],
            [x, -0.05, top - 0.2],
            0.02,
            frame,
            class,
        ),
        block(
            [-x + 0.01, -depth + 0.02, top - 0.22],
            [x - 0.01, -0.08, top],
            0.08,
            sheet,
            class,
        ),
        block(
            [-x - 0.03, -depth - 0.02, draw.uniform(0.12, 0.32)],
            [x + 0.03, draw.uniform(-1.6, -0.7), top + 0.05],
            0.06,
            cover,
            class,
        ),
    ];
    if draw.chance(0.8) {
        let board = if draw.chance(0.5) {
            frame
        } else {
            palette::cloth(draw)
        };
        solids.push(block(
            [-x - 0.04, -0.08, 0.0],
            [x + 0.04, 0.0, head],
            0.03,
            board,
            class,
        ));
    }
    let pillows = if width > 1.3 { 2 } else { 1 };
    for k in 0..pillows {
        let centre = if pillows == 1 {
            0.0
        } else {
            (k as f32 - 0.5) * x
        };
        let pillow = palette::cloth(draw);
        solids.push(block(
            [centre - 0.32, -0.55, top - 0.02],
            [centre + 0.32, -0.12, top + draw.uniform(0.1, 0.25)],
            0.08,
            pillow,
            ade20k::PILLOW,
        ));
    }
    Thing {
        width: width + 0.1,
        depth,
        height: head,
        solids,
    }
}
