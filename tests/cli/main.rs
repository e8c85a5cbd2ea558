//! The binary from outside: exit codes, what goes where, and that one bad photo is one photo's error.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set itself up has failed"
)]

mod known;
mod openings;
mod outputs;
mod runs;

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use predicates::prelude::*;
use serde_json::Value;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// The binary, free of the developer's own environment.
fn measure_bench() -> Command {
    let mut command = Command::cargo_bin("measure-bench").unwrap();
    for variable in [
        "MEASURE_MODEL",
        "M2F_LONG_SIDE",
        "MEASURE_CAMERA_HEIGHT_CM",
        "MEASURE_CEILING_HEIGHT_CM",
        "MEASURE_DEFAULT_FOV_DEG",
    ] {
        command.env_remove(variable);
    }
    command.env("COLUMNS", "120");
    command
}

/// A folder with two good photos, their label maps in `labels`, and truth for both.
fn small_set() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("labels")).unwrap();
    for name in ["bedroom.jpg", "no_exif.jpg"] {
        std::fs::copy(fixtures().join(name), dir.path().join(name)).unwrap();
        let map = Path::new(name).with_extension("png");
        let labels = Path::new("labels").join(map);
        std::fs::copy(fixtures().join(&labels), dir.path().join(&labels)).unwrap();
    }
    std::fs::copy(
        fixtures().join("../ground_truth.json"),
        dir.path().join("truth.json"),
    )
    .unwrap();
    dir
}

fn measuring(dir: &Path) -> Command {
    let mut command = measure_bench();
    command
        .current_dir(dir)
        .args(["--dir", ".", "--labels", "labels"]);
    command
}

fn json(output: &[u8]) -> Value {
    serde_json::from_slice(output).unwrap()
}

#[test]
fn good_photos_are_measured_and_scored() {
    let dir = small_set();
    let run = measuring(dir.path())
        .args(["--ground-truth", "truth.json", "--summary", "json"])
        .assert()
        .code(0);
    let report = json(&run.get_output().stdout);
    assert_eq!(report["metrics"]["total"], 2);
    assert_eq!(report["metrics"]["withTruth"], 2);
    for result in report["results"].as_array().unwrap() {
        assert_eq!(result["status"], "ok", "{result}");
        assert!(result["widthPctErr"].as_f64().unwrap() < 5.0, "{result}");
        assert_eq!(result["decodes"], 1, "{result}");
        assert_eq!(
            result["inferences"], 0,
            "label maps need no network: {result}"
        );
    }
    let unmatched = report["unmatched"]["entriesWithoutPhoto"]
        .as_array()
        .unwrap();
    assert!(unmatched.contains(&"attic.jpg".into()));
}

#[test]
fn one_bad_file_is_one_error_and_everything_else_is_measured() {
    let dir = small_set();
    std::fs::write(dir.path().join("broken.jpg"), b"").unwrap();
    let run = measuring(dir.path())
        .args(["--summary", "json"])
        .assert()
        .code(1);
    let report = json(&run.get_output().stdout);
    assert_eq!(report["metrics"]["errors"], 1);
    assert_eq!(report["metrics"]["total"], 3);
    let broken = &report["results"][1];
    assert_eq!(broken["file"], "broken.jpg");
    assert_eq!(broken["status"], "error");
    assert!(broken["error"].as_str().unwrap().contains("empty"));
    measuring(dir.path())
        .args(["--max-errors", "1"])
        .assert()
        .code(0);
}

#[test]
fn a_missed_gate_ends_in_3_unless_photos_failed() {
    let dir = small_set();
    let gate = [
        "--ground-truth",
        "truth.json",
        "--max-width-mape",
        "0.000001",
    ];
    measuring(dir.path())
        .args(gate)
        .assert()
        .code(3)
        .stdout(predicate::str::contains("MISSED"));
    std::fs::write(dir.path().join("broken.jpg"), b"").unwrap();
    measuring(dir.path()).args(gate).assert().code(1);
}

#[test]
fn bad_usage_ends_in_2_and_says_what_to_do() {
    for (arguments, message) in [
        (&[][..], "--dir"),
        (&["--no-such-flag"][..], "--no-such-flag"),
        (&["a.jpg", "--save", "report.txt"][..], ".json"),
        (&["--dir", "no/such/folder"][..], "no such folder"),
        (&["nothing*.jpg"][..], "no file matches"),
        (
            &["--dir", "src"][..],
            "no photos found in src (folders below are looked into with --recursive)",
        ),
        (&["--dir", "src", "-r"][..], "no photos found in src\n"),
        (&["a.jpg", "--min-coverage", "101"][..], "0 to 100"),
        (&["a.jpg", "--provider", "other"][..], "noreref"),
        (
            &["a.jpg", "--ground-truth", "none.json"][..],
            "cannot read none.json",
        ),
        (&["a.jpg", "--long-side", "9000"][..], "1 to 8192"),
        (
            &["a.jpg", "--ceiling-height", "250", "--camera-height", "300"][..],
            "a.jpg: the camera's height, 300 cm, is not below the ceiling's, 250 cm",
        ),
        (
            &["a.jpg", "--model-config", "none.json"][..],
            "--model-config none.json",
        ),
    ] {
        measure_bench()
            .args(arguments)
            .assert()
            .code(2)
            .stdout("")
            .stderr(predicate::str::contains(message));
    }
}

#[test]
fn a_displacement_that_is_none_ends_in_2_and_draws_nothing() {
    let dir = tempfile::tempdir().unwrap();
    for value in ["nan", "-5", "inf"] {
        measure_bench()
            .current_dir(dir.path())
            .args(["rooms", "rooms", "--count", "1", "--labels-only"])
            .args(["--roughen", value])
            .assert()
            .code(2)
            .stderr(predicate::str::contains("0 or greater"));
        assert!(!dir.path().join("rooms").exists(), "{value}");
    }
}

#[test]
fn an_empty_variable_is_none_and_a_flag_wins_over_a_variable() {
    let dir = small_set();
    let mut empty = measuring(dir.path());
    for variable in [
        "MEASURE_MODEL",
        "M2F_LONG_SIDE",
        "MEASURE_CAMERA_HEIGHT_CM",
        "MEASURE_CLOUD_URL",
    ] {
        empty.env(variable, "");
    }
    empty.arg("--dry-run").assert().code(0);
    let config = |command: &mut Command| {
        let run = command.arg("--print-config").assert().code(0);
        String::from_utf8(run.get_output().stdout.clone()).unwrap()
    };
    let named = config(measure_bench().env("MEASURE_MODEL", "mine.onnx"));
    assert!(named.contains("model = \"mine.onnx\""), "{named}");
    let labels = config(measuring(dir.path()).env("MEASURE_MODEL", "mine.onnx"));
    assert!(labels.contains("labels = \"labels\""), "{labels}");
    assert!(!labels.contains("mine.onnx"), "{labels}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_standard_error_that_cannot_be_written_to_changes_no_exit_code() {
    let dir = small_set();
    let run = |arguments: &[&str]| {
        let full = std::fs::File::options().write(true).open("/dev/full");
        let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin("measure-bench"));
        command
            .current_dir(dir.path())
            .args(arguments)
            .stdout(std::process::Stdio::null())
            .stderr(full.unwrap());
        command.status().unwrap().code()
    };
    assert_eq!(run(&["nothing*.jpg"]), Some(2));
    assert_eq!(
        run(&["rooms", "rooms", "--count", "1", "--seed", "1"]),
        Some(0)
    );
}

#[test]
fn a_wrong_entry_of_the_ground_truth_is_named() {
    let dir = small_set();
    std::fs::write(
        dir.path().join("truth.csv"),
        "file,widthCm\nbedroom.jpg,-4\n",
    )
    .unwrap();
    measuring(dir.path())
        .args(["--ground-truth", "truth.csv"])
        .assert()
        .code(2)
        .stderr(predicate::str::contains("bedroom.jpg").and(predicate::str::contains("-4")));
}

#[test]
fn a_word_that_is_neither_photo_nor_command_is_told_so() {
    let dir = tempfile::tempdir().unwrap();
    for (word, says) in [
        ("hlep", "neither a photo nor a command 'hlep'"),
        ("doctr", "measure-bench doctor"),
    ] {
        measure_bench()
            .current_dir(dir.path())
            .arg(word)
            .assert()
            .code(2)
            .stderr(predicate::str::contains(says));
    }
}

#[test]
fn rendering_overwrites_no_photo_of_others_and_renders_at_least_one() {
    let dir = tempfile::tempdir().unwrap();
    let own = dir.path().join("room_00000.jpg");
    std::fs::write(&own, "mine").unwrap();
    let rooms = |more: &[&str]| {
        let mut command = measure_bench();
        command
            .current_dir(dir.path())
            .args(["rooms", ".", "--size", "64x48"])
            .args(more);
        command
    };
    rooms(&["--count", "1"])
        .assert()
        .code(2)
        .stderr(predicate::str::contains("room_00000.jpg"));
    assert_eq!(std::fs::read(&own).unwrap(), b"mine");
    rooms(&["--count", "0"]).assert().code(2);
    std::fs::remove_file(&own).unwrap();
    rooms(&["--count", "1", "--quiet"])
        .assert()
        .code(0)
        .stderr(predicate::str::is_empty());
    measure_bench()
        .current_dir(dir.path())
        .args(["rooms", "room_00000.jpg"])
        .assert()
        .code(2)
        .stderr(predicate::str::contains("is a file"));
}
