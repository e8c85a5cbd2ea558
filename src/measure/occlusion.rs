//! Walls that stand before other walls, as in L-shaped rooms and open plans, where the picture shows more than one box.
//!
//! The near wall ends in an upright edge, and beside it the farther wall shows, whose base lies higher in the picture and whose top
//! lies lower. Along the edge, near wall meets far ceiling and far floor: upright contacts, which no wall of a box has. Such edges
//! part the picture into views, each of which shows walls of one box.

use super::surfaces::{Cell, SurfaceMap};
use super::wall_ends::CornerSight;
use crate::geometry::room_box::{Level, RoomBox};
use crate::geometry::side::Side;

/// A stretch of the picture between occluding edges, or the whole of it.
#[derive(Debug, Clone)]
pub struct View {
    /// The label map; outside the view nothing is known.
    pub map: SurfaceMap,
    /// The edges on its left and right where its own wall ends; `None` where the frame or a nearer wall bounds the view.
    pub edges: [Option<CornerSight>; 2],
}

/// What a picture shows, parted at its occluding edges.
#[derive(Debug, Clone)]
pub struct Views {
    /// The views that are wide enough to be measured, from left to right; the map itself where no wall hides another.
    pub parts: Vec<View>,
    /// Walls hide others, also where what lies beyond their edges is too narrow to be a view.
    pub occluded: bool,
}

/// An upright edge at which the wall on one side hides what is behind it.
#[derive(Debug, Clone, Copy, PartialEq)]
struct OccludingEdge {
    /// The first column right of it.
    column: usize,
    /// The middle of its contacts.
    row: f64,
    /// How many rows of contacts it has.
    length: usize,
    /// Columns a row by which it leans.
    lean: f64,
    /// Where the wall before it is.
    near: Side,
}

/// Shorter upright contacts, as a share of the long side, are errors of the segmentation or the sides of shallow piers.
const LEAST_LENGTH_SHARE: f64 = 0.04;
/// An upright edge stays within this share of the long side from its column.
const WANDER_SHARE: f64 = 0.004;
/// The line of a side wall near the camera is steep as well, but leans away from the middle of the picture. An edge does not lean
/// that way by more than this, columns a row, beyond what the camera's tilt explains.
const MOST_LEAN: f64 = 0.08;
/// Ceiling and floor contacts of one edge are at most so far apart, as a share of the long side: a tilted camera makes edges lean.
const LEAN_SHARE: f64 = 0.05;
/// Where the base goes on within this share of the long side across the edge, the edge is not a wall's.
const STEP_SHARE: f64 = 0.015;
/// Narrower views, as a share of the long side, are not measured.
const LEAST_VIEW_SHARE: f64 = 0.08;
/// Width of what is left out on the far side of an edge, as a share of the long side: edges lean and are frayed.
const MARGIN_SHARE: f64 = 0.02;
/// Standard deviation of an edge's place, as a share of the long side.
const EDGE_SIGMA_SHARE: f64 = 0.004;

/// The views that `map` shows. `camera` is a room seen at the tilt and the focal length that are expected.
#[must_use]
pub fn views(map: &SurfaceMap, camera: &RoomBox) -> Views {
    let long = map.long_side() as f64;
    let sight = |edge: &OccludingEdge| {
        let [x, y] = map.pixel(edge.column as f64, edge.row);
        let [half_width, half_height] = map.half_size_px();
        CornerSight {
            pixel: [x, y],
            sigma_px: EDGE_SIGMA_SHARE * 2.0 * half_width.max(half_height),
        }
    };
    let edges = edges(map, camera);
    let mut parts = Vec::with_capacity(edges.len() + 1);
    let mut left: Option<&OccludingEdge> = None;
    for right in edges.iter().map(Some).chain([None]) {
        let [from, to] = [
            left.map_or(0, |edge| edge.column),
            right.map_or(map.width, |edge| edge.column),
        ];
        if (to - from) as f64 >= LEAST_VIEW_SHARE * long {
            // The farther wall meets nothing along the edge: its view ends where no part of the edge is left.
            let margin = (MARGIN_SHARE * long) as usize;
            let from = from
                + left
                    .filter(|edge| edge.near == Side::Left)
                    .map_or(0, |_| margin);
            let to = to
                - right
                    .filter(|edge| edge.near == Side::Right)
                    .map_or(0, |_| margin);
            parts.push(View {
                map: map.columns(from, to),
                edges: [
                    left.filter(|edge| edge.near == Side::Right).map(sight),
                    right.filter(|edge| edge.near == Side::Left).map(sight),
                ],
            });
        }
        left = right;
    }
    Views {
        parts,
        occluded: !edges.is_empty(),
    }
}

/// The occluding edges, from left to right: where a ceiling stands upright beside a wall, and the floor does so too or is not seen.
/// Through a doorway a floor stands beside a wall as well, but there the ceiling's line goes on above.
fn edges(map: &SurfaceMap, camera: &RoomBox) -> Vec<OccludingEdge> {
    let long = map.long_side() as f64;
    let floor = upright(map, Level::Floor);
    let mut edges: Vec<OccludingEdge> = upright(map, Level::Ceiling)
        .into_iter()
        .filter(|edge| {
            // Upwards, side walls lean to the side on which they stand.
            let outwards = -edge.near.sign();
            outwards * (edge.lean - vertical_lean(map, camera, edge)) < MOST_LEAN
        })
        .filter(|edge| {
            floor.iter().any(|below| {
                below.near == edge.near
                    && (below.column.abs_diff(edge.column) as f64) < LEAN_SHARE * long
            }) || !base_goes_on(map, edge)
        })
        .collect();
    edges.sort_by_key(|edge| edge.column);
    edges
}

/// How far an upright edge strays from its column, columns.
fn wander(map: &SurfaceMap) -> usize {
    ((WANDER_SHARE * map.long_side() as f64).round() as usize).max(1)
}

/// Upright stretches of contacts of a wall with floor or ceiling, the longest of neighbouring ones.
fn upright(map: &SurfaceMap, level: Level) -> Vec<OccludingEdge> {
    let long = map.long_side() as f64;
    let least = (LEAST_LENGTH_SHARE * long).ceil() as usize;
    let wander = wander(map);
    let mut found: Vec<OccludingEdge> = Side::BOTH
        .into_iter()
        .flat_map(|near| {
            let contacts: Vec<usize> = (1..map.width)
                .map(|x| {
                    (0..map.height)
                        .filter(|&row| meets(map, level, near, x, row))
                        .count()
                })
                .collect();
            (1..map.width).filter_map(move |column| {
                let columns =
                    column.saturating_sub(wander).max(1)..=(column + wander).min(map.width - 1);
                // Most columns have too few contacts for an edge.
                if columns.clone().map(|x| contacts[x - 1]).sum::<usize>() < least {
                    return None;
                }
                let touches = |row| columns.clone().any(|x| meets(map, level, near, x, row));
                let (start, length) = longest_run((0..map.height).map(touches));
                (length >= least).then(|| OccludingEdge {
                    column,
                    row: start as f64 + 0.5 * length as f64,
                    length,
                    lean: slope((start..start + length).flat_map(|row| {
                        columns
                            .clone()
                            .filter(move |&x| meets(map, level, near, x, row))
                            .map(move |x| [row as f64, x as f64])
                    })),
                    near,
                })
            })
        })
        .collect();
    found.sort_by_key(|edge| std::cmp::Reverse(edge.length));
    let mut longest: Vec<OccludingEdge> = Vec::new();
    for edge in found {
        let apart =
            |other: &OccludingEdge| other.column.abs_diff(edge.column) as f64 >= LEAN_SHARE * long;
        if longest.iter().all(apart) {
            longest.push(edge);
        }
    }
    longest
}

/// Whether a wall and floor or ceiling lie on the two sides of the left border of the cell at column `x`. Curtains hang before
/// walls and have upright edges of their own.
fn meets(map: &SurfaceMap, level: Level, near: Side, x: usize, row: usize) -> bool {
    let [left, right] = [map.cell(x - 1, row), map.cell(x, row)];
    let [near, far] = [near.of([left, right]), near.of([right, left])];
    let beyond = match level {
        Level::Floor => Cell::Floor,
        Level::Ceiling => Cell::Ceiling,
    };
    near == Cell::Wall && far == beyond
}

/// Start and length of the longest run of true values.
fn longest_run(values: impl Iterator<Item = bool>) -> (usize, usize) {
    let (mut best, mut length) = ((0, 0), 0);
    for (index, value) in values.enumerate() {
        length = if value { length + 1 } else { 0 };
        if length > best.1 {
            best = (index + 1 - length, length);
        }
    }
    best
}

/// Slope of the least-squares line through points; 0 where there are not two.
fn slope(points: impl Iterator<Item = [f64; 2]>) -> f64 {
    let (mut n, mut x, mut y, mut xx, mut xy) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for [px, py] in points {
        n += 1.0;
        x += px;
        y += py;
        xx += px * px;
        xy += px * py;
    }
    let variance = n * xx - x * x;
    if variance > 0.0 {
        (n * xy - x * y) / variance
    } else {
        0.0
    }
}

/// Columns a row by which the picture of a vertical line leans where `edge` is.
fn vertical_lean(map: &SurfaceMap, camera: &RoomBox, edge: &OccludingEdge) -> f64 {
    let down = camera.attitude().gravity();
    let [x, y] = map.pixel(edge.column as f64, edge.row);
    let focal = camera.focal();
    (down.x - down.z * x / focal) / (down.y - down.z * y / focal)
}

/// Whether the line between wall and floor passes the edge's column without a step.
fn base_goes_on(map: &SurfaceMap, edge: &OccludingEdge) -> bool {
    let reach = (LEAN_SHARE * map.long_side() as f64) as usize;
    let base = |x: usize| {
        (1..map.height)
            .rev()
            .find(|&y| map.cell(x, y - 1) == Cell::Wall && map.cell(x, y) == Cell::Floor)
    };
    let nearest = [
        (edge.column.saturating_sub(reach)..edge.column)
            .rev()
            .find_map(base),
        (edge.column..edge.column + reach).find_map(base),
    ];
    match nearest {
        [Some(left), Some(right)] => {
            left.abs_diff(right) as f64 <= STEP_SHARE * map.long_side() as f64
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::paint::{IMAGE, bare, paint_rays, room, see};
    use super::*;

    #[test]
    fn an_edge_beside_the_frame_hides_walls_though_nothing_beyond_it_is_wide_enough_to_measure() {
        let near = room([0.0; 3], 2.0, 1.72, [-9.0, 0.5]);
        let far = room([0.0; 3], 3.2, 1.72, [-0.8, 9.0]);
        // A wall that ends at the tangent `edge`, and a farther one to the left of it.
        let seen = |edge: f64| {
            let labels = paint_rays(&near, |ray| {
                let before = if ray.x > edge * ray.z { &near } else { &far };
                bare(&see(before, ray))
            });
            let views = views(&SurfaceMap::new(&labels, IMAGE), &near);
            (views.parts.len(), views.occluded)
        };
        assert_eq!(seen(-0.2), (2, true));
        assert_eq!(seen(-0.62), (1, true));
        assert_eq!(seen(-8.0), (1, false));
    }
}
