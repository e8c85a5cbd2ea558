//! What the camera sees of a room, pixel by pixel.

use nalgebra::{Matrix3, Vector3};

use super::{Hit, Roof, RoomBox, Wall};

/// A room and its camera, ready for many pixels.
#[derive(Debug, Clone, Copy)]
pub struct Sight {
    room: RoomBox,
    /// From the camera's frame to the opposite wall's axes.
    to_wall: Matrix3<f64>,
    focal: f64,
    distance: f64,
    height: f64,
    roof: Option<Roof>,
}

impl RoomBox {
    /// What the camera sees.
    #[must_use]
    pub fn sight(&self) -> Sight {
        let (along, towards) = self.wall_axes();
        let axes = Matrix3::from_columns(&[along, Vector3::y(), towards]);
        Sight {
            room: *self,
            to_wall: (self.attitude().level_to_camera() * axes).transpose(),
            focal: self.focal(),
            distance: self.distance(),
            height: self.height(),
            roof: self.roof(),
        }
    }
}

impl Sight {
    /// A pixel's ray along the opposite wall's axes, see [`RoomBox::wall_ray`].
    #[must_use]
    pub fn ray(&self, [x, y]: [f64; 2]) -> Vector3<f64> {
        self.to_wall * Vector3::new(x, y, self.focal)
    }

    /// The wall in whose direction a pixel lies.
    #[must_use]
    pub fn wall(&self, pixel: [f64; 2]) -> Wall {
        self.room.wall_of(self.ray(pixel))
    }

    /// What a pixel shows.
    #[must_use]
    pub fn at(&self, pixel: [f64; 2]) -> Hit {
        self.hit(self.ray(pixel))
    }

    /// What a ray, given along the wall's axes, meets.
    #[must_use]
    pub fn hit(&self, ray: Vector3<f64>) -> Hit {
        // Where the ray meets floor, ceiling or roof, if it gets there before a wall.
        let (mut reach, mut met) = if ray.y > 0.0 {
            (1.0 / ray.y, Hit::Floor)
        } else {
            ((1.0 - self.height) / ray.y, Hit::Ceiling)
        };
        if let Some(roof) = self.roof {
            let above_camera = roof.height_at(0.0) - 1.0;
            let to_roof = -above_camera / (ray.y + roof.slope * ray.x);
            // A level ray reaches neither floor nor ceiling.
            let first = to_roof < reach || !reach.is_finite();
            if above_camera > 0.0 && to_roof > 0.0 && first {
                (reach, met) = (to_roof, Hit::Ceiling);
            }
        }
        let (x, z) = (ray.x * reach, ray.z * reach);
        let [left, right] = self.room.ends().map(|end| end * self.distance);
        let inside = reach.is_finite() && reach > 0.0 && z < self.distance && x > left && x < right;
        if inside {
            met
        } else {
            Hit::Wall(self.room.wall_of(ray))
        }
    }
}
