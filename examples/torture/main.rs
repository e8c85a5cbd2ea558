//! The torture: some thousand damaged photos of all formats through the real binary, and a table of what became of them.
//!
//! `cargo run --release --example torture -- BINARY [--photos N] [--seed S] [--keep DIR]`
//!
//! Ends in 1 when anything but a clean error, or a measurement of an undamaged picture, came of a photo.

mod damage;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use measure_bench::photo::{self, Limits};
use measure_bench::photo_result::{PhotoResult, Status};
use measure_bench::report::{Report, json};

use damage::{Damage, Original, originals};

/// What makes the rest of a run short: this is about files, not about accuracy.
const QUICK: [&str; 4] = ["--long-side", "128", "--estimator", "predecessor"];
/// Seconds that a photo may take. A real one takes a tenth.
const TIMEOUT_S: &str = "20";

struct Options {
    binary: PathBuf,
    photos: usize,
    seed: u64,
    keep: Option<PathBuf>,
}

fn options() -> Result<Options> {
    let mut arguments = std::env::args().skip(1);
    let binary = arguments.next().context("name the binary")?.into();
    let mut options = Options {
        binary,
        photos: 2000,
        seed: 1,
        keep: None,
    };
    while let Some(flag) = arguments.next() {
        let value = arguments
            .next()
            .with_context(|| format!("{flag} needs a value"))?;
        match flag.as_str() {
            "--photos" => options.photos = value.parse()?,
            "--seed" => options.seed = value.parse()?,
            "--keep" => options.keep = Some(value.into()),
            _ => bail!("unknown option {flag}"),
        }
    }
    Ok(options)
}

/// What became of the photos of one format, or of all.
#[derive(Default, Clone, Copy)]
struct Tally {
    tried: usize,
    measured: usize,
    warned: usize,
    refused_by_decoder: usize,
    crashes: usize,
    hangs: usize,
    panics: usize,
    /// Cut off, and taken for whole although pixels are missing.
    silent_damage: usize,
    /// The decoder warns when asked again, the report does not.
    unreported_damage: usize,
}

fn main() -> Result<ExitCode> {
    let options = options()?;
    let scratch = tempfile::tempdir()?;
    let folder = match &options.keep {
        Some(folder) => folder.clone(),
        None => scratch.path().join("photos"),
    };
    std::fs::create_dir_all(&folder)?;
    let originals = originals()?;
    let damaged = damage::write(&originals, &folder, options.photos, options.seed)?;
    println!(
        "{} damaged photos, made of {} sound ones, seed {}",
        damaged.len(),
        originals.len(),
        options.seed
    );

    let save = scratch.path().join("report.json");
    let start = Instant::now();
    let status = Command::new(&options.binary)
        .args(["--no-config", "--quiet", "--max-errors", "100%"])
        .args(QUICK)
        .args(["--timeout", TIMEOUT_S])
        .arg("--dir")
        .arg(&folder)
        .arg("--save")
        .arg(&save)
        .stdout(Stdio::null())
        .status()?;
    let seconds = start.elapsed().as_secs_f64();
    ensure!(status.success(), "the run ended with {status}");
    let report = json::read(&save)?;

    let mut by_format: BTreeMap<&str, Tally> = BTreeMap::new();
    for damage in &damaged {
        let result = report.results.iter().find(|r| r.file == damage.file);
        let tally = by_format
            .entry(originals[damage.original].kind)
            .or_default();
        tally.tried += 1;
        if let Some(result) = result {
            judge(tally, result, damage, &originals, &folder)?;
        }
    }
    print_table(&by_format, &report, damaged.len(), seconds)
}

fn judge(
    tally: &mut Tally,
    result: &PhotoResult,
    damage: &Damage,
    originals: &[Original],
    folder: &Path,
) -> Result<()> {
    let error = result.error.as_deref().unwrap_or_default();
    if result.status == Status::Error {
        tally.refused_by_decoder += 1;
        tally.crashes += usize::from(error.contains("decoder crash"));
        tally.hangs += usize::from(error.contains("--timeout"));
        tally.panics += usize::from(error.contains("fail internally"));
        return Ok(());
    }
    tally.measured += 1;
    let damage_told = |warnings: &[measure_bench::warning::Warning]| {
        warnings.contains(&measure_bench::warning::Warning::PictureDamaged)
    };
    if damage_told(&result.warnings) {
        tally.warned += 1;
        return Ok(());
    }
    let again = photo::decode(
        &std::fs::read(folder.join(&damage.file))?,
        &Limits::default(),
    );
    let again = again.context("measured, yet not to be decoded again")?;
    if damage_told(&again.warnings) {
        tally.unreported_damage += 1;
    } else if damage.cut && again.pixels != originals[damage.original].pixels {
        tally.silent_damage += 1;
        println!("  cut, and taken for whole: {}", damage.file);
    }
    Ok(())
}

fn print_table(
    by_format: &BTreeMap<&str, Tally>,
    report: &Report,
    files: usize,
    seconds: f64,
) -> Result<ExitCode> {
    let all = by_format.values().fold(Tally::default(), |a, b| Tally {
        tried: a.tried + b.tried,
        measured: a.measured + b.measured,
        warned: a.warned + b.warned,
        refused_by_decoder: a.refused_by_decoder + b.refused_by_decoder,
        crashes: a.crashes + b.crashes,
        hangs: a.hangs + b.hangs,
        panics: a.panics + b.panics,
        silent_damage: a.silent_damage + b.silent_damage,
        unreported_damage: a.unreported_damage + b.unreported_damage,
    });
    println!(
        "\n{:<8}{:>7}{:>9}{:>15}{:>8}{:>9}{:>7}{:>8}{:>22}",
        "",
        "tried",
        "usable",
        "with a warning",
        "errors",
        "crashes",
        "hangs",
        "panics",
        "damage not reported"
    );
    for (kind, t) in by_format
        .iter()
        .map(|(k, t)| (*k, t))
        .chain([("all", &all)])
    {
        println!(
            "{kind:<8}{:>7}{:>9}{:>15}{:>8}{:>9}{:>7}{:>8}{:>22}",
            t.tried,
            t.measured,
            t.warned,
            t.refused_by_decoder,
            t.crashes,
            t.hangs,
            t.panics,
            t.unreported_damage + t.silent_damage
        );
    }
    let metrics = &report.metrics;
    let workers = metrics.workers.unwrap_or_default();
    let lost = files - report.results.len().min(files);
    println!("\nphotos without an entry in the report     {lost}");
    println!(
        "panics, by the hook in every process      {}",
        metrics.panics
    );
    println!(
        "decoding processes started / lost         {} / {}",
        workers.started, workers.lost
    );
    println!(
        "peak memory of all processes              {:.0} MB",
        metrics.peak_rss_mb.unwrap_or_default()
    );
    println!("time                                      {seconds:.0} s");
    let clean = lost == 0
        && metrics.panics == 0
        && workers.lost == 0
        && all.crashes + all.hangs + all.panics + all.silent_damage + all.unreported_damage == 0;
    println!(
        "\n{}",
        if clean {
            "nothing broke"
        } else {
            "SOMETHING BROKE"
        }
    );
    Ok(if clean {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
