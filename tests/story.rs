//! How a team uses it: a baseline, a change that makes two photos worse, a gate that fails and names them, a fix.

mod common;

use std::path::Path;

use assert_cmd::Command;
use predicates::prelude::*;

use common::{WORSENED, measure, repository, restore_labels, spoil_labels};

#[test]
fn a_gate_names_what_got_worse_in_every_form_and_passes_after_the_fix() {
    let dir = repository();
    let dir = dir.path();
    measure(dir, &["--save-baseline", "main"]).assert().code(0);

    for name in WORSENED {
        spoil_labels(dir, name);
    }
    let gate = ["--baseline", "main", "--max-regression", "0.5"];
    let saves = [
        "--save", "r.json", "--save", "r.md", "--save", "r.csv", "--save", "r.html", "--save",
        "r.xml",
    ];
    let named = || {
        predicate::str::contains("max-regression width")
            .and(predicate::str::contains("bedroom.jpg"))
            .and(predicate::str::contains("no_exif.jpg"))
    };
    measure(dir, &[&gate[..], &saves[..]].concat())
        .assert()
        .code(3)
        .stdout(named().and(predicate::str::contains("MISSED")));
    for file in ["r.json", "r.md", "r.xml", "r.html"] {
        // Markdown escapes the underscore.
        let text = std::fs::read_to_string(dir.join(file))
            .unwrap()
            .replace('\\', "");
        assert!(named().eval(&text), "{file}:\n{text}");
    }
    let table = std::fs::read_to_string(dir.join("r.csv")).unwrap();
    for photo in ["bedroom.jpg", "no_exif.jpg"] {
        let line = table.lines().find(|l| l.starts_with(photo)).unwrap();
        assert!(line.contains(",worse,max-regression width"), "{line}");
    }
    let report: serde_json::Value =
        serde_json::from_slice(&std::fs::read(dir.join("r.json")).unwrap()).unwrap();
    let worse: Vec<&str> = report["comparison"]["photos"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|p| p["change"] == "worse" || p["change"] == "nowFailing")
        .map(|p| p["file"].as_str().unwrap())
        .collect();
    assert_eq!(worse.len(), WORSENED.len(), "{worse:?}");

    for name in WORSENED {
        restore_labels(dir, name);
    }
    measure(dir, &gate)
        .assert()
        .code(0)
        .stdout(predicate::str::contains("4 same"));
}

/// Not only the first: a reader who mends one gate should know of the others.
#[test]
fn every_missed_gate_is_listed_in_every_form() {
    let dir = repository();
    let dir = dir.path();
    measure(dir, &["--save-baseline", "main"]).assert().code(0);
    for name in WORSENED {
        spoil_labels(dir, name);
    }
    std::fs::write(dir.join("broken.jpg"), b"").unwrap();
    let missed = [
        "max-errors",
        "max-width-mape",
        "max-height-mape",
        "min-coverage width",
        "max-photo-error",
        "max-regression width",
    ];
    let arguments = [
        "--baseline",
        "main",
        "--max-errors",
        "0%",
        "--max-width-mape",
        "0.01",
        "--max-height-mape",
        "0.01",
        "--min-coverage",
        "100",
        "--max-photo-error",
        "0.01",
        "--max-regression",
        "0.1",
        "--save",
        "r.json",
        "--save",
        "r.md",
        "--save",
        "r.html",
        "--save",
        "r.xml",
    ];
    // A photo that cannot be measured beats a missed gate.
    let run = measure(dir, &arguments).assert().code(1);
    let table = String::from_utf8(run.get_output().stdout.clone()).unwrap();
    let files = ["r.json", "r.md", "r.html", "r.xml"];
    let mut forms = vec![("table", table)];
    forms.extend(files.map(|file| (file, std::fs::read_to_string(dir.join(file)).unwrap())));
    for (form, text) in forms {
        for gate in missed {
            assert!(text.contains(gate), "{gate} in {form}:\n{text}");
        }
    }
    let report: serde_json::Value =
        serde_json::from_slice(&std::fs::read(dir.join("r.json")).unwrap()).unwrap();
    let verdict = |gate: &str| {
        let gates = report["gates"].as_array().unwrap();
        gates.iter().find(|g| g["gate"] == gate).unwrap()["verdict"].clone()
    };
    for gate in missed {
        assert_eq!(verdict(gate), "missed", "{gate}");
    }
}

#[test]
fn two_saved_reports_are_compared_without_measuring() {
    let dir = repository();
    let dir = dir.path();
    measure(dir, &["--save", "old.json"]).assert().code(0);
    spoil_labels(dir, "bedroom");
    measure(dir, &["--save", "new.json"]).assert().code(0);
    let compare = |more: &[&str]| {
        let mut command = Command::cargo_bin("measure-bench").unwrap();
        command
            .current_dir(dir)
            .args(["compare", "old.json", "new.json"])
            .args(more);
        command
    };
    compare(&[])
        .assert()
        .code(0)
        .stdout(predicate::str::contains("bedroom.jpg"));
    compare(&["--max-regression", "0.1"]).assert().code(3);
    compare(&["--summary", "json"])
        .assert()
        .code(0)
        .stdout(predicate::str::contains("\"change\": \"worse\""));
}

#[test]
fn a_gate_on_change_needs_a_baseline_and_a_missing_baseline_is_named() {
    let dir = repository();
    measure(dir.path(), &["--max-regression", "1"])
        .assert()
        .code(2)
        .stderr(predicate::str::contains(
            "--max-regression needs --baseline",
        ));
    measure(dir.path(), &["--save", "r.json"]).assert().code(0);
    Command::cargo_bin("measure-bench")
        .unwrap()
        .current_dir(dir.path())
        .args(["score", "r.json", "--ground-truth", "truth.json"])
        .args(["--max-regression", "1"])
        .assert()
        .code(2)
        .stderr(predicate::str::contains("needs --baseline"));
    measure(dir.path(), &["--baseline", "main"])
        .assert()
        .code(2)
        .stderr(predicate::str::contains("baselines/main.json"));
}

#[test]
fn a_repository_keeps_its_gates_in_a_file() {
    let dir = repository();
    let dir = dir.path();
    std::fs::write(
        dir.join("measure-bench.toml"),
        "dir = ['.']\nlabels = 'labels'\nground-truth = 'truth.json'\nquiet = true\n[gates]\nmax-photo-error = 0.001\n",
    )
    .unwrap();
    let run = |folder: &Path, arguments: &[&str]| {
        let mut command = Command::cargo_bin("measure-bench").unwrap();
        command.current_dir(folder).args(arguments).assert()
    };
    run(dir, &[])
        .code(3)
        .stdout(predicate::str::contains("max-photo-error"));
    run(dir, &["--max-photo-error", "500"]).success();
    // A folder below measures the same photos with the same truth.
    let below = dir.join("below");
    std::fs::create_dir(&below).unwrap();
    run(&below, &["--max-photo-error", "500", "--summary", "json"])
        .success()
        .stdout(predicate::str::contains("bedroom.jpg"));
    run(&below, &["--print-config", "--jobs", "1"])
        .success()
        .stdout(
            predicate::str::contains("../truth.json").and(predicate::str::contains("jobs = 1")),
        );
    std::fs::write(
        dir.join("measure-bench.toml"),
        "ground-thruth = 'truth.json'\n",
    )
    .unwrap();
    run(dir, &[])
        .code(2)
        .stderr(predicate::str::contains("did you mean 'ground-truth'?"));
}
