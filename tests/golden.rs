//! The fixtures measured by the real binary, against what it made of them when they were last looked at, and against their truth.
//!
//! Two files in `fixtures/golden`: one with true labels, which holds the geometry still, and one with the bundled model, which
//! holds the whole chain. Processors round differently, so a length may move a little, more where a network is between; all
//! together they may not move one way. Where a few cells of the network's map decide between two rooms, some photos may be
//! measured otherwise. After a wanted change, record both anew and look at the difference:
//!
//!     GOLDEN=record cargo test --test golden
//!
//! A recording says nothing of whether it is right, and it is made anew: limits on the errors stand here, some points above what
//! is reached, so that they tell a loss and are no aims.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot set itself up has failed"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use assert_cmd::Command;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How far a run may be from its recording.
struct Limits {
    /// What the rounding of another processor may do to one length, percent.
    length_percent: f64,
    /// What it may do to all widths or all heights together: the mean of `ln(after / before)`, percent.
    mean_percent: f64,
    /// How many photos the network's rounding may tip.
    unsettled: usize,
}

const TRUE_LABELS: Limits = Limits {
    length_percent: 0.5,
    mean_percent: 0.3,
    unsettled: 0,
};
const BUNDLED_MODEL: Limits = Limits {
    length_percent: 3.0,
    mean_percent: 1.5,
    unsettled: 2,
};
/// How far even a photo that is tipped may move, percent.
const TIPPED_PERCENT: f64 = 60.0;
/// For [`Details`].
const DETAIL_PERCENT: f64 = 1.0;

/// What is held still of one photo.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Golden {
    status: String,
    wall_width_cm: Option<f64>,
    wall_height_cm: Option<f64>,
    width_is_lower_bound: bool,
    /// With true labels only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    details: Option<Details>,
}

/// What hangs on single cells of the label map, and is held where that is given.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Details {
    width_interval_cm: Option<[f64; 2]>,
    height_interval_cm: Option<[f64; 2]>,
    min_height_cm: Option<f64>,
    adjacent_wall_cm: Option<f64>,
    /// Width and height of each, left to right.
    windows_cm: Vec<[f64; 2]>,
    warnings: BTreeSet<String>,
}

fn rounded(cm: &Value) -> Option<f64> {
    cm.as_f64().map(|cm| (cm * 10.0).round() / 10.0)
}

fn pair(first: &Value, second: &Value) -> Option<[f64; 2]> {
    Some([rounded(first)?, rounded(second)?])
}

/// Whether as many lengths are there, each within `percent`.
fn alike(before: &[f64], now: &[f64], percent: f64) -> bool {
    before.len() == now.len()
        && before
            .iter()
            .zip(now)
            .all(|(before, now)| (now / before - 1.0).abs() * 100.0 <= percent)
}

impl Details {
    fn of(result: &Value) -> Self {
        let interval = |key: &str| pair(&result[key][0], &result[key][1]);
        let windows = result["windows"].as_array().unwrap().iter();
        let warnings = result["warnings"].as_array().unwrap().iter();
        Self {
            width_interval_cm: interval("widthIntervalCm"),
            height_interval_cm: interval("heightIntervalCm"),
            min_height_cm: rounded(&result["minHeightCm"]),
            adjacent_wall_cm: rounded(&result["adjacentWall"]["widthCm"]),
            windows_cm: windows
                .map(|window| pair(&window["widthCm"], &window["heightCm"]).unwrap())
                .collect(),
            warnings: warnings
                .map(|warning| warning.as_str().unwrap().to_owned())
                .collect(),
        }
    }

    fn lengths(&self) -> [(&'static str, &[f64]); 5] {
        [
            (
                "width's interval",
                self.width_interval_cm.as_slice().as_flattened(),
            ),
            (
                "height's interval",
                self.height_interval_cm.as_slice().as_flattened(),
            ),
            ("lowest height", self.min_height_cm.as_slice()),
            ("adjacent wall", self.adjacent_wall_cm.as_slice()),
            ("windows", self.windows_cm.as_flattened()),
        ]
    }

    fn differences(&self, now: &Self) -> Vec<String> {
        let mut found = Vec::new();
        for ((name, before), (_, now)) in self.lengths().into_iter().zip(now.lengths()) {
            if !alike(before, now, DETAIL_PERCENT) {
                found.push(format!("{name} {before:?} -> {now:?} cm"));
            }
        }
        if self.warnings != now.warnings {
            found.push(format!(
                "warnings {:?} -> {:?}",
                self.warnings, now.warnings
            ));
        }
        found
    }
}

impl Golden {
    fn of(result: &Value, detailed: bool) -> Self {
        Self {
            status: result["status"].as_str().unwrap().to_owned(),
            wall_width_cm: rounded(&result["wallWidthCm"]),
            wall_height_cm: rounded(&result["wallHeightCm"]),
            width_is_lower_bound: result["widthIsLowerBound"].as_bool().unwrap_or(false),
            details: detailed.then(|| Details::of(result)),
        }
    }

    fn sizes(&self) -> [(&'static str, Option<f64>); 2] {
        [
            ("width", self.wall_width_cm),
            ("height", self.wall_height_cm),
        ]
    }

    /// Sizes that are other by more than `percent`, or there on one side only.
    fn resized(&self, now: &Self, percent: f64) -> Vec<String> {
        let mut found = Vec::new();
        for ((name, before), (_, now)) in self.sizes().into_iter().zip(now.sizes()) {
            if !alike(before.as_slice(), now.as_slice(), percent) {
                found.push(format!("{name} {before:?} -> {now:?} cm"));
            }
        }
        found
    }

    /// What differs from `now` by more than rounding, which moves sizes by `percent`.
    fn differences(&self, now: &Self, percent: f64) -> Vec<String> {
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
        found.extend(self.resized(now, percent));
        match (&self.details, &now.details) {
            (Some(before), Some(now)) => found.extend(before.differences(now)),
            (None, None) => {}
            _ => found.push("the recording is of another form: record it anew".to_owned()),
        }
        found
    }
}

/// All fixtures measured.
struct Run {
    golden: BTreeMap<String, Golden>,
    metrics: Value,
}

static WITH_TRUE_LABELS: LazyLock<Run> =
    LazyLock::new(|| measure(&["--labels", "fixtures/labels"], true));
static WITH_THE_BUNDLED_MODEL: LazyLock<Run> = LazyLock::new(|| measure(&[], false));

fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Measures all fixtures with `arguments` added.
fn measure(arguments: &[&str], detailed: bool) -> Run {
    let output = Command::cargo_bin("measure-bench")
        .unwrap()
        .current_dir(repository())
        .env_remove("MEASURE_MODEL")
        .env_remove("M2F_LONG_SIDE")
        .env_remove("MEASURE_CAMERA_HEIGHT_CM")
        .env_remove("MEASURE_CEILING_HEIGHT_CM")
        .env_remove("MEASURE_DEFAULT_FOV_DEG")
        .args(["--no-config", "--quiet", "--dir", "fixtures"])
        .args(["--ground-truth", "ground_truth.json"])
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
    let golden = report["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| {
            (
                result["file"].as_str().unwrap().to_owned(),
                Golden::of(result, detailed),
            )
        })
        .collect();
    Run {
        golden,
        metrics: report["metrics"].clone(),
    }
}

/// Fails when photos differ from the recording by more than `limits` let them.
fn compare(name: &str, now: &BTreeMap<String, Golden>, limits: &Limits) {
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
    let (mut settled, mut changed, mut lost) = (Vec::new(), Vec::new(), Vec::new());
    for (file, before) in &before {
        let now = &now[file];
        let differences = before.differences(now, limits.length_percent);
        if differences.is_empty() {
            settled.push((before, now));
        } else {
            let line = format!("{file}: {}", differences.join(", "));
            if before.status != now.status || !before.resized(now, TIPPED_PERCENT).is_empty() {
                lost.push(line.clone());
            }
            changed.push(line);
        }
    }
    assert!(
        changed.len() <= limits.unsettled,
        "{name}:\n{}",
        changed.join("\n")
    );
    assert!(
        lost.is_empty(),
        "{name}, more than tipped:\n{}",
        lost.join("\n")
    );
    let drift_percent = |size: fn(&Golden) -> Option<f64>| {
        let moves: Vec<f64> = settled
            .iter()
            .filter_map(|(before, now)| Some((size(now)? / size(before)?).ln()))
            .collect();
        100.0 * moves.iter().sum::<f64>() / moves.len() as f64
    };
    for (what, drift) in [
        ("widths", drift_percent(|golden| golden.wall_width_cm)),
        ("heights", drift_percent(|golden| golden.wall_height_cm)),
    ] {
        assert!(
            drift.abs() < limits.mean_percent,
            "{name}: all {what} together moved by {drift:.2} %"
        );
    }
}

fn record(path: &Path, now: &BTreeMap<String, Golden>) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let text = serde_json::to_string_pretty(now).unwrap();
    std::fs::write(path, text + "\n").unwrap();
}

/// A MAPE of `run`, percent, by its place in the metrics.
fn mape(run: &Run, place: &str) -> f64 {
    let value = run.metrics.pointer(place).and_then(Value::as_f64);
    value.unwrap_or_else(|| panic!("no {place} in {}", run.metrics))
}

/// Every photo has its truth and is measured, and widths beat the constant guess.
fn assert_whole_and_better_than_a_guess(run: &Run) {
    let photos = run.golden.len();
    for count in ["total", "successful", "withTruth"] {
        assert_eq!(run.metrics[count], photos, "{count}");
    }
    let [measured, guessed] =
        ["/width/mape", "/constantBaseline/widthMape"].map(|place| mape(run, place));
    assert!(measured < guessed, "{measured} %, a guess {guessed} %");
}

#[test]
fn geometry_measures_the_fixtures_as_recorded() {
    compare("true_labels.json", &WITH_TRUE_LABELS.golden, &TRUE_LABELS);
}

#[test]
fn the_bundled_model_measures_the_fixtures_as_recorded() {
    compare(
        "bundled_model.json",
        &WITH_THE_BUNDLED_MODEL.golden,
        &BUNDLED_MODEL,
    );
}

#[test]
fn geometry_is_near_the_truth() {
    let run = &WITH_TRUE_LABELS;
    assert_whole_and_better_than_a_guess(run);
    for (place, most) in [
        ("/width/mape", 8.0),
        ("/byVisibility/bothEnds/width/mape", 5.0),
        ("/height/mape", 6.0),
    ] {
        let found = mape(run, place);
        assert!(found < most, "{place}: {found} %, most {most} %");
    }
}

#[test]
fn the_bundled_model_is_near_the_truth() {
    let run = &WITH_THE_BUNDLED_MODEL;
    assert_whole_and_better_than_a_guess(run);
    let found = mape(run, "/width/mape");
    assert!(found < 17.0, "{found} %");
}
