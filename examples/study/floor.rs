//! What the priors alone allow: a photo without a door tells lengths only in camera heights, and the camera height only by the room's
//! height in them.

use anyhow::Result;
use measure_bench::render::{Scenario, plain_room};
use rayon::prelude::*;

/// Rooms that stand for the scenario; their pictures are not looked at.
const ROOMS: u64 = 6000;
const SIZE: [u32; 2] = [16, 12];
/// Rooms with the most similar ratio, which are what a ratio allows.
const NEIGHBOURS: usize = 200;

/// Mean relative error, percent, of who knows how the scenario draws its rooms and sees the ratio of room height to camera height
/// without error.
pub fn of(seed: u64, scenario: Scenario) -> Result<f64> {
    let mut rooms: Vec<[f64; 2]> = (0..ROOMS)
        .into_par_iter()
        .map(|index| {
            let truth = plain_room(seed, index, scenario, SIZE, 0.0)?.truth;
            let camera = truth.camera_height_cm;
            Ok([truth.ceiling_height_cm / camera, camera])
        })
        .collect::<Result<_>>()?;
    rooms.sort_by(|a, b| a[0].total_cmp(&b[0]));
    let errors = (0..rooms.len()).map(|i| {
        let first = i
            .saturating_sub(NEIGHBOURS / 2)
            .min(rooms.len() - NEIGHBOURS - 1);
        let others = (first..=first + NEIGHBOURS).filter(|&other| other != i);
        let guess = least_relative_error(others.map(|other| rooms[other][1]).collect());
        (guess / rooms[i][1] - 1.0).abs()
    });
    Ok(100.0 * errors.sum::<f64>() / rooms.len() as f64)
}

/// The value of least mean error relative to the truth: the median, each value weighed by its inverse.
fn least_relative_error(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = 0.5 * values.iter().map(|value| value.recip()).sum::<f64>();
    let mut below = 0.0;
    for value in &values {
        below += value.recip();
        if below >= half {
            return *value;
        }
    }
    f64::NAN
}
