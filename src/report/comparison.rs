//! What changed since a baseline: the part of a report that says it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Changes of a photo's error that are smaller than this count as none, percentage points.
pub const SAME_POINTS: f64 = 0.5;

/// Error of a size that is not measured, percent.
pub const MISSING_PCT: f64 = 100.0;

/// Photos from which on a bootstrap interval says something: five that all changed one way leave out no change in every draw, and do so
/// by chance alone once in sixteen times.
pub const FEWEST_DRAWN: usize = 6;

/// How a photo fares in the new report, beside the old one.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "camelCase")]
pub enum Change {
    /// Had a width, has none any more.
    NowFailing,
    /// The error grew.
    Worse,
    /// The size changed, and no truth says whether for the better.
    Moved,
    /// The error shrank.
    Improved,
    /// Had no width, has one now.
    Recovered,
    /// Only in the new report.
    New,
    /// Only in the old report.
    Gone,
    /// No change to speak of.
    Same,
}

impl Change {
    /// As a reader sees it.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::NowFailing => "now failing",
            Self::Worse => "worse",
            Self::Moved => "moved",
            Self::Improved => "improved",
            Self::Recovered => "recovered",
            Self::New => "new",
            Self::Gone => "gone",
            Self::Same => "same",
        }
    }
}

/// One photo in both reports; pairs are old and new.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PhotoChange {
    /// The photo's identity.
    pub file: String,
    /// What became of it.
    pub change: Change,
    /// Full widths, cm.
    pub width_cm: [Option<f64>; 2],
    /// Heights, cm.
    pub height_cm: [Option<f64>; 2],
    /// Errors of the width, percent.
    pub width_pct_err: [Option<f64>; 2],
    /// Errors of the height, percent.
    pub height_pct_err: [Option<f64>; 2],
    /// Names of the small overlays in the folder of pictures.
    #[serde(default)]
    pub overlay: [Option<String>; 2],
}

impl PhotoChange {
    /// By how much the photo's error grew: the mean over width and height, percentage points; a size that is no longer
    /// measured counts as an error of 100 %.
    #[must_use]
    pub fn error_change(&self) -> Option<f64> {
        let changes: Vec<f64> = [self.width_pct_err, self.height_pct_err]
            .into_iter()
            .filter_map(error_growth)
            .collect();
        (!changes.is_empty()).then(|| changes.iter().sum::<f64>() / changes.len() as f64)
    }
}

/// The errors of one of a photo's sizes, before and now, percent.
pub type ErrorsOf = fn(&PhotoChange) -> [Option<f64>; 2];

/// An error before and now, percent; `None` where neither is known. One that is not measured counts as [`MISSING_PCT`], or as the
/// other one where that is larger: refusing a photo must not pay, however far off it was.
#[must_use]
pub fn counted_errors([old, new]: [Option<f64>; 2]) -> Option<[f64; 2]> {
    match (old, new) {
        (None, None) => None,
        (Some(old), Some(new)) => Some([old, new]),
        (Some(old), None) => Some([old, old.max(MISSING_PCT)]),
        (None, Some(new)) => Some([new.max(MISSING_PCT), new]),
    }
}

/// By how much an error, before and now, grew, percentage points; see [`counted_errors`].
#[must_use]
pub fn error_growth(errors: [Option<f64>; 2]) -> Option<f64> {
    counted_errors(errors).map(|[old, new]| new - old)
}

/// MAPE over the photos that either report measured; one that the other did not measure counts as an error of 100 % at least
/// ([`counted_errors`]), so that refusing a hard photo is no way to improve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MapeChange {
    /// Photos with an error in either.
    pub photos: usize,
    /// Percent, before.
    pub old: f64,
    /// Percent, now.
    pub new: f64,
    /// New minus old, percentage points.
    pub difference: f64,
    /// 95 % bootstrap interval of the difference over the photos.
    pub interval: Interval,
}

impl MapeChange {
    /// Whether the interval leaves out no change at all; of a few photos it says too little.
    #[must_use]
    pub const fn is_beyond_chance(&self) -> bool {
        self.photos >= FEWEST_DRAWN && (self.interval.low > 0.0 || self.interval.high < 0.0)
    }

    /// Whether there is a change that its reader should not make much of.
    #[must_use]
    pub fn may_be_chance(&self) -> bool {
        self.difference != 0.0 && !self.is_beyond_chance()
    }
}

/// Time a photo, over the photos that both reports measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TimeChange {
    /// Photos with times in both.
    pub photos: usize,
    /// Median of new over old.
    pub ratio: f64,
    /// 95 % bootstrap interval of the ratio.
    pub interval: Interval,
    /// Why the times say nothing: what differs between the machines, or which run had to share its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_comparable: Option<String>,
}

/// Everything that differs between two reports.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// When the old report was made.
    pub old_generated_at: String,
    /// When the new one was.
    pub new_generated_at: String,
    /// What differs in program, model, options and machine.
    pub differences: Vec<Difference>,
    /// How many photos fared how.
    pub counts: BTreeMap<Change, usize>,
    /// Widths.
    pub width: Option<MapeChange>,
    /// Heights.
    pub height: Option<MapeChange>,
    /// Times.
    pub time: Option<TimeChange>,
    /// All photos, what is worst first.
    pub photos: Vec<PhotoChange>,
}

impl Comparison {
    /// Photos that both reports have.
    pub fn in_both(&self) -> impl Iterator<Item = &PhotoChange> {
        let in_both = |p: &&PhotoChange| !matches!(p.change, Change::New | Change::Gone);
        self.photos.iter().filter(in_both)
    }

    /// Photos that fared so.
    pub fn having(&self, change: Change) -> impl Iterator<Item = &PhotoChange> {
        self.photos.iter().filter(move |p| p.change == change)
    }
}

/// A setting that is not the same in both reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Difference {
    /// Its path in the report, such as `model.sha256`.
    pub what: String,
    /// As it was; empty where it was not set.
    pub old: String,
    /// As it is; empty where it is not set.
    pub new: String,
}

/// A range of a statistic.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[allow(missing_docs)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusing_a_photo_never_pays() {
        assert_eq!(error_growth([Some(20.0), None]), Some(80.0));
        assert_eq!(error_growth([Some(150.0), None]), Some(0.0));
        assert_eq!(error_growth([None, Some(150.0)]), Some(0.0));
        assert_eq!(error_growth([None, Some(20.0)]), Some(-80.0));
        assert_eq!(error_growth([None, None]), None);
    }

    #[test]
    fn a_few_photos_are_never_beyond_chance() {
        let change = |photos| MapeChange {
            photos,
            old: 10.0,
            new: 12.0,
            difference: 2.0,
            interval: Interval {
                low: 1.0,
                high: 3.0,
            },
        };
        assert!(change(FEWEST_DRAWN - 1).may_be_chance());
        assert!(!change(FEWEST_DRAWN).may_be_chance());
    }
}
