//! Photos in, results out: the per-photo function, decoding ahead, and stage timings.

pub mod ahead;
pub mod budget;
pub mod memory;
