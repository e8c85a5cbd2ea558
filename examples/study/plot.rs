//! Two charts: each photo's error against the interval that it states, and how often intervals of a nominal level hold the truth.

use measure_bench::render::Scenario;

use crate::Case;

/// One photo's width.
pub struct Point {
    pub scenario: Scenario,
    pub half_width_percent: f64,
    pub error_percent: f64,
}

impl Point {
    pub fn of(scenario: Scenario, case: &Case) -> Option<Self> {
        let estimate = case.fitted.wall_width?;
        let truth = case.room.drawn.truth.width_cm;
        let [low, high] = estimate.interval_cm;
        Some(Self {
            scenario,
            half_width_percent: 50.0 * (high - low) / estimate.cm,
            error_percent: 100.0 * (estimate.cm - truth).abs() / truth,
        })
    }
}

pub fn svg(_points: &[Point]) -> String {
    String::new()
}
