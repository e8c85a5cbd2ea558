//! The work before the network: read once, hash, decode once.

use std::sync::Arc;
use std::time::Duration;

use super::ahead::{Failure, Prepare};
use super::job::PhotoJob;
use super::recall::Recall;
use super::{timed, to_microseconds};
use crate::deadline::Deadline;
use crate::isolation::WorkerPool;
use crate::memory::rss_mb;
use crate::photo::{self, Limits, Photo, PhotoError};
use crate::photo_result::{ImageInfo, PhotoResult};

/// Reads and decodes the photos of a run.
pub struct Decoding {
    /// The photos.
    pub jobs: Vec<PhotoJob>,
    /// Limits of one photo.
    pub limits: Limits,
    /// Longest that a photo may take.
    pub timeout: Option<Duration>,
    /// Where pixels are decoded; in this process where there is none.
    pub workers: Option<WorkerPool>,
    /// Results of earlier runs.
    pub recall: Option<Arc<dyn Recall>>,
}

/// What reading a photo yields.
pub enum Opened {
    /// Its bytes, and what is already known of its result.
    Bytes(Box<PhotoResult>, Arc<Vec<u8>>),
    /// All that will be known of it: why it cannot be read, or its result of an earlier run.
    Finished(Box<PhotoResult>),
}

/// A photo's pixels, or why there are none (in the result); beside them what is already known of its result.
pub struct Decoded {
    /// The entry so far; its error says why there is no photo.
    pub result: PhotoResult,
    /// The photo.
    pub photo: Option<Photo>,
}

impl Decoding {
    fn entry(&self, index: usize, error: &str) -> PhotoResult {
        let case = &self.jobs[index].case;
        let mut result = PhotoResult::failed(case.identity.clone(), error.to_owned());
        result.path = Some(case.path.display().to_string());
        result
    }

    fn photo(&self, bytes: &Arc<Vec<u8>>) -> Result<Photo, PhotoError> {
        let Some(workers) = &self.workers else {
            return photo::decode(bytes, &self.limits);
        };
        let deadline = self
            .timeout
            .map(|limit| Deadline::of(limit, Duration::ZERO));
        photo::decode_with(bytes, &self.limits, |request| {
            workers.decode(bytes, request, deadline)
        })
    }
}

impl Prepare for Decoding {
    type Opened = Opened;
    type Ready = Decoded;

    fn open(&self, index: usize) -> (Opened, u64) {
        let mut result = self.entry(index, "not decoded");
        let path = &self.jobs[index].case.path;
        let (read, ms) = timed(|| photo::read(path, &self.limits));
        result.timings_ms.read = Some(ms);
        let bytes = match read {
            Ok(read) => {
                let recall = self.recall.as_ref();
                let earlier = recall.and_then(|r| r.recall(&self.jobs[index], &read.sha256));
                if let Some(earlier) = earlier {
                    let earlier = PhotoResult {
                        file: result.file,
                        path: result.path,
                        cached: true,
                        ..earlier
                    };
                    return (Opened::Finished(Box::new(earlier)), 0);
                }
                result.sha256 = Some(read.sha256);
                Arc::new(read.bytes)
            }
            Err(error) => {
                result.error = Some(error.to_string());
                return (Opened::Finished(Box::new(result)), 0);
            }
        };
        // What cannot be told is about to fail in decoding, with a better message, and holds no pixels.
        let pixels = photo::claimed_pixels(&bytes).unwrap_or(0);
        (Opened::Bytes(Box::new(result), bytes), pixels)
    }

    fn decode(&self, _index: usize, opened: Opened) -> Decoded {
        let (mut result, bytes) = match opened {
            Opened::Bytes(result, bytes) => (*result, bytes),
            Opened::Finished(result) => {
                let (result, photo) = (*result, None);
                return Decoded { result, photo };
            }
        };
        match self.photo(&bytes) {
            Ok(photo) => {
                result.decodes = 1;
                result.rss_mb.decode = rss_mb();
                result.timings_ms.decode = Some(to_microseconds(photo.timings.decode_ms));
                result.timings_ms.exif = Some(to_microseconds(photo.timings.exif_ms));
                result.warnings.clone_from(&photo.warnings);
                result.image = Some(ImageInfo {
                    width_px: photo.pixels.width(),
                    height_px: photo.pixels.height(),
                    format: photo.format,
                    orientation: photo.orientation,
                });
                let photo = Some(photo);
                Decoded { result, photo }
            }
            Err(error) => {
                result.error = Some(error.to_string());
                let photo = None;
                Decoded { result, photo }
            }
        }
    }

    fn failed(&self, index: usize, why: Failure) -> Decoded {
        let error = match why {
            Failure::Panicked => "the decoder failed on this file".to_owned(),
            Failure::TimedOut(missed) => missed.to_string(),
        };
        Decoded {
            result: self.entry(index, &error),
            photo: None,
        }
    }
}
