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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::compare;
    use crate::report::{Report, sample};

    /// A report of so many photos, measured alike, each in a time of its own.
    fn report(photos: u8) -> Report {
        let mut report = sample::report();
        let measured = report.results.swap_remove(0);
        report.results = (0..photos)
            .map(|index| {
                let mut photo = measured.clone();
                photo.file = format!("{index}.heic");
                photo.timings_ms.total = 600.0 + 10.0 * f64::from(index);
                photo
            })
            .collect();
        report
    }

    /// The same photos, those that `is_slow` names by their place half as slow again.
    fn slower(old: &Report, is_slow: fn(usize) -> bool) -> Report {
        let mut new = old.clone();
        for (place, photo) in new.results.iter_mut().enumerate() {
            if is_slow(place) {
                photo.timings_ms.total *= 1.5;
            }
        }
        new
    }

    fn slowed(limit: f64, old: &Report, new: &Report) -> GateOutcome {
        let limits = GateLimits {
            max_slowdown: Some(limit),
            ..GateLimits::default()
        };
        let comparison = compare(old, new).unwrap();
        let [outcome] = check_change(&limits, &comparison).try_into().unwrap();
        outcome
    }

    #[test]
    fn a_slowdown_beyond_the_limit_is_missed() {
        let old = report(8);
        let new = slower(&old, |_| true);
        for (limit, expected) in [(1.2, Verdict::Missed), (2.0, Verdict::Held)] {
            let outcome = slowed(limit, &old, &new);
            assert_eq!(outcome.verdict, expected, "{outcome:?}");
            assert_eq!(outcome.actual.as_deref(), Some("x 1.50 (1.50 to 1.50)"));
            assert_eq!(outcome.note, None);
        }
    }

    #[test]
    fn a_slowdown_that_may_be_none_is_not_missed() {
        let old = report(8);
        let outcome = slowed(1.2, &old, &slower(&old, |place| place % 2 == 0));
        assert_eq!(outcome.actual.as_deref(), Some("x 1.25 (1.00 to 1.50)"));
        assert_eq!(outcome.verdict, Verdict::Held);
    }

    #[test]
    fn times_of_another_machine_or_of_few_photos_are_skipped() {
        let old = report(8);
        let mut elsewhere = slower(&old, |_| true);
        elsewhere.environment.cpu = Some("Another CPU".to_owned());
        let few = report(5);
        for (old, new, why) in [
            (&old, &elsewhere, "Another CPU"),
            (&few, &slower(&few, |_| true), "fewer than 6 photos"),
        ] {
            let outcome = slowed(1.2, old, new);
            assert_eq!(outcome.verdict, Verdict::Skipped, "{outcome:?}");
            assert!(outcome.note.unwrap().contains(why));
        }
    }

    #[test]
    fn an_error_that_grows_beyond_the_limit_is_missed_and_names_its_photos() {
        let old = report(8);
        let limits = GateLimits {
            max_regression: Some(1.0),
            ..GateLimits::default()
        };
        for (growth, expected, named) in [(0.5, Verdict::Held, 0), (1.5, Verdict::Missed, 8)] {
            let mut new = old.clone();
            for photo in &mut new.results {
                photo.score.width_pct_err = photo.score.width_pct_err.map(|error| error + growth);
            }
            let comparison = compare(&old, &new).unwrap();
            let [width, height] = check_change(&limits, &comparison).try_into().unwrap();
            assert_eq!(width.gate, "max-regression width");
            assert_eq!(width.verdict, expected, "{width:?}");
            assert_eq!(width.photos.len(), named, "{width:?}");
            assert_eq!(height.verdict, Verdict::Held, "{height:?}");
        }
    }
}
