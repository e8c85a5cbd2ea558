//! Measures by fitting a box room: boundaries, box, scale, result.

use super::areas::cells_on;
use super::boundaries::{self, Boundaries};
use super::box_fit::BoxProblem;
use super::box_prior::box_prior;
use super::confidence::confidence_pct;
use super::doubts::{self, Findings};
use super::histogram::Histogram;
use super::hypotheses::{self, Choice, Hypothesis};
use super::reading::{Circumstances, Reading};
use super::slope::{self, Slope};
use super::surfaces::{Cell, SurfaceMap};
use super::tilt::Tilt;
use super::turn::QuarterTurns;
use super::{
    CameraEstimate, Estimate, Measurement, Observation, Outline, Warning, occlusion, open_doors,
    outline, priors, windows,
};
use crate::ade20k::is_window;
use crate::geometry::camera::{Focal, FocalSource, LineSegment};
use crate::geometry::room_box::parameter::{LN_FOCAL, PITCH, ROLL, YAW};
use crate::geometry::room_box::{RoomBox, Wall};

/// Standard deviation of a contact's position, as a share of the picture's long side.
const CONTACT_SIGMA_SHARE: f64 = 0.004;
/// Hypotheses whose score is worse than the best by more than this are less than 2 % likely.
const NEGLIGIBLE_SCORE: f64 = 4.0;
/// Walls whose fitted angles to the camera differ by less are taken for parallel, radians (10 degrees).
const PARALLEL: f64 = 0.17;
/// Narrower walls, in camera heights (about 90 cm), are piers, or frayed borders of the segmentation.
const LEAST_WIDTH: f64 = 0.6;
/// Fewer of the sampled cells show a window beside the wall, or noise.
const LEAST_WINDOW: usize = 4;
/// The angle of a wall is known when its standard deviation is less, radians.
const KNOWN_ANGLE: f64 = 0.25;
/// A focal length is told by the room's lines when the standard deviation of its logarithm is less.
const TOLD_FOCAL: f64 = 0.1;
/// Less wall than this share of the picture is no wall.
const LEAST_WALL_SHARE: f64 = 0.002;
/// Farther walls, in camera heights, have their base less than 5 degrees under the horizon: a degree of pitch would change the
/// distance by a fifth, and the width is refused.
const FARTHEST: f64 = 11.4;

/// Measures the opposite wall.
#[must_use]
pub fn estimate(observation: &Observation) -> Measurement {
    let turns = QuarterTurns::needed(observation);
    if turns.is_none() {
        return estimate_upright(observation);
    }
    let Some(labels) = turns.labels(observation.labels) else {
        return estimate_upright(observation);
    };
    let segments: Vec<LineSegment> = observation
        .segments
        .iter()
        .map(|segment| turns.segment(*segment, observation.image))
        .collect();
    let upright = Observation {
        labels: &labels,
        image: turns.size(observation.image),
        gravity: observation
            .gravity
            .and_then(|gravity| turns.gravity(gravity)),
        segments: &segments,
        ..observation.clone()
    };
    let mut measurement = estimate_upright(&upright);
    if observation.gravity.is_some() && upright.gravity.is_none() {
        measurement
            .warnings
            .push(Warning::GravityOrientationMismatch);
    }
    turns.undo(measurement, observation.image)
}

fn estimate_upright(observation: &Observation) -> Measurement {
    let mut map = SurfaceMap::new(observation.labels, observation.image);
    open_doors::mark(&mut map);
    if map.share(|c| matches!(c, Cell::Wall | Cell::Curtain)) < LEAST_WALL_SHARE {
        return Measurement::refused([Warning::NoWall]);
    }
    let tilt = Tilt::of(observation);
    let prior = box_prior(observation, &tilt);
    let views = occlusion::views(&map, &RoomBox(prior.mean));
    let boundaries: Vec<Boundaries> = views.iter().map(|v| boundaries::find(&v.map)).collect();
    let sigma_px =
        CONTACT_SIGMA_SHARE * f64::from(observation.image.width.max(observation.image.height));
    let fits: Vec<Fit> = views
        .iter()
        .zip(&boundaries)
        .filter_map(|(view, boundaries)| {
            let level = BoxProblem {
                boundaries,
                prior,
                sigma_px,
                edges: view.edges,
                corners: [None; 2],
            };
            let Choice { problem, variants } =
                hypotheses::choose(level, observation.known, &view.map)?;
            Some(Fit {
                map: &view.map,
                problem,
                variants,
            })
        })
        .collect();
    match opposite(&fits) {
        Some((fit, best)) => measure(observation, fit, best, &tilt, views.len() > 1),
        None => Measurement::refused([Warning::FloorLineMissing, Warning::CeilingLineMissing]),
    }
}

/// What one view of the picture shows.
struct Fit<'a> {
    map: &'a SurfaceMap,
    problem: BoxProblem<'a>,
    variants: Vec<Hypothesis>,
}

/// The view with the opposite wall, and what fits it best: a view that shows no pier, where there is such; of these the most
/// frontal one; of parallel ones that with a window, then the larger one. Views that do not show at which angle their wall
/// stands count only where none does.
fn opposite<'f, 'a>(fits: &'f [Fit<'a>]) -> Option<(&'f Fit<'a>, &'f Hypothesis)> {
    let mut walls: Vec<(&Fit, &Hypothesis)> = fits
        .iter()
        .filter_map(|fit| Some((fit, fit.variants.first()?)))
        .collect();
    let is_pier = |best: &Hypothesis| best.room().width() < LEAST_WIDTH;
    if !walls.iter().all(|(_, best)| is_pier(best)) {
        walls.retain(|(_, best)| !is_pier(best));
    }
    // Most pictures show one box: there is nothing to choose.
    if walls.len() > 1 {
        let most_frontal = walls.iter().map(|(_, best)| known_angle(best));
        let most_frontal = most_frontal.fold(f64::INFINITY, f64::min);
        walls.retain(|(_, best)| known_angle(best) <= most_frontal + PARALLEL);
    }
    walls.into_iter().max_by_key(|(fit, best)| {
        let count = |wanted: &dyn Fn(usize, usize) -> bool| {
            cells_on(&best.room(), Wall::Opposite, fit.map, wanted)
        };
        [
            usize::from(count(&|x, y| is_window(fit.map.class(x, y))) >= LEAST_WINDOW),
            count(&|x, y| fit.map.cell(x, y) != Cell::Unknown),
        ]
    })
}

/// How far the wall is turned from the camera, radians; as far as can be where that is not known.
fn known_angle(hypothesis: &Hypothesis) -> f64 {
    if hypothesis.sigma(YAW) < KNOWN_ANGLE {
        hypothesis.room().0[YAW].abs()
    } else {
        f64::MAX
    }
}

/// Measures what `fit` shows, and its `best` hypothesis shows best; one of several boxes where walls are `occluded` by others.
fn measure(
    observation: &Observation,
    fit: &Fit,
    best: &Hypothesis,
    tilt: &Tilt,
    occluded: bool,
) -> Measurement {
    let Fit {
        map,
        problem,
        variants,
    } = fit;
    let room = best.room();
    let quality = doubts::fit_quality(problem, map, &room);
    let circumstances = Circumstances {
        observation,
        map,
        prior: &problem.prior,
        sloped: room.roof().is_some(),
        misfit_sigma: doubts::misfit_sigma(&quality, occluded),
    };
    let readings: Vec<(&Hypothesis, Reading)> = variants
        .iter()
        .filter(|h| h.score < best.score + NEGLIGIBLE_SCORE)
        .map(|h| (h, Reading::new(&circumstances, h, best.score)))
        .collect();
    let weight = |cut: bool| -> f64 {
        let alike = readings.iter().filter(|(_, reading)| reading.cut == cut);
        alike.map(|(_, reading)| reading.weight).sum()
    };
    let is_cut = weight(true) > weight(false);
    // What is shown and warned of is the likeliest of those that agree with the majority on whether the wall goes on.
    let Some((shown, reading)) = readings.iter().find(|(_, r)| r.cut == is_cut) else {
        return Measurement::refused([Warning::LowConfidence]);
    };
    let room = shown.room();
    let scale = &reading.scale;
    let slope = slope::find(&room, reading.ends);
    // No descent and no guess at what the frame cuts off makes walls that no home has likely.
    let full_width = Histogram::mixture(readings.iter().map(|(_, r)| (r.weight, &r.full_width)))
        .weighed(|cm| priors::WALL_WIDTH_CM.density(cm));

    let wall_width = estimate_of(&full_width).filter(|_| room.distance() < FARTHEST);
    let camera_cm = scale.camera_cm(&[0.5]).first().copied();
    let of_room = interval_of(&scale.height_cm(&[0.1, 0.5, 0.9]));
    let under_roof = |ratio: f64| {
        let sigma = circumstances.misfit_sigma;
        interval_of(&scale.length_cm(ratio.ln(), sigma, &[0.1, 0.5, 0.9]))
    };
    let wall_height = match slope {
        Some(Slope {
            highest,
            reaches_ceiling: false,
            ..
        }) => under_roof(highest),
        _ => of_room,
    };
    let lowest = slope.and_then(|slope| under_roof(slope.lowest));
    let visible = reading.visible_width.quantiles(&[0.5]).first().copied();
    let confidence_pct = confidence_pct(wall_width);
    let focal = told_focal(observation.focal, best);
    Measurement {
        wall_width,
        wall_height,
        min_height_cm: lowest
            .zip(wall_height)
            .map(|(lowest, highest)| lowest.cm.min(highest.cm)),
        // No part is wider than the whole, which is weighed by what walls are usual besides.
        visible_width_cm: wall_width
            .zip(visible)
            .map(|(whole, part)| if is_cut { part.min(whole.cm) } else { whole.cm }),
        width_is_lower_bound: is_cut,
        confidence_pct,
        warnings: doubts::warnings(&Findings {
            observation,
            tilt,
            map,
            boundaries: problem.boundaries,
            hypothesis: shown,
            reading,
            fit: quality,
            occluded,
            sloped: slope.is_some(),
            camera_cm,
            confidence_pct,
            width: wall_width,
        }),
        camera: Some(CameraEstimate {
            focal_px: focal.px,
            focal_source: focal.source,
            fitted_focal_px: Some(room.focal()),
            pitch_deg: room.0[PITCH].to_degrees(),
            roll_deg: room.0[ROLL].to_degrees(),
            yaw_deg: Some(room.0[YAW].to_degrees()),
            gravity_source: tilt.source,
            height_cm: camera_cm,
        }),
        evidence: scale.evidence.clone(),
        fit: Some(quality),
        outline: Outline {
            verticals: tilt
                .verticals
                .iter()
                .filter_map(|&index| observation.segments.get(index))
                .map(|segment| [segment.from, segment.to])
                .collect(),
            ..outline::outline(problem, map, &room, reading.ends)
        },
        windows: camera_cm
            .filter(|_| wall_width.is_some())
            .map_or_else(Vec::new, |cm| {
                windows::find(map, &room, reading.ends[0], cm)
            }),
    }
}

/// The focal length: that of the room's converging lines, where the photo names none and they tell it better than what is usual.
fn told_focal(before: Focal, best: &Hypothesis) -> Focal {
    let fitted = Focal {
        px: best.room().focal(),
        sigma_ln: best.sigma(LN_FOCAL),
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
    [low, cm, high]
        .iter()
        .all(|v| v.is_finite() && *v > 0.0)
        .then_some(Estimate {
            cm,
            interval_cm: [low, high],
        })
}
