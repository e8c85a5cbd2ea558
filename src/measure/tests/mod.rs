//! The estimators on painted label maps.

mod corners;
mod degenerate;
mod fuzz;
mod invariants;
mod occlusion;
pub(crate) mod paint;
mod tilt;
mod windows;
