//! What a run is going to do: photos, their truth and what is known of them, all checked before the first photo is read.

use std::fmt::Write;

use super::CommandError;
use crate::dataset::known::MatchedKnown;
use crate::dataset::names::folder_names;
use crate::dataset::{Case, Found, GroundTruth, KnownValues, Shard, Sources, Truth, find_cases};
use crate::options::{Labeller, MeasureOptions};
use crate::pipeline::PhotoJob;
use crate::report::schema::Unmatched;
use crate::say::{counted, printable};
use crate::segment::LabelDir;

/// The photos of a run.
pub(super) struct Plan {
    /// What is measured, in natural order.
    pub jobs: Vec<PhotoJob>,
    /// Truth of each, in the same order; `None` when the run has no ground truth at all.
    pub truth: Option<Vec<Option<Truth>>>,
    /// Entries of the ground truth that no photo of the whole data set matches.
    pub entries_without_photo: Vec<String>,
    /// Photos with values of their own.
    pub known_photos: usize,
    /// Entries of the known values that no photo of the whole data set matches.
    pub known_without_photo: Vec<String>,
    /// Files of the folders that may be meant as photos and are not.
    pub passed_over: Vec<String>,
}

/// A few of the names, and how many more there are; `None` where there are none.
pub(super) fn some_of(names: &[String]) -> Option<String> {
    const NAMED: usize = 5;
    let named: Vec<String> = names.iter().take(NAMED).map(|n| printable(n)).collect();
    let more = match names.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    (!named.is_empty()).then(|| named.join(", ") + &more)
}

/// Names a few of the files that were passed over, and how to hear more.
fn note_of(passed_over: &[String]) -> Option<String> {
    some_of(passed_over).map(|names| {
        format!(
            "passed over, as no photos by their names or links to nothing: {names}; name one to hear what to do with it"
        )
    })
}

/// Where photos were looked for in vain, and what may help.
fn nothing_found(sources: &Sources, passed_over: &[String]) -> CommandError {
    let folders: Vec<String> = sources
        .dirs
        .iter()
        .map(|dir| printable(&dir.display().to_string()))
        .collect();
    let advice = if sources.recursive {
        ""
    } else {
        " (folders below are looked into with --recursive)"
    };
    let note = note_of(passed_over).map_or_else(String::new, |note| format!("; {note}"));
    CommandError::usage(anyhow::anyhow!(
        "no photos found in {}{advice}{note}",
        folders.join(", ")
    ))
}

/// Joining has to see the whole data set, so that every shard finds the same truth; measuring sees its part.
fn of_shard<T>(shard: Option<Shard>, all: impl IntoIterator<Item = T>) -> impl Iterator<Item = T> {
    all.into_iter()
        .enumerate()
        .filter(move |(index, _)| shard.is_none_or(|shard| shard.holds(*index)))
        .map(|(_, item)| item)
}

impl Plan {
    /// Looks for photos and joins everything that files say of them.
    pub fn make(options: &MeasureOptions) -> Result<Self, CommandError> {
        let Found { cases, passed_over } =
            find_cases(&options.sources).map_err(CommandError::usage)?;
        if cases.is_empty() {
            return Err(nothing_found(&options.sources, &passed_over));
        }
        if let Labeller::Labels(dir) = &options.labeller {
            let labels = LabelDir::open(dir, &cases).map_err(CommandError::usage)?;
            labels.check_apart(&cases).map_err(CommandError::usage)?;
        }
        let identities: Vec<&str> = cases.iter().map(|case| case.identity.as_str()).collect();
        let matched = match &options.ground_truth {
            None => None,
            Some(path) => {
                let truth = GroundTruth::read(path).map_err(CommandError::usage)?;
                Some(truth.matched(&identities).map_err(CommandError::usage)?)
            }
        };
        let known = match &options.known {
            None => MatchedKnown {
                of_photo: vec![options.known_for_all; cases.len()],
                entries_without_photo: Vec::new(),
            },
            Some(path) => KnownValues::read(path)
                .and_then(|known| known.for_photos(&identities, options.known_for_all))
                .map_err(CommandError::usage)?,
        };
        for (identity, known) in identities.iter().zip(&known.of_photo) {
            if let (Some(camera), Some(ceiling)) = (known.camera_height_cm, known.ceiling_height_cm)
                && camera >= ceiling
            {
                return Err(CommandError::usage(anyhow::anyhow!(
                    "{}: the camera's height, {camera} cm, is not below the ceiling's, {ceiling} cm",
                    printable(identity)
                )));
            }
        }
        let known_photos = known
            .of_photo
            .iter()
            .filter(|k| **k != options.known_for_all)
            .count();
        let folders = folder_names(identities);
        let all = cases.into_iter().zip(known.of_photo).zip(folders);
        let jobs = of_shard(options.shard, all)
            .map(|((case, known), folder)| PhotoJob {
                case,
                known,
                debug_dir: options.debug_dir.as_ref().map(|dir| dir.join(folder)),
            })
            .collect();
        let (truth, entries_without_photo) = match matched {
            None => (None, Vec::new()),
            Some(matched) => {
                let part = of_shard(options.shard, matched.of_photo).collect();
                (Some(part), matched.entries_without_photo)
            }
        };
        Ok(Self {
            jobs,
            truth,
            entries_without_photo,
            known_photos,
            known_without_photo: known.entries_without_photo,
            passed_over,
        })
    }

    /// The photos.
    pub fn cases(&self) -> impl Iterator<Item = &Case> {
        self.jobs.iter().map(|job| &job.case)
    }

    /// What its owner may wonder about.
    pub fn notes(&self) -> impl Iterator<Item = String> {
        let unknown = some_of(&self.known_without_photo)
            .map(|names| format!("known values without a photo: {names}"));
        note_of(&self.passed_over).into_iter().chain(unknown)
    }

    /// What has no partner; nothing without ground truth.
    pub fn unmatched(&self) -> Option<Unmatched> {
        let truth = self.truth.as_ref()?;
        Some(Unmatched {
            photos_without_truth: self
                .jobs
                .iter()
                .zip(truth)
                .filter(|(_, truth)| truth.is_none())
                .map(|(job, _)| job.case.identity.clone())
                .collect(),
            entries_without_photo: self.entries_without_photo.clone(),
        })
    }

    /// The listing of `--dry-run`.
    pub fn listing(&self) -> String {
        let mut out = String::new();
        let names: Vec<String> = self
            .jobs
            .iter()
            .map(|j| printable(&j.case.identity))
            .collect();
        let widest = names.iter().map(|n| n.chars().count()).max().unwrap_or(0);
        for (i, name) in names.iter().enumerate() {
            let padding = " ".repeat(widest - name.chars().count());
            let truth = match &self.truth {
                None => String::new(),
                Some(all) => format!("{padding}  {}", worded(all.get(i).copied().flatten())),
            };
            // Writing to a String cannot fail.
            let _ = writeln!(out, "{name}{truth}");
        }
        let _ = writeln!(out, "{}", counted(names.len(), "photo"));
        for entry in &self.entries_without_photo {
            let _ = writeln!(out, "ground truth without a photo: {}", printable(entry));
        }
        for entry in &self.known_without_photo {
            let _ = writeln!(out, "known values without a photo: {}", printable(entry));
        }
        if let Some(note) = note_of(&self.passed_over) {
            let _ = writeln!(out, "{note}");
        }
        out
    }
}

fn worded(truth: Option<Truth>) -> String {
    let side = |cm: Option<f64>| cm.map_or_else(|| "-".to_owned(), |cm| cm.to_string());
    truth.map_or_else(
        || "no ground truth".to_owned(),
        |t| format!("{} x {} cm", side(t.width_cm), side(t.height_cm)),
    )
}
