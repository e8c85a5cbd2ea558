//! What an estimator returns: values with intervals, and the evidence behind them.

use serde::{Deserialize, Serialize};

use super::Warning;
use crate::geometry::camera::{FocalSource, GravitySource};
use crate::geometry::side::Side;

/// A length with its 80 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The estimate, cm.
    pub cm: f64,
    /// Ends of the interval that holds the truth in 80 % of photos, cm; `None` where the estimator states none.
    pub interval_cm: Option<[f64; 2]>,
}

/// One photo's measurement. Every number is finite; what could not be had is `None`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Measurement {
    /// Width of the full opposite wall, also when an end lies outside the frame; `None` is a refusal.
    pub wall_width: Option<Estimate>,
    /// Height of the opposite wall at its highest visible point.
    pub wall_height: Option<Estimate>,
    /// Height at the lowest point of its top, where the ceiling slopes, cm.
    pub min_height_cm: Option<f64>,
    /// Width of the part of the wall inside the frame, cm.
    pub visible_width_cm: Option<f64>,
    /// The wall goes on past the frame or past what can be told from it.
    pub width_is_lower_bound: bool,
    /// Windows on the opposite wall, left to right.
    pub windows: Vec<WindowEstimate>,
    /// In a corner view, the other wall that is seen.
    pub adjacent_wall: Option<AdjacentWall>,
    /// 0-100, of a width; how it follows from the interval is documented where it is computed.
    pub confidence_pct: Option<f64>,
    /// What the reader must know before trusting the numbers, without repeats.
    pub warnings: Vec<Warning>,
    /// The fitted camera.
    pub camera: Option<CameraEstimate>,
    /// Every piece of evidence for the scale, and what checks it.
    pub evidence: Vec<Evidence>,
    /// How well the fitted box explains the label map.
    pub fit: Option<FitQuality>,
    /// What to draw on the overlay.
    pub outline: Outline,
}

/// How far the label map is from the fitted box's.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FitQuality {
    /// Share of the cells of wall, floor and ceiling that the box shows as another of the three, 0-1.
    pub mismatch: f64,
    /// Share of the contacts that lie on none of the box's edges, 0-1.
    pub rejected_contacts: f64,
    /// Root mean square distance of the other contacts from the box's edges, px of the full-size photo; `None` without any.
    pub residual_px: Option<f64>,
    /// Share of the columns with wall in which something hides its lower end, 0-1.
    pub hidden_base: f64,
}

impl Measurement {
    /// A refusal: no number, and why.
    #[must_use]
    pub fn refused(warnings: impl IntoIterator<Item = Warning>) -> Self {
        Self {
            warnings: warnings.into_iter().collect(),
            ..Self::default()
        }
    }
}

/// A window on the opposite wall.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WindowEstimate {
    /// Width, cm.
    pub width_cm: f64,
    /// Height, cm.
    pub height_cm: f64,
    /// Height of its lower edge above the floor, cm.
    pub sill_cm: Option<f64>,
    /// Distance from the wall's left end to the window's left edge, cm; `None` where either is out of view.
    pub left_cm: Option<f64>,
    /// It goes on past the picture's border or behind a nearer wall: its sizes are those of the part in view, and edges out of view
    /// have no position.
    #[serde(default)]
    pub is_cut: bool,
}

/// A side wall that a corner view shows at nearly the opposite wall's angle. It is as high as that one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdjacentWall {
    /// Where it meets the opposite wall.
    pub side: Side,
    /// Full width, cm.
    pub width_cm: f64,
    /// Ends of the interval that holds the truth in 80 % of photos, cm.
    pub width_interval_cm: [f64; 2],
    /// Width of the part inside the frame, cm.
    pub visible_width_cm: Option<f64>,
    /// It goes on past the frame.
    pub width_is_lower_bound: bool,
}

/// The camera, as given and as fitted to the room.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CameraEstimate {
    /// Focal length as its source gives it, px of the full-size photo.
    pub focal_px: f64,
    /// Where the focal length comes from.
    pub focal_source: FocalSource,
    /// What the fit to the room made of the focal length, px; `None` where nothing is fitted.
    pub fitted_focal_px: Option<f64>,
    /// Positive when the camera looks up, degrees.
    pub pitch_deg: f64,
    /// Positive when the picture's content turns clockwise, degrees.
    pub roll_deg: f64,
    /// Of the opposite wall, 0 when frontal, degrees.
    pub yaw_deg: Option<f64>,
    /// Where the direction of gravity comes from.
    pub gravity_source: GravitySource,
    /// Height of the lens above the floor, cm.
    pub height_cm: Option<f64>,
}

/// What tells the scale of a room, or checks it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceKind {
    /// The height at which cameras usually are.
    CameraHeightPrior,
    /// The camera's height, given by the user.
    CameraHeightKnown,
    /// The usual height of level ceilings.
    CeilingPrior,
    /// The usual height of the highest point of ceilings that slope.
    SlopedCeilingPrior,
    /// The room's height, given by the user.
    CeilingKnown,
    /// A door.
    Door,
    /// A window's sill; only checks.
    Sill,
    /// A worktop; only checks.
    Counter,
}

/// One piece of evidence for the scale of the room.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// What it is.
    pub kind: EvidenceKind,
    /// Its scale-free ratio to the camera height.
    pub ratio: f64,
    /// The camera height that it implies, cm: by the component of its mixture that speaks here.
    pub camera_height_cm: f64,
    /// Standard deviation of the logarithm of that.
    pub sigma_ln: f64,
    /// Its share of the fused estimate's precision, 0-1.
    pub weight: f64,
}

/// Geometry to draw over the photo, px of the full-size photo as displayed; every list may be empty.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outline {
    /// The opposite wall, clockwise from the upper left corner; corners may lie outside the photo.
    pub wall: Vec<[f64; 2]>,
    /// Edges of the other fitted walls, from-to.
    pub edges: Vec<[[f64; 2]; 2]>,
    /// Points of wall-floor and wall-ceiling contact that the fit used.
    pub inliers: Vec<[f64; 2]>,
    /// Those that it rejected.
    pub outliers: Vec<[f64; 2]>,
    /// Line segments that the fit used as verticals.
    pub verticals: Vec<[[f64; 2]; 2]>,
    /// The horizon, from-to.
    pub horizon: Option<[[f64; 2]; 2]>,
    /// Vanishing points of the box's edges: along the opposite wall, towards it, and of the verticals. Those of edges that are
    /// parallel in the picture are left out.
    pub vanishing_points: Vec<[f64; 2]>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_evidence_are_the_words_that_scripts_look_for() {
        for (kind, word) in [
            (EvidenceKind::CameraHeightPrior, "camera_height_prior"),
            (EvidenceKind::CameraHeightKnown, "camera_height_known"),
            (EvidenceKind::CeilingPrior, "ceiling_prior"),
            (EvidenceKind::SlopedCeilingPrior, "sloped_ceiling_prior"),
            (EvidenceKind::CeilingKnown, "ceiling_known"),
            (EvidenceKind::Door, "door"),
            (EvidenceKind::Sill, "sill"),
            (EvidenceKind::Counter, "counter"),
        ] {
            assert_eq!(serde_json::to_value(kind).unwrap(), word);
        }
    }
}
