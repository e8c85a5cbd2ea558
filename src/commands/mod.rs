//! One module a command: each turns its arguments into an exit code.

mod compare;
mod deliver;
mod doctor;
mod environment;
mod journaled;
mod measure;
mod merge;
mod plan;
mod score;
mod texts;

use crate::cli::{Cli, Command, rooms};
use crate::exit_code::ExitCode;

/// Why a command ended without a result.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The command line, or a file it names, makes no sense.
    #[error("{0:#}")]
    Usage(anyhow::Error),
    /// The run failed.
    #[error("{0:#}")]
    Failure(anyhow::Error),
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

/// Runs the command and says how the process ends; errors go to standard error with their whole chain.
#[must_use]
pub fn run(cli: Cli) -> ExitCode {
    let outcome = match cli.command {
        None => measure::run(cli.measure),
        Some(Command::Score(args)) => score::run(args),
        Some(Command::Rooms(args)) => render_rooms(&args),
        Some(Command::Compare(args)) => compare::run(&args),
        Some(Command::Merge(args)) => merge::run(args),
        Some(Command::Doctor(args)) => doctor::run(&args),
        Some(Command::Completions(args)) => texts::completions(args.shell),
        Some(Command::Man) => texts::man(),
    };
    outcome.unwrap_or_else(|error| {
        anstream::eprintln!("error: {error}");
        error.exit_code()
    })
}

fn render_rooms(args: &rooms::RoomsArgs) -> Result<ExitCode, CommandError> {
    let summary = rooms::run(args).map_err(CommandError::failure)?;
    anstream::eprintln!(
        "{} photos, truth in {}",
        summary.photos,
        summary.ground_truth.display()
    );
    Ok(ExitCode::Success)
}
