//! Many configurations (model, precision, long side) over the same photos: what each one's accuracy costs in time and memory.
//!
//! A configuration is measured in a process of its own, since only the system knows a process's peak memory; what comes
//! back is an ordinary report, and everything here is a pure function of such reports.

mod front;
mod plot;
mod raster;
mod text;

use serde::{Deserialize, Serialize};

pub use plot::svg;
pub use raster::{RasterError, png};
pub use text::{csv, recommendation, table};

use crate::report::schema::{Environment, Report, Tool};
use crate::score::metrics::{CONSTANT_HEIGHT_CM, CONSTANT_WIDTH_CM};

/// Version of the form below.
pub const SCHEMA_VERSION: u32 = 1;

/// One cell of the grid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Configuration {
    /// What `--model` is given.
    pub model: String,
    /// What `--long-side` is given; `None` for the model's own size policy.
    pub long_side: Option<u32>,
}

/// What a configuration yields on the photos.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Point {
    /// Which.
    #[serde(flatten)]
    pub configuration: Configuration,
    /// Why there are no numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// The numbers.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// No other configuration is both more accurate and faster.
    pub on_time_front: bool,
    /// No other configuration is both more accurate and smaller.
    pub on_memory_front: bool,
}

/// Accuracy, time and memory; a value that is not to be had is absent.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Outcome {
    /// Precision of the weights, as the model says.
    pub precision: Option<String>,
    /// Execution provider.
    pub device: Option<String>,
    /// Height and width of the network's input that most photos had.
    pub input_size: Option<[u32; 2]>,
    /// Photos measured.
    pub measured: usize,
    /// Photos refused.
    pub refused: usize,
    /// Photos that failed.
    pub errors: usize,
    /// MAPE of the widths that were measured, percent.
    pub width_mape: Option<f64>,
    /// MAPE of the heights that were measured, percent.
    pub height_mape: Option<f64>,
    /// Mean error of all true widths and heights, percent, where a length that was not measured counts with the error of
    /// the constant guess: refusing is worth no more than guessing.
    pub error_pct: Option<f64>,
    /// Median time of a photo, all stages, ms.
    pub median_ms: Option<f64>,
    /// Median time of the network, ms.
    pub inference_ms: Option<f64>,
    /// Most memory that the process held, MB.
    pub peak_rss_mb: Option<f64>,
}

/// A finished sweep.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sweep {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// When it ended, RFC 3339, UTC.
    pub generated_at: String,
    /// This program.
    pub tool: Tool,
    /// The machine.
    pub environment: Environment,
    /// Number of photos.
    pub photos: usize,
    /// Number of photos with ground truth.
    pub with_truth: usize,
    /// Every configuration, in the order of the grid.
    pub points: Vec<Point>,
    /// Ended early: configurations are missing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub interrupted: bool,
    /// The time that a photo may take, ms, if the user named one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_ms: Option<f64>,
    /// Index in `points` of the most accurate configuration within `max_ms`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best: Option<usize>,
}

impl Sweep {
    /// Joins the outcomes: fronts, and the best within `max_ms`.
    #[must_use]
    pub fn of(
        environment: Environment,
        generated_at: String,
        outcomes: Vec<(Configuration, Result<Report, String>)>,
        max_ms: Option<f64>,
    ) -> Self {
        let reports = || {
            outcomes
                .iter()
                .filter_map(|(_, report)| report.as_ref().ok())
        };
        let photos = reports().map(|r| r.metrics.total).max().unwrap_or(0);
        let with_truth = reports().map(|r| r.metrics.with_truth).max().unwrap_or(0);
        let onnx_runtime = reports().find_map(|r| r.environment.onnx_runtime.clone());
        let mut points: Vec<Point> = outcomes
            .into_iter()
            .map(|(configuration, report)| Point::of(configuration, report))
            .collect();
        front::mark(&mut points);
        let best = max_ms.and_then(|budget| front::best_within(&points, budget));
        Self {
            schema_version: SCHEMA_VERSION,
            generated_at,
            tool: Tool::this(),
            environment: Environment {
                onnx_runtime,
                ..environment
            },
            photos,
            with_truth,
            points,
            interrupted: false,
            max_ms,
            best,
        }
    }
}

impl Point {
    fn of(configuration: Configuration, report: Result<Report, String>) -> Self {
        let (outcome, failure) = match report {
            Ok(report) => (Outcome::of(&report), None),
            Err(failure) => (Outcome::default(), Some(failure)),
        };
        Self {
            configuration,
            failure,
            outcome,
            on_time_front: false,
            on_memory_front: false,
        }
    }
}

impl Outcome {
    fn of(report: &Report) -> Self {
        let metrics = &report.metrics;
        let median = |stage: &str| metrics.timings_ms.get(stage).map(|times| times.median);
        Self {
            precision: report.model.precision.clone(),
            device: report.environment.device.clone(),
            input_size: usual_input(report),
            measured: metrics.successful,
            refused: metrics.refused,
            errors: metrics.errors,
            width_mape: metrics.width.mape,
            height_mape: metrics.height.mape,
            error_pct: error_of_all(report),
            median_ms: median("total"),
            inference_ms: median("inference"),
            peak_rss_mb: metrics.peak_rss_mb,
        }
    }
}

/// The input size that most photos had.
fn usual_input(report: &Report) -> Option<[u32; 2]> {
    let sizes: Vec<[u32; 2]> = report.results.iter().filter_map(|r| r.input_size).collect();
    let count = |size: &[u32; 2]| sizes.iter().filter(|other| *other == size).count();
    sizes
        .iter()
        .copied()
        .max_by_key(|size| (count(size), *size))
}

/// See [`Outcome::error_pct`].
fn error_of_all(report: &Report) -> Option<f64> {
    let guessed = |guess: f64, truth: f64| 100.0 * (guess - truth).abs() / truth;
    let errors: Vec<f64> = report
        .results
        .iter()
        .flat_map(|result| {
            let score = &result.score;
            let of = |error: Option<f64>, truth: Option<f64>, guess: f64| {
                truth.map(|truth| error.unwrap_or_else(|| guessed(guess, truth)))
            };
            [
                of(
                    score.width_pct_err,
                    score.expected_width_cm,
                    CONSTANT_WIDTH_CM,
                ),
                of(
                    score.height_pct_err,
                    score.expected_height_cm,
                    CONSTANT_HEIGHT_CM,
                ),
            ]
        })
        .flatten()
        .collect();
    (!errors.is_empty())
        .then(|| crate::score::round(errors.iter().sum::<f64>() / errors.len() as f64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    pub(super) fn point(model: &str, error: Option<f64>, ms: f64, mb: f64) -> Point {
        let mut point = Point::of(
            Configuration {
                model: model.to_owned(),
                long_side: Some(256),
            },
            Err(String::new()),
        );
        point.failure = None;
        point.outcome = Outcome {
            error_pct: error,
            width_mape: error,
            height_mape: error,
            median_ms: Some(ms),
            peak_rss_mb: Some(mb),
            measured: 3,
            ..Outcome::default()
        };
        point
    }

    pub(super) fn sweep(mut points: Vec<Point>, max_ms: Option<f64>) -> Sweep {
        front::mark(&mut points);
        let mut sweep = Sweep::of(Environment::default(), String::new(), Vec::new(), max_ms);
        sweep.best = max_ms.and_then(|budget| front::best_within(&points, budget));
        sweep.points = points;
        sweep
    }

    #[test]
    fn a_length_that_was_not_measured_counts_with_the_constant_guess() {
        let mut report = sample::report();
        report.results.truncate(1);
        let score = &mut report.results[0].score;
        (score.expected_width_cm, score.width_pct_err) = (Some(400.0), None);
        (score.expected_height_cm, score.height_pct_err) = (Some(250.0), Some(1.0));
        // 420 for 400 cm is 5 % off.
        assert_eq!(error_of_all(&report), Some(3.0));
        report.results[0].score = crate::photo_result::PhotoScore::default();
        assert_eq!(error_of_all(&report), None);
    }

    #[test]
    fn a_sweep_keeps_failed_configurations_and_reads_back_the_same() {
        let configuration = |model: &str| Configuration {
            model: model.to_owned(),
            long_side: None,
        };
        let sweep = Sweep::of(
            Environment::default(),
            "2026-01-01T00:00:00Z".to_owned(),
            vec![
                (configuration("good"), Ok(sample::report())),
                (configuration("bad"), Err("no such device".to_owned())),
            ],
            Some(1e9),
        );
        assert_eq!(sweep.photos, sample::report().metrics.total);
        assert_eq!(sweep.points[1].failure.as_deref(), Some("no such device"));
        assert!(!sweep.points[1].on_time_front);
        let text = serde_json::to_string(&sweep).unwrap();
        assert_eq!(serde_json::from_str::<Sweep>(&text).unwrap(), sweep);
    }
}
