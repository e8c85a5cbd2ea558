//! What belongs to walls: casings, curtains, blinds, radiators, pictures.

use super::{
    Rgb,
    apertures::draw_leaf,
    draw::Draw,
    furnish::{Furnisher, Place},
    furniture,
    material::{Material, Pattern},
    opening::Fill,
    palette,
    solid::{Piece, Solid},
};
use crate::ade20k;

/// Free space between the camera and an open door's leaf, metres: a leaf fills the frame from nearer by.
const LEAF_SPACE: f32 = 1.0;
/// Wall that remains between two things that hang on it, metres.
const HUNG_GAP: f32 = 0.04;
/// Width from which a screen on the wall is a television, metres; narrower ones are pictures.
const SCREEN_WIDTH: f32 = 0.6;

impl Furnisher<'_> {
    /// Casings, curtains, blinds and radiators around the openings of all walls.
    pub(super) fn dress_openings(&mut self, draw: &mut Draw) {
        let casing = palette::joinery(draw);
        let cased = draw.chance(0.75);
        let curtain_cloth = palette::cloth(draw);
        let habit = draw.below(5);
        let shell = self.shell;
        for wall in &shell.walls {
            for opening in &wall.openings {
                // Free wall to the left and to the right.
                let beside = [opening.left, wall.length - opening.left - opening.width];
                let origin = wall.point(opening.left + 0.5 * opening.width, 0.0, 0.0);
                let top = opening.bottom + opening.height;
                let solids = match &opening.fill {
                    Fill::Window(window) => {
                        let ceiling = shell.ceiling_height(origin.x, origin.y);
                        window_dressing(
                            draw,
                            habit,
                            [opening.width, opening.bottom, top],
                            beside,
                            ceiling,
                            curtain_cloth,
                            window.view.daylight(),
                        )
                    }
                    Fill::Leaf(_) | Fill::Passage(_) if cased && opening.reveal.is_some() => {
                        door_casing(draw, opening.width, top, casing)
                    }
                    _ => Vec::new(),
                };
                if !solids.is_empty() {
                    self.pieces.push(Piece::new(origin, wall.along, solids));
                }
                if matches!(opening.fill, Fill::Passage(_))
                    && opening.reveal.is_some()
                    && draw.chance(0.6)
                {
                    let leaf = draw_leaf(opening.width, top, draw);
                    let open = furniture::open_leaf(draw, &leaf, [opening.width, top], beside);
                    let piece = Piece::new(origin, wall.along, open.solids);
                    let place = Place {
                        origin,
                        along: wall.along,
                    };
                    // Nobody photographs a room from behind an open door.
                    if piece.clearance(self.camera) > LEAF_SPACE
                        && self.claim_sweep(&place, open.swept, top)
                    {
                        self.pieces.push(piece);
                    }
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
            let mut hung: Vec<[f32; 2]> = Vec::new();
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
                    1 if width >= SCREEN_WIDTH => furniture::wall_screen(draw, width, z),
                    _ => furniture::picture(draw, width, height, z, false),
                };
                let span = [at - half, at + half];
                if hung.iter().any(|other| !apart(span, *other)) {
                    continue;
                }
                hung.push(span);
                // A hair's breadth of wall behind keeps coplanar faces from fighting.
                for solid in &mut solids {
                    solid.centre.y -= 0.002;
                }
                let origin = wall.point(at, 0.0, 0.0);
                self.pieces.push(Piece::new(origin, wall.along, solids));
            }
        }
    }
}

/// Whether wall remains between two stretches of it.
fn apart(a: [f32; 2], b: [f32; 2]) -> bool {
    a[0] > b[1] + HUNG_GAP || b[0] > a[1] + HUNG_GAP
}

/// A radiator's lower edge, so that it fits under the sill.
fn draw_low(sill: f32) -> f32 {
    (sill - 0.75).clamp(0.06, 0.2)
}

fn door_casing(draw: &mut Draw, width: f32, top: f32, material: Material) -> Vec<Solid> {
    let face = draw.uniform(0.05, 0.1);
    furniture::casing(width, top, face, material)
}

/// Curtains and blinds of one window: `[width, bottom, top]` of the opening and the free wall on both sides. They glow with
/// the share of `daylight` that their cloth or slats let through.
fn window_dressing(
    draw: &mut Draw,
    habit: usize,
    [width, bottom, top]: [f32; 3],
    room: [f32; 2],
    ceiling: f32,
    mut cloth: Material,
    daylight: Rgb,
) -> Vec<Solid> {
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
            glow: colour.component_mul(&daylight) * draw.uniform(0.0, 0.3),
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
            cloth.glow = cloth.base.component_mul(&daylight) * draw.uniform(0.02, 0.4);
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
            sheer.glow = sheer.base.component_mul(&daylight) * draw.uniform(0.15, 0.7);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::draw::Purpose;

    #[test]
    fn things_on_a_wall_keep_a_gap() {
        assert!(apart([0.0, 1.0], [1.1, 2.0]) && apart([1.1, 2.0], [0.0, 1.0]));
        assert!(!apart([0.0, 1.0], [1.01, 2.0]) && !apart([0.0, 3.0], [1.0, 2.0]));
    }

    #[test]
    fn curtains_and_blinds_do_not_glow_in_the_dark() {
        let glowing = |daylight: f32| {
            (0..20)
                .flat_map(|index| {
                    let mut draw = Draw::new(2, index, Purpose::Room);
                    let cloth = palette::cloth(&mut draw);
                    let size = [1.2, 0.9, 2.1];
                    let daylight = Rgb::repeat(daylight);
                    // Habit 3 has both curtains and blinds.
                    window_dressing(&mut draw, 3, size, [0.5, 0.5], 2.6, cloth, daylight)
                })
                .filter(|solid| solid.material.glow.max() > 0.0)
                .count()
        };
        assert_eq!(glowing(0.0), 0);
        assert!(glowing(1.0) > 0);
    }
}
