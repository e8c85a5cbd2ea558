//! Finds places for things: against walls, beside other things, anywhere on the floor.

use super::{
    Rgb, Vec3,
    draw::Draw,
    furniture::{self, Thing},
    opening::Fill,
    palette,
    shell::Shell,
    solid::Piece,
};

/// Free space that must remain around the camera, metres.
const CAMERA_SPACE: f32 = 0.5;
/// Places that are tried before a thing is left out.
const ATTEMPTS: usize = 6;

/// A rectangle of the floor plan that is taken.
#[derive(Debug, Clone, Copy)]
struct Taken {
    low: [f32; 2],
    high: [f32; 2],
}

impl Taken {
    /// The rectangle around corners of the floor.
    fn around(corners: &[Vec3; 4]) -> Self {
        let bound = |pick: fn(f32, f32) -> f32, start: f32| {
            [0, 1].map(|axis| corners.iter().map(|c| c[axis]).fold(start, pick))
        };
        Self {
            low: bound(f32::min, f32::INFINITY),
            high: bound(f32::max, f32::NEG_INFINITY),
        }
    }

    /// Whether it meets another rectangle that is widened by `slack`.
    fn meets(&self, low: [f32; 2], high: [f32; 2], slack: f32) -> bool {
        (0..2)
            .all(|axis| self.low[axis] < high[axis] + slack && low[axis] - slack < self.high[axis])
    }
}

/// Where a thing stands: the origin and the x axis of its frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) origin: Vec3,
    pub(super) along: [f32; 2],
}

impl Place {
    /// The room point at `x`, `y` of the thing's frame, on the floor.
    pub(super) fn at(&self, x: f32, y: f32) -> Vec3 {
        let [c, s] = self.along;
        Vec3::new(
            self.origin.x + c * x - s * y,
            self.origin.y + s * x + c * y,
            0.0,
        )
    }
}

/// A room that fills up.
pub(super) struct Furnisher<'a> {
    pub(super) shell: &'a Shell,
    pub(super) camera: Vec3,
    heading: f32,
    /// Furniture becomes bare boxes, as simple renderers draw it.
    cuboids: bool,
    taken: Vec<Taken>,
    pub(super) pieces: Vec<Piece>,
    /// Middle, radius and radiance of lamps that glow.
    pub(super) lamps: Vec<(Vec3, f32, Rgb)>,
}

impl<'a> Furnisher<'a> {
    /// Nothing is in the room but a camera.
    pub(super) fn new(shell: &'a Shell, camera: Vec3, heading: f32, cuboids: bool) -> Self {
        Self {
            shell,
            camera,
            heading,
            cuboids,
            taken: Vec::new(),
            pieces: Vec::new(),
            lamps: Vec::new(),
        }
    }

    /// Claims the floor under a thing unless it is taken, outside the room, under too low a ceiling, or within
    /// `camera_space` of the camera.
    fn claim(&mut self, thing: &Thing, place: &Place, camera_space: f32) -> bool {
        let x = 0.5 * thing.width;
        self.claim_floor(
            place,
            [-x, x, thing.depth],
            thing.height,
            Some(camera_space),
        )
    }

    /// Claims the floor that an open leaf sweeps (left, right and depth in the place's frame), so that no furniture stands
    /// there, unless the leaf would swing out of the room or against another one. The camera may stand there.
    pub(super) fn claim_sweep(&mut self, place: &Place, swept: [f32; 3], height: f32) -> bool {
        self.claim_floor(place, swept, height, None)
    }

    fn claim_floor(
        &mut self,
        place: &Place,
        [left, right, depth]: [f32; 3],
        height: f32,
        camera_space: Option<f32>,
    ) -> bool {
        let corners = [
            place.at(left, -0.01),
            place.at(right, -0.01),
            place.at(left, -depth),
            place.at(right, -depth),
        ];
        if corners.iter().any(|c| {
            !self.shell.contains(c.x, c.y) || self.shell.ceiling_height(c.x, c.y) < height + 0.03
        }) {
            return false;
        }
        let area = Taken::around(&corners);
        let camera = [self.camera.x, self.camera.y];
        if camera_space.is_some_and(|space| area.meets(camera, camera, space))
            || self
                .taken
                .iter()
                .any(|other| area.meets(other.low, other.high, -0.01))
        {
            return false;
        }
        self.taken.push(area);
        true
    }

    fn put(&mut self, thing: Thing, place: Place) -> Place {
        let solids = if self.cuboids {
            thing.into_cuboid()
        } else {
            thing.solids
        };
        self.pieces
            .push(Piece::new(place.origin, place.along, solids));
        place
    }

    /// Stands a thing at a place if that is free.
    pub(super) fn at(&mut self, place: Place, thing: Thing) -> Option<Place> {
        self.claim(&thing, &place, CAMERA_SPACE)
            .then(|| self.put(thing, place))
    }

    /// Stands a thing against a wall, out of the way of doors and, if tall, mostly of windows.
    pub(super) fn against(&mut self, wall: usize, thing: Thing, draw: &mut Draw) -> Option<Place> {
        let shell = self.shell;
        let wall = &shell.walls[wall];
        if thing.width > wall.length - 0.02 {
            return None;
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
            let place = Place {
                origin: wall.point(at, -gap, 0.0),
                along: wall.along,
            };
            if self.claim(&thing, &place, CAMERA_SPACE) {
                return Some(self.put(thing, place));
            }
        }
        None
    }

    /// Stands a thing anywhere, square to the room or turned at will.
    pub(super) fn anywhere(&mut self, thing: Thing, draw: &mut Draw) -> Option<Place> {
        for _ in 0..ATTEMPTS {
            let wall = &self.shell.walls[draw.below(self.shell.walls.len())];
            let origin = wall.point(draw.uniform(0.0, wall.length), -draw.uniform(0.3, 3.5), 0.0);
            let angle = if draw.chance(0.6) {
                draw.pick([0.0, 0.5, 1.0, 1.5]) * std::f32::consts::PI
            } else {
                draw.uniform(0.0, std::f32::consts::TAU)
            };
            let place = Place {
                origin,
                along: [angle.cos(), angle.sin()],
            };
            if self.shell.contains(origin.x, origin.y) && self.claim(&thing, &place, CAMERA_SPACE) {
                return Some(self.put(thing, place));
            }
        }
        None
    }

    /// Stands a thing before the camera, so that the lower edge of the frame cuts it: its front edge `gap` metres away, from and to.
    pub(super) fn before_camera(
        &mut self,
        thing: Thing,
        gap: [f32; 2],
        draw: &mut Draw,
    ) -> Option<Place> {
        let turn = self.heading + draw.normal(0.0, 0.3);
        let [c, s] = [turn.cos(), -turn.sin()];
        // A thing's back lies at y = 0 of its frame.
        let ahead = draw.uniform(gap[0], gap[1]) + thing.depth;
        let aside = draw.normal(0.0, 0.5);
        let place = Place {
            origin: Vec3::new(
                self.camera.x + c * aside - s * ahead,
                self.camera.y + s * aside + c * ahead,
                0.0,
            ),
            along: [c, s],
        };
        self.claim(&thing, &place, 0.1)
            .then(|| self.put(thing, place))
    }

    /// Lays a rug around a point if it fits into the room.
    pub(super) fn rug(&mut self, middle: Vec3, draw: &mut Draw) {
        let (width, depth) = (draw.uniform(0.8, 3.0), draw.uniform(0.6, 2.2));
        let fits = [[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]]
            .iter()
            .all(|[x, y]| {
                self.shell
                    .contains(middle.x + x * width, middle.y + y * depth)
            });
        if fits {
            let turn = draw.normal(0.0, 0.08);
            let solid = furniture::rug(draw, width, depth);
            self.pieces.push(Piece::new(
                Vec3::new(middle.x, middle.y, 0.0),
                [turn.cos(), turn.sin()],
                vec![solid],
            ));
        }
    }

    /// A standing lamp against some wall.
    pub(super) fn floor_lamp(&mut self, lit: f32, draw: &mut Draw) {
        let warm = palette::colour(0.1, draw.uniform(0.1, 0.6), 1.0);
        let radiance = warm * lit * draw.uniform(0.0, 2.0);
        let lamp = furniture::floor_lamp(draw, radiance);
        let (height, depth) = (lamp.height, lamp.depth);
        let wall = draw.below(self.shell.walls.len());
        if let Some(place) = self.against(wall, lamp, draw) {
            let mut middle = place.at(0.0, -0.5 * depth);
            middle.z = height - 0.1;
            self.lamps.push((middle, 0.25, radiance * 0.15));
        }
    }

    /// Lamps at the ceiling: one in the middle, or a row of spots.
    pub(super) fn ceiling_lamps(&mut self, lit: f32, draw: &mut Draw) {
        if !draw.chance(0.65) {
            return;
        }
        let warm = palette::colour(0.1, draw.uniform(0.0, 0.5), 1.0);
        let radiance = warm * lit;
        let spots = if draw.chance(0.2) {
            2 + draw.below(5)
        } else {
            1
        };
        let (x, y) = (draw.normal(0.0, 0.5), draw.uniform(0.6, 3.0));
        let model = furniture::ceiling_lamp(draw, radiance, spots > 1);
        for k in 0..spots {
            let offset = (k as f32 - 0.5 * (spots - 1) as f32) * 0.9;
            let (x, y) = (x + offset, y);
            if !self.shell.contains(x, y) || self.shell.clearance(x, y) < 0.3 {
                continue;
            }
            let origin = Vec3::new(x, y, self.shell.ceiling_height(x, y));
            self.pieces
                .push(Piece::new(origin, [1.0, 0.0], model.solids.clone()));
            if lit > 0.0 {
                let middle = origin - Vec3::z() * model.drop;
                let intensity = radiance * (0.35 / spots as f32);
                self.lamps.push((middle, model.radius + 0.05, intensity));
            }
        }
    }
}
