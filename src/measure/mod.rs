//! From a label map and what is known of the camera to the opposite wall in centimetres.

mod areas;
mod blobs;
mod boundaries;
mod box_estimator;
mod box_fit;
mod box_prior;
mod checks;
mod confidence;
mod corner_edges;
mod cut_wall;
mod doors;
mod doubts;
mod histogram;
mod hypotheses;
pub mod measurement;
mod occlusion;
mod open_doors;
mod outline;
pub mod predecessor;
mod priors;
mod reading;
mod result;
mod scale;
mod slope;
mod smooth_noise;
mod surfaces;
mod tilt;
mod turn;
mod wall_ends;
mod windows;

pub use measurement::{
    AdjacentWall, CameraEstimate, Estimate, Evidence, EvidenceKind, FitQuality, Measurement,
    Outline, WindowEstimate,
};
pub use turn::turns_needed;

use crate::geometry::camera::{Focal, Gravity, ImageSize, LineSegment};
use crate::geometry::quarter_turns::QuarterTurns;
use crate::label_map::LabelMap;
use crate::warning::Warning;

/// Everything an estimator may look at. Ground truth is not among it.
#[derive(Debug, Clone)]
pub struct Observation<'a> {
    /// The label map of the photo as displayed, at network resolution or any other.
    pub labels: &'a LabelMap,
    /// Side of a cell of the masks that the labels were made of, px of the photo: what is narrower does not show in them. 0 for
    /// labels that were not made of coarser masks.
    pub mask_cell_px: f64,
    /// The displayed photo's full size; the label map covers it whole.
    pub image: ImageSize,
    /// What brings the displayed photo upright, by [`turns_needed`].
    pub turns: QuarterTurns,
    /// The focal length and its source.
    pub focal: Focal,
    /// Gravity in the displayed photo from its metadata, where there is any.
    pub gravity: Option<Gravity>,
    /// Straight edges that are near-vertical in the upright photo, px of the displayed one at full size; may be empty.
    pub segments: &'a [LineSegment],
    /// What the user knows of this room.
    pub known: Known,
}

/// Values the user knows; each replaces a prior.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Known {
    /// Height of the lens above the floor, cm.
    pub camera_height_cm: Option<f64>,
    /// Height of the room, cm.
    pub ceiling_height_cm: Option<f64>,
    /// Horizontal field of view of the upright photo, degrees. Already folded into [`Observation::focal`].
    pub fov_deg: Option<f64>,
}

/// Which geometry measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EstimatorKind {
    /// A box room fitted to the label map, with gravity and scale priors.
    Box,
    /// The formula of the system that this one replaces, for comparison; it takes every photo for upright.
    Predecessor,
}

/// Measures the opposite wall. Degenerate inputs give refusals with warnings; every number of the result is finite.
#[must_use]
pub fn estimate(kind: EstimatorKind, observation: &Observation) -> Measurement {
    match kind {
        EstimatorKind::Box => box_estimator::estimate(observation),
        EstimatorKind::Predecessor => predecessor::estimate(observation),
    }
}

#[cfg(test)]
pub(crate) mod tests;
