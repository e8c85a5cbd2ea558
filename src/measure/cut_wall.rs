//! The full width of a wall of which an end lies outside the frame.
//!
//! The visible part is a lower bound. What lies beyond follows from how wide rooms are and from where people stand: for
//! a room of width `w`, positions of the camera along the wall are equally likely, so the chance that exactly this one
//! end fits into the frame goes with `1/w`, and that neither does with `(w - visible)/w²`.

use super::priors::{ROOM_WIDTH_CM, ROOM_WIDTH_TAIL_CM};
use super::scale::Histogram;

/// Widths that are considered, cm, in equal steps.
const WIDEST_CM: f64 = 1500.0;
const STEPS: usize = 240;

/// Distribution of the full width given that of the visible part.
#[must_use]
pub fn complete(visible: &Histogram, both_ends_cut: bool) -> Histogram {
    /// Visible widths are taken at this many quantiles.
    const QUANTILES: usize = 15;
    let shares: Vec<f64> = (0..QUANTILES)
        .map(|i| (i as f64 + 0.5) / QUANTILES as f64)
        .collect();
    let mut values = Vec::with_capacity(QUANTILES * STEPS);
    for seen in visible.quantiles(&shares) {
        let candidates: Vec<(f64, f64)> = (0..STEPS)
            .map(|i| {
                let end = WIDEST_CM.max(seen * 1.5);
                let width = seen + (end - seen) * (i as f64 + 0.5) / STEPS as f64;
                let standing = if both_ends_cut {
                    (width - seen) / (width * width)
                } else {
                    1.0 / width
                };
                (width, standing * room_width_density(width))
            })
            .collect();
        let total: f64 = candidates.iter().map(|c| c.1).sum();
        if total > 0.0 {
            values.extend(candidates.into_iter().map(|(cm, w)| (cm, w / total)));
        }
    }
    Histogram::from_weighted_cm(values.into_iter())
}

/// How usual a wall's width is, up to a factor.
fn room_width_density(cm: f64) -> f64 {
    let [low, high] = ROOM_WIDTH_CM;
    let [below, above] = ROOM_WIDTH_TAIL_CM;
    if cm < low {
        ((cm - low) / below).exp()
    } else if cm > high {
        ((high - cm) / above).exp()
    } else {
        1.0
    }
}
