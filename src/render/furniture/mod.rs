//! Furniture and other things in a room, each composed of a few solids in the frame of [`Piece`](super::solid::Piece): back
//! edge at y = 0, front towards negative y, floor at z = 0.

mod beds;
mod fittings;
mod kitchen;
mod seating;
mod small;
mod storage;
mod tables;
mod tableware;

pub(super) use beds::bed;
pub(super) use fittings::{casing, hanging, open_leaf, picture, radiator, sill, wall_screen};
pub(super) use kitchen::KitchenStyle;
pub(super) use seating::{chair, sofa, stool};
pub(super) use small::{ceiling_lamp, clutter, floor_lamp, person, plant, rug};
pub(super) use storage::{cabinet, nightstand, shelf, television};
pub(super) use tables::table;
pub(super) use tableware::laid_table;

use super::{
    Vec3,
    draw::Draw,
    material::{Material, Pattern},
    palette,
    solid::{Shape, Solid},
};
use crate::ade20k::ClassIndex;

/// A thing with its outer width and depth, metres.
#[derive(Debug, Clone)]
pub(in crate::render) struct Thing {
    pub(in crate::render) width: f32,
    pub(in crate::render) depth: f32,
    /// Height of its upper edge.
    pub(in crate::render) height: f32,
    pub(in crate::render) solids: Vec<Solid>,
}

impl Thing {
    /// One box of the thing's outer size, in the looks and class of its first solid.
    pub(in crate::render) fn into_cuboid(self) -> Vec<Solid> {
        let x = 0.5 * self.width;
        self.solids
            .first()
            .map(|solid| {
                block(
                    [-x, -self.depth, 0.0],
                    [x, 0.0, self.height],
                    0.0,
                    solid.material,
                    solid.class,
                )
            })
            .into_iter()
            .collect()
    }
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
