//! From decoded photos to labelled ones, with the times that it took.

use std::time::Duration;

use super::batches::Waiting;
use super::budget::Permit;
use super::job::PhotoJob;
use super::measuring::{Labelled, Unlabelled};
use super::settings::Settings;
use super::{median, timed, to_microseconds};
use crate::memory::rss_mb;
use crate::photo::Photo;
use crate::photo_result::{PhotoResult, StageTimings};
use crate::segment::{Request, SegmentError, SegmentTimings, Segmentation, Segmenter};

/// A photo that went through the network.
pub struct Ready {
    /// Place in the run.
    pub index: usize,
    /// The photo with its labels, or why it has none.
    pub labelled: Labelled,
    /// Its pixels' share of the budget.
    pub permit: Option<Permit>,
    /// What it took so far.
    pub spent: Duration,
}

/// What repeated labelling of a photo yields.
struct Labelling {
    segmentation: Result<Segmentation, Unlabelled>,
    /// Of each run.
    times: Vec<SegmentTimings>,
    inferences: u32,
    input_size: Option<[u32; 2]>,
}

impl Labelling {
    /// Takes the outcome of a run, of which `share_ms` fell to this photo.
    fn add(&mut self, found: Result<Segmentation, SegmentError>, share_ms: f64) {
        self.times.push(match &found {
            Ok(found) => found.timings,
            Err(_) => SegmentTimings {
                inference_ms: Some(share_ms),
                ..SegmentTimings::default()
            },
        });
        if let Ok(found) = &found {
            self.inferences += found.inferences;
            self.input_size = found.input_size;
        }
        self.segmentation = found.map_err(Unlabelled::from);
    }
}

/// The labels of photos that go together, with the times of the stages and what each took so far; repeated runs give their median.
pub fn label(
    photos: Vec<Waiting>,
    jobs: &[PhotoJob],
    settings: &Settings,
    segmenter: &mut dyn Segmenter,
) -> Vec<Ready> {
    let none = || Labelling {
        segmentation: Err(Unlabelled::Failed("not segmented".to_owned())),
        times: Vec::new(),
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
        let (found, ms) = timed(|| segmenter.segment_together(&requests));
        let share_ms = ms / requests.len().max(1) as f64;
        for (labelling, found) in labellings.iter_mut().zip(found) {
            labelling.add(found, share_ms);
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
            let stages = [times.preprocess, times.inference, times.masks];
            let ms: f64 = stages.into_iter().flatten().sum();
            let spent = one.spent + Duration::from_secs_f64(ms / 1e3);
            Ready {
                index: one.index,
                labelled,
                permit: one.permit,
                spent,
            }
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
    let stages = |t: &SegmentTimings| [t.preprocess_ms, t.inference_ms, t.masks_ms];
    if settings.repeat > 1 {
        let sums = labelling
            .times
            .iter()
            .map(|t| stages(t).iter().flatten().sum());
        result.repeats_ms = sums.map(to_microseconds).collect();
    }
    result.rss_mb.inference = rss_mb();
    let [preprocess, inference, masks] = [0, 1, 2].map(|stage| {
        let times = labelling.times.iter().filter_map(|t| stages(t)[stage]);
        median(&times.collect::<Vec<f64>>())
    });
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
