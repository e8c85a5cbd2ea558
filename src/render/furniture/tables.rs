//! Tables and desks.

use super::{Thing, block, fronts, knick_knack, legs, round_solid};
use crate::{
    ade20k::{self, ClassIndex},
    render::{draw::Draw, palette, solid::Shape},
};

/// A dining table, a desk or a coffee table.
pub(in crate::render) fn table(draw: &mut Draw, class: ClassIndex) -> Thing {
    let (width, depth, top) = match class {
        ade20k::COFFEE_TABLE => (
            draw.uniform(0.6, 1.3),
            draw.uniform(0.45, 0.8),
            draw.uniform(0.32, 0.48),
        ),
        ade20k::DESK => (
            draw.uniform(1.0, 1.8),
            draw.uniform(0.5, 0.8),
            draw.uniform(0.71, 0.77),
        ),
        _ => (
            draw.uniform(0.8, 2.0),
            draw.uniform(0.7, 1.0),
            draw.uniform(0.72, 0.77),
        ),
    };
    let wood = palette::joinery(draw);
    let under = if draw.chance(0.5) {
        wood
    } else {
        palette::metal(draw)
    };
    let thick = draw.uniform(0.02, 0.06);
    let x = 0.5 * width;
    let mut solids = Vec::new();
    let round = class != ade20k::DESK && draw.chance(0.25);
    if round {
        let radius = 0.5 * width.min(1.2);
        solids.push(round_solid(
            Shape::Cylinder { taper: 1.0 },
            [0.0, -radius, top - 0.5 * thick],
            [radius, radius, 0.5 * thick],
            wood,
            class,
        ));
        solids.push(round_solid(
            Shape::Cylinder { taper: 0.4 },
            [0.0, -radius, 0.5 * (top - thick)],
            [0.3 * radius, 0.3 * radius, 0.5 * (top - thick)],
            under,
            class,
        ));
        return Thing {
            width: 2.0 * radius,
            depth: 2.0 * radius,
            height: top,
            solids,
        };
    }
    solids.push(block(
        [-x, -depth, top - thick],
        [x, 0.0, top],
        0.008,
        wood,
        class,
    ));
    if draw.chance(0.25) {
        solids.push(block(
            [-x, -depth, 0.0],
            [-x + 0.04, 0.0, top - thick],
            0.0,
            wood,
            class,
        ));
        solids.push(block(
            [x - 0.04, -depth, 0.0],
            [x, 0.0, top - thick],
            0.0,
            wood,
            class,
        ));
    } else {
        solids.extend(legs(
            width,
            -depth,
            0.0,
            top - thick,
            draw.uniform(0.03, 0.08),
            under,
            class,
        ));
    }
    if class == ade20k::DESK && draw.chance(0.5) {
        solids.push(block(
            [x - 0.42, -depth + 0.04, 0.05],
            [x - 0.02, -0.02, top - thick],
            0.0,
            fronts(draw, wood, 0.4, 0.2),
            class,
        ));
    }
    for _ in 0..draw.below(4) {
        let (a, b) = (
            draw.uniform(-x + 0.15, x - 0.15),
            draw.uniform(-depth + 0.1, -0.1),
        );
        solids.push(knick_knack(draw, a, b, top, class));
    }
    Thing {
        width,
        depth,
        height: top,
        solids,
    }
}
