//! `measure-bench.toml`: options and gates that hold for a folder and everything below it.
//!
//! A key is the long name of an option of measuring, so that there is one vocabulary and `--help` documents both. Gates
//! stand in a table of their own:
//!
//! ```toml
//! dir = ["photos"]
//! ground-truth = "truth.json"
//!
//! [gates]
//! max-width-mape = 12
//! ```

use std::any::TypeId;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, Command};
use toml::{Table, Value};

use super::alike::nearest;
use crate::compare::baseline::{DEFAULT_FOLDER, is_file_name};

/// The file's name.
pub const FILE_NAME: &str = "measure-bench.toml";
/// The table, and the heading in `--help`, of gates.
pub(super) const GATES: &str = "Gates";
/// Options that are about one run, not about a repository. Photos and a token are sent somewhere only where a person says so: a
/// file that came with someone's folder must not.
const OF_ONE_RUN: [&str; 7] = [
    "cloud_url",
    "dry_run",
    "fallback",
    "profile",
    "resume",
    "save_baseline",
    "shard",
];
/// Texts that are paths unless they name something known by name.
const PATHS_OR_NAMES: [&str; 2] = ["model", BASELINE];
/// The one of these that its ending makes a path, too: the first run has no such file yet, and makes it.
const BASELINE: &str = "baseline";
/// Glob patterns.
const PATTERNS: &str = "files";
/// From this likeness on a known key is proposed for an unknown one.
const ALIKE: f64 = 0.7;

/// Why a configuration file does not count.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It cannot be read.
    #[error("cannot read {}: {source}; mend its permissions, or leave it out with --no-config", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// It is not TOML.
    #[error("{} is not TOML: {source}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Where, and what was expected.
        source: Box<toml::de::Error>,
    },
    /// A key or a value makes no sense.
    #[error("{}: {problem}", path.display())]
    Setting {
        /// The file.
        path: PathBuf,
        /// Which key, what was expected, what to try.
        problem: String,
    },
}

/// One option as the file sets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Setting {
    /// The option's identity in the parser.
    pub id: String,
    /// What to put on the command line for it; nothing for a switch that is off.
    pub arguments: Vec<String>,
}

/// A configuration file's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ConfigFile {
    /// Its path, relative to the working folder.
    pub path: PathBuf,
    /// In the order of their names.
    pub settings: Vec<Setting>,
}

/// The nearest configuration file, upwards from `folder`, as seen from `folder`.
pub(super) fn find(folder: &Path) -> Option<PathBuf> {
    folder
        .ancestors()
        .enumerate()
        .find(|(_, ancestor)| ancestor.join(FILE_NAME).is_file())
        .map(|(steps, _)| {
            std::iter::repeat_n("..", steps)
                .collect::<PathBuf>()
                .join(FILE_NAME)
        })
}

/// Reads the file at `path` as options of `measuring`; `folder` is the working folder that `path` is relative to.
pub(super) fn read(
    folder: &Path,
    path: &Path,
    measuring: &Command,
) -> Result<ConfigFile, ConfigError> {
    let text =
        std::fs::read_to_string(folder.join(path)).map_err(|source| ConfigError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
    let table: Table = text.parse().map_err(|source| ConfigError::Malformed {
        path: path.to_owned(),
        source: Box::new(source),
    })?;
    let from = path.parent().unwrap_or(Path::new(""));
    let mut settings =
        settings(&table, from, measuring).map_err(|problem| ConfigError::Setting {
            path: path.to_owned(),
            problem,
        })?;
    settings.extend(own_baselines(&settings, from));
    Ok(ConfigFile {
        path: path.to_owned(),
        settings,
    })
}

/// The file's baselines lie beside it, and are the same from every folder below it.
fn own_baselines(settings: &[Setting], from: &Path) -> Option<Setting> {
    const ID: &str = "baselines";
    let is_below = from != Path::new("");
    (is_below && settings.iter().all(|s| s.id != ID)).then(|| Setting {
        id: ID.to_owned(),
        arguments: vec![format!("--{ID}={}", from.join(DEFAULT_FOLDER).display())],
    })
}

fn settings(table: &Table, from: &Path, measuring: &Command) -> Result<Vec<Setting>, String> {
    let mut found = Vec::new();
    for (key, value) in table {
        match value {
            Value::Table(gates) if *key == GATES.to_lowercase() => {
                for (key, value) in gates {
                    found.push(setting(key, value, true, from, measuring)?);
                }
            }
            Value::Table(_) => {
                return Err(format!(
                    "there is no table [{key}]; gates stand under [gates], all else at the top without a table"
                ));
            }
            _ => found.push(setting(key, value, false, from, measuring)?),
        }
    }
    Ok(found)
}

/// Whether an option can stand in the file, and in which part: `Some(true)` under `[gates]`.
pub(super) fn part(option: &Arg) -> Option<bool> {
    let heading = option.get_help_heading()?;
    (!OF_ONE_RUN.contains(&option.get_id().as_str()) && option.get_long().is_some())
        .then_some(heading == GATES)
}

fn setting(
    key: &str,
    value: &Value,
    is_gate: bool,
    from: &Path,
    measuring: &Command,
) -> Result<Setting, String> {
    let options = || measuring.get_arguments().filter(|o| part(o).is_some());
    let Some(option) = options().find(|o| o.get_long() == Some(key)) else {
        if measuring.get_arguments().any(|o| o.get_long() == Some(key)) {
            return Err(format!(
                "'{key}' is for one run and cannot stand here; give --{key} on the command line"
            ));
        }
        let meant = nearest(key, options().filter_map(Arg::get_long), ALIKE);
        return Err(meant.map_or_else(
            || {
                format!(
                    "there is no option '{key}'; keys are the long options of measure-bench --help"
                )
            },
            |name| format!("there is no option '{key}'; did you mean '{name}'?"),
        ));
    };
    match part(option) {
        Some(true) if !is_gate => {
            return Err(format!("'{key}' is a gate and stands under [gates]"));
        }
        Some(false) if is_gate => {
            return Err(format!("'{key}' is no gate and stands above [gates]"));
        }
        _ => {}
    }
    Ok(Setting {
        id: option.get_id().to_string(),
        arguments: arguments(key, value, option, from)?,
    })
}

fn arguments(key: &str, value: &Value, option: &Arg, from: &Path) -> Result<Vec<String>, String> {
    if !option.get_action().takes_values() {
        return match value {
            Value::Boolean(true) => Ok(vec![format!("--{key}")]),
            Value::Boolean(false) => Ok(Vec::new()),
            other => Err(format!("'{key}' is true or false, not {other}")),
        };
    }
    let one = |value: &Value| match value {
        Value::String(text) => Ok(format!("--{key}={}", located(text, option, from))),
        // A folder may be called 2024.
        Value::Integer(_) | Value::Float(_) => Ok(format!(
            "--{key}={}",
            located(&value.to_string(), option, from)
        )),
        other => Err(format!("'{key}' is a text or a number, not {other}")),
    };
    match value {
        Value::Array(values) if matches!(option.get_action(), ArgAction::Append) => {
            values.iter().map(one).collect()
        }
        Value::Array(_) => Err(format!("'{key}' takes one value, not a list")),
        value => Ok(vec![one(value)?]),
    }
}

/// Whether an option's values are names or paths, whatever they look like.
pub(super) fn is_text(option: &Arg) -> bool {
    let id = option.get_value_parser().type_id();
    id == TypeId::of::<PathBuf>() || id == TypeId::of::<String>()
}

/// A path as seen from the working folder: those in the file are relative to the file.
fn located(text: &str, option: &Arg, from: &Path) -> String {
    let id = option.get_id().as_str();
    let is_path = option.get_value_parser().type_id() == TypeId::of::<PathBuf>()
        || id == PATTERNS
        || (id == BASELINE && is_file_name(text));
    let joined = from.join(text);
    // A folder of a name's spelling is neither.
    if is_path || (PATHS_OR_NAMES.contains(&id) && joined.is_file()) {
        joined.to_string_lossy().into_owned()
    } else {
        text.to_owned()
    }
}
