//! Lengths that homes share too loosely to scale by: window sills and worktops. They stand beside the evidence without weight, and
//! where they contradict the scale alike, it is doubted.
//!
//! Tables and seats stand away from the walls, where a label map does not tell their height.

use super::blobs::{Blob, blobs};
use super::surfaces::{Cell, SurfaceMap};
use super::{Evidence, EvidenceKind, WindowEstimate};
use crate::ade20k::{COUNTER, COUNTERTOP};
use crate::geometry::room_box::{RoomBox, Wall};

/// A usual height above the floor: cm, and the standard deviation of its logarithm.
struct Usual {
    kind: EvidenceKind,
    cm: f64,
    sigma_ln: f64,
}

const SILL: Usual = Usual {
    kind: EvidenceKind::Sill,
    cm: 87.0,
    sigma_ln: 0.15,
};
const COUNTER_TOP: Usual = Usual {
    kind: EvidenceKind::Counter,
    cm: 89.0,
    sigma_ln: 0.05,
};
/// Lower sills are those of French windows, cm.
const LOWEST_SILL_CM: f64 = 45.0;
/// Smaller patches are no worktops worth looking at.
const LEAST_SHARE: f64 = 0.004;
/// So many checks have to agree, each so many standard deviations off to the same side, before the scale is doubted.
const LEAST_CHECKS: usize = 2;
const CONTRADICTION_SIGMAS: f64 = 2.5;

impl Usual {
    fn check(&self, cm: f64, camera_cm: f64) -> Evidence {
        let ratio = cm / camera_cm;
        Evidence {
            kind: self.kind,
            ratio,
            camera_height_cm: self.cm / ratio,
            sigma_ln: self.sigma_ln,
            weight: 0.0,
        }
    }
}

/// The sills of `windows` and the worktops on the opposite wall.
#[must_use]
pub fn find(
    map: &SurfaceMap,
    room: &RoomBox,
    windows: &[WindowEstimate],
    camera_cm: f64,
) -> Vec<Evidence> {
    let sills = windows
        .iter()
        .filter_map(|window| window.sill_cm)
        .filter(|cm| *cm > LOWEST_SILL_CM)
        .map(|cm| SILL.check(cm, camera_cm));
    let is_worktop = |class| matches!(class, COUNTER | COUNTERTOP);
    let worktops = blobs(map, is_worktop, LEAST_SHARE)
        .into_iter()
        .filter_map(|blob| top_on_wall(map, room, &blob))
        .map(|height| COUNTER_TOP.check(height * camera_cm, camera_cm));
    sills.chain(worktops).collect()
}

/// Whether the checks speak against a camera height as one.
#[must_use]
pub fn contradict(checks: &[Evidence], camera_cm: f64) -> bool {
    let off = |check: &Evidence| (check.camera_height_cm / camera_cm).ln() / check.sigma_ln;
    checks.len() >= LEAST_CHECKS
        && (checks.iter().all(|check| off(check) > CONTRADICTION_SIGMAS)
            || checks
                .iter()
                .all(|check| off(check) < -CONTRADICTION_SIGMAS))
}

/// The height, camera heights, at which a worktop ends at the opposite wall: the median over the columns in which it touches it.
fn top_on_wall(map: &SurfaceMap, room: &RoomBox, blob: &Blob) -> Option<f64> {
    let mut heights: Vec<f64> = blob
        .cells
        .iter()
        .filter(|&&(x, y)| y > 0 && map.cell(x, y - 1) == Cell::Wall)
        .filter_map(|&(x, y)| {
            let ray = room.wall_ray(map.pixel(x as f64 + 0.5, y as f64));
            (room.wall_of(ray) == Wall::Opposite).then_some(ray)
        })
        .filter_map(|ray| room.on_wall(Wall::Opposite, ray))
        .map(|point| 1.0 - point.y)
        .filter(|height| *height > 0.0)
        .collect();
    if 2 * heights.len() < blob.right - blob.left {
        return None;
    }
    heights.sort_by(f64::total_cmp);
    heights.get(heights.len() / 2).copied()
}
