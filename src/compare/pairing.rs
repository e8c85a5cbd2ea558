//! Which photo of one report is which of another.

use std::collections::{BTreeMap, BTreeSet};

use crate::dataset::names::base_name;
use crate::photo_result::PhotoResult;
use crate::report::Report;

/// The photos of two reports, those of both side by side.
#[derive(Debug)]
pub struct Paired<'a> {
    /// Old and new, in the order of the new report.
    pub both: Vec<(&'a PhotoResult, &'a PhotoResult)>,
    /// Only in the new report.
    pub new: Vec<&'a PhotoResult>,
    /// Only in the old report.
    pub gone: Vec<&'a PhotoResult>,
}

/// Pairs photos by their identity; what is left over, by bytes and base name, so that `photos/a.jpg` by its path is the
/// `a.jpg` of `--dir photos`. Where several that are left are alike, which is which cannot be told, and none is paired.
#[must_use]
pub fn paired<'a>(old: &'a Report, new: &'a Report) -> Paired<'a> {
    let before: BTreeMap<&str, &PhotoResult> = by_file(old).collect();
    let now: BTreeMap<&str, &PhotoResult> = by_file(new).collect();
    let old_left = by_file(old).filter(|(file, _)| !now.contains_key(file));
    let new_left = by_file(new).filter(|(file, _)| !before.contains_key(file));
    let (old_alone, new_alone) = (alone(old_left), alone(new_left));

    let (mut both, mut only_new) = (Vec::new(), Vec::new());
    for result in &new.results {
        let moved = || {
            let content = content(result)?;
            new_alone.get(&content)?;
            old_alone.get(&content).copied()
        };
        match before.get(result.file.as_str()).copied().or_else(moved) {
            Some(earlier) => both.push((earlier, result)),
            None => only_new.push(result),
        }
    }
    let found: BTreeSet<&str> = both.iter().map(|(old, _)| old.file.as_str()).collect();
    let gone = by_file(old).filter(|(file, _)| !found.contains(file));
    Paired {
        gone: gone.map(|(_, result)| result).collect(),
        new: only_new,
        both,
    }
}

fn by_file(report: &Report) -> impl Iterator<Item = (&str, &PhotoResult)> {
    report.results.iter().map(|r| (r.file.as_str(), r))
}

/// What a photo keeps in another folder: hash of its bytes, and base name. Bytes alone would pair copies that are meant to be two.
type Content<'a> = (&'a str, &'a str);

fn content(result: &PhotoResult) -> Option<Content<'_>> {
    Some((result.sha256.as_deref()?, base_name(&result.file)))
}

/// Those that no other of `left` is like.
fn alone<'a>(
    left: impl Iterator<Item = (&'a str, &'a PhotoResult)>,
) -> BTreeMap<Content<'a>, &'a PhotoResult> {
    let mut alike: BTreeMap<Content<'a>, Vec<&'a PhotoResult>> = BTreeMap::new();
    for (_, result) in left {
        if let Some(content) = content(result) {
            alike.entry(content).or_default().push(result);
        }
    }
    let only = |(content, results): (Content<'a>, Vec<&'a PhotoResult>)| match results.as_slice() {
        [only] => Some((content, *only)),
        _ => None,
    };
    alike.into_iter().filter_map(only).collect()
}
