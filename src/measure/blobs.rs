//! Connected patches of the label map.

use super::surfaces::SurfaceMap;
use crate::ade20k::ClassIndex;

/// A connected patch of cells; its box in columns and rows, ends excluded.
#[derive(Debug, Clone)]
pub struct Blob {
    /// First column.
    pub left: usize,
    /// Column after the last.
    pub right: usize,
    /// First row.
    pub top: usize,
    /// Row after the last.
    pub bottom: usize,
    /// Cells as (column, row).
    pub cells: Vec<(usize, usize)>,
}

/// Patches of at least `least_share` of the map, from left to right.
#[must_use]
pub fn blobs(map: &SurfaceMap, wanted: impl Fn(ClassIndex) -> bool, least_share: f64) -> Vec<Blob> {
    let least = (least_share * (map.width * map.height) as f64).max(4.0) as usize;
    let mut seen = vec![false; map.width * map.height];
    let mut found = Vec::new();
    for y in 0..map.height {
        for x in 0..map.width {
            if seen[y * map.width + x] || !wanted(map.class(x, y)) {
                continue;
            }
            let blob = grow(map, &wanted, &mut seen, (x, y));
            if blob.cells.len() >= least {
                found.push(blob);
            }
        }
    }
    found.sort_by_key(|blob| blob.left);
    found
}

fn grow(
    map: &SurfaceMap,
    wanted: &impl Fn(ClassIndex) -> bool,
    seen: &mut [bool],
    start: (usize, usize),
) -> Blob {
    let mut blob = Blob {
        left: start.0,
        right: start.0 + 1,
        top: start.1,
        bottom: start.1 + 1,
        cells: Vec::new(),
    };
    seen[start.1 * map.width + start.0] = true;
    let mut open = vec![start];
    while let Some((x, y)) = open.pop() {
        blob.cells.push((x, y));
        blob.left = blob.left.min(x);
        blob.right = blob.right.max(x + 1);
        blob.top = blob.top.min(y);
        blob.bottom = blob.bottom.max(y + 1);
        for (nx, ny) in [
            (x.wrapping_sub(1), y),
            (x + 1, y),
            (x, y.wrapping_sub(1)),
            (x, y + 1),
        ] {
            if nx < map.width
                && ny < map.height
                && !seen[ny * map.width + nx]
                && wanted(map.class(nx, ny))
            {
                seen[ny * map.width + nx] = true;
                open.push((nx, ny));
            }
        }
    }
    blob
}
