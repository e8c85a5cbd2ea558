//! Everything that a ray can meet in one photo.

use super::{
    Rgb, Vec3,
    light_source::{Lamp, Shading, Sun, WindowLight},
    opening::Lighting,
    shell::{Hit, Shell},
    solid::{Piece, Ray},
};

/// A furnished and lit room.
#[derive(Debug, Clone)]
pub(super) struct Scene {
    pub(super) shell: Shell,
    pub(super) pieces: Vec<Piece>,
    pub(super) windows: Vec<WindowLight>,
    pub(super) lamps: Vec<Lamp>,
    pub(super) sun: Option<Sun>,
    /// Even light over pi, found from the lights.
    pub(super) ambient: Rgb,
    /// Light that comes from what is not modelled.
    pub(super) fill_light: Rgb,
    /// Area of walls, floor and ceiling, square metres.
    pub(super) surface_area: f32,
    pub(super) shading: Shading,
    /// Unit vector towards the light of plain shading.
    pub(super) plain_direction: Vec3,
}

impl Scene {
    /// The nearest surface along the ray.
    pub(super) fn trace(&self, ray: &Ray) -> Option<Hit<'_>> {
        let shell = self.shell.meet(ray);
        let mut limit = shell.as_ref().map_or(1e9, |hit| hit.distance);
        let mut best = shell;
        for piece in &self.pieces {
            if let Some((hit, solid)) = piece.meet(ray, limit) {
                limit = hit.distance;
                best = Some(Hit {
                    distance: hit.distance,
                    point: ray.origin + ray.direction * hit.distance,
                    normal: hit.normal,
                    uv: hit.uv,
                    material: &solid.material,
                    class: solid.class,
                    wall: None,
                    lighting: Lighting::Room,
                });
            }
        }
        best
    }

    /// Whether something lies between two points; the last `spare` metres do not count.
    pub(super) fn blocked(&self, from: Vec3, to: Vec3, spare: f32) -> bool {
        let offset = to - from;
        let distance = offset.norm();
        let limit = distance - spare;
        if limit <= 0.0 {
            return false;
        }
        let ray = Ray {
            origin: from,
            direction: offset / distance,
        };
        // Walls block only in rooms that are not convex; four walls never do.
        if self.shell.walls.len() > 4
            && self
                .shell
                .meet(&ray)
                .is_some_and(|hit| hit.distance < limit)
        {
            return true;
        }
        self.pieces.iter().any(|piece| piece.blocks(&ray, limit))
    }
}
