//! The reports of all shards of a data set, joined into the report that one run would have given.

use std::collections::HashSet;

use crate::dataset::Shard;
use crate::photo_result::PhotoResult;
use crate::report::schema::{Environment, Report, Unmatched};
use crate::say::printable;
use crate::score::{RunTotals, summarise};

/// Reports that are not the shards of one run.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// Nothing to merge.
    #[error("no report to merge")]
    Nothing,
    /// A whole run among the shards.
    #[error("{0} is not the report of a shard: it was not measured with --shard I/N")]
    NoShard(String),
    /// Two divisions of the data set.
    #[error(
        "{first} and {other} are of different divisions: one is shard {first_shard}, the other {other_shard}"
    )]
    OtherDivision {
        /// A report.
        first: String,
        /// Its shard.
        first_shard: Shard,
        /// Another one.
        other: String,
        /// Its shard.
        other_shard: Shard,
    },
    /// A shard twice.
    #[error("{first} and {again} are both shard {shard}")]
    Twice {
        /// A report.
        first: String,
        /// The other report of the same shard.
        again: String,
        /// The shard.
        shard: Shard,
    },
    /// Shards that nobody gave.
    #[error("shards are missing: {0}; measure them, or name their reports, too")]
    Missing(String),
    /// A run that was ended early.
    #[error("{0} was interrupted; continue it with --resume first")]
    Interrupted(String),
    /// Other settings.
    #[error("{first} and {other} were not measured alike: {what} differs")]
    Unlike {
        /// A report.
        first: String,
        /// The other one.
        other: String,
        /// What differs.
        what: &'static str,
    },
    /// More or fewer photos than the division gives a shard.
    #[error(
        "{0} does not hold the photos of its shard: the shards were not made of the same data set"
    )]
    Photos(String),
    /// A photo twice.
    #[error(
        "two photos go by the name {0}: the shards were not made of the same data set, or are --anonymous and hold photos of one name from several folders; merge reports that are not"
    )]
    PhotoTwice(String),
}

/// What a report says of its machine where its shards were measured on unlike ones: their times are none of one machine. Of numbers
/// it says nothing.
pub const SEVERAL: &str = "several";

/// Missing shards that are named.
const MOST_NAMED: usize = 8;

/// A report and the file it came from, for messages.
type Named = (String, Report);

/// Joins the shards; gates and comparison are left to whoever delivers the result.
///
/// # Errors
/// When the reports are not all the shards of one division, measured alike.
pub fn merge(reports: Vec<Named>) -> Result<Report, MergeError> {
    let mut shards = Vec::new();
    for (name, report) in reports {
        let name = printable(&name);
        let shard: Shard = report
            .options
            .shard
            .as_deref()
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| MergeError::NoShard(name.clone()))?;
        if report.interrupted {
            return Err(MergeError::Interrupted(name));
        }
        shards.push((shard, name, report));
    }
    shards.sort_by_key(|(shard, ..)| shard.part);
    check_division(&shards)?;
    check_alike(&shards)?;
    check_sizes(&shards)?;

    let totals = shards
        .iter()
        .map(|(.., report)| report.metrics.totals())
        .reduce(RunTotals::then)
        .unwrap_or_default();
    let mut shards = shards.into_iter().map(|(.., report)| report);
    let mut merged = shards.next().ok_or(MergeError::Nothing)?;
    let mut parts = vec![std::mem::take(&mut merged.results).into_iter()];
    for report in shards {
        // A truth that any shard has a photo for has one.
        if let (Some(all), Some(own)) = (&mut merged.unmatched, &report.unmatched) {
            let missing = &own.entries_without_photo;
            all.entries_without_photo
                .retain(|entry| missing.contains(entry));
        }
        merged.generated_at = merged.generated_at.max(report.generated_at);
        join_machines(&mut merged.environment, &report.environment);
        parts.push(report.results.into_iter());
    }
    // Photos were dealt out one by one, and come back so.
    let mut results: Vec<PhotoResult> = Vec::new();
    loop {
        let before = results.len();
        results.extend(parts.iter_mut().filter_map(Iterator::next));
        if results.len() == before {
            break;
        }
    }
    let mut names = HashSet::new();
    if let Some(twice) = results.iter().find(|r| !names.insert(r.file.as_str())) {
        return Err(MergeError::PhotoTwice(printable(&twice.file)));
    }
    merged.unmatched = merged.unmatched.map(|unmatched| Unmatched {
        photos_without_truth: results
            .iter()
            .filter(|r| !r.score.has_truth())
            .map(|r| r.file.clone())
            .collect(),
        ..unmatched
    });
    merged.metrics = summarise(&results, totals);
    merged.results = results;
    merged.options.shard = None;
    merged.gates = Vec::new();
    merged.comparison = None;
    Ok(merged)
}

/// Leaves of a machine what it has in common with another one, as far as times hang on it.
fn join_machines(machine: &mut Environment, other: &Environment) {
    if machine.os != other.os {
        machine.os = SEVERAL.to_owned();
    }
    if machine.cpu != other.cpu {
        machine.cpu = Some(SEVERAL.to_owned());
    }
    if machine.cores != other.cores {
        machine.cores = None;
    }
    if machine.device != other.device {
        machine.device = Some(SEVERAL.to_owned());
    }
}

fn check_division(shards: &[(Shard, String, Report)]) -> Result<(), MergeError> {
    let Some((first, first_name, _)) = shards.first() else {
        return Err(MergeError::Nothing);
    };
    for (shard, name, _) in shards {
        if shard.of != first.of {
            return Err(MergeError::OtherDivision {
                first: first_name.clone(),
                first_shard: *first,
                other: name.clone(),
                other_shard: *shard,
            });
        }
    }
    for pair in shards.windows(2) {
        if let [(one, first, _), (other, again, _)] = pair
            && one == other
        {
            return Err(MergeError::Twice {
                first: first.clone(),
                again: again.clone(),
                shard: *one,
            });
        }
    }
    let is_missing = |part: &usize| shards.iter().all(|(shard, ..)| shard.part != *part);
    let missing = (1..=first.of).filter(is_missing);
    let mut named: Vec<String> = missing
        .take(MOST_NAMED)
        .map(|part| Shard { part, of: first.of }.to_string())
        .collect();
    if named.is_empty() {
        return Ok(());
    }
    // No part is there twice.
    let more = first.of - shards.len() - named.len();
    if more > 0 {
        named.push(format!("and {more} more"));
    }
    Err(MergeError::Missing(named.join(", ")))
}

fn check_alike(shards: &[(Shard, String, Report)]) -> Result<(), MergeError> {
    let Some(((_, first_name, first), others)) = shards.split_first() else {
        return Ok(());
    };
    let settings = |r: &Report| r.options.bearing_on_results();
    for (_, name, other) in others {
        let differing = [
            ("the program's version or commit", first.tool != other.tool),
            ("the model", first.model != other.model),
            ("an option", settings(first) != settings(other)),
            (
                "the ground truth",
                first.unmatched.is_some() != other.unmatched.is_some(),
            ),
        ];
        if let Some((what, _)) = differing.into_iter().find(|(_, differs)| *differs) {
            return Err(MergeError::Unlike {
                first: first_name.clone(),
                other: name.clone(),
                what,
            });
        }
    }
    Ok(())
}

/// Dealing out one by one gives the first shards at most one photo more than the last ones.
fn check_sizes(shards: &[(Shard, String, Report)]) -> Result<(), MergeError> {
    let total: usize = shards.iter().map(|(.., r)| r.results.len()).sum();
    for (shard, name, report) in shards {
        let held = (0..total).filter(|index| shard.holds(*index)).count();
        if report.results.len() != held {
            return Err(MergeError::Photos(name.clone()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::compare;
    use crate::load::ProcessorUse;
    use crate::report::sample;

    /// The sample report as if measured in `of` shards.
    fn shards(of: usize) -> Vec<Named> {
        (1..=of)
            .map(|part| {
                let shard = Shard { part, of };
                let mut report = sample::report();
                let mut index = 0;
                report.results.retain(|_| {
                    index += 1;
                    shard.holds(index - 1)
                });
                report.options.shard = Some(shard.to_string());
                report.gates.clear();
                (format!("{part}.json"), report)
            })
            .collect()
    }

    #[test]
    fn the_shards_give_the_whole_again_in_any_order() {
        let whole = sample::report();
        for of in 1..=6 {
            let mut parts = shards(of);
            parts.reverse();
            let merged = merge(parts).unwrap();
            assert_eq!(merged.results, whole.results);
            assert_eq!(merged.unmatched, whole.unmatched);
            assert_eq!(merged.metrics.width, whole.metrics.width);
            assert_eq!(merged.options, whole.options);
        }
    }

    /// As `score` leaves them, which looks for all of the truth in each.
    #[test]
    fn truth_lacks_a_photo_only_where_no_shard_has_one() {
        let mut parts = shards(2);
        let [first, second] = [0, 1].map(|part| {
            let results: &Vec<PhotoResult> = &parts[part].1.results;
            results.iter().map(|r| r.file.clone()).collect::<Vec<_>>()
        });
        for (part, elsewhere) in [(0, second), (1, first)] {
            let unmatched = parts[part].1.unmatched.as_mut().unwrap();
            unmatched.entries_without_photo.extend(elsewhere);
        }
        let merged = merge(parts).unwrap();
        assert_eq!(merged.unmatched, sample::report().unmatched);
    }

    #[test]
    fn unlike_and_busy_machines_make_times_that_are_compared_with_no_others() {
        let reason = |change: fn(&mut Report)| {
            let mut parts = shards(3);
            change(&mut parts[1].1);
            let merged = merge(parts).unwrap();
            let comparison = compare(&sample::report(), &merged).unwrap();
            comparison.time.unwrap().not_comparable.unwrap_or_default()
        };
        assert_eq!(reason(|_| {}), "");
        let cpu = reason(|r| r.environment.cpu = Some("Another CPU".into()));
        assert_eq!(cpu, "the processor was 'Some CPU' and is 'several'");
        let cores = reason(|r| r.environment.cores = Some(64));
        assert!(cores.contains("the number of processors"), "{cores}");
        let device = reason(|r| r.environment.device = None);
        assert_eq!(device, "the device was 'cpu' and is 'several'");
        let os = reason(|r| r.environment.os = "macos aarch64".into());
        assert_eq!(os, "the system was 'linux x86_64' and is 'several'");
        let busy = reason(|r| {
            r.metrics.processors = Some(ProcessorUse {
                own_pct: 40.0,
                others_pct: 60.0,
                idle_pct: 0.0,
            });
        });
        assert!(busy.contains("60 % of the processors"), "{busy}");
        let mut several = sample::report();
        several.environment.cpu = Some(SEVERAL.to_owned());
        let time = compare(&several, &several.clone()).unwrap().time.unwrap();
        assert!(
            time.not_comparable
                .is_some_and(|why| why.contains("several were merged"))
        );
    }

    #[test]
    fn what_is_not_one_run_is_refused_by_name() {
        let message = |reports| merge(reports).unwrap_err().to_string();
        assert!(message(vec![]).contains("no report"));
        let mut missing = shards(3);
        missing.remove(1);
        assert!(message(missing).contains("2/3"));
        let mut twice = shards(2);
        twice.push(twice[0].clone());
        assert!(message(twice).contains("both shard 1/2"));
        let mut mixed = shards(2);
        mixed[1] = shards(3).remove(1);
        assert!(message(mixed).contains("different divisions"));
        let mut other = shards(2);
        other[1].1.options.estimator = "predecessor".into();
        assert!(message(other).contains("an option"));
        let mut built_anew = shards(2);
        built_anew[1].1.tool.commit = Some("1a2b3c".into());
        assert!(message(built_anew).contains("version or commit"));
        let mut fewer = shards(2);
        fewer[0].1.results.truncate(1);
        assert!(message(fewer).contains("1.json"));
        let mut again = shards(2);
        again[1].1.results[0].file = again[0].1.results[0].file.clone();
        assert!(message(again).contains("two photos go by the name"));
        assert!(message(vec![("a.json".into(), sample::report())]).contains("--shard"));
    }
}
