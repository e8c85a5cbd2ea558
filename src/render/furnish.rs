//! Puts things into a room where people put them: against walls, on walls, around a table, in the middle.

use super::{
    Rgb, Vec3,
    draw::Draw,
    furniture::{self, Thing},
    material::{Material, Pattern},
    opening::Fill,
    palette,
    scenario::Scenario,
    shell::Shell,
    solid::Piece,
    stance::Opposite,
};
use crate::ade20k;

/// Free space that must remain around the camera, metres.
const CAMERA_SPACE: f32 = 0.55;

/// An upright box of the floor plan that is taken.
#[derive(Debug, Clone, Copy)]
struct Taken {
    low: [f32; 2],
    high: [f32; 2],
}

/// A room that fills up.
pub(super) struct Furnisher<'a> {
    shell: &'a Shell,
    camera: Vec3,
    taken: Vec<Taken>,
    pub(super) pieces: Vec<Piece>,
    /// Middle, radius and radiance of lamps that glow.
    pub(super) lamps: Vec<(Vec3, f32, Rgb)>,
}

impl<'a> Furnisher<'a> {
    pub(super) fn new(shell: &'a Shell, camera: Vec3) -> Self {
        Self {
            shell,
            camera,
            taken: Vec::new(),
            pieces: Vec::new(),
            lamps: Vec::new(),
        }
    }

    /// Claims the floor under a thing with the given origin and x axis, unless it is taken, outside the room, in front of
    /// a door, or too near the camera.
    fn claim(&mut self, thing: &Thing, origin: [f32; 2], along: [f32; 2]) -> bool {
        let forward = [-along[1], along[0]];
        let corner = |x: f32, y: f32| {
            [
                origin[0] + along[0] * x + forward[0] * y,
                origin[1] + along[1] * x + forward[1] * y,
            ]
        };
        let x = 0.5 * thing.width;
        let corners = [
            corner(-x, -0.01),
            corner(x, -0.01),
            corner(-x, -thing.depth),
            corner(x, -thing.depth),
        ];
        if corners.iter().any(|c| {
            !self.shell.contains(c[0], c[1])
                || self.shell.ceiling_height(c[0], c[1]) < thing.height + 0.03
        }) {
            return false;
        }
        let mut area = Taken {
            low: corners[0],
            high: corners[0],
        };
        for corner in corners {
            for axis in 0..2 {
                area.low[axis] = area.low[axis].min(corner[axis]);
                area.high[axis] = area.high[axis].max(corner[axis]);
            }
        }
        let near_camera = area.low[0] - CAMERA_SPACE < self.camera.x
            && self.camera.x < area.high[0] + CAMERA_SPACE
            && area.low[1] - CAMERA_SPACE < self.camera.y
            && self.camera.y < area.high[1] + CAMERA_SPACE;
        let overlaps = self.taken.iter().any(|other| {
            (0..2).all(|axis| {
                area.low[axis] < other.high[axis] - 0.01 && other.low[axis] < area.high[axis] - 0.01
            })
        });
        if near_camera || overlaps {
            return false;
        }
        self.taken.push(area);
        true
    }

    /// Tries to stand a thing against a wall, out of the way of doors and, if tall, of windows.
    pub(super) fn against(&mut self, wall: usize, thing: Thing, draw: &mut Draw) -> bool {
        const ATTEMPTS: usize = 6;
        let shell = self.shell;
        let wall = &shell.walls[wall];
        if thing.width > wall.length - 0.02 {
            return false;
        }
        let half = 0.5 * thing.width;
        for _ in 0..ATTEMPTS {
            let at = match draw.below(3) {
                0 => half + 0.01,
                1 => wall.length - half - 0.01,
                _ => draw.uniform(half, wall.length - half),
            };
            let in_the_way = wall.openings.iter().any(|opening| {
                let beside = at + half < opening.left - 0.05
                    || at - half > opening.left + opening.width + 0.05;
                let below = matches!(opening.fill, Fill::Window(_))
                    && (thing.height < opening.bottom + 0.15 || draw.chance(0.1));
                !beside && !below
            });
            if in_the_way {
                continue;
            }
            let gap = draw.pick([0.0, 0.01, 0.05]);
            let origin = wall.point(at, -gap, 0.0);
            if self.claim(&thing, [origin.x, origin.y], wall.along) {
                self.pieces
                    .push(Piece::new(origin, wall.along, thing.solids));
                return true;
            }
        }
        false
    }

    /// Tries to stand a thing anywhere, turned at will or square to the room.
    pub(super) fn anywhere(&mut self, thing: Thing, draw: &mut Draw) -> Option<Vec3> {
        const ATTEMPTS: usize = 6;
        for _ in 0..ATTEMPTS {
            let wall = &self.shell.walls[draw.below(self.shell.walls.len())];
            let place = wall.point(draw.uniform(0.0, wall.length), -draw.uniform(0.3, 3.5), 0.0);
            let angle = if draw.chance(0.6) {
                draw.pick([0.0, 0.5, 1.0, 1.5]) * std::f32::consts::PI
            } else {
                draw.uniform(0.0, std::f32::consts::TAU)
            };
            let along = [angle.cos(), angle.sin()];
            if self.shell.contains(place.x, place.y)
                && self.claim(&thing, [place.x, place.y], along)
            {
                self.pieces.push(Piece::new(place, along, thing.solids));
                return Some(place);
            }
        }
        None
    }

    fn table_with_chairs(&mut self, draw: &mut Draw) {
        let mut group = furniture::table(draw, ade20k::TABLE);
        let (half, depth) = (0.5 * group.width, group.depth);
        let model = furniture::chair(draw);
        let mut chairs: Vec<(Vec3, [f32; 2])> = Vec::new();
        for side in [-1.0_f32, 1.0] {
            for k in 0..((group.width / 0.6) as usize).max(1) {
                if draw.chance(0.75) {
                    let x = -half + (k as f32 + 0.5) * 0.62 + draw.normal(0.0, 0.03);
                    let pull = draw.uniform(0.05, 0.35);
                    let y = if side > 0.0 {
                        pull + 0.2
                    } else {
                        -depth - pull - 0.2
                    };
                    chairs.push((Vec3::new(x, y, 0.0), [side, 0.0]));
                }
            }
        }
        group.depth += 0.5;
        let solids = std::mem::take(&mut group.solids);
        if let Some(place) = self.anywhere(group, draw) {
            // The placeholder that claimed the floor has no solids; the table and its chairs take its frame.
            let Some(frame) = self.pieces.pop() else {
                return;
            };
            let mut all = solids;
            for (at, along) in chairs {
                let turned = Piece::new(at, along, model.solids.clone());
                all.extend(turned.into_solids());
            }
            self.pieces.push(Piece::new(place, frame.x_axis(), all));
        }
    }

    /// Furniture in the amount that the scenario asks for.
    pub(super) fn furniture(&mut self, scenario: Scenario, opposite: &Opposite, draw: &mut Draw) {
        let pieces = match scenario {
            Scenario::Furnished => 2 + draw.below(3),
            Scenario::Corridor => draw.below(4),
            Scenario::Nominal | Scenario::Tall | Scenario::Wild => draw.below(4),
            _ => draw.weighted([(0, 0.15), (3, 0.4), (6, 0.3), (10, 0.15)]),
        };
        for _ in 0..pieces {
            let thing = match draw.below(16) {
                0 | 1 => {
                    let seats = 2 + draw.below(3);
                    furniture::sofa(draw, seats)
                }
                2 => furniture::sofa(draw, 1),
                3 => furniture::bed(draw),
                4 => furniture::cabinet(draw, ade20k::WARDROBE),
                5 => furniture::cabinet(draw, ade20k::CHEST_OF_DRAWERS),
                6 => furniture::cabinet(draw, ade20k::CABINET),
                7 => furniture::shelf(draw, ade20k::BOOKCASE),
                8 => furniture::shelf(draw, ade20k::SHELF),
                9 => {
                    let width = draw.uniform(1.2, 4.0);
                    furniture::kitchen(draw, width)
                }
                10 => furniture::cabinet(draw, ade20k::REFRIGERATOR),
                11 => furniture::television(draw),
                12 => furniture::table(draw, ade20k::DESK),
                13 => furniture::plant(draw),
                14 => {
                    self.table_with_chairs(draw);
                    continue;
                }
                _ => furniture::table(draw, ade20k::COFFEE_TABLE),
            };
            let wall = if draw.chance(0.6) {
                opposite.wall
            } else {
                draw.below(self.shell.walls.len())
            };
            if thing.solids.is_empty() {
                continue;
            }
            if draw.chance(0.85) {
                self.against(wall, thing, draw);
            } else {
                self.anywhere(thing, draw);
            }
        }
    }

    /// Rugs, lamps, chairs, plants, clutter, people.
    pub(super) fn small_things(&mut self, lavish: bool, lit: f32, draw: &mut Draw) {
        if draw.chance(0.35) {
            let (width, depth) = (draw.uniform(0.8, 3.0), draw.uniform(0.6, 2.2));
            let place = [draw.normal(0.0, 0.8), draw.uniform(0.8, 4.0)];
            let far = [
                [place[0] - 0.5 * width, place[1] - 0.5 * depth],
                [place[0] + 0.5 * width, place[1] + 0.5 * depth],
            ];
            if far.iter().all(|c| self.shell.contains(c[0], c[1])) {
                let turn = draw.normal(0.0, 0.08);
                let solid = furniture::rug(draw, width, depth);
                self.pieces.push(Piece::new(
                    Vec3::new(place[0], place[1], 0.0),
                    [turn.cos(), turn.sin()],
                    vec![solid],
                ));
            }
        }
        let warm = palette::colour(0.1, draw.uniform(0.1, 0.6), 1.0);
        if draw.chance(0.2) {
            let radiance = warm * lit * draw.uniform(0.0, 3.0);
            let lamp = furniture::floor_lamp(draw, radiance);
            let height = lamp.height;
            let wall = draw.below(self.shell.walls.len());
            if self.against(wall, lamp, draw)
                && let Some(piece) = self.pieces.last()
            {
                let middle = piece.middle();
                self.lamps.push((
                    Vec3::new(middle.x, middle.y, height - 0.1),
                    0.25,
                    radiance * 0.15,
                ));
            }
        }
        let count = if lavish { draw.below(7) } else { draw.below(3) };
        for _ in 0..count {
            let thing = match draw.below(6) {
                0 => furniture::plant(draw),
                1 => furniture::chair(draw),
                2 => furniture::sofa(draw, 1),
                _ => furniture::clutter(draw),
            };
            self.anywhere(thing, draw);
        }
        if draw.chance(0.05) {
            let person = furniture::person(draw);
            self.anywhere(person, draw);
        }
    }

    /// Casings, curtains, blinds and radiators around the openings of all walls.
    pub(super) fn dress_openings(&mut self, draw: &mut Draw) {
        let casing = palette::joinery(draw);
        let cased = draw.chance(0.75);
        let curtain_cloth = palette::cloth(draw);
        let habit = draw.below(5);
        for wall in &self.shell.walls {
            for opening in &wall.openings {
                let origin = wall.point(opening.left + 0.5 * opening.width, 0.0, 0.0);
                let top = opening.bottom + opening.height;
                let solids = match &opening.fill {
                    Fill::Window(_) => {
                        let ceiling = self.shell.ceiling_height(origin.x, origin.y);
                        window_dressing(
                            draw,
                            habit,
                            [opening.width, opening.bottom, top],
                            [opening.left, wall.length - opening.left - opening.width],
                            ceiling,
                            curtain_cloth,
                        )
                    }
                    Fill::Leaf(_) | Fill::Passage(_) if cased => {
                        door_casing(draw, opening.width, top, casing)
                    }
                    _ => Vec::new(),
                };
                let mut solids = solids;
                if matches!(opening.fill, Fill::Passage(_)) && draw.chance(0.6) {
                    solids.push(furniture::open_leaf(draw, opening.width, top));
                }
                if !solids.is_empty() {
                    self.pieces.push(Piece::new(origin, wall.along, solids));
                }
                if matches!(opening.fill, Fill::Window(_))
                    && opening.bottom > 0.5
                    && draw.chance(0.45)
                {
                    let width = opening.width * draw.uniform(0.5, 1.0);
                    let solids = furniture::radiator(draw, width, draw_low(opening.bottom));
                    self.pieces.push(Piece::new(origin, wall.along, solids));
                }
            }
        }
    }

    /// Pictures, mirrors and a television on free parts of the walls.
    pub(super) fn hang_pictures(&mut self, draw: &mut Draw) {
        for wall in &self.shell.walls {
            for _ in 0..draw.weighted([(0, 0.45), (1, 0.3), (2, 0.15), (4, 0.1)]) {
                let (width, height) = (draw.uniform(0.15, 1.3), draw.uniform(0.15, 1.0));
                let z = draw.normal(1.55, 0.15);
                let half = 0.5 * width;
                if wall.length < width + 0.3 {
                    continue;
                }
                let at = draw.uniform(half + 0.1, wall.length - half - 0.1);
                let free = wall.openings.iter().all(|opening| {
                    at + half + 0.12 < opening.left
                        || at - half - 0.12 > opening.left + opening.width
                });
                let low = wall.point(at - half, 0.0, 0.0);
                let high = wall.point(at + half, 0.0, 0.0);
                let room = self
                    .shell
                    .ceiling_height(low.x, low.y)
                    .min(self.shell.ceiling_height(high.x, high.y));
                if !free || z + 0.5 * height > room - 0.05 {
                    continue;
                }
                let mut solids = match draw.below(8) {
                    0 => furniture::picture(draw, width, height, z, true),
                    1 => furniture::wall_screen(draw, width.max(0.6), z),
                    _ => furniture::picture(draw, width, height, z, false),
                };
                // A hair's breadth of wall behind keeps coplanar faces from fighting.
                for solid in &mut solids {
                    solid.centre.y -= 0.002;
                }
                let origin = wall.point(at, 0.0, 0.0);
                self.pieces.push(Piece::new(origin, wall.along, solids));
            }
        }
    }

    /// A lamp at the ceiling.
    pub(super) fn ceiling_lamps(&mut self, lit: f32, draw: &mut Draw) {
        if !draw.chance(0.6) {
            return;
        }
        let warm = palette::colour(0.1, draw.uniform(0.0, 0.5), 1.0);
        let radiance = warm * lit;
        let (x, y) = (draw.normal(0.0, 0.4), draw.uniform(0.8, 3.0));
        if !self.shell.contains(x, y) || self.shell.clearance(x, y) < 0.4 {
            return;
        }
        let ceiling = self.shell.ceiling_height(x, y);
        let (solids, height, radius) = furniture::ceiling_lamp(draw, ceiling, radiance);
        let origin = Vec3::new(x, y, 0.0);
        self.pieces.push(Piece::new(origin, [1.0, 0.0], solids));
        if lit > 0.0 {
            let middle = Vec3::new(x, y, height);
            self.lamps.push((middle, radius + 0.05, radiance * 0.35));
        }
    }
}

/// A radiator's lower edge, so that it fits under the sill.
fn draw_low(sill: f32) -> f32 {
    (sill - 0.75).clamp(0.06, 0.2)
}

fn door_casing(
    draw: &mut Draw,
    width: f32,
    top: f32,
    material: Material,
) -> Vec<super::solid::Solid> {
    let face = draw.uniform(0.05, 0.1);
    furniture::casing(width, top, face, material)
}

/// Curtains and blinds of one window: `[width, bottom, top]` of the opening and the free wall on both sides.
fn window_dressing(
    draw: &mut Draw,
    habit: usize,
    [width, bottom, top]: [f32; 3],
    room: [f32; 2],
    ceiling: f32,
    mut cloth: Material,
) -> Vec<super::solid::Solid> {
    let mut solids = Vec::new();
    if draw.chance(0.3) {
        let sill = Material::plain(palette::colour(0.1, 0.05, draw.uniform(0.7, 1.0)));
        solids.extend(furniture::sill(width, bottom, sill));
    }
    if matches!(habit, 0 | 3) && draw.chance(0.8) {
        let drawn = if draw.chance(0.15) {
            1.0
        } else {
            draw.uniform(0.08, 1.0)
        };
        let colour = palette::colour(0.1, draw.uniform(0.0, 0.2), draw.uniform(0.4, 1.0));
        let material = Material {
            pattern: if draw.chance(0.6) {
                Pattern::Slats {
                    period: draw.uniform(0.025, 0.09),
                }
            } else {
                Pattern::Plain
            },
            glow: colour * draw.uniform(0.0, 0.6),
            ..Material::plain(colour)
        };
        let overlap = draw.pick([-0.01, 0.06]);
        solids.push(furniture::hanging(
            draw,
            width + 2.0 * overlap,
            [top - drawn * (top - bottom), top + overlap],
            0.004,
            material,
            ade20k::BLIND,
        ));
    }
    if matches!(habit, 1..=3) && draw.chance(0.9) {
        let rail = if draw.chance(0.4) {
            ceiling - 0.03
        } else {
            (top + draw.uniform(0.05, 0.25)).min(ceiling - 0.03)
        };
        let hem = if draw.chance(0.75) {
            draw.uniform(0.01, 0.08)
        } else {
            (bottom - 0.1).max(0.02)
        };
        cloth.pattern = Pattern::Folds {
            period: draw.uniform(0.06, 0.18),
            depth: draw.uniform(0.15, 0.6),
        };
        // Thin cloth lets daylight through.
        if draw.chance(0.5) {
            cloth.glow = cloth.base * draw.uniform(0.05, 0.8);
        }
        let closed = draw.uniform(0.0, 1.0).powi(2);
        for (side, free) in [(-1.0, room[0]), (1.0, room[1])] {
            if draw.chance(0.1) {
                continue;
            }
            let beside = free.min(draw.uniform(0.1, 0.5));
            let over = 0.5 * width * closed + draw.uniform(-0.05, 0.1);
            let span = (beside + over).max(0.12);
            let mut curtain =
                furniture::hanging(draw, span, [hem, rail], 0.05, cloth, ade20k::CURTAIN);
            curtain.centre.x = side * (0.5 * width + beside - 0.5 * span);
            solids.push(curtain);
        }
        if draw.chance(0.3) {
            let mut sheer = cloth;
            sheer.base = palette::colour(0.1, 0.03, 0.98);
            sheer.accent = sheer.base;
            sheer.glow = sheer.base * draw.uniform(0.3, 1.5);
            solids.push(furniture::hanging(
                draw,
                width + 0.2,
                [hem, rail],
                0.02,
                sheer,
                ade20k::CURTAIN,
            ));
        }
    }
    solids
}
