//! The recipes and workflow files in `docs/` are run as they stand, with the program under its name.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set itself up has failed"
)]

mod common;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value as Json;
use serde_yaml_ng::Value as Yaml;

use common::{
    PHOTOS, TEST_TOOLS, WORSENED, repository_with_folder, restore_labels, spoil_labels, tool,
};

fn docs(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs")
        .join(path);
    std::fs::read_to_string(path).unwrap()
}

/// The block of code under a heading of a page.
fn block(page: &str, heading: &str) -> String {
    let (_, section) = page.split_once(&format!("\n## {heading}\n")).unwrap();
    let (_, code) = section.split_once("\n```").unwrap();
    let (_, code) = code.split_once('\n').unwrap();
    code.split_once("\n```").unwrap().0.to_owned() + "\n"
}

/// What the recipes presuppose: `photos/`, `truth.json`, and settings of the repository, which here say that the label maps are
/// given, so that no network runs, and what every part must pass over: a gate.
fn prepared() -> tempfile::TempDir {
    let dir = repository_with_folder();
    let at = |name: &str| dir.path().join(name);
    // A photo on which every run fails.
    std::fs::write(at("photos/broken.jpg"), b"").unwrap();
    std::fs::write(
        at("measure-bench.toml"),
        "labels = 'labels'\n[gates]\nmax-errors = 1\nmax-regression = 0.5\n",
    )
    .unwrap();
    run(
        dir.path(),
        "measure-bench --dir photos --ground-truth truth.json --save whole.json --save-baseline main --no-config --labels labels --max-errors 1 -q",
    );
    dir
}

/// Runs a line in a shell, with the program under its name.
fn shell(dir: &Path, line: &str) -> Output {
    let program = assert_cmd::cargo::cargo_bin("measure-bench");
    let path = format!(
        "{}:{}",
        program.parent().unwrap().display(),
        std::env::var("PATH").unwrap()
    );
    Command::new("sh")
        .args(["-e", "-c", line])
        .current_dir(dir)
        .env("PATH", path)
        .env("GITHUB_STEP_SUMMARY", dir.join("step-summary.md"))
        .output()
        .unwrap()
}

fn run(dir: &Path, line: &str) {
    let output = shell(dir, line);
    assert!(output.status.success(), "{line}: {output:?}");
}

/// The measurements of a report, without what differs from run to run.
fn measurements(path: &Path) -> Vec<[Json; 4]> {
    let report: Json = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let results = report["results"].as_array().unwrap();
    let names = ["file", "status", "wallWidthCm", "widthPctErr"];
    results
        .iter()
        .map(|r| names.map(|name| r[name].clone()))
        .collect()
}

/// The commands of a job's steps, with the matrix's value filled in.
fn commands(job: &Yaml, matrix: &str) -> Vec<String> {
    let steps = job["steps"].as_sequence().unwrap();
    steps
        .iter()
        .filter_map(|step| step["run"].as_str())
        .map(|line| line.replace("${{ matrix.shard }}", matrix))
        .collect()
}

#[test]
fn a_ci_matrix_measures_parts_and_judges_the_whole() {
    let dir = prepared();
    let dir = dir.path();
    let workflow: Yaml =
        serde_yaml_ng::from_str(&block(&docs("many-photos.md"), "A CI matrix")).unwrap();
    let measure = &workflow["jobs"]["measure"];
    let shards = measure["strategy"]["matrix"]["shard"]
        .as_sequence()
        .unwrap();
    for shard in shards {
        for line in commands(measure, &shard.as_u64().unwrap().to_string()) {
            run(dir, &line);
        }
    }
    for line in commands(&workflow["jobs"]["gate"], "") {
        run(dir, &line);
    }
    assert_eq!(
        measurements(&dir.join("report.json")),
        measurements(&dir.join("whole.json"))
    );
    let page = std::fs::read_to_string(dir.join("report.html")).unwrap();
    assert_eq!(
        page.matches("data:image/jpeg").count(),
        PHOTOS.len(),
        "the parts' pictures are found"
    );
    let summary = std::fs::read_to_string(dir.join("step-summary.md")).unwrap();
    assert!(summary.contains("max-regression"), "{summary}");
}

#[test]
fn gnu_parallel_measures_parts_of_one_run() {
    if tool(&["parallel"], TEST_TOOLS).is_none() {
        return;
    }
    let dir = prepared();
    // The recipe compares with no baseline, so no gate may ask for one.
    std::fs::write(
        dir.path().join("measure-bench.toml"),
        "labels = 'labels'\n[gates]\nmax-errors = 1\n",
    )
    .unwrap();
    run(dir.path(), &block(&docs("many-photos.md"), "GNU parallel"));
    let merged = measurements(&dir.path().join("report.json"));
    assert_eq!(merged, measurements(&dir.path().join("whole.json")));
}

/// A change that makes photos worse fails the job, its fix passes it; both leave their summary and reports.
#[test]
fn the_workflow_files_gate_a_change() {
    let github: Yaml = serde_yaml_ng::from_str(&docs("ci/github.yml")).unwrap();
    let gitlab: Yaml = serde_yaml_ng::from_str(&docs("ci/gitlab.yml")).unwrap();
    let of_github = commands(&github["jobs"]["accuracy"], "");
    let of_gitlab: Vec<String> = gitlab["accuracy"]["script"]
        .as_sequence()
        .unwrap()
        .iter()
        .map(|line| line.as_str().unwrap().to_owned())
        .collect();
    for (system, lines) in [("github", of_github), ("gitlab", of_gitlab)] {
        let dir = prepared();
        let dir = dir.path();
        let measuring = lines
            .iter()
            .find(|line| line.contains("measure-bench --dir"))
            .unwrap();
        run(dir, measuring);
        for name in WORSENED {
            spoil_labels(dir, name);
        }
        let output = shell(dir, measuring);
        assert_eq!(output.status.code(), Some(3), "{system}: {output:?}");
        assert!(
            std::fs::read_to_string(dir.join("junit.xml"))
                .unwrap()
                .contains("<failure")
        );
        for line in lines.iter().filter(|line| *line != measuring) {
            run(dir, line);
        }
        for name in WORSENED {
            restore_labels(dir, name);
        }
        run(dir, measuring);
    }
}

/// The long options that a text names, without their values.
fn options(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != '-'))
        .filter_map(|word| word.split('=').next())
        // Rules of tables are dashes alone.
        .filter(|word| word.starts_with("--") && word.contains(|c: char| c.is_ascii_lowercase()))
}

/// What the tests cannot run, for want of the engine, names at least options that exist.
#[test]
fn the_pages_name_only_options_that_exist() {
    let program = assert_cmd::cargo::cargo_bin("measure-bench");
    let help = |arguments: &[&str]| {
        let output = Command::new(&program).args(arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let helps = help(&["--help"]) + &help(&["merge", "--help"]);
    let known: BTreeSet<&str> = options(&helps).collect();
    let of_other_programs = [
        "--array",
        "--dependency",
        "--wrap",
        "--jobs",
        "--sshlogin",
        "--return",
        "--cpus-per-task",
        "--mem",
        "--requeue",
        "--user",
        "--release",
        "--example",
        "--kind",
        "--rooms",
        "--seed",
    ];
    let mut seen = 0;
    for page in [
        "reference.md",
        "many-photos.md",
        "accuracy.md",
        "ci/README.md",
        "ci/github.yml",
        "ci/gitlab.yml",
    ] {
        for option in options(&docs(page)) {
            seen += 1;
            assert!(
                known.contains(option) || of_other_programs.contains(&option),
                "{option} in {page}"
            );
        }
    }
    assert!(seen > 20);
}
