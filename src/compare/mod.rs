//! Two reports of the same photos, laid side by side: what became better or worse, and whether that is more than chance.
//!
//! A pure function of the two reports; nothing is measured again.

pub mod baseline;
mod differences;
mod pairing;
mod resampling;

use std::collections::BTreeMap;
use std::path::Path;

use crate::photo_result::{PhotoResult, Status};
use crate::report::Report;
use crate::report::comparison::{
    Change, Comparison, MapeChange, PhotoChange, SAME_POINTS, TimeChange, counted_errors,
};
use crate::score::round;
use crate::statistics::{mean, median};

pub use differences::of_values as differences_of;
pub use pairing::{Paired, paired};

/// Changes smaller than [`SAME_POINTS`] are none; the same for the sizes themselves where no truth tells better from worse, percent.
const SAME_SIZE_PCT: f64 = 0.5;

/// Two reports that do not speak of the same thing.
#[derive(Debug, thiserror::Error)]
pub enum Incomparable {
    /// No photo is in both.
    #[error(
        "no photo is in both reports: the old one has {old} photos, the first is '{first_old}'; the new one has {new}, the first is '{first_new}'"
    )]
    NothingShared {
        /// Photos of the old report.
        old: usize,
        /// One of them.
        first_old: String,
        /// Photos of the new report.
        new: usize,
        /// One of them.
        first_new: String,
    },
    /// A photo of the same name has other bytes.
    #[error(
        "other photos under the same name: {}", listed(.0)
    )]
    OtherPhotos(Vec<String>),
    /// The truth differs.
    #[error(
        "the two reports were scored against different truth{}: {}", .lacking.map_or("", Side::against_none), listed(.photos)
    )]
    OtherTruth {
        /// Those whose truth differs.
        photos: Vec<String>,
        /// The report that has no truth at all, if one has none.
        lacking: Option<Side>,
    },
}

/// One of the two reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The one before.
    Old,
    /// The one now.
    New,
}

impl Side {
    const fn against_none(self) -> &'static str {
        match self {
            Self::Old => ", the old one against none",
            Self::New => ", the new one against none",
        }
    }
}

impl Incomparable {
    /// What makes the reports comparable, `old` being the file of the old one.
    #[must_use]
    pub fn advice(&self, old: &Path) -> String {
        let old = old.display();
        match self {
            Self::NothingShared { .. } => {
                "compare reports of the same photos; photos are matched by their path relative to --dir, else by their bytes and base name"
                    .to_owned()
            }
            Self::OtherPhotos(_) => {
                format!("where they were replaced on purpose, remove {old} and make it anew")
            }
            // The old one is as it should be, and must not lose its truth.
            Self::OtherTruth {
                lacking: Some(Side::New),
                ..
            } => "give --ground-truth FILE when measuring, or score the new one: `measure-bench score NEW.json --ground-truth FILE --save NEW.json`"
                .to_owned(),
            Self::OtherTruth { .. } => format!(
                "score the old one again: `measure-bench score {old} --ground-truth FILE --save {old}`"
            ),
        }
    }
}

/// The first few of many names.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 3;
    let mut text = names
        .iter()
        .take(SHOWN)
        .map(|name| crate::say::printable(name))
        .collect::<Vec<_>>()
        .join(", ");
    if names.len() > SHOWN {
        text.push_str(&format!(" and {} more", names.len() - SHOWN));
    }
    text
}

/// Compares photos as they are [`paired`].
///
/// # Errors
/// When no photo is shared, or shared ones differ in their bytes or their truth.
pub fn compare(old: &Report, new: &Report) -> Result<Comparison, Incomparable> {
    let Paired {
        both: pairs,
        new: new_ones,
        gone: gone_ones,
    } = paired(old, new);
    check_comparable(old, new, &pairs)?;

    let mut photos: Vec<PhotoChange> = pairs
        .iter()
        .map(|(old, new)| photo_change(Some(old), Some(new)))
        .chain(
            new_ones
                .into_iter()
                .map(|new| photo_change(None, Some(new))),
        )
        .chain(
            gone_ones
                .into_iter()
                .map(|old| photo_change(Some(old), None)),
        )
        .collect();
    let size = |p: &PhotoChange| p.error_change().map_or(0.0, f64::abs);
    photos.sort_by(|a, b| {
        let by_size = size(b).total_cmp(&size(a));
        a.change
            .cmp(&b.change)
            .then(by_size)
            .then(a.file.cmp(&b.file))
    });
    let mut counts = BTreeMap::new();
    for photo in &photos {
        *counts.entry(photo.change).or_insert(0) += 1;
    }
    Ok(Comparison {
        old_generated_at: old.generated_at.clone(),
        new_generated_at: new.generated_at.clone(),
        differences: differences::between(old, new),
        counts,
        width: mape_change(&pairs, width_error),
        height: mape_change(&pairs, height_error),
        time: time_change(old, new, &pairs),
        photos,
    })
}

fn check_comparable(
    old: &Report,
    new: &Report,
    pairs: &[(&PhotoResult, &PhotoResult)],
) -> Result<(), Incomparable> {
    let first = |report: &Report| {
        report
            .results
            .first()
            .map_or_else(String::new, |r| r.file.clone())
    };
    if pairs.is_empty() {
        return Err(Incomparable::NothingShared {
            old: old.results.len(),
            first_old: first(old),
            new: new.results.len(),
            first_new: first(new),
        });
    }
    let differing = |differ: &dyn Fn(&PhotoResult, &PhotoResult) -> bool| -> Vec<String> {
        pairs
            .iter()
            .filter(|(old, new)| differ(old, new))
            .map(|(_, new)| new.file.clone())
            .collect()
    };
    let other_bytes = differing(&|old, new| {
        old.sha256.is_some() && new.sha256.is_some() && old.sha256 != new.sha256
    });
    if !other_bytes.is_empty() {
        return Err(Incomparable::OtherPhotos(other_bytes));
    }
    let truth = |r: &PhotoResult| (r.score.expected_width_cm, r.score.expected_height_cm);
    let other_truth = differing(&|old, new| truth(old) != truth(new));
    if !other_truth.is_empty() {
        let has_truth = |report: &Report| report.results.iter().any(|r| r.score.has_truth());
        return Err(Incomparable::OtherTruth {
            photos: other_truth,
            lacking: match (has_truth(old), has_truth(new)) {
                (_, false) => Some(Side::New),
                (false, true) => Some(Side::Old),
                (true, true) => None,
            },
        });
    }
    Ok(())
}

fn photo_change(old: Option<&PhotoResult>, new: Option<&PhotoResult>) -> PhotoChange {
    let pair = |of: fn(&PhotoResult) -> Option<f64>| [old.and_then(of), new.and_then(of)];
    let mut photo = PhotoChange {
        file: new.or(old).map_or_else(String::new, |r| r.file.clone()),
        change: Change::Same,
        width_cm: pair(|r| r.wall_width_cm),
        height_cm: pair(|r| r.wall_height_cm),
        width_pct_err: pair(width_error),
        height_pct_err: pair(height_error),
        overlay: [old, new].map(|r| r.and_then(|r| r.overlay.clone())),
    };
    photo.change = match (old, new) {
        (None, _) => Change::New,
        (_, None) => Change::Gone,
        (Some(old), Some(new)) => match (is_measured(old), is_measured(new)) {
            (true, false) => Change::NowFailing,
            (false, true) => Change::Recovered,
            (false, false) => Change::Same,
            (true, true) => judged(&photo),
        },
    };
    photo
}

/// The error of what the program itself measured: of a stand-in there is none, or failing would be a way through the limits.
fn width_error(result: &PhotoResult) -> Option<f64> {
    (result.score.width_pct_err).filter(|_| !result.is_stand_in())
}

fn height_error(result: &PhotoResult) -> Option<f64> {
    (result.score.height_pct_err).filter(|_| !result.is_stand_in())
}

fn is_measured(result: &PhotoResult) -> bool {
    result.status == Status::Ok
}

fn judged(photo: &PhotoChange) -> Change {
    match photo.error_change() {
        Some(points) if points > SAME_POINTS => Change::Worse,
        Some(points) if points < -SAME_POINTS => Change::Improved,
        Some(_) => Change::Same,
        None => {
            let moved = |[old, new]: [Option<f64>; 2]| match (old, new) {
                (Some(old), Some(new)) => 100.0 * (new - old).abs() > SAME_SIZE_PCT * old,
                (None, None) => false,
                _ => true,
            };
            if moved(photo.width_cm) || moved(photo.height_cm) {
                Change::Moved
            } else {
                Change::Same
            }
        }
    }
}

fn mape_change(
    pairs: &[(&PhotoResult, &PhotoResult)],
    error: impl Fn(&PhotoResult) -> Option<f64>,
) -> Option<MapeChange> {
    let (before, now): (Vec<f64>, Vec<f64>) = pairs
        .iter()
        .filter_map(|(old, new)| counted_errors([error(old), error(new)]))
        .map(|[old, new]| (old, new))
        .unzip();
    let differences: Vec<f64> = before
        .iter()
        .zip(&now)
        .map(|(old, new)| new - old)
        .collect();
    let interval = resampling::interval(&differences, mean)?;
    let (old, new) = (mean(&before)?, mean(&now)?);
    Some(MapeChange {
        photos: differences.len(),
        old: round(old),
        new: round(new),
        difference: round(new - old),
        interval,
    })
}

fn time_change(
    old: &Report,
    new: &Report,
    pairs: &[(&PhotoResult, &PhotoResult)],
) -> Option<TimeChange> {
    let ratios: Vec<f64> = pairs
        .iter()
        .filter(|(old, new)| old.is_timed() && new.is_timed())
        .map(|(old, new)| (old.timings_ms.total, new.timings_ms.total))
        .filter(|(old, new)| *old > 0.0 && *new > 0.0)
        .map(|(old, new)| new / old)
        .collect();
    let interval = resampling::interval_of_series(&ratios, median)?;
    let busy = || {
        let runs = [("old", old), ("new", new)];
        runs.into_iter().find_map(|(which, report)| {
            let used = report.metrics.processors.filter(|p| p.is_busy())?;
            let others = used.others_pct;
            Some(format!(
                "other programs took {others:.0} % of the processors during the {which} run"
            ))
        })
    };
    Some(TimeChange {
        photos: ratios.len(),
        ratio: round(median(&ratios)?),
        interval,
        not_comparable: differences::of_machines(&old.environment, &new.environment).or_else(busy),
    })
}

#[cfg(test)]
mod tests;
