//! What counts: flags, then the environment, then `measure-bench.toml`, then defaults.
//!
//! The file's settings become arguments like any other, before the user's own, so that they are checked by the same parser.

mod settings;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;

use clap::builder::Resettable;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command, CommandFactory, FromArgMatches};

use super::Cli;
use super::config_file::{self, ConfigError, ConfigFile, Setting};

/// Options of which one from the user makes the file's others void.
const REPLACED_TOGETHER: [(&[&str], &[&str]); 6] = [
    // A part of the photos is held to nothing that is meant for all of them; `merge` is.
    (&["shard"], &OF_ALL_PHOTOS),
    (&["photos", "files", "dir"], &["files", "dir"]),
    (&["photos", "files"], &["recursive"]),
    // The baseline is of the file's photos.
    (&["photos", "files"], &[BASELINE]),
    (&["model", "labels"], &["model", "model_config", "labels"]),
    (&["quiet", "verbose"], &["quiet", "verbose"]),
];

const BASELINE: &str = "baseline";
/// What is meant for all of the file's photos.
const OF_ALL_PHOTOS: [&str; 9] = [
    BASELINE,
    "max_refusals",
    "max_fallbacks",
    "max_width_mape",
    "max_height_mape",
    "min_coverage",
    "max_photo_error",
    "max_regression",
    "max_slowdown",
];
/// Settings that mean nothing without a baseline.
const OF_A_BASELINE: [&str; 2] = ["max_regression", "max_slowdown"];

/// Settings that the file makes for reports, and that a command takes for another thing: its own files have other forms.
const OF_ANOTHER_KIND: [(&str, &str); 1] = [("sweep", "save")];

/// Why there is no command line to go by.
#[derive(Debug, thiserror::Error)]
pub enum ArgumentsError {
    /// The user's arguments do not parse, or ask for help.
    #[error(transparent)]
    CommandLine(clap::Error),
    /// They do not parse together with the file's settings.
    #[error("{error}\noptions from {path} took part; --no-config leaves them out")]
    WithConfig {
        /// What the parser says.
        error: clap::Error,
        /// The configuration file.
        path: String,
    },
    /// The configuration file is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
}

/// The command line with what the configuration file adds.
#[derive(Debug)]
pub struct Arguments {
    /// The parsed command line.
    pub cli: Cli,
    /// What counts, as a configuration file that says the same.
    pub settings: String,
    /// The file's baseline and gates that a part of its photos is not held to, as options.
    pub left_out: Vec<String>,
}

/// Parses the arguments `argv`, the first being the program's name, in the working folder `folder`.
pub fn parse(argv: &[OsString], folder: &Path) -> Result<Arguments, ArgumentsError> {
    let command = definition(is_empty);
    // What the user gave counts even where it makes sense only with the file's settings: `--recursive` for its `dir`.
    let given = command
        .clone()
        .ignore_errors(true)
        .try_get_matches_from(argv)
        .map_err(ArgumentsError::CommandLine)?;
    // A flag wins over the environment also where the two exclude each other.
    let command = definition(|option| is_empty(option) || is_outdone(option, &given));
    // A parser that stopped at an error has not filled in defaults.
    let no_config = given.try_get_one::<bool>("no_config");
    let config = if matches!(no_config, Ok(Some(true))) {
        None
    } else {
        config_file::find(folder)
            .map(|path| config_file::read(folder, &path, &command))
            .transpose()?
    };
    let Added {
        full,
        from_file,
        left_out,
    } = match &config {
        Some(config) => add(argv, config, &command, &given),
        None => Added {
            full: argv.to_vec(),
            ..Added::default()
        },
    };
    let parsed = command.clone().try_get_matches_from(full).and_then(|m| {
        let cli = Cli::from_arg_matches(&m)?;
        Ok((cli, m))
    });
    match parsed {
        Ok((cli, matches)) => Ok(Arguments {
            cli,
            settings: settings::written(&command, &matches, config.as_ref(), &from_file),
            left_out,
        }),
        Err(error) => Err(match (command.try_get_matches_from(argv), config) {
            // What is wrong without the file, too, is none of its doing.
            (Err(own), Some(_)) if own.kind() == error.kind() => ArgumentsError::CommandLine(own),
            (_, Some(config)) if error.use_stderr() && !from_file.is_empty() => {
                ArgumentsError::WithConfig {
                    error,
                    path: config.path.display().to_string(),
                }
            }
            _ => ArgumentsError::CommandLine(error),
        }),
    }
}

/// The program's options, those that are `silent` not listening to the environment.
fn definition(silent: impl Fn(&Arg) -> bool) -> Command {
    let deaf = |option: Arg| {
        // So that a limit below 0 is told what it should be, and not taken for an option.
        let is_valued = option.get_long().is_some() && option.get_action().takes_values();
        let option = option.allow_negative_numbers(is_valued);
        if silent(&option) {
            option.env(Resettable::Reset)
        } else {
            option
        }
    };
    let command = Cli::command().mut_args(deaf);
    let mut command = command.mut_subcommands(|sub| sub.mut_args(deaf));
    command.build();
    command
}

/// Whether an option's variable is set to nothing, which is how CI says that it is not set.
fn is_empty(option: &Arg) -> bool {
    let variable = option.get_env().and_then(std::env::var_os);
    variable.is_some_and(|value| value.is_empty())
}

/// Whether an option has its value from the environment, while a flag replaces it.
fn is_outdone(option: &Arg, given: &ArgMatches) -> bool {
    let source = |id: &str| match given.try_contains_id(id) {
        Ok(true) => given.value_source(id),
        _ => None,
    };
    let id = option.get_id().as_str();
    let is_flag = |other: &&str| source(other) == Some(ValueSource::CommandLine);
    source(id) == Some(ValueSource::EnvVariable)
        && REPLACED_TOGETHER
            .iter()
            .any(|(replacing, replaced)| replaced.contains(&id) && replacing.iter().any(is_flag))
}

/// Whether the file's setting means to the command `name`, whose option is `option`, what it means to measuring.
fn suits(setting: &Setting, name: &str, option: &Arg) -> bool {
    let known = option.get_possible_values();
    let is_known = |word: &String| {
        let value = word.split_once('=').map_or("", |(_, value)| value);
        known.iter().any(|possible| possible.matches(value, false))
    };
    !OF_ANOTHER_KIND.contains(&(name, &setting.id))
        && (known.is_empty()
            || !option.get_action().takes_values()
            || setting.arguments.iter().all(is_known))
}

/// What the file's settings make of the arguments.
#[derive(Default)]
struct Added {
    /// The arguments with those settings that the user's own leave standing.
    full: Vec<OsString>,
    /// The identities of these.
    from_file: BTreeSet<String>,
    /// See [`Arguments::left_out`].
    left_out: Vec<String>,
}

fn add(argv: &[OsString], config: &ConfigFile, command: &Command, given: &ArgMatches) -> Added {
    let (active, matches) = match given.subcommand() {
        Some((name, matches)) => match command.find_subcommand(name) {
            Some(subcommand) => (subcommand, matches),
            None => (command, given),
        },
        None => (command, given),
    };
    let has = |id: &str| active.get_arguments().any(|a| a.get_id() == id);
    let is_given = |id: &str| {
        has(id)
            && matches!(
                matches.value_source(id),
                Some(ValueSource::CommandLine | ValueSource::EnvVariable)
            )
    };
    let stands = |id: &str| {
        has(id)
            && !is_given(id)
            && REPLACED_TOGETHER
                .iter()
                .filter(|(_, replaced)| replaced.contains(&id))
                .all(|(replacing, _)| !replacing.iter().any(|other| is_given(other)))
    };
    // After the program's name, or after the command's.
    let at = argv
        .len()
        .min(if given.subcommand().is_some() { 2 } else { 1 });
    let mut full = argv[..at].to_vec();
    let mut from_file = BTreeSet::new();
    let suits = |setting: &Setting| match given.subcommand_name() {
        None => true,
        Some(name) => active
            .get_arguments()
            .filter(|option| *option.get_id() == setting.id)
            .all(|option| suits(setting, name, option)),
    };
    // Limits of change go with the baseline that they are meant for.
    let is_set = config.settings.iter().any(|s| s.id == BASELINE);
    let has_lost_baseline = is_set && has(BASELINE) && !stands(BASELINE) && !is_given(BASELINE);
    let counts = |id: &str| stands(id) && !(has_lost_baseline && OF_A_BASELINE.contains(&id));
    let is_left_out =
        |id: &str| OF_ALL_PHOTOS.contains(&id) && has(id) && !is_given(id) && !counts(id);
    let left_out = config.settings.iter().filter(|s| is_left_out(&s.id));
    let left_out = left_out.map(|s| format!("--{}", s.id.replace('_', "-")));
    let standing = config.settings.iter().filter(|s| counts(&s.id) && suits(s));
    for setting in standing {
        from_file.insert(setting.id.clone());
        full.extend(setting.arguments.iter().map(OsString::from));
    }
    full.extend_from_slice(&argv[at..]);
    Added {
        full,
        from_file,
        left_out: left_out.collect(),
    }
}

#[cfg(test)]
mod tests;
