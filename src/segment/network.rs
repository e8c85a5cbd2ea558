//! The Mask2Former network as a segmenter: one session, and exactly one run of it a photo.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::checksum;
use super::inference::{outputs, run, values};
use super::metadata::ModelMetadata;
use super::model::ModelSource;
use super::postprocess::PostProcessing;
use super::preprocess::{Preprocessor, Scaling};
use super::providers::{Device, Skipped};
use super::session::{self, OpenSession, SessionOptions};
use super::size_policy::{InputSize, LONGEST_SIDE, SizePolicy};
use super::{
    SegmentError, SegmentTimings, Segmentation, Segmenter, SegmenterInfo, milliseconds_since,
};
use crate::deadline::Deadline;
use crate::geometry::camera::ImageSize;
use crate::label_map::LabelMap;
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
    open: OpenSession,
    source: ModelSource,
    /// Of the model, hexadecimal; hashing a large one takes a second or more.
    sha256: Option<String>,
    metadata: ModelMetadata,
    options: NetworkOptions,
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
        model_config: options.model_config.as_deref(),
        profile: options.profile.as_deref(),
    };
    session::open(source, &session_options, |open| {
        let config = options.model_config.as_deref();
        let size = session::read_metadata(&open.session, source, config)?.size;
        prove(open, &size, options.long_side)
    })
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
        None,
    )
}

/// Runs on a black picture of `size` (rows, columns).
fn run_empty(
    open: &mut OpenSession,
    size: [u32; 2],
    deadline: Option<Deadline>,
) -> Result<(), SegmentError> {
    let zeros = vec![0.0; 3 * size[0] as usize * size[1] as usize];
    let OpenSession {
        session,
        half_input,
        ..
    } = open;
    run(session, *half_input, size, &zeros, deadline, |_, _| Ok(()))
}

impl Network {
    /// Labels of the photo whose planes lie in `input`, the milliseconds of the inference, and those from outputs to labels.
    fn infer(
        &mut self,
        photo: ImageSize,
        deadline: Option<Deadline>,
    ) -> Result<(LabelMap, f64, f64), SegmentError> {
        let InputSize { network, picture } = self.input_size(photo);
        let ade_indices = self.metadata.ade_indices();
        let (post_processing, threads) = (self.options.post_processing, self.threads);
        let started = Instant::now();
        run(
            &mut self.open.session,
            self.open.half_input,
            network,
            &self.input,
            deadline,
            |class_logits, mask_logits| {
                let inference_ms = milliseconds_since(started);
                let started = Instant::now();
                let (class_logits, mask_logits) = (values(class_logits)?, values(mask_logits)?);
                let outputs = outputs(&class_logits, &mask_logits, ade_indices.len())?;
                let labels = post_processing
                    .label_map(&outputs, &ade_indices, picture, photo, threads)
                    .map_err(|error| SegmentError::Shape {
                        reason: error.to_string(),
                    })?;
                Ok((labels, inference_ms, milliseconds_since(started)))
            },
        )
    }

    /// The outcome of `attempt`, a second time on the processor where the accelerator fails and may be left.
    fn on_what_works<T>(
        &mut self,
        attempt: impl Fn(&mut Self) -> Result<T, SegmentError>,
    ) -> Result<T, SegmentError> {
        match attempt(self) {
            Ok(done) => Ok(done),
            Err(error) => {
                self.leave_accelerator(error)?;
                attempt(self)
            }
        }
    }

    /// Goes on with the processor where `auto` had chosen an accelerator and `error` is its failure, such as memory that other
    /// programs took meanwhile. A device asked for by name is never left: its times and results are what was asked for.
    fn leave_accelerator(&mut self, error: SegmentError) -> Result<(), SegmentError> {
        let failed = self.open.device;
        let may_leave = self.options.device == Device::Auto && failed != Device::Cpu;
        if !may_leave || !matches!(error, SegmentError::Inference { .. }) {
            return Err(error);
        }
        let mut skipped = std::mem::take(&mut self.open.skipped);
        skipped.push(Skipped {
            device: failed,
            reason: format!("failed during the run, which went on with the processor: {error}"),
        });
        self.open = OpenSession {
            skipped,
            ..open_session(
                &self.source,
                self.sha256.as_deref(),
                &self.options,
                Device::Cpu,
                self.threads,
            )?
        };
        Ok(())
    }
}

impl Segmenter for Network {
    fn segment(
        &mut self,
        photo: &Photo,
        _file: &Path,
        deadline: Option<Deadline>,
    ) -> Result<Segmentation, SegmentError> {
        let size = photo.size();
        let network = self.input_size(size).network;
        let started = Instant::now();
        self.preprocessor
            .run(&photo.pixels, network, &mut self.input)?;
        let preprocess_ms = milliseconds_since(started);
        let (labels, inference_ms, masks_ms) =
            self.on_what_works(|network| network.infer(size, deadline))?;
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
        self.on_what_works(|network| run_empty(&mut network.open, size, deadline))
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
mod tests {
    use super::*;
    use crate::photo::{Metadata, PhotoFormat, PhotoTimings};

    /// A network that believes to be on CUDA, and whose next run fails in ONNX Runtime: the input is of another precision than
    /// the model's.
    fn failing(wanted: Device) -> Network {
        let processor = NetworkOptions {
            device: Device::Cpu,
            ..NetworkOptions::default()
        };
        let mut network = Network::open(ModelSource::Bundled, &processor).unwrap();
        network.options.device = wanted;
        network.open.device = Device::Cuda;
        network.open.half_input = true;
        network
    }

    fn photo() -> Photo {
        Photo {
            pixels: image::RgbImage::from_pixel(320, 240, image::Rgb([90, 120, 150])),
            format: PhotoFormat::Jpeg,
            orientation: 1,
            metadata: Metadata::default(),
            warnings: Vec::new(),
            timings: PhotoTimings::default(),
        }
    }

    #[test]
    fn an_accelerator_that_fails_in_the_middle_is_left_where_auto_chose_it() {
        let mut network = failing(Device::Auto);
        let found = network.segment(&photo(), Path::new("a.jpg"), None).unwrap();
        assert_eq!(found.inferences, 1);
        let told = network.describe();
        assert_eq!(told.device, Some(Device::Cpu));
        assert_eq!(told.skipped_devices.len(), 1);
        let Skipped { device, reason } = &told.skipped_devices[0];
        assert_eq!(*device, Device::Cuda);
        assert!(reason.contains("went on with the processor"), "{reason}");
        assert!(failing(Device::Auto).warm_up(photo().size(), None).is_ok());
    }

    #[test]
    fn a_device_asked_for_by_name_is_not_left() {
        let mut network = failing(Device::Cuda);
        let error = network
            .segment(&photo(), Path::new("a.jpg"), None)
            .unwrap_err();
        assert!(matches!(error, SegmentError::Inference { .. }), "{error}");
        assert_eq!(network.describe().device, Some(Device::Cuda));
    }
}
