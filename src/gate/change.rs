//! Limits of the change since a baseline.

use super::{GateLimits, verdict};
use crate::report::comparison::{
    Change, Comparison, ErrorsOf, FEWEST_DRAWN, MapeChange, SAME_POINTS, TimeChange, error_growth,
};
use crate::report::gate_outcome::{GateOutcome, Verdict};
use crate::say::counted;

const REGRESSION: &str = "max-regression";
const SLOWDOWN: &str = "max-slowdown";

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

/// The outcomes where there is nothing to compare with, and that is as it should be.
#[must_use]
pub fn no_baseline(limits: &GateLimits, why: &str) -> Vec<GateOutcome> {
    uncompared(limits, Verdict::Skipped, why)
}

/// The outcomes where the baseline is of other photos or another truth: missed, since a comparison was asked for.
#[must_use]
pub fn incomparable(limits: &GateLimits, why: &str) -> Vec<GateOutcome> {
    let mut outcomes = vec![GateOutcome {
        gate: "baseline".to_owned(),
        limit: "the same photos and truth".to_owned(),
        actual: Some("not comparable".to_owned()),
        verdict: Verdict::Missed,
        photos: Vec::new(),
        note: Some(why.to_owned()),
    }];
    outcomes.extend(uncompared(
        limits,
        Verdict::Missed,
        "the baseline cannot be compared with",
    ));
    outcomes
}

fn uncompared(limits: &GateLimits, verdict: Verdict, why: &str) -> Vec<GateOutcome> {
    let asked = [
        (REGRESSION, limits.max_regression.map(points)),
        (SLOWDOWN, limits.max_slowdown.map(times)),
    ];
    let outcome = |(gate, limit): (&str, Option<String>)| {
        Some(GateOutcome {
            gate: gate.to_owned(),
            limit: limit?,
            actual: None,
            verdict,
            photos: Vec::new(),
            note: Some(why.to_owned()),
        })
    };
    asked.into_iter().filter_map(outcome).collect()
}

fn points(limit: f64) -> String {
    counted(limit, "point")
}

fn times(limit: f64) -> String {
    format!("x {limit}")
}

/// One outcome for each of width and height that has truth; one that is missed where neither has.
fn regression(limit: f64, comparison: &Comparison) -> Vec<GateOutcome> {
    let width: ErrorsOf = |photo| photo.width_pct_err;
    let height: ErrorsOf = |photo| photo.height_pct_err;
    let found: Vec<GateOutcome> = [
        (" width", &comparison.width, width),
        (" height", &comparison.height, height),
    ]
    .into_iter()
    .filter_map(|(what, change, of)| Some(grown(what, limit, change.as_ref()?, of, comparison)))
    .collect();
    if found.is_empty() {
        let limits = GateLimits {
            max_regression: Some(limit),
            ..GateLimits::default()
        };
        uncompared(&limits, Verdict::Missed, "no photo has truth")
    } else {
        found
    }
}

fn grown(
    what: &str,
    limit: f64,
    change: &MapeChange,
    errors: ErrorsOf,
    comparison: &Comparison,
) -> GateOutcome {
    let held = change.difference <= limit;
    let mut notes = Vec::new();
    if !held && !change.is_beyond_chance() {
        notes.push("may be chance: the 95 % interval includes 0".to_owned());
    }
    // Leaving out what is measured badly would be an easy way through.
    match comparison.having(Change::Gone).count() {
        0 => {}
        gone => notes.push(format!(
            "without {} of the baseline",
            counted(gone, "photo")
        )),
    }
    let mut culprits: Vec<(f64, &str)> = comparison
        .in_both()
        .filter_map(|photo| Some((error_growth(errors(photo))?, photo.file.as_str())))
        .filter(|(growth, _)| *growth > SAME_POINTS)
        .collect();
    culprits.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    GateOutcome {
        gate: format!("{REGRESSION}{what}"),
        limit: points(limit),
        actual: Some(format!("{:+.2} points", change.difference)),
        verdict: verdict(held),
        photos: if held {
            Vec::new()
        } else {
            culprits
                .into_iter()
                .map(|(_, file)| file.to_owned())
                .collect()
        },
        note: (!notes.is_empty()).then(|| notes.join("; ")),
    }
}

/// Missed only where the whole interval lies above the limit: a noisy machine should not fail a merge.
fn slowdown(limit: f64, change: Option<&TimeChange>) -> GateOutcome {
    let skipped = match change {
        None => Some("no photo has times in both reports".to_owned()),
        Some(change) if change.not_comparable.is_none() && change.photos < FEWEST_DRAWN => Some(
            format!("times of fewer than {FEWEST_DRAWN} photos tell too little"),
        ),
        Some(change) => change.not_comparable.clone(),
    };
    let held = change.is_none_or(|c| c.interval.low <= limit);
    GateOutcome {
        gate: SLOWDOWN.to_owned(),
        limit: times(limit),
        actual: change.map(|c| {
            format!(
                "x {:.2} ({:.2} to {:.2})",
                c.ratio, c.interval.low, c.interval.high
            )
        }),
        verdict: if skipped.is_some() {
            Verdict::Skipped
        } else {
            verdict(held)
        },
        photos: Vec::new(),
        note: skipped,
    }
}
