//! The estimators on painted label maps.

mod degenerate;
mod fuzz;
mod invariants;
mod occlusion;
mod paint;
mod tilt;
mod windows;
