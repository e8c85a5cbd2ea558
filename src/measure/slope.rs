//! Ceilings that slope down over part of the opposite wall, as under a roof.

use super::box_fit::BoxProblem;
use crate::geometry::room_box::{Level, RoomBox, Wall, parameter::LEFT, parameter::RIGHT};

/// A sloping part of the opposite wall's top.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slope {
    /// Height where the visible top is lowest, camera heights.
    pub lowest: f64,
    /// Height where it is highest, camera heights.
    pub highest: f64,
}

/// Contacts this many standard deviations below the fitted ceiling line are not of it.
const BELOW_SIGMAS: f64 = 3.0;
/// Share of the opposite wall's upper contacts that must lie on the slope.
const LEAST_SHARE: f64 = 0.15;
/// A flat part counts from this share of them.
const FLAT_SHARE: f64 = 0.15;
/// Slopes below this are errors of the segmentation (5 degrees).
const LEAST_SLOPE: f64 = 0.0875;
/// Contacts farther than this from the slope's line, in camera heights, are not of it, and how many must be.
const ON_LINE: f64 = 0.035;
const LEAST_ON_LINE: f64 = 0.7;

/// The slope over `room`'s opposite wall, between the tangents `ends`; `None` where the ceiling is level.
#[must_use]
pub fn find(problem: &BoxProblem, room: &RoomBox, ends: [f64; 2]) -> Option<Slope> {
    let edges = room.edges();
    let mut flat = 0_usize;
    let mut low: Vec<[f64; 2]> = Vec::new();
    for contact in &problem.boundaries.contacts {
        let ray = room.wall_ray(contact.pixel);
        if contact.level != Level::Ceiling || room.wall_of(ray) != Wall::Opposite {
            continue;
        }
        let (distance, _) = edges.wall_end(Wall::Opposite, Level::Ceiling, contact.pixel);
        if distance < -BELOW_SIGMAS * problem.sigma_px {
            if let Some(point) = room.on_wall(Wall::Opposite, ray) {
                low.push([point.x, 1.0 - point.y]);
            }
        } else {
            flat += 1;
        }
    }
    let all = (flat + low.len()) as f64;
    if (low.len() as f64) < LEAST_SHARE * all || low.len() < 8 {
        return None;
    }
    let (slope, at_zero) = median_line(&mut low)?;
    let on_line = low
        .iter()
        .filter(|[x, h]| (h - at_zero - slope * x).abs() < ON_LINE)
        .count();
    if slope.abs() < LEAST_SLOPE || (on_line as f64) < LEAST_ON_LINE * low.len() as f64 {
        return None;
    }
    let distance = room.distance();
    let [left, right] = [ends[0].max(room.0[LEFT]), ends[1].min(room.0[RIGHT])]
        .map(|end| at_zero + slope * end * distance);
    let roof = if flat as f64 >= FLAT_SHARE * all {
        room.height()
    } else {
        left.max(right)
    };
    let lowest = left.min(right);
    (lowest > 0.2 && lowest < roof).then_some(Slope {
        lowest,
        highest: roof,
    })
}

/// Slope and value at zero of the line through `points`, by the medians of their thirds; sorts them.
fn median_line(points: &mut [[f64; 2]]) -> Option<(f64, f64)> {
    points.sort_by(|a, b| a[0].total_cmp(&b[0]));
    let third = points.len() / 3;
    let middle = |part: &[[f64; 2]]| {
        let mut sorted = part.to_vec();
        let nth = sorted.len() / 2;
        [0, 1].map(|axis| {
            sorted.sort_by(|a, b| a[axis].total_cmp(&b[axis]));
            sorted.get(nth).map(|p| p[axis])
        })
    };
    let [x0, y0] = middle(points.get(..third)?);
    let [x1, y1] = middle(points.get(points.len() - third..)?);
    let (x0, y0, x1, y1) = (x0?, y0?, x1?, y1?);
    let slope = (y1 - y0) / (x1 - x0);
    slope.is_finite().then_some((slope, y0 - slope * x0))
}
