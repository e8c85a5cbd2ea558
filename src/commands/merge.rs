//! `measure-bench merge REPORT.json...`: the report of all shards together.

use super::baseline::Baseline;
use super::deliver::{Outputs, deliver};
use super::{CommandError, overwriting};
use crate::cli::MergeArgs;
use crate::exit_code::ExitCode;
use crate::gate::GateLimits;
use crate::merge::merge;
use crate::options::{OutputOptions, check_baseline, pictures_of};
use crate::report::json;

/// Merges and delivers.
pub(super) fn run(args: MergeArgs) -> Result<ExitCode, CommandError> {
    let mut options = OutputOptions::try_from(args.output).map_err(CommandError::usage)?;
    let of_shards = args.reports.iter().flat_map(|path| pictures_of(path));
    options.more_pictures.extend(of_shards);
    let reports = args
        .reports
        .iter()
        .map(|path| Ok((path.display().to_string(), json::read(path)?)))
        .collect::<Result<Vec<_>, json::ReadError>>()
        .map_err(CommandError::usage)?;
    let merged = merge(reports).map_err(CommandError::usage)?;
    let gates = GateLimits::from(&args.gates);
    check_baseline(&gates, options.baseline.is_some()).map_err(CommandError::usage)?;
    let baseline = Baseline::read(&options, None)?;
    let parts = args.reports.iter();
    let parts = parts.map(|path| ("a report that is merged", path.as_path()));
    overwriting::refuse(options.saves.iter(), parts)?;
    let outputs = Outputs::open(&options, &baseline)?;
    let delivered = deliver(merged, baseline, outputs, &options, &gates, false)?;
    Ok(delivered.code)
}
