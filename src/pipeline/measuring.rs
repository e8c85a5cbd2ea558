//! The work after the network: lines, geometry, and the debug folder. Runs on a worker, beside the next inference.

use super::fallback::{Fallback, full_frame};
use super::focal::{contradicts, focal_of};
use super::job::PhotoJob;
use super::settings::Settings;
use super::{median, timed, to_microseconds};
use crate::ade20k::WALL;
use crate::deadline::{Deadline, TimedOut};
use crate::debug_output;
use crate::geometry::camera::{Focal, FocalSource, ImageSize};
use crate::label_map::LabelMap;
use crate::measure::{self, EstimatorKind, Measurement, Observation, Warning};
use crate::memory::rss_mb;
use crate::photo::{Photo, guarded, segments};
use crate::report::photo_result::{PhotoResult, Status};
use crate::segment::{SegmentError, Segmentation};

/// A photo whose labels are known, or are not to be had.
pub struct Labelled {
    /// The entry so far.
    pub result: PhotoResult,
    /// The photo.
    pub photo: Photo,
    /// Its labels, or why there are none.
    pub segmentation: Result<Segmentation, Unlabelled>,
}

/// Why a photo has no labels.
#[derive(Debug)]
pub enum Unlabelled {
    /// It took too long: an error, whatever stands in for failed segmentations.
    TimedOut(TimedOut),
    /// Anything else.
    Failed(String),
}

impl From<SegmentError> for Unlabelled {
    fn from(error: SegmentError) -> Self {
        match error {
            SegmentError::TimedOut(missed) => Self::TimedOut(missed),
            other => Self::Failed(other.to_string()),
        }
    }
}

/// Completes the entry of one photo, which has to be done until `deadline`.
pub fn finish(
    labelled: Labelled,
    job: &PhotoJob,
    settings: &Settings,
    deadline: Option<Deadline>,
) -> PhotoResult {
    let Labelled {
        mut result,
        photo,
        segmentation,
    } = labelled;
    // A defect in the geometry costs one photo, not the run.
    let attempt =
        guarded(|| measure_photo(&mut result, &photo, segmentation, job, settings, deadline));
    let outcome = attempt.unwrap_or_else(|panic| {
        Err(format!(
            "the geometry failed on this photo, please report it: {panic}"
        ))
    });
    if let Err(error) = outcome {
        result.fail(error);
    }
    result.timings_ms.total = to_microseconds(result.timings_ms.sum());
    result
}

/// Keeps what was measured with `focal`, and warns where neither the photo nor the room told it, or the photo another one.
fn set_measurement(
    result: &mut PhotoResult,
    measurement: &Measurement,
    focal: Focal,
    from_photo: Option<Focal>,
) {
    result.set_measurement(measurement);
    let told = measurement
        .camera
        .map_or(focal.source, |camera| camera.focal_source);
    let cropped = result.warnings.contains(&Warning::FocalAmbiguousCrop);
    if focal.source == FocalSource::User {
        // It is about the focal length that the user has replaced.
        result
            .warnings
            .retain(|w| *w != Warning::FocalAmbiguousCrop);
    }
    let mut warn = |holds: bool, warning: Warning| {
        if holds && !result.warnings.contains(&warning) {
            result.warnings.push(warning);
        }
    };
    warn(told == FocalSource::Default, Warning::FocalFromDefault);
    // A crop's own focal length is the one that is doubtful.
    warn(
        !cropped && contradicts(focal, from_photo),
        Warning::FocalConflict,
    );
}

fn measure_photo(
    result: &mut PhotoResult,
    photo: &Photo,
    segmentation: Result<Segmentation, Unlabelled>,
    job: &PhotoJob,
    settings: &Settings,
    deadline: Option<Deadline>,
) -> Result<(), String> {
    let size = photo.size();
    let focal = focal_of(
        photo.upright_size(),
        job.known.fov_deg,
        photo.metadata.focal,
    );
    let (labels, mask_cells, failed_here) = match segmentation {
        Ok(segmentation) => (segmentation.labels, segmentation.mask_cells, None),
        Err(Unlabelled::TimedOut(missed)) => return Err(missed.to_string()),
        Err(Unlabelled::Failed(why)) => match &settings.fallback {
            Fallback::None => return Err(why),
            Fallback::FullFrame => {
                let guess = full_frame(size, focal, job.known);
                set_measurement(result, &guess, focal, photo.metadata.focal);
                result.status = Status::Fallback;
                result.error = Some(why);
                return draw(result, photo, &all_wall(size)?, &guess, job, settings);
            }
            Fallback::Cloud(cloud) => match cloud.labels(photo, deadline) {
                Ok(labels) => (labels, None, Some(why)),
                Err(error) => return Err(format!("{why}; {error}")),
            },
        },
    };
    let (segments, segments_ms) = timed(|| match settings.estimator {
        EstimatorKind::Box => segments::near_vertical(&photo.pixels, photo.turns()),
        EstimatorKind::Predecessor => Vec::new(),
    });
    let long_side = f64::from(size.width.max(size.height));
    let mask_cell_px = mask_cells.map_or(0.0, |cells| long_side / f64::from(cells.max(1)));
    let mut times = Vec::new();
    let mut measurement = Measurement::default();
    let left = deadline.map(|deadline| deadline.left());
    let mut deadline = deadline;
    for _ in 0..settings.repeat {
        // Each repetition for itself: what the ones before it took is not the photo's time.
        deadline = deadline.zip(left).map(|(d, left)| d.resumed(left));
        let (measured, ms) = timed(|| {
            measure::estimate(
                settings.estimator,
                &Observation {
                    labels: &labels,
                    mask_cell_px,
                    image: size,
                    focal,
                    gravity: photo.metadata.gravity,
                    segments: &segments,
                    known: job.known,
                },
            )
        });
        times.push(ms);
        measurement = measured;
    }
    // The labelling repetitions have left their share of each sum.
    for (sum, ms) in result.repeats_ms.iter_mut().zip(&times) {
        *sum = to_microseconds(*sum + segments_ms + ms);
    }
    result.timings_ms.measure = to_microseconds(segments_ms + median(&times));
    result.rss_mb.measure = rss_mb();
    set_measurement(result, &measurement, focal, photo.metadata.focal);
    if let Some(why) = failed_here {
        result.warnings.push(Warning::CloudLabels);
        result.error = Some(why);
        if result.status == Status::Ok {
            result.status = Status::Fallback;
        }
    }
    draw(result, photo, &labels, &measurement, job, settings)?;
    deadline
        .map_or(Ok(()), |deadline| deadline.check())
        .map_err(|missed| missed.to_string())
}

/// What the guess of `--fallback full-frame` takes a photo for.
fn all_wall(size: ImageSize) -> Result<LabelMap, String> {
    let pixels = size.width as usize * size.height as usize;
    LabelMap::new(size.width, size.height, vec![WALL; pixels]).map_err(|e| e.to_string())
}

/// Draws what was made of a photo into the folders that the user asked for.
fn draw(
    result: &mut PhotoResult,
    photo: &Photo,
    labels: &LabelMap,
    measurement: &Measurement,
    job: &PhotoJob,
    settings: &Settings,
) -> Result<(), String> {
    if let Some(folder) = &job.debug_dir {
        // All stages are over: the file shows the entry as the report will.
        result.timings_ms.total = to_microseconds(result.timings_ms.sum());
        debug_output::write(folder, photo, labels, measurement, result)
            .map_err(|e| e.to_string())?;
    }
    if let Some(folder) = &settings.thumbnails {
        let written = debug_output::write_thumbnail(folder, photo, labels, measurement);
        result.overlay = Some(written.map_err(|e| e.to_string())?);
    }
    Ok(())
}
