//! `measure-bench sweep`: measures with every configuration of a grid, each in a process of its own.

mod outputs;

use std::ffi::OsString;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::Context;
use outputs::{Output, save_form, summary};

use super::{CommandError, environment, interrupt, overwriting, say_end, texts};
use crate::cli::sweep::SweepArgs;
use crate::dataset::{Sources, find_cases};
use crate::exit_code::ExitCode;
use crate::options::{UsageError, Verbosity};
use crate::photo_result::Status;
use crate::report::Report;
use crate::say::{counted, printable, say};
use crate::segment::model::BUNDLED_NAME;
use crate::segment::size_policy::LONGEST_SIDE;
use crate::segment::{ModelSource, SegmentError};
use crate::sweep::{Configuration, Sweep, recommendation};

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
    refuse_overwriting(&args, &grid)?;
    let outputs = saves
        .into_iter()
        .map(|(path, form)| Output::open(path, form))
        .collect::<Result<Vec<_>, CommandError>>()?;
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
        let report = match measure(configuration, &common, &interrupted) {
            // What is wrong with the command itself shows with the first configuration; later ones must not cost it.
            Err(error) if outcomes.is_empty() => return Err(error),
            other => other.unwrap_or_else(|error| Err(error.to_string())),
        };
        // A configuration that was cut short would be compared over other photos than the rest.
        if interrupted.load(Ordering::Relaxed) {
            break;
        }
        outcomes.push((configuration.clone(), report));
    }
    let mut shortcomings = failures(&outcomes);
    let is_cut_short = outcomes.len() < grid.len();
    // The best of a part of the grid is no recommendation.
    let max_ms = args.max_ms.filter(|_| !is_cut_short);
    let mut sweep = Sweep::of(environment::gather(), environment::now(), outcomes, max_ms);
    sweep.interrupted = is_cut_short;
    // All of them, whatever becomes of one; a whole sweep must not go for a part of the next one.
    let (kept, outputs): (Vec<Output>, Vec<Output>) = outputs
        .into_iter()
        .partition(|output| is_cut_short && output.replaces());
    let written: Vec<anyhow::Result<()>> = outputs
        .into_iter()
        .map(|output| output.write(&sweep))
        .collect();
    // A full disk should not cost what a terminal can still show.
    texts::print(&summary(&sweep, args.summary).map_err(CommandError::Failure)?)?;
    written
        .into_iter()
        .collect::<anyhow::Result<()>>()
        .map_err(CommandError::Failure)?;
    if let (None, Some(missed)) = (sweep.best, recommendation(&sweep)) {
        shortcomings.push((ExitCode::GateMissed, missed));
    }
    if is_cut_short {
        let configurations = counted(grid.len(), "configuration");
        let finished = sweep.points.len();
        let mut why = format!("interrupted after {finished} of {configurations}");
        for output in &kept {
            why.push_str(&format!(
                "; {} holds a whole sweep and stays as it was",
                output.path().display()
            ));
        }
        shortcomings.push((ExitCode::Interrupted, why));
    }
    Ok(end(&shortcomings, args.quiet))
}

/// The outcome of each configuration that was measured: its report, or why there is none.
type Outcomes = [(Configuration, Result<Report, String>)];

/// What failed, in words: configurations without a report, and photos that could not be measured.
fn failures(outcomes: &Outcomes) -> Vec<(ExitCode, String)> {
    let mut found = Vec::new();
    let mut without: Vec<&str> = Vec::new();
    let mut worst: Option<&Report> = None;
    for (_, outcome) in outcomes {
        match outcome {
            Err(why) => without.push(why),
            Ok(report) if worst.is_none_or(|w| w.metrics.errors < report.metrics.errors) => {
                worst = Some(report);
            }
            Ok(_) => {}
        }
    }
    if let Some(first) = without.first() {
        let configurations = counted(outcomes.len(), "configuration");
        let failed = without.len();
        found.push(format!(
            "{failed} of {configurations} failed, the first: {first}"
        ));
    }
    // The configuration with the most of them stands for all: as a rule the same photos fail with each.
    let photo = worst.and_then(|w| w.results.iter().find(|r| r.status == Status::Error));
    if let (Some(report), Some(photo)) = (worst, photo) {
        let photos = counted(report.metrics.total, "photo");
        let why = photo.error.as_deref().unwrap_or_default();
        found.push(format!(
            "{} of {photos} could not be measured, the first: {}: {why}",
            report.metrics.errors, photo.file
        ));
    }
    let failure = |why: String| (ExitCode::Failure, printable(&why));
    found.into_iter().map(failure).collect()
}

/// Says why the process does not end with 0, and gives the code that it ends with.
fn end(shortcomings: &[(ExitCode, String)], is_quiet: bool) -> ExitCode {
    let code = shortcomings
        .iter()
        .fold(ExitCode::Success, |code, (other, _)| code.worst(*other));
    if code != ExitCode::Success && (!is_quiet || code.is_error()) {
        let why: Vec<&str> = shortcomings.iter().map(|(_, why)| why.as_str()).collect();
        say_end(code, &why.join("; "));
    }
    code
}

/// A sweep must not take the place of a photo, the truth, the known values or a model.
fn refuse_overwriting(args: &SweepArgs, grid: &[Configuration]) -> Result<(), CommandError> {
    let sources = Sources {
        files: args
            .photos
            .iter()
            .chain(&args.input.files)
            .cloned()
            .collect(),
        dirs: args.input.dir.clone(),
        recursive: args.input.recursive,
        outputs: Vec::new(),
    };
    let found = find_cases(&sources).map_err(CommandError::usage)?;
    let photos = found
        .cases
        .iter()
        .map(|case| ("a photo", case.path.as_path()));
    let truth = args.input.ground_truth.iter();
    let truth = truth.map(|path| ("the ground truth", path.as_path()));
    let known = args.geometry.known.iter();
    let known = known.map(|path| ("the known values", path.as_path()));
    let models = grid
        .iter()
        .map(|configuration| ("the model", Path::new(&configuration.model)));
    let inputs = photos.chain(truth).chain(known).chain(models);
    overwriting::refuse(args.save.iter(), inputs)
}

/// Every model with every long side; what cannot be is found before anything is measured.
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
    if let Some(&side) = sides.iter().find(|side| **side > LONGEST_SIDE) {
        return Err(CommandError::usage(SegmentError::LongSide { side }));
    }
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

/// The report of one configuration, or why there is none; an error where the command line or a file that it names makes no sense.
fn measure(
    configuration: &Configuration,
    common: &[OsString],
    interrupted: &AtomicBool,
) -> Result<Result<Report, String>, CommandError> {
    let output = measuring(configuration, &[], common)
        .and_then(|command| output_of(command, interrupted).context("cannot start a measuring run"))
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

/// What a process says until it ends, which an interruption makes it do at once: the signal may have come to this process alone,
/// and what a configuration has measured until then counts for nothing.
fn output_of(
    mut command: Command,
    interrupted: &AtomicBool,
) -> std::io::Result<std::process::Output> {
    const POLL: Duration = Duration::from_millis(20);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let stdout = child.stdout.take().map(read_to_end);
    let stderr = child.stderr.take().map(read_to_end);
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if interrupted.load(Ordering::Relaxed) {
            // It may have ended in this very moment.
            let _ = child.kill();
        }
        std::thread::sleep(POLL);
    };
    let all = |reader: Option<JoinHandle<Vec<u8>>>| {
        reader
            .and_then(|reader| reader.join().ok())
            .unwrap_or_default()
    };
    Ok(std::process::Output {
        status,
        stdout: all(stdout),
        stderr: all(stderr),
    })
}

/// Reads a pipe in a thread of its own: a full one would hold up who writes into it.
fn read_to_end(mut pipe: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // What came until it broke is what was said.
        let _ = pipe.read_to_end(&mut bytes);
        bytes
    })
}

/// Lists the photos, as a measuring run does, and the grid.
fn dry_run(grid: &[Configuration], common: &[OsString]) -> Result<ExitCode, CommandError> {
    if let Some(first) = grid.first() {
        let status = measuring(first, &["--dry-run"], common)
            .and_then(|mut command| command.status().context("cannot start a measuring run"))
            .map_err(CommandError::Failure)?;
        if !status.success() {
            // It has said why.
            return Ok(match status.code() {
                Some(code) if code == i32::from(ExitCode::Usage.code()) => ExitCode::Usage,
                _ => ExitCode::Failure,
            });
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
