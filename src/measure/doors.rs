//! Doors as a measure of scale: only those whose whole shape is seen and is a door's.

use super::blobs::{Blob, blobs};
use super::scale::DoorRatio;
use super::surfaces::{Cell, SurfaceMap};
use crate::ade20k::DOOR;
use crate::geometry::room_box::RoomBox;

/// Doors that passed, and whether others did not.
#[derive(Debug, Clone, Default)]
pub struct Doors {
    /// Heights in camera heights.
    pub ratios: Vec<DoorRatio>,
    /// A door was seen but not believed.
    pub rejected: bool,
}

/// Smaller patches are no doors worth looking at.
const LEAST_SHARE: f64 = 0.004;
/// Width of a door by its height.
const ASPECT: [f64; 2] = [0.25, 0.62];
/// How much of the rectangle around it a door fills.
const LEAST_FILL: f64 = 0.8;
/// Where the base may appear, in camera heights below the camera: the floor is at 1.
const BASE: [f64; 2] = [0.9, 1.1];
/// Height in camera heights.
const RATIO: [f64; 2] = [0.95, 2.2];
/// Share of a door's columns over which its top and its base must touch wall and floor.
const LEAST_CONTACT: f64 = 0.6;
/// Uncertainty of a boundary, as a share of the picture's long side.
const EDGE_SIGMA_SHARE: f64 = 0.003;

/// Looks for doors on the walls of `room`.
#[must_use]
pub fn find(map: &SurfaceMap, room: &RoomBox) -> Doors {
    let mut doors = Doors::default();
    for blob in blobs(map, |class| class == DOOR, LEAST_SHARE) {
        match ratio(map, room, &blob) {
            Some(ratio) => doors.ratios.push(ratio),
            None => doors.rejected = true,
        }
    }
    // Doors of one house are alike: more of them say hardly more than one.
    doors
        .ratios
        .sort_by(|a, b| a.sigma_ln.total_cmp(&b.sigma_ln));
    doors.ratios.truncate(1);
    doors
}

fn ratio(map: &SurfaceMap, room: &RoomBox, blob: &Blob) -> Option<DoorRatio> {
    let width = blob.right - blob.left;
    let mut tops = vec![usize::MAX; width];
    let mut bases = vec![0; width];
    for &(x, y) in &blob.cells {
        let i = x - blob.left;
        tops[i] = tops[i].min(y);
        bases[i] = bases[i].max(y + 1);
    }
    // The middle half, where neither the jambs nor the slope of the edges in perspective disturb.
    let (from, to) = (width / 4, (width - width / 4).max(width / 4 + 1));
    let columns = (to - from) as f64;
    let touching = |wanted: Cell, row: &dyn Fn(usize) -> Option<usize>| {
        (from..to)
            .filter(|&i| row(i).is_some_and(|y| map.cell(blob.left + i, y) == wanted))
            .count() as f64
            / columns
    };
    let on_floor = touching(Cell::Floor, &|i| Some(bases[i] + 1));
    let under_wall = touching(Cell::Wall, &|i| tops[i].checked_sub(2));
    if on_floor < LEAST_CONTACT || under_wall < LEAST_CONTACT {
        return None;
    }
    let filled: usize = bases
        .iter()
        .zip(&tops)
        .map(|(b, t)| b.saturating_sub(*t))
        .sum();
    if (blob.cells.len() as f64) < LEAST_FILL * filled as f64 {
        return None;
    }
    let mean = |values: &[usize]| values.iter().sum::<usize>() as f64 / values.len().max(1) as f64;
    let centre = (blob.left + blob.right) as f64 / 2.0;
    let (top_row, base_row) = (mean(&tops[from..to]), mean(&bases[from..to]));
    let base_ray = room.wall_ray(map.pixel(centre, base_row));
    let wall = room.wall_of(base_ray);
    let base = room.on_wall(wall, base_ray)?;
    let top = room.on_wall(wall, room.wall_ray(map.pixel(centre, top_row)))?;
    let middle = (top_row + base_row) / 2.0;
    let side = |x: usize| room.on_wall(wall, room.wall_ray(map.pixel(x as f64, middle)));
    let (left, right) = (side(blob.left)?, side(blob.right)?);
    let ratio = 1.0 - top.y;
    let aspect = (right - left).norm() / ratio;
    let within = |[low, high]: [f64; 2], value: f64| (low..=high).contains(&value);
    if !(within(BASE, base.y) && within(RATIO, ratio) && within(ASPECT, aspect)) {
        return None;
    }
    let sigma_ln = EDGE_SIGMA_SHARE * map.long_side() as f64 / (base_row - top_row);
    Some(DoorRatio {
        ln_ratio: ratio.ln(),
        sigma_ln,
    })
}
