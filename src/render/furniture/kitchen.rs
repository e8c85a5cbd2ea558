//! Kitchen rows and islands.

use super::{Thing, block, fronts, knick_knack};
use crate::{
    ade20k,
    render::{
        draw::Draw,
        material::{Material, Pattern},
        palette,
        solid::Solid,
    },
};

/// Depth of a worktop, metres.
const DEPTH: f32 = 0.6;

/// What the units of one kitchen have in common.
pub(in crate::render) struct KitchenStyle {
    face: Material,
    upper: Material,
    worktop: Material,
    plinth: Material,
    /// Height of the worktop's upper side, metres.
    top: f32,
}

impl KitchenStyle {
    /// Draws fronts and worktop.
    pub(in crate::render) fn draw(draw: &mut Draw) -> Self {
        let body = palette::joinery(draw);
        let unit = draw.uniform(0.4, 0.65);
        let drawers = draw.pick([0.75, 0.75, 0.25]);
        let face = fronts(draw, body, unit, drawers);
        let mut worktop = if draw.chance(0.5) {
            palette::wood(draw)
        } else {
            palette::wall_tiles(draw)
        };
        if draw.chance(0.5) {
            worktop.pattern = Pattern::Clouds { scale: 0.15 };
        }
        Self {
            face,
            upper: if draw.chance(0.6) {
                face
            } else {
                palette::joinery(draw)
            },
            worktop,
            plinth: Material::plain(body.base * draw.uniform(0.2, 1.0)),
            top: draw.uniform(0.86, 0.93),
        }
    }

    fn base_units(&self, width: f32, depth: f32) -> Vec<Solid> {
        let (x, top, class) = (0.5 * width, self.top, ade20k::CABINET);
        vec![
            block(
                [-x, -depth + 0.06, 0.0],
                [x, 0.0, 0.1],
                0.0,
                self.plinth,
                class,
            ),
            block(
                [-x, -depth + 0.02, 0.1],
                [x, 0.0, top - 0.04],
                0.0,
                self.face,
                class,
            ),
            block(
                [-x - 0.01, -depth, top - 0.04],
                [x + 0.01, 0.0, top],
                0.004,
                self.worktop,
                ade20k::COUNTERTOP,
            ),
        ]
    }

    /// A row along a wall: base units, worktop, stove, wall units or open shelves, things on the worktop.
    pub(in crate::render) fn row(&self, draw: &mut Draw, width: f32) -> Thing {
        let (x, top, class) = (0.5 * width, self.top, ade20k::CABINET);
        let mut solids = self.base_units(width, DEPTH);
        if width > 1.0 && draw.chance(0.7) {
            let a = draw.uniform(-x, x - 0.6);
            let mut dark = palette::metal(draw);
            dark.base *= draw.pick([0.1, 0.3, 1.0]);
            solids.push(block(
                [a, -DEPTH - 0.005, 0.12],
                [a + 0.6, -DEPTH + 0.05, top - 0.05],
                0.0,
                dark,
                ade20k::STOVE,
            ));
            solids.push(block(
                [a + 0.02, -DEPTH + 0.05, top],
                [a + 0.58, -0.06, top + 0.008],
                0.0,
                dark,
                ade20k::STOVE,
            ));
        }
        let low = top + draw.uniform(0.45, 0.65);
        if draw.chance(0.65) {
            let high = low + draw.uniform(0.5, 0.9);
            let end = if draw.chance(0.5) {
                x
            } else {
                draw.uniform(-0.3 * x, x)
            };
            solids.push(block(
                [-x, -0.35, low],
                [end, 0.0, high],
                0.0,
                self.upper,
                class,
            ));
        } else if draw.chance(0.5) {
            let board = palette::wood(draw);
            for level in 0..1 + draw.below(2) {
                let z = low + 0.32 * level as f32;
                solids.push(block(
                    [-0.8 * x, -0.25, z],
                    [0.8 * x, 0.0, z + 0.03],
                    0.0,
                    board,
                    ade20k::SHELF,
                ));
                for _ in 0..draw.below(8) {
                    let at = draw.uniform(-0.75 * x, 0.75 * x);
                    solids.push(knick_knack(draw, at, -0.12, z + 0.03, ade20k::SHELF));
                }
            }
        }
        for _ in 0..draw.below(12) {
            let (a, b) = (draw.uniform(-x + 0.1, x - 0.1), draw.uniform(-0.45, -0.1));
            solids.push(knick_knack(draw, a, b, top, ade20k::COUNTERTOP));
        }
        Thing {
            width,
            depth: DEPTH,
            height: top,
            solids,
        }
    }

    /// Units that stand free in the room.
    pub(in crate::render) fn island(&self, draw: &mut Draw, width: f32) -> Thing {
        let depth = draw.uniform(0.65, 1.0);
        let mut solids = self.base_units(width, depth);
        for solid in &mut solids {
            if solid.class == ade20k::CABINET {
                solid.class = ade20k::KITCHEN_ISLAND;
            }
        }
        for _ in 0..draw.below(6) {
            let a = draw.uniform(-0.45 * width, 0.45 * width);
            let b = draw.uniform(-depth + 0.1, -0.1);
            solids.push(knick_knack(draw, a, b, self.top, ade20k::COUNTERTOP));
        }
        Thing {
            width,
            depth,
            height: self.top,
            solids,
        }
    }
}
