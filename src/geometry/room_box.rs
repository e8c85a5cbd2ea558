//! A box room as a camera sees it, its ceiling level or in part a roof that slopes down to one side wall.
//!
//! Lengths are in units of the camera height, so the box has no absolute scale.

mod edges;
mod sight;

pub use edges::BoxEdges;
pub use sight::Sight;

use nalgebra::{SVector, Vector3};

use super::attitude::Attitude;
use super::side::Side;

/// Degrees of freedom of a [`RoomBox`].
pub const PARAMETERS: usize = 10;
/// A [`RoomBox`] as the vector that a fit works on; indices are the constants of [`parameter`].
pub type Parameters = SVector<f64, PARAMETERS>;

/// A roof that starts lower, in camera heights, would leave no side wall.
pub const LEAST_KNEE: f64 = 0.1;

/// Where each quantity stands in [`Parameters`].
pub mod parameter {
    /// Pitch, radians.
    pub const PITCH: usize = 0;
    /// Roll, radians.
    pub const ROLL: usize = 1;
    /// Yaw of the opposite wall, radians.
    pub const YAW: usize = 2;
    /// Logarithm of the focal length in px.
    pub const LN_FOCAL: usize = 3;
    /// Logarithm of the distance to the opposite wall in camera heights.
    pub const LN_DISTANCE: usize = 4;
    /// Logarithm of the room's height in camera heights.
    pub const LN_HEIGHT: usize = 5;
    /// Left end of the opposite wall by its distance: the tangent of its azimuth from the wall's normal.
    pub const LEFT: usize = 6;
    /// Right end, likewise.
    pub const RIGHT: usize = 7;
    /// Rise of a roof over the opposite wall for each length to the right, the tangent of its pitch: positive where it starts at the
    /// left side wall, negative where at the right one; 0 without a roof.
    pub const SLOPE: usize = 8;
    /// Logarithm of the height in camera heights at which the roof starts; of no meaning without one.
    pub const LN_KNEE: usize = 9;

    /// Ends of the opposite wall, left and right.
    pub const ENDS: [usize; 2] = [LEFT, RIGHT];
}
use parameter::{
    ENDS, LEFT, LN_DISTANCE, LN_FOCAL, LN_HEIGHT, LN_KNEE, PITCH, RIGHT, ROLL, SLOPE, YAW,
};

/// One of the walls that a photo may show; the fourth is behind the camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Wall {
    /// Left of the opposite wall.
    Left,
    /// The one that is measured.
    Opposite,
    /// Right of the opposite wall.
    Right,
}

impl From<Side> for Wall {
    fn from(side: Side) -> Self {
        match side {
            Side::Left => Self::Left,
            Side::Right => Self::Right,
        }
    }
}

/// Where a wall ends, vertically.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Level {
    /// Wall meets floor.
    Floor,
    /// Wall meets ceiling.
    Ceiling,
}

/// What a ray from the camera meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hit {
    /// A wall.
    Wall(Wall),
    /// The floor.
    Floor,
    /// The ceiling.
    Ceiling,
}

/// A roof that takes a part off the box: it rises from one side wall's top to the ceiling.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Roof {
    /// The side at whose wall it starts.
    pub foot: Side,
    /// That wall's place along the opposite wall, camera heights to the right of the camera.
    pub foot_x: f64,
    /// Height at which it starts, camera heights.
    pub knee: f64,
    /// Rise for each length to the right.
    pub slope: f64,
}

impl Roof {
    /// The parameter of the opposite wall's end at which it starts.
    #[must_use]
    pub fn end(&self) -> usize {
        self.foot.of(ENDS)
    }

    /// Its height above the floor at `x` along the opposite wall, camera heights.
    #[must_use]
    pub fn height_at(&self, x: f64) -> f64 {
        self.knee + self.slope * (x - self.foot_x)
    }
}

/// A box room in units of the camera height, seen by a camera inside it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RoomBox(pub Parameters);

impl RoomBox {
    /// Tilt of the camera.
    #[must_use]
    pub fn attitude(&self) -> Attitude {
        Attitude {
            pitch: self.0[PITCH],
            roll: self.0[ROLL],
        }
    }

    /// Focal length, px.
    #[must_use]
    pub fn focal(&self) -> f64 {
        self.0[LN_FOCAL].exp()
    }

    /// Distance to the opposite wall, camera heights.
    #[must_use]
    pub fn distance(&self) -> f64 {
        self.0[LN_DISTANCE].exp()
    }

    /// Height of the room, camera heights.
    #[must_use]
    pub fn height(&self) -> f64 {
        self.0[LN_HEIGHT].exp()
    }

    /// Left and right end of the opposite wall by its distance: tangents of their azimuths from the wall's normal.
    #[must_use]
    pub fn ends(&self) -> [f64; 2] {
        ENDS.map(|end| self.0[end])
    }

    /// The roof; `None` where the ceiling is level.
    #[must_use]
    pub fn roof(&self) -> Option<Roof> {
        let slope = self.0[SLOPE];
        let foot = if slope > 0.0 { Side::Left } else { Side::Right };
        (slope != 0.0).then(|| Roof {
            foot,
            foot_x: foot.of(self.ends()) * self.distance(),
            knee: self.0[LN_KNEE].exp(),
            slope,
        })
    }

    /// Height of the opposite wall at `x` along it, camera heights.
    #[must_use]
    pub fn top_at(&self, x: f64) -> f64 {
        let height = self.height();
        self.roof()
            .map_or(height, |roof| roof.height_at(x).min(height))
    }

    /// The same room with the opposite wall's end `LEFT` or `RIGHT` at the tangent `to`; a roof stays where it is, and its foot goes
    /// no farther than where it nearly meets the floor.
    #[must_use]
    pub fn with_end(&self, end: usize, to: f64) -> Self {
        let mut moved = *self;
        moved.0[end] = to;
        if let Some(roof) = self.roof().filter(|roof| roof.end() == end) {
            let lowest = (roof.foot_x + (LEAST_KNEE - roof.knee) / roof.slope) / self.distance();
            moved.0[end] = match roof.foot {
                Side::Left => to.max(lowest),
                Side::Right => to.min(lowest),
            };
            let knee = roof.height_at(moved.0[end] * self.distance());
            moved.0[LN_KNEE] = knee.max(LEAST_KNEE).ln();
        }
        moved
    }

    /// Width of the opposite wall, camera heights.
    #[must_use]
    pub fn width(&self) -> f64 {
        (self.0[RIGHT] - self.0[LEFT]) * self.distance()
    }

    /// The side wall that is turned least from the camera.
    #[must_use]
    pub fn most_frontal_side(&self) -> Side {
        if self.0[YAW] > 0.0 {
            Side::Right
        } else {
            Side::Left
        }
    }

    /// Direction along the opposite wall to the right, and to it along its normal; level frame, unit length.
    #[must_use]
    pub fn wall_axes(&self) -> (Vector3<f64>, Vector3<f64>) {
        let (s, c) = self.0[YAW].sin_cos();
        (Vector3::new(c, 0.0, s), Vector3::new(-s, 0.0, c))
    }

    /// A pixel's ray along the opposite wall's axes: (to the right, down, towards the wall); the pixel is measured from
    /// the principal point. For many pixels, see [`RoomBox::sight`].
    #[must_use]
    pub fn wall_ray(&self, pixel: [f64; 2]) -> Vector3<f64> {
        self.sight().ray(pixel)
    }

    /// Where the opposite wall's plane is at `pixel`, measured from the principal point, by the tangent from the wall's normal;
    /// `None` where the ray points away from it.
    #[must_use]
    pub fn tangent_at(&self, pixel: [f64; 2]) -> Option<f64> {
        let ray = self.wall_ray(pixel);
        (ray.z > 1e-6).then(|| ray.x / ray.z)
    }

    /// The wall in whose direction a ray, given along the wall's axes, points.
    #[must_use]
    pub fn wall_of(&self, ray: Vector3<f64>) -> Wall {
        if ray.z <= 0.0 {
            return if ray.x < 0.0 { Wall::Left } else { Wall::Right };
        }
        let tangent = ray.x / ray.z;
        if tangent < self.0[LEFT] {
            Wall::Left
        } else if tangent > self.0[RIGHT] {
            Wall::Right
        } else {
            Wall::Opposite
        }
    }

    /// Where a ray, given along the wall's axes, meets the plane of a wall, along the same axes in camera heights; `None`
    /// where it points away.
    #[must_use]
    pub fn on_wall(&self, wall: Wall, ray: Vector3<f64>) -> Option<Vector3<f64>> {
        let reach = match wall {
            Wall::Left => ray.x / self.0[LEFT],
            Wall::Opposite => ray.z,
            Wall::Right => ray.x / self.0[RIGHT],
        };
        (reach > 1e-6).then(|| ray * (self.distance() / reach))
    }

    /// The picture of a point given along the wall's axes in camera heights (right, down, towards the wall), from the
    /// principal point; `None` behind the camera.
    #[must_use]
    pub fn project(&self, point: Vector3<f64>) -> Option<[f64; 2]> {
        let (along, towards) = self.wall_axes();
        let level = along * point.x + Vector3::y() * point.y + towards * point.z;
        let camera = self.attitude().level_to_camera() * level;
        (camera.z > 1e-9).then(|| {
            [
                camera.x / camera.z * self.focal(),
                camera.y / camera.z * self.focal(),
            ]
        })
    }

    /// Where a vertical edge of the opposite wall, at the tangent `end` from its normal, crosses the picture's middle row, px
    /// from the principal point; `None` where it does not.
    #[must_use]
    pub fn end_column(&self, end: f64) -> Option<f64> {
        // On the row y = 0 the ray's two horizontal components are linear in x: at x = 0 and per px.
        let origin = self.wall_ray([0.0, 0.0]);
        let step = self.wall_ray([1.0, 0.0]) - origin;
        let x = (end * origin.z - origin.x) / (step.x - end * step.z);
        (x.is_finite() && origin.z + step.z * x > 0.0).then_some(x)
    }

    /// The same room with the wall on one side taken for the opposite one. The wall that was behind becomes a side wall
    /// far away, since nothing is known of it, and a roof is left out: it would rise towards the camera.
    #[must_use]
    pub fn turned_to(&self, side: Side) -> Self {
        let (left, right, distance) = (self.0[LEFT], self.0[RIGHT], self.distance());
        let mut turned = *self;
        turned.0[SLOPE] = 0.0;
        let quarter = std::f64::consts::FRAC_PI_2;
        match side {
            // The left wall's right end is the old left corner; its left end lies behind the camera's back.
            Side::Left => {
                turned.0[YAW] += quarter;
                turned.0[LN_DISTANCE] = (-left * distance).max(1e-3).ln();
                turned.0[RIGHT] = (1.0 / -left).max(1e-3);
                turned.0[LEFT] = turned.0[RIGHT].min(1.0) - 2.0;
            }
            Side::Right => {
                turned.0[YAW] -= quarter;
                turned.0[LN_DISTANCE] = (right * distance).max(1e-3).ln();
                turned.0[LEFT] = (-1.0 / right).min(-1e-3);
                turned.0[RIGHT] = turned.0[LEFT].max(-1.0) + 2.0;
            }
        }
        turned
    }
}

#[cfg(test)]
mod tests;
