//! The whole way of all photos: decoding ahead on workers, one run of the network at a time here, geometry on workers again.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use super::ahead::Ahead;
use super::batches::Batches;
use super::budget::PixelBudget;
use super::decoding::Decoding;
use super::job::PhotoJob;
use super::labelling::{Ready, label};
use super::measuring::finish;
use super::settings::Settings;
use crate::isolation::{WorkerPool, WorkerTotals};
use crate::photo_result::PhotoResult;
use crate::segment::Segmenter;

/// Pixels in memory per decoding worker: one photo of a 24 MP phone, or two of 12 MP. Three bytes each, so 75 MB a worker.
const PIXELS_PER_JOB: u64 = 25_000_000;

/// The run as a whole could not go on.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    /// No threads.
    #[error("cannot start the decoding workers (fewer with --jobs): {0}")]
    Threads(String),
}

/// Measures all photos and hands over each result, with its place in `jobs`, as it is finished, in no particular order.
/// Returns early when `stop` says so; results of photos in work are still handed over. Tells what became of the decoding
/// processes, where there were any.
///
/// # Errors
/// When there are no threads to work with. What goes wrong with a photo is that photo's result.
pub fn run(
    jobs: Vec<PhotoJob>,
    settings: &Settings,
    segmenter: &mut dyn Segmenter,
    stop: &dyn Fn() -> bool,
    on_result: &mut dyn FnMut(usize, PhotoResult),
) -> Result<Option<WorkerTotals>, PipelineError> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(settings.jobs)
        .thread_name(|i| format!("photo worker {i}"))
        .build()
        .map_err(|e| PipelineError::Threads(e.to_string()))?;
    let pool = Arc::new(pool);
    let count = jobs.len();
    let decoding = Arc::new(Decoding {
        jobs,
        limits: settings.limits,
        timeout: settings.timeout,
        workers: settings.isolated.then(WorkerPool::default),
        recall: settings.recall.clone(),
    });
    let together = if settings.repeat > 1 {
        1
    } else {
        segmenter.batch()
    };
    let budget = PixelBudget::new(PIXELS_PER_JOB * settings.jobs.max(together) as u64);
    let ahead = Ahead::start(
        Arc::clone(&decoding),
        count,
        together,
        Arc::clone(&pool),
        budget,
        settings.timeout,
    )
    .map_err(|e| PipelineError::Threads(e.to_string()))?;
    let mut batches = Batches::new(ahead, together);
    let settings = Arc::new(settings.clone());
    let (send, finished) = channel();
    let mut in_work = 0_usize;
    let mut warmup = settings.warmup;
    while !stop() {
        let Some(batch) = batches.next(segmenter, stop, on_result) else {
            break;
        };
        if let Some(first) = batch.first() {
            for _ in 0..std::mem::take(&mut warmup) {
                // A network that fails now fails on the photo too, where the error belongs.
                let size = first.photo.upright_size();
                let _ = segmenter.warm_up(size, settings.deadline(Duration::ZERO));
            }
        }
        for ready in label(batch, &decoding.jobs, &settings, segmenter) {
            let (decoding, settings, send) =
                (Arc::clone(&decoding), Arc::clone(&settings), send.clone());
            in_work += 1;
            pool.spawn(move || {
                let Ready {
                    index,
                    labelled,
                    permit,
                    spent,
                } = ready;
                let deadline = settings.deadline(spent);
                let result = finish(labelled, &decoding.jobs[index], &settings, deadline);
                drop(permit);
                // The receiver lives until all photos in work are in.
                let _ = send.send((index, result));
            });
        }
        in_work -= hand_over(&finished, on_result);
    }
    // After an interrupt a hung decoder must not keep photos in work from being finished.
    if let Some(workers) = &decoding.workers {
        workers.cancel();
    }
    while in_work > 0 {
        // A worker always sends: `finish` contains the panics of the geometry.
        let Ok((index, result)) = finished.recv() else {
            break;
        };
        on_result(index, result);
        in_work -= 1;
    }
    Ok(decoding.workers.as_ref().map(WorkerPool::totals))
}

/// Hands over what is finished by now; how many that were.
fn hand_over(
    finished: &Receiver<(usize, PhotoResult)>,
    on_result: &mut dyn FnMut(usize, PhotoResult),
) -> usize {
    finished
        .try_iter()
        .map(|(index, result)| on_result(index, result))
        .count()
}
