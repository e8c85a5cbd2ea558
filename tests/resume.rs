//! Interrupted runs and divided runs give the report that one whole run gives.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set itself up has failed"
)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

const PHOTOS: usize = 200;

/// Small rendered rooms with their label maps and truth.
fn rooms() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let rooms = dir.path().join("rooms");
    let status = binary()
        .arg("rooms")
        .arg(&rooms)
        .args([
            "--count",
            &PHOTOS.to_string(),
            "--seed",
            "5",
            "--size",
            "128x96",
            "--labels-only",
        ])
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
    dir
}

fn binary() -> Command {
    Command::new(assert_cmd::cargo::cargo_bin("measure-bench"))
}

fn measuring(dir: &Path, more: &[&str]) -> Command {
    let mut command = binary();
    command
        .current_dir(dir)
        .args(["--dir", "rooms", "--labels", "rooms/labels"])
        .args(["--ground-truth", "rooms/ground_truth.json", "-q"])
        .args(more)
        .stdout(Stdio::null());
    command
}

/// What may differ between two runs of the same: times, memory, load.
const OF_ONE_RUN: [&str; 9] = [
    "generatedAt",
    "wallSeconds",
    "photosPerSecond",
    "peakRssMb",
    "timingsMs",
    "memoryMb",
    "rssMb",
    "processors",
    "workers",
];

/// The report's text, byte for byte, without the lines of what may differ.
fn report(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    let mut kept = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let trimmed = line.trim_start();
        let is_of_one_run = OF_ONE_RUN
            .iter()
            .any(|name| trimmed.starts_with(&format!("\"{name}\":")));
        if !is_of_one_run {
            kept.push_str(line);
            kept.push('\n');
        } else if line.ends_with('{') {
            let indent = &line[..line.len() - trimmed.len()];
            let end = format!("{indent}}}");
            lines.find(|line| line.starts_with(&end)).unwrap();
        }
    }
    kept
}

fn whole_run(dir: &Path) -> String {
    assert!(
        measuring(dir, &["--save", "whole.json"])
            .status()
            .unwrap()
            .success()
    );
    report(&dir.join("whole.json"))
}

#[test]
fn shards_merge_to_the_report_of_one_run() {
    let dir = rooms();
    let dir = dir.path();
    let whole = whole_run(dir);
    for part in ["1/3", "2/3", "3/3"] {
        let save = format!("part{}.json", &part[..1]);
        assert!(
            measuring(dir, &["--shard", part, "--save", &save])
                .status()
                .unwrap()
                .success()
        );
    }
    let merge = |reports: &[&str]| {
        binary()
            .current_dir(dir)
            .arg("merge")
            .args(reports)
            .args(["--save", "merged.json"])
            .output()
            .unwrap()
    };
    let output = merge(&["part3.json", "part1.json", "part2.json"]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(report(&dir.join("merged.json")), whole);
    let output = merge(&["part1.json", "part3.json"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("2/3"));
}

#[test]
fn a_killed_run_continues_where_it_was_and_measures_nothing_twice() {
    let dir = rooms();
    let dir = dir.path();
    assert!(
        measuring(dir, &["--save", "whole.json", "--jobs", "1"])
            .status()
            .unwrap()
            .success()
    );
    let whole = report(&dir.join("whole.json"));
    let journal = dir.join("r.json.journal.jsonl");
    let lines = || std::fs::read_to_string(&journal).map_or(0, |text| text.lines().count());

    let mut run = measuring(dir, &["--save", "r.json", "--jobs", "1"])
        .spawn()
        .unwrap();
    let start = Instant::now();
    while lines() < PHOTOS / 4 && start.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(1));
    }
    run.kill().unwrap();
    run.wait().unwrap();
    let kept = lines();
    assert!(
        kept >= PHOTOS / 4,
        "the run was not under way: {kept} lines"
    );
    assert!(kept < PHOTOS, "the run was over before it could be killed");
    assert!(!dir.join("r.json").exists(), "no report but a whole one");

    let other = measuring(
        dir,
        &["--save", "r.json", "--resume", "--estimator", "predecessor"],
    )
    .output()
    .unwrap();
    assert_eq!(other.status.code(), Some(2));
    let message = String::from_utf8_lossy(&other.stderr);
    assert!(message.contains("options.estimator"), "{message}");

    let journaled: Vec<Value> = std::fs::read_to_string(&journal)
        .unwrap()
        .lines()
        .skip(1)
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .map(|entry| entry["result"].clone())
        .collect();
    let resumed = measuring(dir, &["--save", "r.json", "--resume", "--jobs", "1"])
        .output()
        .unwrap();
    assert!(resumed.status.success(), "{resumed:?}");
    assert_eq!(report(&dir.join("r.json")), whole);
    assert!(!journal.exists(), "the journal has served");
    // No photo takes the same time twice.
    let text = std::fs::read_to_string(dir.join("r.json")).unwrap();
    let resumed: Value = serde_json::from_str(&text).unwrap();
    for kept in &journaled {
        let results = resumed["results"].as_array().unwrap();
        let now = results.iter().find(|r| r["file"] == kept["file"]).unwrap();
        assert_eq!(now["timingsMs"], kept["timingsMs"], "{}", kept["file"]);
    }
}

/// A photo that is another by now has no result yet.
#[test]
fn a_photo_that_changed_since_is_measured_again() {
    let dir = rooms();
    let dir = dir.path();
    let arguments = ["--save", "r.json", "--jobs", "1"];
    let mut run = measuring(dir, &arguments).spawn().unwrap();
    let journal = dir.join("r.json.journal.jsonl");
    let start = Instant::now();
    let first = loop {
        let text = std::fs::read_to_string(&journal).unwrap_or_default();
        let whole_line = text.lines().nth(1).map(serde_json::from_str::<Value>);
        match whole_line {
            Some(Ok(entry)) => break entry["result"]["file"].as_str().unwrap().to_owned(),
            _ => assert!(start.elapsed() < Duration::from_secs(60)),
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    run.kill().unwrap();
    run.wait().unwrap();
    std::fs::write(dir.join("rooms").join(&first), b"").unwrap();
    let resumed = measuring(dir, &[&arguments[..], &["--resume"]].concat())
        .output()
        .unwrap();
    assert_eq!(resumed.status.code(), Some(1), "{resumed:?}");
    let text = std::fs::read_to_string(dir.join("r.json")).unwrap();
    let report: Value = serde_json::from_str(&text).unwrap();
    let results = report["results"].as_array().unwrap();
    let now = results
        .iter()
        .find(|r| r["file"] == first.as_str())
        .unwrap();
    assert_eq!(now["status"], "error", "{now}");
}
