//! The fixtures measured by the real binary, against what it made of them when they were last looked at.
//!
//! Two files in `fixtures/golden`: one with true labels, which holds the geometry still, and one with the bundled model, which
//! holds the whole chain. Processors round differently, so lengths may move by `TOLERANCE_PERCENT`, and where a few cells of the
//! network's map decide between two rooms, `UNSETTLED` photos may be measured otherwise. After a wanted change, record both anew
//! and look at the difference:
//!
//!     GOLDEN=record cargo test --test golden

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot set itself up has failed"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a rounding of another processor may do to a length.
const TOLERANCE_PERCENT: f64 = 3.0;
/// How many photos the network's rounding may tip.
const UNSETTLED: usize = 2;

/// What is held still of one photo.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Golden {
    status: String,
    wall_width_cm: Option<f64>,
    wall_height_cm: Option<f64>,
    width_is_lower_bound: bool,
}

impl Golden {
    fn of(result: &Value) -> Self {
        let rounded = |key: &str| result[key].as_f64().map(|cm| (cm * 10.0).round() / 10.0);
        Self {
            status: result["status"].as_str().unwrap().to_owned(),
            wall_width_cm: rounded("wallWidthCm"),
            wall_height_cm: rounded("wallHeightCm"),
            width_is_lower_bound: result["widthIsLowerBound"].as_bool().unwrap_or(false),
        }
    }

    /// What differs from `now` by more than rounding.
    fn differences(&self, now: &Self) -> Vec<String> {
        let mut found = Vec::new();
        if self.status != now.status {
            found.push(format!("status {} -> {}", self.status, now.status));
        }
        if self.width_is_lower_bound != now.width_is_lower_bound {
            found.push(format!(
                "lower bound {} -> {}",
                self.width_is_lower_bound, now.width_is_lower_bound
            ));
        }
        let lengths = [
            ("width", self.wall_width_cm, now.wall_width_cm),
            ("height", self.wall_height_cm, now.wall_height_cm),
        ];
        for (name, before, after) in lengths {
            let alike = match (before, after) {
                (Some(before), Some(after)) => {
                    (after / before - 1.0).abs() * 100.0 <= TOLERANCE_PERCENT
                }
                (None, None) => true,
                _ => false,
            };
            if !alike {
                found.push(format!("{name} {before:?} -> {after:?} cm"));
            }
        }
        found
    }
}

fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Measures all fixtures with `arguments` added.
fn measure(arguments: &[&str]) -> BTreeMap<String, Golden> {
    let output = Command::cargo_bin("measure-bench")
        .unwrap()
        .current_dir(repository())
        .env_remove("MEASURE_MODEL")
        .args(["--no-config", "--quiet", "--dir", "fixtures"])
        .args(["--device", "cpu", "--summary", "json"])
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    report["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| {
            (
                result["file"].as_str().unwrap().to_owned(),
                Golden::of(result),
            )
        })
        .collect()
}

/// Fails when more than `unsettled` photos differ from the recording.
fn compare(name: &str, now: &BTreeMap<String, Golden>, unsettled: usize) {
    let path = repository().join("fixtures/golden").join(name);
    if std::env::var("GOLDEN").is_ok_and(|value| value == "record") {
        record(&path, now);
        return;
    }
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; record it first", path.display()));
    let before: BTreeMap<String, Golden> = serde_json::from_str(&text).unwrap();
    assert_eq!(
        before.keys().collect::<Vec<_>>(),
        now.keys().collect::<Vec<_>>()
    );
    let changed: Vec<String> = before
        .iter()
        .map(|(file, golden)| (file, golden.differences(&now[file])))
        .filter(|(_, differences)| !differences.is_empty())
        .map(|(file, differences)| format!("{file}: {}", differences.join(", ")))
        .collect();
    assert!(
        changed.len() <= unsettled,
        "{name}:\n{}",
        changed.join("\n")
    );
}

fn record(path: &Path, now: &BTreeMap<String, Golden>) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let text = serde_json::to_string_pretty(now).unwrap();
    std::fs::write(path, text + "\n").unwrap();
}

#[test]
fn geometry_measures_the_fixtures_as_recorded() {
    compare(
        "true_labels.json",
        &measure(&["--labels", "fixtures/labels"]),
        0,
    );
}

#[test]
fn the_bundled_model_measures_the_fixtures_as_recorded() {
    compare("bundled_model.json", &measure(&[]), UNSETTLED);
}
