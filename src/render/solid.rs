//! Solid primitives and the pieces of furniture composed of them.

use nalgebra::Rotation3;

use super::{Vec3, material::Material};
use crate::ade20k::ClassIndex;

/// A ray with a direction of unit length; metres.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ray {
    pub(super) origin: Vec3,
    pub(super) direction: Vec3,
}

/// Form of a solid within its half extents.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Shape {
    /// A box with edges and corners rounded by a radius, metres.
    Block { round: f32 },
    /// An upright cylinder; its radius shrinks towards the top to the share `taper`.
    Cylinder { taper: f32 },
    /// An ellipsoid.
    Ellipsoid,
}

/// One primitive, in the frame of its piece.
#[derive(Debug, Clone)]
pub(super) struct Solid {
    pub(super) centre: Vec3,
    pub(super) half: Vec3,
    pub(super) turn: Option<Rotation3<f32>>,
    pub(super) shape: Shape,
    pub(super) material: Material,
    pub(super) class: ClassIndex,
}

/// Where a ray meets a solid.
#[derive(Debug, Clone, Copy)]
pub(super) struct SolidHit {
    pub(super) distance: f32,
    /// Outward unit normal, in the frame of the question.
    pub(super) normal: Vec3,
    /// Surface coordinates, metres.
    pub(super) uv: [f32; 2],
}

/// Entry and exit of a ray through the box `±half` about the origin.
fn slab(origin: Vec3, inverse: Vec3, half: Vec3) -> Option<(f32, f32)> {
    let mut near = f32::NEG_INFINITY;
    let mut far = f32::INFINITY;
    for axis in 0..3 {
        let middle = -origin[axis] * inverse[axis];
        let reach = half[axis] * inverse[axis].abs();
        near = near.max(middle - reach);
        far = far.min(middle + reach);
    }
    (near <= far && far > 0.0).then_some((near, far))
}

fn reciprocal(direction: Vec3) -> Vec3 {
    // A zero component would turn 0 * inf into NaN at a face's plane; the smallest tilt avoids it.
    direction.map(|c| {
        1.0 / if c.abs() < 1e-9 {
            1e-9_f32.copysign(c)
        } else {
            c
        }
    })
}

/// Coordinates on the face that the normal belongs to.
fn face_uv(point: Vec3, normal: Vec3) -> [f32; 2] {
    let size = normal.abs();
    if size.z >= size.x && size.z >= size.y {
        [point.x, point.y]
    } else if size.y >= size.x {
        [point.x, point.z]
    } else {
        [point.y, point.z]
    }
}

impl Solid {
    /// The nearest entry of the ray in front of its origin and before `limit`.
    pub(super) fn meet(&self, ray: &Ray, limit: f32) -> Option<SolidHit> {
        let mut origin = ray.origin - self.centre;
        let mut direction = ray.direction;
        if let Some(turn) = &self.turn {
            origin = turn.inverse_transform_vector(&origin);
            direction = turn.inverse_transform_vector(&direction);
        }
        let (distance, normal) = match self.shape {
            Shape::Block { round } => meet_block(origin, direction, self.half, round, limit)?,
            Shape::Cylinder { taper } => meet_cylinder(origin, direction, self.half, taper)?,
            Shape::Ellipsoid => meet_ellipsoid(origin, direction, self.half)?,
        };
        if distance >= limit || distance <= 1e-4 {
            return None;
        }
        // From the lower corner: a pattern of whole fronts then ends at the block's edges, however many there are.
        let uv = face_uv(origin + direction * distance + self.half, normal);
        let normal = match &self.turn {
            Some(turn) => turn * normal,
            None => normal,
        };
        Some(SolidHit {
            distance,
            normal,
            uv,
        })
    }

    /// Distance of a point of the piece's frame from the box `half` about the solid; 0 inside.
    fn clearance(&self, point: Vec3) -> f32 {
        let offset = point - self.centre;
        let offset = match &self.turn {
            Some(turn) => turn.inverse_transform_vector(&offset),
            None => offset,
        };
        (offset.abs() - self.half).map(|gap| gap.max(0.0)).norm()
    }

    fn bounds(&self) -> (Vec3, Vec3) {
        let half = match self.shape {
            Shape::Cylinder { taper } => widest(self.half, taper),
            _ => self.half,
        };
        let reach = match &self.turn {
            Some(turn) => turn.matrix().abs() * half,
            None => half,
        };
        (self.centre - reach, self.centre + reach)
    }
}

fn meet_block(
    origin: Vec3,
    direction: Vec3,
    half: Vec3,
    round: f32,
    limit: f32,
) -> Option<(f32, Vec3)> {
    let (near, far) = slab(origin, reciprocal(direction), half)?;
    if near <= 1e-4 || near >= limit {
        return None;
    }
    if round <= 0.0 {
        let share = (origin + direction * near).component_div(&half);
        let axis = share.iamax();
        let mut normal = Vec3::zeros();
        normal[axis] = share[axis].signum();
        return Some((near, normal));
    }
    // Sphere tracing from the entry into the bounding box: rays that meet a face end after one step, and only those
    // near an edge take a few.
    let core = half.map(|h| (h - round).max(0.0));
    let mut t = near;
    for _ in 0..12 {
        let point = origin + direction * t;
        let outside = (point.abs() - core).map(|c| c.max(0.0));
        let gap = outside.norm() - round;
        if gap < 1e-3 {
            let normal = outside.component_mul(&point.map(f32::signum));
            return Some((t, normal.try_normalize(1e-9)?));
        }
        t += gap;
        if t > far {
            return None;
        }
    }
    None
}

/// Half extents of a cylinder that may widen towards its top.
fn widest(half: Vec3, taper: f32) -> Vec3 {
    let widening = taper.max(1.0);
    Vec3::new(half.x * widening, half.y * widening, half.z)
}

fn meet_cylinder(origin: Vec3, direction: Vec3, half: Vec3, taper: f32) -> Option<(f32, Vec3)> {
    slab(origin, reciprocal(direction), widest(half, taper))?;
    // In units of the half extents the solid is a cone frustum of radius 1 at the bottom and `taper` at the top.
    let o = origin.component_div(&half);
    let d = direction.component_div(&half);
    let slope = 0.5 * (taper - 1.0);
    let radius = 0.5 * (taper + 1.0);
    let rim = radius + slope * o.z;
    let a = d.x * d.x + d.y * d.y - slope * slope * d.z * d.z;
    let b = o.x * d.x + o.y * d.y - slope * d.z * rim;
    let c = o.x * o.x + o.y * o.y - rim * rim;
    let mut best: Option<(f32, Vec3)> = None;
    let root = b * b - a * c;
    if root >= 0.0 && a.abs() > 1e-12 {
        for t in [(-b - root.sqrt()) / a, (-b + root.sqrt()) / a] {
            let p = o + d * t;
            if t > 1e-4 && p.z.abs() <= 1.0 && best.is_none_or(|(known, _)| t < known) {
                let normal = Vec3::new(
                    p.x / half.x,
                    p.y / half.y,
                    -slope * (radius + slope * p.z) / half.z,
                );
                best = Some((t, normal));
            }
        }
    }
    if d.z.abs() > 1e-9 {
        for (end, share) in [(-1.0_f32, 1.0_f32), (1.0, taper)] {
            let t = (end - o.z) / d.z;
            let p = o + d * t;
            let inside = p.x * p.x + p.y * p.y <= share * share;
            if t > 1e-4 && inside && best.is_none_or(|(known, _)| t < known) {
                best = Some((t, Vec3::new(0.0, 0.0, end)));
            }
        }
    }
    best.and_then(|(t, normal)| Some((t, normal.try_normalize(1e-9)?)))
}

fn meet_ellipsoid(origin: Vec3, direction: Vec3, half: Vec3) -> Option<(f32, Vec3)> {
    let o = origin.component_div(&half);
    let d = direction.component_div(&half);
    let a = d.norm_squared();
    let b = o.dot(&d);
    let root = b * b - a * (o.norm_squared() - 1.0);
    if root < 0.0 {
        return None;
    }
    let t = (-b - root.sqrt()) / a;
    let normal = (o + d * t).component_div(&half);
    (t > 1e-4).then_some((t, normal.try_normalize(1e-9)?))
}

/// A piece of furniture or any other group of solids that stands in the room.
///
/// Its frame: x to the right for someone who looks at its front, y away from that person, z up; the origin is the middle
/// of its back edge on the floor, so a piece lies at y <= 0 and touches the wall behind it with y = 0.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    origin: Vec3,
    x_axis: [f32; 2],
    solids: Vec<Solid>,
    middle: Vec3,
    half: Vec3,
}

impl Piece {
    /// Places solids with the origin at `origin` and the piece's x axis along the unit vector `x_axis` of the floor.
    pub(super) fn new(origin: Vec3, x_axis: [f32; 2], solids: Vec<Solid>) -> Self {
        let mut low = Vec3::repeat(f32::INFINITY);
        let mut high = Vec3::repeat(f32::NEG_INFINITY);
        for solid in &solids {
            let (a, b) = solid.bounds();
            low = low.inf(&a);
            high = high.sup(&b);
        }
        Self {
            origin,
            x_axis,
            solids,
            middle: (low + high) * 0.5,
            half: (high - low) * 0.5,
        }
    }

    fn rotate(&self, v: Vec3) -> Vec3 {
        let [c, s] = self.x_axis;
        Vec3::new(c * v.x - s * v.y, s * v.x + c * v.y, v.z)
    }

    /// Distance of a room point from the nearest of its solids' boxes.
    pub(super) fn clearance(&self, point: Vec3) -> f32 {
        let local = self.unrotate(point - self.origin);
        let gaps = self.solids.iter().map(|solid| solid.clearance(local));
        gaps.fold(f32::INFINITY, f32::min)
    }

    fn unrotate(&self, v: Vec3) -> Vec3 {
        let [c, s] = self.x_axis;
        Vec3::new(c * v.x + s * v.y, c * v.y - s * v.x, v.z)
    }

    fn local(&self, ray: &Ray, limit: f32) -> Option<Ray> {
        let origin = self.unrotate(ray.origin - self.origin);
        let direction = self.unrotate(ray.direction);
        let (near, _) = slab(origin - self.middle, reciprocal(direction), self.half)?;
        (near < limit).then_some(Ray { origin, direction })
    }

    /// The nearest meeting before `limit`, with the solid that is met; the normal is in the room's frame.
    pub(super) fn meet(&self, ray: &Ray, limit: f32) -> Option<(SolidHit, &Solid)> {
        let local = self.local(ray, limit)?;
        let mut limit = limit;
        let mut best = None;
        for solid in &self.solids {
            if let Some(hit) = solid.meet(&local, limit) {
                limit = hit.distance;
                best = Some((hit, solid));
            }
        }
        best.map(|(hit, solid)| {
            let normal = self.rotate(hit.normal);
            (SolidHit { normal, ..hit }, solid)
        })
    }

    /// Whether anything of the piece lies on the ray before `limit`.
    pub(super) fn blocks(&self, ray: &Ray, limit: f32) -> bool {
        self.local(ray, limit).is_some_and(|local| {
            self.solids
                .iter()
                .any(|solid| solid.meet(&local, limit).is_some())
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{ade20k::BOX, render::Rgb};

    fn solid(shape: Shape) -> Solid {
        Solid {
            centre: Vec3::new(0.1, -0.2, 0.3),
            half: Vec3::new(0.5, 0.4, 0.6),
            turn: Some(Rotation3::from_euler_angles(0.2, -0.3, 0.5)),
            shape,
            material: Material::plain(Rgb::repeat(0.5)),
            class: BOX,
        }
    }

    #[test]
    fn surface_coordinates_count_from_the_lower_corner() {
        let mut solid = solid(Shape::Block { round: 0.0 });
        solid.turn = None;
        // A tenth of a metre from the left edge, two tenths from the lower one of the front.
        let low = solid.centre - solid.half;
        let ray = Ray {
            origin: Vec3::new(low.x + 0.1, low.y - 1.0, low.z + 0.2),
            direction: Vec3::y(),
        };
        let [u, v] = solid.meet(&ray, f32::INFINITY).unwrap().uv;
        assert!((u - 0.1).abs() < 1e-5 && (v - 0.2).abs() < 1e-5);
    }

    /// How far outside (positive) or inside a point lies, in the solid's own terms; 0 on its surface.
    fn level(solid: &Solid, point: Vec3) -> f32 {
        let local = solid
            .turn
            .unwrap()
            .inverse_transform_vector(&(point - solid.centre));
        let share = local.component_div(&solid.half);
        match solid.shape {
            Shape::Block { round } => {
                let core = solid.half.map(|h| h - round);
                (local.abs() - core).map(|c| c.max(0.0)).norm() - round
            }
            Shape::Cylinder { taper } => {
                let rim = 0.5 * (taper + 1.0) + 0.5 * (taper - 1.0) * share.z;
                (share.x.hypot(share.y) - rim).max(share.z.abs() - 1.0)
            }
            Shape::Ellipsoid => share.norm() - 1.0,
        }
    }

    proptest! {
        #[test]
        fn hits_lie_on_the_surface_and_face_the_ray(
            angle in 0.0_f32..6.2, rise in -1.4_f32..1.4, aim in prop::array::uniform3(-0.3_f32..0.3), kind in 0..5,
        ) {
            let solid = solid(match kind {
                0 => Shape::Block { round: 0.0 },
                1 => Shape::Block { round: 0.15 },
                2 => Shape::Cylinder { taper: 1.0 },
                3 => Shape::Cylinder { taper: 0.4 },
                _ => Shape::Ellipsoid,
            });
            let origin = Vec3::new(angle.cos() * rise.cos(), angle.sin() * rise.cos(), rise.sin()) * 4.0;
            let target = solid.centre + Vec3::from(aim) * 0.5;
            let ray = Ray { origin, direction: (target - origin).normalize() };
            // The ray is aimed at the solid's inside, so it must meet it.
            let hit = solid.meet(&ray, f32::INFINITY).expect("aimed at the middle");
            let point = origin + ray.direction * hit.distance;
            prop_assert!(level(&solid, point).abs() < 3e-3);
            prop_assert!(hit.normal.dot(&ray.direction) < 1e-3);
            prop_assert!((hit.normal.norm() - 1.0).abs() < 1e-3);
        }

        #[test]
        fn a_piece_finds_what_its_solids_find(
            angle in 0.0_f32..6.2, x in -1.0_f32..1.0, y in -1.0_f32..1.0, z in -1.0_f32..1.0,
        ) {
            let solids = vec![solid(Shape::Ellipsoid), solid(Shape::Block { round: 0.1 })];
            let piece = Piece::new(Vec3::zeros(), [1.0, 0.0], solids.clone());
            let origin = Vec3::new(3.0 * angle.cos(), 3.0 * angle.sin(), 1.0);
            let ray = Ray { origin, direction: (Vec3::new(x, y, z) - origin).normalize() };
            let nearest = solids
                .iter()
                .filter_map(|solid| solid.meet(&ray, f32::INFINITY))
                .map(|hit| hit.distance)
                .fold(f32::INFINITY, f32::min);
            let found = piece.meet(&ray, f32::INFINITY).map_or(f32::INFINITY, |(hit, _)| hit.distance);
            prop_assert!(nearest == found || (nearest - found).abs() < 1e-3);
            prop_assert_eq!(piece.blocks(&ray, f32::INFINITY), found.is_finite());
        }
    }
}
