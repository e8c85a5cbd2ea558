//! A table that somebody uses: cloths and mats, crockery, bottles, flowers, fruit, books, a laptop.
//!
//! Everything takes the class of the table, as annotators treat small clutter.

use super::{Thing, block, kitchen::KitchenStyle, knick_knack, round_solid, tables::table};
use crate::{
    ade20k::{self, ClassIndex},
    render::{
        Rgb, Vec3,
        draw::Draw,
        material::Material,
        palette,
        solid::{Shape, Solid},
    },
};
use nalgebra::Rotation3;

/// A dining table, a desk, a coffee table or a piece of worktop with what people leave on it.
pub(in crate::render) fn laid_table(draw: &mut Draw) -> Thing {
    let class = draw.weighted([
        (ade20k::TABLE, 0.55),
        (ade20k::DESK, 0.15),
        (ade20k::COFFEE_TABLE, 0.1),
        (ade20k::COUNTERTOP, 0.2),
    ]);
    let mut thing = if class == ade20k::COUNTERTOP {
        let width = draw.uniform(1.0, 2.8);
        KitchenStyle::draw(draw).island(draw, width)
    } else {
        table(draw, class)
    };
    let top = Top {
        half: 0.5 * thing.width,
        depth: thing.depth,
        height: thing.height,
        class,
    };
    let clothed = class != ade20k::COUNTERTOP && draw.chance(0.3);
    let height = if clothed {
        thing.solids.extend(top.cloth(draw));
        top.height + 0.004
    } else {
        top.height
    };
    let places = draw.below(5);
    let mat = Mat::draw(draw);
    for _ in 0..places {
        let [x, y] = top.anywhere(draw, 0.2);
        thing.solids.extend(mat.place(draw, [x, y, height], class));
    }
    for _ in 0..draw.below(9) {
        let [x, y] = top.anywhere(draw, 0.08);
        thing.solids.extend(object(draw, [x, y, height], class));
    }
    thing
}

/// The upper side of a table in the frame of its thing.
struct Top {
    half: f32,
    depth: f32,
    height: f32,
    class: ClassIndex,
}

impl Top {
    /// A point at least `rim` metres inside the edge, or the middle of a table too small for that.
    fn anywhere(&self, draw: &mut Draw, rim: f32) -> [f32; 2] {
        let (x, y) = (
            (self.half - rim).max(0.0),
            (0.5 * self.depth - rim).max(0.0),
        );
        [
            draw.uniform(-x, x + 1e-3),
            draw.uniform(-y, y + 1e-3) - 0.5 * self.depth,
        ]
    }

    /// A cloth that hangs over the edges, or a runner along or across the table.
    fn cloth(&self, draw: &mut Draw) -> Vec<Solid> {
        let material = palette::cloth(draw);
        let (x, z) = (self.half, self.height);
        let sheet = |low: [f32; 3], high: [f32; 3]| block(low, high, 0.0, material, self.class);
        if draw.chance(0.4) {
            let half = draw.uniform(0.12, 0.22).min(x);
            return vec![if draw.chance(0.5) {
                let middle = -0.5 * self.depth;
                sheet([-x, middle - half, z], [x, middle + half, z + 0.004])
            } else {
                sheet([-half, -self.depth, z], [half, 0.0, z + 0.004])
            }];
        }
        let fall = z - draw.uniform(0.08, 0.35);
        let (out, depth) = (x + 0.006, self.depth);
        vec![
            sheet([-out, -depth - 0.006, z], [out, 0.006, z + 0.004]),
            sheet(
                [-out, -depth - 0.01, fall],
                [out, -depth - 0.004, z + 0.004],
            ),
            sheet([-out - 0.004, -depth, fall], [-out, 0.0, z + 0.004]),
            sheet([out, -depth, fall], [out + 0.004, 0.0, z + 0.004]),
        ]
    }
}

/// The mats and the crockery of one table.
struct Mat {
    cloth: Option<Material>,
    half: [f32; 2],
    round: bool,
    ceramic: Material,
    plate: f32,
}

impl Mat {
    fn draw(draw: &mut Draw) -> Self {
        let cloth = match draw.below(4) {
            0 => None,
            1 => Some(palette::oddity(draw)),
            2 => Some(palette::wood(draw)),
            _ => Some(palette::cloth(draw)),
        };
        Self {
            cloth,
            half: [draw.uniform(0.17, 0.24), draw.uniform(0.13, 0.18)],
            round: draw.chance(0.25),
            ceramic: palette::metal(draw),
            plate: draw.uniform(0.08, 0.15),
        }
    }

    /// One place: a mat with a plate, a bowl, a cup or nothing on it.
    fn place(&self, draw: &mut Draw, [x, y, z]: [f32; 3], class: ClassIndex) -> Vec<Solid> {
        let mut solids = Vec::new();
        let mut z = z;
        if let Some(cloth) = self.cloth {
            let [a, b] = self.half;
            let mut mat = if self.round {
                let disc = Shape::Cylinder { taper: 1.0 };
                round_solid(disc, [x, y, z + 0.002], [a, a, 0.002], cloth, class)
            } else {
                let (low, high) = ([x - a, y - b, z], [x + a, y + b, z + 0.004]);
                block(low, high, 0.0, cloth, class)
            };
            mat.turn = Some(turned(draw.normal(0.0, 0.15)));
            solids.push(mat);
            z += 0.004;
        }
        if draw.chance(0.7) {
            let r = self.plate;
            solids.push(round_solid(
                Shape::Cylinder { taper: 1.3 },
                [x, y, z + 0.01],
                [r, r, 0.01],
                self.ceramic,
                class,
            ));
        }
        if draw.chance(0.5) {
            let [dx, dy] = [draw.normal(0.0, 0.1), draw.normal(0.0, 0.1)];
            solids.extend(cup(draw, [x + dx, y + dy, z], self.ceramic, class));
        }
        solids
    }
}

fn turned(angle: f32) -> Rotation3<f32> {
    Rotation3::from_axis_angle(&Vec3::z_axis(), angle)
}

fn cup(draw: &mut Draw, [x, y, z]: [f32; 3], material: Material, class: ClassIndex) -> Vec<Solid> {
    let (radius, half) = (draw.uniform(0.03, 0.05), draw.uniform(0.035, 0.07));
    vec![round_solid(
        Shape::Cylinder {
            taper: draw.uniform(0.9, 1.3),
        },
        [x, y, z + half],
        [radius, radius, half],
        material,
        class,
    )]
}

/// One of the things that stand or lie on tables, its foot at a point.
fn object(draw: &mut Draw, foot: [f32; 3], class: ClassIndex) -> Vec<Solid> {
    match draw.below(8) {
        0 => bottle(draw, foot, class),
        1 => bowl_of_fruit(draw, foot, class),
        2 => flowers(draw, foot, class),
        3 => papers(draw, foot, class),
        4 => laptop(draw, foot, class),
        5 => {
            let material = palette::metal(draw);
            cup(draw, foot, material, class)
        }
        _ => vec![knick_knack(draw, foot[0], foot[1], foot[2], class)],
    }
}

fn bottle(draw: &mut Draw, [x, y, z]: [f32; 3], class: ClassIndex) -> Vec<Solid> {
    let glass = Material {
        gloss: 0.3,
        roughness: 0.1,
        ..Material::plain(palette::any_colour(draw) * 0.5)
    };
    let (radius, half) = (draw.uniform(0.03, 0.045), draw.uniform(0.08, 0.12));
    let cylinder = |taper, middle: f32, radius, half| {
        let shape = Shape::Cylinder { taper };
        round_solid(
            shape,
            [x, y, z + middle],
            [radius, radius, half],
            glass,
            class,
        )
    };
    vec![
        cylinder(1.0, half, radius, half),
        cylinder(0.4, 2.0 * half + 0.05, radius, 0.05),
    ]
}

fn bowl_of_fruit(draw: &mut Draw, [x, y, z]: [f32; 3], class: ClassIndex) -> Vec<Solid> {
    let radius = draw.uniform(0.1, 0.18);
    let ceramic = palette::joinery(draw);
    let shape = Shape::Cylinder { taper: 1.6 };
    let half = [0.7 * radius, 0.7 * radius, 0.04];
    let mut solids = vec![round_solid(shape, [x, y, z + 0.04], half, ceramic, class)];
    let fruit = palette::colour(draw.uniform(0.0, 0.33), 0.8, 0.6);
    for _ in 0..draw.below(7) {
        let angle = draw.uniform(0.0, std::f32::consts::TAU);
        let out = draw.uniform(0.0, 0.6) * radius;
        let centre = [
            x + out * angle.cos(),
            y + out * angle.sin(),
            z + 0.09 + draw.uniform(0.0, 0.03),
        ];
        let half = [draw.uniform(0.03, 0.045); 3];
        let skin = Material::plain(fruit * draw.uniform(0.6, 1.0));
        solids.push(round_solid(Shape::Ellipsoid, centre, half, skin, class));
    }
    solids
}

fn flowers(draw: &mut Draw, [x, y, z]: [f32; 3], class: ClassIndex) -> Vec<Solid> {
    let (radius, half) = (draw.uniform(0.04, 0.07), draw.uniform(0.06, 0.15));
    let vase = palette::metal(draw);
    let shape = Shape::Cylinder {
        taper: draw.uniform(0.6, 1.2),
    };
    let size = [radius, radius, half];
    let mut solids = vec![round_solid(shape, [x, y, z + half], size, vase, class)];
    let bloom = palette::any_colour(draw);
    let green = palette::colour(0.3, 0.5, draw.uniform(0.2, 0.5));
    for k in 0..4 + draw.below(10) {
        let spread = draw.uniform(0.04, 0.14);
        let centre = [
            x + draw.normal(0.0, spread),
            y + draw.normal(0.0, spread),
            z + 2.0 * half + draw.uniform(0.02, 0.25),
        ];
        let half = [draw.uniform(0.02, 0.06), draw.uniform(0.02, 0.06), 0.025];
        let colour = if k % 2 == 0 { bloom } else { green };
        let material = Material::plain(colour);
        solids.push(round_solid(Shape::Ellipsoid, centre, half, material, class));
    }
    solids
}

/// Sheets, a tray or a pile of books.
fn papers(draw: &mut Draw, [x, y, z]: [f32; 3], class: ClassIndex) -> Vec<Solid> {
    let mut solids = Vec::new();
    let mut foot = z;
    for _ in 0..1 + draw.below(5) {
        let thick = draw.pick([0.002, 0.01, 0.02, 0.035]);
        let (a, b) = (draw.uniform(0.07, 0.2), draw.uniform(0.09, 0.15));
        let material = palette::cloth(draw);
        let (low, high) = ([x - a, y - b, foot], [x + a, y + b, foot + thick]);
        let mut sheet = block(low, high, 0.0, material, class);
        sheet.turn = Some(turned(draw.normal(0.0, 0.4)));
        solids.push(sheet);
        foot += thick;
    }
    solids
}

fn laptop(draw: &mut Draw, [x, y, z]: [f32; 3], class: ClassIndex) -> Vec<Solid> {
    let metal = palette::metal(draw);
    let facing = draw.pick([-1.0, 1.0]);
    let base = block(
        [x - 0.16, y - 0.11, z],
        [x + 0.16, y + 0.11, z + 0.015],
        0.003,
        metal,
        class,
    );
    let mut lid = block(
        [x - 0.16, y + facing * 0.13 - 0.005, z + 0.015],
        [x + 0.16, y + facing * 0.13 + 0.005, z + 0.23],
        0.003,
        Material {
            glow: Rgb::repeat(draw.pick([0.0, 0.0, 0.5])),
            ..Material::plain(Rgb::repeat(draw.uniform(0.02, 0.6)))
        },
        class,
    );
    lid.turn = Some(Rotation3::from_axis_angle(&Vec3::x_axis(), -facing * 0.3));
    vec![base, lid]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::draw::Purpose;

    #[test]
    fn what_lies_on_a_table_stands_above_its_top_and_counts_as_the_table() {
        let mut seen = 0;
        for index in 0..60 {
            let mut draw = Draw::new(1, index, Purpose::Room);
            let thing = laid_table(&mut draw);
            let class = thing.solids.last().map(|solid| solid.class);
            for solid in &thing.solids {
                if solid.centre.z - solid.half.z > thing.height - 1e-3 {
                    assert_eq!(Some(solid.class), class);
                    assert!(solid.centre.x.abs() <= 0.5 * thing.width + 0.9);
                    seen += 1;
                }
            }
        }
        assert!(seen > 200, "{seen}");
    }
}
