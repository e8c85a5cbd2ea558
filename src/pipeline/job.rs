//! What is done to one photo.

use std::path::PathBuf;

use crate::dataset::Case;
use crate::measure::Known;

/// One photo to measure.
#[derive(Debug, Clone)]
pub struct PhotoJob {
    /// The photo.
    pub case: Case,
    /// What the user knows of its room.
    pub known: Known,
    /// Its folder of masks and overlays.
    pub debug_dir: Option<PathBuf>,
}
