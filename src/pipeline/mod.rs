//! Photos in, results out: the per-photo function, decoding ahead, and stage timings.

pub mod ahead;
mod batches;
pub mod budget;
mod decoding;
mod fallback;
mod focal;
mod job;
mod labelling;
mod measuring;
mod recall;
mod run;
mod settings;

pub use fallback::Fallback;
pub use job::PhotoJob;
pub use recall::Recall;
pub use run::{PipelineError, run};
pub use settings::Settings;

use std::time::Instant;

use crate::statistics;

/// Runs `stage` and says how many milliseconds it took.
fn timed<T>(stage: impl FnOnce() -> T) -> (T, f64) {
    let start = Instant::now();
    let value = stage();
    (value, to_microseconds(start.elapsed().as_secs_f64() * 1e3))
}

/// Milliseconds without the digits that no clock knows.
fn to_microseconds(ms: f64) -> f64 {
    (ms * 1e3).round() / 1e3
}

/// The median, to the microsecond; `None` for a stage that did not run.
fn median(times: &[f64]) -> Option<f64> {
    statistics::median(times).map(to_microseconds)
}
