//! The workers of a run: at most as many as threads ask at once, each used again and again.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::process::{Loss, Process};
use crate::deadline::Deadline;
use crate::photo::{DecodeError, DisplayedPixels, PixelRequest};

/// Workers that are started when needed and kept.
#[derive(Default)]
pub struct WorkerPool {
    state: Mutex<State>,
    started: AtomicU64,
    lost: AtomicU64,
    panics: AtomicU64,
    cancelled: AtomicBool,
}

#[derive(Default)]
struct State {
    idle: Vec<Worker>,
    /// Most memory of any worker in each place, MB. A place is taken over by the next worker when its own is lost.
    peaks_mb: Vec<f64>,
    free_places: Vec<usize>,
}

struct Worker {
    process: Process,
    place: usize,
}

/// What became of a run's workers.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct WorkerTotals {
    /// Processes started.
    pub started: u64,
    /// Of these, those that crashed, were killed, or took too long.
    pub lost: u64,
    /// Panics of decoders that were caught in them.
    pub panics: u64,
    /// The sum over the processes that ran side by side of the most memory that each one held, MB.
    pub peak_rss_mb: f64,
}

impl WorkerTotals {
    /// Of two runs one after the other.
    #[must_use]
    pub fn then(self, other: Self) -> Self {
        Self {
            started: self.started + other.started,
            lost: self.lost + other.lost,
            panics: self.panics + other.panics,
            peak_rss_mb: self.peak_rss_mb.max(other.peak_rss_mb),
        }
    }
}

impl WorkerPool {
    /// The pixels of `bytes`, decoded in a worker until `deadline`. A worker that is killed from outside is
    /// replaced and the photo tried once more.
    ///
    /// # Errors
    /// What the decoder says, and [`DecodeError::Crashed`], [`TimedOut`](DecodeError::TimedOut),
    /// [`NoProcess`](DecodeError::NoProcess).
    pub fn decode(
        &self,
        bytes: &Arc<Vec<u8>>,
        request: &PixelRequest,
        deadline: Option<Deadline>,
    ) -> Result<DisplayedPixels, DecodeError> {
        let mut tries = 0;
        loop {
            tries += 1;
            let mut worker = self.take()?;
            match worker
                .process
                .decode(request, bytes, deadline, &self.cancelled)
            {
                Ok(answer) => {
                    self.give_back(worker);
                    if matches!(answer, Err(DecodeError::Panicked { .. })) {
                        self.panics.fetch_add(1, Ordering::Relaxed);
                    }
                    return answer;
                }
                Err(loss) => {
                    self.lock().free_places.push(worker.place);
                    if loss != Loss::Cancelled {
                        self.lost.fetch_add(1, Ordering::Relaxed);
                    }
                    match loss {
                        Loss::TimedOut(missed) => return Err(missed.into()),
                        Loss::Cancelled => {
                            let reason = "the run was interrupted".to_owned();
                            return Err(DecodeError::NoProcess { reason });
                        }
                        Loss::Died { from_outside, .. } if from_outside && tries == 1 => {}
                        Loss::Died { how, .. } => {
                            let format = request.format;
                            return Err(DecodeError::Crashed { format, how });
                        }
                    }
                }
            }
        }
    }

    /// Ends all decoding: whoever waits for pixels gets an error at once.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// What became of the workers so far.
    #[must_use]
    pub fn totals(&self) -> WorkerTotals {
        WorkerTotals {
            started: self.started.load(Ordering::Relaxed),
            lost: self.lost.load(Ordering::Relaxed),
            panics: self.panics.load(Ordering::Relaxed),
            peak_rss_mb: self.lock().peaks_mb.iter().sum(),
        }
    }

    fn take(&self) -> Result<Worker, DecodeError> {
        if let Some(worker) = self.lock().idle.pop() {
            return Ok(worker);
        }
        let process = Process::start().map_err(|error| DecodeError::NoProcess {
            reason: error.to_string(),
        })?;
        self.started.fetch_add(1, Ordering::Relaxed);
        let mut state = self.lock();
        let place = state.free_places.pop().unwrap_or_else(|| {
            state.peaks_mb.push(0.0);
            state.peaks_mb.len() - 1
        });
        Ok(Worker { process, place })
    }

    fn give_back(&self, worker: Worker) {
        let peak = worker.process.peak_rss_mb().unwrap_or(0.0);
        let mut state = self.lock();
        if let Some(known) = state.peaks_mb.get_mut(worker.place) {
            *known = known.max(peak);
        }
        state.idle.push(worker);
    }

    /// The state stays true even if a holder of the lock panicked: each update is one assignment.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
