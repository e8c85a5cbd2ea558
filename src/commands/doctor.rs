//! `measure-bench doctor`: what this machine offers.

use super::{CommandError, texts};
use crate::cli::DoctorArgs;
use crate::cli::values::PlainForm;
use crate::doctor;
use crate::exit_code::ExitCode;

/// Prints the examination; a machine that cannot measure is a failure, so that scripts can ask.
pub(super) fn run(args: &DoctorArgs) -> Result<ExitCode, CommandError> {
    let report = doctor::inspect(args.model.as_deref());
    let text = match args.summary {
        PlainForm::Table => report.to_string(),
        PlainForm::Json => {
            let mut text = serde_json::to_string_pretty(&report).map_err(CommandError::failure)?;
            text.push('\n');
            text
        }
    };
    texts::print(text.as_bytes())?;
    Ok(if report.can_measure() {
        ExitCode::Success
    } else {
        ExitCode::Failure
    })
}
