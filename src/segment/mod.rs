//! From pixels to a label map: one inference a photo, or a label map given beside the photo.

use crate::label_map::LabelMap;
use crate::photo::Photo;

/// A photo's labels and how they were had.
#[derive(Debug, Clone)]
pub struct Segmentation {
    /// Upright ADE20K labels, at network resolution (or the given map's own).
    pub labels: LabelMap,
    /// Input height and width of the network; `None` without a network.
    pub input_size: Option<[u32; 2]>,
    /// Network runs that this photo took: 1, or 0 with given labels.
    pub inferences: u32,
    /// Time of each stage.
    pub timings: SegmentTimings,
}

/// Milliseconds of the stages of segmentation.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct SegmentTimings {
    /// Resizing and normalising.
    pub preprocess_ms: f64,
    /// The network.
    pub inference_ms: f64,
    /// Network outputs to labels.
    pub masks_ms: f64,
}
