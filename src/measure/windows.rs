//! Windows on the opposite wall: what curtains are made for.

use super::WindowEstimate;
use super::blobs::{Blob, blobs};
use super::surfaces::SurfaceMap;
use crate::ade20k::is_window;
use crate::geometry::room_box::{RoomBox, Wall};

/// Smaller patches are panes behind furniture or noise.
const LEAST_SHARE: f64 = 0.004;
/// Edges are taken where this share of the cells lies beyond, so that frayed borders do not widen a window.
const TRIM: f64 = 0.03;

/// Windows of `room`'s opposite wall, left to right; lengths from the camera height, positions from the wall's left end, a tangent
/// from its normal: `None` where that is out of view.
#[must_use]
pub fn find(
    map: &SurfaceMap,
    room: &RoomBox,
    left_end: Option<f64>,
    camera_cm: f64,
) -> Vec<WindowEstimate> {
    blobs(map, is_window, LEAST_SHARE)
        .iter()
        .filter_map(|blob| window(map, room, left_end, camera_cm, blob))
        .collect()
}

fn window(
    map: &SurfaceMap,
    room: &RoomBox,
    left_end: Option<f64>,
    camera_cm: f64,
    blob: &Blob,
) -> Option<WindowEstimate> {
    let sight = room.sight();
    let middle = map.pixel(
        (blob.left + blob.right) as f64 / 2.0,
        (blob.top + blob.bottom) as f64 / 2.0,
    );
    if sight.wall(middle) != Wall::Opposite {
        return None;
    }
    let (mut along, mut down): (Vec<f64>, Vec<f64>) = blob
        .cells
        .iter()
        .map(|&(x, y)| map.pixel(x as f64 + 0.5, y as f64 + 0.5))
        // A window round the corner goes on on a side wall.
        .filter(|pixel| sight.wall(*pixel) == Wall::Opposite)
        .filter_map(|pixel| room.on_wall(Wall::Opposite, sight.ray(pixel)))
        .map(|point| (point.x, point.y))
        .unzip();
    let (left, right) = trimmed_range(&mut along)?;
    let (top, bottom) = trimmed_range(&mut down)?;
    let sill = (1.0 - bottom) * camera_cm;
    let from_end = left_end.map(|end| (left - end * room.distance()) * camera_cm);
    // A wall that stands before this one cuts it as the picture's border does.
    let [first, end] = map.column_range();
    let [in_left, in_right] = [blob.left > first, blob.right < end];
    let [in_top, in_bottom] = [blob.top > 0, blob.bottom < map.height];
    Some(WindowEstimate {
        width_cm: (right - left) * camera_cm,
        height_cm: (bottom - top) * camera_cm,
        sill_cm: in_bottom.then_some(sill.max(0.0)),
        left_cm: from_end.filter(|_| in_left).map(|cm| cm.max(0.0)),
        is_cut: !(in_left && in_right && in_top && in_bottom),
    })
}

/// The range that holds all but `TRIM` at each end, widened again to what an even spread would have lost.
fn trimmed_range(values: &mut [f64]) -> Option<(f64, f64)> {
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    let at = |share: f64| values[(share * last as f64).round() as usize];
    let (low, high) = (at(TRIM), at(1.0 - TRIM));
    let lost = (high - low) * TRIM / (1.0 - 2.0 * TRIM);
    (high > low).then_some((low - lost, high + lost))
}
