//! What hangs on walls and belongs to openings.

use super::block;
use crate::{
    ade20k::{self, ClassIndex},
    render::{
        Rgb, Vec3,
        draw::Draw,
        material::{Material, Pattern},
        palette,
        solid::Solid,
    },
};
use nalgebra::Rotation3;

/// A radiator; it hangs on a wall, its lower edge at `low`.
pub(in crate::render) fn radiator(draw: &mut Draw, width: f32, low: f32) -> Vec<Solid> {
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
pub(in crate::render) fn picture(
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

/// A screen, mostly dark and shiny.
pub(in crate::render) fn screen(draw: &mut Draw) -> Material {
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

/// A television on the wall with its middle at height `z`.
pub(in crate::render) fn wall_screen(draw: &mut Draw, width: f32, z: f32) -> Vec<Solid> {
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

/// A curtain or a blind that hangs from `top` to `bottom`, `out` metres in front of the wall.
pub(in crate::render) fn hanging(
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

/// The boards around a door opening.
pub(in crate::render) fn casing(width: f32, top: f32, face: f32, material: Material) -> Vec<Solid> {
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
pub(in crate::render) fn open_leaf(draw: &mut Draw, width: f32, top: f32) -> Solid {
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
pub(in crate::render) fn sill(width: f32, bottom: f32, material: Material) -> Option<Solid> {
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
