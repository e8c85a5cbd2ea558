//! The binary from outside: exit codes, what goes where, and that one bad photo is one photo's error.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set itself up has failed"
)]

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
        (&["a.jpg", "--provider", "other"][..], "noreref"),
        (
            &["a.jpg", "--ground-truth", "none.json"][..],
            "cannot read none.json",
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
fn every_form_of_report_is_written_and_can_be_scored_again() {
    let dir = small_set();
    let files = ["r.json", "r.csv", "r.md", "r.xml"];
    let mut command = measuring(dir.path());
    for file in files {
        command.args(["--save", file]);
    }
    command.assert().code(0);
    for file in files {
        assert!(
            std::fs::metadata(dir.path().join(file)).unwrap().len() > 100,
            "{file}"
        );
    }
    let run = measure_bench()
        .current_dir(dir.path())
        .args([
            "score",
            "r.json",
            "--ground-truth",
            "truth.json",
            "--summary",
            "json",
        ])
        .assert()
        .code(0);
    assert_eq!(json(&run.get_output().stdout)["metrics"]["withTruth"], 2);
}

#[test]
fn the_debug_folder_holds_masks_of_the_photos_size_and_labels_that_measure_the_same() {
    let dir = small_set();
    let first = measuring(dir.path())
        .args(["--debug-dir", "out", "--summary", "json"])
        .assert()
        .code(0);
    let folder = dir.path().join("out/bedroom-jpg");
    let photo = image::image_dimensions(dir.path().join("bedroom.jpg")).unwrap();
    for mask in ["wall", "floor", "ceiling", "window"] {
        let picture = image::open(folder.join(format!("{mask}.png"))).unwrap();
        let (width, height) = (picture.width(), picture.height());
        assert!(
            (width, height) == photo || (height, width) == photo,
            "{mask}"
        );
        assert!(
            picture
                .into_luma8()
                .pixels()
                .all(|p| [0, 255].contains(&p.0[0]))
        );
    }
    assert!(folder.join("overlay.png").is_file());
    std::fs::create_dir(dir.path().join("again")).unwrap();
    std::fs::copy(
        folder.join("labels.png"),
        dir.path().join("again/bedroom.png"),
    )
    .unwrap();
    let second = measure_bench()
        .current_dir(dir.path())
        .args(["bedroom.jpg", "--labels", "again", "--summary", "json"])
        .assert()
        .code(0);
    let width = |output: &[u8]| json(output)["results"][0]["wallWidthCm"].clone();
    assert_eq!(
        width(&first.get_output().stdout),
        width(&second.get_output().stdout)
    );
}

#[test]
fn a_dry_run_lists_photos_with_their_truth_and_measures_nothing() {
    let dir = small_set();
    measuring(dir.path())
        .args(["--dry-run", "--ground-truth", "truth.json"])
        .assert()
        .code(0)
        .stdout(predicate::str::contains("bedroom.jpg").and(predicate::str::contains(" x ")));
}

/// Proof from outside: what the system was asked for, not what the program says of itself.
#[cfg(target_os = "linux")]
#[test]
fn each_photo_is_opened_once_and_no_process_is_started() {
    let dir = small_set();
    let trace = dir.path().join("trace.txt");
    let traced = std::process::Command::new("strace")
        .args([
            "-f",
            "-s",
            "4096",
            "-e",
            "trace=openat,open,execve,fork,vfork,clone,clone3",
            "-o",
        ])
        .arg(&trace)
        .arg(assert_cmd::cargo::cargo_bin("measure-bench"))
        .args(["--dir", ".", "--labels", "labels", "-q"])
        .current_dir(dir.path())
        .output();
    let Ok(output) = traced else {
        eprintln!("skipped: strace is not installed");
        return;
    };
    let Ok(calls) = std::fs::read_to_string(&trace) else {
        eprintln!("skipped: strace may not trace here");
        return;
    };
    assert!(output.status.success(), "{output:?}");
    for photo in ["bedroom.jpg", "no_exif.jpg"] {
        let opened = calls
            .lines()
            .filter(|l| l.contains("open") && l.contains(&format!("/{photo}\"")))
            .count();
        assert_eq!(opened, 1, "{photo} in\n{calls}");
    }
    let programs = calls.lines().filter(|l| l.contains("execve(")).count();
    assert_eq!(programs, 1, "only the binary itself is executed\n{calls}");
    let forks = calls
        .lines()
        .filter(|l| {
            let process =
                l.contains("clone") && !l.contains("CLONE_THREAD") && !l.contains("resumed");
            process || l.contains(" fork(") || l.contains("vfork(")
        })
        .count();
    assert_eq!(forks, 0, "threads are started, processes are not\n{calls}");
}

#[test]
fn the_doctor_finds_the_runtime_and_the_model_and_names_what_is_missing() {
    let run = measure_bench()
        .args(["doctor", "--summary", "json"])
        .assert()
        .code(0);
    let report = json(&run.get_output().stdout);
    assert!(report["onnxRuntime"]["version"].is_string(), "{report}");
    assert!(report["model"].is_object(), "{report}");
    for provider in report["providers"].as_array().unwrap() {
        assert_eq!(provider["usable"] == true, provider["reason"].is_null());
    }
    measure_bench()
        .args(["doctor", "--model", "no-such-model"])
        .assert()
        .code(1)
        .stdout(predicate::str::contains("no-such-model"));
}

/// ONNX Runtime's own record of what it ran, not the program's counters.
#[test]
fn the_network_runs_exactly_once_a_photo() {
    let dir = small_set();
    measure_bench()
        .current_dir(dir.path())
        .args(["--dir", ".", "--warmup", "0", "--profile", "ort", "-q"])
        .assert()
        .code(0);
    let profile = std::fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| {
            let name = path.file_name().unwrap().to_string_lossy();
            name.starts_with("ort") && name.ends_with(".json")
        })
        .unwrap();
    let events = json(&std::fs::read(profile).unwrap());
    let runs = events
        .as_array()
        .unwrap()
        .iter()
        .filter(|event| event["name"] == "model_run")
        .count();
    assert_eq!(runs, 2, "two photos");
}
