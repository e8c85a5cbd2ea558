//! What counts: flags, then the environment, then `measure-bench.toml`, then defaults.
//!
//! The file's settings become arguments like any other, before the user's own, so that they are checked by the same parser.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt::Write;
use std::path::Path;

use clap::builder::Resettable;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, CommandFactory, FromArgMatches};
use toml::Value;

use super::Cli;
use super::config_file::{self, ConfigError, ConfigFile, GATES, Setting};

/// Options of which one from the user makes the file's others void.
const REPLACED_TOGETHER: [(&[&str], &[&str]); 5] = [
    // A part of the photos is held to nothing that is meant for all of them; `merge` is.
    (
        &["shard"],
        &[
            "baseline",
            "max_refusals",
            "max_width_mape",
            "max_height_mape",
            "min_coverage",
            "max_photo_error",
            "max_regression",
            "max_slowdown",
        ],
    ),
    (&["photos", "files", "dir"], &["files", "dir"]),
    (&["photos", "files"], &["recursive"]),
    (&["model", "labels"], &["model", "model_config", "labels"]),
    (&["quiet", "verbose"], &["quiet", "verbose"]),
];

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
    let (full, from_file) = match &config {
        Some(config) => add(argv, config, &command, &given),
        None => (argv.to_vec(), BTreeSet::new()),
    };
    let parsed = command.clone().try_get_matches_from(full).and_then(|m| {
        let cli = Cli::from_arg_matches(&m)?;
        Ok((cli, m))
    });
    match parsed {
        Ok((cli, matches)) => Ok(Arguments {
            cli,
            settings: settings(&command, &matches, config.as_ref(), &from_file),
        }),
        Err(error) => Err(match config {
            Some(config) if error.use_stderr() && !from_file.is_empty() => {
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

/// The arguments with those settings that the user's own leave standing, and the identities of these.
fn add(
    argv: &[OsString],
    config: &ConfigFile,
    command: &Command,
    given: &ArgMatches,
) -> (Vec<OsString>, BTreeSet<String>) {
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
    let standing = config.settings.iter().filter(|s| stands(&s.id) && suits(s));
    for setting in standing {
        from_file.insert(setting.id.clone());
        full.extend(setting.arguments.iter().map(OsString::from));
    }
    full.extend_from_slice(&argv[at..]);
    (full, from_file)
}

/// Every option that has a value, in the form of a configuration file, with where the value comes from.
fn settings(
    command: &Command,
    matches: &ArgMatches,
    config: Option<&ConfigFile>,
    from_file: &BTreeSet<String>,
) -> String {
    let source = config.map_or_else(
        || format!("no {}", config_file::FILE_NAME),
        |config| config.path.display().to_string(),
    );
    let (mut options, mut gates) = (String::new(), String::new());
    for option in command.get_arguments() {
        let (Some(is_gate), Some(name)) = (config_file::part(option), option.get_long()) else {
            continue;
        };
        let id = option.get_id().as_str();
        let Some(value) = value(option, matches) else {
            continue;
        };
        let from = match matches.value_source(id) {
            _ if from_file.contains(id) => source.clone(),
            Some(ValueSource::CommandLine) => "command line".to_owned(),
            Some(ValueSource::EnvVariable) => option.get_env().map_or_else(
                || "environment".to_owned(),
                |name| name.to_string_lossy().into_owned(),
            ),
            _ => "default".to_owned(),
        };
        let part = if is_gate { &mut gates } else { &mut options };
        // Writing to a String cannot fail.
        let _ = writeln!(part, "{:<44} # {from}", format!("{name} = {value}"));
    }
    format!(
        "# flags, then the environment, then {source}, then defaults\n{options}\n[{}]\n{gates}",
        GATES.to_lowercase()
    )
}

fn value(option: &Arg, matches: &ArgMatches) -> Option<Value> {
    let id = option.get_id().as_str();
    if !option.get_action().takes_values() {
        return matches.get_flag(id).then_some(Value::Boolean(true));
    }
    let mut values: Vec<Value> = matches
        .get_raw(id)?
        .map(|raw| match config_file::is_text(option) {
            true => Value::String(raw.to_string_lossy().into_owned()),
            false => typed(&raw.to_string_lossy()),
        })
        .collect();
    match option.get_action() {
        ArgAction::Append => Some(Value::Array(values)),
        _ => values.pop(),
    }
}

/// A number where the text is one, in TOML's eyes.
fn typed(text: &str) -> Value {
    if let Ok(integer) = text.parse() {
        Value::Integer(integer)
    } else if let Ok(number) = text.parse() {
        Value::Float(number)
    } else {
        Value::String(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(config: &str) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join("a/b")).unwrap();
        std::fs::write(dir.path().join(config_file::FILE_NAME), config).unwrap();
        dir
    }

    fn parsed(folder: &Path, arguments: &[&str]) -> Result<Arguments, ArgumentsError> {
        let argv: Vec<OsString> = std::iter::once("measure-bench")
            .chain(arguments.iter().copied())
            .map(OsString::from)
            .collect();
        parse(&argv, folder)
    }

    #[test]
    fn settings_hold_below_the_file_and_paths_are_relative_to_it() {
        let dir = folder("dir = ['photos']\nrecursive = true\n[gates]\nmax-width-mape = 12.5\n");
        let cli = parsed(&dir.path().join("a/b"), &[]).unwrap().cli;
        assert_eq!(cli.measure.input.dir, [Path::new("../../photos")]);
        assert!(cli.measure.input.recursive);
        assert_eq!(cli.measure.gates.max_width_mape, Some(12.5));
        let cli = parsed(dir.path(), &["--no-config"]).unwrap().cli;
        assert!(cli.measure.input.dir.is_empty());
    }

    #[test]
    fn flags_win_and_photos_replace_photos() {
        let dir = folder(
            "dir = ['photos']\nrecursive = true\nlabels = 'maps'\n[gates]\nmax-errors = '5%'\n",
        );
        let cli = parsed(
            dir.path(),
            &["x.jpg", "--model", "m.onnx", "--max-errors", "2"],
        );
        let measure = cli.unwrap().cli.measure;
        assert!(measure.input.dir.is_empty() && !measure.input.recursive);
        assert_eq!(measure.model.model.as_deref(), Some("m.onnx"));
        assert_eq!(measure.model.labels, None);
        assert_eq!(measure.gates.max_errors, Some("2".parse().unwrap()));
    }

    #[test]
    fn a_shard_is_not_held_to_the_gates_of_the_whole() {
        let dir = folder(
            "dir = 'photos'\nbaseline = 'main'\n[gates]\nmax-regression = 1\nmax-width-mape = 9\nmax-errors = 3\n",
        );
        let measure = parsed(dir.path(), &["--shard", "1/4"]).unwrap().cli.measure;
        assert_eq!(measure.gates.max_width_mape, None);
        assert_eq!(measure.gates.change.max_regression, None);
        assert_eq!(measure.output.baseline, None);
        assert!(
            measure.gates.max_errors.is_some(),
            "errors of a part are errors of the whole"
        );
        let every = crate::cli::Cli::command();
        let known: Vec<String> = every
            .get_arguments()
            .map(|a| a.get_id().to_string())
            .collect();
        for (_, replaced) in REPLACED_TOGETHER {
            assert!(
                replaced.iter().all(|id| known.contains(&(*id).to_string())),
                "{replaced:?}"
            );
        }
    }

    #[test]
    fn a_flag_may_lean_on_the_file() {
        let dir = folder("dir = 'photos'\n");
        assert!(
            parsed(dir.path(), &["--recursive"])
                .unwrap()
                .cli
                .measure
                .input
                .recursive
        );
        assert!(parsed(dir.path(), &["--recursive", "--no-config"]).is_err());
        assert!(parsed(dir.path(), &["--provider", "other"]).is_err());
    }

    #[test]
    fn commands_take_what_concerns_them() {
        let dir = folder("dir = 'photos'\nquiet = true\n[gates]\nmax-regression = 2\n");
        let cli = parsed(dir.path(), &["compare", "a.json", "b.json"])
            .unwrap()
            .cli;
        let Some(super::super::Command::Compare(compare)) = cli.command else {
            panic!("compare was asked for");
        };
        assert_eq!(compare.gates.max_regression, Some(2.0));
        assert!(parsed(dir.path(), &["man"]).is_ok());
    }

    #[test]
    fn what_suits_measuring_alone_does_not_break_other_commands() {
        let dir = folder("dir = 'photos'\nsummary = 'markdown'\nsave = ['r.html']\n");
        for words in [
            &["doctor"][..],
            &["sweep"],
            &["compare", "a.json", "b.json"],
        ] {
            assert!(parsed(dir.path(), words).is_ok(), "{words:?}");
        }
        let sweep = parsed(dir.path(), &["sweep"]).unwrap().cli.command;
        let Some(super::super::Command::Sweep(sweep)) = sweep else {
            panic!("sweep was asked for");
        };
        assert!(sweep.save.is_empty());
        assert_eq!(sweep.input.dir, [Path::new("photos")]);
    }

    #[test]
    fn baselines_lie_beside_the_file_unless_somebody_says_else() {
        let dir = folder("baseline = 'main'\n");
        let baselines = |arguments: &[&str]| {
            let measure = parsed(&dir.path().join("a/b"), arguments)
                .unwrap()
                .cli
                .measure;
            measure.output.baselines
        };
        assert_eq!(baselines(&[]), Path::new("../../baselines"));
        assert_eq!(baselines(&["--baselines", "x"]), Path::new("x"));
        assert_eq!(baselines(&["--no-config"]), Path::new("baselines"));
    }

    #[test]
    fn names_that_look_like_numbers_are_names() {
        let dir = folder("dir = [2024]\nbaseline = '1'\n");
        let below = parsed(&dir.path().join("a"), &[]).unwrap();
        assert_eq!(below.cli.measure.input.dir, [Path::new("../2024")]);
        let settings = parsed(dir.path(), &[]).unwrap().settings;
        assert!(settings.contains("dir = [\"2024\"]"), "{settings}");
        assert!(settings.contains("baseline = \"1\""), "{settings}");
    }

    #[test]
    fn wrong_settings_name_the_file_and_the_remedy() {
        for (config, expected) in [
            ("max-width-mape = 3", "stands under [gates]"),
            ("[gates]\ndir = 'x'", "stands above [gates]"),
            (
                "[gates]\nmax-widht-mape = 3",
                "did you mean 'max-width-mape'?",
            ),
            ("resume = true", "command line"),
            ("recursive = 'yes'", "true or false"),
            ("jobs = [1, 2]", "one value"),
            ("jobs = true", "a text or a number"),
            ("[photos]\ndir = 'x'", "no table [photos]"),
            ("jobs = ", "not TOML"),
            ("jobs = 'many'", "--no-config"),
        ] {
            let dir = folder(config);
            let message = parsed(dir.path(), &[]).unwrap_err().to_string();
            assert!(message.contains(expected), "{config}: {message}");
            assert!(
                message.contains(config_file::FILE_NAME),
                "{config}: {message}"
            );
        }
    }

    #[test]
    fn the_printed_settings_say_the_same_when_read_again() {
        let dir = folder("dir = ['photos', 'more']\nmax-pixels = 50\n[gates]\nmax-errors = '5%'\n");
        let first = parsed(dir.path(), &["--camera-height", "150"]).unwrap();
        assert!(
            first.settings.contains("max-pixels = 50"),
            "{}",
            first.settings
        );
        let other = folder(&first.settings);
        let second = parsed(other.path(), &[]).unwrap();
        let bare = |text: &str| -> Vec<String> {
            let kept = |line: &str| {
                line.split('#')
                    .next()
                    .unwrap_or_default()
                    .trim_end()
                    .to_owned()
            };
            text.lines().map(kept).collect()
        };
        assert_eq!(bare(&first.settings), bare(&second.settings));
    }
}
