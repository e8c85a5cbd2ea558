//! What hangs on walls and belongs to openings.

use super::block;
use crate::{
    ade20k::{self, ClassIndex},
    render::{
        Rgb, Vec3,
        draw::Draw,
        material::{Material, Pattern},
        opening::Leaf,
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

/// A leaf that stands open into this room.
pub(in crate::render) struct OpenLeaf {
    pub(in crate::render) solids: Vec<Solid>,
    /// Left, right and depth of the floor that it sweeps, in the frame of the opening's middle, metres.
    pub(in crate::render) swept: [f32; 3],
}

/// Opens a leaf of the given width and height into this room; `beside` is the free wall left and right of the opening.
pub(in crate::render) fn open_leaf(
    draw: &mut Draw,
    leaf: &Leaf,
    [width, top]: [f32; 2],
    beside: [f32; 2],
) -> OpenLeaf {
    /// Half the leaf's thickness, metres.
    const HALF_THICK: f32 = 0.02;
    /// From the wall's plane to the hinge's axis, metres.
    const HINGE: f32 = 0.03;
    /// How far the handle and the pane stand out of both faces, metres.
    const HANDLE_PROUD: f32 = 0.01;
    const PANE_PROUD: f32 = 0.001;
    // The hinge is on the side where the handle is not.
    let (side, free_wall) = if leaf.handle_right {
        (-1.0_f32, beside[0])
    } else {
        (1.0, beside[1])
    };
    let angle = draw.uniform(0.9, 2.6).min(widest_angle(width, free_wall));
    let x = 0.5 * width;
    // What is on both faces goes through the leaf.
    let layer = |[left, right]: [f32; 2], [low, high]: [f32; 2], proud: f32, material: Material| {
        let y = HALF_THICK + proud;
        block(
            [left, -y, low],
            [right, y, high],
            0.0,
            material,
            ade20k::DOOR,
        )
    };
    let mut solids = vec![layer([-x, x], [0.01, top], 0.0, leaf.material)];
    for [across, up] in Leaf::HANDLE {
        let [a, b] = across.map(|from_edge| side * (from_edge - x));
        solids.push(layer([a.min(b), a.max(b)], up, HANDLE_PROUD, leaf.handle));
    }
    if let Some([left, bottom, right, upper]) = leaf.pane {
        solids.push(layer(
            [left * width - x, right * width - x],
            [bottom * top, upper * top],
            PANE_PROUD,
            leaf.glass,
        ));
    }
    // The hinge stays at the opening's edge; all that is on the leaf swings about it into the room (towards negative y).
    let hinge = Vec3::new(side * x, 0.0, 0.0);
    let turn = Rotation3::from_axis_angle(&Vec3::z_axis(), side * angle);
    for solid in &mut solids {
        solid.centre = hinge + turn * (solid.centre - hinge) - Vec3::y() * HINGE;
        solid.turn = Some(turn);
    }
    let past_hinge = (-angle.cos()).max(0.0) * width;
    let [left, right] = if leaf.handle_right {
        [-x - past_hinge, x]
    } else {
        [-x, x + past_hinge]
    };
    OpenLeaf {
        solids,
        swept: [left, right, width + HINGE + HALF_THICK],
    }
}

/// How far a leaf opens, radians: beyond a right angle it reaches past its hinge by its width times minus the cosine, which
/// must end before the `beside` metres of wall on that side do.
fn widest_angle(width: f32, beside: f32) -> f32 {
    /// Room for the leaf's own thickness before the next wall, metres.
    const TO_WALL_END: f32 = 0.03;
    let past_hinge = ((beside - TO_WALL_END) / width).clamp(0.0, 1.0);
    (-past_hinge).acos()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::draw::Purpose;

    #[test]
    fn an_open_leaf_and_what_is_on_it_stay_before_their_wall() {
        let grey = |lightness: f32| Material::plain(Rgb::repeat(lightness));
        for index in 0..20 {
            let mut draw = Draw::new(1, index, Purpose::Room);
            let leaf = Leaf {
                material: grey(0.8),
                handle: grey(0.2),
                handle_right: index % 2 == 0,
                pane: Some([0.2, 0.45, 0.8, 0.92]),
                glass: grey(0.5),
            };
            let open = open_leaf(&mut draw, &leaf, [0.9, 2.0], [0.1, 0.1]);
            assert_eq!(open.solids.len(), 4, "leaf, lever, plate and pane");
            let [left, right, depth] = open.swept;
            assert!(left >= -0.55 && right <= 0.55);
            for solid in &open.solids {
                assert!((left..right).contains(&solid.centre.x));
                assert!((-depth..0.0).contains(&solid.centre.y));
            }
        }
    }
}
