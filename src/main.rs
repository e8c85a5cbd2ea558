//! Parses the command line and runs the command.

use clap::{Parser, Subcommand};
use measure_bench::cli::rooms::{self, RoomsArgs};

/// Measures a room's opposite wall from one photo.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Rooms(RoomsArgs),
}

fn main() -> anyhow::Result<()> {
    let Command::Rooms(args) = Cli::parse().command;
    let summary = rooms::run(&args)?;
    eprintln!(
        "{} photos, truth in {}",
        summary.photos,
        summary.ground_truth.display()
    );
    Ok(())
}
