//! Whether an end of the opposite wall is in view when it lies near the frame's side.
//!
//! A sliver of side wall a few pixels wide decides between "the wall ends here" and "the wall goes on", that is between an error
//! of nothing and one of a third. A descent does not see it. So the end is tried column by column, with the room as it is,
//! and the likelihoods are weighed against that of an end outside.

use super::smooth_noise::{NEAR_SIDE, SmoothNoise};
use super::surfaces::SurfaceMap;
use crate::geometry::room_box::{RoomBox, parameter};
use crate::geometry::side::Side;

/// A vertical edge that was seen: a pixel on it, and how surely.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CornerSight {
    /// Photo px from the middle of the picture.
    pub pixel: [f64; 2],
    /// Standard deviation, px.
    pub sigma_px: f64,
}

/// What the neighbourhood of one side of the frame says of the wall's end there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EndSight {
    /// Probability that the end is in view.
    pub visible: f64,
    /// Where it is, if so.
    pub corner: Option<CornerSight>,
}

/// An end nearer to the middle than this share of the half width is in view without doubt.
pub const INSIDE: f64 = 1.0 - NEAR_SIDE;
/// Columns that are tried: shares of the half width, from outside the frame inwards; a slanting edge that crosses the middle row
/// outside may still be in view.
const TRIED: [f64; 2] = [1.04, INSIDE];
const STEPS: u32 = 50;
/// Odds that an end lies in the outer hundredth of the picture's width rather than outside the frame. Plausible rooms and standpoints
/// alone give 0.03; but who photographs a wall to measure it steps back until its ends are just in.
const PRIOR_PER_HUNDREDTH: f64 = 0.3;

/// Looks for the end on one side of the frame. `room`'s end there may be anywhere; `ln_likelihood` has those of
/// the labels and of the photo's edges for a room whose end is in view, `None` where it is not.
#[must_use]
pub fn look(
    room: &RoomBox,
    side: Side,
    noise: &SmoothNoise,
    map: &SurfaceMap,
    ln_likelihood: impl Fn(&RoomBox) -> Option<[f64; 2]>,
) -> EndSight {
    let [middle, half_width] = map.columns_px();
    let outwards = side.sign();
    let end = side.of(parameter::ENDS);
    let at = |share: f64| {
        let x = middle + outwards * share * half_width;
        let tangent = room.tangent_at([x, 0.0])?;
        Some((x, room.with_end(end, tangent)))
    };
    // Where the wall's line points away from the camera before the frame ends, the end is in view or nowhere.
    let Some((_, outside)) = at(4.0).or_else(|| at(1.5)).or_else(|| at(1.1)) else {
        return EndSight {
            visible: 1.0,
            corner: None,
        };
    };
    let cost_outside = noise.cost(&outside);
    let [from, to] = TRIED;
    let step = (from - to) / f64::from(STEPS);
    let prior = PRIOR_PER_HUNDREDTH * 50.0 * step;
    let (mut mass, mut first, mut second) = (0.0, 0.0, 0.0);
    for i in 0..=STEPS {
        let Some((x, tried)) = at(from - step * f64::from(i)) else {
            continue;
        };
        if let Some([labels, edges]) = ln_likelihood(&tried) {
            let overlooked = noise.overlooked(half_width - outwards * (x - middle));
            let labels = (cost_outside + labels).min(50.0).exp();
            let labels = overlooked + (1.0 - overlooked) * labels;
            let weight = prior * edges.exp() * labels;
            mass += weight;
            first += weight * x;
            second += weight * x * x;
        }
    }
    if mass <= 0.0 {
        return EndSight {
            visible: 0.0,
            corner: None,
        };
    }
    let mean = first / mass;
    let spread = (second / mass - mean * mean).max(0.0).sqrt();
    EndSight {
        visible: mass / (1.0 + mass),
        corner: Some(CornerSight {
            pixel: [mean, 0.0],
            sigma_px: spread.max(0.5 * step * half_width),
        }),
    }
}
