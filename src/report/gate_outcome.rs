//! What came of a gate: the part of a report that says it.

use serde::{Deserialize, Serialize};

/// What came of one gate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GateOutcome {
    /// The option without its dashes, with what it was applied to.
    pub gate: String,
    /// The limit as given.
    pub limit: String,
    /// What was found; absent when nothing could be computed.
    pub actual: Option<String>,
    /// Held or missed.
    pub verdict: Verdict,
    /// Photos that missed it, where it is about single photos.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<String>,
    /// Why it was skipped, or could not be computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Whether a gate held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub enum Verdict {
    Held,
    Missed,
    Skipped,
}
