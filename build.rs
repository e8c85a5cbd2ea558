//! Tells the program which commit it is built from, so that every report can say so. `MEASURE_BENCH_COMMIT` says it where
//! there is no repository, such as in a container's build.

use std::process::Command;

/// What a build depends on. The commit is looked up when one of these changes, so that it says whose sources were built; a commit
/// that leaves them alone needs no new build, unless it is the one of sources that were built before it.
const SOURCES: [&str; 5] = ["src", "models", "Cargo.toml", "Cargo.lock", "build.rs"];

fn main() {
    println!("cargo:rerun-if-env-changed=MEASURE_BENCH_COMMIT");
    for source in SOURCES {
        println!("cargo:rerun-if-changed={source}");
    }
    let given = std::env::var("MEASURE_BENCH_COMMIT").ok();
    if let Some(commit) = given.filter(|c| !c.is_empty()).or_else(commit) {
        println!("cargo:rustc-env=MEASURE_BENCH_COMMIT={commit}");
    }
}

/// The commit, with a mark where the sources differ from it.
fn commit() -> Option<String> {
    let commit = git(&["rev-parse", "--short=12", "HEAD"])?;
    let mut status = vec!["status", "--porcelain", "--"];
    status.extend(SOURCES);
    let mark = match git(&status) {
        Some(changes) if !changes.is_empty() => {
            if let Some(log) = git(&["rev-parse", "--git-path", "logs/HEAD"]) {
                println!("cargo:rerun-if-changed={log}");
            }
            "-dirty"
        }
        _ => "",
    };
    Some(format!("{commit}{mark}"))
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
