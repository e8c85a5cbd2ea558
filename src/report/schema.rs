//! The report: the one serialisable result of a run. Every other form of output is a pure function of it.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::comparison::{Comparison, PhotoChange};
use super::gate_outcome::{GateOutcome, Verdict};
use crate::photo_result::PhotoResult;
use crate::score::metrics::Metrics;
use crate::segment::{Operators, SegmenterInfo, Skipped};

/// Version of the form below; readers refuse what is newer.
pub const SCHEMA_VERSION: u32 = 1;

/// A run and everything that came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// When the run ended, RFC 3339, UTC.
    pub generated_at: String,
    /// This program.
    pub tool: Tool,
    /// The machine.
    pub environment: Environment,
    /// What segmented.
    pub model: Model,
    /// What was asked for, as far as it bears on the results.
    pub options: RunOptions,
    /// One entry a photo, in natural order.
    pub results: Vec<PhotoResult>,
    /// Scores over all photos.
    pub metrics: Metrics,
    /// What had no partner, where there is ground truth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unmatched: Option<Unmatched>,
    /// Limits that the run was held to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gates: Vec<GateOutcome>,
    /// What changed since the baseline, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Comparison>,
    /// The run was ended early: photos are missing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub interrupted: bool,
}

impl Report {
    /// What became of photos since the baseline, by their identities; nothing without one.
    #[must_use]
    pub fn changes(&self) -> HashMap<&str, &PhotoChange> {
        let photos = self.comparison.iter().flat_map(|c| &c.photos);
        photos.map(|photo| (photo.file.as_str(), photo)).collect()
    }

    /// The gates that were missed on the account of single photos, by the photos' identities.
    #[must_use]
    pub fn missed_gates(&self) -> HashMap<&str, Vec<&GateOutcome>> {
        let mut missed: HashMap<&str, Vec<&GateOutcome>> = HashMap::new();
        for gate in &self.gates {
            if gate.verdict == Verdict::Missed {
                for file in &gate.photos {
                    missed.entry(file.as_str()).or_default().push(gate);
                }
            }
        }
        missed
    }
}

/// The program that wrote a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Tool {
    /// `measure-bench`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The commit it was built from, where that is known.
    pub commit: Option<String>,
}

impl Tool {
    /// This build.
    #[must_use]
    pub fn this() -> Self {
        Self {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            commit: option_env!("MEASURE_BENCH_COMMIT").map(str::to_owned),
        }
    }
}

/// The machine that measured.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Environment {
    /// Operating system and architecture.
    pub os: String,
    /// Processor, where the system tells; `several` in a report of unlike machines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu: Option<String>,
    /// Logical processors; absent in a report of unlike machines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cores: Option<usize>,
    /// Memory, MB, where the system tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_mb: Option<u64>,
    /// Version of ONNX Runtime, where it ran.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub onnx_runtime: Option<String>,
    /// Execution provider that ran the network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// Operators that the device left to the processor, with the number of their nodes.
    #[serde(skip_serializing_if = "Operators::is_empty")]
    pub operators_on_cpu: Operators,
    /// Devices that `auto` passed over, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub skipped_devices: Vec<Skipped>,
}

/// What turned pixels into labels.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Model {
    /// The model's name, or `labels` for given label maps.
    pub name: String,
    /// Hash of the model file, hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// How a photo is scaled for the network, in words.
    pub input_policy: String,
    /// Checkpoint or training run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<serde_json::Value>,
    /// Number format of the weights.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub precision: Option<String>,
}

impl From<SegmenterInfo> for Model {
    fn from(info: SegmenterInfo) -> Self {
        Self {
            name: info.name,
            sha256: info.sha256,
            input_policy: info.input_policy,
            source: info.source,
            precision: info.precision,
        }
    }
}

/// The options that bear on what a run yields.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct RunOptions {
    /// Geometry.
    pub estimator: String,
    /// Execution provider asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// Long side of the network's input, px; absent for the model's own policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub long_side: Option<u32>,
    /// Label maps in place of a network.
    pub labels: bool,
    /// Known camera height for all photos, cm.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub camera_height_cm: Option<f64>,
    /// Known ceiling height for all photos, cm.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ceiling_height_cm: Option<f64>,
    /// Known horizontal field of view for all photos, degrees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fov_deg: Option<f64>,
    /// Photos with values of their own from `--known`.
    #[serde(skip_serializing_if = "is_zero")]
    pub known_photos: usize,
    /// Steps after the network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post_processing: Option<String>,
    /// What stands in for a failed segmentation.
    pub fallback: String,
    /// Measurements of each photo, for timing.
    pub repeat: u32,
    /// Network runs before the first photo.
    pub warmup: u32,
    /// Decoding workers.
    pub jobs: usize,
    /// Threads of one inference; absent for the runtime's choice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threads: Option<usize>,
    /// Most photos of one inference; absent for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch: Option<usize>,
    /// The part of the photos that was measured, `I/N`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shard: Option<String>,
}

impl RunOptions {
    /// What bears on the results: not who measures which photo, how many are decoded at a time and with how many threads. Of what is known of
    /// single photos there is only a number here, which shards do not share.
    #[must_use]
    pub fn bearing_on_results(&self) -> Self {
        Self {
            shard: None,
            jobs: 0,
            threads: None,
            warmup: 0,
            known_photos: 0,
            ..self.clone()
        }
    }
}

fn is_zero(n: &usize) -> bool {
    *n == 0
}

/// Photos and truth without a partner.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Unmatched {
    /// Photos that the ground truth does not name.
    pub photos_without_truth: Vec<String>,
    /// Entries that no photo matches.
    pub entries_without_photo: Vec<String>,
}
