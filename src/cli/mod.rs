//! The command line: raw arguments, parsed and nothing else. [`crate::options`] turns them into what a run works with.

pub mod alike;
pub mod arguments;
pub mod config_file;
mod examples;
pub mod measure;
pub mod rooms;
pub mod sweep;
pub mod values;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueHint};

pub use measure::MeasureArgs;

use crate::compare::baseline::DEFAULT_FOLDER;

/// Measures a room's opposite wall, in centimetres, from one photo, and scores many such measurements.
#[derive(Debug, Parser)]
#[command(name = "measure-bench", version, after_help = examples::MEASURE, max_term_width = 100)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Cli {
    /// Another command than measuring.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Leave measure-bench.toml out
    #[arg(long, global = true)]
    pub no_config: bool,
    /// Print which options and gates count, in the form of measure-bench.toml, and where each comes from
    #[arg(long)]
    pub print_config: bool,
    /// The options of measuring.
    #[command(flatten)]
    pub measure: MeasureArgs,
}

/// Everything but measuring.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Score a saved report anew, without measuring
    #[command(after_help = examples::SCORE)]
    Score(ScoreArgs),
    /// Compare two saved reports, photo by photo, without measuring
    #[command(after_help = examples::COMPARE)]
    Compare(CompareArgs),
    /// Join the reports of all shards
    #[command(after_help = examples::MERGE)]
    Merge(MergeArgs),
    /// Measure with many models, input sizes and precisions: accuracy against time and memory
    #[command(after_help = examples::SWEEP)]
    Sweep(sweep::SweepArgs),
    /// Render synthetic rooms with exact truth
    #[command(after_help = examples::ROOMS)]
    Rooms(rooms::RoomsArgs),
    /// Say what this machine offers, and how to get what is missing
    #[command(after_help = examples::DOCTOR)]
    Doctor(DoctorArgs),
    /// Print a completion script for a shell
    #[command(after_help = examples::COMPLETIONS)]
    Completions(CompletionsArgs),
    /// Print the man page, or that of a command
    #[command(after_help = examples::MAN)]
    Man(ManArgs),
    /// Print the JSON Schema of the report
    #[command(after_help = examples::SCHEMA)]
    Schema,
}

/// Arguments of `score`.
#[derive(Debug, Args)]
pub struct ScoreArgs {
    /// The saved report
    #[arg(value_name = "REPORT.json")]
    pub report: PathBuf,
    /// The truth to score against, JSON or CSV
    #[arg(long, value_name = "FILE")]
    pub ground_truth: PathBuf,
    /// Where results go
    #[command(flatten)]
    pub output: OutputArgs,
    /// Limits
    #[command(flatten)]
    pub gates: measure::GateArgs,
}

/// Arguments of `compare`.
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// The report before: a file, or a name kept by --save-baseline
    #[arg(value_name = "OLD.json|NAME", value_hint = ValueHint::FilePath)]
    pub old: String,
    /// The report now: a file, or a name
    #[arg(value_name = "NEW.json|NAME", value_hint = ValueHint::FilePath)]
    pub new: String,
    /// Folder of the named baselines
    #[arg(long, value_name = "DIR", default_value = DEFAULT_FOLDER)]
    pub baselines: PathBuf,
    /// What goes to standard output
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    pub summary: values::ComparisonForm,
    /// Limits
    #[command(flatten)]
    pub gates: measure::ChangeGateArgs,
}

/// Arguments of `merge`.
#[derive(Debug, Args)]
pub struct MergeArgs {
    /// The reports, JSON, of all shards
    #[arg(value_name = "REPORT.json", required = true)]
    pub reports: Vec<PathBuf>,
    /// Where results go
    #[command(flatten)]
    pub output: OutputArgs,
    /// Limits
    #[command(flatten)]
    pub gates: measure::GateArgs,
}

/// Arguments of `doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// The model to try, a Mask2Former ONNX file or a name from models/ [default: the bundled model]
    #[arg(long, value_name = "PATH|NAME", env = "MEASURE_MODEL")]
    pub model: Option<String>,
    /// What goes to standard output
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    pub summary: values::PlainForm,
}

/// Arguments of `man`.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// The command [default: measuring]
    #[arg(value_name = "COMMAND")]
    pub command: Option<String>,
}

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    pub shell: clap_complete::Shell,
}

/// Where results go, the same for every command that yields a report.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// What goes to standard output
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    pub summary: values::SummaryForm,
    /// Write a report; its form follows the ending: .json .csv .md .html .xml (JUnit); repeatable
    #[arg(long, value_name = "FILE")]
    pub save: Vec<PathBuf>,
    /// Folder of small overlays, named by content, for HTML pages [default: FILE.html.assets beside the page; assets in the
    /// folder of baselines with --save-baseline]
    #[arg(long, value_name = "DIR")]
    pub assets: Option<PathBuf>,
    /// Compare with this report: a file, or a name kept by --save-baseline
    #[arg(long, value_name = "REPORT.json|NAME")]
    pub baseline: Option<String>,
    /// Keep this report under a name, to compare others with
    #[arg(long, value_name = "NAME")]
    pub save_baseline: Option<String>,
    /// Folder of the named baselines
    #[arg(long, value_name = "DIR", default_value = DEFAULT_FOLDER)]
    pub baselines: PathBuf,
    /// Leave the machine's folders out of reports; serial numbers and positions are never in them
    #[arg(long)]
    pub anonymous: bool,
    /// Nothing on standard error but errors
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
    /// More on standard error: what labels the photos, and each one as it is finished
    #[arg(short, long)]
    pub verbose: bool,
    /// Colour
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub color: values::ColorChoice,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn photos_and_commands_are_told_apart() {
        let cli =
            Cli::try_parse_from(["measure-bench", "a.jpg", "--files", "b.jpg", "c.jpg"]).unwrap();
        assert!(cli.command.is_none());
        assert_eq!(cli.measure.photos, ["a.jpg"]);
        assert_eq!(cli.measure.input.files, ["b.jpg", "c.jpg"]);
        let cli = Cli::try_parse_from(["measure-bench", "man"]).unwrap();
        assert!(matches!(cli.command, Some(Command::Man(_))));
    }

    #[test]
    fn the_old_provider_is_accepted_and_others_are_explained() {
        assert!(Cli::try_parse_from(["m", "a.jpg", "--provider", "noreref"]).is_ok());
        let error = Cli::try_parse_from(["m", "a.jpg", "--provider", "other"]).unwrap_err();
        assert!(error.to_string().contains("only 'noreref'"), "{error}");
    }
}
