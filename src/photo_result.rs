//! One photo's result: what the pipeline fills in, `score` adds errors to, and a report lists.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::geometry::camera::{FocalSource, GravitySource};
use crate::measure::{AdjacentWall, Measurement, WindowEstimate};
use crate::photo::PhotoFormat;
use crate::warning::Warning;

/// How a photo fared.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Measured.
    Ok,
    /// Looked at, but the width cannot be told from this photo.
    Refused,
    /// Segmentation failed; the labels of the cloud service, or the whole frame as a wall, stood in.
    Fallback,
    /// Could not be read, decoded, segmented or measured.
    Error,
}

/// One photo: what it is, what was measured, how long it took, and how far off it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PhotoResult {
    /// The photo's identity.
    pub file: String,
    /// Where it was found; left out of anonymous reports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Hash of its bytes, hexadecimal; absent when they could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// How it fared.
    pub status: Status,
    /// Why it could not be measured.
    pub error: Option<String>,
    /// Full width of the opposite wall, cm.
    pub wall_width_cm: Option<f64>,
    /// Height of the opposite wall, cm.
    pub wall_height_cm: Option<f64>,
    /// 80 % interval of the width, cm.
    pub width_interval_cm: Option<[f64; 2]>,
    /// 80 % interval of the height, cm.
    pub height_interval_cm: Option<[f64; 2]>,
    /// Lowest height of a sloped wall top, cm.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_height_cm: Option<f64>,
    /// Width inside the frame, cm.
    pub visible_width_cm: Option<f64>,
    /// Only `visible_width_cm` was seen.
    #[serde(default)]
    pub width_is_lower_bound: bool,
    /// Windows on the wall, left to right.
    #[serde(default)]
    pub windows: Vec<WindowEstimate>,
    /// In a corner view, the other wall that is seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adjacent_wall: Option<AdjacentWall>,
    /// 0-100.
    pub confidence_pct: Option<f64>,
    /// What to know before trusting the numbers.
    #[serde(default)]
    pub warnings: Vec<Warning>,
    /// The camera as fitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub camera: Option<Camera>,
    /// The picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<ImageInfo>,
    /// Height and width of the network's input.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_size: Option<[u32; 2]>,
    /// Network runs.
    #[serde(default)]
    pub inferences: u32,
    /// Times the file was decoded.
    #[serde(default)]
    pub decodes: u32,
    /// Milliseconds of each stage; medians where the photo was measured repeatedly.
    #[serde(default)]
    pub timings_ms: StageTimings,
    /// Milliseconds that each repetition took, from preprocessing on; left out where there was one only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub repeats_ms: Vec<f64>,
    /// Memory that the process held when stages of this photo ended.
    #[serde(default, skip_serializing_if = "StageMemory::is_unknown")]
    pub rss_mb: StageMemory,
    /// SHA-256 of the photo's small overlay, by which it is found in the folder of pictures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overlay: Option<String>,
    /// Taken from the cache: the times are those of the run that measured it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cached: bool,
    /// Truth and errors, where there is truth.
    #[serde(flatten)]
    pub score: PhotoScore,
}

/// The camera as reports show it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Camera {
    /// Focal length as its source gives it, px of the full-size photo.
    pub focal_px: f64,
    /// Where it comes from.
    pub focal_source: FocalSource,
    /// What the fit to the room made of it, px.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fitted_focal_px: Option<f64>,
    /// Degrees, positive looking up.
    pub pitch_deg: f64,
    /// Degrees, positive when the content turns clockwise.
    pub roll_deg: f64,
    /// Where the direction of gravity comes from.
    pub gravity_source: GravitySource,
    /// Lens above the floor, cm.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height_cm: Option<f64>,
    /// Of the opposite wall, degrees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub yaw_deg: Option<f64>,
}

/// The decoded picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImageInfo {
    /// Columns of the photo as displayed.
    pub width_px: u32,
    /// Rows of the photo as displayed.
    pub height_px: u32,
    /// Container.
    pub format: PhotoFormat,
    /// EXIF Orientation as stored, 1-8.
    pub orientation: u8,
}

/// Milliseconds of each stage that ran.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct StageTimings {
    /// Reading the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read: Option<f64>,
    /// Decoding, and turning as displayed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decode: Option<f64>,
    /// Metadata.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exif: Option<f64>,
    /// Resizing and normalising for the network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preprocess: Option<f64>,
    /// The network, or the service that labels in its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inference: Option<f64>,
    /// Network outputs, or a given label map, to labels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub masks: Option<f64>,
    /// Lines and geometry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measure: Option<f64>,
    /// All stages of this photo together, without waiting for other photos.
    pub total: f64,
}

impl StageTimings {
    /// What the stages took together, which makes their `total`.
    #[must_use]
    pub fn sum(&self) -> f64 {
        let [parts @ .., _total] = self.stages();
        parts.iter().filter_map(|(_, ms)| *ms).sum()
    }

    /// Each stage by name, in the order in which they run, and their total.
    #[must_use]
    pub const fn stages(&self) -> [(&'static str, Option<f64>); 8] {
        [
            ("read", self.read),
            ("decode", self.decode),
            ("exif", self.exif),
            ("preprocess", self.preprocess),
            ("inference", self.inference),
            ("masks", self.masks),
            ("measure", self.measure),
            ("total", Some(self.total)),
        ]
    }
}

/// Memory of the process, MB, at the end of the stages that hold most; absent where the system does not tell. Other photos
/// may be in work at the time, so that it is the run's memory as seen from this photo.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)] // Named by their stages.
pub struct StageMemory {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decode: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inference: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measure: Option<f64>,
}

impl StageMemory {
    /// Each stage by name, in the order in which they run.
    #[must_use]
    pub const fn stages(&self) -> [(&'static str, Option<f64>); 3] {
        [
            ("decode", self.decode),
            ("inference", self.inference),
            ("measure", self.measure),
        ]
    }

    fn is_unknown(&self) -> bool {
        self.stages().iter().all(|(_, mb)| mb.is_none())
    }
}

/// Truth beside the measurement. Diff is measured minus expected; percentages are absolute, of the expected.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)] // The names say it all, twice.
pub struct PhotoScore {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_width_cm: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_height_cm: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width_diff_cm: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width_abs_err_cm: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width_pct_err: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height_diff_cm: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height_abs_err_cm: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height_pct_err: Option<f64>,
}

impl PhotoScore {
    /// Whether any truth is known.
    #[must_use]
    pub const fn has_truth(&self) -> bool {
        self.expected_width_cm.is_some() || self.expected_height_cm.is_some()
    }

    /// The larger one of the errors, percent.
    #[must_use]
    pub fn worst_pct_err(&self) -> Option<f64> {
        let errors = [self.width_pct_err, self.height_pct_err];
        errors.into_iter().flatten().reduce(f64::max)
    }
}

impl PhotoResult {
    /// A photo about which nothing is known yet but its name: the start of an entry, as an error until it is filled in.
    #[must_use]
    pub fn failed(file: String, error: String) -> Self {
        Self {
            file,
            path: None,
            sha256: None,
            status: Status::Error,
            error: Some(error),
            wall_width_cm: None,
            wall_height_cm: None,
            width_interval_cm: None,
            height_interval_cm: None,
            min_height_cm: None,
            visible_width_cm: None,
            width_is_lower_bound: false,
            windows: Vec::new(),
            adjacent_wall: None,
            confidence_pct: None,
            warnings: Vec::new(),
            camera: None,
            image: None,
            input_size: None,
            inferences: 0,
            decodes: 0,
            timings_ms: StageTimings::default(),
            repeats_ms: Vec::new(),
            rss_mb: StageMemory::default(),
            overlay: None,
            cached: false,
            score: PhotoScore::default(),
        }
    }

    /// Whether it says nothing of this program's own segmentation: something stood in for it. Such photos are scored apart.
    #[must_use]
    pub fn is_stand_in(&self) -> bool {
        self.status == Status::Fallback || self.warnings.contains(&Warning::CloudLabels)
    }

    /// Makes an error of it: what is known of the photo itself stays, what was measured goes.
    pub fn fail(&mut self, error: String) {
        let known = std::mem::replace(self, Self::failed(String::new(), error));
        self.warnings = known.warnings;
        self.warnings.retain(|warning| warning.is_of_the_file());
        self.file = known.file;
        self.path = known.path;
        self.sha256 = known.sha256;
        self.image = known.image;
        self.input_size = known.input_size;
        self.inferences = known.inferences;
        self.decodes = known.decodes;
        self.timings_ms = known.timings_ms;
    }

    /// Takes over a measurement. Without a width the photo counts as refused.
    pub fn set_measurement(&mut self, measured: &Measurement) {
        let has_width = measured.wall_width.is_some_and(|e| e.cm.is_finite());
        self.status = if has_width {
            Status::Ok
        } else {
            Status::Refused
        };
        self.error = None;
        self.wall_width_cm = measured.wall_width.and_then(|e| rounded(e.cm));
        self.wall_height_cm = measured.wall_height.and_then(|e| rounded(e.cm));
        self.width_interval_cm = measured.wall_width.and_then(|e| interval(e.interval_cm?));
        self.height_interval_cm = measured.wall_height.and_then(|e| interval(e.interval_cm?));
        self.min_height_cm = measured.min_height_cm.and_then(rounded);
        self.visible_width_cm = measured.visible_width_cm.and_then(rounded);
        self.width_is_lower_bound = measured.width_is_lower_bound;
        self.windows = measured.windows.iter().filter_map(window).collect();
        self.adjacent_wall = measured.adjacent_wall.as_ref().and_then(adjacent_wall);
        self.confidence_pct = measured
            .confidence_pct
            .filter(|_| has_width)
            .and_then(rounded);
        for warning in &measured.warnings {
            if !self.warnings.contains(warning) {
                self.warnings.push(*warning);
            }
        }
        self.camera = measured.camera.and_then(|camera| {
            Some(Camera {
                focal_px: rounded(camera.focal_px)?,
                focal_source: camera.focal_source,
                fitted_focal_px: camera.fitted_focal_px.and_then(rounded),
                pitch_deg: rounded(camera.pitch_deg)?,
                roll_deg: rounded(camera.roll_deg)?,
                gravity_source: camera.gravity_source,
                height_cm: camera.height_cm.and_then(rounded),
                yaw_deg: camera.yaw_deg.and_then(rounded),
            })
        });
    }

    /// Whether an end of the wall lies outside the frame, or the width is only a lower bound.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.width_is_lower_bound
            || self
                .warnings
                .iter()
                .any(|w| matches!(w, Warning::LeftEndCut | Warning::RightEndCut))
    }

    /// Whether the photo went through all stages in this run: an error's times would be those of half a photo, and those of a
    /// photo from the cache were taken at another time.
    #[must_use]
    pub fn is_timed(&self) -> bool {
        self.status != Status::Error && !self.cached
    }

    /// Whether the true width is known to lie outside its interval.
    #[must_use]
    pub fn width_misses_truth(&self) -> bool {
        holds_truth(self.width_interval_cm, self.score.expected_width_cm) == Some(false)
    }

    /// Whether the true height is known to lie outside its interval.
    #[must_use]
    pub fn height_misses_truth(&self) -> bool {
        holds_truth(self.height_interval_cm, self.score.expected_height_cm) == Some(false)
    }
}

/// `value` to a hundredth (of a centimetre, a degree, a percent, a pixel), beyond which all is noise; nothing when it is not a number,
/// since no such value may reach a report.
fn rounded(value: f64) -> Option<f64> {
    value.is_finite().then(|| (value * 100.0).round() / 100.0)
}

fn interval([low, high]: [f64; 2]) -> Option<[f64; 2]> {
    Some([rounded(low)?, rounded(high)?])
}

fn window(window: &WindowEstimate) -> Option<WindowEstimate> {
    Some(WindowEstimate {
        width_cm: rounded(window.width_cm)?,
        height_cm: rounded(window.height_cm)?,
        sill_cm: window.sill_cm.and_then(rounded),
        left_cm: window.left_cm.and_then(rounded),
        is_cut: window.is_cut,
    })
}

/// Whether an 80 % interval holds the truth; `None` where either is missing.
#[must_use]
pub fn holds_truth(interval_cm: Option<[f64; 2]>, expected_cm: Option<f64>) -> Option<bool> {
    let ([low, high], expected) = (interval_cm?, expected_cm?);
    Some((low..=high).contains(&expected))
}

fn adjacent_wall(wall: &AdjacentWall) -> Option<AdjacentWall> {
    Some(AdjacentWall {
        width_cm: rounded(wall.width_cm)?,
        width_interval_cm: interval(wall.width_interval_cm)?,
        visible_width_cm: wall.visible_width_cm.and_then(rounded),
        ..*wall
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Estimate;

    fn estimate(cm: f64) -> Option<Estimate> {
        let interval_cm = Some([cm * 0.9, cm * 1.1]);
        Some(Estimate { cm, interval_cm })
    }

    #[test]
    fn without_a_width_a_photo_is_refused() {
        let mut result = PhotoResult::failed("a.jpg".into(), "not measured".into());
        let measured = Measurement {
            wall_height: estimate(250.0),
            confidence_pct: Some(60.0),
            ..Measurement::default()
        };
        result.set_measurement(&measured);
        assert_eq!(result.status, Status::Refused);
        assert_eq!(result.confidence_pct, None, "there is nothing to trust");
        assert_eq!(result.wall_height_cm, Some(250.0));
        assert_eq!(result.error, None);
    }

    #[test]
    fn a_stage_that_did_not_run_has_no_time() {
        let timings = StageTimings {
            decode: Some(30.0),
            measure: Some(12.0),
            ..StageTimings::default()
        };
        assert_eq!(timings.sum(), 42.0);
        let json = serde_json::to_value(timings).unwrap();
        assert_eq!(json.get("inference"), None);
        assert_eq!(json["decode"], 30.0);
    }

    #[test]
    fn numbers_that_are_none_never_reach_a_report() {
        let mut result = PhotoResult::failed("a.jpg".into(), String::new());
        let measured = Measurement {
            wall_width: estimate(f64::NAN),
            wall_height: estimate(f64::INFINITY),
            confidence_pct: Some(f64::NAN),
            ..Measurement::default()
        };
        result.set_measurement(&measured);
        assert_eq!((result.wall_width_cm, result.wall_height_cm), (None, None));
        assert_eq!(
            (result.width_interval_cm, result.confidence_pct),
            (None, None)
        );
    }

    #[test]
    fn the_worst_error_and_misses_are_of_what_has_truth() {
        let mut result = PhotoResult::failed("a.jpg".into(), String::new());
        assert_eq!(result.score.worst_pct_err(), None);
        (result.width_interval_cm, result.height_interval_cm) =
            (Some([380.0, 420.0]), Some([240.0, 260.0]));
        assert!(!result.width_misses_truth() && !result.height_misses_truth());
        result.score = PhotoScore {
            expected_width_cm: Some(420.0),
            expected_height_cm: Some(260.5),
            width_pct_err: Some(4.0),
            height_pct_err: Some(4.5),
            ..PhotoScore::default()
        };
        assert_eq!(result.score.worst_pct_err(), Some(4.5));
        assert!(!result.width_misses_truth(), "an end belongs to it");
        assert!(result.height_misses_truth());
    }

    #[test]
    fn an_entry_survives_the_way_to_json_and_back() {
        let mut result = PhotoResult::failed("a.jpg".into(), String::new());
        result.set_measurement(&Measurement {
            wall_width: estimate(479.1234),
            ..Measurement::default()
        });
        result.score.expected_width_cm = Some(480.0);
        let text = serde_json::to_string(&result).unwrap();
        assert!(text.contains("\"wallWidthCm\":479.12"), "{text}");
        assert_eq!(serde_json::from_str::<PhotoResult>(&text).unwrap(), result);
    }
}
