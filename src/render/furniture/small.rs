//! Lamps, plants, rugs, clutter, people.

use super::{Thing, block, round_solid};
use crate::{
    ade20k,
    render::{
        Rgb, Vec3,
        draw::Draw,
        material::{Material, Pattern},
        palette,
        solid::{Shape, Solid},
    },
};
use nalgebra::Rotation3;

/// A plant in a pot.
pub(in crate::render) fn plant(draw: &mut Draw) -> Thing {
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
pub(in crate::render) fn floor_lamp(draw: &mut Draw, radiance: Rgb) -> Thing {
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

/// Boxes, bags and other clutter: arbitrary shapes of arbitrary looks.
pub(in crate::render) fn clutter(draw: &mut Draw) -> Thing {
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
pub(in crate::render) fn person(draw: &mut Draw) -> Thing {
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

/// A lamp at the ceiling, in a frame whose origin is on the ceiling.
pub(in crate::render) struct CeilingLamp {
    pub(in crate::render) solids: Vec<Solid>,
    /// From the ceiling down to the middle of the light, metres.
    pub(in crate::render) drop: f32,
    pub(in crate::render) radius: f32,
}

/// A lamp at the ceiling whose shade glows; `spot` makes it a small one.
pub(in crate::render) fn ceiling_lamp(draw: &mut Draw, radiance: Rgb, spot: bool) -> CeilingLamp {
    let shade = Material {
        glow: radiance,
        ..Material::plain(palette::colour(0.1, 0.08, 0.9))
    };
    if spot || draw.chance(0.5) {
        let radius = if spot {
            draw.uniform(0.04, 0.08)
        } else {
            draw.uniform(0.1, 0.3)
        };
        let half = draw.uniform(0.01, 0.06);
        let shape = Shape::Cylinder {
            taper: draw.uniform(0.8, 1.2),
        };
        let solids = vec![round_solid(
            shape,
            [0.0, 0.0, -half],
            [radius, radius, half],
            shade,
            ade20k::LIGHT,
        )];
        return CeilingLamp {
            solids,
            drop: 2.0 * half + 0.05,
            radius,
        };
    }
    let radius = draw.uniform(0.1, 0.28);
    let drop = draw.uniform(0.25, 0.9);
    let class = draw.pick([ade20k::CHANDELIER, ade20k::LIGHT]);
    let metal = palette::metal(draw);
    let cord = round_solid(
        Shape::Cylinder { taper: 1.0 },
        [0.0, 0.0, -0.5 * drop],
        [0.005, 0.005, 0.5 * drop],
        metal,
        class,
    );
    let mut solids = vec![cord];
    match draw.below(3) {
        0 => {
            // Arms with a small light at each end.
            let arms = 3 + draw.below(4);
            for k in 0..arms {
                let angle = k as f32 * std::f32::consts::TAU / arms as f32;
                let (x, y) = (1.3 * radius * angle.cos(), 1.3 * radius * angle.sin());
                let mut arm = block(
                    [0.0, -0.006, -drop - 0.006],
                    [1.3 * radius, 0.006, -drop + 0.006],
                    0.0,
                    metal,
                    class,
                );
                arm.centre = Vec3::new(0.5 * x, 0.5 * y, -drop);
                arm.turn = Some(Rotation3::from_axis_angle(&Vec3::z_axis(), angle));
                solids.push(arm);
                solids.push(round_solid(
                    Shape::Ellipsoid,
                    [x, y, -drop + 0.05],
                    [0.05, 0.05, 0.06],
                    shade,
                    class,
                ));
            }
        }
        kind => {
            let shape = if kind == 1 {
                Shape::Ellipsoid
            } else {
                Shape::Cylinder {
                    taper: draw.uniform(0.3, 1.0),
                }
            };
            solids.push(round_solid(
                shape,
                [0.0, 0.0, -drop],
                [radius, radius, 0.7 * radius],
                shade,
                class,
            ));
        }
    }
    CeilingLamp {
        solids,
        drop,
        radius,
    }
}

/// A rug.
pub(in crate::render) fn rug(draw: &mut Draw, width: f32, depth: f32) -> Solid {
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
