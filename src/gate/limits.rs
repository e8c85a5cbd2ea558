//! What a run is held to.

use crate::tolerance::Tolerance;

/// The limits of a run; an absent one is not checked.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[allow(missing_docs)] // Named and explained as the options of the same name.
pub struct GateLimits {
    /// Photos that may fail; none where nobody says. Listed only where somebody does, or where it is exceeded.
    pub max_errors: Option<Tolerance>,
    pub max_refusals: Option<Tolerance>,
    pub max_fallbacks: Option<Tolerance>,
    pub max_width_mape: Option<f64>,
    pub max_height_mape: Option<f64>,
    pub min_coverage: Option<f64>,
    pub max_photo_error: Option<f64>,
    pub max_regression: Option<f64>,
    pub max_slowdown: Option<f64>,
}

impl GateLimits {
    /// The first of these limits that means nothing without ground truth.
    #[must_use]
    pub fn needs_truth(&self) -> Option<&'static str> {
        [
            (self.max_width_mape, "--max-width-mape"),
            (self.max_height_mape, "--max-height-mape"),
            (self.min_coverage, "--min-coverage"),
            (self.max_photo_error, "--max-photo-error"),
        ]
        .into_iter()
        .find_map(|(limit, name)| limit.map(|_| name))
    }

    /// The first of these limits that means nothing without a baseline.
    #[must_use]
    pub fn needs_baseline(&self) -> Option<&'static str> {
        [
            (self.max_regression, "--max-regression"),
            (self.max_slowdown, "--max-slowdown"),
        ]
        .into_iter()
        .find_map(|(limit, name)| limit.map(|_| name))
    }
}
