//! Furniture and other things in a room, each composed of a few solids in the frame of [`Piece`](super::solid::Piece): back
//! edge at y = 0, front towards negative y, floor at z = 0.

use nalgebra::Rotation3;

use super::{
    Rgb, Vec3,
    draw::Draw,
    material::{Material, Pattern},
    palette,
    solid::{Shape, Solid},
};
use crate::ade20k::{self, ClassIndex};

/// A thing with its outer width and depth, metres.
pub(super) struct Thing {
    pub(super) width: f32,
    pub(super) depth: f32,
    /// Height of its upper edge.
    pub(super) height: f32,
    pub(super) solids: Vec<Solid>,
}

/// An upright block from `low` to `high`.
fn block(
    low: [f32; 3],
    high: [f32; 3],
    round: f32,
    material: Material,
    class: ClassIndex,
) -> Solid {
    let (low, high) = (Vec3::from(low), Vec3::from(high));
    let half = (high - low) * 0.5;
    Solid {
        centre: (low + high) * 0.5,
        half,
        turn: None,
        shape: Shape::Block {
            round: round.min(half.min() * 0.98),
        },
        material,
        class,
    }
}

fn round_solid(
    shape: Shape,
    centre: [f32; 3],
    half: [f32; 3],
    material: Material,
    class: ClassIndex,
) -> Solid {
    Solid {
        centre: Vec3::from(centre),
        half: Vec3::from(half),
        turn: None,
        shape,
        material,
        class,
    }
}

fn legs(
    width: f32,
    front: f32,
    back: f32,
    top: f32,
    thick: f32,
    material: Material,
    class: ClassIndex,
) -> Vec<Solid> {
    let x = 0.5 * width - thick;
    [
        (-x, front + thick),
        (x, front + thick),
        (-x, back - thick),
        (x, back - thick),
    ]
    .map(|(x, y)| {
        round_solid(
            Shape::Cylinder { taper: 1.0 },
            [x, y, 0.5 * top],
            [0.5 * thick, 0.5 * thick, 0.5 * top],
            material,
            class,
        )
    })
    .into()
}

/// A sofa or, with one seat, an armchair.
pub(super) fn sofa(draw: &mut Draw, seats: usize) -> Thing {
    let class = if seats == 1 {
        ade20k::ARMCHAIR
    } else {
        ade20k::SOFA
    };
    let cloth = palette::cloth(draw);
    let arm = draw.uniform(0.1, 0.26);
    let seat_width = draw.uniform(0.55, 0.78);
    let width = seats as f32 * seat_width + 2.0 * arm;
    let depth = draw.uniform(0.78, 1.05);
    let seat = draw.uniform(0.38, 0.48);
    let back = draw.uniform(0.7, 0.98);
    let arm_height = draw.uniform(0.52, 0.68);
    let foot = draw.pick([0.03, 0.06, 0.14]);
    let round = draw.uniform(0.02, 0.1);
    let (x, inner) = (0.5 * width, 0.5 * width - arm);
    let mut solids = vec![
        block(
            [-x, -depth, foot],
            [x, -0.02, seat - 0.14],
            0.03,
            cloth,
            class,
        ),
        block(
            [-x, -0.28, foot],
            [x, 0.0, back - 0.06],
            round,
            cloth,
            class,
        ),
        block(
            [-x, -depth, foot],
            [-inner, 0.0, arm_height],
            round,
            cloth,
            class,
        ),
        block(
            [inner, -depth, foot],
            [x, 0.0, arm_height],
            round,
            cloth,
            class,
        ),
    ];
    for k in 0..seats {
        let a = -inner + k as f32 * seat_width;
        solids.push(block(
            [a + 0.01, -depth - 0.02, seat - 0.16],
            [a + seat_width - 0.01, -0.2, seat],
            0.06,
            cloth,
            class,
        ));
        solids.push(block(
            [a + 0.01, -0.42, seat - 0.02],
            [a + seat_width - 0.01, -0.18, back],
            0.09,
            cloth,
            class,
        ));
    }
    if foot > 0.1 {
        let wood = palette::wood(draw);
        solids.extend(legs(width, -depth, 0.0, foot, 0.05, wood, class));
    }
    for _ in 0..draw.below(seats + 2) {
        let cushion = palette::cloth(draw);
        let at = draw.uniform(-inner + 0.2, inner - 0.2 + 1e-3);
        let mut solid = block(
            [at - 0.22, -0.56, seat],
            [at + 0.22, -0.42, seat + 0.42],
            0.07,
            cushion,
            ade20k::CUSHION,
        );
        solid.turn = Some(Rotation3::from_euler_angles(
            draw.uniform(-0.35, -0.1),
            draw.uniform(-0.3, 0.3),
            draw.uniform(-0.3, 0.3),
        ));
        solids.push(solid);
    }
    if seats > 2 && draw.chance(0.3) {
        // A chaise longue at one end.
        let (low, high) = if draw.chance(0.5) {
            (-x, -x + 0.8)
        } else {
            (x - 0.8, x)
        };
        solids.push(block(
            [low, -1.6, foot],
            [high, -depth, seat],
            0.07,
            cloth,
            class,
        ));
    }
    Thing {
        width,
        depth,
        height: back,
        solids,
    }
}

/// A bed with its head at the back.
pub(super) fn bed(draw: &mut Draw) -> Thing {
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

/// A chair; its back is at y = 0.
pub(super) fn chair(draw: &mut Draw) -> Thing {
    let class = ade20k::CHAIR;
    let wood = palette::joinery(draw);
    let cloth = if draw.chance(0.5) {
        palette::cloth(draw)
    } else {
        wood
    };
    let (width, depth) = (draw.uniform(0.4, 0.55), draw.uniform(0.42, 0.56));
    let seat = draw.uniform(0.43, 0.48);
    let back = draw.uniform(0.78, 1.05);
    let x = 0.5 * width;
    let mut solids = vec![block(
        [-x, -depth, seat - 0.06],
        [x, 0.0, seat],
        0.025,
        cloth,
        class,
    )];
    if draw.chance(0.3) {
        solids.push(block(
            [-0.03, -0.5 * depth - 0.03, 0.05],
            [0.03, -0.5 * depth + 0.03, seat],
            0.0,
            wood,
            class,
        ));
        for turn in [0.0, 0.9, 1.8] {
            let mut bar = block(
                [-0.28, -0.5 * depth - 0.025, 0.04],
                [0.28, -0.5 * depth + 0.025, 0.08],
                0.01,
                wood,
                class,
            );
            bar.turn = Some(Rotation3::from_axis_angle(&Vec3::z_axis(), turn));
            solids.push(bar);
        }
    } else {
        solids.extend(legs(
            width,
            -depth,
            0.0,
            seat,
            draw.uniform(0.025, 0.045),
            wood,
            class,
        ));
    }
    if draw.chance(0.6) {
        solids.push(block(
            [-x, -0.05, seat + 0.08],
            [x, 0.0, back],
            0.02,
            cloth,
            class,
        ));
        solids.push(block(
            [-x, -0.035, seat - 0.05],
            [-x + 0.03, -0.01, back],
            0.0,
            wood,
            class,
        ));
        solids.push(block(
            [x - 0.03, -0.035, seat - 0.05],
            [x, -0.01, back],
            0.0,
            wood,
            class,
        ));
    } else {
        for k in 0..5 {
            let a = -x + k as f32 * (width - 0.03) / 4.0;
            solids.push(block(
                [a, -0.03, seat - 0.03],
                [a + 0.03, 0.0, back],
                0.0,
                wood,
                class,
            ));
        }
        solids.push(block(
            [-x, -0.035, back - 0.09],
            [x, 0.005, back],
            0.01,
            wood,
            class,
        ));
    }
    Thing {
        width,
        depth,
        height: back,
        solids,
    }
}

/// A dining table, a desk or a coffee table.
pub(super) fn table(draw: &mut Draw, class: ClassIndex) -> Thing {
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

/// A small thing that stands on something; it takes the class of its support, as annotators treat small clutter.
fn knick_knack(draw: &mut Draw, x: f32, y: f32, z: f32, class: ClassIndex) -> Solid {
    let material = if draw.chance(0.3) {
        palette::oddity(draw)
    } else {
        palette::cloth(draw)
    };
    let (w, h) = (draw.uniform(0.03, 0.14), draw.uniform(0.02, 0.3));
    if draw.chance(0.5) {
        round_solid(
            Shape::Cylinder {
                taper: draw.uniform(0.5, 1.0),
            },
            [x, y, z + 0.5 * h],
            [0.6 * w, 0.6 * w, 0.5 * h],
            material,
            class,
        )
    } else {
        block(
            [x - w, y - 0.7 * w, z],
            [x + w, y + 0.7 * w, z + h],
            0.005,
            material,
            class,
        )
    }
}

/// Doors and drawers drawn on a front.
fn fronts(draw: &mut Draw, mut material: Material, width: f32, height: f32) -> Material {
    material.pattern = if draw.chance(0.5) {
        Pattern::Panels {
            width,
            height,
            inset: draw.uniform(0.03, 0.07),
        }
    } else {
        material.accent = material.base * 0.3;
        Pattern::Tiles {
            width,
            height,
            grout: 0.006,
            stagger: 0.0,
        }
    };
    material
}

/// A chest, cabinet, wardrobe or refrigerator: a closed box with fronts.
pub(super) fn cabinet(draw: &mut Draw, class: ClassIndex) -> Thing {
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
    // The pattern counts from the middle of a block; an odd number of fronts needs half a step.
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
pub(super) fn shelf(draw: &mut Draw, class: ClassIndex) -> Thing {
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
                    books.pattern = Pattern::Patchwork { size: 0.035 };
                    books.pattern = match books.pattern {
                        Pattern::Patchwork { .. } => Pattern::Stripes {
                            period: draw.uniform(0.03, 0.08),
                            duty: draw.uniform(0.3, 0.7),
                        },
                        other => other,
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

/// A row of kitchen units: base cabinets, worktop, stove, wall cabinets.
pub(super) fn kitchen(draw: &mut Draw, width: f32) -> Thing {
    let depth = 0.6;
    let x = 0.5 * width;
    let body = palette::joinery(draw);
    let unit = draw.uniform(0.45, 0.65);
    let face = fronts(draw, body, unit, 0.75);
    let top = draw.uniform(0.86, 0.93);
    let mut worktop = if draw.chance(0.5) {
        palette::wood(draw)
    } else {
        palette::wall_tiles(draw)
    };
    if draw.chance(0.5) {
        worktop.pattern = Pattern::Clouds { scale: 0.15 };
    }
    let plinth = Material::plain(body.base * draw.uniform(0.2, 1.0));
    let class = ade20k::CABINET;
    let mut solids = vec![
        block([-x, -depth + 0.06, 0.0], [x, 0.0, 0.1], 0.0, plinth, class),
        block(
            [-x, -depth + 0.02, 0.1],
            [x, 0.0, top - 0.04],
            0.0,
            face,
            class,
        ),
        block(
            [-x - 0.01, -depth, top - 0.04],
            [x + 0.01, 0.0, top],
            0.004,
            worktop,
            ade20k::COUNTERTOP,
        ),
    ];
    if draw.chance(0.8) {
        let a = draw.uniform(-x, x - 0.6);
        let mut dark = palette::metal(draw);
        dark.base *= 0.2;
        solids.push(block(
            [a, -depth - 0.005, 0.12],
            [a + 0.6, -depth + 0.05, top - 0.05],
            0.0,
            dark,
            ade20k::STOVE,
        ));
        solids.push(block(
            [a + 0.02, -depth + 0.05, top],
            [a + 0.58, -0.06, top + 0.008],
            0.0,
            dark,
            ade20k::STOVE,
        ));
    }
    if draw.chance(0.75) {
        let low = top + draw.uniform(0.45, 0.65);
        let high = low + draw.uniform(0.5, 0.9);
        let upper = if draw.chance(0.6) {
            face
        } else {
            palette::joinery(draw)
        };
        let (a, b) = if draw.chance(0.5) {
            (-x, x)
        } else {
            (-x, draw.uniform(-0.3 * x, x))
        };
        solids.push(block([a, -0.35, low], [b, 0.0, high], 0.0, upper, class));
    }
    for _ in 0..draw.below(7) {
        let (a, b) = (draw.uniform(-x + 0.1, x - 0.1), draw.uniform(-0.4, -0.1));
        solids.push(knick_knack(draw, a, b, top, ade20k::COUNTERTOP));
    }
    Thing {
        width,
        depth,
        height: top,
        solids,
    }
}

/// A plant in a pot.
pub(super) fn plant(draw: &mut Draw) -> Thing {
    let height = draw.uniform(0.4, 1.9);
    let pot = draw.uniform(0.1, 0.22);
    let spread = draw.uniform(0.15, 0.45);
    let class = ade20k::PLANT;
    let green = palette::colour(
        draw.uniform(0.2, 0.4),
        draw.uniform(0.3, 0.8),
        draw.uniform(0.25, 0.7),
    );
    let leaf = Material {
        accent: green * 0.4,
        pattern: Pattern::Clouds { scale: 0.05 },
        seed: draw.bits(),
        ..Material::plain(green)
    };
    let clay = palette::cloth(draw);
    let mut solids = vec![round_solid(
        Shape::Cylinder { taper: 1.2 },
        [0.0, -spread, pot],
        [0.8 * pot, 0.8 * pot, pot],
        clay,
        class,
    )];
    solids.push(round_solid(
        Shape::Cylinder { taper: 0.6 },
        [0.0, -spread, 0.5 * height],
        [0.015, 0.015, 0.5 * height],
        Material::plain(green * 0.5),
        class,
    ));
    for _ in 0..10 + draw.below(14) {
        let z = draw.uniform(2.0 * pot, height.max(2.1 * pot));
        let (a, b) = (
            draw.normal(0.0, 0.45 * spread),
            draw.normal(0.0, 0.45 * spread),
        );
        let mut blade = round_solid(
            Shape::Ellipsoid,
            [a, -spread + b, z],
            [draw.uniform(0.05, 0.18), draw.uniform(0.03, 0.07), 0.012],
            leaf,
            class,
        );
        blade.turn = Some(Rotation3::from_euler_angles(
            draw.uniform(-1.0, 1.0),
            draw.uniform(-1.2, 1.2),
            draw.uniform(0.0, std::f32::consts::TAU),
        ));
        solids.push(blade);
    }
    Thing {
        width: 2.0 * spread,
        depth: 2.0 * spread,
        height,
        solids,
    }
}

/// A standing lamp; its shade glows with `radiance`.
pub(super) fn floor_lamp(draw: &mut Draw, radiance: Rgb) -> Thing {
    let height = draw.uniform(1.2, 1.8);
    let metal = palette::metal(draw);
    let class = ade20k::LAMP;
    let shade = Material {
        glow: radiance,
        ..Material::plain(palette::colour(0.1, 0.1, 0.9))
    };
    let r = draw.uniform(0.13, 0.25);
    Thing {
        width: 2.0 * r,
        depth: 2.0 * r,
        height,
        solids: vec![
            round_solid(
                Shape::Cylinder { taper: 1.0 },
                [0.0, -r, 0.015],
                [0.14, 0.14, 0.015],
                metal,
                class,
            ),
            round_solid(
                Shape::Cylinder { taper: 1.0 },
                [0.0, -r, 0.5 * height],
                [0.014, 0.014, 0.5 * height],
                metal,
                class,
            ),
            round_solid(
                Shape::Cylinder {
                    taper: draw.uniform(0.5, 1.0),
                },
                [0.0, -r, height - 0.13],
                [r, r, 0.13],
                shade,
                class,
            ),
        ],
    }
}

/// A television on a low cabinet.
pub(super) fn television(draw: &mut Draw) -> Thing {
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

/// A screen, mostly dark and shiny.
pub(super) fn screen(draw: &mut Draw) -> Material {
    let glow = if draw.chance(0.2) {
        palette::any_colour(draw) * 0.5
    } else {
        Rgb::zeros()
    };
    Material {
        gloss: draw.uniform(0.03, 0.12),
        roughness: 0.05,
        glow,
        ..Material::plain(Rgb::repeat(draw.uniform(0.005, 0.03)))
    }
}

/// Boxes, bags and other clutter: arbitrary shapes of arbitrary looks.
pub(super) fn clutter(draw: &mut Draw) -> Thing {
    let (width, depth, height) = (
        draw.uniform(0.15, 0.7),
        draw.uniform(0.15, 0.6),
        draw.uniform(0.1, 1.0),
    );
    let material = if draw.chance(0.5) {
        palette::oddity(draw)
    } else {
        palette::cloth(draw)
    };
    let class = ade20k::BOX;
    let x = 0.5 * width;
    let solid = match draw.below(4) {
        0 => round_solid(
            Shape::Cylinder {
                taper: draw.uniform(0.3, 1.0),
            },
            [0.0, -0.5 * depth, 0.5 * height],
            [x, 0.5 * depth, 0.5 * height],
            material,
            class,
        ),
        1 => round_solid(
            Shape::Ellipsoid,
            [0.0, -0.5 * depth, 0.5 * height],
            [x, 0.5 * depth, 0.5 * height],
            material,
            class,
        ),
        _ => block(
            [-x, -depth, 0.0],
            [x, 0.0, height],
            draw.pick([0.0, 0.02, 0.1]),
            material,
            class,
        ),
    };
    Thing {
        width,
        depth,
        height,
        solids: vec![solid],
    }
}

/// A person: a rough figure that stands.
pub(super) fn person(draw: &mut Draw) -> Thing {
    let height = draw.uniform(1.55, 1.9);
    let skin = Material::plain(palette::colour(
        0.06,
        draw.uniform(0.25, 0.5),
        draw.uniform(0.4, 0.9),
    ));
    let (shirt, trousers) = (palette::cloth(draw), palette::cloth(draw));
    let hair = Material::plain(palette::wood_colour(draw) * 0.3);
    let class = ade20k::PERSON;
    let y = -0.2;
    let cylinder = Shape::Cylinder { taper: 1.15 };
    Thing {
        width: 0.55,
        depth: 0.4,
        height,
        solids: vec![
            round_solid(
                cylinder,
                [-0.1, y, 0.24 * height],
                [0.075, 0.08, 0.24 * height],
                trousers,
                class,
            ),
            round_solid(
                cylinder,
                [0.1, y, 0.24 * height],
                [0.075, 0.08, 0.24 * height],
                trousers,
                class,
            ),
            block(
                [-0.21, y - 0.12, 0.46 * height],
                [0.21, y + 0.12, 0.83 * height],
                0.1,
                shirt,
                class,
            ),
            round_solid(
                cylinder,
                [-0.26, y, 0.62 * height],
                [0.05, 0.06, 0.19 * height],
                shirt,
                class,
            ),
            round_solid(
                cylinder,
                [0.26, y, 0.62 * height],
                [0.05, 0.06, 0.19 * height],
                shirt,
                class,
            ),
            round_solid(
                Shape::Ellipsoid,
                [0.0, y, 0.925 * height],
                [0.075, 0.095, 0.11],
                skin,
                class,
            ),
            round_solid(
                Shape::Ellipsoid,
                [0.0, y + 0.02, 0.95 * height],
                [0.085, 0.1, 0.09],
                hair,
                class,
            ),
        ],
    }
}

/// A radiator; it hangs on a wall, its lower edge at `low`.
pub(super) fn radiator(draw: &mut Draw, width: f32, low: f32) -> Vec<Solid> {
    let height = draw.uniform(0.3, 0.65);
    let white = palette::colour(0.12, 0.03, draw.uniform(0.8, 1.0));
    let material = Material {
        pattern: Pattern::Folds {
            period: draw.uniform(0.03, 0.08),
            depth: draw.uniform(0.1, 0.5),
        },
        ..Material::plain(white)
    };
    let x = 0.5 * width;
    vec![block(
        [-x, -0.12, low],
        [x, -0.03, low + height],
        0.015,
        material,
        ade20k::RADIATOR,
    )]
}

/// A framed picture or mirror with its middle at the origin's height `z`.
pub(super) fn picture(
    draw: &mut Draw,
    width: f32,
    height: f32,
    z: f32,
    mirror: bool,
) -> Vec<Solid> {
    let class = if mirror {
        ade20k::MIRROR
    } else {
        ade20k::PAINTING
    };
    let (x, h) = (0.5 * width, 0.5 * height);
    let frame = if draw.chance(0.5) {
        palette::joinery(draw)
    } else {
        palette::metal(draw)
    };
    let inner = if mirror {
        Material {
            gloss: 0.88,
            roughness: 0.0,
            ..Material::plain(Rgb::repeat(0.05))
        }
    } else {
        Material {
            gloss: draw.pick([0.0, 0.0, 0.06]),
            ..palette::oddity(draw)
        }
    };
    let edge = draw.uniform(0.008, 0.06).min(0.2 * width);
    vec![
        block([-x, -0.025, z - h], [x, 0.0, z + h], 0.004, frame, class),
        block(
            [-x + edge, -0.027, z - h + edge],
            [x - edge, -0.01, z + h - edge],
            0.0,
            inner,
            class,
        ),
    ]
}

/// A curtain or a blind that hangs from `top` to `bottom`, `out` metres in front of the wall.
pub(super) fn hanging(
    draw: &mut Draw,
    width: f32,
    [bottom, top]: [f32; 2],
    out: f32,
    material: Material,
    class: ClassIndex,
) -> Solid {
    let thick = if class == ade20k::BLIND {
        0.012
    } else {
        draw.uniform(0.02, 0.06)
    };
    block(
        [-0.5 * width, -out - thick, bottom],
        [0.5 * width, -out, top],
        0.3 * thick,
        material,
        class,
    )
}

/// A lamp that hangs from the ceiling: drop, radius and glow.
pub(super) fn ceiling_lamp(draw: &mut Draw, ceiling: f32, radiance: Rgb) -> (Vec<Solid>, f32, f32) {
    let shade = Material {
        glow: radiance,
        ..Material::plain(palette::colour(0.1, 0.08, 0.9))
    };
    if draw.chance(0.5) {
        let r = draw.uniform(0.1, 0.3);
        let h = draw.uniform(0.03, 0.08);
        let solid = round_solid(
            Shape::Cylinder {
                taper: draw.uniform(0.8, 1.2),
            },
            [0.0, 0.0, ceiling - h],
            [r, r, h],
            shade,
            ade20k::LIGHT,
        );
        return (vec![solid], ceiling - 2.0 * h - 0.05, r);
    }
    let r = draw.uniform(0.1, 0.28);
    let drop = draw.uniform(0.25, 0.9);
    let class = if draw.chance(0.5) {
        ade20k::CHANDELIER
    } else {
        ade20k::LIGHT
    };
    let metal = palette::metal(draw);
    let shape = if draw.chance(0.5) {
        Shape::Ellipsoid
    } else {
        Shape::Cylinder {
            taper: draw.uniform(0.3, 1.0),
        }
    };
    let solids = vec![
        round_solid(
            Shape::Cylinder { taper: 1.0 },
            [0.0, 0.0, ceiling - 0.5 * drop],
            [0.005, 0.005, 0.5 * drop],
            metal,
            class,
        ),
        round_solid(
            shape,
            [0.0, 0.0, ceiling - drop],
            [r, r, 0.7 * r],
            shade,
            class,
        ),
    ];
    (solids, ceiling - drop, r)
}

/// A rug.
pub(super) fn rug(draw: &mut Draw, width: f32, depth: f32) -> Solid {
    let material = if draw.chance(0.5) {
        palette::oddity(draw)
    } else {
        palette::cloth(draw)
    };
    let material = Material {
        gloss: 0.0,
        ..material
    };
    if draw.chance(0.15) {
        return round_solid(
            Shape::Cylinder { taper: 1.0 },
            [0.0, 0.0, 0.006],
            [0.5 * width, 0.5 * depth, 0.006],
            material,
            ade20k::RUG,
        );
    }
    block(
        [-0.5 * width, -0.5 * depth, 0.0],
        [0.5 * width, 0.5 * depth, 0.012],
        0.0,
        material,
        ade20k::RUG,
    )
}

/// A television on the wall with its middle at height `z`.
pub(super) fn wall_screen(draw: &mut Draw, width: f32, z: f32) -> Vec<Solid> {
    let (x, h) = (0.5 * width, 0.28 * width);
    let face = screen(draw);
    vec![block(
        [-x, -0.06, z - h],
        [x, 0.0, z + h],
        0.008,
        face,
        ade20k::TELEVISION,
    )]
}

/// The boards around a door opening.
pub(super) fn casing(width: f32, top: f32, face: f32, material: Material) -> Vec<Solid> {
    let x = 0.5 * width;
    let class = ade20k::DOOR;
    vec![
        block(
            [-x - face, -0.02, 0.0],
            [-x, 0.0, top + face],
            0.003,
            material,
            class,
        ),
        block(
            [x, -0.02, 0.0],
            [x + face, 0.0, top + face],
            0.003,
            material,
            class,
        ),
        block(
            [-x, -0.02, top],
            [x, 0.0, top + face],
            0.003,
            material,
            class,
        ),
    ]
}

/// A leaf that stands open into this room, hinged at one side of an opening.
pub(super) fn open_leaf(draw: &mut Draw, width: f32, top: f32) -> Solid {
    let material = palette::joinery(draw);
    let side = draw.pick([-1.0, 1.0]);
    let angle = draw.uniform(0.9, 2.6);
    let mut leaf = block(
        [-0.5 * width, -0.02, 0.01],
        [0.5 * width, 0.02, top],
        0.0,
        material,
        ade20k::DOOR,
    );
    // The hinge stays at the opening's edge; the leaf's middle swings about it into the room (towards negative y).
    let hinge = side * 0.5 * width;
    leaf.centre.x = hinge - side * 0.5 * width * angle.cos();
    leaf.centre.y = -0.5 * width * angle.sin() - 0.03;
    leaf.turn = Some(Rotation3::from_axis_angle(&Vec3::z_axis(), side * angle));
    leaf
}

/// A window sill.
pub(super) fn sill(width: f32, bottom: f32, material: Material) -> Option<Solid> {
    (bottom > 0.2).then(|| {
        block(
            [-0.5 * width - 0.06, -0.12, bottom - 0.03],
            [0.5 * width + 0.06, 0.0, bottom],
            0.005,
            material,
            ade20k::WALL,
        )
    })
}
