//! `measure-bench sweep` from outside, with the bundled model.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set itself up has failed"
)]

use std::path::Path;

use assert_cmd::Command;
use measure_bench::sweep::Sweep;
use predicates::prelude::*;

/// A sweep over two fixtures with their truth, in an empty folder.
fn sweep(folder: &Path) -> Command {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::cargo_bin("measure-bench").unwrap();
    command
        .current_dir(folder)
        .env_remove("MEASURE_MODEL")
        .env_remove("M2F_LONG_SIDE")
        .args(["sweep", "--no-config", "--ground-truth"])
        .arg(root.join("ground_truth.json"))
        .arg("--files")
        .args(["bedroom.jpg", "no_exif.jpg"].map(|name| root.join("fixtures").join(name)));
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
    let mut command = Command::cargo_bin("measure-bench").unwrap();
    command
        .current_dir(folder.path())
        .args(["sweep", "--no-config"]);
    command
        .assert()
        .code(2)
        .stderr(predicate::str::contains("no photos"));
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
