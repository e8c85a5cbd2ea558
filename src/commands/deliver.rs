//! The end of every command that yields a report: gates, files, standard output, exit code.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::baseline::{Baseline, reason_to_keep};
use super::plan::some_of;
use super::{CommandError, overwriting, say_end, texts};
use crate::cli::values::{ColorChoice, SummaryForm};
use crate::compare::Incomparable;
use crate::exit_code::ExitCode;
use crate::gate::{self, GateLimits};
use crate::options::{OutputOptions, SaveForm, SaveTarget, Verbosity};
use crate::photo_result::Status;
use crate::report::{
    Report, anonymise, csv, gates_missed, html, json, junit, markdown, table, why,
};
use crate::say::{counted, printable, say};
use crate::whole_file;

/// Width of the table where there is no terminal to ask.
const DEFAULT_WIDTH: usize = 120;

/// Report files, opened before the work begins: a folder that cannot be written to should not cost an hour first.
pub(super) struct Outputs {
    files: Vec<(SaveTarget, tempfile::NamedTempFile)>,
}

impl Outputs {
    /// Opens a temporary file beside each target. None may be the baseline, but for --save-baseline, or where the report is
    /// that baseline.
    pub fn open(options: &OutputOptions, baseline: &Baseline) -> Result<Self, CommandError> {
        if !matches!(baseline, Baseline::Itself) {
            let read = options.baseline.as_deref();
            let read = read.map(|path| ("the baseline, which --save-baseline replaces", path));
            let saves = options.saves.iter().filter(|target| !target.is_baseline);
            overwriting::refuse(saves, read.into_iter())?;
        }
        let open = |target: &SaveTarget| {
            if target.path.is_dir() {
                anyhow::bail!(
                    "cannot write --save {}: it is a folder; name a file",
                    target.path.display()
                );
            }
            if target.is_baseline
                && let Some(folder) = target.path.parent()
            {
                std::fs::create_dir_all(folder)
                    .with_context(|| format!("cannot make the folder {}", folder.display()))?;
            }
            whole_file::remove_stale(&target.path);
            let file = whole_file::begin(&target.path)
                .with_context(|| format!("cannot write --save {}", target.path.display()))?;
            anyhow::Ok((target.clone(), file))
        };
        let files = options.saves.iter().map(open).collect::<Result<_, _>>();
        Ok(Self {
            files: files.map_err(CommandError::Usage)?,
        })
    }

    /// Leaves reports as they are that are there already, and tells `note` which: a whole report must not go for a part of the next one,
    /// which its journal keeps.
    fn without_existing(mut self, note: impl Fn(String)) -> Self {
        for (target, _) in self.files.extract_if(.., |(target, _)| {
            !target.is_baseline && target.path.exists()
        }) {
            let name = target.path.display().to_string();
            note(format!("{} stays as it was", printable(&name)));
        }
        self
    }

    /// Leaves the baseline as it is.
    fn without_baseline(mut self) -> Self {
        self.files.retain(|(target, _)| !target.is_baseline);
        self
    }

    /// Writes the report in all forms; each file appears whole or not at all. One that cannot be written does not keep the
    /// others from being; the first such is the error.
    fn write(self, report: &Report, pictures: &[PathBuf]) -> anyhow::Result<()> {
        self.files
            .into_iter()
            .map(|(target, file)| {
                write(&target, file, report, pictures)
                    .with_context(|| format!("cannot write --save {}", target.path.display()))
            })
            // All of them, then the first error.
            .collect::<Vec<_>>()
            .into_iter()
            .collect()
    }
}

/// Makes the folder of `option` where it is missing, and tries to write in it: else every photo would fail for want of it, each
/// after all its measuring.
pub(super) fn prepare_folder(option: &str, folder: &Path) -> Result<(), CommandError> {
    std::fs::create_dir_all(folder)
        // The file is gone with its handle.
        .and_then(|()| whole_file::begin(&folder.join("any")).map(drop))
        .map_err(|error| {
            CommandError::usage(anyhow::anyhow!(
                "cannot write into the folder {}: {error}; name another one with {option}",
                folder.display()
            ))
        })
}

fn write(
    target: &SaveTarget,
    mut file: tempfile::NamedTempFile,
    report: &Report,
    pictures: &[PathBuf],
) -> anyhow::Result<()> {
    let text = match target.form {
        SaveForm::Json => json::render(report)?,
        SaveForm::Csv => csv::render(report)?,
        SaveForm::Markdown => markdown::render(report),
        SaveForm::Junit => junit::render(report),
        SaveForm::Html => html::render(report, pictures),
    };
    file.write_all(text.as_bytes())?;
    whole_file::finish(file, &target.path)?;
    Ok(())
}

/// What became of a report.
pub(super) struct Delivered {
    /// How the process ends.
    pub code: ExitCode,
    /// Whether any file holds the report now.
    pub is_saved: bool,
}

/// Checks the gates, compares with the baseline, writes everything, and says how the process ends. Where this very process
/// `is_cut_short`, it has its own last word, and reports that are there already stay; a report may also be of a run that was cut short
/// earlier.
pub(super) fn deliver(
    mut report: Report,
    mut baseline: Baseline,
    mut outputs: Outputs,
    options: &OutputOptions,
    gates: &GateLimits,
    is_cut_short: bool,
) -> Result<Delivered, CommandError> {
    if options.anonymous {
        let folders: Vec<&Path> = options.folders.iter().map(PathBuf::as_path).collect();
        anonymise(&mut report, &folders);
        // Its photos go by the same names, and what is said of those that are gone names no folder.
        if let Baseline::Report(old) = &mut baseline {
            anonymise(old, &folders);
        }
    }
    report.gates = gate::check(gates, &report.results, &report.metrics);
    if report.interrupted {
        report
            .gates
            .insert(0, gate::interrupted(report.results.len()));
    }
    let compared = baseline.judge(&mut report, gates);
    let note = |text: String| {
        if options.verbosity > Verbosity::Quiet {
            say(format!("note: {text}"));
        }
    };
    let own_baseline = options.saves.iter().find(|target| target.is_baseline);
    let own_baseline = own_baseline.map(|target| target.path.as_path());
    let kept = own_baseline.and_then(|path| reason_to_keep(&report, path));
    if kept.is_some() {
        outputs = outputs.without_baseline();
    }
    if is_cut_short {
        outputs = outputs.without_existing(note);
    }
    let is_saved = !outputs.files.is_empty();
    let own = options.pictures.iter();
    let pictures: Vec<PathBuf> = own.chain(&options.more_pictures).cloned().collect();
    let written = outputs.write(&report, &pictures);
    // A full disk should not cost what a terminal can still show.
    let summary = summary(&report, options).map_err(CommandError::Failure)?;
    texts::print(summary.as_bytes())?;
    written.map_err(CommandError::Failure)?;
    // A CSV has photos alone; the other forms list these entries themselves.
    if options.summary == SummaryForm::Csv
        && let Some(unmatched) = &report.unmatched
        && let Some(names) = some_of(&unmatched.entries_without_photo)
    {
        // Also with -q: no entry is dropped without a word.
        say(format!("note: ground truth without a photo: {names}"));
    }
    match (own_baseline, kept) {
        (None, _) => {}
        (Some(path), Some(why)) => note(format!(
            "{why}, so the baseline stays as it was; to start afresh, remove {} first",
            path.display()
        )),
        (Some(path), None) => {
            note(format!("the baseline is saved in {}", path.display()));
            if report.metrics.processors.is_some_and(|used| used.is_busy()) {
                note(
                    "the machine was busy, so times cannot be compared with this baseline, and --max-slowdown will be skipped"
                        .to_owned(),
                );
            }
        }
    }
    let end = End::of(&report, gates, compared, options);
    // A gate says what it found in the report; an error is told in any case.
    if !is_cut_short && (options.verbosity > Verbosity::Quiet || end.code.is_error()) {
        end.say();
    }
    Ok(Delivered {
        code: end.code,
        is_saved,
    })
}

/// How the process ends, and why.
struct End {
    code: ExitCode,
    why: Vec<String>,
}

impl End {
    fn of(
        report: &Report,
        gates: &GateLimits,
        compared: Result<(), Incomparable>,
        options: &OutputOptions,
    ) -> Self {
        let mut end = Self {
            code: ExitCode::Success,
            why: Vec::new(),
        };
        if let Err(error) = compared {
            let old = options.baseline.as_deref().unwrap_or(Path::new("OLD.json"));
            let why = format!("--baseline: {error}; {}", error.advice(old));
            end.add(ExitCode::Usage, why);
        }
        let metrics = &report.metrics;
        let tolerated = gates.max_errors.unwrap_or_default();
        if !tolerated.allows(metrics.errors, metrics.total) {
            let photos = counted(metrics.total, "photo");
            let first = report.results.iter().find(|r| r.status == Status::Error);
            let first = first.map_or_else(String::new, |r| {
                let which = if metrics.errors > 1 {
                    ", the first"
                } else {
                    ""
                };
                format!("{which}: {}: {}", printable(&r.file), why(r))
            });
            let why = format!(
                "{} of {photos} could not be measured{first}",
                metrics.errors
            );
            end.add(ExitCode::Failure, why);
        }
        if let Some(missed) = gates_missed(&report.gates) {
            end.add(ExitCode::GateMissed, missed);
        }
        end
    }

    fn add(&mut self, code: ExitCode, why: String) {
        self.code = self.code.worst(code);
        self.why.push(why);
    }

    fn say(&self) {
        if self.code != ExitCode::Success {
            say_end(self.code, &self.why.join("; "));
        }
    }
}

fn summary(report: &Report, options: &OutputOptions) -> anyhow::Result<String> {
    Ok(match options.summary {
        SummaryForm::Json => json::render(report)?,
        SummaryForm::Csv => csv::render(report)?,
        SummaryForm::Markdown => markdown::render(report),
        SummaryForm::Table => {
            let style = if coloured(options.color) {
                table::Style::coloured()
            } else {
                table::Style::default()
            };
            table::render(report, table_width(), style)
        }
    })
}

/// The terminal's width, or what COLUMNS says, which is how tests and scripts ask for another.
fn table_width() -> usize {
    let asked = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    let terminal = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    asked.or_else(terminal).unwrap_or(DEFAULT_WIDTH)
}

fn coloured(choice: ColorChoice) -> bool {
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => {
            let asked_not_to = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
            let dumb = std::env::var_os("TERM").is_some_and(|t| t == "dumb");
            std::io::stdout().is_terminal() && !asked_not_to && !dumb
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;
    use crate::report::sample;
    use crate::tolerance::Tolerance;
    use clap::Parser;

    #[test]
    fn a_run_that_was_cut_short_does_not_replace_the_baseline() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        std::fs::write(at("main.json"), "older").unwrap();
        let saved = at("r.json");
        let words = [
            "measure-bench",
            "a.jpg",
            "-q",
            "--save-baseline=main",
            "--save",
        ];
        let words = words.map(std::ffi::OsString::from).into_iter();
        let words = words.chain([
            saved.clone().into(),
            "--baselines".into(),
            dir.path().into(),
        ]);
        let output = Cli::parse_from(words).measure.output;
        let options = OutputOptions::try_from(output).unwrap();
        // The sample has a photo that could not be measured.
        let limits = GateLimits {
            max_errors: Some(Tolerance::Photos(1)),
            ..GateLimits::default()
        };
        let run = |interrupted: bool| {
            let report = Report {
                interrupted,
                ..sample::report()
            };
            let baseline = Baseline::NotAsked;
            let outputs = Outputs::open(&options, &baseline).unwrap();
            deliver(report, baseline, outputs, &options, &limits, interrupted).unwrap();
            std::fs::read_to_string(at("main.json")).unwrap()
        };
        assert_eq!(run(true), "older");
        assert!(saved.exists(), "the report of what was finished is saved");
        assert!(run(false).contains("schemaVersion"));
    }
}
