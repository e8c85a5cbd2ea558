//! One module a command: each turns its arguments into an exit code.

mod baseline;
mod cache;
mod compare;
mod deliver;
mod doctor;
mod environment;
mod interrupt;
mod journaled;
mod measure;
mod merge;
mod overwriting;
mod plan;
mod rooms;
mod score;
mod sweep;
mod texts;

use std::ffi::OsString;

use crate::cli::Command;
use crate::cli::arguments::{self, Arguments, ArgumentsError};
use crate::exit_code::ExitCode;
use crate::isolation;
use crate::say::say;

/// Why a command ended without a result.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The command line, or a file it names, makes no sense.
    #[error("{}", chain(.0))]
    Usage(anyhow::Error),
    /// The run failed.
    #[error("{}", chain(.0))]
    Failure(anyhow::Error),
}

/// An error and its causes in one line, without those that it has said already.
fn chain(error: &anyhow::Error) -> String {
    let mut text = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !text.contains(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
    }
    text
}

impl CommandError {
    /// Marks an error as the user's to mend.
    pub fn usage(error: impl Into<anyhow::Error>) -> Self {
        Self::Usage(error.into())
    }

    /// Marks an error as one of the run.
    pub fn failure(error: impl Into<anyhow::Error>) -> Self {
        Self::Failure(error.into())
    }

    const fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::Usage,
            Self::Failure(_) => ExitCode::Failure,
        }
    }
}

/// Runs the command that the process's arguments, its own name first, ask for, and says how the process ends; errors go to
/// standard error with their whole chain.
#[must_use]
pub fn run(argv: &[OsString]) -> ExitCode {
    if argv
        .get(1)
        .is_some_and(|command| command == isolation::COMMAND)
    {
        return isolation::serve();
    }
    // A working folder that has vanished holds no configuration file.
    let folder = std::env::current_dir().unwrap_or_default();
    match arguments::parse(argv, &folder) {
        Ok(arguments) => dispatch(arguments),
        Err(ArgumentsError::CommandLine(error)) => {
            // Help goes to standard output and is no error; where neither stream can be written to, nobody reads.
            let _ = error.print();
            if error.use_stderr() {
                ExitCode::Usage
            } else {
                ExitCode::Success
            }
        }
        Err(error @ ArgumentsError::WithConfig { .. }) => {
            say(error);
            ExitCode::Usage
        }
        Err(error @ ArgumentsError::Config(_)) => {
            say(format!("error: {error}"));
            ExitCode::Usage
        }
    }
}

fn dispatch(arguments: Arguments) -> ExitCode {
    let Arguments {
        cli,
        settings,
        left_out,
    } = arguments;
    if cli.command.is_none() && !left_out.is_empty() && !cli.measure.output.quiet {
        say(format!(
            "note: a part of the photos is not held to the configuration file's {}",
            left_out.join(", ")
        ));
    }
    let outcome = match cli.command {
        None if cli.print_config => texts::print(settings.as_bytes()),
        None => measure::run(cli.measure),
        Some(Command::Score(args)) => score::run(args),
        Some(Command::Rooms(args)) => rooms::run(args),
        Some(Command::Compare(args)) => compare::run(&args),
        Some(Command::Merge(args)) => merge::run(args),
        Some(Command::Sweep(args)) => sweep::run(args),
        Some(Command::Doctor(args)) => doctor::run(&args),
        Some(Command::Completions(args)) => texts::completions(args.shell),
        Some(Command::Man(args)) => texts::man(args.command.as_deref()),
        Some(Command::Schema) => texts::schema(),
    };
    outcome.unwrap_or_else(|error| {
        say(format!("error: {error}"));
        error.exit_code()
    })
}

/// The last line that a reader of a log sees: why the process does not end with 0.
fn say_end(code: ExitCode, why: &str) {
    say(format!("exit code {}: {why}", code.code()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;

    #[test]
    fn an_error_says_every_cause_once() {
        #[derive(Debug, thiserror::Error)]
        #[error("cannot read a.json: {source}")]
        struct Read {
            source: std::io::Error,
        }
        let source = std::io::Error::other("no such file");
        let error = Err::<(), _>(Read { source }).context("ground truth");
        assert_eq!(
            CommandError::usage(error.unwrap_err()).to_string(),
            "ground truth: cannot read a.json: no such file"
        );
    }
}
