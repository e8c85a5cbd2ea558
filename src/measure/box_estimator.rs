//! Measures by fitting boxes: the views that a picture shows, a box for each, and which of them has the opposite wall.

use super::areas::cells_on;
use super::boundaries::{self, Boundaries};
use super::box_fit::BoxProblem;
use super::box_prior::box_prior;
use super::hypotheses::{self, Choice, Hypothesis};
use super::result::{Fit, measure};
use super::surfaces::{Cell, SurfaceMap};
use super::tilt::Tilt;
use super::{Measurement, Observation, Warning, occlusion, open_doors, turn};
use crate::ade20k::is_window;
use crate::geometry::camera::LineSegment;
use crate::geometry::quarter_turns::QuarterTurns;
use crate::geometry::room_box::parameter::YAW;
use crate::geometry::room_box::{RoomBox, Wall};

/// Standard deviation of a contact's position, as a share of the picture's long side.
const CONTACT_SIGMA_SHARE: f64 = 0.004;
/// Walls whose fitted angles to the camera differ by less are taken for parallel, radians (10 degrees).
const PARALLEL: f64 = 0.17;
/// Narrower walls, in camera heights (about 90 cm), are piers, or frayed borders of the segmentation.
const LEAST_WIDTH: f64 = 0.6;
/// Fewer of the sampled cells show a window beside the wall, or noise.
const LEAST_WINDOW: usize = 4;
/// The angle of a wall is known when its standard deviation is less, radians.
const KNOWN_ANGLE: f64 = 0.25;
/// Less wall than this share of the picture is no wall.
const LEAST_WALL_SHARE: f64 = 0.002;

/// Measures the opposite wall.
#[must_use]
pub fn estimate(observation: &Observation) -> Measurement {
    let turns = observation.turns;
    let turned = (!turns.is_none()).then(|| observation.labels.turned(turns));
    let segments = observation.segments.iter();
    let segments: Vec<LineSegment> = segments
        .map(|segment| turns.segment(*segment, observation.image))
        .collect();
    let upright = Observation {
        labels: turned.as_ref().unwrap_or(observation.labels),
        image: turns.size(observation.image),
        turns: QuarterTurns::NONE,
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
    if turns.is_none() {
        measurement
    } else {
        turn::undo(turns, measurement, observation.image)
    }
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
    let boundaries = views.parts.iter().map(|view| boundaries::find(&view.map));
    let boundaries: Vec<Boundaries> = boundaries.collect();
    let sigma_px =
        CONTACT_SIGMA_SHARE * f64::from(observation.image.width.max(observation.image.height));
    let fits: Vec<Fit> = views
        .parts
        .iter()
        .zip(&boundaries)
        .filter_map(|(view, boundaries)| {
            let level = BoxProblem {
                boundaries,
                prior,
                sigma_px,
                corners: [None; 2],
            };
            let Choice {
                problem,
                variants,
                beside,
            } = hypotheses::choose(level, observation, view)?;
            Some(Fit {
                map: &view.map,
                problem,
                variants,
                beside,
            })
        })
        .collect();
    match opposite(&fits) {
        Some((fit, best)) => measure(observation, fit, best, &tilt, views.occluded),
        None => Measurement::refused([Warning::FloorLineMissing, Warning::CeilingLineMissing]),
    }
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
