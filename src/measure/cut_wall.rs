//! The full width of a wall of which an end lies outside the frame.
//!
//! The visible part is a lower bound. What lies beyond follows from how wide rooms are and from where people stand along
//! the wall: at a share of it that is Beta(5/2, 5/2) distributed, near the middle more often than in a corner. With one end
//! seen at a distance `a` to the side of the camera, a room of width `w` has the weight `p(w) · beta(a / w) / w`; with
//! neither, the camera may stand anywhere that leaves both ends outside.

use super::histogram::Histogram;
use super::priors::ROOM_WIDTH_CM;

/// Widths that are considered, cm, in equal steps.
const WIDEST_CM: f64 = 1500.0;
const STEPS: usize = 240;

/// Of the density of standpoints, see [`position_density`]: between an even spread and one in the middle half of the wall.
const STANDING_POWER: f64 = 1.5;

/// Distribution of the full width given that of the visible part. `offset` is the distance of the camera's foot from
/// the visible end along the wall, as a share of the visible part; `None` when both ends are cut.
#[must_use]
pub fn complete(visible: &Histogram, offset: Option<f64>) -> Histogram {
    /// Visible widths are taken at this many quantiles.
    const QUANTILES: usize = 15;
    let shares: Vec<f64> = (0..QUANTILES)
        .map(|i| (i as f64 + 0.5) / QUANTILES as f64)
        .collect();
    let mut values = Vec::with_capacity(QUANTILES * STEPS);
    for seen in visible.quantiles(&shares) {
        let end = WIDEST_CM.max(seen * 1.5);
        let candidates: Vec<(f64, f64)> = (0..STEPS)
            .map(|i| {
                let width = seen + (end - seen) * (i as f64 + 0.5) / STEPS as f64;
                let standing = match offset {
                    Some(offset) => position_density(offset * seen / width) / width,
                    None => (width - seen) / (width * width),
                };
                (width, standing * ROOM_WIDTH_CM.density(width))
            })
            .collect();
        let total: f64 = candidates.iter().map(|c| c.1).sum();
        if total > 0.0 {
            values.extend(candidates.into_iter().map(|(cm, w)| (cm, w / total)));
        }
    }
    Histogram::from_weighted_cm(values.into_iter())
}

/// Density of the camera's place along a wall, by its share, up to a factor; never quite zero, since nothing forbids a corner.
fn position_density(share: f64) -> f64 {
    const LEAST: f64 = 0.03;
    (4.0 * share * (1.0 - share))
        .max(0.0)
        .powf(STANDING_POWER)
        .max(LEAST)
}
