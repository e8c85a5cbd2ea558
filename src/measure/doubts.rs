//! What speaks against a measurement: how badly the box fits, and the warnings that follow.

use super::areas::{FINE_SAMPLES, cells_on, mismatch};
use super::boundaries::Boundaries;
use super::box_fit::BoxProblem;
use super::hypotheses::{CORNER_VIEW, Hypothesis};
use super::reading::Reading;
use super::surfaces::SurfaceMap;
use super::tilt::Tilt;
use super::{Evidence, FitQuality, Observation, Warning, checks};
use crate::ade20k::{MIRROR, is_window};
use crate::geometry::room_box::{Level, RoomBox, Wall, parameter::YAW};

/// Shares that label maps of boxes do not exceed: cells of another surface, contacts on no edge, columns with a hidden base.
const USUAL: [f64; 3] = [0.007, 0.1, 0.3];
/// Standard deviation of a ratio's logarithm for each unit above them, from rooms of all kinds with true and with predicted
/// labels, and the most that it may become.
const SIGMA_PER_UNIT: [f64; 3] = [5.6, 0.63, 0.08];
const MOST_SIGMA: f64 = 0.5;
/// The same where walls hide others: what is taken for one wall may be parts of two.
const OCCLUDED_SIGMA: f64 = 0.1;
/// From this standard deviation on the room is said not to be a box.
const NOT_A_BOX_SIGMA: f64 = 0.12;
/// A base is occluded when this share of its columns is.
const OCCLUDED: f64 = 0.85;
/// Camera heights outside are unusual, cm.
const USUAL_CAMERA_CM: [f64; 2] = [122.0, 178.0];
/// Shares of the opposite wall from which a mirror, or windows, may stand for it.
const MIRROR_SHARE: f64 = 0.25;
const WINDOW_SHARE: f64 = 0.7;
/// Below this confidence a measurement is hardly one.
const LOW_CONFIDENCE_PCT: f64 = 40.0;

/// Compares the label map with the box.
#[must_use]
pub fn fit_quality(problem: &BoxProblem, map: &SurfaceMap, room: &RoomBox) -> FitQuality {
    let (mut rejected, mut used, mut squares) = (0.0, 0.0, 0.0);
    for judged in problem.judged_contacts(room) {
        let (weight, distance) = (judged.contact.weight, judged.distance_px);
        if judged.off {
            rejected += weight;
        } else {
            used += weight;
            squares += weight * distance * distance;
        }
    }
    let all: f64 = rejected + used;
    let floor = problem.boundaries.floor;
    FitQuality {
        mismatch: mismatch(room, map, FINE_SAMPLES),
        rejected_contacts: rejected / all.max(f64::MIN_POSITIVE),
        residual_px: (used > 0.0).then(|| (squares / used).sqrt()),
        hidden_base: floor.hidden as f64 / (floor.hidden + floor.open).max(1) as f64,
    }
}

/// How much the ratios of a room that is not quite a box are to be doubted: a standard deviation of their logarithms.
#[must_use]
pub fn misfit_sigma(fit: &FitQuality, occluded: bool) -> f64 {
    let shares = [fit.mismatch, fit.rejected_contacts, fit.hidden_base];
    let square: f64 = shares
        .into_iter()
        .zip(USUAL)
        .zip(SIGMA_PER_UNIT)
        .map(|((share, usual), slope)| (slope * (share - usual).max(0.0)).powi(2))
        .sum();
    let doubt = if occluded { OCCLUDED_SIGMA } else { 0.0 };
    square.sqrt().hypot(doubt).min(MOST_SIGMA)
}

/// What the warnings are about.
pub struct Findings<'a> {
    /// The photo.
    pub observation: &'a Observation<'a>,
    /// The camera's tilt, as known before.
    pub tilt: &'a Tilt,
    /// Its label map.
    pub map: &'a SurfaceMap,
    /// Where its walls end.
    pub boundaries: &'a Boundaries,
    /// The box.
    pub hypothesis: &'a Hypothesis,
    /// What it says in centimetres.
    pub reading: &'a Reading,
    /// How well it fits.
    pub fit: FitQuality,
    /// What else has a usual height.
    pub checks: &'a [Evidence],
    /// Walls hide other walls.
    pub occluded: bool,
    /// The ceiling slopes.
    pub sloped: bool,
    /// Camera height, cm.
    pub camera_cm: Option<f64>,
    /// Of the width; `None` when it is refused.
    pub confidence_pct: Option<f64>,
}

/// The warnings of a measurement.
#[must_use]
pub fn warnings(f: &Findings) -> Vec<Warning> {
    let sees = |level: Level| f.boundaries.contacts.iter().any(|c| c.level == level);
    let [left_seen, right_seen] = f.hypothesis.ends_visible;
    let room = f.hypothesis.room();
    let [low, high] = USUAL_CAMERA_CM;
    let found = [
        (f.observation.gravity.is_none(), Warning::GravityMissing),
        (f.tilt.conflict, Warning::GravityConflict),
        (!sees(Level::Floor), Warning::FloorLineMissing),
        (f.fit.hidden_base > OCCLUDED, Warning::FloorLineOccluded),
        (!sees(Level::Ceiling), Warning::CeilingLineMissing),
        (
            !f.reading.height_told && f.observation.known.ceiling_height_cm.is_none(),
            Warning::HeightFromPrior,
        ),
        (!left_seen, Warning::LeftEndCut),
        (!right_seen, Warning::RightEndCut),
        (!(left_seen && right_seen), Warning::WidthIsLowerBound),
        (
            f.reading.scale.conflict
                || f.camera_cm
                    .is_some_and(|cm| checks::contradict(f.checks, cm)),
            Warning::ScaleConflict,
        ),
        (
            f.camera_cm.is_some_and(|cm| !(low..=high).contains(&cm)),
            Warning::CameraHeightUnusual,
        ),
        (f.sloped, Warning::CeilingNotParallel),
        (room.0[YAW].abs() > CORNER_VIEW, Warning::MultipleWalls),
        (
            f.occluded || (!f.sloped && misfit_sigma(&f.fit, false) > NOT_A_BOX_SIGMA),
            Warning::NotABox,
        ),
        (
            is_mirror_or_window(f.map, &room),
            Warning::MirrorOrWindowAmbiguity,
        ),
        (f.reading.door_rejected, Warning::DoorScaleRejected),
        (
            f.confidence_pct.is_none_or(|pct| pct < LOW_CONFIDENCE_PCT),
            Warning::LowConfidence,
        ),
    ];
    found
        .into_iter()
        .filter_map(|(holds, warning)| holds.then_some(warning))
        .collect()
}

/// Whether most of the opposite wall is glass, in which another room may be seen.
fn is_mirror_or_window(map: &SurfaceMap, room: &RoomBox) -> bool {
    let cells = |wanted: fn(u8) -> bool| {
        cells_on(room, Wall::Opposite, map, |x, y| wanted(map.class(x, y))) as f64
    };
    let all = cells(|_| true);
    cells(|class| class == MIRROR) > MIRROR_SHARE * all || cells(is_window) > WINDOW_SHARE * all
}
