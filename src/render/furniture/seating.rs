//! Sofas, armchairs and chairs.

use super::{Thing, block, legs, round_solid};
use crate::{
    ade20k,
    render::{Vec3, draw::Draw, palette, solid::Shape},
};
use nalgebra::Rotation3;

/// A sofa or, with one seat, an armchair.
pub(in crate::render) fn sofa(draw: &mut Draw, seats: usize) -> Thing {
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

/// A chair; its back is at y = 0.
pub(in crate::render) fn chair(draw: &mut Draw) -> Thing {
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

/// A stool or an ottoman.
pub(in crate::render) fn stool(draw: &mut Draw) -> Thing {
    let cloth = palette::cloth(draw);
    if draw.chance(0.5) {
        let (half, height) = (draw.uniform(0.2, 0.45), draw.uniform(0.35, 0.48));
        let round = draw.uniform(0.02, 0.12);
        return Thing {
            width: 2.0 * half,
            depth: 2.0 * half,
            height,
            solids: vec![block(
                [-half, -2.0 * half, 0.02],
                [half, 0.0, height],
                round,
                cloth,
                ade20k::OTTOMAN,
            )],
        };
    }
    let class = ade20k::STOOL;
    let (radius, height) = (draw.uniform(0.15, 0.2), draw.uniform(0.44, 0.78));
    let wood = palette::joinery(draw);
    let mut solids = vec![round_solid(
        Shape::Cylinder { taper: 1.0 },
        [0.0, -radius, height - 0.025],
        [radius, radius, 0.025],
        cloth,
        class,
    )];
    solids.extend(legs(
        1.8 * radius,
        -1.9 * radius,
        -0.1 * radius,
        height - 0.05,
        0.035,
        wood,
        class,
    ));
    Thing {
        width: 2.0 * radius,
        depth: 2.0 * radius,
        height,
        solids,
    }
}
