//! An ONNX Runtime session on the wanted device.

use std::path::{Path, PathBuf};

use ort::logging::LogLevel;
use ort::session::Session;
use ort::session::builder::SessionBuilder;
use ort::value::{TensorElementType, ValueType};

use super::SegmentError;
use super::model::{BUNDLED, ModelSource};
use super::providers::{Device, ProviderContext, Skipped};
use super::runtime::{self, Runtime};

/// Name of the network's input, [batch, 3, height, width].
pub(super) const INPUT: &str = "pixel_values";
/// Name of the output [batch, queries, classes + 1].
pub(super) const CLASS_OUTPUT: &str = "class_queries_logits";
/// Name of the output [batch, queries, height / 4, width / 4].
pub(super) const MASK_OUTPUT: &str = "masks_queries_logits";

/// How a session is to be made.
#[derive(Debug, Clone)]
pub(super) struct SessionOptions<'a> {
    pub device: Device,
    /// Threads of one inference.
    pub threads: usize,
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
        let attempt = open_on(device, runtime, source, options).and_then(|mut open| {
            works(&mut open)?;
            Ok(open)
        });
        match attempt {
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
    let engine_cache = if device == Device::TensorRt {
        engine_cache(source)
    } else {
        None
    };
    let mut builder =
        builder(device, runtime, options, engine_cache.as_deref()).map_err(model_error)?;
    let session = match source {
        ModelSource::Bundled => builder.commit_from_memory(BUNDLED),
        ModelSource::File(path) => builder.commit_from_file(path),
    }
    .map_err(model_error)?;
    let half_input = check_interface(&session, source)?;
    Ok(OpenSession {
        session,
        device,
        skipped: Vec::new(),
        runtime,
        half_input,
    })
}

fn builder(
    device: Device,
    runtime: &Runtime,
    options: &SessionOptions,
    engine_cache: Option<&Path>,
) -> ort::Result<SessionBuilder> {
    let mut builder = Session::builder(&runtime.environment)?
        // Warnings speak of graph details that no user can act on.
        .with_log_level(LogLevel::Error)?
        .with_intra_threads(options.threads)?
        .with_execution_providers(device.dispatch(ProviderContext { engine_cache }))?;
    if let Some(prefix) = options.profile {
        builder = builder.with_profiling(prefix)?;
    }
    Ok(builder)
}

/// Folder for the compiled engines of this very model; none where there is no cache folder or the model cannot be read.
fn engine_cache(source: &ModelSource) -> Option<PathBuf> {
    let folder = runtime::SearchPaths::from_environment()
        .cache?
        .join("measure-bench/tensorrt")
        .join(source.sha256().ok()?);
    std::fs::create_dir_all(&folder).ok()?;
    Some(folder)
}

/// Checks that the model has the three tensors by name; whether its input is in half precision.
fn check_interface(session: &Session, source: &ModelSource) -> Result<bool, SegmentError> {
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
    Ok(matches!(
        input.dtype(),
        ValueType::Tensor {
            ty: TensorElementType::Float16,
            ..
        }
    ))
}
