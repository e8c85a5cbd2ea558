//! Doors as a measure of scale: only those whose whole shape is seen and is a door's.

use nalgebra::Vector3;

use super::blobs::{Blob, blobs};
use super::open_doors::LEAST_SHARE;
use super::scale::DoorRatio;
use super::surfaces::{Cell, SurfaceMap};
use crate::ade20k::DOOR;
use crate::geometry::room_box::{RoomBox, Wall};

/// Doors that passed, and whether others did not.
#[derive(Debug, Clone, Default)]
pub struct Doors {
    /// Heights in camera heights.
    pub ratios: Vec<DoorRatio>,
    /// A door was seen but not believed.
    pub rejected: bool,
}

/// Width of a door by its height.
const ASPECT: [f64; 2] = [0.25, 0.62];
/// How much of what lies between its top and its base, column by column, a door fills.
const LEAST_FILL: f64 = 0.8;
/// Where the base may appear, in camera heights below the camera: the floor is at 1.
const BASE: [f64; 2] = [0.9, 1.1];
/// Height in camera heights.
const RATIO: [f64; 2] = [0.95, 2.2];
/// Share of a door's columns over which its top must lie under wall and its base on the floor or on the frame's border.
const LEAST_CONTACT: f64 = 0.6;
/// Uncertainty of a boundary, as a share of the picture's long side, and how far along it errors are alike.
const EDGE_SIGMA_SHARE: f64 = 0.003;
const CORRELATION_SHARE: f64 = 0.05;
/// What the fitted floor and wall add to it.
const FIT_SIGMA_SHARE: f64 = 0.0015;

/// Looks for doors on the walls of `room`.
#[must_use]
pub fn find(map: &SurfaceMap, room: &RoomBox) -> Doors {
    let mut doors = Doors::default();
    for blob in blobs(map, |class| class == DOOR, LEAST_SHARE) {
        if stands_open(map, &blob) {
            continue;
        }
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

/// Whether a door is a leaf in the room, and not on a wall's plane: [`open_doors`](super::open_doors) has made it an occluder.
fn stands_open(map: &SurfaceMap, blob: &Blob) -> bool {
    let cells = blob.cells.iter();
    let in_room = cells.filter(|&&(x, y)| map.cell(x, y) == Cell::Occluder);
    2 * in_room.count() > blob.cells.len()
}

/// One column of a door on its wall.
struct Column {
    /// Height of the top above the floor, camera heights.
    height: f64,
    /// Where the lower end appears, in camera heights below the camera; `None` where the frame cuts it.
    base: Option<f64>,
    /// Place along the wall, camera heights.
    along: f64,
    /// Px from the top to the floor, which may lie outside the frame.
    height_px: f64,
}

/// The height of a door on a wall of `room`: its top on the wall's plane. The floor is the room's: a door may stand on the frame's
/// lower border, as doors of side walls do, but on nothing else than that and the floor.
fn ratio(map: &SurfaceMap, room: &RoomBox, blob: &Blob) -> Option<DoorRatio> {
    let width = blob.right - blob.left;
    let mut tops = vec![usize::MAX; width];
    let mut bases = vec![0; width];
    for &(x, y) in &blob.cells {
        let i = x - blob.left;
        tops[i] = tops[i].min(y);
        bases[i] = bases[i].max(y + 1);
    }
    // The middle half, where the jambs do not disturb.
    let (from, to) = (width / 4, (width - width / 4).max(width / 4 + 1));
    let columns = (to - from) as f64;
    let filled: usize = bases
        .iter()
        .zip(&tops)
        .map(|(b, t)| b.saturating_sub(*t))
        .sum();
    if (blob.cells.len() as f64) < LEAST_FILL * filled as f64 {
        return None;
    }
    let mut seen: Vec<Column> = (from..to)
        .filter(|&i| {
            tops[i]
                .checked_sub(2)
                .is_some_and(|y| map.cell(blob.left + i, y) == Cell::Wall)
        })
        .filter_map(|i| column(map, room, blob.left + i, tops[i], bases[i]))
        .collect();
    if (seen.len() as f64) < LEAST_CONTACT * columns {
        return None;
    }
    let middle = seen.len() / 2;
    let (first, last) = (seen.first()?.along, seen.last()?.along);
    let span = (last - first).abs() * width as f64 / columns;
    seen.sort_by(|a, b| a.height.total_cmp(&b.height));
    let Column {
        height, height_px, ..
    } = *seen.get(middle)?;
    let mut bases: Vec<f64> = seen.iter().filter_map(|column| column.base).collect();
    bases.sort_by(f64::total_cmp);
    let within = |[low, high]: [f64; 2], value: f64| (low..=high).contains(&value);
    let plausible = within(RATIO, height)
        && bases
            .get(bases.len() / 2)
            .is_none_or(|&base| within(BASE, base))
        && within(ASPECT, span / height);
    let long = map.half_size_px().iter().fold(0.0_f64, |a, b| a.max(*b)) * 2.0;
    let independent = (columns / (CORRELATION_SHARE * map.long_side() as f64)).clamp(1.0, 4.0);
    let sigma = (EDGE_SIGMA_SHARE / independent.sqrt()).hypot(FIT_SIGMA_SHARE) * long;
    plausible.then(|| DoorRatio {
        ln_ratio: height.ln(),
        sigma_ln: sigma / height_px,
    })
}

/// Column `x` of a door from row `top` to before row `bottom`; `None` when it stands on something else than the floor.
fn column(map: &SurfaceMap, room: &RoomBox, x: usize, top: usize, bottom: usize) -> Option<Column> {
    let pixel = |y: usize| map.pixel(x as f64 + 0.5, y as f64);
    let (on_border, on_floor) = (
        bottom + 1 >= map.height,
        map.cell(x, bottom + 1) == Cell::Floor,
    );
    if !(on_border || on_floor) {
        return None;
    }
    let ray = room.wall_ray(pixel(top));
    let wall = room.wall_of(ray);
    let point = room.on_wall(wall, ray)?;
    let base = room.on_wall(wall, room.wall_ray(pixel(bottom)));
    let foot = room.project(Vector3::new(point.x, 1.0, point.z))?;
    Some(Column {
        height: 1.0 - point.y,
        base: base.map(|base| base.y).filter(|_| on_floor),
        along: if wall == Wall::Opposite {
            point.x
        } else {
            point.z
        },
        height_px: (foot[1] - pixel(top)[1]).max(1.0),
    })
}
