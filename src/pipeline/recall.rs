//! Results of earlier runs, asked for once a photo's bytes are known.

use std::fmt::Debug;

use super::job::PhotoJob;
use crate::photo_result::PhotoResult;

/// Knows results of earlier runs.
pub trait Recall: Debug + Send + Sync {
    /// What the very same measurement of a photo with this hash gave, if it is known.
    fn recall(&self, job: &PhotoJob, sha256: &str) -> Option<PhotoResult>;
}
