//! Texts made from the definition of the command line: completions and the man page.

use std::io::Write;

use clap::CommandFactory;

use super::CommandError;
use crate::cli::Cli;
use crate::exit_code::ExitCode;

/// Prints the completion script for `shell`.
pub(super) fn completions(shell: clap_complete::Shell) -> Result<ExitCode, CommandError> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "measure-bench", &mut script);
    print(&script)
}

/// Prints the man page, in roff.
pub(super) fn man() -> Result<ExitCode, CommandError> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command())
        .render(&mut page)
        .map_err(CommandError::failure)?;
    print(&page)
}

/// Writes to standard output.
pub(super) fn print(text: &[u8]) -> Result<ExitCode, CommandError> {
    match std::io::stdout().lock().write_all(text) {
        // A reader that has seen enough is no failure.
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => Err(CommandError::failure(e)),
        _ => Ok(ExitCode::Success),
    }
}
