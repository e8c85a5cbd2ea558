//! Errors, MAPE and coverage: pure functions of measurements and truth.
