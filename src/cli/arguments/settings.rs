//! What counts, written as a configuration file that says the same.

use std::collections::BTreeSet;
use std::fmt::Write;

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};
use toml::Value;

use crate::cli::config_file::{self, ConfigFile, GATES};

/// Every option that has a value, in the form of a configuration file, with where the value comes from.
pub(super) fn written(
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
