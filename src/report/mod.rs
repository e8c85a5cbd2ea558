//! The one serialisable result of a run, and the pure functions that show it.

pub mod photo_result;
pub mod schema;
