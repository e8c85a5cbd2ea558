//! `measure-bench sweep` from outside, with the bundled model.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set itself up has failed"
)]

use std::path::Path;

use assert_cmd::Command;
use measure_bench::sweep::Sweep;
use predicates::prelude::*;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A sweep over nothing yet, free of the developer's own environment.
fn bare(folder: &Path) -> Command {
    let mut command = Command::cargo_bin("measure-bench").unwrap();
    command
        .current_dir(folder)
        .env_remove("MEASURE_MODEL")
        .env_remove("M2F_LONG_SIDE")
        .args(["sweep", "--no-config"]);
    command
}

/// A sweep over two fixtures with their truth, in an empty folder.
fn sweep(folder: &Path) -> Command {
    let mut command = bare(folder);
    command
        .arg("--ground-truth")
        .arg(root().join("ground_truth.json"))
        .arg("--files")
        .args(["bedroom.jpg", "no_exif.jpg"].map(|name| root().join("fixtures").join(name)));
    command
}

#[test]
fn every_configuration_is_measured_and_the_best_within_the_budget_is_named() {
    let folder = tempfile::tempdir().unwrap();
    sweep(folder.path())
        .args(["--long-side", "64,128", "--max-ms", "1000000"])
        .args([
            "--save",
            "sweep.json",
            "--save",
            "sweep.csv",
            "--save",
            "sweep.svg",
            "--save",
            "sweep.png",
        ])
        .assert()
        .code(0)
        .stdout(predicate::str::contains(
            "--model measure-bench-rooms --long-side",
        ))
        .stderr(predicate::str::contains("2 of 2"));
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let sweep: Sweep = serde_json::from_str(&read("sweep.json")).unwrap();
    assert_eq!(
        (sweep.photos, sweep.with_truth, sweep.points.len()),
        (2, 2, 2)
    );
    for (point, longest) in sweep.points.iter().zip([64, 128]) {
        assert_eq!(point.failure, None);
        let outcome = &point.outcome;
        assert_eq!(outcome.input_size.unwrap().into_iter().max(), Some(longest));
        assert_eq!(outcome.measured + outcome.refused + outcome.errors, 2);
        assert!(outcome.error_pct.unwrap() >= 0.0);
        assert!(outcome.median_ms.unwrap() > outcome.inference_ms.unwrap());
        if cfg!(target_os = "linux") {
            assert!(outcome.peak_rss_mb.unwrap() > 1.0);
        }
    }
    assert!(sweep.points[sweep.best.unwrap()].on_time_front);
    assert_eq!(read("sweep.csv").lines().count(), 3);
    assert!(read("sweep.svg").contains("</svg>"));
    let picture = image::open(folder.path().join("sweep.png")).unwrap();
    assert!(picture.width() > 1000);
}

#[test]
fn a_budget_that_nothing_meets_is_a_missed_gate() {
    let folder = tempfile::tempdir().unwrap();
    sweep(folder.path())
        .args([
            "--long-side",
            "64",
            "--max-ms",
            "0.001",
            "--summary",
            "json",
            "--quiet",
        ])
        .assert()
        .code(3)
        .stderr(predicate::str::is_empty())
        .stdout(predicate::function(|text: &str| {
            serde_json::from_str::<Sweep>(text).is_ok_and(|sweep| sweep.best.is_none())
        }));
}

#[test]
fn what_cannot_be_swept_is_said_before_anything_is_measured() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, part) in [
        (&["--model", "no-such-model"][..], "no-such-model"),
        (&["--precision", "int8"][..], "measure-bench-rooms-int8"),
        (&["--save", "sweep.pdf"][..], ".svg"),
        (&["--known", "missing.csv"][..], "missing.csv"),
    ] {
        sweep(folder.path())
            .args(arguments)
            .assert()
            .code(2)
            .stderr(predicate::str::contains(part));
    }
    bare(folder.path())
        .assert()
        .code(2)
        .stderr(predicate::str::contains("no photos"));
}

/// Each of these would otherwise be known only after a part of the grid, or all of it.
#[test]
fn what_would_fail_at_the_end_is_said_before_the_grid() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, part) in [
        (
            &["--save", "missing/sweep.svg"][..],
            "cannot write --save missing/sweep.svg: there is no folder missing; make it first",
        ),
        (&["--long-side", "64,9000"][..], "--long-side 9000 is out"),
    ] {
        sweep(folder.path())
            .args(["--long-side", "64"])
            .args(arguments)
            .assert()
            .code(2)
            .stdout("")
            .stderr(predicate::str::contains(part).and(predicate::str::contains("1 of").not()));
    }
}

#[test]
fn what_a_sweep_reads_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::copy(root().join("fixtures/plain.png"), at("room.png")).unwrap();
    std::fs::copy(root().join("ground_truth.json"), at("truth.json")).unwrap();
    std::fs::write(at("known.csv"), "file,fovDeg\nroom.png,70\n").unwrap();
    std::fs::write(at("model.json"), "no model").unwrap();
    for (file, what) in [
        ("room.png", "a photo"),
        ("truth.json", "the ground truth"),
        ("known.csv", "the known values"),
        ("model.json", "the model"),
    ] {
        let before = std::fs::read(at(file)).unwrap();
        bare(folder.path())
            .args(["room.png", "--long-side", "64", "--model", "model.json"])
            .args(["--ground-truth", "truth.json", "--known", "known.csv"])
            .args(["--save", file])
            .assert()
            .code(2)
            .stdout("")
            .stderr(predicate::str::contains(format!(
                "--save {file} would overwrite {what}"
            )));
        assert_eq!(std::fs::read(at(file)).unwrap(), before, "{file}");
    }
}

#[test]
fn a_file_that_cannot_be_written_costs_neither_the_table_nor_the_other_files() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    // No file takes a folder's place, which shows only once it is written.
    std::fs::create_dir(at("sweep.csv")).unwrap();
    sweep(folder.path())
        .args(["--long-side", "64"])
        .args(["--save", "sweep.csv", "--save", "sweep.svg"])
        .assert()
        .code(1)
        .stdout(predicate::str::contains("2 photos, 2 with truth"))
        .stderr(predicate::str::contains("cannot write --save sweep.csv"));
    let plot = std::fs::read_to_string(at("sweep.svg")).unwrap();
    assert!(plot.contains("</svg>"));
}

#[test]
fn photos_that_cannot_be_measured_end_in_1_and_the_last_line_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let run = bare(folder.path())
        .arg(root().join("fixtures/bedroom.jpg"))
        .args(["nowhere.jpg", "--long-side", "64"])
        .assert()
        .code(1)
        .stdout(predicate::str::contains("2 photos, 0 with truth"));
    let said = String::from_utf8_lossy(&run.get_output().stderr);
    let last = said.lines().last().unwrap();
    let why = "exit code 1: 1 of 2 photos could not be measured, the first: nowhere.jpg: ";
    assert!(last.starts_with(why), "{said}");
}

#[test]
fn the_environment_stands_for_the_options_that_it_stands_for_in_measuring() {
    let folder = tempfile::tempdir().unwrap();
    let listed = |side: &str| {
        predicate::str::contains(format!("--model measure-bench-rooms --long-side {side}\n"))
    };
    let dry_run = || {
        let mut command = sweep(folder.path());
        command.arg("--dry-run");
        command
    };
    dry_run()
        .env("MEASURE_MODEL", "no-such-model")
        .assert()
        .code(2)
        .stderr(predicate::str::contains("no model 'no-such-model'"));
    dry_run()
        .env("M2F_LONG_SIDE", "128")
        .assert()
        .code(0)
        .stdout(listed("128").and(listed("0").not()));
    dry_run()
        .envs([("MEASURE_MODEL", "no-such-model"), ("M2F_LONG_SIDE", "128")])
        .args(["--model", "measure-bench-rooms", "--long-side", "64"])
        .assert()
        .code(0)
        .stdout(listed("64").and(listed("128").not()));
    dry_run()
        .envs([("MEASURE_MODEL", ""), ("M2F_LONG_SIDE", "")])
        .assert()
        .code(0)
        .stdout(listed("0"));
}

#[test]
fn a_dry_run_lists_photos_and_grid() {
    let folder = tempfile::tempdir().unwrap();
    sweep(folder.path())
        .args(["--dry-run", "--long-side", "64,0"])
        .assert()
        .code(0)
        .stdout(predicate::str::contains("2 photos"))
        .stdout(predicate::str::contains(
            "--model measure-bench-rooms --long-side 0",
        ));
}
