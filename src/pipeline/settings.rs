//! How all photos are measured.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::fallback::Fallback;
use super::recall::Recall;
use crate::deadline::Deadline;
use crate::measure::EstimatorKind;
use crate::photo::Limits;

/// What is the same for all photos.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Limits of one photo.
    pub limits: Limits,
    /// Decoding workers.
    pub jobs: usize,
    /// Whether photos are decoded in processes of their own; then the running program has to be `measure-bench`.
    pub isolated: bool,
    /// Longest that a photo may take, each repetition for itself.
    pub timeout: Option<Duration>,
    /// Measurements of each photo; their median times are reported, and each one's sum.
    pub repeat: u32,
    /// Inferences before the first photo, at its size.
    pub warmup: u32,
    /// Geometry.
    pub estimator: EstimatorKind,
    /// Folder for a small overlay of each photo, named by the overlay's own hash.
    pub thumbnails: Option<PathBuf>,
    /// What stands in for a failed segmentation.
    pub fallback: Fallback,
    /// Results of earlier runs.
    pub recall: Option<Arc<dyn Recall>>,
}

impl Settings {
    /// When a photo has to be ready that took `spent` before.
    pub(super) fn deadline(&self, spent: Duration) -> Option<Deadline> {
        self.timeout.map(|limit| Deadline::of(limit, spent))
    }
}
