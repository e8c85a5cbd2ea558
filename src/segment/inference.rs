//! One run of a session: the input's precision, the deadline, and what its outputs have to look like.

use std::borrow::Cow;
use std::sync::mpsc::RecvTimeoutError;

use half::f16;
use ort::session::{RunOptions, Session, SessionInputValue};
use ort::value::{DynValue, Tensor, TensorRef};

use super::SegmentError;
use super::scores::Outputs;
use super::tensor_names::{CLASS_OUTPUT, INPUT, MASK_OUTPUT};
use crate::deadline::Deadline;

/// Runs the session on `input`, planes of a picture of `size` (rows, columns), and hands its two outputs to `use_outputs`.
/// At the deadline the run is ended, after the operator that it is in; the session can be used again.
pub(super) fn run<T>(
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

/// The outputs' shapes checked against each other and the label table.
pub(super) fn outputs<'a>(
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
