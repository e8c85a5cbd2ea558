//! The Mask2Former network as a segmenter: one session, through which each photo goes exactly once.

mod labelling;

use std::path::{Path, PathBuf};

use super::checksum;
use super::inference::{Input, run};
use super::metadata::ModelMetadata;
use super::model::ModelSource;
use super::postprocess::PostProcessing;
use super::preprocess::{Preprocessor, Scaling};
use super::providers::Device;
use super::session::{self, OpenSession, SessionOptions};
use super::size_policy::{InputSize, LONGEST_SIDE, SizePolicy};
use super::{Request, SegmentError, Segmentation, Segmenter, SegmenterInfo};
use crate::deadline::Deadline;
use crate::geometry::camera::ImageSize;
use crate::photo::Photo;

/// How the network is to run.
#[derive(Debug, Clone, Default)]
pub struct NetworkOptions {
    /// What to compute on.
    pub device: Device,
    /// Long side of the photo in the network's input, px; `None` for the model's own policy.
    pub long_side: Option<u32>,
    /// Threads of one inference; `None` for one a core.
    pub threads: Option<usize>,
    /// The most photos of one run; `None` for one.
    pub batch: Option<usize>,
    /// From outputs to labels.
    pub post_processing: PostProcessing,
    /// JSON file with metadata that the model lacks.
    pub model_config: Option<PathBuf>,
    /// Start of the name of ONNX Runtime's own profile (a JSON trace), written when the network is dropped.
    pub profile: Option<PathBuf>,
}

/// A loaded Mask2Former.
pub struct Network {
    open: OpenSession,
    source: ModelSource,
    /// Of the model, hexadecimal; hashing a large one takes a second or more.
    sha256: Option<String>,
    metadata: ModelMetadata,
    options: NetworkOptions,
    threads: usize,
    preprocessor: Preprocessor,
    input: Vec<f32>,
    /// More photos than this failed in one run.
    most_together: usize,
}

impl Network {
    /// Loads ONNX Runtime and the model, on the first device of the wanted ones that works.
    ///
    /// # Errors
    /// When ONNX Runtime or the device is missing, the model cannot be loaded, or its metadata does not suffice.
    pub fn open(source: ModelSource, options: &NetworkOptions) -> Result<Self, SegmentError> {
        if let Some(side) = options.long_side
            && !(1..=LONGEST_SIDE).contains(&side)
        {
            return Err(SegmentError::LongSide { side });
        }
        let sha256 = checksum::verify(&source)?;
        let threads = options.threads.unwrap_or_else(cores).max(1);
        let open = open_session(&source, sha256.as_deref(), options, options.device, threads)?;
        let config = options.model_config.as_deref();
        let metadata = session::read_metadata(&open.session, &source, config)?;
        let scaling = match options.post_processing {
            PostProcessing::Default => Scaling::Fast,
            PostProcessing::Reference => Scaling::Reference,
        };
        Ok(Self {
            preprocessor: Preprocessor::new(&metadata, scaling),
            open,
            source,
            sha256,
            metadata,
            options: options.clone(),
            threads,
            input: Vec::new(),
            most_together: usize::MAX,
        })
    }

    /// What the model says of itself.
    #[must_use]
    pub fn metadata(&self) -> &ModelMetadata {
        &self.metadata
    }

    /// The size of the input for a photo.
    #[must_use]
    pub fn input_size(&self, photo: ImageSize) -> InputSize {
        self.metadata.size.input_size(photo, self.options.long_side)
    }
}

fn open_session(
    source: &ModelSource,
    sha256: Option<&str>,
    options: &NetworkOptions,
    device: Device,
    threads: usize,
) -> Result<OpenSession, SegmentError> {
    let session_options = SessionOptions {
        device,
        sha256,
        threads,
        long_side: options.long_side,
        batch: batch(options),
        model_config: options.model_config.as_deref(),
        profile: options.profile.as_deref(),
    };
    session::open(source, &session_options, |open| {
        let config = options.model_config.as_deref();
        let size = session::read_metadata(&open.session, source, config)?.size;
        prove(open, &size, options.long_side)
    })
}

/// The most photos of one run: one where nobody asks for more, since which photos go together hangs on time, and the kernels of
/// larger runs add in another order.
fn batch(options: &NetworkOptions) -> usize {
    options.batch.unwrap_or(1).max(1)
}

/// Threads of this machine, one where that is unknown.
fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// A photo of usual aspect, px.
const USUAL_PHOTO: ImageSize = ImageSize {
    width: 4000,
    height: 3000,
};

/// Runs an accelerator once, at the size of a usual photo, since many load and only then fail; the processor needs no such
/// proof.
fn prove(
    open: &mut OpenSession,
    policy: &SizePolicy,
    long_side: Option<u32>,
) -> Result<(), SegmentError> {
    if open.device == Device::Cpu {
        return Ok(());
    }
    run_empty(
        open,
        policy.input_size(USUAL_PHOTO, long_side).network,
        1,
        None,
    )
}

/// Runs on black pictures of `size` (rows, columns).
fn run_empty(
    open: &mut OpenSession,
    size: [u32; 2],
    count: usize,
    deadline: Option<Deadline>,
) -> Result<(), SegmentError> {
    let zeros = vec![0.0; count * 3 * size[0] as usize * size[1] as usize];
    let input = Input {
        planes: &zeros,
        count,
        size,
        half: open.half_input,
    };
    let memory = open.output_memory.as_ref();
    run(&mut open.session, input, deadline, memory, |_, _| Ok(()))
}

impl Segmenter for Network {
    fn segment(
        &mut self,
        photo: &Photo,
        file: &Path,
        deadline: Option<Deadline>,
    ) -> Result<Segmentation, SegmentError> {
        self.label_one(&Request {
            photo,
            file,
            deadline,
        })
    }

    fn batch(&self) -> usize {
        if self.open.batches {
            batch(&self.options).min(self.most_together)
        } else {
            1
        }
    }

    fn is_alike(&self, one: ImageSize, other: ImageSize) -> bool {
        self.input_size(one).network == self.input_size(other).network
    }

    fn segment_together(&mut self, photos: &[Request]) -> Vec<Result<Segmentation, SegmentError>> {
        self.label_together(photos)
    }

    fn warm_up(
        &mut self,
        photo: ImageSize,
        deadline: Option<Deadline>,
    ) -> Result<(), SegmentError> {
        let size = self.input_size(photo).network;
        self.on_what_works(|network| run_empty(&mut network.open, size, 1, deadline))?;
        let together = self.batch();
        if together > 1 {
            let run = run_empty(&mut self.open, size, together, deadline);
            if matches!(run, Err(SegmentError::Inference { .. })) {
                self.most_together = together / 2;
            }
        }
        Ok(())
    }

    fn describe(&self) -> SegmenterInfo {
        SegmenterInfo {
            name: self.source.name(),
            sha256: self.sha256.clone(),
            input_policy: match self.options.long_side {
                Some(side) => format!("long side {side}"),
                None => self.metadata.size.to_string(),
            },
            device: Some(self.open.device),
            skipped_devices: self.open.skipped.clone(),
            operators_on_cpu: self.open.operators_on_cpu.clone(),
            onnx_runtime: Some(self.open.runtime.version.clone()),
            labels: self.metadata.labels.clone(),
            precision: self.metadata.precision.clone(),
            licence: self.metadata.licence.clone(),
            source: self.metadata.source.clone(),
            threads: Some(self.threads),
        }
    }
}

impl std::fmt::Debug for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Network")
            .field("source", &self.source)
            .field("device", &self.open.device)
            .field("long_side", &self.options.long_side)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
