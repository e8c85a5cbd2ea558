//! The metrics of a whole run.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::error_stats::{ErrorStats, Sample, error_stats};
use super::round;
use crate::isolation::WorkerTotals;
use crate::load::ProcessorUse;
use crate::photo_result::{PhotoResult, Status};
use crate::statistics::{median, quantile};

/// The guess that any method must beat: this size for every photo, cm.
pub const CONSTANT_WIDTH_CM: f64 = 420.0;
/// See [`CONSTANT_WIDTH_CM`].
pub const CONSTANT_HEIGHT_CM: f64 = 260.0;

/// Scores and times over all photos of a report.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Metrics {
    /// Photos.
    pub total: usize,
    /// Measured.
    pub successful: usize,
    /// Refused.
    pub refused: usize,
    /// Measured with a stand-in for the segmentation.
    pub fallback: usize,
    /// Photos with ground truth.
    pub with_truth: usize,
    /// Photos that could not be measured.
    pub errors: usize,
    /// Over the photos that were measured and have a true width.
    pub width: ErrorStats,
    /// Over the photos that were measured and have a true height.
    pub height: ErrorStats,
    /// The constant guess on the same photos.
    pub constant_baseline: ConstantBaseline,
    /// The same statistics, apart for walls seen whole and walls cut by the frame.
    pub by_visibility: ByVisibility,
    /// Photos with a stand-in for the segmentation, which count in nothing above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback_scores: Option<SizeStats>,
    /// Times of each stage, over the photos that this run measured itself.
    pub timings_ms: BTreeMap<String, Spread>,
    /// How far the repetitions of a photo lie apart, in percent of their median; the median over all photos.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repeat_spread_pct: Option<f64>,
    /// Memory of the process when stages ended, MB.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub memory_mb: BTreeMap<String, Spread>,
    /// Photos taken from the cache.
    #[serde(skip_serializing_if = "is_zero")]
    pub cached: usize,
    /// Duration of the run, with what it took before it was interrupted, s.
    pub wall_seconds: f64,
    /// Photos a second, over the whole run; those from the cache are left out.
    pub photos_per_second: Option<f64>,
    /// Most memory that the process and the processes that decoded for it held, MB, where the system tells.
    pub peak_rss_mb: Option<f64>,
    /// Panics, those that were caught and cost one photo included.
    pub panics: u64,
    /// The processes that decoded, where there were any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workers: Option<WorkerTotals>,
    /// Who used the processors meanwhile; absent for short runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processors: Option<ProcessorUse>,
}

fn is_zero(n: &usize) -> bool {
    *n == 0
}

/// MAPE of the constant guess, percent.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct ConstantBaseline {
    pub width_mape: Option<f64>,
    pub height_mape: Option<f64>,
}

/// Width and height statistics of one group of photos.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[allow(missing_docs)]
pub struct SizeStats {
    pub width: ErrorStats,
    pub height: ErrorStats,
}

/// Statistics by what is seen of the wall, as the measurement itself tells: truth of real photos does not say.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ByVisibility {
    /// Both ends of the wall lie in the frame.
    pub both_ends: SizeStats,
    /// An end lies outside, or only part of the wall is told apart.
    pub cut: SizeStats,
}

/// How one stage's times or memory spread over the photos.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default)]
#[allow(missing_docs)]
pub struct Spread {
    pub median: f64,
    /// Lower quartile.
    pub q1: f64,
    /// Upper quartile.
    pub q3: f64,
    pub p95: f64,
    pub max: f64,
}

impl Spread {
    /// Of `values`; `None` of nothing.
    fn of(values: &[f64]) -> Option<Self> {
        let at = |q| quantile(values, q).map(round);
        Some(Self {
            median: at(0.5)?,
            q1: at(0.25)?,
            q3: at(0.75)?,
            p95: at(0.95)?,
            max: at(1.0)?,
        })
    }
}

/// What a run as a whole took.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct RunTotals {
    /// Duration, s.
    pub wall_seconds: f64,
    /// Most memory the process and its workers held, MB.
    pub peak_rss_mb: Option<f64>,
    /// Panics, in workers too.
    pub panics: u64,
    /// Processes that decoded.
    pub workers: Option<WorkerTotals>,
    /// Who used the processors meanwhile.
    pub processors: Option<ProcessorUse>,
}

impl Metrics {
    /// What the run took, for a report that is scored anew.
    #[must_use]
    pub fn totals(&self) -> RunTotals {
        RunTotals {
            wall_seconds: self.wall_seconds,
            peak_rss_mb: self.peak_rss_mb,
            panics: self.panics,
            workers: self.workers,
            processors: self.processors,
        }
    }
}

impl RunTotals {
    /// Of two runs one after the other, or on two machines.
    #[must_use]
    pub fn then(self, other: Self) -> Self {
        let largest = |a: Option<f64>, b: Option<f64>| a.into_iter().chain(b).reduce(f64::max);
        let workers = self.workers.into_iter().chain(other.workers);
        Self {
            wall_seconds: self.wall_seconds + other.wall_seconds,
            peak_rss_mb: largest(self.peak_rss_mb, other.peak_rss_mb),
            panics: self.panics + other.panics,
            workers: workers.reduce(WorkerTotals::then),
            // Times of a part that say little make those of the whole say little.
            processors: busiest(self.processors, other.processors),
        }
    }
}

/// The one with most of other programs in the way.
fn busiest(one: Option<ProcessorUse>, other: Option<ProcessorUse>) -> Option<ProcessorUse> {
    one.into_iter().chain(other).max_by(|a, b| {
        let by_others = a.others_pct.total_cmp(&b.others_pct);
        a.is_busy().cmp(&b.is_busy()).then(by_others)
    })
}

/// All metrics of `results`, whose truth and errors are already filled in.
#[must_use]
pub fn summarise(results: &[PhotoResult], totals: RunTotals) -> Metrics {
    let count = |status| results.iter().filter(|r| r.status == status).count();
    // Refused photos may still have a height, which counts; those with a stand-in are scored apart.
    let measured = |r: &&PhotoResult| r.status != Status::Error && !r.is_stand_in();
    let all: Vec<&PhotoResult> = results.iter().filter(measured).collect();
    let (cut, both_ends): (Vec<&PhotoResult>, Vec<&PhotoResult>) =
        all.iter().copied().partition(|r| r.is_cut());
    let stand_ins: Vec<&PhotoResult> = results.iter().filter(|r| r.is_stand_in()).collect();
    let sizes = size_stats(&all);
    let cached = results.iter().filter(|r| r.cached).count();
    let measured_here = results.len() - cached;
    Metrics {
        total: results.len(),
        successful: count(Status::Ok),
        refused: count(Status::Refused),
        fallback: count(Status::Fallback),
        with_truth: results.iter().filter(|r| r.score.has_truth()).count(),
        errors: count(Status::Error),
        width: sizes.width,
        height: sizes.height,
        constant_baseline: ConstantBaseline {
            width_mape: constant_mape(&widths(&all), CONSTANT_WIDTH_CM),
            height_mape: constant_mape(&heights(&all), CONSTANT_HEIGHT_CM),
        },
        by_visibility: ByVisibility {
            both_ends: size_stats(&both_ends),
            cut: size_stats(&cut),
        },
        fallback_scores: (!stand_ins.is_empty()).then(|| size_stats(&stand_ins)),
        timings_ms: stage_times(results),
        repeat_spread_pct: repeat_spread(results),
        memory_mb: stage_memory(results),
        cached,
        wall_seconds: round(totals.wall_seconds),
        photos_per_second: (measured_here > 0 && totals.wall_seconds > 0.0)
            .then(|| round(measured_here as f64 / totals.wall_seconds)),
        peak_rss_mb: totals.peak_rss_mb.map(round),
        panics: totals.panics,
        workers: totals.workers,
        processors: totals.processors,
    }
}

fn size_stats(results: &[&PhotoResult]) -> SizeStats {
    SizeStats {
        width: error_stats(&widths(results)),
        height: error_stats(&heights(results)),
    }
}

fn widths(results: &[&PhotoResult]) -> Vec<Sample> {
    let sample = |r: &&PhotoResult| {
        Some(Sample {
            measured_cm: r.wall_width_cm?,
            expected_cm: r.score.expected_width_cm?,
            interval_cm: r.width_interval_cm,
        })
    };
    results.iter().filter_map(sample).collect()
}

fn heights(results: &[&PhotoResult]) -> Vec<Sample> {
    let sample = |r: &&PhotoResult| {
        Some(Sample {
            measured_cm: r.wall_height_cm?,
            expected_cm: r.score.expected_height_cm?,
            interval_cm: r.height_interval_cm,
        })
    };
    results.iter().filter_map(sample).collect()
}

fn constant_mape(samples: &[Sample], guess_cm: f64) -> Option<f64> {
    let guessed: Vec<Sample> = samples
        .iter()
        .map(|s| Sample {
            measured_cm: guess_cm,
            ..*s
        })
        .collect();
    error_stats(&guessed).mape
}

fn stage_times(results: &[PhotoResult]) -> BTreeMap<String, Spread> {
    let stages = timed(results).flat_map(|r| r.timings_ms.stages());
    by_stage(stages)
}

fn stage_memory(results: &[PhotoResult]) -> BTreeMap<String, Spread> {
    let stages = timed(results).flat_map(|r| r.rss_mb.stages());
    by_stage(stages)
}

fn timed(results: &[PhotoResult]) -> impl Iterator<Item = &PhotoResult> {
    results.iter().filter(|r| r.is_timed())
}

/// The spread of each stage over the photos that have one.
fn by_stage(values: impl Iterator<Item = (&'static str, Option<f64>)>) -> BTreeMap<String, Spread> {
    let mut by_stage: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for (stage, value) in values {
        by_stage.entry(stage).or_default().extend(value);
    }
    by_stage
        .into_iter()
        .filter_map(|(stage, values)| Some((stage.to_owned(), Spread::of(&values)?)))
        .collect()
}

fn repeat_spread(results: &[PhotoResult]) -> Option<f64> {
    let spreads: Vec<f64> = timed(results)
        .filter_map(|r| {
            let spread = Spread::of(&r.repeats_ms)?;
            let fastest = quantile(&r.repeats_ms, 0.0)?;
            (spread.median > 0.0).then(|| 100.0 * (spread.max - fastest) / spread.median)
        })
        .collect();
    median(&spreads).map(round)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Truth;
    use crate::score::score_photo;
    use crate::warning::Warning;

    fn photo(file: &str, status: Status, width: Option<f64>, truth: f64) -> PhotoResult {
        let mut result = PhotoResult::failed(file.into(), String::new());
        result.status = status;
        result.wall_width_cm = width;
        let truth = Truth {
            width_cm: Some(truth),
            height_cm: None,
        };
        score_photo(&mut result, Some(truth));
        result
    }

    #[test]
    fn photos_are_counted_by_status_and_fallback_is_scored_apart() {
        let mut cut = photo("c", Status::Ok, Some(300.0), 400.0);
        cut.warnings.push(Warning::LeftEndCut);
        let results = [
            photo("a", Status::Ok, Some(420.0), 400.0),
            photo("b", Status::Error, None, 400.0),
            cut,
            photo("d", Status::Fallback, Some(800.0), 400.0),
            photo("e", Status::Refused, None, 400.0),
        ];
        let metrics = summarise(
            &results,
            RunTotals {
                wall_seconds: 2.0,
                ..RunTotals::default()
            },
        );
        assert_eq!(
            (
                metrics.total,
                metrics.successful,
                metrics.refused,
                metrics.fallback,
                metrics.errors
            ),
            (5, 2, 1, 1, 1)
        );
        assert_eq!(metrics.with_truth, 5);
        assert_eq!(metrics.width.mape, Some(15.0));
        assert_eq!(metrics.by_visibility.both_ends.width.mape, Some(5.0));
        assert_eq!(metrics.by_visibility.cut.width.mape, Some(25.0));
        assert_eq!(
            metrics.fallback_scores.map(|s| s.width.mape),
            Some(Some(100.0))
        );
        assert_eq!(metrics.constant_baseline.width_mape, Some(5.0));
        assert_eq!(metrics.constant_baseline.height_mape, None);
        assert_eq!(metrics.photos_per_second, Some(2.5));
    }

    #[test]
    fn times_are_those_of_this_run_and_repetitions_show_their_spread() {
        let mut own = photo("a", Status::Ok, Some(420.0), 400.0);
        own.timings_ms.total = 100.0;
        own.repeats_ms = vec![90.0, 100.0, 120.0];
        own.rss_mb.measure = Some(250.0);
        let mut cached = photo("b", Status::Ok, Some(420.0), 400.0);
        cached.timings_ms.total = 9000.0;
        cached.cached = true;
        let totals = RunTotals {
            wall_seconds: 0.5,
            ..RunTotals::default()
        };
        let results = [own, cached];
        let metrics = summarise(&results, totals);
        assert_eq!(metrics.timings_ms["total"].max, 100.0);
        assert_eq!(metrics.cached, 1);
        assert_eq!(metrics.repeat_spread_pct, Some(30.0));
        assert_eq!(metrics.memory_mb["measure"].median, 250.0);
        assert!(!metrics.memory_mb.contains_key("decode"));
        assert_eq!(metrics.width.count, 2, "accuracy is of all photos");
        assert_eq!(metrics.photos_per_second, Some(2.0));
        let none_measured = summarise(&results[1..], totals);
        assert_eq!(none_measured.photos_per_second, None);
    }

    #[test]
    fn of_two_runs_the_busier_machine_is_remembered() {
        let with = |others_pct: f64, idle_pct: f64| RunTotals {
            wall_seconds: 2.0,
            processors: Some(ProcessorUse {
                own_pct: 100.0 - others_pct - idle_pct,
                others_pct,
                idle_pct,
            }),
            ..RunTotals::default()
        };
        let (busy, quiet, short) = (with(20.0, 5.0), with(40.0, 50.0), RunTotals::default());
        for (one, other) in [(busy, quiet), (quiet, busy), (busy, short), (short, busy)] {
            assert_eq!(one.then(other).processors, busy.processors);
        }
        assert_eq!(busy.then(quiet).wall_seconds, 4.0);
        assert_eq!(short.then(short).processors, None);
    }

    #[test]
    fn an_empty_run_has_counts_of_zero_and_no_statistics() {
        let metrics = summarise(&[], RunTotals::default());
        assert_eq!(metrics.total, 0);
        assert_eq!(metrics.width.mape, None);
        assert!(metrics.timings_ms.is_empty());
    }
}
