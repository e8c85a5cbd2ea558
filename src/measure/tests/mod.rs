//! The estimators on painted label maps.

mod degenerate;
mod fuzz;
mod invariants;
mod paint;
mod windows;
