//! The camera that looks into a room.

use super::{Vec3, solid::Ray};

/// A pinhole camera, with an optional slight radial distortion, in the room's frame (x right along the opposite wall,
/// y towards it, z up).
#[derive(Debug, Clone)]
pub(super) struct Camera {
    pub(super) position: Vec3,
    /// Columns are the camera's axes x right, y down, z forward in the room's frame.
    axes: [Vec3; 3],
    /// Columns and rows of the picture, upright.
    pub(super) size: [u32; 2],
    /// Focal length, px.
    pub(super) focal: f32,
    /// Relative displacement towards the outside at the corner of the picture less that about its centre: half of it pushes
    /// the corner outwards, the other half draws what is about the centre inwards; 0 for none.
    pub(super) distortion: f32,
    /// Angles, radians: to the right of the room's y axis; up; clockwise turn of the picture's content.
    pub(super) heading: f32,
    pub(super) pitch: f32,
    pub(super) roll: f32,
}

impl Camera {
    /// A camera at `position` with the given angles in radians.
    pub(super) fn new(
        position: Vec3,
        heading: f32,
        pitch: f32,
        roll: f32,
        size: [u32; 2],
        focal: f32,
    ) -> Self {
        let level = Vec3::new(heading.sin(), heading.cos(), 0.0);
        let right = Vec3::new(heading.cos(), -heading.sin(), 0.0);
        let up = Vec3::z();
        let forward = level * pitch.cos() + up * pitch.sin();
        let down = level * pitch.sin() - up * pitch.cos();
        Self {
            position,
            axes: [
                right * roll.cos() - down * roll.sin(),
                right * roll.sin() + down * roll.cos(),
                forward,
            ],
            size,
            focal,
            distortion: 0.0,
            heading,
            pitch,
            roll,
        }
    }

    fn half_diagonal(&self) -> f32 {
        0.5 * (self.size[0] as f32).hypot(self.size[1] as f32)
    }

    /// The ray through the picture's point (x, y), px.
    pub(super) fn ray(&self, x: f32, y: f32) -> Ray {
        let (mut dx, mut dy) = (x - 0.5 * self.size[0] as f32, y - 0.5 * self.size[1] as f32);
        if self.distortion != 0.0 {
            let reach = (dx * dx + dy * dy) / self.half_diagonal().powi(2);
            let scale = 1.0 - self.distortion * (reach - 0.5);
            dx *= scale;
            dy *= scale;
        }
        let direction =
            self.axes[0] * (dx / self.focal) + self.axes[1] * (dy / self.focal) + self.axes[2];
        Ray {
            origin: self.position,
            direction: direction.normalize(),
        }
    }

    /// Camera coordinates of a room point: x right, y down, z forward, metres.
    pub(super) fn to_camera(&self, point: Vec3) -> Vec3 {
        let offset = point - self.position;
        Vec3::new(
            self.axes[0].dot(&offset),
            self.axes[1].dot(&offset),
            self.axes[2].dot(&offset),
        )
    }

    /// Where a room point appears without distortion, px; `None` behind the camera.
    pub(super) fn project(&self, point: Vec3) -> Option<[f32; 2]> {
        let p = self.to_camera(point);
        (p.z > 1e-3).then(|| {
            [
                0.5 * self.size[0] as f32 + self.focal * p.x / p.z,
                0.5 * self.size[1] as f32 + self.focal * p.y / p.z,
            ]
        })
    }

    /// Unit vector that points down, in the camera frame.
    pub(super) fn gravity(&self) -> Vec3 {
        Vec3::new(-self.axes[0].z, -self.axes[1].z, -self.axes[2].z)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rays_lead_to_where_points_are_projected_from(
            heading in -1.0_f32..1.0, pitch in -0.4_f32..0.4, roll in -0.2_f32..0.2,
            x in 0.0_f32..512.0, y in 0.0_f32..384.0, distance in 0.5_f32..8.0,
        ) {
            let camera = Camera::new(Vec3::new(0.3, -0.2, 1.5), heading, pitch, roll, [512, 384], 380.0);
            let ray = camera.ray(x, y);
            let [px, py] = camera.project(ray.origin + ray.direction * distance).unwrap();
            prop_assert!((px - x).abs() < 0.05 && (py - y).abs() < 0.05);
        }
    }

    #[test]
    fn angles_have_the_signs_of_the_conventions() {
        let camera = |heading, pitch, roll| {
            Camera::new(
                Vec3::new(0.0, 0.0, 1.5),
                heading,
                pitch,
                roll,
                [400, 300],
                300.0,
            )
        };
        let ahead = Vec3::new(0.0, 3.0, 1.5);
        assert_eq!(camera(0.0, 0.0, 0.0).project(ahead), Some([200.0, 150.0]));
        let turned_right = camera(0.1, 0.0, 0.0).project(ahead).unwrap();
        assert!(turned_right[0] < 200.0, "what was ahead moves left");
        let looking_up = camera(0.0, 0.1, 0.0).project(ahead).unwrap();
        assert!(looking_up[1] > 150.0, "what was ahead moves down");
        let to_the_right = Vec3::new(1.0, 3.0, 1.5);
        let clockwise = camera(0.0, 0.0, 0.1).project(to_the_right).unwrap();
        assert!(
            clockwise[1] > 150.0,
            "clockwise content moves down on the right"
        );
        assert!(camera(0.0, 0.1, 0.0).gravity().z < 0.0);
    }
}
