//! Gates: limits that a report is held to. All are checked, so that a reader sees every one that is missed.

use serde::{Deserialize, Serialize};

use crate::compare::{Change, Comparison, MapeChange, TimeChange};
use crate::report::photo_result::{PhotoResult, Status};
use crate::score::Metrics;
use crate::tolerance::Tolerance;

/// The limits of a run; an absent one is not checked.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[allow(missing_docs)] // Named and explained as the options of the same name.
pub struct GateLimits {
    /// Photos that may fail; none where nobody says. Listed only where somebody does, or where it is exceeded.
    pub max_errors: Option<Tolerance>,
    pub max_refusals: Option<Tolerance>,
    pub max_width_mape: Option<f64>,
    pub max_height_mape: Option<f64>,
    pub min_coverage: Option<f64>,
    pub max_photo_error: Option<f64>,
    pub max_regression: Option<f64>,
    pub max_slowdown: Option<f64>,
}

impl GateLimits {
    /// The first of these limits that means nothing without ground truth.
    #[must_use]
    pub fn needs_truth(&self) -> Option<&'static str> {
        [
            (self.max_width_mape, "--max-width-mape"),
            (self.max_height_mape, "--max-height-mape"),
            (self.min_coverage, "--min-coverage"),
            (self.max_photo_error, "--max-photo-error"),
        ]
        .into_iter()
        .find_map(|(limit, name)| limit.map(|_| name))
    }

    /// The first of these limits that means nothing without a baseline.
    #[must_use]
    pub fn needs_baseline(&self) -> Option<&'static str> {
        [
            (self.max_regression, "--max-regression"),
            (self.max_slowdown, "--max-slowdown"),
        ]
        .into_iter()
        .find_map(|(limit, name)| limit.map(|_| name))
    }
}

/// What came of one gate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GateOutcome {
    /// The option without its dashes, with what it was applied to.
    pub gate: String,
    /// The limit as given.
    pub limit: String,
    /// What was found; absent when nothing could be computed.
    pub actual: Option<String>,
    /// Held or missed.
    pub verdict: Verdict,
    /// Photos that missed it, where it is about single photos.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<String>,
    /// Why it was skipped, or could not be computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Whether a gate held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub enum Verdict {
    Held,
    Missed,
    Skipped,
}

/// Checks every limit that is set.
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
        outcomes.push(refusals(limit, results));
    }
    if let Some(limit) = limits.min_coverage {
        outcomes.extend(coverage(limit, results, metrics));
    }
    if let Some(limit) = limits.max_photo_error {
        outcomes.push(photo_error(limit, results));
    }
    outcomes
}

/// Checks every limit that is set and is about change.
#[must_use]
pub fn check_change(limits: &GateLimits, comparison: &Comparison) -> Vec<GateOutcome> {
    let mut outcomes = Vec::new();
    if let Some(limit) = limits.max_regression {
        outcomes.extend(regression(limit, comparison));
    }
    if let Some(limit) = limits.max_slowdown {
        outcomes.push(slowdown(limit, comparison.time.as_ref()));
    }
    outcomes
}

/// One outcome for each of width and height that has truth; one that is missed where neither has.
fn regression(limit: f64, comparison: &Comparison) -> Vec<GateOutcome> {
    let culprits: Vec<String> = [Change::NowFailing, Change::Worse]
        .into_iter()
        .flat_map(|change| comparison.having(change))
        .map(|photo| photo.file.clone())
        .collect();
    let of = |what: &str, change: Option<&MapeChange>| GateOutcome {
        gate: format!("max-regression{what}"),
        limit: format!("{limit} points"),
        actual: change.map(|c| format!("{:+.2} points", c.difference)),
        verdict: verdict(change.is_some_and(|c| c.difference <= limit)),
        photos: match change {
            Some(c) if c.difference > limit => culprits.clone(),
            _ => Vec::new(),
        },
        note: match change {
            None => Some("no photo has truth".to_owned()),
            Some(c) if c.difference > limit && !c.is_beyond_chance() => {
                Some("may be chance: the 95 % interval includes no change".to_owned())
            }
            Some(_) => None,
        },
    };
    let found: Vec<GateOutcome> = [
        (" width", &comparison.width),
        (" height", &comparison.height),
    ]
    .into_iter()
    .filter_map(|(what, change)| change.as_ref().map(|change| of(what, Some(change))))
    .collect();
    if found.is_empty() {
        vec![of("", None)]
    } else {
        found
    }
}

/// Missed only where the whole interval lies above the limit: a noisy machine should not fail a merge.
fn slowdown(limit: f64, change: Option<&TimeChange>) -> GateOutcome {
    let skipped = change.and_then(|c| c.not_comparable.clone());
    GateOutcome {
        gate: "max-slowdown".to_owned(),
        limit: format!("x {limit}"),
        actual: change.map(|c| {
            format!(
                "x {:.2} ({:.2} to {:.2})",
                c.ratio, c.interval.low, c.interval.high
            )
        }),
        verdict: match change {
            None => Verdict::Skipped,
            Some(_) if skipped.is_some() => Verdict::Skipped,
            Some(c) => verdict(c.interval.low <= limit),
        },
        photos: Vec::new(),
        note: match change {
            None => Some("no photo has times in both reports".to_owned()),
            Some(_) => skipped,
        },
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

fn refusals(limit: Tolerance, results: &[PhotoResult]) -> GateOutcome {
    at_most_photos("max-refusals", limit, Status::Refused, results)
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

/// One outcome for widths and one for heights; missed ones name the photos whose truth lies outside the interval.
fn coverage(limit: f64, results: &[PhotoResult], metrics: &Metrics) -> [GateOutcome; 2] {
    let outside = |interval: Option<[f64; 2]>, truth: Option<f64>| match (interval, truth) {
        (Some([low, high]), Some(truth)) => !(low..=high).contains(&truth),
        _ => false,
    };
    let counts = |r: &PhotoResult| matches!(r.status, Status::Ok | Status::Refused);
    let mut width = at_least("min-coverage width", limit, metrics.width.coverage80);
    let mut height = at_least("min-coverage height", limit, metrics.height.coverage80);
    if width.verdict == Verdict::Missed {
        width.photos = named(results, |r| {
            counts(r) && outside(r.width_interval_cm, r.score.expected_width_cm)
        });
    }
    if height.verdict == Verdict::Missed {
        height.photos = named(results, |r| {
            counts(r) && outside(r.height_interval_cm, r.score.expected_height_cm)
        });
    }
    [width, height]
}

fn named(results: &[PhotoResult], which: impl Fn(&PhotoResult) -> bool) -> Vec<String> {
    let chosen = results.iter().filter(|r| which(r));
    chosen.map(|r| r.file.clone()).collect()
}

fn photo_error(limit: f64, results: &[PhotoResult]) -> GateOutcome {
    let worst_of = |r: &PhotoResult| {
        let errors = [r.score.width_pct_err, r.score.height_pct_err];
        errors.into_iter().flatten().reduce(f64::max)
    };
    let worst = results.iter().filter_map(worst_of).reduce(f64::max);
    let mut outcome = at_most("max-photo-error", limit, worst);
    outcome.photos = named(results, |r| worst_of(r).is_some_and(|e| e > limit));
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
            ("min-coverage height", Verdict::Missed, vec![]),
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
    fn missed_coverage_and_refusals_name_their_photos() {
        let mut refused = PhotoResult::failed("refused.jpg".into(), String::new());
        refused.status = Status::Refused;
        let results = [photo("good.jpg", 400.0), photo("bad.jpg", 480.0), refused];
        let limits = GateLimits {
            max_refusals: Some(Tolerance::Percent(10.0)),
            min_coverage: Some(80.0),
            ..GateLimits::default()
        };
        let metrics = summarise(&results, RunTotals::default());
        let found = check(&limits, &results, &metrics);
        assert_eq!(found[0].photos, ["refused.jpg"]);
        assert_eq!(found[1].gate, "min-coverage width");
        assert_eq!(found[1].photos, ["bad.jpg"]);
    }
}
