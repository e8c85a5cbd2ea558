//! From pixels to a label map: one inference a photo, or a label map given beside the photo.

mod argmax;
mod bands;
mod bilinear;
mod checksum;
mod error;
mod inference;
mod label_dir;
pub mod label_file;
pub mod masks;
pub mod metadata;
pub mod model;
mod network;
mod pil_resize;
mod placement;
mod postprocess;
mod preprocess;
pub mod providers;
pub mod runtime;
mod scores;
mod session;
pub mod size_policy;
mod tensor_names;
mod tensor_rt;

use std::path::Path;
use std::time::Instant;

use serde::{Deserialize, Serialize};

pub use error::SegmentError;
pub use label_dir::LabelDir;
pub use masks::MaskKind;
pub use metadata::{Label, ModelMetadata};
pub use model::ModelSource;
pub use network::{Network, NetworkOptions};
pub use placement::Operators;
pub use postprocess::PostProcessing;
pub use providers::{Device, Skipped};
pub use scores::Outputs;

use crate::deadline::Deadline;
use crate::geometry::camera::ImageSize;
use crate::label_map::LabelMap;
use crate::photo::Photo;

/// A photo that waits for its labels.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The photo.
    pub photo: &'a Photo,
    /// Where it came from.
    pub file: &'a Path,
    /// When it has to be labelled.
    pub deadline: Option<Deadline>,
}

/// Gives photos their labels.
pub trait Segmenter {
    /// The labels of a photo; `file` is where it came from.
    ///
    /// # Errors
    /// When this photo cannot be labelled, or not until `deadline`; others still can.
    fn segment(
        &mut self,
        photo: &Photo,
        file: &Path,
        deadline: Option<Deadline>,
    ) -> Result<Segmentation, SegmentError>;

    /// How many photos it labels at once best.
    fn batch(&self) -> usize {
        1
    }

    /// Whether it could label upright photos of these sizes at once.
    fn is_alike(&self, _one: ImageSize, _other: ImageSize) -> bool {
        false
    }

    /// The labels of photos that are alike, in their order. What goes wrong with one of them is that one's error alone.
    fn segment_together(&mut self, photos: &[Request]) -> Vec<Result<Segmentation, SegmentError>> {
        photos
            .iter()
            .map(|one| self.segment(one.photo, one.file, one.deadline))
            .collect()
    }

    /// Runs once without a photo, at the size that a photo of this size would have, so that the first photo is not slower
    /// than the others.
    ///
    /// # Errors
    /// When the network fails, or is not done until the deadline.
    fn warm_up(
        &mut self,
        _photo: ImageSize,
        _deadline: Option<Deadline>,
    ) -> Result<(), SegmentError> {
        Ok(())
    }

    /// What it is by now, for the report: a device may have been left during a run.
    fn describe(&self) -> SegmenterInfo;
}

/// A photo's labels and how they were had.
#[derive(Debug, Clone)]
pub struct Segmentation {
    /// ADE20K labels of the photo as displayed, at the size at which the network saw the photo, or the given map's own.
    pub labels: LabelMap,
    /// Cells on the long side of the masks that they were made of; `None` without a network.
    pub mask_cells: Option<u32>,
    /// Input height and width of the network; `None` without a network.
    pub input_size: Option<[u32; 2]>,
    /// How often this photo went through the network: 1, or 0 with given labels.
    pub inferences: u32,
    /// Time of each stage.
    pub timings: SegmentTimings,
}

/// Milliseconds of the stages of segmentation that ran.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct SegmentTimings {
    /// Resizing and normalising.
    pub preprocess_ms: Option<f64>,
    /// The network; of a run for several photos, an equal share.
    pub inference_ms: Option<f64>,
    /// Network outputs, or a given label map, to labels.
    pub masks_ms: Option<f64>,
}

/// What labelled the photos of a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SegmenterInfo {
    /// The model's name, or `labels` for given label maps.
    pub name: String,
    /// SHA-256 of the model file.
    pub sha256: Option<String>,
    /// How photo sizes become input sizes, in words.
    pub input_policy: String,
    /// The device that computes.
    pub device: Option<Device>,
    /// Devices that `auto` passed over, and why.
    pub skipped_devices: Vec<Skipped>,
    /// Operators that the device left to the processor, with the number of their nodes.
    pub operators_on_cpu: Operators,
    /// Version of ONNX Runtime.
    pub onnx_runtime: Option<String>,
    /// The model's classes, in output order.
    pub labels: Vec<Label>,
    /// Precision of the weights.
    pub precision: Option<String>,
    /// Licence of the weights, as the model's file gives it.
    pub licence: Option<String>,
    /// Checkpoint or training run.
    pub source: Option<serde_json::Value>,
    /// Threads of one inference.
    pub threads: Option<usize>,
}

fn milliseconds_since(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e3
}
