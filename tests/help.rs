//! What `--help` promises: every example runs as it stands, every shell gets its completions, every command its page.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set itself up has failed"
)]

mod common;

use std::path::Path;
use std::process::Command;

use common::{fixtures, repository_with_folder};

fn output(arguments: &[&str]) -> String {
    let program = assert_cmd::cargo::cargo_bin("measure-bench");
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The commands beside measuring, as the help lists them.
fn commands() -> Vec<String> {
    let help = output(&["--help"]);
    let (_, rest) = help.split_once("Commands:").unwrap();
    rest.lines()
        .skip(1)
        .take_while(|line| !line.trim().is_empty())
        .filter_map(|line| line.strip_prefix("  "))
        .filter_map(|line| {
            line.split_whitespace()
                .next()
                .filter(|_| !line.starts_with(' '))
        })
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

/// The lines under "Examples:" that are commands.
fn examples(help: &str) -> Vec<String> {
    help.lines()
        .filter_map(|line| line.strip_prefix("  "))
        .filter(|line| line.starts_with("measure-bench "))
        .map(str::to_owned)
        .collect()
}

/// Runs a line in a shell, with the program under its name.
fn run(dir: &Path, line: &str) {
    let program = assert_cmd::cargo::cargo_bin("measure-bench");
    let path = format!(
        "{}:{}",
        program.parent().unwrap().display(),
        std::env::var("PATH").unwrap()
    );
    let output = Command::new("sh")
        .args(["-e", "-c", line])
        .current_dir(dir)
        .env("PATH", path)
        .output()
        .unwrap();
    assert!(output.status.success(), "{line}: {output:?}");
}

/// What the examples presuppose: photos with maps and truth, and reports to work on.
fn prepared() -> tempfile::TempDir {
    let dir = repository_with_folder();
    let at = |name: &str| dir.path().join(name);
    std::fs::rename(at("labels"), at("maps")).unwrap();
    std::fs::copy(
        fixtures().join("../ground_truth.json"),
        at("corrected.json"),
    )
    .unwrap();
    let measuring = "measure-bench --dir photos --labels maps --ground-truth truth.json -q";
    for save in [
        "--save report.json",
        "--save old.json",
        "--save new.json",
        "--shard 2/2 --save part2.json",
    ] {
        run(dir.path(), &format!("{measuring} {save}"));
    }
    run(
        dir.path(),
        &format!("{measuring} --shard 1/2 --save part1.json"),
    );
    dir
}

#[test]
fn every_example_runs_as_it_stands() {
    let dir = prepared();
    let names = commands();
    assert!(names.len() >= 8, "{names:?}");
    // Those of merging first: an example of measuring writes a first part of its own.
    for name in &names {
        let found = examples(&output(&[name, "--help"]));
        assert!(!found.is_empty(), "{name} --help has no example");
        for line in found {
            run(dir.path(), &line);
        }
    }
    for line in examples(&output(&["--help"])) {
        run(dir.path(), &line);
    }
}

#[test]
fn completions_and_pages_know_every_command() {
    let names = commands();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = output(&["completions", shell]);
        for name in &names {
            assert!(script.contains(name.as_str()), "{shell}: {name}");
        }
        assert!(script.contains("max-width-mape"), "{shell}");
    }
    let page = output(&["man"]);
    assert!(page.starts_with(".ie") || page.contains(".TH"), "roff");
    assert!(page.contains("max\\-width\\-mape"));
    for name in &names {
        assert!(output(&["man", name]).contains(".SH SYNOPSIS"), "{name}");
    }
}
