//! The fuzzer: seeds and damaged copies of them through one target, for as long as asked.
//!
//! `cargo run --release --example fuzz -- TARGET|all [--minutes M] [--seed S]`
//!
//! It mutates blindly, without looking at coverage, and needs nothing but stable Rust. The input at work lies in
//! `fuzz/findings/TARGET.current`, so that a crash of native code leaves it behind; a panic, a violated property and an input that
//! takes longer than five seconds are kept there under names of their own, and end in exit code 1.

mod mutate;
mod targets;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use measure_bench::photo::guarded;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use mutate::mutated;
use targets::{TARGETS, Target};

/// No input of the sizes used here takes a tenth of it.
const SLOW: Duration = Duration::from_secs(5);

fn main() -> Result<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    let names: Vec<&str> = TARGETS.iter().map(|t| t.name).collect();
    let chosen = arguments
        .next()
        .with_context(|| format!("name a target: all {}", names.join(" ")))?;
    let (mut minutes, mut seed) = (1.0, 1);
    while let Some(flag) = arguments.next() {
        let value = arguments
            .next()
            .with_context(|| format!("{flag} needs a value"))?;
        match flag.as_str() {
            "--minutes" => minutes = value.parse()?,
            "--seed" => seed = value.parse()?,
            _ => bail!("unknown option {flag}"),
        }
    }
    let selected: Vec<&Target> = TARGETS
        .iter()
        .filter(|t| chosen == "all" || t.name == chosen)
        .collect();
    if selected.is_empty() {
        bail!("no target {chosen}; there are: all {}", names.join(" "));
    }
    println!(
        "{:<16}{:>8}{:>14}{:>14}{:>14}{:>10}",
        "target", "seeds", "inputs", "minutes", "slowest ms", "findings"
    );
    let mut findings = 0;
    for target in selected {
        findings += fuzz(target, Duration::from_secs_f64(60.0 * minutes), seed)?;
    }
    Ok(if findings == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Runs one target; how many findings there were.
fn fuzz(target: &Target, time: Duration, seed: u64) -> Result<usize> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/findings");
    std::fs::create_dir_all(&folder)?;
    let current = folder.join(format!("{}.current", target.name));
    let seeds = (target.seeds)()?;
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let (mut inputs, mut findings, mut slowest) = (0_u64, 0, Duration::ZERO);
    let start = Instant::now();
    while start.elapsed() < time {
        let input = match seeds.get(usize::try_from(inputs).unwrap_or(usize::MAX)) {
            Some(seed) => seed.clone(),
            None => mutated(&seeds, &mut random),
        };
        inputs += 1;
        if target.native {
            std::fs::write(&current, &input)?;
        }
        let begun = Instant::now();
        let outcome = guarded(|| (target.run)(&input));
        let took = begun.elapsed();
        slowest = slowest.max(took);
        let problem = match outcome {
            Err(panic) => Some(panic),
            Ok(Err(violation)) => Some(violation),
            Ok(Ok(())) if took > SLOW => Some(format!("took {took:.1?}")),
            Ok(Ok(())) => None,
        };
        if let Some(problem) = problem {
            findings += 1;
            let path: PathBuf = folder.join(format!("{}.{findings}", target.name));
            std::fs::write(&path, &input)?;
            println!("  {}: {problem}", path.display());
        }
    }
    let minutes = start.elapsed().as_secs_f64() / 60.0;
    println!(
        "{:<16}{:>8}{inputs:>14}{minutes:>14.1}{:>14.0}{findings:>10}",
        target.name,
        seeds.len(),
        slowest.as_secs_f64() * 1e3,
    );
    // Nothing crashed: nothing is to be left behind.
    let _ = std::fs::remove_file(current);
    Ok(findings)
}
