//! Which things go together: the furniture of living rooms, bedrooms, kitchens, dining rooms and studies, and clutter.

use super::{
    Vec3,
    draw::Draw,
    furnish::{Furnisher, Place},
    furniture::{self, Thing},
    solid::Piece,
};
use crate::ade20k;

/// How much stands in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Amount {
    /// Nothing that hides the base of a wall.
    Bare,
    /// Two to four pieces, 70 % of them against the opposite wall.
    Few,
    /// A home: an ensemble and what gathers around it.
    Home,
    /// A home seen over a laid table, with more of everything.
    Crowd,
}

/// What a room is for.
#[derive(Debug, Clone, Copy)]
enum Theme {
    Living,
    Bedroom,
    Kitchen,
    Dining,
    Study,
    Storage,
}

impl Furnisher<'_> {
    /// Furniture in the given amount; `opposite` is the wall that the photo is of.
    pub(super) fn furniture(&mut self, amount: Amount, opposite: usize, lit: f32, draw: &mut Draw) {
        match amount {
            Amount::Bare => {
                if draw.chance(0.25) {
                    let middle = Vec3::new(draw.normal(0.0, 0.8), draw.uniform(0.8, 4.0), 0.0);
                    self.rug(middle, draw);
                }
            }
            Amount::Few => {
                for _ in 0..2 + draw.below(3) {
                    let thing = any_piece(draw);
                    let wall = if draw.chance(0.7) {
                        opposite
                    } else {
                        draw.below(self.shell.walls.len())
                    };
                    self.against(wall, thing, draw);
                }
            }
            Amount::Home => self.home(opposite, lit, draw),
            Amount::Crowd => self.crowd(opposite, lit, draw),
        }
    }

    fn crowd(&mut self, opposite: usize, lit: f32, draw: &mut Draw) {
        const TABLES: usize = 4;
        for _ in 0..TABLES {
            let table = furniture::laid_table(draw);
            let size = [table.width, table.depth];
            if let Some(place) = self.before_camera(table, [0.1, 1.2], draw) {
                if draw.chance(0.6) {
                    let model = furniture::chair(draw);
                    self.chairs(&place, size, &[1.0], &model, draw);
                }
                break;
            }
        }
        self.home(opposite, lit, draw);
        for _ in 0..draw.below(3) {
            let table = furniture::laid_table(draw);
            self.anywhere(table, draw);
        }
        for _ in 0..2 + draw.below(6) {
            let chair = furniture::chair(draw);
            self.anywhere(chair, draw);
            let thing = any_piece(draw);
            let wall = draw.below(self.shell.walls.len());
            self.against(wall, thing, draw);
        }
    }

    fn home(&mut self, opposite: usize, lit: f32, draw: &mut Draw) {
        if draw.chance(0.15) {
            let class = draw.pick([ade20k::TABLE, ade20k::COFFEE_TABLE, ade20k::DESK]);
            let table = furniture::table(draw, class);
            self.before_camera(table, [0.25, 0.6], draw);
        }
        let first = draw.weighted([
            (Theme::Living, 0.3),
            (Theme::Bedroom, 0.25),
            (Theme::Kitchen, 0.2),
            (Theme::Dining, 0.1),
            (Theme::Study, 0.1),
            (Theme::Storage, 0.05),
        ]);
        self.ensemble(first, opposite, draw);
        if draw.chance(0.3) {
            let second = draw.pick([Theme::Dining, Theme::Kitchen, Theme::Study, Theme::Living]);
            let wall = draw.below(self.shell.walls.len());
            self.ensemble(second, wall, draw);
        }
        for _ in 0..draw.below(5) {
            let thing = any_piece(draw);
            let wall = draw.below(self.shell.walls.len());
            self.against(wall, thing, draw);
        }
        if draw.chance(0.3) {
            self.floor_lamp(lit, draw);
        }
        self.clutter(draw);
    }

    fn ensemble(&mut self, theme: Theme, opposite: usize, draw: &mut Draw) {
        // The main piece stands at the opposite wall as often as at all others.
        let wall = if draw.chance(0.5) {
            opposite
        } else {
            draw.below(self.shell.walls.len())
        };
        match theme {
            Theme::Living => self.living(wall, draw),
            Theme::Bedroom => self.bedroom(wall, draw),
            Theme::Kitchen => self.kitchen(wall, draw),
            Theme::Dining => self.table_with_chairs(draw),
            Theme::Study => {
                let desk = furniture::table(draw, ade20k::DESK);
                let depth = desk.depth;
                if let Some(place) = self.against(wall, desk, draw) {
                    let chair = furniture::chair(draw);
                    self.facing(&place, depth + draw.uniform(-0.05, 0.3), chair);
                }
                let shelf = furniture::shelf(draw, ade20k::BOOKCASE);
                self.against(wall, shelf, draw);
            }
            Theme::Storage => {
                for _ in 0..2 + draw.below(3) {
                    let class = draw.pick([ade20k::SHELF, ade20k::BOOKCASE]);
                    let shelf = furniture::shelf(draw, class);
                    self.against(wall, shelf, draw);
                }
                for _ in 0..draw.below(8) {
                    let box_ = furniture::clutter(draw);
                    self.anywhere(box_, draw);
                }
            }
        }
    }

    fn living(&mut self, wall: usize, draw: &mut Draw) {
        let seats = 2 + draw.below(3);
        let sofa = furniture::sofa(draw, seats);
        let depth = sofa.depth;
        if let Some(place) = self.against(wall, sofa, draw) {
            let ahead = depth + draw.uniform(0.25, 0.5);
            if draw.chance(0.5) {
                self.rug(place.at(0.0, -ahead - 0.3), draw);
            }
            if draw.chance(0.7) {
                let table = furniture::table(draw, ade20k::COFFEE_TABLE);
                let origin = place.at(draw.normal(0.0, 0.2), -ahead);
                self.at(
                    Place {
                        origin,
                        along: place.along,
                    },
                    table,
                );
            }
            if draw.chance(0.5) {
                let chair = furniture::sofa(draw, 1);
                self.anywhere(chair, draw);
            }
        }
        if draw.chance(0.6) {
            let television = furniture::television(draw);
            let wall = draw.below(self.shell.walls.len());
            self.against(wall, television, draw);
        }
        if draw.chance(0.5) {
            let shelf = furniture::shelf(draw, ade20k::BOOKCASE);
            let wall = draw.below(self.shell.walls.len());
            self.against(wall, shelf, draw);
        }
    }

    fn bedroom(&mut self, wall: usize, draw: &mut Draw) {
        let bed = furniture::bed(draw);
        let half = 0.5 * bed.width;
        if let Some(place) = self.against(wall, bed, draw) {
            let stand = furniture::nightstand(draw);
            for side in [-1.0, 1.0] {
                let origin = place.at(side * (half + 0.5 * stand.width + 0.03), 0.0);
                if draw.chance(0.6) {
                    self.at(
                        Place {
                            origin,
                            along: place.along,
                        },
                        stand.clone(),
                    );
                }
            }
            if draw.chance(0.3) {
                self.rug(place.at(0.0, -1.8), draw);
            }
        }
        if draw.chance(0.7) {
            let wardrobe = furniture::cabinet(draw, ade20k::WARDROBE);
            let wall = draw.below(self.shell.walls.len());
            self.against(wall, wardrobe, draw);
        }
        if draw.chance(0.5) {
            let chest = furniture::cabinet(draw, ade20k::CHEST_OF_DRAWERS);
            let wall = draw.below(self.shell.walls.len());
            self.against(wall, chest, draw);
        }
    }

    fn kitchen(&mut self, wall: usize, draw: &mut Draw) {
        let style = furniture::KitchenStyle::draw(draw);
        let length = self.shell.walls[wall].length;
        let width = if draw.chance(0.4) {
            length - 0.03
        } else {
            draw.uniform(1.2, 4.0).min(length - 0.03)
        };
        if width > 0.7 {
            let row = style.row(draw, width);
            self.against(wall, row, draw);
        }
        if draw.chance(0.5) {
            // The row goes on around a corner.
            let next = (wall + 1) % self.shell.walls.len();
            let width = draw
                .uniform(1.0, 3.0)
                .min(self.shell.walls[next].length - 0.7);
            if width > 0.7 {
                let row = style.row(draw, width);
                self.against(next, row, draw);
            }
        }
        if draw.chance(0.6) {
            let fridge = furniture::cabinet(draw, ade20k::REFRIGERATOR);
            self.against(wall, fridge, draw);
        }
        if draw.chance(0.3) {
            let width = draw.uniform(1.0, 2.4);
            let island = style.island(draw, width);
            self.anywhere(island, draw);
        } else if draw.chance(0.6) {
            self.table_with_chairs(draw);
        }
    }

    /// Stands a thing opposite another one, `ahead` metres before its back and turned towards it.
    fn facing(&mut self, place: &Place, ahead: f32, thing: Thing) {
        let [c, s] = place.along;
        let depth = thing.depth;
        self.at(
            Place {
                origin: place.at(0.0, -ahead - depth),
                along: [-c, -s],
            },
            thing,
        );
    }

    fn table_with_chairs(&mut self, draw: &mut Draw) {
        let table = furniture::table(draw, ade20k::TABLE);
        let size = [table.width, table.depth];
        let model = furniture::chair(draw);
        if let Some(place) = self.anywhere(table, draw) {
            self.chairs(&place, size, &[-1.0, 1.0], &model, draw);
        }
    }

    /// Chairs along a table of this width and depth, before it (-1) or behind it (1) in its own frame.
    fn chairs(
        &mut self,
        table: &Place,
        [width, depth]: [f32; 2],
        sides: &[f32],
        model: &Thing,
        draw: &mut Draw,
    ) {
        let half = 0.5 * width;
        for &side in sides {
            for k in 0..((2.0 * half / 0.6) as usize).max(1) {
                if !draw.chance(0.75) {
                    continue;
                }
                let x = -half + (k as f32 + 0.5) * 0.62 + draw.normal(0.0, 0.03);
                // Chairs stand partly under the table, their backs away from it.
                let pull = draw.uniform(0.05, 0.35);
                let y = if side > 0.0 {
                    pull + 0.2
                } else {
                    -depth - pull - 0.2
                };
                let origin = table.at(x, y);
                if self.shell.contains(origin.x, origin.y)
                    && self.shell.clearance(origin.x, origin.y) > 0.05
                {
                    let along = [side * table.along[0], side * table.along[1]];
                    self.pieces
                        .push(Piece::new(origin, along, model.solids.clone()));
                }
            }
        }
    }

    fn clutter(&mut self, draw: &mut Draw) {
        for _ in 0..draw.below(7) {
            let thing = match draw.below(7) {
                0 => furniture::plant(draw),
                1 => furniture::chair(draw),
                2 => furniture::stool(draw),
                3 => furniture::sofa(draw, 1),
                _ => furniture::clutter(draw),
            };
            if draw.chance(0.5) {
                self.anywhere(thing, draw);
            } else {
                let wall = draw.below(self.shell.walls.len());
                self.against(wall, thing, draw);
            }
        }
        if draw.chance(0.06) {
            let person = furniture::person(draw);
            self.anywhere(person, draw);
        }
    }
}

/// A piece of furniture that stands at a wall.
fn any_piece(draw: &mut Draw) -> Thing {
    match draw.below(14) {
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
            let width = draw.uniform(1.2, 3.0);
            furniture::KitchenStyle::draw(draw).row(draw, width)
        }
        10 => furniture::cabinet(draw, ade20k::REFRIGERATOR),
        11 => furniture::television(draw),
        12 => furniture::table(draw, ade20k::DESK),
        _ => furniture::plant(draw),
    }
}
