//! `--cache`: what has been measured is not measured again, and whatever bears on a result is part of what is asked for.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set itself up has failed"
)]

mod common;

use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use common::{PHOTOS, measure, repository, restore_labels, spoil_labels};

fn report(dir: &Path, more: &[&str]) -> Value {
    let mut arguments = vec!["--cache", "cache", "--summary", "json"];
    arguments.extend(more);
    let run = measure(dir, &arguments).assert().code(0);
    serde_json::from_slice(&run.get_output().stdout).unwrap()
}

/// How many photos came from the cache.
fn cached(report: &Value) -> usize {
    let results = report["results"].as_array().unwrap();
    let count = results.iter().filter(|r| r["cached"] == true).count();
    assert_eq!(
        report["metrics"]["cached"].as_u64().unwrap_or(0),
        count as u64
    );
    count
}

/// What a measurement says, apart from how it came about.
fn said(report: &Value) -> Vec<Value> {
    let mut results = report["results"].as_array().unwrap().clone();
    for result in &mut results {
        let result = result.as_object_mut().unwrap();
        for name in ["timingsMs", "rssMb", "cached"] {
            result.remove(name);
        }
    }
    results
}

#[test]
fn the_second_run_measures_nothing_and_says_the_same() {
    let dir = repository();
    let dir = dir.path();
    let first = report(dir, &[]);
    assert_eq!(cached(&first), 0);
    let second = report(dir, &[]);
    assert_eq!(cached(&second), PHOTOS.len());
    assert_eq!(said(&first), said(&second));
    assert!(first["metrics"]["photosPerSecond"].is_number());
    assert!(
        second["metrics"]["photosPerSecond"].is_null(),
        "nothing was measured at any pace"
    );
    assert_eq!(first["metrics"]["width"], second["metrics"]["width"]);
    assert!(
        second["metrics"]["timingsMs"]
            .as_object()
            .unwrap()
            .is_empty(),
        "old times are no times"
    );
    assert_eq!(cached(&report(dir, &["--no-cache"])), 0);
}

#[test]
fn whatever_bears_on_a_result_makes_it_a_new_one() {
    let dir = repository();
    let dir = dir.path();
    report(dir, &[]);
    // Another option, another label map, other bytes under the same name, something known of one photo.
    assert_eq!(cached(&report(dir, &["--camera-height", "140"])), 0);
    spoil_labels(dir, "bedroom");
    assert_eq!(cached(&report(dir, &[])), PHOTOS.len() - 1);
    restore_labels(dir, "bedroom");
    let mut bytes = std::fs::read(dir.join("tall.jpg")).unwrap();
    bytes.push(0);
    std::fs::write(dir.join("tall.jpg"), bytes).unwrap();
    assert_eq!(cached(&report(dir, &[])), PHOTOS.len() - 1);
    std::fs::write(
        dir.join("known.json"),
        r#"[{"file": "no_exif.jpg", "ceilingHeightCm": 240}]"#,
    )
    .unwrap();
    assert_eq!(
        cached(&report(dir, &["--known", "known.json"])),
        PHOTOS.len() - 1
    );
    // What does not bear on it does not.
    assert_eq!(cached(&report(dir, &["--jobs", "1"])), PHOTOS.len());
}

#[test]
fn pictures_and_debug_output_are_there_though_the_result_was_kept() {
    let dir = repository();
    let dir = dir.path();
    let page = |name: &str| {
        report(dir, &["--save", name]);
        let text = std::fs::read_to_string(dir.join(name)).unwrap();
        text.matches("data:image/jpeg").count()
    };
    report(dir, &[]);
    assert_eq!(
        page("first.html"),
        PHOTOS.len(),
        "kept without pictures: measured again"
    );
    let second = report(dir, &["--save", "second.html"]);
    assert_eq!(cached(&second), PHOTOS.len());
    assert_eq!(page("third.html"), PHOTOS.len());
    assert_eq!(cached(&report(dir, &["--debug-dir", "out"])), 0);
    assert!(dir.join("out/bedroom-jpg/overlay.png").is_file());
}

#[test]
fn a_damaged_entry_is_measured_anew_and_mended() {
    let dir = repository();
    let dir = dir.path();
    report(dir, &[]);
    let mut entries = 0;
    for group in std::fs::read_dir(dir.join("cache")).unwrap() {
        for entry in std::fs::read_dir(group.unwrap().path()).unwrap() {
            std::fs::write(entry.unwrap().path(), b"{\"file\": \"torn").unwrap();
            entries += 1;
        }
    }
    assert_eq!(entries, PHOTOS.len());
    assert_eq!(cached(&report(dir, &[])), 0);
    assert_eq!(cached(&report(dir, &[])), PHOTOS.len());
}

#[test]
fn runs_at_the_same_time_share_a_cache() {
    let dir = repository();
    let dir = dir.path();
    let start = |run: usize| {
        std::process::Command::new(assert_cmd::cargo::cargo_bin("measure-bench"))
            .current_dir(dir)
            .args([
                "--dir", ".", "--labels", "labels", "--cache", "cache", "-q", "--save",
            ])
            .arg(format!("r{run}.json"))
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    };
    let runs: Vec<_> = (0..6).map(start).collect();
    for mut run in runs {
        assert!(run.wait().unwrap().success());
    }
    let read = |run: usize| -> Value {
        serde_json::from_slice(&std::fs::read(dir.join(format!("r{run}.json"))).unwrap()).unwrap()
    };
    let first = said(&read(0));
    for run in 1..6 {
        assert_eq!(said(&read(run)), first);
    }
    let left: Vec<_> = walkdir::WalkDir::new(dir.join("cache"))
        .into_iter()
        .map(Result::unwrap)
        .filter(|e| e.file_name().to_string_lossy().starts_with('.'))
        .collect();
    assert!(left.is_empty(), "no temporary file is left: {left:?}");
}
