//! Gates: limits that a report is held to. All are checked, so that a reader sees every one that is missed.

mod change;
mod limits;

pub use change::{check_change, incomparable, no_baseline};
pub use limits::GateLimits;

use crate::photo_result::{PhotoResult, Status};
use crate::report::gate_outcome::{GateOutcome, Verdict};
use crate::say::counted;
use crate::score::Metrics;
use crate::tolerance::Tolerance;

/// Checks every limit that is set and is about the run alone.
#[must_use]
pub fn check(limits: &GateLimits, results: &[PhotoResult], metrics: &Metrics) -> Vec<GateOutcome> {
    let mut outcomes: Vec<GateOutcome> = errors(limits.max_errors, results).into_iter().collect();
    if let Some(limit) = limits.max_width_mape {
        outcomes.push(at_most("max-width-mape", limit, metrics.width.mape));
    }
    if let Some(limit) = limits.max_height_mape {
        outcomes.push(at_most("max-height-mape", limit, metrics.height.mape));
    }
    if let Some(limit) = limits.max_refusals {
        let gate = "max-refusals";
        outcomes.push(at_most_photos(gate, limit, Status::Refused, results));
    }
    if let Some(limit) = limits.max_fallbacks {
        let gate = "max-fallbacks";
        outcomes.push(at_most_photos(gate, limit, Status::Fallback, results));
    }
    if let Some(limit) = limits.min_coverage {
        outcomes.extend(coverage(limit, results, metrics));
    }
    if let Some(limit) = limits.max_photo_error {
        outcomes.push(photo_error(limit, results));
    }
    outcomes
}

/// The outcome of a run that was ended early: what holds for some photos is no pass.
#[must_use]
pub fn interrupted(measured: usize) -> GateOutcome {
    GateOutcome {
        gate: "whole-run".to_owned(),
        limit: "all photos".to_owned(),
        actual: Some(format!("interrupted after {}", counted(measured, "photo"))),
        verdict: Verdict::Missed,
        photos: Vec::new(),
        note: None,
    }
}

/// Whether any gate was missed.
#[must_use]
pub fn any_missed(outcomes: &[GateOutcome]) -> bool {
    outcomes.iter().any(|o| o.verdict == Verdict::Missed)
}

fn at_most(gate: &str, limit: f64, actual: Option<f64>) -> GateOutcome {
    percent(gate, limit, actual, |actual| actual <= limit)
}

fn at_least(gate: &str, limit: f64, actual: Option<f64>) -> GateOutcome {
    percent(gate, limit, actual, |actual| actual >= limit)
}

/// A gate that cannot be computed is missed: one that nobody can check protects nobody.
fn percent(
    gate: &str,
    limit: f64,
    actual: Option<f64>,
    holds: impl Fn(f64) -> bool,
) -> GateOutcome {
    GateOutcome {
        gate: gate.to_owned(),
        limit: format!("{limit} %"),
        actual: actual.map(|a| format!("{a:.2} %")),
        verdict: verdict(actual.is_some_and(holds)),
        photos: Vec::new(),
        note: actual
            .is_none()
            .then(|| "no measured photo has this truth".to_owned()),
    }
}

fn errors(limit: Option<Tolerance>, results: &[PhotoResult]) -> Option<GateOutcome> {
    let outcome = at_most_photos(
        "max-errors",
        limit.unwrap_or_default(),
        Status::Error,
        results,
    );
    (limit.is_some() || outcome.verdict == Verdict::Missed).then_some(outcome)
}

fn at_most_photos(
    gate: &str,
    limit: Tolerance,
    status: Status,
    results: &[PhotoResult],
) -> GateOutcome {
    let photos = named(results, |r| r.status == status);
    let held = limit.allows(photos.len(), results.len());
    GateOutcome {
        gate: gate.to_owned(),
        limit: limit.to_string(),
        actual: Some(format!("{} of {}", photos.len(), results.len())),
        verdict: verdict(held),
        photos: if held { Vec::new() } else { photos },
        note: None,
    }
}

/// One outcome for each of width and height that has truth, one where neither has; missed ones name the photos whose truth lies outside
/// the interval.
fn coverage(limit: f64, results: &[PhotoResult], metrics: &Metrics) -> Vec<GateOutcome> {
    let of = |size: &str,
              found: Option<f64>,
              truth: fn(&PhotoResult) -> Option<f64>,
              misses_truth: fn(&PhotoResult) -> bool| {
        // Truth that no photo was measured for is missed, not passed over.
        let has_truth = results.iter().any(|r| truth(r).is_some());
        has_truth.then(|| {
            let mut outcome = at_least(&format!("min-coverage {size}"), limit, found);
            if outcome.verdict == Verdict::Missed {
                outcome.photos = named(results, |r| !r.is_stand_in() && misses_truth(r));
            }
            outcome
        })
    };
    let width = of(
        "width",
        metrics.width.coverage80,
        |r| r.score.expected_width_cm,
        PhotoResult::width_misses_truth,
    );
    let height = of(
        "height",
        metrics.height.coverage80,
        |r| r.score.expected_height_cm,
        PhotoResult::height_misses_truth,
    );
    if width.is_none() && height.is_none() {
        return vec![at_least("min-coverage", limit, None)];
    }
    width.into_iter().chain(height).collect()
}

fn named(results: &[PhotoResult], which: impl Fn(&PhotoResult) -> bool) -> Vec<String> {
    let chosen = results.iter().filter(|r| which(r));
    chosen.map(|r| r.file.clone()).collect()
}

/// What stood in for a measurement counts here as little as in the MAPE; it has a gate of its own.
fn photo_error(limit: f64, results: &[PhotoResult]) -> GateOutcome {
    let error = |r: &PhotoResult| r.score.worst_pct_err().filter(|_| !r.is_stand_in());
    let worst = results.iter().filter_map(error).reduce(f64::max);
    let mut outcome = at_most("max-photo-error", limit, worst);
    outcome.photos = named(results, |r| error(r).is_some_and(|e| e > limit));
    outcome
}

const fn verdict(held: bool) -> Verdict {
    if held { Verdict::Held } else { Verdict::Missed }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Truth;
    use crate::score::{RunTotals, score_photo, summarise};

    fn photo(file: &str, width: f64) -> PhotoResult {
        let mut result = PhotoResult::failed(file.into(), String::new());
        result.status = Status::Ok;
        result.wall_width_cm = Some(width);
        result.width_interval_cm = Some([width - 1.0, width + 1.0]);
        score_photo(
            &mut result,
            Some(Truth {
                width_cm: Some(400.0),
                height_cm: None,
            }),
        );
        result
    }

    fn verdicts(limits: GateLimits) -> Vec<(String, Verdict, Vec<String>)> {
        let results = [photo("good.jpg", 400.0), photo("bad.jpg", 480.0)];
        let metrics = summarise(&results, RunTotals::default());
        check(&limits, &results, &metrics)
            .into_iter()
            .map(|o| (o.gate, o.verdict, o.photos))
            .collect()
    }

    #[test]
    fn every_gate_is_listed_with_its_own_verdict() {
        let found = verdicts(GateLimits {
            max_width_mape: Some(10.0),
            max_height_mape: Some(10.0),
            max_photo_error: Some(5.0),
            min_coverage: Some(50.0),
            max_refusals: Some(Tolerance::Photos(0)),
            ..GateLimits::default()
        });
        let expected = [
            ("max-width-mape", Verdict::Held, vec![]),
            ("max-height-mape", Verdict::Missed, vec![]),
            ("max-refusals", Verdict::Held, vec![]),
            ("min-coverage width", Verdict::Held, vec![]),
            (
                "max-photo-error",
                Verdict::Missed,
                vec!["bad.jpg".to_owned()],
            ),
        ];
        let expected: Vec<_> = expected.map(|(g, v, p)| (g.to_owned(), v, p)).into();
        assert_eq!(found, expected);
    }

    #[test]
    fn truth_that_nothing_was_measured_for_is_no_coverage() {
        let mut unmeasured = photo("a.jpg", 400.0);
        unmeasured.score.expected_height_cm = Some(250.0);
        let results = [unmeasured];
        let metrics = summarise(&results, RunTotals::default());
        let [width, height] = coverage(50.0, &results, &metrics).try_into().unwrap();
        assert_eq!(width.verdict, Verdict::Held);
        assert_eq!(height.gate, "min-coverage height");
        assert_eq!(height.verdict, Verdict::Missed);
    }

    #[test]
    fn no_limit_no_gate() {
        assert!(verdicts(GateLimits::default()).is_empty());
    }

    #[test]
    fn errors_are_listed_where_they_are_too_many_or_a_limit_was_set() {
        let failed = PhotoResult::failed("broken.jpg".into(), "empty".into());
        let results = [photo("good.jpg", 400.0), failed];
        let metrics = summarise(&results, RunTotals::default());
        let found = check(&GateLimits::default(), &results, &metrics);
        assert_eq!(found[0].gate, "max-errors");
        assert_eq!(found[0].verdict, Verdict::Missed);
        assert_eq!(found[0].photos, ["broken.jpg"]);
        let tolerant = GateLimits {
            max_errors: Some(Tolerance::Photos(1)),
            ..GateLimits::default()
        };
        let found = check(&tolerant, &results, &metrics);
        assert_eq!(found[0].verdict, Verdict::Held);
        assert!(found[0].photos.is_empty());
    }

    #[test]
    fn missed_coverage_refusals_and_fallbacks_name_their_photos() {
        let of_status = |file: &str, status: Status| PhotoResult {
            status,
            ..PhotoResult::failed(file.into(), String::new())
        };
        let results = [
            photo("good.jpg", 400.0),
            photo("bad.jpg", 480.0),
            of_status("refused.jpg", Status::Refused),
            of_status("guess.jpg", Status::Fallback),
        ];
        let limits = GateLimits {
            max_refusals: Some(Tolerance::Percent(10.0)),
            max_fallbacks: Some(Tolerance::Photos(0)),
            min_coverage: Some(80.0),
            ..GateLimits::default()
        };
        let metrics = summarise(&results, RunTotals::default());
        let found = check(&limits, &results, &metrics);
        assert_eq!(found[0].photos, ["refused.jpg"]);
        assert_eq!(found[1].photos, ["guess.jpg"]);
        assert_eq!(found[2].gate, "min-coverage width");
        assert_eq!(found[2].photos, ["bad.jpg"]);
    }
}
