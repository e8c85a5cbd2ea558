//! The whole way of all photos: decoding ahead on workers, one inference at a time here, geometry on workers again.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use super::ahead::{Ahead, Prepared};
use super::budget::PixelBudget;
use super::decoding::{Decoded, Decoding};
use super::job::PhotoJob;
use super::measuring::{Labelled, Unlabelled, finish};
use super::settings::Settings;
use super::{median, to_microseconds};
use crate::isolation::{WorkerPool, WorkerTotals};
use crate::memory::rss_mb;
use crate::photo::Photo;
use crate::report::photo_result::{PhotoResult, StageTimings};
use crate::segment::{Segmentation, Segmenter};

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
    let budget = PixelBudget::new(PIXELS_PER_JOB * settings.jobs as u64);
    let mut ahead = Ahead::start(
        Arc::clone(&decoding),
        count,
        Arc::clone(&pool),
        budget,
        settings.timeout,
    )
    .map_err(|e| PipelineError::Threads(e.to_string()))?;
    let settings = Arc::new(settings.clone());
    let (send, finished) = channel();
    let mut in_work = 0_usize;
    let mut warmup = settings.warmup;
    while !stop() {
        let Some(prepared) = ahead.next(stop) else {
            break;
        };
        let Prepared {
            index,
            ready,
            permit,
            spent,
        } = prepared;
        let Decoded { result, photo } = ready;
        let Some(photo) = photo else {
            on_result(index, result);
            continue;
        };
        for _ in 0..std::mem::take(&mut warmup) {
            // A network that fails now fails on the photo too, where the error belongs.
            let _ = segmenter.warm_up(photo.size(), settings.deadline(Duration::ZERO));
        }
        let labelling = Instant::now();
        let labelled = label(
            result,
            photo,
            &decoding.jobs[index],
            &settings,
            spent,
            segmenter,
        );
        let spent = spent + labelling.elapsed() / settings.repeat;
        let (decoding, settings, send) =
            (Arc::clone(&decoding), Arc::clone(&settings), send.clone());
        in_work += 1;
        pool.spawn(move || {
            let deadline = settings.deadline(spent);
            let result = finish(labelled, &decoding.jobs[index], &settings, deadline);
            drop(permit);
            // The receiver lives until all photos in work are in.
            let _ = send.send((index, result));
        });
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

/// The photo's labels, with the times of the stages; repeated runs give their median.
fn label(
    mut result: PhotoResult,
    photo: Photo,
    job: &PhotoJob,
    settings: &Settings,
    spent: Duration,
    segmenter: &mut dyn Segmenter,
) -> Labelled {
    let mut times: [Vec<f64>; 3] = Default::default();
    let mut segmentation = Err(Unlabelled::Failed("not segmented".to_owned()));
    for _ in 0..settings.repeat {
        segmentation = segmenter
            .segment(&photo, &job.case.path, settings.deadline(spent))
            .map_err(Unlabelled::from);
        let Ok(Segmentation {
            timings,
            inferences,
            input_size,
            ..
        }) = &segmentation
        else {
            break;
        };
        result.inferences += inferences;
        result.input_size = *input_size;
        let stages = [
            timings.preprocess_ms,
            timings.inference_ms,
            timings.masks_ms,
        ];
        for (all, ms) in times.iter_mut().zip(stages) {
            all.push(ms);
        }
    }
    if settings.repeat > 1 {
        let [preprocess, inference, masks] = &times;
        let stages = preprocess.iter().zip(inference).zip(masks);
        result.repeats_ms = stages
            .map(|((a, b), c)| to_microseconds(a + b + c))
            .collect();
    }
    result.rss_mb.inference = rss_mb();
    let [preprocess, inference, masks] = times.map(|all| median(&all));
    result.timings_ms = StageTimings {
        preprocess,
        inference,
        masks,
        ..result.timings_ms
    };
    Labelled {
        result,
        photo,
        segmentation,
    }
}
