//! The edges of a box room as lines of the picture, with derivatives.
//!
//! An edge of the box and the camera's centre span a plane; with its normal `n` in the camera frame, the signed distance of the pixel
//! (x, y), measured from the principal point, to the edge's picture is `(n.x x + n.y y + n.z f) / |(n.x, n.y)|`, px.

use nalgebra::{SMatrix, Vector3};

use super::parameter::{
    LEFT, LN_DISTANCE, LN_FOCAL, LN_HEIGHT, LN_KNEE, PITCH, RIGHT, ROLL, SLOPE, YAW,
};
use super::{Level, PARAMETERS, Parameters, Roof, RoomBox, Sight, Wall};
use crate::geometry::side::Side;

/// Derivatives of a vector: one column a parameter.
type Derivatives = SMatrix<f64, 3, PARAMETERS>;

/// The picture of one edge: the normal of its plane, of unit length in the picture, and the derivatives of the normal before it was
/// scaled, scaled alike; camera frame.
#[derive(Debug, Clone, Copy)]
struct Edge {
    normal: Vector3<f64>,
    derivatives: Derivatives,
}

/// How far below the camera a horizontal edge lies, camera heights, and the derivatives of that.
#[derive(Debug, Clone, Copy)]
struct Depth {
    y: f64,
    derivatives: Parameters,
}

/// All edges of a [`RoomBox`] in the picture, ready for many pixels.
#[derive(Debug, Clone)]
pub struct BoxEdges {
    focal: f64,
    /// Of the left, the opposite and the right wall.
    floor: [Edge; 3],
    ceiling: [Edge; 3],
    /// Where a roof meets the opposite wall.
    roof: Option<Edge>,
    corners: [Edge; 2],
}

impl RoomBox {
    /// The edges of the box as lines of the picture.
    #[must_use]
    pub fn edges(&self) -> BoxEdges {
        let p = &self.0;
        let distance = self.distance();
        let (along, towards) = self.wall_axes();
        let down = Vector3::y();
        let rotation = self.attitude().level_to_camera();
        let [by_pitch, by_roll] = self.attitude().derivatives();
        // From the normal and its derivatives by all but pitch and roll, level frame. By yaw, d along = towards and
        // d towards = -along.
        let edge = |normal: Vector3<f64>, shape: Derivatives| {
            let mut derivatives = rotation * shape;
            derivatives.set_column(PITCH, &(by_pitch * normal));
            derivatives.set_column(ROLL, &(by_roll * normal));
            Edge::new(rotation * normal, derivatives)
        };
        let side = |end: usize, Depth { y, derivatives }: Depth| {
            let mut shape = along * derivatives.transpose();
            add_to_column(&mut shape, YAW, towards * y);
            add_to_column(&mut shape, LN_DISTANCE, down * (-p[end] * distance));
            add_to_column(&mut shape, end, down * -distance);
            edge(along * y - down * (p[end] * distance), shape)
        };
        let opposite = |Depth { y, derivatives }: Depth| {
            let mut shape = towards * derivatives.transpose();
            add_to_column(&mut shape, YAW, along * -y);
            add_to_column(&mut shape, LN_DISTANCE, down * -distance);
            edge(towards * y - down * distance, shape)
        };
        // Through the corner of the roof's foot and along its slope; the normal is the product of that direction and that point.
        let sloping = |roof: Roof| {
            let (fall, x) = (-roof.slope, roof.foot_x);
            let y = 1.0 - roof.knee - fall * x;
            let level = along * (fall * distance) - down * distance;
            let mut shape = Derivatives::zeros();
            add_to_column(&mut shape, YAW, towards * (fall * distance) - along * y);
            add_to_column(&mut shape, LN_DISTANCE, level - towards * (fall * x));
            add_to_column(&mut shape, roof.end(), towards * (-fall * distance));
            add_to_column(&mut shape, SLOPE, towards * x - along * distance);
            add_to_column(&mut shape, LN_KNEE, towards * -roof.knee);
            edge(level + towards * y, shape)
        };
        let corner = |end: usize| {
            let mut shape = Derivatives::zeros();
            add_to_column(&mut shape, YAW, towards + along * p[end]);
            add_to_column(&mut shape, end, -towards);
            edge(along - towards * p[end], shape)
        };

        let floor = Depth {
            y: 1.0,
            derivatives: Parameters::zeros(),
        };
        BoxEdges {
            focal: self.focal(),
            floor: [side(LEFT, floor), opposite(floor), side(RIGHT, floor)],
            ceiling: [
                side(LEFT, self.side_ceiling(LEFT)),
                opposite(self.ceiling()),
                side(RIGHT, self.side_ceiling(RIGHT)),
            ],
            roof: self.roof().map(sloping),
            corners: [corner(LEFT), corner(RIGHT)],
        }
    }

    /// The level ceiling.
    fn ceiling(&self) -> Depth {
        let height = self.height();
        let mut derivatives = Parameters::zeros();
        derivatives[LN_HEIGHT] = -height;
        Depth {
            y: 1.0 - height,
            derivatives,
        }
    }

    /// The top of the side wall at the opposite wall's end `end`, of the roof where that is lower than the ceiling.
    fn side_ceiling(&self, end: usize) -> Depth {
        let Some(roof) = self.roof() else {
            return self.ceiling();
        };
        let x = self.0[end] * self.distance();
        let height = roof.height_at(x);
        if end != roof.end() && height >= self.height() {
            return self.ceiling();
        }
        let run = x - roof.foot_x;
        let mut derivatives = Parameters::zeros();
        derivatives[LN_KNEE] = -roof.knee;
        derivatives[SLOPE] = -run;
        derivatives[LN_DISTANCE] = -roof.slope * run;
        derivatives[end] -= roof.slope * self.distance();
        derivatives[roof.end()] += roof.slope * self.distance();
        Depth {
            y: 1.0 - height,
            derivatives,
        }
    }
}

fn add_to_column(shape: &mut Derivatives, column: usize, by: Vector3<f64>) {
    let mut column = shape.column_mut(column);
    column += by;
}

impl BoxEdges {
    /// Signed distance in px of a pixel, measured from the principal point, to the upper or lower edge of the wall in whose
    /// direction it lies, positive on the side of the floor or ceiling, and its derivatives. `sight` is of the same room.
    // The innermost step of every fit.
    #[inline]
    #[must_use]
    pub fn wall_end_at(&self, sight: &Sight, level: Level, pixel: [f64; 2]) -> (f64, Parameters) {
        self.wall_end(sight.wall(pixel), level, pixel)
    }

    /// The same, to an edge of a given wall.
    #[must_use]
    pub(super) fn wall_end(&self, wall: Wall, level: Level, pixel: [f64; 2]) -> (f64, Parameters) {
        // A floor edge's normal points up at the opposite and the right wall (where `end` and the distance are positive) and
        // down at the left one, and so does a ceiling edge's.
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
        let level_end = (sign * value, sign * derivatives);
        match &self.roof {
            // What is beyond the roof or beyond the ceiling is beyond the wall's top.
            Some(roof) if wall == Wall::Opposite && level == Level::Ceiling => {
                let roof_end = roof.distance(self.focal, pixel);
                if roof_end.0 > level_end.0 {
                    roof_end
                } else {
                    level_end
                }
            }
            _ => level_end,
        }
    }

    /// Signed distance in px of a pixel, measured from the principal point, to the vertical edge at the opposite wall's
    /// left or right end, positive to its right.
    #[must_use]
    pub fn corner(&self, side: Side, pixel: [f64; 2]) -> (f64, Parameters) {
        side.of(self.corners.each_ref()).distance(self.focal, pixel)
    }
}

impl Edge {
    /// Of a plane's normal, which is scaled to unit length in the picture, and its derivatives.
    fn new(normal: Vector3<f64>, derivatives: Derivatives) -> Self {
        let length = normal.x.hypot(normal.y).max(1e-12);
        Self {
            normal: normal / length,
            derivatives: derivatives / length,
        }
    }

    fn distance(&self, focal: f64, [x, y]: [f64; 2]) -> (f64, Parameters) {
        let n = self.normal;
        let value = n.x * x + n.y * y + n.z * focal;
        // Of the product with the pixel, less what the normal's length changes of the distance.
        let by_normal = Vector3::new(x - value * n.x, y - value * n.y, focal);
        let mut derivatives = self.derivatives.tr_mul(&by_normal);
        derivatives[LN_FOCAL] = n.z * focal;
        (value, derivatives)
    }
}
