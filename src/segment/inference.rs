//! One run of a session: the input's precision, the deadline, and what its outputs have to look like.

use std::borrow::Cow;
use std::sync::mpsc::RecvTimeoutError;

use half::f16;
use ort::memory::MemoryInfo;
use ort::session::{IoBinding, RunOptions, Session, SessionInputValue, SessionOutputs};
use ort::value::{DynValue, Tensor, TensorRef};

use super::SegmentError;
use super::scores::Outputs;
use super::tensor_names::{CLASS_OUTPUT, INPUT, MASK_OUTPUT};
use crate::deadline::Deadline;

/// What a session is run on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Input<'a> {
    /// Planes of R, G and B, one picture after the other.
    pub planes: &'a [f32],
    /// How many pictures.
    pub count: usize,
    /// Rows and columns of each.
    pub size: [u32; 2],
    /// Whether the model takes half precision.
    pub half: bool,
}

/// Runs the session and hands its two outputs to `use_outputs`. At the deadline the run is ended, after the operator that it is in;
/// the session can be used again. With `memory`, input and outputs are bound to the run, and the device writes the outputs there.
pub(super) fn run<T>(
    session: &mut Session,
    input: Input,
    deadline: Option<Deadline>,
    memory: Option<&MemoryInfo>,
    use_outputs: impl FnOnce(&DynValue, &DynValue) -> Result<T, SegmentError>,
) -> Result<T, SegmentError> {
    let [rows, columns] = input.size;
    let failed = |error: ort::Error| SegmentError::Inference {
        height: rows,
        width: columns,
        reason: error.to_string(),
    };
    let feed = Feed::new(session, input, memory).map_err(failed)?;
    let options = RunOptions::new().map_err(failed)?;
    let outputs = match deadline {
        None => outcome(session, &feed, &options).map_err(failed)?,
        Some(deadline) => terminated_at(deadline, &options, || outcome(session, &feed, &options))
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

/// How a run gets its input.
enum Feed<'a> {
    /// With the outputs' memory, bound before.
    Bound(Box<IoBinding>),
    /// As an argument.
    Argument(SessionInputValue<'a>),
}

impl<'a> Feed<'a> {
    /// The input as a tensor of the model's precision: a view where that will do. What is bound has to own its values (ort copies a
    /// view by a session of its own, and waits for itself).
    fn new(session: &Session, input: Input<'a>, memory: Option<&MemoryInfo>) -> ort::Result<Self> {
        let [rows, columns] = input.size.map(|side| side as usize);
        let shape = [input.count, 3, rows, columns];
        let value: SessionInputValue = if input.half {
            let halves: Vec<f16> = input.planes.iter().copied().map(f16::from_f32).collect();
            Tensor::from_array((shape, halves))?.into()
        } else if memory.is_some() {
            Tensor::from_array((shape, input.planes.to_vec()))?.into()
        } else {
            TensorRef::from_array_view((shape, input.planes))?.into()
        };
        match memory {
            Some(memory) => {
                bound(session, &value, memory).map(|binding| Self::Bound(Box::new(binding)))
            }
            None => Ok(Self::Argument(value)),
        }
    }
}

/// Binds the input, and the outputs to `memory`.
fn bound(session: &Session, value: &DynValue, memory: &MemoryInfo) -> ort::Result<IoBinding> {
    let mut binding = session.create_binding()?;
    binding.bind_input(INPUT, value)?;
    for name in [CLASS_OUTPUT, MASK_OUTPUT] {
        binding.bind_output_to_device(name, memory)?;
    }
    binding.synchronize_inputs()?;
    Ok(binding)
}

/// The outputs of one run.
fn outcome<'a>(
    session: &'a mut Session,
    feed: &'a Feed,
    options: &'a RunOptions,
) -> ort::Result<SessionOutputs<'a>> {
    match feed {
        Feed::Bound(binding) => {
            let outputs = session.run_binding_with_options(binding, options)?;
            binding.synchronize_outputs()?;
            Ok(outputs)
        }
        Feed::Argument(value) => session.run_with_options(vec![(INPUT, &**value)], options),
    }
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
pub(super) fn values(tensor: &DynValue) -> Result<(Vec<usize>, Cow<'_, [f32]>), SegmentError> {
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

/// The outputs of each of `count` pictures, their shapes checked against each other and the label table.
pub(super) fn outputs<'a>(
    (class_shape, class_logits): &'a (Vec<usize>, Cow<'_, [f32]>),
    (mask_shape, mask_logits): &'a (Vec<usize>, Cow<'_, [f32]>),
    count: usize,
    labels: usize,
) -> Result<Vec<Outputs<'a>>, SegmentError> {
    let refused = |reason: String| SegmentError::Shape { reason };
    let (&[pictures, queries, outputs], &[mask_pictures, mask_queries, height, width]) =
        (class_shape.as_slice(), mask_shape.as_slice())
    else {
        return Err(refused(format!(
            "{CLASS_OUTPUT} is {class_shape:?}, {MASK_OUTPUT} is {mask_shape:?}"
        )));
    };
    if pictures != count || mask_pictures != count {
        return Err(refused(format!(
            "{CLASS_OUTPUT} is of {pictures} pictures, {MASK_OUTPUT} of {mask_pictures}, and the input of {count}"
        )));
    }
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
    Ok(class_logits
        .chunks_exact(queries * outputs)
        .zip(mask_logits.chunks_exact(queries * height * width))
        .map(|(class_logits, mask_logits)| Outputs {
            class_logits,
            mask_logits,
            queries,
            classes: labels,
            height,
            width,
        })
        .collect())
}
