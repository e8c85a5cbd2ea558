//! Measures by fitting a box room: boundaries, box, scale, result.

use super::boundaries::{self, Boundaries};
use super::box_fit::{BoxPrior, BoxProblem, ln_width};
use super::confidence::confidence_pct;
use super::hypotheses::{self, Hypothesis};
use super::scale::{Histogram, Ratios, ScalePosterior};
use super::surfaces::{Cell, SurfaceMap};
use super::{
    CameraEstimate, Estimate, Measurement, Observation, Warning, cut_wall, doors, open_doors,
    outline, priors, windows,
};
use crate::geometry::attitude::Attitude;
use crate::geometry::camera::{FocalSource, GravitySource};
use crate::geometry::room_box::{
    Level, Parameters, RoomBox,
    parameter::{LEFT, LN_DISTANCE, LN_FOCAL, LN_HEIGHT, PITCH, RIGHT, ROLL, YAW},
};

/// Standard deviation of a contact's position, as a share of the picture's long side.
const CONTACT_SIGMA_SHARE: f64 = 0.004;
/// What an interval's half-width is multiplied with, from the study.
const TAU: f64 = 1.0;
/// Hypotheses whose score is worse than the best by more than this are less than 2 % likely.
const NEGLIGIBLE_SCORE: f64 = 4.0;
/// Less wall than this share of the picture is no wall.
const LEAST_WALL_SHARE: f64 = 0.002;

/// Measures the opposite wall.
#[must_use]
pub fn estimate(observation: &Observation) -> Measurement {
    let mut map = SurfaceMap::new(observation.labels, observation.image);
    open_doors::mark(&mut map);
    if map.share(|c| matches!(c, Cell::Wall | Cell::Curtain)) < LEAST_WALL_SHARE {
        return Measurement::refused([Warning::NoWall]);
    }
    let boundaries = boundaries::find(&map);
    let prior = box_prior(observation);
    let problem = BoxProblem {
        boundaries: &boundaries,
        prior: &prior,
        sigma_px: CONTACT_SIGMA_SHARE
            * f64::from(observation.image.width.max(observation.image.height)),
        corners: [None; 2],
    };
    let hypotheses = hypotheses::choose(&problem, &map);
    match hypotheses.first() {
        Some(best) => {
            let readings: Vec<Reading> = hypotheses
                .iter()
                .filter(|h| h.score < best.score + NEGLIGIBLE_SCORE)
                .map(|h| Reading::new(observation, &map, &prior, h, best.score))
                .collect();
            measure(observation, &map, &problem, best, &readings)
        }
        None => Measurement::refused([Warning::FloorLineMissing, Warning::CeilingLineMissing]),
    }
}

/// What is known of the box before the labels are read.
fn box_prior(observation: &Observation) -> BoxPrior {
    let mut mean = Parameters::zeros();
    let mut sigma = Parameters::repeat(f64::INFINITY);
    let mut set = |index: usize, [m, s]: [f64; 2]| {
        mean[index] = m;
        sigma[index] = s;
    };
    match &observation.gravity {
        Some(gravity) => {
            let attitude = Attitude::from_gravity(gravity.down);
            set(PITCH, [attitude.pitch, gravity.sigma_pitch]);
            set(ROLL, [attitude.roll, gravity.sigma_roll]);
        }
        None => {
            set(PITCH, priors::PITCH);
            set(ROLL, priors::ROLL);
        }
    }
    let focal = observation.focal;
    set(
        LN_FOCAL,
        [
            focal.px.max(1.0).ln(),
            focal.sigma_ln.max(priors::least_focal_sigma(focal.source)),
        ],
    );
    set(YAW, priors::YAW);
    set(LN_DISTANCE, priors::LN_DISTANCE);
    let (camera, camera_sigma) = match observation.known.camera_height_cm {
        Some(cm) => (cm.ln(), priors::KNOWN_SIGMA),
        None => priors::CAMERA_HEIGHT.moments(),
    };
    let (ceiling, ceiling_sigma) = match observation.known.ceiling_height_cm {
        Some(cm) => (cm.ln(), priors::KNOWN_SIGMA),
        None => priors::CEILING_HEIGHT.moments(),
    };
    set(
        LN_HEIGHT,
        [ceiling - camera, ceiling_sigma.hypot(camera_sigma)],
    );
    set(LEFT, [-priors::END_TANGENT[0], priors::END_TANGENT[1]]);
    set(RIGHT, priors::END_TANGENT);
    BoxPrior {
        mean,
        sigma,
        ln_width_mean: priors::LN_WIDTH[0],
        ln_width_sigma: priors::LN_WIDTH[1],
    }
}

/// What one hypothesis says in centimetres.
struct Reading {
    /// Its probability, up to a factor.
    weight: f64,
    cut: bool,
    door_rejected: bool,
    ends: [f64; 2],
    scale: ScalePosterior,
    visible_width: Histogram,
    full_width: Histogram,
}

impl Reading {
    fn new(
        observation: &Observation,
        map: &SurfaceMap,
        prior: &BoxPrior,
        hypothesis: &Hypothesis,
        best_score: f64,
    ) -> Self {
        let room = hypothesis.room();
        let [left, right] = visible_ends(&room, hypothesis, map);
        let doors = doors::find(map, &room);
        let mut shown = room;
        shown.0[LEFT] = left;
        shown.0[RIGHT] = right;
        // An end at the frame's border is no parameter of the fit: only the distance moves with the evidence.
        let mut width = ln_width(&shown.0);
        for (index, visible) in [LEFT, RIGHT].into_iter().zip(hypothesis.ends_visible) {
            if !visible {
                width.1[index] = 0.0;
            }
        }
        let ratios = Ratios::from_fit(
            &room.0,
            &hypothesis.minimum.equations.information,
            (prior.mean[LN_HEIGHT], prior.sigma[LN_HEIGHT]),
            width,
        );
        let scale = ScalePosterior::new(&ratios, &observation.known, &doors.ratios);
        let visible_width = scale.width();
        let span = (right - left).max(1e-6);
        let full_width = match hypothesis.ends_visible {
            [true, true] => visible_width.clone(),
            [true, false] => cut_wall::complete(&visible_width, Some(-left / span)),
            [false, true] => cut_wall::complete(&visible_width, Some(right / span)),
            [false, false] => cut_wall::complete(&visible_width, None),
        };
        Self {
            weight: (best_score - hypothesis.score).exp(),
            door_rejected: doors.rejected && doors.ratios.is_empty(),
            ends: [left, right],
            cut: hypothesis.ends_visible != [true, true],
            scale,
            visible_width,
            full_width,
        }
    }
}

fn measure(
    observation: &Observation,
    map: &SurfaceMap,
    problem: &BoxProblem,
    best: &Hypothesis,
    readings: &[Reading],
) -> Measurement {
    let room = best.room();
    let Some(first) = readings.first() else {
        return Measurement::refused([Warning::LowConfidence]);
    };
    let scale = &first.scale;
    let full_width = Histogram::mixture(readings.iter().map(|r| (r.weight, &r.full_width)));
    let total: f64 = readings.iter().map(|r| r.weight).sum();
    let cut: f64 = readings.iter().filter(|r| r.cut).map(|r| r.weight).sum();
    let width_is_lower_bound = cut > 0.5 * total;

    let wall_width = interval(&full_width);
    let wall_height = interval_of(&scale.height_cm(&[0.1, 0.5, 0.9]));
    let camera_cm = scale.camera_cm(&[0.5]).first().copied();
    Measurement {
        wall_width,
        wall_height,
        visible_width_cm: first.visible_width.quantiles(&[0.5]).first().copied(),
        width_is_lower_bound,
        confidence_pct: confidence_pct(wall_width, 1.0),
        warnings: warnings(observation, problem.boundaries, best, first),
        camera: Some(CameraEstimate {
            focal_px: observation.focal.px,
            focal_source: observation.focal.source,
            fitted_focal_px: Some(room.focal()),
            pitch_deg: room.0[PITCH].to_degrees(),
            roll_deg: room.0[ROLL].to_degrees(),
            yaw_deg: Some(room.0[YAW].to_degrees()),
            gravity_source: if observation.gravity.is_some() {
                GravitySource::Makernote
            } else {
                GravitySource::Prior
            },
            height_cm: camera_cm,
        }),
        evidence: scale.evidence.clone(),
        outline: outline::outline(problem, map, &room, first.ends),
        windows: camera_cm.map_or_else(Vec::new, |cm| windows::find(map, &room, first.ends[0], cm)),
        ..Measurement::default()
    }
}

/// Tangents of the wall's ends, or of the frame's borders where the wall goes on past them.
fn visible_ends(room: &RoomBox, hypothesis: &Hypothesis, map: &SurfaceMap) -> [f64; 2] {
    let [half_width, _] = map.half_size_px();
    let border = |x: f64, end: f64| {
        let ray = room.wall_ray([x, 0.0]);
        if ray.z > 0.0 { ray.x / ray.z } else { end }
    };
    let [left_seen, right_seen] = hypothesis.ends_visible;
    let (left, right) = (room.0[LEFT], room.0[RIGHT]);
    [
        if left_seen {
            left
        } else {
            border(-half_width, left).max(left)
        },
        if right_seen {
            right
        } else {
            border(half_width, right).min(right)
        },
    ]
}

fn interval(distribution: &Histogram) -> Option<Estimate> {
    let mut quantiles = distribution.quantiles(&[0.1, 0.5, 0.9]);
    // The least relative error of a distribution with two far peaks can lie outside its own interval.
    if let ([low, middle, high], Some(cm)) = (
        quantiles.as_mut_slice(),
        distribution.least_relative_error_cm(),
    ) {
        *middle = cm.max(*low).min(*high);
    }
    interval_of(&quantiles)
}

/// The estimate from its 10, 50 and 90 % quantiles.
fn interval_of(quantiles: &[f64]) -> Option<Estimate> {
    let &[low, cm, high] = quantiles else {
        return None;
    };
    let stretch = |end: f64| cm * (end / cm).powf(TAU);
    let estimate = Estimate {
        cm,
        interval_cm: [stretch(low), stretch(high)],
    };
    [
        estimate.cm,
        estimate.interval_cm[0],
        estimate.interval_cm[1],
    ]
    .iter()
    .all(|v| v.is_finite() && *v > 0.0)
    .then_some(estimate)
}

fn warnings(
    observation: &Observation,
    boundaries: &Boundaries,
    hypothesis: &Hypothesis,
    reading: &Reading,
) -> Vec<Warning> {
    let sees = |level: Level| boundaries.contacts.iter().any(|c| c.level == level);
    let [left_seen, right_seen] = hypothesis.ends_visible;
    let found = [
        (
            observation.focal.source == FocalSource::Default,
            Warning::FocalFromDefault,
        ),
        (observation.gravity.is_none(), Warning::GravityMissing),
        (!sees(Level::Floor), Warning::FloorLineMissing),
        (!sees(Level::Ceiling), Warning::CeilingLineMissing),
        (!sees(Level::Ceiling), Warning::HeightFromPrior),
        (!left_seen, Warning::LeftEndCut),
        (!right_seen, Warning::RightEndCut),
        (!(left_seen && right_seen), Warning::WidthIsLowerBound),
        (reading.scale.conflict, Warning::ScaleConflict),
        (reading.door_rejected, Warning::DoorScaleRejected),
    ];
    found
        .into_iter()
        .filter_map(|(holds, warning)| holds.then_some(warning))
        .collect()
}
