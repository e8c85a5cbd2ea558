//! Doors that stand open: their leaves hang in the room and hide the wall like furniture.
//!
//! A closed door is flat on its wall, meets the floor along its base only and ends below the ceiling. Where a door's patch
//! has floor beside it along an upright edge, or touches the ceiling, what is seen is a leaf before the wall.

use super::blobs::{Blob, blobs};
use super::surfaces::{Cell, SurfaceMap};
use crate::ade20k::DOOR;

/// Smaller patches, as shares of the picture, are no doors worth looking at, open or closed.
pub const LEAST_SHARE: f64 = 0.004;
/// An upright edge on the floor of this share of the patch's height is a leaf's.
const LEAST_EDGE: f64 = 0.12;
/// An edge is upright when it spans fewer columns than this share of its rows: the base of a door on a side wall, seen at
/// a slant, is far from it.
const UPRIGHT: f64 = 0.3;
/// A ceiling over this share of the patch's columns is a leaf's.
const LEAST_CEILING: f64 = 0.25;

/// Takes the leaves of open doors for occluders.
pub fn mark(map: &mut SurfaceMap) {
    for blob in blobs(map, |class| class == DOOR, LEAST_SHARE) {
        if has_upright_edge(map, &blob) || touches_ceiling(map, &blob) {
            for (x, y) in blob.cells {
                map.set_cell(x, y, Cell::Occluder);
            }
        }
    }
}

fn has_upright_edge(map: &SurfaceMap, blob: &Blob) -> bool {
    let least = (LEAST_EDGE * (blob.bottom - blob.top) as f64).max(2.0) as usize;
    [-1_isize, 1].into_iter().any(|side| {
        let mut columns: Vec<usize> = blob
            .cells
            .iter()
            .filter(|&&(x, y)| {
                x.checked_add_signed(side)
                    .is_some_and(|beside| map.cell(beside, y) == Cell::Floor)
            })
            .map(|&(x, _)| x)
            .collect();
        columns.sort_unstable();
        // The most upright stretch of `least` edge cells.
        columns
            .windows(least)
            .any(|w| ((w[least - 1] - w[0] + 1) as f64) < UPRIGHT * least as f64 + 1.0)
    })
}

fn touches_ceiling(map: &SurfaceMap, blob: &Blob) -> bool {
    let under = blob
        .cells
        .iter()
        .filter(|&&(x, y)| y > 0 && map.cell(x, y - 1) == Cell::Ceiling)
        .count();
    under as f64 > LEAST_CEILING * (blob.right - blob.left) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ade20k::{CEILING, FLOOR, WALL};
    use crate::geometry::camera::ImageSize;
    use crate::label_map::LabelMap;

    /// Ceiling above, wall, floor from row 60, and a door from row `top` to `bottom` in columns 40 to 60 of 100 x 100.
    fn map(top: u32, bottom: u32) -> SurfaceMap {
        let labels = (0..100_u32)
            .flat_map(|y| (0..100_u32).map(move |x| (x, y)))
            .map(|(x, y)| match y {
                y if (40..60).contains(&x) && (top..bottom).contains(&y) => DOOR,
                0..10 => CEILING,
                10..60 => WALL,
                _ => FLOOR,
            })
            .collect();
        let size = ImageSize {
            width: 100,
            height: 100,
        };
        let mut map = SurfaceMap::new(&LabelMap::new(100, 100, labels).unwrap(), size);
        mark(&mut map);
        map
    }

    #[test]
    fn only_a_leaf_before_the_wall_is_an_occluder() {
        assert_eq!(map(25, 60).cell(50, 40), Cell::Wall);
        assert_eq!(map(25, 75).cell(50, 40), Cell::Occluder);
        assert_eq!(map(8, 60).cell(50, 40), Cell::Occluder);
    }
}
