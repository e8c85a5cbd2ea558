//! A box room as a camera sees it: its edges as lines of the picture, with derivatives.
//!
//! Lengths are in units of the camera height, so the box has no absolute scale. An edge of the box and the camera's
//! centre span a plane; with its normal `n` in the camera frame, the signed distance of the pixel (x, y), measured from
//! the principal point, to the edge's picture is `(n.x x + n.y y + n.z f) / |(n.x, n.y)|`, px.

use nalgebra::{SVector, Vector3};

use super::attitude::Attitude;

/// Degrees of freedom of a [`RoomBox`].
pub const PARAMETERS: usize = 8;
/// A [`RoomBox`] as the vector that a fit works on; indices are the constants of [`parameter`].
pub type Parameters = SVector<f64, PARAMETERS>;

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
}
use parameter::{LEFT, LN_DISTANCE, LN_FOCAL, LN_HEIGHT, PITCH, RIGHT, ROLL, YAW};

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

/// A box room in units of the camera height, seen by a camera inside it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RoomBox(pub Parameters);

/// The picture of one edge: the normal of its plane and the normal's derivatives by the parameters, camera frame.
#[derive(Debug, Clone, Copy)]
struct Edge {
    normal: Vector3<f64>,
    derivatives: [Vector3<f64>; PARAMETERS],
}

/// All edges of a [`RoomBox`] in the picture, ready for many pixels.
#[derive(Debug, Clone)]
pub struct BoxEdges {
    focal: f64,
    floor: [Edge; 3],
    ceiling: [Edge; 3],
    corners: [Edge; 2],
}

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

    /// Width of the opposite wall, camera heights.
    #[must_use]
    pub fn width(&self) -> f64 {
        (self.0[RIGHT] - self.0[LEFT]) * self.distance()
    }

    /// Direction along the opposite wall to the right, and to it along its normal; level frame, unit length.
    #[must_use]
    pub fn wall_axes(&self) -> (Vector3<f64>, Vector3<f64>) {
        let (s, c) = self.0[YAW].sin_cos();
        (Vector3::new(c, 0.0, s), Vector3::new(-s, 0.0, c))
    }

    /// A pixel's ray along the opposite wall's axes: (to the right, down, towards the wall); the pixel is measured from
    /// the principal point.
    #[must_use]
    pub fn wall_ray(&self, [x, y]: [f64; 2]) -> Vector3<f64> {
        let camera = Vector3::new(x, y, self.focal());
        let level = self.attitude().level_to_camera().transpose() * camera;
        let (along, towards) = self.wall_axes();
        Vector3::new(along.dot(&level), level.y, towards.dot(&level))
    }

    /// What a ray, given along the wall's axes, meets.
    #[must_use]
    pub fn hit(&self, ray: Vector3<f64>) -> Hit {
        let distance = self.distance();
        let bottom = if ray.y > 0.0 {
            1.0
        } else {
            1.0 - self.height()
        };
        // Where the ray meets floor or ceiling, if it gets there before a wall.
        let reach = bottom / ray.y;
        let (x, z) = (ray.x * reach, ray.z * reach);
        let inside = reach.is_finite()
            && reach > 0.0
            && z < distance
            && x > self.0[LEFT] * distance
            && x < self.0[RIGHT] * distance;
        match (inside, ray.y > 0.0) {
            (true, true) => Hit::Floor,
            (true, false) => Hit::Ceiling,
            _ => Hit::Wall(self.wall_of(ray)),
        }
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
    /// far away, since nothing is known of it.
    #[must_use]
    pub fn turned_to(&self, wall: Wall) -> Self {
        let (left, right, distance) = (self.0[LEFT], self.0[RIGHT], self.distance());
        let mut turned = *self;
        let quarter = std::f64::consts::FRAC_PI_2;
        match wall {
            Wall::Opposite => {}
            // The left wall's right end is the old left corner; its left end lies behind the camera's back.
            Wall::Left => {
                turned.0[YAW] += quarter;
                turned.0[LN_DISTANCE] = (-left * distance).max(1e-3).ln();
                turned.0[RIGHT] = (1.0 / -left).max(1e-3);
                turned.0[LEFT] = turned.0[RIGHT].min(1.0) - 2.0;
            }
            Wall::Right => {
                turned.0[YAW] -= quarter;
                turned.0[LN_DISTANCE] = (right * distance).max(1e-3).ln();
                turned.0[LEFT] = (-1.0 / right).min(-1e-3);
                turned.0[RIGHT] = turned.0[LEFT].max(-1.0) + 2.0;
            }
        }
        turned
    }

    /// The edges of the box as lines of the picture.
    #[must_use]
    pub fn edges(&self) -> BoxEdges {
        let p = &self.0;
        let (distance, height) = (self.distance(), self.height());
        let (along, towards) = self.wall_axes();
        let down = Vector3::y();
        let zero = Vector3::zeros();
        let rotation = self.attitude().level_to_camera();
        let [by_pitch, by_roll] = self.attitude().derivatives();
        // `normal` and its derivatives by yaw, ln distance, ln height, left and right, level frame.
        let edge = |normal: Vector3<f64>, shape: [Vector3<f64>; 5]| {
            let mut derivatives = [zero; PARAMETERS];
            derivatives[PITCH] = by_pitch * normal;
            derivatives[ROLL] = by_roll * normal;
            for (index, d) in [YAW, LN_DISTANCE, LN_HEIGHT, LEFT, RIGHT]
                .into_iter()
                .zip(shape)
            {
                derivatives[index] = rotation * d;
            }
            Edge {
                normal: rotation * normal,
                derivatives,
            }
        };
        // `y` below the camera, with its derivative by ln height; by yaw, d along = towards and d towards = -along.
        let horizontal = |y: f64, dy: f64| {
            let side = |end: f64, by_left: f64, by_right: f64| {
                edge(
                    along * y - down * (end * distance),
                    [
                        towards * y,
                        down * (-end * distance),
                        along * dy,
                        down * (-by_left * distance),
                        down * (-by_right * distance),
                    ],
                )
            };
            [
                side(p[LEFT], 1.0, 0.0),
                edge(
                    towards * y - down * distance,
                    [along * -y, down * -distance, towards * dy, zero, zero],
                ),
                side(p[RIGHT], 0.0, 1.0),
            ]
        };
        let corner = |end: f64, by_left: f64, by_right: f64| {
            edge(
                along - towards * end,
                [
                    towards + along * end,
                    zero,
                    zero,
                    towards * -by_left,
                    towards * -by_right,
                ],
            )
        };
        BoxEdges {
            focal: self.focal(),
            floor: horizontal(1.0, 0.0),
            ceiling: horizontal(1.0 - height, -height),
            corners: [corner(p[LEFT], 1.0, 0.0), corner(p[RIGHT], 0.0, 1.0)],
        }
    }
}

impl BoxEdges {
    /// Signed distance in px of a pixel, measured from the principal point, to a wall's upper or lower edge, positive
    /// on the side of the floor or ceiling, and its derivatives.
    #[must_use]
    pub fn wall_end(&self, wall: Wall, level: Level, pixel: [f64; 2]) -> (f64, Parameters) {
        // A floor edge's normal points away from the floor at the opposite and the right wall (where `end` and the
        // distance are positive) and to the floor at the left one; a ceiling edge lies above the camera, which turns all.
        let (edges, sign) = match level {
            Level::Floor => (&self.floor, -1.0),
            Level::Ceiling => (&self.ceiling, 1.0),
        };
        let (edge, sign) = match wall {
            Wall::Left => (&edges[0], -sign),
            Wall::Opposite => (&edges[1], sign),
            Wall::Right => (&edges[2], sign),
        };
        let (value, derivatives) = edge.distance(self.focal, pixel);
        (sign * value, sign * derivatives)
    }

    /// Signed distance in px of a pixel, measured from the principal point, to the vertical edge at the opposite wall's
    /// left (`Wall::Left`) or right end, positive to its right.
    #[must_use]
    pub fn corner(&self, right: bool, pixel: [f64; 2]) -> (f64, Parameters) {
        self.corners[usize::from(right)].distance(self.focal, pixel)
    }
}

impl Edge {
    fn distance(&self, focal: f64, [x, y]: [f64; 2]) -> (f64, Parameters) {
        let n = self.normal;
        let length = n.x.hypot(n.y).max(1e-12);
        let value = (n.x * x + n.y * y + n.z * focal) / length;
        let mut derivatives = Parameters::zeros();
        for (out, d) in derivatives.iter_mut().zip(&self.derivatives) {
            let of_length = (n.x * d.x + n.y * d.y) / length;
            *out = (d.x * x + d.y * y + d.z * focal - value * of_length) / length;
        }
        derivatives[LN_FOCAL] = n.z * focal / length;
        (value, derivatives)
    }
}

#[cfg(test)]
mod tests;
