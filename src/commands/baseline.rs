//! The baseline of a run: what its report is compared with, and when its report takes that place.

use std::path::{Path, PathBuf};

use super::CommandError;
use crate::compare::{Incomparable, compare, paired};
use crate::gate::{self, GateLimits};
use crate::options::OutputOptions;
use crate::report::Report;
use crate::report::json::{self, ReadError};
use crate::say::counted;

/// What a report is compared with.
pub(super) enum Baseline {
    /// Nothing: no baseline was asked for.
    NotAsked,
    /// Nothing yet: the run makes the baseline that it asks for.
    ToBeMade,
    /// Nothing: the report is the baseline.
    Itself,
    /// An earlier report.
    Report(Box<Report>),
}

impl Baseline {
    /// Reads the report that `--baseline` names. `source` is the file that the new report comes from, where it is not measured.
    ///
    /// # Errors
    /// When the file cannot be read, unless this run is to write it for the first time.
    pub fn read(options: &OutputOptions, source: Option<&Path>) -> Result<Self, CommandError> {
        let Some(path) = options.baseline.as_deref() else {
            return Ok(Self::NotAsked);
        };
        if source.is_some_and(|source| is_same_file(source, path)) {
            return Ok(Self::Itself);
        }
        let is_made = options
            .saves
            .iter()
            .any(|target| target.is_baseline && is_same_file(&target.path, path));
        match json::read(path) {
            Ok(report) => Ok(Self::Report(Box::new(report))),
            Err(error) if !error.is_missing() => Err(CommandError::Usage(
                anyhow::Error::new(error).context("--baseline"),
            )),
            Err(_) if is_made => Ok(Self::ToBeMade),
            Err(error) => Err(CommandError::Usage(anyhow::anyhow!(
                "--baseline: {error}; a run with --save-baseline makes one"
            ))),
        }
    }

    /// Compares, and adds to the report what changed and what came of the limits of change.
    pub fn judge(&self, report: &mut Report, limits: &GateLimits) -> Result<(), Incomparable> {
        let old = match self {
            Self::NotAsked => return Ok(()),
            Self::ToBeMade => {
                let why = "there was no baseline yet: this run makes it";
                report.gates.extend(gate::no_baseline(limits, why));
                return Ok(());
            }
            Self::Itself => {
                let why = "the report is the baseline";
                report.gates.extend(gate::no_baseline(limits, why));
                return Ok(());
            }
            Self::Report(old) => old,
        };
        match compare(old, report) {
            Ok(comparison) => {
                report.gates.extend(gate::check_change(limits, &comparison));
                report.comparison = Some(comparison);
                Ok(())
            }
            Err(error) => {
                let missed = gate::incomparable(limits, &error.to_string());
                report.gates.extend(missed);
                Err(error)
            }
        }
    }
}

/// Whether two paths are one file, however they are spelt; it need not exist yet.
fn is_same_file(a: &Path, b: &Path) -> bool {
    whole(a) == whole(b)
}

/// The absolute path, without links and detours.
fn whole(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path);
    absolute.map_or_else(|_| path.to_owned(), |path| without_links(&path))
}

/// As far as the path exists; what is to be made below has no links.
fn without_links(path: &Path) -> PathBuf {
    path.canonicalize()
        .unwrap_or_else(|_| match (path.parent(), path.file_name()) {
            (Some(folder), Some(name)) => without_links(folder).join(name),
            _ => path.to_owned(),
        })
}

/// Why `report` must not take the place of the baseline that lies at `path`; `None` where it may.
pub(super) fn reason_to_keep(report: &Report, path: &Path) -> Option<String> {
    if report.interrupted {
        // Later runs would be compared over a part of the photos, without a word.
        return Some("the run is not whole".to_owned());
    }
    if !path.exists() {
        return None;
    }
    if gate::any_missed(&report.gates) {
        // The next run would be held to the worse results, and pass.
        return Some("gates were missed".to_owned());
    }
    let old = match json::read(path) {
        Ok(old) => old,
        // What is no report is no loss.
        Err(ReadError::Form { .. }) => return None,
        Err(error) => return Some(error.to_string()),
    };
    let is_scored = |report: &Report| report.results.iter().any(|r| r.score.has_truth());
    if is_scored(&old) && !is_scored(report) {
        // Errors could not be compared with it any more.
        return Some("this run was not scored, and it was".to_owned());
    }
    match paired(&old, report).gone.len() {
        0 => None,
        gone => Some(format!(
            "this run is without {} of it",
            counted(gone, "photo")
        )),
    }
}
