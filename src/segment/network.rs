//! The Mask2Former network as a segmenter: one session, and exactly one run of it a photo.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::mpsc::RecvTimeoutError;
use std::time::Instant;

use half::f16;
use ort::session::{RunOptions, Session, SessionInputValue};
use ort::value::{DynValue, Tensor, TensorRef};

use super::checksum;
use super::metadata::ModelMetadata;
use super::model::ModelSource;
use super::placement::Operators;
use super::postprocess::PostProcessing;
use super::preprocess::{Preprocessor, Scaling};
use super::providers::{Device, Skipped};
use super::scores::Outputs;
use super::session::{self, OpenSession, SessionOptions};
use super::size_policy::{InputSize, LONGEST_SIDE, SizePolicy};
use super::tensor_names::{CLASS_OUTPUT, INPUT, MASK_OUTPUT};
use super::{
    SegmentError, SegmentTimings, Segmentation, Segmenter, SegmenterInfo, milliseconds_since,
};
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
    /// From outputs to labels.
    pub post_processing: PostProcessing,
    /// JSON file with metadata that the model lacks.
    pub model_config: Option<PathBuf>,
    /// Start of the name of ONNX Runtime's own profile (a JSON trace), written when the network is dropped.
    pub profile: Option<PathBuf>,
}

/// A loaded Mask2Former.
pub struct Network {
    session: Session,
    source: ModelSource,
    /// Of the model, hexadecimal; hashing a large one takes a second or more.
    sha256: Option<String>,
    metadata: ModelMetadata,
    device: Device,
    skipped: Vec<Skipped>,
    onnx_runtime: String,
    half_input: bool,
    operators_on_cpu: Operators,
    long_side: Option<u32>,
    post_processing: PostProcessing,
    threads: usize,
    preprocessor: Preprocessor,
    input: Vec<f32>,
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
        let session_options = SessionOptions {
            device: options.device,
            threads,
            long_side: options.long_side,
            model_config: options.model_config.as_deref(),
            profile: options.profile.as_deref(),
        };
        let OpenSession {
            session,
            device,
            skipped,
            runtime,
            half_input,
            operators_on_cpu,
        } = session::open(&source, &session_options, |open| {
            let config = options.model_config.as_deref();
            let size = session::read_metadata(&open.session, &source, config)?.size;
            prove(open, &size, options.long_side)
        })?;
        let metadata = session::read_metadata(&session, &source, options.model_config.as_deref())?;
        let scaling = match options.post_processing {
            PostProcessing::Default => Scaling::Fast,
            PostProcessing::Reference => Scaling::Reference,
        };
        Ok(Self {
            preprocessor: Preprocessor::new(&metadata, scaling),
            session,
            source,
            sha256,
            metadata,
            device,
            skipped,
            onnx_runtime: runtime.version.clone(),
            half_input,
            operators_on_cpu,
            long_side: options.long_side,
            post_processing: options.post_processing,
            threads,
            input: Vec::new(),
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
        self.metadata.size.input_size(photo, self.long_side)
    }
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
    let size = policy.input_size(USUAL_PHOTO, long_side).network;
    let zeros = vec![0.0; 3 * size[0] as usize * size[1] as usize];
    run(
        &mut open.session,
        open.half_input,
        size,
        &zeros,
        None,
        |_, _| Ok(()),
    )
}

/// Runs the session on `input`, planes of a picture of `size` (rows, columns), and hands its two outputs to `use_outputs`.
/// At the deadline the run is ended, after the operator that it is in; the session can be used again.
fn run<T>(
    session: &mut Session,
    half_input: bool,
    size: [u32; 2],
    input: &[f32],
    deadline: Option<Deadline>,
    use_outputs: impl FnOnce(&DynValue, &DynValue) -> Result<T, SegmentError>,
) -> Result<T, SegmentError> {
    let failed = |error: ort::Error| SegmentError::Inference {
        height: size[0],
        width: size[1],
        reason: error.to_string(),
    };
    let shape = [1, 3, size[0] as usize, size[1] as usize];
    let value: SessionInputValue = if half_input {
        let halves: Vec<f16> = input.iter().copied().map(f16::from_f32).collect();
        Tensor::from_array((shape, halves)).map_err(failed)?.into()
    } else {
        TensorRef::from_array_view((shape, input))
            .map_err(failed)?
            .into()
    };
    let inputs = vec![(INPUT, value)];
    let options = RunOptions::new().map_err(failed)?;
    let outputs = match deadline {
        None => session.run(inputs).map_err(failed)?,
        Some(deadline) => terminated_at(deadline, &options, || {
            session.run_with_options(inputs, &options)
        })
        .map_err(|error| match deadline.check() {
            Err(missed) => missed.into(),
            Ok(()) => failed(error),
        })?,
    };
    let (Some(class_logits), Some(mask_logits)) =
        (outputs.get(CLASS_OUTPUT), outputs.get(MASK_OUTPUT))
    else {
        return Err(SegmentError::Shape {
            reason: "an output is missing".to_owned(),
        });
    };
    use_outputs(class_logits, mask_logits)
}

/// Runs `inference`, and sets the terminate flag of its options at the deadline.
fn terminated_at<T>(deadline: Deadline, options: &RunOptions, inference: impl FnOnce() -> T) -> T {
    let (done, wait) = std::sync::mpsc::channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            if wait.recv_timeout(deadline.left()) == Err(RecvTimeoutError::Timeout) {
                // A run that cannot be ended goes on, and the photo is late.
                let _ = options.terminate();
            }
        });
        let outcome = inference();
        drop(done);
        outcome
    })
}

/// A tensor's extents and its values, in single precision.
fn values(tensor: &DynValue) -> Result<(Vec<usize>, Cow<'_, [f32]>), SegmentError> {
    let extents = |shape: &[i64]| {
        shape
            .iter()
            .map(|extent| usize::try_from(*extent).unwrap_or(0))
            .collect()
    };
    if let Ok((shape, values)) = tensor.try_extract_tensor::<f32>() {
        return Ok((extents(shape), Cow::Borrowed(values)));
    }
    let (shape, values) =
        tensor
            .try_extract_tensor::<f16>()
            .map_err(|error| SegmentError::Shape {
                reason: error.to_string(),
            })?;
    Ok((
        extents(shape),
        values.iter().map(|value| value.to_f32()).collect(),
    ))
}

/// The outputs' shapes checked against each other and the label table.
fn outputs<'a>(
    (class_shape, class_logits): &'a (Vec<usize>, Cow<'_, [f32]>),
    (mask_shape, mask_logits): &'a (Vec<usize>, Cow<'_, [f32]>),
    labels: usize,
) -> Result<Outputs<'a>, SegmentError> {
    let refused = |reason: String| SegmentError::Shape { reason };
    let (&[1, queries, outputs], &[1, mask_queries, height, width]) =
        (class_shape.as_slice(), mask_shape.as_slice())
    else {
        return Err(refused(format!(
            "{CLASS_OUTPUT} is {class_shape:?}, {MASK_OUTPUT} is {mask_shape:?}"
        )));
    };
    if queries != mask_queries || queries == 0 || height == 0 || width == 0 {
        return Err(refused(format!(
            "{queries} queries with {mask_queries} masks of {height} x {width}"
        )));
    }
    if outputs != labels + 1 {
        return Err(refused(format!(
            "{outputs} outputs, but {labels} labels in the metadata and one null class"
        )));
    }
    if !class_logits
        .iter()
        .chain(mask_logits.iter())
        .all(|logit| logit.is_finite())
    {
        return Err(refused(
            "some values are no numbers; try a model of higher precision".to_owned(),
        ));
    }
    Ok(Outputs {
        class_logits,
        mask_logits,
        queries,
        classes: labels,
        height,
        width,
    })
}

impl Segmenter for Network {
    fn segment(
        &mut self,
        photo: &Photo,
        _file: &Path,
        deadline: Option<Deadline>,
    ) -> Result<Segmentation, SegmentError> {
        let size = photo.size();
        let InputSize { network, picture } = self.input_size(size);
        let started = Instant::now();
        self.preprocessor
            .run(&photo.pixels, network, &mut self.input)?;
        let preprocess_ms = milliseconds_since(started);

        let started = Instant::now();
        let ade_indices = self.metadata.ade_indices();
        let (post_processing, threads) = (self.post_processing, self.threads);
        let (labels, inference_ms, masks_ms) = run(
            &mut self.session,
            self.half_input,
            network,
            &self.input,
            deadline,
            |class_logits, mask_logits| {
                let inference_ms = milliseconds_since(started);
                let started = Instant::now();
                let (class_logits, mask_logits) = (values(class_logits)?, values(mask_logits)?);
                let outputs = outputs(&class_logits, &mask_logits, ade_indices.len())?;
                let labels = post_processing
                    .label_map(&outputs, &ade_indices, picture, size, threads)
                    .map_err(|error| SegmentError::Shape {
                        reason: error.to_string(),
                    })?;
                Ok((labels, inference_ms, milliseconds_since(started)))
            },
        )?;
        Ok(Segmentation {
            labels,
            input_size: Some(network),
            inferences: 1,
            timings: SegmentTimings {
                preprocess_ms,
                inference_ms,
                masks_ms,
            },
        })
    }

    fn warm_up(
        &mut self,
        photo: ImageSize,
        deadline: Option<Deadline>,
    ) -> Result<(), SegmentError> {
        let size = self.input_size(photo).network;
        let zeros = vec![0.0; 3 * size[0] as usize * size[1] as usize];
        run(
            &mut self.session,
            self.half_input,
            size,
            &zeros,
            deadline,
            |_, _| Ok(()),
        )
    }

    fn describe(&self) -> SegmenterInfo {
        SegmenterInfo {
            name: self.source.name(),
            sha256: self.sha256.clone(),
            input_policy: match self.long_side {
                Some(side) => format!("long side {side}"),
                None => self.metadata.size.to_string(),
            },
            device: Some(self.device),
            skipped_devices: self.skipped.clone(),
            operators_on_cpu: self.operators_on_cpu.clone(),
            onnx_runtime: Some(self.onnx_runtime.clone()),
            labels: self.metadata.labels.clone(),
            precision: self.metadata.precision.clone(),
            source: self.metadata.source.clone(),
            threads: Some(self.threads),
        }
    }
}

impl std::fmt::Debug for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Network")
            .field("source", &self.source)
            .field("device", &self.device)
            .field("long_side", &self.long_side)
            .finish_non_exhaustive()
    }
}
