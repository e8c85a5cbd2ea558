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
use crate::guard::guarded;
use crate::label_map::LabelMap;
use crate::measure::{self, EstimatorKind, Measurement, Observation};
use crate::memory::rss_mb;
use crate::photo::{Photo, segments};
use crate::photo_result::{PhotoResult, Status};
use crate::segment::{SegmentError, Segmentation};
use crate::warning::Warning;

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
    let focal_when_upright = |upright| focal_of(upright, job.known.fov_deg, photo.metadata.focal);
    let (labels, mask_cells, failed_here) = match segmentation {
        Ok(segmentation) => (segmentation.labels, segmentation.mask_cells, None),
        Err(Unlabelled::TimedOut(missed)) => return Err(missed.to_string()),
        Err(Unlabelled::Failed(why)) => match &settings.fallback {
            Fallback::None => return Err(why),
            Fallback::FullFrame => {
                // Without labels, gravity alone tells the way up.
                let upright = photo.upright_size();
                let focal = focal_when_upright(upright);
                let guess = full_frame(upright, focal, job.known);
                set_measurement(result, &guess, focal, photo.metadata.focal);
                result.status = Status::Fallback;
                result.error = Some(why);
                return draw(result, photo, &all_wall(size)?, &guess, job, settings);
            }
            Fallback::Cloud(cloud) => {
                let (labels, ms) = timed(|| cloud.labels(photo, deadline));
                let spent = result.timings_ms.inference.unwrap_or(0.0);
                result.timings_ms.inference = Some(to_microseconds(spent + ms));
                let labels = labels.map_err(|error| format!("{why}; {error}"))?;
                (labels, None, Some(why))
            }
        },
    };
    // The labels may know better than gravity which way is up, and a field of view and edges are those of the upright picture.
    let ((turns, segments), segments_ms) = timed(|| {
        let turns = measure::turns_needed(&labels, photo.metadata.gravity);
        let segments = match settings.estimator {
            EstimatorKind::Box => segments::near_vertical(&photo.pixels, turns),
            EstimatorKind::Predecessor => Vec::new(),
        };
        (turns, segments)
    });
    let focal = focal_when_upright(turns.size(size));
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
                    turns,
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
    result.timings_ms.measure = median(&times).map(|ms| to_microseconds(segments_ms + ms));
    result.rss_mb.measure = rss_mb();
    set_measurement(result, &measurement, focal, photo.metadata.focal);
    if let Some(why) = failed_here {
        result.warnings.push(Warning::CloudLabels);
        result.error = Some(why);
        if result.status == Status::Ok {
            result.status = Status::Fallback;
        }
    }
    // Before the pictures, which are not the photo's time: a folder that says "ok" must not stand beside a report that says "error".
    deadline
        .map_or(Ok(()), |deadline| deadline.check())
        .map_err(|missed| missed.to_string())?;
    draw(result, photo, &labels, &measurement, job, settings)
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

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use image::{Rgb, RgbImage, imageops};
    use nalgebra::Vector3;

    use super::*;
    use crate::dataset::Case;
    use crate::geometry::camera::{Gravity, GravitySource};
    use crate::geometry::quarter_turns::QuarterTurns;
    use crate::geometry::room_box::{Hit, RoomBox, Wall};
    use crate::measure::Known;
    use crate::measure::tests::paint::{
        CAMERA_CM, FOCAL_PX, SCALE, SIZE, bare, knowing, paint, room,
    };
    use crate::photo::{Limits, Metadata, PhotoFormat, PhotoTimings};
    use crate::segment::SegmentTimings;

    /// The entry of a photo of which nothing is known but its `metadata`; its labels may be had, or the whole frame stands in.
    fn measured(
        pixels: RgbImage,
        metadata: Metadata,
        labels: Option<LabelMap>,
        known: Known,
    ) -> PhotoResult {
        let segmentation = labels.map(|labels| Segmentation {
            labels,
            mask_cells: None,
            input_size: None,
            inferences: 0,
            timings: SegmentTimings::default(),
        });
        let labelled = Labelled {
            result: PhotoResult::failed("a.png".to_owned(), String::new()),
            photo: Photo {
                pixels,
                format: PhotoFormat::Png,
                orientation: 1,
                metadata,
                warnings: Vec::new(),
                timings: PhotoTimings::default(),
            },
            segmentation: segmentation.ok_or_else(|| Unlabelled::Failed("none".to_owned())),
        };
        let job = PhotoJob {
            case: Case {
                identity: "a.png".to_owned(),
                path: PathBuf::from("a.png"),
            },
            known,
            debug_dir: None,
        };
        let settings = Settings {
            limits: Limits::default(),
            jobs: 1,
            isolated: false,
            timeout: None,
            repeat: 1,
            warmup: 0,
            estimator: EstimatorKind::Box,
            thumbnails: None,
            fallback: Fallback::FullFrame,
            recall: None,
        };
        finish(labelled, &job, &settings, None)
    }

    /// A photo of `room` with stripes on the opposite wall; so small that edges are looked for in it as it is.
    fn picture(room: &RoomBox) -> RgbImage {
        const PX_PER_CELL: u32 = 2;
        /// Across a pixel, so that slanting edges have no steps.
        const SAMPLES: u32 = 4;
        let sight = room.sight();
        let [width, height] = SIZE.map(|cells| cells * PX_PER_CELL);
        // The room's focal length is that of larger photos.
        let scale = f64::from(SCALE) / f64::from(PX_PER_CELL);
        let level = |x: f64, y: f64| -> u32 {
            let [x, y] = [x - f64::from(width) / 2.0, y - f64::from(height) / 2.0];
            let ray = sight.ray([x, y].map(|place| place * scale));
            match sight.hit(ray) {
                Hit::Wall(Wall::Opposite) if (10.0 * ray.x / ray.z).rem_euclid(2.0) < 1.0 => 150,
                Hit::Wall(Wall::Opposite) => 190,
                Hit::Wall(_) => 110,
                Hit::Floor => 90,
                Hit::Ceiling => 230,
            }
        };
        RgbImage::from_fn(width, height, |x, y| {
            let places = (0..SAMPLES).map(|i| (f64::from(i) + 0.5) / f64::from(SAMPLES));
            let levels = places.map(|place| level(f64::from(x) + place, f64::from(y) + 0.5));
            let mean = levels.sum::<u32>() / SAMPLES;
            Rgb([u8::try_from(mean).unwrap(); 3])
        })
    }

    #[test]
    fn a_field_of_view_and_edges_are_those_of_the_upright_photo_whichever_way_it_is_displayed() {
        let room = room([-4.0, 1.0, 9.0], 2.6, 1.7, [-0.38, 0.45]);
        let half_width = f64::from(SIZE[0] * SCALE) / 2.0;
        let known = Known {
            fov_deg: Some(2.0 * (half_width / FOCAL_PX).atan().to_degrees()),
            ..knowing(&room)
        };
        let measure = |pixels, labels| measured(pixels, Metadata::default(), Some(labels), known);
        let (pixels, labels) = (picture(&room), paint(&room, bare));
        let upright = measure(pixels.clone(), labels.clone());
        let width = upright.wall_width_cm.unwrap();
        assert!((width / (CAMERA_CM * room.width()) - 1.0).abs() < 0.03);
        // The edges are what tells the tilt.
        let camera = upright.camera.unwrap();
        assert_eq!(camera.gravity_source, GravitySource::VerticalVp);
        for (turns, displayed) in [
            (1, imageops::rotate90(&pixels)),
            (2, imageops::rotate180(&pixels)),
            (3, imageops::rotate270(&pixels)),
        ] {
            let shown = measure(displayed, labels.turned(QuarterTurns::clockwise(turns)));
            assert!(shown.warnings.contains(&Warning::PictureTurned));
            let its = shown.camera.unwrap();
            assert_eq!(its.gravity_source, camera.gravity_source);
            for (got, wanted) in [
                (its.focal_px, camera.focal_px),
                (its.pitch_deg, camera.pitch_deg),
                (shown.wall_width_cm.unwrap(), width),
            ] {
                assert!((got - wanted).abs() < 0.02, "{got}, upright {wanted}");
            }
        }
    }

    #[test]
    fn the_guess_without_labels_is_of_the_upright_frame() {
        let guess = |width: u32, height: u32, down: [f64; 2]| {
            let metadata = Metadata {
                gravity: Some(Gravity {
                    down: Vector3::new(down[0], down[1], 0.0),
                    sigma_pitch: 0.02,
                    sigma_roll: 0.02,
                }),
                ..Metadata::default()
            };
            let pixels = RgbImage::new(width, height);
            let result = measured(pixels, metadata, None, Known::default());
            assert_eq!(result.status, Status::Fallback);
            result.wall_width_cm.unwrap()
        };
        let upright = guess(80, 60, [0.0, 1.0]);
        for [x, y] in [[1.0, 0.0], [-1.0, 0.0]] {
            assert!((guess(60, 80, [x, y]) - upright).abs() < 1e-9);
        }
        assert!(guess(60, 80, [0.0, 1.0]) < upright);
    }
}
