//! The life of a baseline: the first run makes it, a worse run leaves it, another truth is no silent pass.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set itself up has failed"
)]

mod common;

use std::path::Path;

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use predicates::prelude::*;

use common::{PHOTOS, repository, repository_with_folder, restore_labels, spoil_labels};

const GATED: &str = "dir = ['.']\nlabels = 'labels'\nground-truth = 'truth.json'\nbaseline = 'main'\n\
    [gates]\nmax-regression = 1\nmax-slowdown = 100.0\n";

fn run(dir: &Path, arguments: &[&str]) -> Assert {
    let mut command = Command::cargo_bin("measure-bench").unwrap();
    command.current_dir(dir).args(arguments).assert()
}

fn says(text: &str) -> impl Predicate<str> + use<'_> {
    predicate::str::contains(text)
}

fn gated_repository() -> tempfile::TempDir {
    let dir = repository();
    std::fs::write(dir.path().join("measure-bench.toml"), GATED).unwrap();
    dir
}

fn kept(dir: &Path) -> Vec<u8> {
    std::fs::read(dir.join("baselines/main.json")).unwrap()
}

#[test]
fn the_first_run_makes_the_baseline_that_its_gates_ask_for() {
    let dir = gated_repository();
    let dir = dir.path();
    run(dir, &[]).code(2).stderr(says("--save-baseline"));
    run(dir, &["--save-baseline", "main", "--save", "r.md"])
        .code(0)
        .stdout(says("there was no baseline yet"))
        .stderr(says("the baseline is saved in baselines/main.json"));
    let page = std::fs::read_to_string(dir.join("r.md")).unwrap();
    assert!(
        page.starts_with("## measure-bench: 2 gates skipped"),
        "{page}"
    );
    run(dir, &[]).code(0).stdout(says("4 same"));
}

/// Else the next run would be held to the worse results, and pass.
#[test]
fn a_run_that_misses_a_gate_leaves_the_baseline_as_it_was() {
    let dir = gated_repository();
    let dir = dir.path();
    let save = ["--save-baseline", "main"];
    run(dir, &save).code(0);
    let before = kept(dir);
    spoil_labels(dir, "bedroom");
    run(dir, &save)
        .code(3)
        .stderr(says("the baseline stays as it was").and(says("exit code 3: ")));
    assert_eq!(kept(dir), before);
    run(dir, &[]).code(3);
    restore_labels(dir, "bedroom");
    run(dir, &save).code(0);
    assert_ne!(kept(dir), before, "a run that passes takes its place");
}

/// A newer program wrote it: what this one cannot read it must not replace.
#[test]
fn a_baseline_that_cannot_be_read_stays() {
    const NEWER: &str = "{\"schemaVersion\": 999}";
    let dir = repository();
    let dir = dir.path();
    std::fs::create_dir(dir.join("baselines")).unwrap();
    std::fs::write(dir.join("baselines/main.json"), NEWER).unwrap();
    run(
        dir,
        &[
            "--dir",
            ".",
            "--labels",
            "labels",
            "--save-baseline",
            "main",
        ],
    )
    .stderr(says("schema version 999").and(says("the baseline stays as it was")));
    assert_eq!(kept(dir), NEWER.as_bytes());
}

#[test]
fn a_baseline_of_another_truth_is_a_missed_gate_in_every_form() {
    let dir = gated_repository();
    let dir = dir.path();
    run(dir, &["--save-baseline", "main"]).code(0);
    std::fs::write(
        dir.join("other.json"),
        r#"[{"file": "bedroom.jpg", "widthCm": 300, "heightCm": 250}]"#,
    )
    .unwrap();
    run(
        dir,
        &[
            "--ground-truth",
            "other.json",
            "--save",
            "r.md",
            "--save",
            "r.xml",
            "--save",
            "r.html",
            "--save",
            "r.json",
        ],
    )
    .code(2)
    .stdout(says("different truth"))
    .stderr(says("exit code 2: --baseline: ").and(says("measure-bench score baselines/main.json")));
    for file in ["r.md", "r.xml", "r.html", "r.json"] {
        let text = std::fs::read_to_string(dir.join(file)).unwrap();
        assert!(text.contains("different truth"), "{file}:\n{text}");
        assert!(!text.contains("all gates held"), "{file}:\n{text}");
    }
    let left = dir.join("r.md.journal.jsonl");
    assert!(
        !left.exists(),
        "the run is over, and its journal has served"
    );
    // What the message advises holds: the baseline itself is scored anew, and then compares.
    let baseline = "baselines/main.json";
    run(
        dir,
        &[
            "score",
            baseline,
            "--ground-truth",
            "other.json",
            "--save",
            baseline,
        ],
    )
    .code(0)
    .stdout(says("the report is the baseline"));
    run(dir, &["--ground-truth", "other.json"])
        .code(0)
        .stdout(says("4 same"));
}

/// Leaving out what is measured badly would be an easy way through.
#[test]
fn photos_that_are_gone_are_told_and_keep_the_baseline_from_being_replaced() {
    let dir = gated_repository();
    let dir = dir.path();
    let save = ["--save-baseline", "main"];
    run(dir, &save).code(0);
    let before = kept(dir);
    std::fs::remove_file(dir.join("tall.jpg")).unwrap();
    run(dir, &[])
        .code(0)
        .stdout(says("held (without 1 photo of the baseline)"));
    run(dir, &save)
        .code(0)
        .stderr(says("this run is without 1 photo of it"));
    run(dir, &[&save[..], &["bedroom.jpg"]].concat())
        .code(0)
        .stderr(says("--max-regression").and(says("without 3 photos of it")));
    assert_eq!(kept(dir), before);
    run(dir, &[&save[..], &["--shard", "1/2"]].concat())
        .code(2)
        .stderr(says("merge the shards"));
    assert_eq!(kept(dir), before);
}

#[test]
fn a_report_does_not_take_the_place_of_what_is_read() {
    let dir = gated_repository();
    let dir = dir.path();
    std::fs::copy(dir.join("bedroom.jpg"), dir.join("odd.md")).unwrap();
    run(dir, &["--save-baseline", "main"]).code(0);
    for (arguments, what) in [
        (&["--save", "truth.json"][..], "the ground truth"),
        (&["--save", "baselines/main.json"], "--save-baseline"),
        (&["odd.md", "--save", "odd.md"], "a photo"),
    ] {
        let before = std::fs::read(dir.join(arguments[arguments.len() - 1])).unwrap();
        run(dir, arguments).code(2).stderr(says(what));
        let now = std::fs::read(dir.join(arguments[arguments.len() - 1])).unwrap();
        assert!(before == now, "{arguments:?}");
    }
}

/// The photo whose height alone grew worse is not the width's.
#[test]
fn a_gate_of_widths_names_photos_by_their_widths() {
    let dir = gated_repository();
    let dir = dir.path();
    run(dir, &["--save-baseline", "main"]).code(0);
    let path = dir.join("baselines/main.json");
    let mut report: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    for photo in report["results"].as_array_mut().unwrap() {
        let better = if photo["file"] == "bedroom.jpg" {
            "widthPctErr"
        } else if photo["file"] == "tall.jpg" {
            "heightPctErr"
        } else {
            continue;
        };
        photo[better] = serde_json::json!(photo[better].as_f64().unwrap() - 30.0);
    }
    std::fs::write(&path, serde_json::to_vec(&report).unwrap()).unwrap();
    let run = run(dir, &[]).code(3);
    let table = String::from_utf8(run.get_output().stdout.clone()).unwrap();
    let of = |gate: &str| table.lines().find(|l| l.contains(gate)).unwrap();
    assert!(
        of("max-regression width").ends_with(": bedroom.jpg"),
        "{table}"
    );
    assert!(
        of("max-regression height").ends_with(": tall.jpg"),
        "{table}"
    );
}

#[test]
fn a_failed_photo_shows_its_own_figures_in_junit() {
    let dir = gated_repository();
    let dir = dir.path();
    run(dir, &["--save-baseline", "main"]).code(0);
    spoil_labels(dir, "bedroom");
    run(dir, &["--save", "r.xml"]).code(3);
    let text = std::fs::read_to_string(dir.join("r.xml")).unwrap();
    let line = text
        .lines()
        .find(|line| line.contains("name=\"bedroom.jpg\""))
        .unwrap();
    assert!(line.contains("(limit 1 point) missed: "), "{line}");
    assert!(line.contains("% before)"), "{line}");
}

#[test]
fn a_photo_given_by_its_path_meets_the_baseline_of_its_folder() {
    let dir = repository_with_folder();
    let dir = dir.path();
    let measured = |arguments: &[&str]| {
        let common = ["--labels", "labels", "--ground-truth", "truth.json"];
        run(dir, &[arguments, &common].concat())
    };
    measured(&["--dir", "photos", "--save-baseline", "main"]).code(0);
    spoil_labels(dir, "bedroom");
    let gate = ["--baseline", "main", "--max-regression", "1"];
    measured(&[&gate[..], &["photos/bedroom.jpg", "--save", "r.csv"]].concat())
        .code(3)
        .stdout(says("photos/bedroom.jpg").and(says("without 3 photos of the baseline")));
    let table = std::fs::read_to_string(dir.join("r.csv")).unwrap();
    let line = table.lines().find(|l| l.starts_with("photos/bedroom.jpg"));
    assert!(line.unwrap().contains(",worse"), "{table}");
    // All of them by their paths are all of the baseline's.
    measured(&["photos/*.jpg", "--save-baseline", "main"])
        .code(0)
        .stderr(says("the baseline is saved in baselines/main.json"));
    measured(&["photos/tall.jpg", "--save-baseline", "main"])
        .code(0)
        .stderr(says("without 3 photos of it"));
    std::fs::copy(dir.join("photos/tall.jpg"), dir.join("other.jpg")).unwrap();
    std::fs::copy(dir.join("labels/tall.png"), dir.join("labels/other.png")).unwrap();
    measured(&["other.jpg", "--baseline", "main"])
        .code(2)
        .stderr(says("no photo is in both").and(says("their bytes and base name")));
}

/// What the message advises is not to be done to a baseline that is as it should be.
#[test]
fn a_run_without_truth_is_told_to_take_it() {
    let dir = repository();
    let dir = dir.path();
    let measured = |more: &[&str]| {
        let photos = ["--dir", ".", "--labels", "labels"];
        run(dir, &[more, &photos].concat())
    };
    let truth = ["--ground-truth", "truth.json"];
    measured(&[&truth[..], &["--save-baseline", "main"]].concat()).code(0);
    measured(&["--baseline", "main", "--save", "new.json"])
        .code(2)
        .stderr(says("give --ground-truth").and(says("score baselines/main.json").not()));
    let score = ["score", "new.json", "--baseline", "main"];
    run(dir, &[&score[..], &truth].concat())
        .code(0)
        .stdout(says("4 same"));
    // Nor does a run that was not scored take the place of one that was.
    measured(&["--save-baseline", "main"])
        .code(0)
        .stderr(says("this run was not scored, and it was"));
    measured(&[&truth[..], &["--baseline", "main"]].concat())
        .code(0)
        .stdout(says("4 same"));
}

#[test]
fn reports_are_compared_by_the_names_of_baselines_from_every_folder() {
    let dir = gated_repository();
    let dir = dir.path();
    run(dir, &["compare", "mian", "main"])
        .code(2)
        .stderr(says("baselines/mian.json").and(says("--save-baseline makes one")));
    run(dir, &["--save-baseline", "main"]).code(0);
    run(dir, &["compare", "main", "baselines/main.json"])
        .code(0)
        .stdout(says("4 same"));
    run(dir, &["compare", "mian", "main"])
        .code(2)
        .stderr(says("baselines/mian.json").and(says("kept in baselines: main\n")));
    let below = dir.join("below");
    std::fs::create_dir(&below).unwrap();
    run(&below, &["compare", "../baselines/main.json", "main"])
        .code(0)
        .stdout(says("4 same"));
    let kept_there = ["--no-config", "--baselines", "../baselines"];
    let compare = ["compare", "main", "main"];
    run(&below, &[&compare[..], &kept_there].concat()).code(0);
    // The advice names the file that the name means.
    let truth = format!(r#"[{{"file": "{}.jpg", "widthCm": 300}}]"#, PHOTOS[0]);
    std::fs::write(dir.join("other.json"), truth).unwrap();
    let other = ["--ground-truth", "other.json", "--save", "scored.json"];
    let score = ["score", "baselines/main.json"];
    run(dir, &[&score[..], &other].concat()).code(0);
    run(dir, &["compare", "main", "scored.json"])
        .code(2)
        .stderr(says("measure-bench score baselines/main.json"));
}

#[test]
fn the_first_run_makes_its_baseline_however_its_path_is_spelt() {
    let dir = gated_repository();
    let dir = dir.path();
    let made = "there was no baseline yet";
    for path in ["./baselines/new.json", "labels/../baselines/new.json"] {
        run(dir, &["--baseline", path, "--save-baseline", "new"])
            .code(0)
            .stdout(says(made));
        std::fs::remove_dir_all(dir.join("baselines")).unwrap();
    }
    let path = "./baselines/old.json";
    run(dir, &["--baseline", path, "--save-baseline", "new"])
        .code(2)
        .stderr(says("--save-baseline makes one"));
    // A path of the file is relative to the file, also while there is nothing at it.
    let config = GATED.replace("'main'", "'baselines/main.json'");
    std::fs::write(dir.join("measure-bench.toml"), config).unwrap();
    let below = dir.join("below");
    std::fs::create_dir(&below).unwrap();
    run(&below, &["--save-baseline", "main"])
        .code(0)
        .stdout(says(made));
    assert!(!kept(dir).is_empty());
    run(&below, &[]).code(0).stdout(says("4 same"));
    // A folder that is called as a baseline is none.
    std::fs::write(dir.join("measure-bench.toml"), GATED).unwrap();
    std::fs::create_dir(dir.join("main")).unwrap();
    run(&below, &[]).code(0).stdout(says("4 same"));
}
