//! Photos in, results out: the per-photo function, decoding ahead, and stage timings.

pub mod ahead;
pub mod budget;
mod decoding;
mod fallback;
mod focal;
mod measuring;
pub mod memory;
mod recall;
mod run;

pub use fallback::Fallback;
pub use recall::Recall;
pub use run::{PhotoJob, PipelineError, Settings, run};

use std::time::Instant;

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
