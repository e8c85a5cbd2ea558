//! An ONNX Runtime session on the wanted device.

use std::path::Path;

use ort::logging::LogLevel;
use ort::memory::MemoryInfo;
use ort::session::Session;
use ort::session::builder::{GraphOptimizationLevel, SessionBuilder};
use ort::value::{TensorElementType, ValueType};

use super::SegmentError;
use super::metadata::ModelMetadata;
use super::model::{BUNDLED, ModelSource};
use super::placement::{self, Operators};
use super::providers::{Device, Skipped};
use super::runtime::{self, Runtime};
use super::tensor_names::{CLASS_OUTPUT, INPUT, MASK_OUTPUT};
use super::tensor_rt::Engines;

/// How a session is to be made.
#[derive(Debug, Clone)]
pub(super) struct SessionOptions<'a> {
    pub device: Device,
    /// The model's hash, where it could be read.
    pub sha256: Option<&'a str>,
    /// Threads of one inference.
    pub threads: usize,
    /// Long side of the photo in the network's input, px.
    pub long_side: Option<u32>,
    /// The most photos of one run.
    pub batch: usize,
    /// File with metadata that the model lacks.
    pub model_config: Option<&'a Path>,
    /// Start of the name of ONNX Runtime's profile, written when the session ends.
    pub profile: Option<&'a Path>,
}

/// A session, and how it came to its device.
pub(super) struct OpenSession {
    pub session: Session,
    pub device: Device,
    pub skipped: Vec<Skipped>,
    pub runtime: &'static Runtime,
    /// Whether the input is in half precision.
    pub half_input: bool,
    /// Whether a run may be of several photos.
    pub batches: bool,
    /// Where the device writes outputs; `None` where they are in the processor's memory anyway.
    pub output_memory: Option<MemoryInfo<'static>>,
    /// Operators that the device left to the processor.
    pub operators_on_cpu: Operators,
}

/// Opens the model on the first device that works: `works` is given the session and runs it.
pub(super) fn open(
    source: &ModelSource,
    options: &SessionOptions,
    works: impl Fn(&mut OpenSession) -> Result<(), SegmentError>,
) -> Result<OpenSession, SegmentError> {
    let runtime = runtime::load()?;
    let mut skipped = Vec::new();
    for &device in options.device.candidates() {
        match open_on(device, runtime, source, options, &works) {
            Ok(open) => return Ok(OpenSession { skipped, ..open }),
            // The processor is the last resort: what fails there is the model's fault, not the device's.
            Err(error) if device == Device::Cpu => return Err(error),
            Err(error) => skipped.push(Skipped {
                device,
                reason: error.to_string(),
            }),
        }
    }
    let reason = skipped.pop().map_or_else(String::new, |last| last.reason);
    Err(SegmentError::Device {
        device: options.device,
        reason,
        advice: options.device.advice(),
    })
}

fn open_on(
    device: Device,
    runtime: &'static Runtime,
    source: &ModelSource,
    options: &SessionOptions,
    works: impl Fn(&mut OpenSession) -> Result<(), SegmentError>,
) -> Result<OpenSession, SegmentError> {
    if !device.is_compiled_in() {
        return Err(SegmentError::NotCompiledIn {
            device,
            version: runtime.version.clone(),
        });
    }
    let model_error = |error: ort::Error| SegmentError::Model {
        model: source.name(),
        reason: error.to_string(),
    };
    let engines = if device == Device::TensorRt {
        Some(engines(runtime, source, options)?)
    } else {
        None
    };
    // Only a profile tells what a device left to the processor; it ends with the first run, unless the user wants his own.
    let placement = match (device, options.profile) {
        (Device::Cpu, _) | (_, Some(_)) => None,
        _ => tempfile::tempdir().ok(),
    };
    let placement_profile = placement.as_ref().map(|folder| folder.path().join("run"));
    let profile = options.profile.or(placement_profile.as_deref());
    let session = builder(device, runtime, options.threads, profile, engines.as_ref())
        .map_err(model_error)
        .and_then(|builder| commit(builder, source))?;
    let Interface {
        half_input,
        batches,
    } = check_interface(&session, source)?;
    let mut open = OpenSession {
        session,
        device,
        skipped: Vec::new(),
        runtime,
        half_input,
        batches,
        output_memory: device.output_memory(),
        operators_on_cpu: Operators::new(),
    };
    works(&mut open)?;
    if placement.is_some() {
        let profile = open.session.end_profiling().map_err(model_error)?;
        open.operators_on_cpu = placement::on_processor(Path::new(&profile)).unwrap_or_default();
    }
    Ok(open)
}

fn builder(
    device: Device,
    runtime: &Runtime,
    threads: usize,
    profile: Option<&Path>,
    engines: Option<&Engines>,
) -> ort::Result<SessionBuilder> {
    let mut builder = Session::builder(&runtime.environment)?
        // Warnings speak of graph details that no user can act on.
        .with_log_level(LogLevel::Error)?
        .with_intra_threads(threads)?
        // Threads that spin while they wait take the cores from the decoding of the next photos.
        .with_intra_op_spinning(false)?
        .with_execution_providers(device.dispatch(engines))?;
    if let Some(prefix) = profile {
        builder = builder.with_profiling(prefix)?;
    }
    Ok(builder)
}

fn commit(mut builder: SessionBuilder, source: &ModelSource) -> Result<Session, SegmentError> {
    match source {
        ModelSource::Bundled => builder.commit_from_memory(BUNDLED),
        ModelSource::File(path) => builder.commit_from_file(path),
    }
    .map_err(|error| SegmentError::Model {
        model: source.name(),
        reason: error.to_string(),
    })
}

/// What TensorRT's engines are to be built for. The model's size policy decides, so the model is loaded once more, on the
/// processor and as it is: little beside the minutes that an engine takes.
fn engines(
    runtime: &Runtime,
    source: &ModelSource,
    options: &SessionOptions,
) -> Result<Engines, SegmentError> {
    let plain = |error: ort::Error| SegmentError::Model {
        model: source.name(),
        reason: error.to_string(),
    };
    let builder = builder(Device::Cpu, runtime, options.threads, None, None)
        .and_then(|builder| {
            let level = GraphOptimizationLevel::Disable;
            builder
                .with_optimization_level(level)
                .map_err(ort::Error::from)
        })
        .map_err(plain)?;
    let session = commit(builder, source)?;
    let metadata = read_metadata(&session, source, options.model_config)?;
    let takes_several = check_interface(&session, source)?.batches;
    Ok(Engines::of(
        options.sha256,
        &metadata.size,
        options.long_side,
        if takes_several { options.batch } else { 1 },
    ))
}

/// What the model says of itself.
pub(super) fn read_metadata(
    session: &Session,
    source: &ModelSource,
    model_config: Option<&Path>,
) -> Result<ModelMetadata, SegmentError> {
    let found = session.metadata().map_err(|error| SegmentError::Model {
        model: source.name(),
        reason: error.to_string(),
    })?;
    ModelMetadata::read(&|key| found.custom(key), model_config).map_err(|error| {
        SegmentError::Metadata {
            model: source.name(),
            error,
        }
    })
}

/// What the model's input takes.
struct Interface {
    half_input: bool,
    batches: bool,
}

/// Checks that the model has the three tensors by name.
fn check_interface(session: &Session, source: &ModelSource) -> Result<Interface, SegmentError> {
    let names = |outlets: &[ort::value::Outlet]| -> Vec<String> {
        outlets
            .iter()
            .map(|outlet| outlet.name().to_owned())
            .collect()
    };
    let missing = |name: &'static str, found: Vec<String>| SegmentError::Tensor {
        model: source.name(),
        name,
        found,
    };
    let outputs = names(session.outputs());
    for name in [CLASS_OUTPUT, MASK_OUTPUT] {
        if !outputs.iter().any(|output| output == name) {
            return Err(missing(name, outputs));
        }
    }
    let input = (session.inputs().iter())
        .find(|input| input.name() == INPUT)
        .ok_or_else(|| missing(INPUT, names(session.inputs())))?;
    let (half_input, batches) = match input.dtype() {
        // An extent of -1 is open.
        ValueType::Tensor { ty, shape, .. } => (
            *ty == TensorElementType::Float16,
            shape.first().is_some_and(|pictures| *pictures < 0),
        ),
        _ => (false, false),
    };
    Ok(Interface {
        half_input,
        batches,
    })
}
