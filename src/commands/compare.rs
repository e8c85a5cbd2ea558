//! `measure-bench compare OLD.json NEW.json`: what changed between two saved reports.

use serde::Serialize;

use super::{CommandError, say_end, texts};
use crate::cli::CompareArgs;
use crate::cli::values::ComparisonForm;
use crate::compare::compare;
use crate::exit_code::ExitCode;
use crate::gate::{GateLimits, check_change};
use crate::report::comparison::Comparison;
use crate::report::gate_outcome::GateOutcome;
use crate::report::{comparison_text, gate_line, gates_missed, json};

/// The comparison with its verdicts, as JSON.
#[derive(Serialize)]
struct Judged<'a> {
    #[serde(flatten)]
    comparison: &'a Comparison,
    gates: &'a [GateOutcome],
}

/// Compares, checks the limits and prints.
pub(super) fn run(args: &CompareArgs) -> Result<ExitCode, CommandError> {
    let old = json::read(&args.old).map_err(CommandError::usage)?;
    let new = json::read(&args.new).map_err(CommandError::usage)?;
    let comparison = compare(&old, &new).map_err(|error| {
        CommandError::Usage(anyhow::anyhow!("{error}; {}", error.advice(&args.old)))
    })?;
    let limits = GateLimits {
        max_regression: args.gates.max_regression,
        max_slowdown: args.gates.max_slowdown,
        ..GateLimits::default()
    };
    let gates = check_change(&limits, &comparison);
    let with_gates = |mut text: String, bullet: &str| {
        if !gates.is_empty() {
            text.push_str("\nGates\n");
        }
        for outcome in &gates {
            text.push_str(&format!("{bullet}{}\n", gate_line(outcome)));
        }
        text
    };
    let text = match args.summary {
        ComparisonForm::Table => with_gates(comparison_text::table(&comparison), "  "),
        ComparisonForm::Markdown => with_gates(comparison_text::markdown(&comparison), "\n"),
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
