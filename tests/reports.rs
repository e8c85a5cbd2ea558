//! What other programs read: the JSON against its schema, the XML against what viewers expect, and reports of older versions.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set itself up has failed"
)]

mod common;

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use predicates::prelude::*;
use serde_json::Value;

use common::{TEST_TOOLS, WORSENED, measure, repository, spoil_labels, tool};

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn measure_bench(dir: &Path) -> Command {
    let mut command = Command::cargo_bin("measure-bench").unwrap();
    command.current_dir(dir);
    command
}

/// A report with as much in it as there can be: gates of every verdict, a comparison, an error, repetitions, pictures.
fn full_report(dir: &Path) -> Value {
    measure(dir, &["--save-baseline", "main"]).assert().code(0);
    spoil_labels(dir, WORSENED[0]);
    std::fs::write(dir.join("broken.jpg"), b"").unwrap();
    let arguments = [
        "--baseline",
        "main",
        "--max-regression",
        "0.1",
        "--max-slowdown",
        "1.2",
        "--max-errors",
        "1",
        "--max-photo-error",
        "0.01",
        "--repeat",
        "2",
        "--save",
        "full.json",
        "--save",
        "full.html",
        "--save",
        "full.xml",
    ];
    measure(dir, &arguments).assert().code(3);
    json(&dir.join("full.json"))
}

/// With `UPDATE_SCHEMA` set, the shipped file is written anew.
#[test]
fn the_shipped_schema_is_that_of_the_program_and_reports_keep_to_it() {
    let dir = repository();
    let printed = measure_bench(dir.path()).arg("schema").assert().success();
    let printed = String::from_utf8(printed.get_output().stdout.clone()).unwrap();
    let shipped = project("docs/report.schema.json");
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(&shipped, &printed).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(&shipped).unwrap(),
        printed,
        "run this test with UPDATE_SCHEMA=1"
    );

    let Some(validator) = tool(&["jsonschema"], TEST_TOOLS) else {
        return;
    };
    let complaint = |report: &Value| -> Option<String> {
        let file = dir.path().join("checked.json");
        std::fs::write(&file, serde_json::to_vec(report).unwrap()).unwrap();
        let output = std::process::Command::new(&validator)
            .arg("--instance")
            .args([&file, &shipped])
            .output()
            .unwrap();
        (!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let full = full_report(dir.path());
    assert_eq!(complaint(&full), None);
    assert!(full["comparison"].is_object() && full["gates"].is_array());
    assert_eq!(full["results"][0]["repeatsMs"].as_array().unwrap().len(), 2);
    measure(dir.path(), &["--save", "plain.json", "--anonymous"])
        .assert()
        .code(1);
    assert_eq!(complaint(&json(&dir.path().join("plain.json"))), None);

    let mut wrong = full.clone();
    wrong["results"][0]["status"] = "excellent".into();
    assert!(complaint(&wrong).is_some_and(|c| c.contains("excellent")));
    wrong = full;
    wrong["metrics"]["width"]["mape"] = "small".into();
    assert!(complaint(&wrong).is_some_and(|c| c.contains("small")));
}

#[test]
fn viewers_of_junit_get_what_they_expect() {
    let dir = repository();
    full_report(dir.path());
    let xml = std::fs::read_to_string(dir.path().join("full.xml")).unwrap();
    // The photo on whose account a gate was missed fails by itself, so that a viewer names it.
    let photo = xml
        .lines()
        .find(|l| l.contains("name=\"bedroom.jpg\""))
        .unwrap();
    assert!(
        photo.contains("<failure") && photo.contains("max-photo-error"),
        "{photo}"
    );
    let broken = xml
        .lines()
        .find(|l| l.contains("name=\"broken.jpg\""))
        .unwrap();
    assert!(broken.contains("<error"), "{broken}");
    let entry = "<property name=\"ground truth without a photo\" value=\"attic.jpg\"/>";
    assert!(xml.contains(entry), "{xml}");
    let Some(xmllint) = tool(&["xmllint"], TEST_TOOLS) else {
        return;
    };
    let output = std::process::Command::new(xmllint)
        .args(["--noout", "--schema"])
        .arg(project("tests/junit.xsd"))
        .arg(dir.path().join("full.xml"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// `tests/old_reports` holds reports as earlier versions of this program wrote them.
#[test]
fn reports_of_older_versions_are_read_scored_and_compared() {
    let dir = tempfile::tempdir().unwrap();
    let mut seen = 0;
    for entry in std::fs::read_dir(project("tests/old_reports")).unwrap() {
        let old = entry.unwrap().path();
        seen += 1;
        let report = json(&old);
        let results = report["results"].as_array().unwrap();
        let truth: Vec<Value> = results
            .iter()
            .map(|r| {
                serde_json::json!({
                    "file": r["file"],
                    "widthCm": r["expectedWidthCm"],
                    "heightCm": r["expectedHeightCm"],
                })
            })
            .collect();
        let file = dir.path().join("truth.json");
        std::fs::write(&file, serde_json::to_vec(&truth).unwrap()).unwrap();
        std::fs::copy(&old, dir.path().join("baseline.json")).unwrap();
        measure_bench(dir.path())
            .arg("score")
            .arg(&old)
            .args([
                "--ground-truth",
                "truth.json",
                "--save",
                "now.json",
                "--save",
                "now.html",
            ])
            .args(["--baseline", "baseline.json"])
            .args(["--max-regression", "0", "--max-slowdown", "100"])
            .assert()
            .success()
            .stdout(predicate::str::contains("Since the baseline"));
        let now = json(&dir.path().join("now.json"));
        assert_eq!(now["metrics"]["width"], report["metrics"]["width"]);
        measure_bench(dir.path())
            .arg("compare")
            .arg(&old)
            .arg("now.json")
            .assert()
            .success()
            .stdout(predicate::str::contains(format!("{} same", results.len())));
    }
    assert!(seen > 0);
}

#[test]
fn every_form_says_which_build_made_it() {
    let dir = repository();
    full_report(dir.path());
    measure(
        dir.path(),
        &["--save", "r.csv", "--save", "r.md", "--max-errors", "1"],
    )
    .assert()
    .stdout(predicate::str::contains("measure-bench 0."));
    let report = json(&dir.path().join("full.json"));
    let commit = report["tool"]["commit"].as_str();
    for file in ["full.html", "full.xml", "r.csv", "r.md"] {
        let text = std::fs::read_to_string(dir.path().join(file)).unwrap();
        assert!(text.contains(env!("CARGO_PKG_VERSION")), "{file}");
        assert!(text.contains(commit.unwrap_or("unknown commit")), "{file}");
    }
    // Built from a repository, the program knows its commit.
    if project(".git").exists() {
        assert!(commit.is_some_and(|c| c.len() >= 12), "{commit:?}");
    }
}
