//! The soak: a long run over sound photos of all formats, watched from outside. Memory, open files and threads, of the run and of
//! its decoding processes, must not grow.
//!
//! `cargo run --release --example soak -- BINARY [--photos N]`
//!
//! Linux only: the figures come from /proc. Ends in 1 when something grew or a photo failed.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use measure_bench::report::json;

const INTERVAL: Duration = Duration::from_millis(250);
/// Growth of memory between the second and the last fifth of the run that is still taken for flat, MB: the allocator's whims.
const TOLERANCE_MB: f64 = 16.0;
/// The share of large photos: each takes twenty times as long as the others.
const LARGE_EVERY: usize = 100;

/// What /proc tells of the run and its workers together, at one moment.
#[derive(Clone, Copy)]
struct Sample {
    done: usize,
    rss_mb: f64,
    handles: usize,
    threads: usize,
    processes: usize,
}

fn main() -> Result<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    let binary: PathBuf = arguments.next().context("name the binary")?.into();
    let photos = match (arguments.next().as_deref(), arguments.next()) {
        (Some("--photos"), Some(count)) => count.parse()?,
        _ => 2000,
    };
    let scratch = tempfile::tempdir()?;
    link_photos(scratch.path(), photos)?;
    let save = scratch.path().join("report.json");
    let start = Instant::now();
    let mut run = Command::new(binary)
        .args(["--no-config", "--quiet", "--dir"])
        .arg(scratch.path().join("photos"))
        .arg("--save")
        .arg(&save)
        .stdout(Stdio::null())
        .spawn()?;
    let samples = watch(&mut run, &scratch.path().join("report.json.journal.jsonl"))?;
    let status = run.wait()?;
    ensure!(status.success(), "the run ended with {status}");
    let report = json::read(&save)?;

    let fifth = |n: usize| {
        let (from, to) = (photos * n / 5, photos * (n + 1) / 5);
        let within: Vec<Sample> = samples
            .iter()
            .copied()
            .filter(|s| (from..to).contains(&s.done))
            .collect();
        within
    };
    println!(
        "\n{:<22}{:>10}{:>12}{:>14}{:>10}{:>11}",
        "photos done", "samples", "memory MB", "most MB", "handles", "threads"
    );
    for n in 0..5 {
        let part = fifth(n);
        ensure!(
            !part.is_empty(),
            "too short a run to be watched: more --photos"
        );
        println!(
            "{:<22}{:>10}{:>12.0}{:>14.0}{:>10}{:>11}",
            format!("{} - {}", photos * n / 5, photos * (n + 1) / 5),
            part.len(),
            median(&part, |s| s.rss_mb),
            part.iter().map(|s| s.rss_mb).fold(0.0, f64::max),
            most(&part, |s| s.handles),
            most(&part, |s| s.threads),
        );
    }
    let (early, late) = (fifth(1), fifth(4));
    let grown_mb = median(&late, |s| s.rss_mb) - median(&early, |s| s.rss_mb);
    let metrics = &report.metrics;
    let workers = metrics.workers.unwrap_or_default();
    println!(
        "\nphotos measured / all             {} / {}",
        metrics.successful + metrics.refused,
        metrics.total
    );
    println!("memory, last fifth against second {grown_mb:+.1} MB");
    println!(
        "peak memory                       {:.0} MB",
        metrics.peak_rss_mb.unwrap_or_default()
    );
    println!(
        "decoding processes                {} started, {} lost, at most {} at once",
        workers.started,
        workers.lost,
        most(&samples, |s| s.processes) - 1
    );
    println!("panics                            {}", metrics.panics);
    println!(
        "time                              {:.0} s",
        start.elapsed().as_secs_f64()
    );
    let flat = grown_mb < TOLERANCE_MB
        && most(&late, |s| s.handles) <= most(&early, |s| s.handles)
        && most(&late, |s| s.threads) <= most(&early, |s| s.threads);
    let clean = flat
        && metrics.errors == 0
        && metrics.total == photos
        && workers.lost == 0
        && metrics.panics == 0;
    println!(
        "\n{}",
        if clean {
            "nothing grew, nothing was lost"
        } else {
            "SOMETHING GREW OR WAS LOST"
        }
    );
    Ok(if clean {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Names for the same few photos, as many as asked for.
fn link_photos(scratch: &Path, count: usize) -> Result<()> {
    let folder = scratch.join("photos");
    std::fs::create_dir(&folder)?;
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut sources = Vec::new();
    let mut large = None;
    for entry in std::fs::read_dir(&fixtures)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if name.contains("24mp") {
            large = Some(path);
        } else if ["jpg", "png", "webp", "heic"]
            .iter()
            .any(|e| name.ends_with(e))
        {
            sources.push(path);
        }
    }
    sources.sort();
    let large = large.context("no large fixture")?;
    for index in 0..count {
        let source = if index % LARGE_EVERY == 0 {
            &large
        } else {
            &sources[index % sources.len()]
        };
        let name = source.file_name().unwrap_or_default().to_string_lossy();
        std::fs::copy(source, folder.join(format!("{index:05}-{name}")))?;
    }
    Ok(())
}

fn watch(run: &mut Child, journal: &Path) -> Result<Vec<Sample>> {
    let mut samples = Vec::new();
    while run.try_wait()?.is_none() {
        // The first line is the journal's header.
        let done = std::fs::read(journal).map_or(0, |text| {
            text.iter()
                .filter(|b| **b == b'\n')
                .count()
                .saturating_sub(1)
        });
        if let Some(sample) = sample(run.id(), done) {
            samples.push(sample);
        }
        std::thread::sleep(INTERVAL);
    }
    Ok(samples)
}

/// `None` when the run has just ended.
fn sample(run: u32, done: usize) -> Option<Sample> {
    let mut sum = Sample {
        done,
        rss_mb: 0.0,
        handles: 0,
        threads: 0,
        processes: 0,
    };
    for process in std::iter::once(run).chain(children(run)) {
        let folder = PathBuf::from(format!("/proc/{process}"));
        let Ok(status) = std::fs::read_to_string(folder.join("status")) else {
            continue;
        };
        let field = |name: &str| {
            let line = status.lines().find_map(|l| l.strip_prefix(name))?;
            line.split_whitespace().next()?.parse::<f64>().ok()
        };
        sum.rss_mb += field("VmRSS:")? / 1024.0;
        sum.threads += field("Threads:")? as usize;
        sum.handles += std::fs::read_dir(folder.join("fd")).map_or(0, Iterator::count);
        sum.processes += 1;
    }
    (sum.processes > 0).then_some(sum)
}

fn children(parent: u32) -> Vec<u32> {
    let parent = format!("PPid:\t{parent}");
    let Ok(all) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    all.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|process| {
            std::fs::read_to_string(format!("/proc/{process}/status"))
                .is_ok_and(|status| status.lines().any(|line| line == parent))
        })
        .collect()
}

fn median(samples: &[Sample], of: impl Fn(&Sample) -> f64) -> f64 {
    let mut values: Vec<f64> = samples.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn most(samples: &[Sample], of: impl Fn(&Sample) -> usize) -> usize {
    samples.iter().map(of).max().unwrap_or(0)
}
