//! From the likeliest boxes to a measurement: what each says in centimetres, weighed by how likely it is.

use super::box_fit::BoxProblem;
use super::confidence::confidence_pct;
use super::doubts::{self, Findings};
use super::histogram::Histogram;
use super::hypotheses::Hypothesis;
use super::reading::{Circumstances, Reading};
use super::slope::{self, Slope};
use super::surfaces::SurfaceMap;
use super::tilt::Tilt;
use super::{
    AdjacentWall, CameraEstimate, Estimate, Measurement, Observation, Outline, Warning, checks,
    outline, priors, windows,
};
use crate::geometry::camera::{Focal, FocalSource};
use crate::geometry::room_box::parameter::{LN_FOCAL, PITCH, ROLL, YAW};

/// Hypotheses whose score is worse than the best by more than this are less than 2 % likely.
const NEGLIGIBLE_SCORE: f64 = 4.0;
/// A focal length is told by the room's lines when the standard deviation of its logarithm is less.
const TOLD_FOCAL: f64 = 0.1;
/// Farther walls, in camera heights, have their base less than 5 degrees under the horizon: a degree of pitch would change the
/// distance by a fifth, and the width is refused.
const FARTHEST: f64 = 11.4;

/// What one view of the picture shows.
pub struct Fit<'a> {
    /// Its label map.
    pub map: &'a SurfaceMap,
    /// What its boxes solve.
    pub problem: BoxProblem<'a>,
    /// The boxes that may be true, likelier ones first.
    pub variants: Vec<Hypothesis>,
    /// In a corner view, the box with the wall beside the opposite one in its place.
    pub beside: Option<Hypothesis>,
}

/// Measures what `fit` shows, and its `best` hypothesis shows best; one of several boxes where walls are `occluded` by others.
#[must_use]
pub fn measure(
    observation: &Observation,
    fit: &Fit,
    best: &Hypothesis,
    tilt: &Tilt,
    occluded: bool,
) -> Measurement {
    let Fit { map, problem, .. } = fit;
    let quality = doubts::fit_quality(problem, map, &best.room());
    let misfit_sigma = doubts::misfit_sigma(&quality, occluded);
    let circumstances = Circumstances {
        observation,
        map,
        prior: &problem.prior,
        sloped: best.room().roof().is_some(),
        misfit_sigma,
    };
    let readings = readings(&circumstances, &fit.variants, best.score);
    let Some((is_cut, shown, reading)) = majority(&readings) else {
        return Measurement::refused([Warning::LowConfidence]);
    };
    let room = shown.room();
    let slope = slope::find(&room, reading.ends);
    let wall_width = full_width(&readings).filter(|_| room.distance() < FARTHEST);
    let [wall_height, lowest] = heights(reading, slope, misfit_sigma);
    let visible_width_cm = (wall_width.zip(reading.visible_width.median_cm()))
        .map(|(whole, visible)| part_of(whole, is_cut, visible));
    let shown_quality = doubts::fit_quality(problem, map, &room);
    let confidence_pct = wall_width.and_then(|e| e.interval_cm).map(confidence_pct);
    let camera_cm = reading.scale.camera_cm();
    let told_camera = camera_cm.filter(|_| wall_width.is_some());
    let windows = told_camera.map_or_else(Vec::new, |cm| {
        let left_end = shown.ends_visible[0].then_some(reading.ends[0]);
        windows::find(map, &room, left_end, cm)
    });
    let checks = told_camera.map_or_else(Vec::new, |cm| checks::find(map, &room, &windows, cm));
    Measurement {
        wall_width,
        wall_height,
        min_height_cm: lowest
            .zip(wall_height)
            .map(|(lowest, highest)| lowest.cm.min(highest.cm)),
        visible_width_cm,
        width_is_lower_bound: is_cut,
        adjacent_wall: adjacent_wall(&circumstances, fit.beside.as_ref(), shown)
            .filter(|_| wall_width.is_some()),
        confidence_pct,
        warnings: doubts::warnings(&Findings {
            observation,
            tilt,
            map,
            boundaries: problem.boundaries,
            hypothesis: shown,
            reading,
            fit: shown_quality,
            checks: &checks,
            occluded,
            sloped: slope.is_some(),
            camera_cm,
            confidence_pct,
        }),
        camera: Some(camera(
            told_focal(observation.focal, shown),
            shown,
            tilt,
            camera_cm,
        )),
        evidence: [reading.scale.evidence.as_slice(), &checks].concat(),
        fit: Some(shown_quality),
        outline: Outline {
            verticals: verticals(observation, tilt),
            ..outline::outline(problem, map, &room, reading.ends)
        },
        windows,
    }
}

/// What the hypotheses say that are likely enough to count, set against `best_score`.
fn readings<'f>(
    circumstances: &Circumstances,
    hypotheses: &'f [Hypothesis],
    best_score: f64,
) -> Vec<(&'f Hypothesis, Reading)> {
    hypotheses
        .iter()
        .filter(|h| h.score < best_score + NEGLIGIBLE_SCORE)
        .filter_map(|h| Some((h, Reading::new(circumstances, h, best_score)?)))
        .collect()
}

/// The width of the whole wall.
fn full_width(readings: &[(&Hypothesis, Reading)]) -> Option<Estimate> {
    let all = Histogram::mixture(readings.iter().map(|(_, r)| (r.weight, &r.full_width)));
    // No descent and no guess at what the frame cuts off makes walls that no home has likely.
    estimate_of(&all.weighed(|cm| priors::WALL_WIDTH_CM.density(cm)))
}

/// The width in view of a wall whose estimated width is `whole`: no part is wider than that, which is weighed by what walls are usual
/// besides.
fn part_of(whole: Estimate, is_cut: bool, visible_cm: f64) -> f64 {
    if is_cut {
        visible_cm.min(whole.cm)
    } else {
        whole.cm
    }
}

/// The other wall of a corner view, where the corner is in view; `shown` has the opposite wall.
fn adjacent_wall(
    circumstances: &Circumstances,
    beside: Option<&Hypothesis>,
    shown: &Hypothesis,
) -> Option<AdjacentWall> {
    let beside = beside?;
    let side = shown.room().most_frontal_side();
    let corner_seen = side.of(shown.ends_visible);
    let reading = Reading::new(circumstances, beside, beside.score)?;
    let (is_cut, visible_cm) = (reading.cut, reading.visible_width.median_cm());
    let width = full_width(&[(beside, reading)]).filter(|_| corner_seen)?;
    Some(AdjacentWall {
        side,
        width_cm: width.cm,
        width_interval_cm: width.interval_cm?,
        visible_width_cm: visible_cm.map(|cm| part_of(width, is_cut, cm)),
        width_is_lower_bound: is_cut,
    })
}

/// Whether the wall goes on past the frame, by the majority, and what is shown and warned of: the likeliest of those that agree
/// with it.
fn majority<'r, 'f>(
    readings: &'r [(&'f Hypothesis, Reading)],
) -> Option<(bool, &'f Hypothesis, &'r Reading)> {
    let weight = |cut: bool| -> f64 {
        let alike = readings.iter().filter(|(_, reading)| reading.cut == cut);
        alike.map(|(_, reading)| reading.weight).sum()
    };
    let is_cut = weight(true) > weight(false);
    let (shown, reading) = readings.iter().find(|(_, r)| r.cut == is_cut)?;
    Some((is_cut, shown, reading))
}

/// The wall's highest and, under a roof, its lowest height.
fn heights(reading: &Reading, slope: Option<Slope>, misfit_sigma: f64) -> [Option<Estimate>; 2] {
    const QUANTILES: [f64; 3] = [0.1, 0.5, 0.9];
    let scale = &reading.scale;
    let under_roof = |ratio: f64| {
        let quantiles = scale.length_cm(ratio.ln(), misfit_sigma, QUANTILES);
        quantiles.and_then(interval_of)
    };
    let highest = match slope {
        Some(Slope {
            highest,
            reaches_ceiling: false,
            ..
        }) => under_roof(highest),
        _ => scale.height_cm(QUANTILES).and_then(interval_of),
    };
    [highest, slope.and_then(|slope| under_roof(slope.lowest))]
}

/// The camera as the room shows it.
fn camera(focal: Focal, shown: &Hypothesis, tilt: &Tilt, height_cm: Option<f64>) -> CameraEstimate {
    let room = shown.room();
    CameraEstimate {
        focal_px: focal.px,
        focal_source: focal.source,
        fitted_focal_px: Some(room.focal()),
        pitch_deg: room.0[PITCH].to_degrees(),
        roll_deg: room.0[ROLL].to_degrees(),
        yaw_deg: Some(room.0[YAW].to_degrees()),
        gravity_source: tilt.source,
        height_cm,
    }
}

/// The line segments that told the tilt.
fn verticals(observation: &Observation, tilt: &Tilt) -> Vec<[[f64; 2]; 2]> {
    tilt.verticals
        .iter()
        .filter_map(|&index| observation.segments.get(index))
        .map(|segment| [segment.from, segment.to])
        .collect()
}

/// The focal length: that of the room's converging lines, where the photo names none and they tell it better than what is usual.
fn told_focal(before: Focal, shown: &Hypothesis) -> Focal {
    let fitted = Focal {
        px: shown.room().focal(),
        sigma_ln: shown.sigma(LN_FOCAL),
        source: FocalSource::VanishingPoints,
    };
    if before.source == FocalSource::Default && fitted.sigma_ln < TOLD_FOCAL {
        fitted
    } else {
        before
    }
}

/// The length of least expected relative error, and the 80 % interval.
fn estimate_of(distribution: &Histogram) -> Option<Estimate> {
    let [low, high] = distribution.quantiles([0.1, 0.9])?;
    // The least relative error of a distribution with two far peaks can lie outside its own interval.
    let cm = distribution.least_relative_error_cm()?.max(low).min(high);
    interval_of([low, cm, high])
}

/// The estimate from its 10, 50 and 90 % quantiles.
fn interval_of([low, cm, high]: [f64; 3]) -> Option<Estimate> {
    [low, cm, high]
        .iter()
        .all(|v| v.is_finite() && *v > 0.0)
        .then_some(Estimate {
            cm,
            interval_cm: Some([low, high]),
        })
}
