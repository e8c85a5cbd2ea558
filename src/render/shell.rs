//! The room itself: a footprint of straight walls with openings, a level floor, and a flat or sloped ceiling.

use super::{
    Vec3,
    material::Material,
    opening::{Behind, Fill, Lighting, Opening},
    solid::Ray,
};
use crate::ade20k::{CEILING, ClassIndex, FLOOR, WALL};

/// A surface point that a ray meets.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hit<'s> {
    pub(super) distance: f32,
    pub(super) point: Vec3,
    /// Unit normal on the side of the ray.
    pub(super) normal: Vec3,
    /// Surface coordinates, metres.
    pub(super) uv: [f32; 2],
    pub(super) material: &'s Material,
    pub(super) class: ClassIndex,
    /// The wall whose plane or opening was met.
    pub(super) wall: Option<usize>,
    pub(super) lighting: Lighting,
}

/// One wall, seen from inside.
#[derive(Debug, Clone)]
pub(super) struct Wall {
    /// Left lower corner on the floor, metres.
    pub(super) left: [f32; 2],
    /// Unit vector to the right.
    pub(super) along: [f32; 2],
    /// Length, metres.
    pub(super) length: f32,
    pub(super) material: Material,
    /// Height and looks of a lower part: wainscot or tiles; 0 for none.
    pub(super) dado: (f32, Material),
    /// Height and looks of the skirting board; 0 for none.
    pub(super) skirting: (f32, Material),
    /// Height and looks of the cornice; 0 for none.
    pub(super) cornice: (f32, Material),
    pub(super) openings: Vec<Opening>,
}

impl Wall {
    /// Unit normal that points out of the room.
    pub(super) fn outward(&self) -> [f32; 2] {
        [-self.along[1], self.along[0]]
    }

    /// Metres by which a point lies beyond the wall's plane, negative on the room's side of it.
    pub(super) fn beyond(&self, point: Vec3) -> f32 {
        let n = self.outward();
        (point.x - self.left[0]) * n[0] + (point.y - self.left[1]) * n[1]
    }

    /// The room point at `u` metres from the left end, `out` metres beyond the wall's plane, height `z`.
    pub(super) fn point(&self, u: f32, out: f32, z: f32) -> Vec3 {
        let n = self.outward();
        Vec3::new(
            self.left[0] + self.along[0] * u + n[0] * out,
            self.left[1] + self.along[1] * u + n[1] * out,
            z,
        )
    }
}

/// The half space `normal · p <= offset` that a ceiling plane bounds.
#[derive(Debug, Clone, Copy)]
pub(super) struct CeilingPlane {
    pub(super) normal: Vec3,
    pub(super) offset: f32,
}

impl CeilingPlane {
    /// Height of the plane over a floor point.
    pub(super) fn height(&self, x: f32, y: f32) -> f32 {
        (self.offset - self.normal.x * x - self.normal.y * y) / self.normal.z
    }
}

/// Walls, floor and ceiling.
#[derive(Debug, Clone)]
pub(super) struct Shell {
    pub(super) walls: Vec<Wall>,
    pub(super) ceiling: Vec<CeilingPlane>,
    pub(super) floor_material: Material,
    pub(super) ceiling_material: Material,
    /// Turn of the floor's pattern: cosine and sine.
    pub(super) floor_turn: [f32; 2],
}

/// It is night where the brightest sky in the windows is darker than this; night skies have 0.02.
const NIGHT_SKY: f32 = 0.1;

impl Shell {
    /// Whether a window shows a sky by day.
    pub(super) fn by_day(&self) -> bool {
        let openings = self.walls.iter().flat_map(|wall| &wall.openings);
        openings
            .filter_map(|opening| match &opening.fill {
                Fill::Window(window) => Some(window.view.sky.max()),
                _ => None,
            })
            .any(|sky| sky > NIGHT_SKY)
    }

    /// Height of the ceiling over a floor point, metres.
    pub(super) fn ceiling_height(&self, x: f32, y: f32) -> f32 {
        self.ceiling
            .iter()
            .map(|plane| plane.height(x, y))
            .fold(f32::INFINITY, f32::min)
    }

    /// Height of the ceiling where it is highest, metres: over a corner, for a roof reaches the ceiling before the wall that it does not
    /// start at.
    pub(super) fn highest(&self) -> f32 {
        self.walls
            .iter()
            .map(|wall| self.ceiling_height(wall.left[0], wall.left[1]))
            .fold(0.0, f32::max)
    }

    /// Whether the floor point lies inside the footprint (even-odd rule).
    pub(super) fn contains(&self, x: f32, y: f32) -> bool {
        let mut inside = false;
        for wall in &self.walls {
            let (ay, by) = (wall.left[1], wall.left[1] + wall.along[1] * wall.length);
            if (ay > y) != (by > y) {
                let at = wall.left[0] + wall.along[0] * wall.length * (y - ay) / (by - ay);
                inside ^= x < at;
            }
        }
        inside
    }

    /// Distance to the nearest wall from a floor point, along the wall's normal or to its ends.
    pub(super) fn clearance(&self, x: f32, y: f32) -> f32 {
        self.walls
            .iter()
            .map(|wall| {
                let (dx, dy) = (x - wall.left[0], y - wall.left[1]);
                let u = (dx * wall.along[0] + dy * wall.along[1]).clamp(0.0, wall.length);
                (dx - wall.along[0] * u).hypot(dy - wall.along[1] * u)
            })
            .fold(f32::INFINITY, f32::min)
    }

    /// The wall or plane that the ray reaches, `None` for a ray that slips through a seam.
    pub(super) fn meet(&self, ray: &Ray) -> Option<Hit<'_>> {
        let (o, d) = (ray.origin, ray.direction);
        let mut distance = f32::INFINITY;
        let mut wall_hit: Option<(usize, f32)> = None;
        for (index, wall) in self.walls.iter().enumerate() {
            let n = wall.outward();
            let closing = d.x * n[0] + d.y * n[1];
            let (rx, ry) = (o.x - wall.left[0], o.y - wall.left[1]);
            let out = wall.beyond(o);
            if out > 0.0 {
                // Only what looks out of a reveal starts beyond a wall; without a hit it looks into the room.
                let u = rx * wall.along[0] + ry * wall.along[1];
                let within = wall
                    .openings
                    .iter()
                    .find(|opening| out <= opening.depth && opening.contains(u, o.z));
                if let Some(hit) = within
                    .and_then(|opening| self.look_through(index, opening, ray, 0.0, [u, out, o.z]))
                {
                    return Some(hit);
                }
            }
            if closing <= 1e-7 {
                continue;
            }
            let t = -out / closing;
            if t <= 1e-4 || t >= distance {
                continue;
            }
            let u = (rx + d.x * t) * wall.along[0] + (ry + d.y * t) * wall.along[1];
            if (-1e-4..=wall.length + 1e-4).contains(&u) {
                distance = t;
                wall_hit = Some((index, u));
            }
        }
        let mut ceiling_normal = None;
        for plane in &self.ceiling {
            let closing = plane.normal.dot(&d);
            if closing > 1e-7 {
                let t = (plane.offset - plane.normal.dot(&o)) / closing;
                if t < distance {
                    distance = t.max(1e-4);
                    ceiling_normal = Some(-plane.normal);
                }
            }
        }
        if d.z < -1e-7 && -o.z / d.z < distance {
            let t = (-o.z / d.z).max(1e-4);
            let point = o + d * t;
            let [c, s] = self.floor_turn;
            return Some(Hit {
                distance: t,
                point,
                normal: Vec3::z(),
                uv: [c * point.x + s * point.y, c * point.y - s * point.x],
                material: &self.floor_material,
                class: FLOOR,
                wall: None,
                lighting: Lighting::Room,
            });
        }
        let point = o + d * distance;
        if let Some(normal) = ceiling_normal {
            return Some(Hit {
                distance,
                point,
                normal,
                uv: [point.x, point.y],
                material: &self.ceiling_material,
                class: CEILING,
                wall: None,
                lighting: Lighting::Room,
            });
        }
        let (index, u) = wall_hit?;
        Some(self.wall_hit(index, u, ray, distance))
    }

    /// What the ray meets in or behind an opening of wall `index`, after `distance`, where it is at `u` along the wall, `out`
    /// beyond its plane and at height `z`; `None` when it leaves the opening into the room.
    fn look_through<'s>(
        &'s self,
        index: usize,
        opening: &'s Opening,
        ray: &Ray,
        distance: f32,
        [u, out, z]: [f32; 3],
    ) -> Option<Hit<'s>> {
        let wall = &self.walls[index];
        let n = wall.outward();
        let d = ray.direction;
        // The ray in the opening's frame: x right, y out of the room, z up, origin at its lower left corner.
        let inner = Ray {
            origin: Vec3::new(u - opening.left, out, z - opening.bottom),
            direction: Vec3::new(
                d.x * wall.along[0] + d.y * wall.along[1],
                d.x * n[0] + d.y * n[1],
                d.z,
            ),
        };
        let Behind {
            distance: further,
            normal,
            uv,
            material,
            class,
            lighting,
        } = opening.look(&inner, &wall.material)?;
        let distance = distance + further;
        Some(Hit {
            distance,
            point: ray.origin + d * distance,
            normal: Vec3::new(
                normal.x * wall.along[0] + normal.y * n[0],
                normal.x * wall.along[1] + normal.y * n[1],
                normal.z,
            ),
            uv,
            material,
            class,
            wall: Some(index),
            lighting,
        })
    }

    fn wall_hit(&self, index: usize, u: f32, ray: &Ray, distance: f32) -> Hit<'_> {
        let wall = &self.walls[index];
        let point = ray.origin + ray.direction * distance;
        let z = point.z;
        for opening in &wall.openings {
            if opening.contains(u, z)
                && let Some(hit) = self.look_through(index, opening, ray, distance, [u, 0.0, z])
            {
                return hit;
            }
        }
        let n = wall.outward();
        let below_ceiling = self.ceiling_height(point.x, point.y) - z;
        let material = if z < wall.skirting.0 {
            &wall.skirting.1
        } else if below_ceiling < wall.cornice.0 {
            &wall.cornice.1
        } else if z < wall.dado.0 {
            &wall.dado.1
        } else {
            &wall.material
        };
        Hit {
            distance,
            point,
            normal: Vec3::new(-n[0], -n[1], 0.0),
            uv: [u, z],
            material,
            class: WALL,
            wall: Some(index),
            lighting: Lighting::Room,
        }
    }
}

#[cfg(test)]
impl Wall {
    /// A grey wall between two points of the floor, for tests.
    pub(super) fn plain(left: [f32; 2], right: [f32; 2], openings: Vec<Opening>) -> Self {
        let grey = Material::plain(super::Rgb::repeat(0.5));
        let length = (right[0] - left[0]).hypot(right[1] - left[1]);
        Self {
            left,
            along: [(right[0] - left[0]) / length, (right[1] - left[1]) / length],
            length,
            material: grey,
            dado: (0.0, grey),
            skirting: (0.0, grey),
            cornice: (0.0, grey),
            openings,
        }
    }
}

#[cfg(test)]
impl Shell {
    /// Walls under a level ceiling, all grey, for tests.
    pub(super) fn plain(walls: Vec<Wall>, height: f32) -> Self {
        let grey = Material::plain(super::Rgb::repeat(0.5));
        Self {
            walls,
            ceiling: vec![CeilingPlane {
                normal: Vec3::z(),
                offset: height,
            }],
            floor_material: grey,
            ceiling_material: grey,
            floor_turn: [1.0, 0.0],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::opening::plain_window;

    /// One wall at y = 4 from x = -2 to x = 2 with a window whose reveal is 10 cm deep.
    fn wall_with_window() -> Shell {
        let wall = Wall::plain([-2.0, 4.0], [2.0, 4.0], vec![plain_window()]);
        Shell::plain(vec![wall], 2.6)
    }

    #[test]
    fn rays_out_of_a_reveal_see_the_window_its_other_side_and_the_room() {
        let shell = wall_with_window();
        let look = |direction: Vec3| {
            let origin = shell.walls[0].point(1.6, 0.06, 1.6);
            shell.meet(&Ray { origin, direction })
        };
        let outside = look(Vec3::y()).unwrap();
        assert!(matches!(outside.lighting, Lighting::Outside(_)));
        assert!((outside.distance - 0.04).abs() < 1e-5);
        let side = look(Vec3::x()).unwrap();
        assert_eq!((side.wall, side.lighting), (Some(0), Lighting::Room));
        assert!((side.distance - 0.6).abs() < 1e-5 && side.normal.x < -0.9);
        assert!(look(-Vec3::y()).is_none(), "nothing else is in the room");
    }
}
