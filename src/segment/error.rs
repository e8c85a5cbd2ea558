//! What can go wrong between a photo and its label map.

use std::path::PathBuf;

use super::checksum::ChecksumError;
use super::label_file::LabelFileError;
use super::metadata::MetadataError;
use super::model::ModelNotFound;
use super::preprocess::PreprocessError;
use super::providers::Device;
use super::runtime::RuntimeError;
use crate::deadline::TimedOut;

/// An error of segmentation.
#[derive(Debug, thiserror::Error)]
pub enum SegmentError {
    /// ONNX Runtime is missing.
    #[error(transparent)]
    Runtime(#[from] RuntimeError),
    /// `--model` leads to no file.
    #[error(transparent)]
    NotFound(#[from] ModelNotFound),
    /// The model is not the file that its checksum was made of.
    #[error(transparent)]
    Checksum(#[from] ChecksumError),
    /// ONNX Runtime does not take the model.
    #[error(
        "model {model} cannot be loaded: {reason}; if the file is damaged, copy or export it anew (models/export.py)"
    )]
    Model {
        /// The model's name.
        model: String,
        /// What ONNX Runtime says.
        reason: String,
    },
    /// The model has not the tensors of a Mask2Former.
    #[error("model {model} has no tensor {name}, only {}; expected a Mask2Former as models/export.py writes it", found.join(", "))]
    Tensor {
        /// The model's name.
        model: String,
        /// The missing tensor.
        name: &'static str,
        /// The tensors that it has.
        found: Vec<String>,
    },
    /// The model does not explain itself.
    #[error("model {model}: {error}")]
    Metadata {
        /// The model's name.
        model: String,
        /// What is missing.
        #[source]
        error: MetadataError,
    },
    /// The loaded ONNX Runtime lacks the provider.
    #[error("ONNX Runtime {version} was built without {device}")]
    NotCompiledIn {
        /// The device.
        device: Device,
        /// The version of the library.
        version: String,
    },
    /// A device asked for by name does not work.
    #[error(
        "--device {device} does not work here: {reason} ({advice}; --device auto takes what works)"
    )]
    Device {
        /// The device.
        device: Device,
        /// Why it does not work.
        reason: String,
        /// How to get it.
        advice: &'static str,
    },
    /// `--long-side` out of range.
    #[error(
        "--long-side {side} is out of range: 1 to {}, or 0 for the model's own size",
        super::size_policy::LONGEST_SIDE
    )]
    LongSide {
        /// As given.
        side: u32,
    },
    /// The photo cannot be scaled.
    #[error(transparent)]
    Preprocess(#[from] PreprocessError),
    /// The network failed on this photo.
    #[error(
        "inference at {height} x {width} failed: {reason} (a smaller --long-side needs less memory)"
    )]
    Inference {
        /// Rows of the input.
        height: u32,
        /// Columns of the input.
        width: u32,
        /// What ONNX Runtime says.
        reason: String,
    },
    /// The network was ended at the photo's timeout.
    #[error(transparent)]
    TimedOut(#[from] TimedOut),
    /// The network's outputs are not those of a Mask2Former with these labels.
    #[error("the network's outputs do not fit: {reason}")]
    Shape {
        /// What does not fit.
        reason: String,
    },
    /// `--labels` is no folder.
    #[error("--labels {}: no such folder", folder.display())]
    NoLabelFolder {
        /// As given.
        folder: PathBuf,
    },
    /// A photo has no label map.
    #[error("no label map: looked for {}", tried.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(" and "))]
    NoLabelMap {
        /// The files looked for.
        tried: Vec<PathBuf>,
    },
    /// A label map that cannot be read.
    #[error(transparent)]
    LabelFile(#[from] LabelFileError),
    /// A label map of another shape than its photo.
    #[error(
        "{}: {} x {} has another aspect than the photo as displayed, {} x {}",
        path.display(), map[0], map[1], photo[0], photo[1]
    )]
    LabelAspect {
        /// The label map.
        path: PathBuf,
        /// Its width and height.
        map: [u32; 2],
        /// The photo's width and height.
        photo: [u32; 2],
    },
}
