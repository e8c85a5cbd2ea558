//! Photos that go through the network together: those that are decoded already, and whose inputs are alike.

use std::time::Duration;

use super::ahead::{Ahead, Prepared};
use super::budget::Permit;
use super::decoding::{Decoded, Decoding};
use super::to_microseconds;
use crate::photo::Photo;
use crate::photo_result::PhotoResult;
use crate::segment::Segmenter;

/// A decoded photo before the network.
pub struct Waiting {
    /// Place in the run.
    pub index: usize,
    /// What is known by now.
    pub result: PhotoResult,
    /// The photo.
    pub photo: Photo,
    /// Its pixels' share of the budget.
    pub permit: Option<Permit>,
    /// What it took so far.
    pub spent: Duration,
}

/// The photos of a run in their order, some at a time.
pub struct Batches {
    ahead: Ahead<Decoding>,
    /// The most of one batch.
    most: usize,
    /// A photo that did not go with those before it.
    apart: Option<Waiting>,
}

impl Batches {
    /// Of photos that are decoded `ahead`, of which at `most` so many go together.
    pub fn new(ahead: Ahead<Decoding>, most: usize) -> Self {
        Self {
            ahead,
            most,
            apart: None,
        }
    }

    /// The next photos for `segmenter`: one, which is waited for, and those behind it that are ready; `None` after the last one, or
    /// when `stop` says so while waiting. The results of photos that could not be decoded are handed over.
    pub fn next(
        &mut self,
        segmenter: &dyn Segmenter,
        stop: &dyn Fn() -> bool,
        on_result: &mut dyn FnMut(usize, PhotoResult),
    ) -> Option<Vec<Waiting>> {
        let Self { ahead, most, apart } = self;
        let first = match apart.take() {
            Some(first) => first,
            None => decoded(|| ahead.next(stop), on_result)?,
        };
        let size = first.photo.upright_size();
        let mut batch = vec![first];
        // A device may have been left, or its memory found too small, since the run began.
        while batch.len() < segmenter.batch().min(*most)
            && let Some(one) = decoded(|| ahead.ready(), on_result)
        {
            if !segmenter.is_alike(size, one.photo.upright_size()) {
                *apart = Some(one);
                break;
            }
            batch.push(one);
        }
        Some(batch)
    }
}

/// The next photo of those that `prepared` yields; the results of photos that could not be decoded are handed over.
fn decoded(
    mut prepared: impl FnMut() -> Option<Prepared<Decoded>>,
    on_result: &mut dyn FnMut(usize, PhotoResult),
) -> Option<Waiting> {
    loop {
        let Prepared {
            index,
            ready: Decoded { mut result, photo },
            permit,
            spent,
        } = prepared()?;
        let Some(photo) = photo else {
            // What it took until it failed; a result of an earlier run keeps its own times.
            if !result.cached {
                result.timings_ms.decode = Some(to_microseconds(spent.as_secs_f64() * 1e3));
                result.timings_ms.total = to_microseconds(result.timings_ms.sum());
            }
            on_result(index, result);
            continue;
        };
        return Some(Waiting {
            index,
            result,
            photo,
            permit,
            spent,
        });
    }
}
