//! The whole way of all photos: decoding ahead on workers, one run of the network at a time here, geometry on workers again.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use super::ahead::{Ahead, Prepared};
use super::budget::{Permit, PixelBudget};
use super::decoding::{Decoded, Decoding};
use super::job::PhotoJob;
use super::measuring::{Labelled, Unlabelled, finish};
use super::settings::Settings;
use super::{median, to_microseconds};
use crate::isolation::{WorkerPool, WorkerTotals};
use crate::memory::rss_mb;
use crate::photo::Photo;
use crate::report::photo_result::{PhotoResult, StageTimings};
use crate::segment::{Request, SegmentError, Segmentation, Segmenter};

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
    let mut ahead = Ahead::start(
        Arc::clone(&decoding),
        count,
        together,
        Arc::clone(&pool),
        budget,
        settings.timeout,
    )
    .map_err(|e| PipelineError::Threads(e.to_string()))?;
    let settings = Arc::new(settings.clone());
    let (send, finished) = channel();
    let mut in_work = 0_usize;
    let mut warmup = settings.warmup;
    // A photo that does not go with those before it.
    let mut apart = None;
    while !stop() {
        let next = apart
            .take()
            .or_else(|| decoded(|| ahead.next(stop), on_result));
        let Some(first) = next else {
            break;
        };
        let size = first.photo.size();
        for _ in 0..std::mem::take(&mut warmup) {
            // A network that fails now fails on the photo too, where the error belongs.
            let _ = segmenter.warm_up(size, settings.deadline(Duration::ZERO));
        }
        // A device may have been left, or its memory found too small.
        let most = together.min(segmenter.batch());
        let mut batch = vec![first];
        while batch.len() < most
            && apart.is_none()
            && let Some(one) = decoded(|| ahead.ready(), on_result)
        {
            if segmenter.is_alike(size, one.photo.size()) {
                batch.push(one);
            } else {
                apart = Some(one);
            }
        }
        for (index, permit, spent, labelled) in label(batch, &decoding.jobs, &settings, segmenter) {
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

/// A decoded photo before the network.
struct Waiting {
    index: usize,
    result: PhotoResult,
    photo: Photo,
    permit: Option<Permit>,
    spent: Duration,
}

/// The next photo of those that `prepared` yields; the results of photos that could not be decoded are handed over.
fn decoded(
    mut prepared: impl FnMut() -> Option<Prepared<Decoded>>,
    on_result: &mut dyn FnMut(usize, PhotoResult),
) -> Option<Waiting> {
    loop {
        let Prepared {
            index,
            ready: Decoded { result, photo },
            permit,
            spent,
        } = prepared()?;
        let Some(photo) = photo else {
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

/// What repeated labelling of a photo yields.
struct Labelling {
    segmentation: Result<Segmentation, Unlabelled>,
    /// Of preprocessing, inference and masks, ms.
    times: [Vec<f64>; 3],
    inferences: u32,
    input_size: Option<[u32; 2]>,
}

impl Labelling {
    fn add(&mut self, found: Result<Segmentation, SegmentError>) {
        if let Ok(found) = &found {
            self.inferences += found.inferences;
            self.input_size = found.input_size;
            let timings = found.timings;
            let stages = [
                timings.preprocess_ms,
                timings.inference_ms,
                timings.masks_ms,
            ];
            for (all, ms) in self.times.iter_mut().zip(stages) {
                all.push(ms);
            }
        }
        self.segmentation = found.map_err(Unlabelled::from);
    }
}

/// The labels of photos that go together, with the times of the stages and what each took so far; repeated runs give their median.
fn label(
    photos: Vec<Waiting>,
    jobs: &[PhotoJob],
    settings: &Settings,
    segmenter: &mut dyn Segmenter,
) -> Vec<(usize, Option<Permit>, Duration, Labelled)> {
    let none = || Labelling {
        segmentation: Err(Unlabelled::Failed("not segmented".to_owned())),
        times: Default::default(),
        inferences: 0,
        input_size: None,
    };
    let mut labellings: Vec<Labelling> = photos.iter().map(|_| none()).collect();
    for _ in 0..settings.repeat {
        let requests: Vec<Request> = photos
            .iter()
            .map(|one| Request {
                photo: &one.photo,
                file: &jobs[one.index].case.path,
                deadline: settings.deadline(one.spent),
            })
            .collect();
        let found = segmenter.segment_together(&requests);
        for (labelling, found) in labellings.iter_mut().zip(found) {
            labelling.add(found);
        }
        if labellings.iter().all(|one| one.segmentation.is_err()) {
            break;
        }
    }
    photos
        .into_iter()
        .zip(labellings)
        .map(|(one, labelling)| {
            let labelled = labelled(one.result, one.photo, settings, labelling);
            let times = labelled.result.timings_ms;
            let ms = times.preprocess + times.inference + times.masks;
            let spent = one.spent + Duration::from_secs_f64(ms / 1e3);
            (one.index, one.permit, spent, labelled)
        })
        .collect()
}

fn labelled(
    mut result: PhotoResult,
    photo: Photo,
    settings: &Settings,
    labelling: Labelling,
) -> Labelled {
    result.inferences += labelling.inferences;
    result.input_size = labelling.input_size;
    if settings.repeat > 1 {
        let [preprocess, inference, masks] = &labelling.times;
        let stages = preprocess.iter().zip(inference).zip(masks);
        result.repeats_ms = stages
            .map(|((a, b), c)| to_microseconds(a + b + c))
            .collect();
    }
    result.rss_mb.inference = rss_mb();
    let [preprocess, inference, masks] = labelling.times.map(|all| median(&all));
    result.timings_ms = StageTimings {
        preprocess,
        inference,
        masks,
        ..result.timings_ms
    };
    Labelled {
        result,
        photo,
        segmentation: labelling.segmentation,
    }
}
