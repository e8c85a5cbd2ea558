//! Cabinets, shelves and what stands on them.

use super::{Thing, block, fittings::screen, fronts, knick_knack, legs, round_solid};
use crate::{
    ade20k::{self, ClassIndex},
    render::{
        Rgb,
        draw::Draw,
        material::{Material, Pattern},
        palette,
        solid::Shape,
    },
};

/// A chest, cabinet, wardrobe or refrigerator: a closed box with fronts.
pub(in crate::render) fn cabinet(draw: &mut Draw, class: ClassIndex) -> Thing {
    let (width, depth, height) = match class {
        ade20k::WARDROBE => (
            draw.uniform(0.8, 2.6),
            draw.uniform(0.5, 0.65),
            draw.uniform(1.85, 2.35),
        ),
        ade20k::REFRIGERATOR => (
            draw.uniform(0.55, 0.92),
            draw.uniform(0.58, 0.72),
            draw.uniform(1.4, 2.0),
        ),
        ade20k::CHEST_OF_DRAWERS => (
            draw.uniform(0.4, 1.6),
            draw.uniform(0.35, 0.5),
            draw.uniform(0.45, 1.2),
        ),
        _ => (
            draw.uniform(0.6, 2.2),
            draw.uniform(0.3, 0.5),
            draw.uniform(0.4, 1.9),
        ),
    };
    let body = if class == ade20k::REFRIGERATOR {
        palette::metal(draw)
    } else {
        palette::joinery(draw)
    };
    let foot = draw.pick([0.0, 0.05, 0.12]);
    let columns = (width / draw.uniform(0.4, 0.8)).round().max(1.0);
    let rows = match class {
        ade20k::WARDROBE => 1.0,
        ade20k::REFRIGERATOR => 2.0,
        ade20k::CHEST_OF_DRAWERS => (height / draw.uniform(0.16, 0.3)).round().max(1.0),
        _ => draw.pick([1.0, 2.0, 3.0]),
    };
    let face = fronts(draw, body, width / columns, (height - foot) / rows);
    let x = 0.5 * width;
    let mut solids = vec![block(
        [-x, -depth, foot],
        [x, 0.0, height],
        0.006,
        face,
        class,
    )];
    let metal = palette::metal(draw);
    if draw.chance(0.7) {
        for c in 0..columns as usize {
            for r in 0..rows as usize {
                let a = -x + (c as f32 + 0.5) * width / columns;
                let z =
                    foot + (r as f32 + if rows > 2.0 { 0.5 } else { 0.6 }) * (height - foot) / rows;
                solids.push(block(
                    [a - 0.06, -depth - 0.025, z - 0.008],
                    [a + 0.06, -depth, z + 0.008],
                    0.0,
                    metal,
                    class,
                ));
            }
        }
    }
    if foot > 0.0 {
        let wood = palette::wood(draw);
        solids.extend(legs(width, -depth, 0.0, foot, 0.05, wood, class));
    }
    if height < 1.3 {
        for _ in 0..draw.below(5) {
            let (a, b) = (
                draw.uniform(-x + 0.12, x - 0.12),
                draw.uniform(-depth + 0.1, -0.1),
            );
            solids.push(knick_knack(draw, a, b, height, class));
        }
    }
    Thing {
        width,
        depth,
        height,
        solids,
    }
}

/// Shelves with books and things on them.
pub(in crate::render) fn shelf(draw: &mut Draw, class: ClassIndex) -> Thing {
    let (width, depth) = (draw.uniform(0.5, 1.8), draw.uniform(0.22, 0.4));
    let height = draw.uniform(0.8, 2.25);
    let wood = palette::joinery(draw);
    let boards = (height / draw.uniform(0.3, 0.42)).round().max(2.0) as usize;
    let x = 0.5 * width;
    let mut solids = vec![
        block(
            [-x, -depth, 0.0],
            [-x + 0.025, 0.0, height],
            0.0,
            wood,
            class,
        ),
        block([x - 0.025, -depth, 0.0], [x, 0.0, height], 0.0, wood, class),
    ];
    if draw.chance(0.7) {
        solids.push(block([-x, -0.015, 0.0], [x, 0.0, height], 0.0, wood, class));
    }
    let step = (height - 0.03) / boards as f32;
    for k in 0..=boards {
        let z = k as f32 * step;
        solids.push(block(
            [-x, -depth, z],
            [x, 0.0, z + 0.025],
            0.0,
            wood,
            class,
        ));
        if k == boards {
            break;
        }
        let mut at = -x + 0.03;
        while at < x - 0.1 {
            let span = draw.uniform(0.05, 0.4).min(x - 0.03 - at);
            if draw.chance(0.75) {
                let tall = step * draw.uniform(0.4, 0.9);
                let mut books = palette::oddity(draw);
                if draw.chance(0.7) {
                    books.accent = palette::any_colour(draw);
                    books.pattern = Pattern::Stripes {
                        period: draw.uniform(0.03, 0.08),
                        duty: draw.uniform(0.3, 0.7),
                    };
                }
                solids.push(block(
                    [at, -depth * draw.uniform(0.6, 0.95), z + 0.025],
                    [at + span, -0.02, z + 0.02 + tall],
                    0.0,
                    books,
                    class,
                ));
            }
            at += span + draw.uniform(0.0, 0.1);
        }
    }
    Thing {
        width,
        depth,
        height,
        solids,
    }
}

/// A television on a low cabinet.
pub(in crate::render) fn television(draw: &mut Draw) -> Thing {
    let mut thing = cabinet(draw, ade20k::CABINET);
    thing.height = draw.uniform(0.35, 0.6);
    let body = palette::joinery(draw);
    let x = 0.5 * thing.width;
    thing.solids = vec![block(
        [-x, -thing.depth, 0.0],
        [x, 0.0, thing.height],
        0.005,
        fronts(draw, body, 0.5, 0.4),
        ade20k::CABINET,
    )];
    let half = draw.uniform(0.35, 0.7);
    let low = thing.height + 0.06;
    thing.solids.push(block(
        [-half, -0.5 * thing.depth - 0.03, low],
        [half, -0.5 * thing.depth + 0.02, low + 1.125 * half],
        0.008,
        screen(draw),
        ade20k::TELEVISION,
    ));
    thing.solids.push(block(
        [-0.15, -0.5 * thing.depth - 0.08, thing.height],
        [0.15, -0.5 * thing.depth + 0.08, low],
        0.0,
        Material::plain(Rgb::repeat(0.02)),
        ade20k::TELEVISION,
    ));
    thing.width = thing.width.max(2.0 * half);
    thing
}

/// A small chest beside a bed, mostly with a lamp.
pub(in crate::render) fn nightstand(draw: &mut Draw) -> Thing {
    let (width, depth) = (draw.uniform(0.35, 0.55), draw.uniform(0.3, 0.45));
    let height = draw.uniform(0.4, 0.62);
    let body = palette::joinery(draw);
    let face = fronts(draw, body, width, 0.5 * height);
    let x = 0.5 * width;
    let mut solids = vec![block(
        [-x, -depth, 0.04],
        [x, 0.0, height],
        0.004,
        face,
        ade20k::CHEST_OF_DRAWERS,
    )];
    if draw.chance(0.7) {
        let foot = palette::metal(draw);
        let shade = Material {
            glow: palette::colour(0.1, 0.3, 1.0) * draw.pick([0.0, 0.0, 2.0]),
            ..Material::plain(palette::colour(0.1, 0.1, 0.9))
        };
        let middle = -0.5 * depth;
        solids.push(round_solid(
            Shape::Cylinder { taper: 0.5 },
            [0.0, middle, height + 0.12],
            [0.06, 0.06, 0.12],
            foot,
            ade20k::LAMP,
        ));
        solids.push(round_solid(
            Shape::Cylinder { taper: 0.7 },
            [0.0, middle, height + 0.33],
            [0.13, 0.13, 0.1],
            shade,
            ade20k::LAMP,
        ));
    }
    Thing {
        width,
        depth,
        height,
        solids,
    }
}
