//! `measure-bench compare OLD NEW`: what changed between two saved reports.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{CommandError, say_end, texts};
use crate::cli::CompareArgs;
use crate::cli::values::ComparisonForm;
use crate::compare::{baseline, compare};
use crate::exit_code::ExitCode;
use crate::gate::{GateLimits, check_change};
use crate::report::comparison::Comparison;
use crate::report::gate_outcome::GateOutcome;
use crate::report::{Report, comparison_text, gate_line, gates_missed, json, markdown};

/// The comparison with its verdicts, as JSON.
#[derive(Serialize)]
struct Judged<'a> {
    #[serde(flatten)]
    comparison: &'a Comparison,
    gates: &'a [GateOutcome],
}

/// Compares, checks the limits and prints.
pub(super) fn run(args: &CompareArgs) -> Result<ExitCode, CommandError> {
    let (old_path, old) = read(&args.old, &args.baselines)?;
    let (_, new) = read(&args.new, &args.baselines)?;
    let comparison = compare(&old, &new).map_err(|error| {
        CommandError::Usage(anyhow::anyhow!("{error}; {}", error.advice(&old_path)))
    })?;
    let limits = GateLimits {
        max_regression: args.gates.max_regression,
        max_slowdown: args.gates.max_slowdown,
        ..GateLimits::default()
    };
    let gates = check_change(&limits, &comparison);
    let text = match args.summary {
        ComparisonForm::Table => {
            let mut text = comparison_text::table(&comparison);
            if !gates.is_empty() {
                text.push_str("\nGates\n");
            }
            for outcome in &gates {
                text.push_str(&format!("  {}\n", gate_line(outcome)));
            }
            text
        }
        ComparisonForm::Markdown => {
            let text = comparison_text::markdown(&comparison);
            format!("{text}\n{}", markdown::gates(&gates))
        }
        ComparisonForm::Json => {
            let judged = Judged {
                comparison: &comparison,
                gates: &gates,
            };
            let mut text = serde_json::to_string_pretty(&judged).map_err(CommandError::failure)?;
            text.push('\n');
            text
        }
    };
    texts::print(text.as_bytes())?;
    Ok(match gates_missed(&gates) {
        Some(missed) => {
            say_end(ExitCode::GateMissed, &missed);
            ExitCode::GateMissed
        }
        None => ExitCode::Success,
    })
}

/// The report that a path, or a name in `folder`, means, with the path of its file.
fn read(text: &str, folder: &Path) -> Result<(PathBuf, Report), CommandError> {
    let path = baseline::locate(text, folder);
    match json::read(&path) {
        Ok(report) => Ok((path, report)),
        Err(error) if error.is_missing() && !baseline::is_file_name(text) => Err(
            CommandError::Usage(anyhow::anyhow!("{error}; {}", baseline::kept_in(folder))),
        ),
        Err(error) => Err(CommandError::usage(error)),
    }
}
