//! What the label map shows where a box has its walls, floor and ceiling.

use super::surfaces::{Cell, SurfaceMap};
use crate::geometry::room_box::{Hit, RoomBox, Wall};

/// Cells looked at on the long side.
pub const FINE_SAMPLES: usize = 48;

/// How many of the sampled cells that `room` shows on one wall are `wanted`, by column and row.
pub fn cells_on(
    room: &RoomBox,
    wall: Wall,
    map: &SurfaceMap,
    wanted: impl Fn(usize, usize) -> bool,
) -> usize {
    let sight = room.sight();
    let stride = (map.long_side() / FINE_SAMPLES).max(1);
    (stride / 2..map.height)
        .step_by(stride)
        .flat_map(|y| (stride / 2..map.width).step_by(stride).map(move |x| (x, y)))
        .filter(|&(x, y)| wanted(x, y))
        .filter(|&(x, y)| {
            let pixel = map.pixel(x as f64 + 0.5, y as f64 + 0.5);
            sight.at(pixel) == Hit::Wall(wall)
        })
        .count()
}

/// Share of the cells showing wall, floor or ceiling that the box renders as another of the three.
pub fn mismatch(room: &RoomBox, map: &SurfaceMap, samples: usize) -> f64 {
    let sight = room.sight();
    let stride = (map.long_side() / samples).max(1);
    let (mut wrong, mut all) = (0_u32, 0_u32);
    for y in (stride / 2..map.height).step_by(stride) {
        for x in (stride / 2..map.width).step_by(stride) {
            let seen = map.cell(x, y);
            if !matches!(
                seen,
                Cell::Wall | Cell::Curtain | Cell::Floor | Cell::Ceiling
            ) {
                continue;
            }
            let pixel = map.pixel(x as f64 + 0.5, y as f64 + 0.5);
            let right = match sight.at(pixel) {
                Hit::Wall(_) => matches!(seen, Cell::Wall | Cell::Curtain),
                Hit::Floor => seen == Cell::Floor,
                Hit::Ceiling => seen == Cell::Ceiling,
            };
            all += 1;
            wrong += u32::from(!right);
        }
    }
    f64::from(wrong) / f64::from(all.max(1))
}
