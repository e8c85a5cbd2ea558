//! `measure-bench score REPORT.json --ground-truth FILE`: a saved report scored anew, without measuring.

use super::baseline::Baseline;
use super::deliver::{Outputs, deliver};
use super::{CommandError, overwriting};
use crate::cli::ScoreArgs;
use crate::dataset::GroundTruth;
use crate::exit_code::ExitCode;
use crate::gate::GateLimits;
use crate::options::{OutputOptions, check_baseline, pictures_of};
use crate::report::json;
use crate::report::schema::Unmatched;
use crate::score::{score_photo, summarise};

/// Scores and delivers.
pub(super) fn run(args: ScoreArgs) -> Result<ExitCode, CommandError> {
    let mut options = OutputOptions::try_from(args.output).map_err(CommandError::usage)?;
    options.more_pictures.extend(pictures_of(&args.report));
    let mut report = json::read(&args.report).map_err(CommandError::usage)?;
    let truth = GroundTruth::read(&args.ground_truth).map_err(CommandError::usage)?;
    let gates = GateLimits::from(&args.gates);
    check_baseline(&gates, options.baseline.is_some()).map_err(CommandError::usage)?;
    let baseline = Baseline::read(&options, Some(&args.report))?;
    let truth_file = [("the ground truth", args.ground_truth.as_path())];
    overwriting::refuse(options.saves.iter(), truth_file.into_iter())?;
    let outputs = Outputs::open(&options, &baseline)?;
    let files: Vec<&str> = report.results.iter().map(|r| r.file.as_str()).collect();
    let matched = truth.matched(&files).map_err(CommandError::usage)?;
    for (result, truth) in report.results.iter_mut().zip(&matched.of_photo) {
        score_photo(result, *truth);
    }
    report.unmatched = Some(Unmatched {
        photos_without_truth: report
            .results
            .iter()
            .filter(|r| !r.score.has_truth())
            .map(|r| r.file.clone())
            .collect(),
        entries_without_photo: matched.entries_without_photo,
    });
    // The run itself is as it was; only the scores are new.
    let totals = report.metrics.totals();
    report.metrics = summarise(&report.results, totals);
    // Changes against an earlier baseline are not those against this one.
    report.comparison = None;
    let delivered = deliver(report, baseline, outputs, &options, &gates, false)?;
    Ok(delivered.code)
}
