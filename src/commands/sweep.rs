//! `measure-bench sweep`: measures with every configuration of a grid, each in a process of its own.

use std::ffi::OsString;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::Ordering;

use anyhow::Context;

use super::{CommandError, environment, interrupt, texts};
use crate::cli::sweep::SweepArgs;
use crate::cli::values::SweepForm;
use crate::exit_code::ExitCode;
use crate::options::{UsageError, Verbosity};
use crate::report::{Report, whole_file};
use crate::say::say;
use crate::segment::ModelSource;
use crate::segment::model::BUNDLED_NAME;
use crate::sweep::{Configuration, Sweep, csv, png, svg, table};

/// The forms of a saved sweep.
#[derive(Debug, Clone, Copy)]
enum SaveForm {
    Json,
    Csv,
    Svg,
    Png,
}

/// Measures the grid, prints and saves what came of it.
pub(super) fn run(args: SweepArgs) -> Result<ExitCode, CommandError> {
    if args.photos.is_empty() && args.input.files.is_empty() && args.input.dir.is_empty() {
        return Err(CommandError::usage(UsageError::NoPhotos));
    }
    let saves = args
        .save
        .iter()
        .map(|path| Ok((path, save_form(path)?)))
        .collect::<Result<Vec<_>, CommandError>>()?;
    let grid = grid(&args)?;
    let common = args.for_measuring();
    if args.input.dry_run {
        return dry_run(&grid, &common);
    }
    let interrupted = interrupt::watch(Verbosity::Normal);
    let mut outcomes = Vec::new();
    for (index, configuration) in grid.iter().enumerate() {
        if !args.quiet {
            let side = configuration
                .long_side
                .map_or_else(|| "own size".to_owned(), |side| format!("long side {side}"));
            let model = &configuration.model;
            say(format!("{} of {}: {model}, {side}", index + 1, grid.len()));
        }
        let report = measure(configuration, &common)?;
        // A configuration that was cut short would be compared over other photos than the rest.
        if interrupted.load(Ordering::Relaxed) {
            break;
        }
        outcomes.push((configuration.clone(), report));
    }
    let sweep = Sweep::of(
        environment::gather(),
        environment::now(),
        outcomes,
        args.max_ms,
    );
    for (path, form) in saves {
        save(path, &rendered(&sweep, form)?).map_err(CommandError::Failure)?;
    }
    let text = match args.summary {
        SweepForm::Table => table(&sweep).into_bytes(),
        SweepForm::Json => rendered(&sweep, SaveForm::Json)?,
        SweepForm::Csv => rendered(&sweep, SaveForm::Csv)?,
    };
    texts::print(&text)?;
    Ok(exit_code(&sweep, interrupted.load(Ordering::Relaxed)))
}

fn exit_code(sweep: &Sweep, interrupted: bool) -> ExitCode {
    let mut code = ExitCode::Success;
    if sweep.max_ms.is_some() && sweep.best.is_none() {
        code = code.worst(ExitCode::GateMissed);
    }
    if sweep.points.iter().any(|point| point.failure.is_some()) {
        code = code.worst(ExitCode::Failure);
    }
    if interrupted {
        code = code.worst(ExitCode::Interrupted);
    }
    code
}

/// Every model with every long side; a model that does not exist is found before anything is measured.
fn grid(args: &SweepArgs) -> Result<Vec<Configuration>, CommandError> {
    let named = if args.grid.model.is_empty() {
        vec![BUNDLED_NAME.to_owned()]
    } else {
        args.grid.model.clone()
    };
    let mut models = Vec::new();
    for name in named {
        if args.grid.precision.is_empty() {
            models.push(name);
            continue;
        }
        // As the exporter names its files.
        let stem = name.strip_suffix(".onnx").unwrap_or(&name);
        let ending = &name[stem.len()..];
        for precision in &args.grid.precision {
            models.push(format!("{stem}-{precision}{ending}"));
        }
    }
    for model in &models {
        ModelSource::resolve(Some(model)).map_err(CommandError::usage)?;
    }
    let sides = &args.grid.long_side;
    let cells = models.iter().flat_map(|model| {
        sides.iter().map(|side| Configuration {
            model: model.clone(),
            long_side: Some(*side).filter(|side| *side > 0),
        })
    });
    Ok(cells.collect())
}

/// A measuring run of this very binary; `common` ends with the photos.
fn measuring(
    configuration: &Configuration,
    switches: &[&str],
    common: &[OsString],
) -> anyhow::Result<Command> {
    let binary = std::env::current_exe().context("cannot find this program's own file")?;
    let mut command = Command::new(binary);
    command
        // What the configuration file says is part of `common` already.
        .arg("--no-config")
        .args(["--quiet", "--summary", "json"])
        .args(switches)
        .arg(format!("--model={}", configuration.model))
        .arg(format!(
            "--long-side={}",
            configuration.long_side.unwrap_or(0)
        ))
        .args(common)
        .stdin(Stdio::null());
    Ok(command)
}

/// The report of one configuration, or why there is none; an error only where all others would fail for the same reason.
fn measure(
    configuration: &Configuration,
    common: &[OsString],
) -> Result<Result<Report, String>, CommandError> {
    let output = measuring(configuration, &[], common)
        .and_then(|mut command| command.output().context("cannot start a measuring run"))
        .map_err(CommandError::Failure)?;
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    if output.status.code() == Some(i32::from(ExitCode::Usage.code())) {
        let message = said.strip_prefix("error: ").unwrap_or(&said).to_owned();
        return Err(CommandError::usage(anyhow::anyhow!(message)));
    }
    // Photos that could not be measured end a run with a failure, and with a report all the same.
    Ok(
        serde_json::from_slice(&output.stdout).map_err(|_| match said.lines().last() {
            Some(last) => last.to_owned(),
            None => format!("ended without a report: {}", output.status),
        }),
    )
}

/// Lists the photos, as a measuring run does, and the grid.
fn dry_run(grid: &[Configuration], common: &[OsString]) -> Result<ExitCode, CommandError> {
    if let Some(first) = grid.first() {
        let status = measuring(first, &["--dry-run"], common)
            .and_then(|mut command| command.status().context("cannot start a measuring run"))
            .map_err(CommandError::Failure)?;
        if !status.success() {
            return Ok(ExitCode::Usage);
        }
    }
    let lines: Vec<String> = grid
        .iter()
        .map(|c| {
            format!(
                "--model {} --long-side {}\n",
                c.model,
                c.long_side.unwrap_or(0)
            )
        })
        .collect();
    texts::print(lines.concat().as_bytes())
}

fn save_form(path: &Path) -> Result<SaveForm, CommandError> {
    let ending = path.extension().and_then(|ending| ending.to_str());
    match ending.map(str::to_ascii_lowercase).as_deref() {
        Some("json") => Ok(SaveForm::Json),
        Some("csv") => Ok(SaveForm::Csv),
        Some("svg") => Ok(SaveForm::Svg),
        Some("png") => Ok(SaveForm::Png),
        _ => Err(CommandError::usage(anyhow::anyhow!(
            "--save {}: the ending says the form of a sweep, and must be one of .json .csv .svg .png",
            path.display()
        ))),
    }
}

fn rendered(sweep: &Sweep, form: SaveForm) -> Result<Vec<u8>, CommandError> {
    match form {
        SaveForm::Json => serde_json::to_string_pretty(sweep)
            .map(|text| (text + "\n").into_bytes())
            .map_err(CommandError::failure),
        SaveForm::Csv => csv(sweep)
            .map(String::into_bytes)
            .map_err(CommandError::failure),
        SaveForm::Svg => Ok(svg(sweep).into_bytes()),
        SaveForm::Png => png(sweep).map_err(CommandError::failure),
    }
}

/// Writes the file whole or not at all.
fn save(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    let context = || format!("cannot write --save {}", path.display());
    let mut file = whole_file::begin(path).with_context(context)?;
    file.write_all(content).with_context(context)?;
    whole_file::finish(file, path).with_context(context)
}
