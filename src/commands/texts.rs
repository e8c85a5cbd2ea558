//! Texts made from the program's own definitions: completions, man pages, the report's schema.

use std::io::Write;

use clap::CommandFactory;

use super::CommandError;
use crate::cli::Cli;
use crate::exit_code::ExitCode;
use crate::report::json_schema;

/// Prints the completion script for `shell`.
pub(super) fn completions(shell: clap_complete::Shell) -> Result<ExitCode, CommandError> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "measure-bench", &mut script);
    print(&script)
}

/// Prints the man page of the program, or of one of its commands, in roff.
pub(super) fn man(command: Option<&str>) -> Result<ExitCode, CommandError> {
    let mut program = Cli::command();
    program.build();
    let shown = match command {
        None => program,
        Some(name) => program.find_subcommand(name).cloned().ok_or_else(|| {
            let names: Vec<&str> = program.get_subcommands().map(|c| c.get_name()).collect();
            let names = names.join(", ");
            CommandError::usage(anyhow::anyhow!(
                "man {name}: no such command; there are {names}"
            ))
        })?,
    };
    let mut page = Vec::new();
    clap_mangen::Man::new(shown)
        .render(&mut page)
        .map_err(CommandError::failure)?;
    print(&page)
}

/// Prints the JSON Schema of the report.
pub(super) fn schema() -> Result<ExitCode, CommandError> {
    let text = json_schema::render().map_err(CommandError::failure)?;
    print(text.as_bytes())
}

/// Writes to standard output.
pub(super) fn print(text: &[u8]) -> Result<ExitCode, CommandError> {
    match std::io::stdout().lock().write_all(text) {
        // A reader that has seen enough is no failure.
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => {
            let error = anyhow::Error::new(e).context("cannot write to standard output");
            Err(CommandError::failure(error))
        }
        _ => Ok(ExitCode::Success),
    }
}
