//! Interrupted runs and divided runs give the report that one whole run gives.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set itself up has failed"
)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// On a busy machine everything takes long.
const PATIENCE: Duration = Duration::from_secs(600);
const PHOTOS: usize = 200;
/// The photo that is measured first.
const FIRST: &str = "room_00000";
const JOURNAL: &str = "r.json.journal.jsonl";
/// A run with that journal.
const SAVING: [&str; 4] = ["--save", "r.json", "--jobs", "1"];

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

/// Kills a run that is [`SAVING`] once it has finished the first photo.
fn killed(dir: &Path, more: &[&str]) {
    let mut run = measuring(dir, &[&SAVING[..], more].concat())
        .spawn()
        .unwrap();
    let photo = format!("{FIRST}.jpg");
    let start = Instant::now();
    while !entries(dir)
        .iter()
        .any(|entry| entry["result"]["file"] == photo.as_str())
    {
        assert!(start.elapsed() < PATIENCE);
        std::thread::sleep(Duration::from_millis(1));
    }
    run.kill().unwrap();
    run.wait().unwrap();
}

/// The whole lines of the journal after the first.
fn entries(dir: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(dir.join(JOURNAL)).unwrap_or_default();
    text.lines()
        .skip(1)
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect()
}

/// The report of a run that goes on, and its entry of the first photo.
fn resumed(dir: &Path, more: &[&str], code: i32) -> (Value, Value) {
    let output = measuring(dir, &[&SAVING[..], &["--resume"], more].concat())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    let text = std::fs::read_to_string(dir.join("r.json")).unwrap();
    let report: Value = serde_json::from_str(&text).unwrap();
    let photo = format!("{FIRST}.jpg");
    let results = report["results"].as_array().unwrap();
    let first = results.iter().find(|r| r["file"] == photo.as_str());
    let first = first.unwrap().clone();
    (report, first)
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
    let journal = dir.join(JOURNAL);
    let lines = || std::fs::read_to_string(&journal).map_or(0, |text| text.lines().count());

    let mut run = measuring(dir, &["--save", "r.json", "--jobs", "1"])
        .spawn()
        .unwrap();
    let start = Instant::now();
    while lines() < PHOTOS / 4 && start.elapsed() < PATIENCE {
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

    for (option, value, what) in [
        ("--estimator", "predecessor", "options.estimator was"),
        ("--debug-dir", "out", "debug was 'false'"),
    ] {
        let other = measuring(dir, &["--save", "r.json", "--resume", option, value])
            .output()
            .unwrap();
        assert_eq!(other.status.code(), Some(2));
        let message = String::from_utf8_lossy(&other.stderr);
        assert!(message.contains(what), "{message}");
    }

    let journaled: Vec<Value> = entries(dir)
        .into_iter()
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

/// Spoils a file that the first photo's result rests on, and looks that the photo is measured again.
fn is_measured_again_without(file: &str) {
    let dir = rooms();
    let dir = dir.path();
    killed(dir, &[]);
    std::fs::write(dir.join(file), b"").unwrap();
    let (_, now) = resumed(dir, &[], 1);
    assert_eq!(now["status"], "error", "{now}");
}

/// A photo that is another by now has no result yet.
#[test]
fn a_photo_that_changed_since_is_measured_again() {
    is_measured_again_without(&format!("rooms/{FIRST}.jpg"));
}

/// Nor has one whose label map is another.
#[test]
fn a_photo_whose_label_map_changed_since_is_measured_again() {
    is_measured_again_without(&format!("rooms/labels/{FIRST}.png"));
}

/// What kept a photo from being measured may be mended, though the photo is what it was.
#[test]
fn a_photo_that_could_not_be_measured_is_tried_again() {
    let dir = rooms();
    let dir = dir.path();
    let debug = ["--debug-dir", "out"];
    let in_the_way = dir.join(format!("out/{}-jpg", FIRST.replace('_', "-")));
    std::fs::create_dir(dir.join("out")).unwrap();
    std::fs::write(&in_the_way, b"no folder").unwrap();
    killed(dir, &debug);
    assert!(
        entries(dir)
            .iter()
            .any(|entry| entry["result"]["status"] == "error")
    );
    std::fs::remove_file(&in_the_way).unwrap();
    let (_, now) = resumed(dir, &debug, 0);
    assert_ne!(now["status"], "error", "{now}");
    assert!(in_the_way.join("overlay.png").is_file());
}

#[test]
fn a_continued_run_counts_the_time_before_it_was_interrupted() {
    let dir = rooms();
    let dir = dir.path();
    killed(dir, &[]);
    // As if it had taken a thousand seconds.
    let journal = dir.join(JOURNAL);
    let text = std::fs::read_to_string(&journal).unwrap();
    let mut entry = entries(dir).remove(0);
    assert!(entry["elapsed_s"].as_f64().unwrap() > 0.0);
    entry["elapsed_s"] = 1000.0.into();
    let header = text.lines().next().unwrap();
    std::fs::write(&journal, format!("{header}\n{entry}\n")).unwrap();
    let (report, _) = resumed(dir, &[], 0);
    let metrics = &report["metrics"];
    assert!(
        metrics["wallSeconds"].as_f64().unwrap() > 1000.0,
        "{metrics}"
    );
    let pace = metrics["photosPerSecond"].as_f64().unwrap();
    assert!(pace < PHOTOS as f64 / 1000.0, "{pace}");
}
