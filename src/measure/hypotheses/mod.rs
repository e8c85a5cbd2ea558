//! Which box: descents from many starts, and the choice among where they end.
//!
//! A descent finds the nearest minimum, and a photo has several: a corner of the room taken for another, a side wall
//! taken for the opposite one. So starts are spread over yaw and over where the wall's ends could be, the cheap ones are
//! ranked by their cost as they are, and the best are refined. What is chosen is the box that explains both the lines and
//! the areas of the label map, with a roof where that explains them better.

mod starts;
mod variants;

use std::cmp::Ordering;

use nalgebra::Vector3;

use super::Observation;
use super::areas::{FINE_SAMPLES, cells_on, mismatch};
use super::box_fit::BoxProblem;
use super::box_prior::under_roof;
use super::corner_edges::CornerEdges;
use super::occlusion::View;
use super::smooth_noise::SmoothNoise;
use super::surfaces::{Cell, SurfaceMap};
use super::wall_ends::CornerSight;
use crate::ade20k::is_window;
use crate::geometry::least_squares::{Minimum, Problem};
use crate::geometry::room_box::{Level, PARAMETERS, Parameters, RoomBox, Wall, parameter::YAW};
use crate::geometry::side::Side;

/// A box that a descent ended in, and what speaks against it.
#[derive(Debug, Clone)]
pub struct Hypothesis {
    /// The box and its information matrix.
    pub minimum: Minimum<PARAMETERS>,
    /// Whether the wall's left and right end lie inside the frame.
    pub ends_visible: [bool; 2],
    /// Cost with all penalties, up to a constant of the photo; of the ways in which one box's ends may be seen, minus the logarithm
    /// of their probability. Lower is better.
    pub score: f64,
}

impl Hypothesis {
    /// The box.
    #[must_use]
    pub fn room(&self) -> RoomBox {
        RoomBox(self.minimum.at)
    }

    /// Standard deviation of one of its parameters; infinite where nothing fixes it.
    #[must_use]
    pub fn sigma(&self, parameter: usize) -> f64 {
        let covariance = self.minimum.equations.information.try_inverse();
        covariance.map_or(f64::INFINITY, |covariance| {
            covariance[(parameter, parameter)].sqrt()
        })
    }
}

/// The boxes that may be true.
#[derive(Debug, Clone)]
pub struct Choice<'a> {
    /// The problem that they solve.
    pub problem: BoxProblem<'a>,
    /// The box with each end of the wall inside and outside the frame, as far as that is likely; likelier ones first.
    pub variants: Vec<Hypothesis>,
    /// In a corner view, the box with the other wall that is seen taken for the opposite one.
    pub beside: Option<Hypothesis>,
}

/// What boxes are judged by besides the contacts that they were fitted to.
struct Evidence<'a> {
    noise: SmoothNoise,
    edges: CornerEdges,
    map: &'a SurfaceMap,
    /// Edges on the left and right of the view in which its own wall ends before farther ones.
    hiding: [Option<CornerSight>; 2],
}

/// A view is one of a corner where the opposite wall is turned by more than this, radians (35 degrees): then another wall is at a
/// similar angle.
pub const CORNER_VIEW: f64 = 0.61;
/// Fewer of the about 1,700 cells that are looked at do not show the other wall of a corner, but a strip of it.
const LEAST_BESIDE: usize = 80;
/// Walls whose angles to the camera differ by less are equally frontal, radians (3 degrees): the one with the window counts.
const TIE: f64 = 0.052;
/// How many starts are descended from, how far, and how many of the ends are refined.
const DESCENTS: usize = 14;
const SHORT_DESCENT: usize = 10;
const REFINED: usize = 4;
const LONG_DESCENT: usize = 60;
/// Price of rendering the whole label map wrongly.
const MISMATCH_PRICE: f64 = 150.0;
/// Cells looked at on the long side when the areas of starts are compared.
const COARSE_SAMPLES: usize = 20;
/// An end counts as visible inside this share of the width from the border.
const FRAME_MARGIN: f64 = 0.01;
/// How much better a roof has to explain the picture: most rooms have none, and two more parameters explain more anyway.
const ROOF_PRICE: f64 = 8.0;
/// Up to these shares of a ceiling's contacts that are off, and of cells that show another surface, a level ceiling explains the
/// picture: roofs are tried beyond.
const MOST_OFF: f64 = 0.05;
const MOST_MISMATCH: f64 = 0.01;

/// The boxes that `view` may show; `None` where there is neither a floor nor a ceiling line. `level` is the problem of a room with a
/// level ceiling.
#[must_use]
pub fn choose<'a>(
    level: BoxProblem<'a>,
    observation: &Observation,
    view: &View,
) -> Option<Choice<'a>> {
    let map = &view.map;
    let evidence = Evidence {
        noise: SmoothNoise::new(
            &level.boundaries.all_contacts,
            map,
            observation.mask_cell_px,
            level.sigma_px,
        ),
        edges: CornerEdges::new(
            observation.segments,
            observation.image,
            map,
            &RoomBox(level.prior.mean),
        ),
        map,
        hiding: view.edges,
    };
    let mut best = best(&level, &evidence)?;
    let mut problem = level;
    let feet: &[Side] = if is_level(&level, &best, map) {
        &[]
    } else {
        &Side::BOTH
    };
    for &foot in feet {
        let roofed = BoxProblem {
            prior: under_roof(&level.prior, observation.known, foot),
            ..level
        };
        if let Some(mut found) = self::best(&roofed, &evidence) {
            found.score += ROOF_PRICE;
            if found.score < best.score {
                (best, problem) = (found, roofed);
            }
        }
    }
    Some(Choice {
        variants: variants::variants(&problem, &evidence, &best),
        beside: beside(&problem, &evidence, &best),
        problem,
    })
}

/// Whether a level ceiling explains where walls end above, so that no roof needs to be tried.
fn is_level(problem: &BoxProblem, best: &Hypothesis, map: &SurfaceMap) -> bool {
    let room = best.room();
    let (mut off, mut all) = (0.0, 0.0);
    for judged in problem.judged_contacts(&room) {
        if judged.contact.level == Level::Ceiling {
            all += judged.contact.weight;
            if judged.off {
                off += judged.contact.weight;
            }
        }
    }
    off <= MOST_OFF * all && mismatch(&room, map, FINE_SAMPLES) < MOST_MISMATCH
}

/// The box that explains the picture best among those that `problem` allows.
fn best(problem: &BoxProblem, evidence: &Evidence) -> Option<Hypothesis> {
    refined(problem, evidence.map)
        .into_iter()
        .map(|minimum| most_frontal(problem, evidence, judge(problem, evidence, minimum)))
        .min_by(|a, b| a.score.total_cmp(&b.score))
}

/// The hypothesis with the opposite wall and a side wall in changed places where that one is more frontal.
fn most_frontal(problem: &BoxProblem, evidence: &Evidence, hypothesis: Hypothesis) -> Hypothesis {
    let (room, map) = (hypothesis.room(), evidence.map);
    let side = room.most_frontal_side();
    let end_visible = side.of(hypothesis.ends_visible);
    let beyond = room.0[YAW].abs() - std::f64::consts::FRAC_PI_4;
    let windows = |wall| cells_on(&room, wall, map, |x, y| is_window(map.class(x, y)));
    let by_windows = if beyond.abs() < 0.5 * TIE {
        windows(Wall::from(side)).cmp(&windows(Wall::Opposite))
    } else {
        Ordering::Equal
    };
    let wins = by_windows.then(beyond.total_cmp(&0.0)) == Ordering::Greater;
    // A roof that comes down to the side walls would rise over the opposite one, which no box here has.
    if wins && end_visible && room.roof().is_none() {
        let turned = problem.descend(room.turned_to(side).0, LONG_DESCENT);
        judge(problem, evidence, turned)
    } else {
        hypothesis
    }
}

/// In a corner view, the wall on the side that is seen best, by the same contacts as the opposite one.
fn beside(problem: &BoxProblem, evidence: &Evidence, best: &Hypothesis) -> Option<Hypothesis> {
    let (room, map) = (best.room(), evidence.map);
    let side = room.most_frontal_side();
    let shared_corner = side.of(best.ends_visible);
    // Under a roof, the side wall's height is another one.
    if room.0[YAW].abs() <= CORNER_VIEW || !shared_corner || room.roof().is_some() {
        return None;
    }
    let in_view = cells_on(&room, Wall::from(side), map, |x, y| {
        map.cell(x, y) != Cell::Unknown
    });
    if in_view < LEAST_BESIDE {
        return None;
    }
    let minimum = problem.descend(room.turned_to(side).0, LONG_DESCENT);
    let turned = judge(problem, evidence, minimum);
    // Its other end lies at the camera's side or behind it: no edge near the frame's side is taken for it.
    let is_seen = |end| end != side || variants::is_well_inside(&turned.room(), end, map);
    Some(Hypothesis {
        ends_visible: Side::BOTH.map(is_seen),
        ..turned
    })
}

/// Distinct minima near the best starts.
fn refined(problem: &BoxProblem, map: &SurfaceMap) -> Vec<Minimum<PARAMETERS>> {
    let rank = |cost: f64, at: &Parameters| {
        cost + MISMATCH_PRICE * mismatch(&RoomBox(*at), map, COARSE_SAMPLES)
    };
    let mut starts: Vec<(f64, Parameters)> = starts::starts(problem, map)
        .map(|start| {
            let start = problem.confine(start);
            (rank(problem.linearise(&start).cost, &start), start)
        })
        .filter(|(cost, _)| cost.is_finite())
        .collect();
    starts.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut rough: Vec<(f64, Parameters)> = starts
        .into_iter()
        .take(DESCENTS)
        .map(|(_, start)| {
            let end = problem.descend(start, SHORT_DESCENT);
            (rank(end.equations.cost, &end.at), end.at)
        })
        .collect();
    rough.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut distinct: Vec<Parameters> = Vec::new();
    for (_, at) in rough {
        if distinct.len() < REFINED && distinct.iter().all(|other| !alike(&at, other)) {
            distinct.push(at);
        }
    }
    distinct
        .into_iter()
        .map(|at| problem.descend(at, LONG_DESCENT))
        .collect()
}

fn alike(a: &Parameters, b: &Parameters) -> bool {
    (a - b).amax() < 0.02
}

/// Scores where a descent ended.
fn judge(problem: &BoxProblem, evidence: &Evidence, minimum: Minimum<PARAMETERS>) -> Hypothesis {
    let Evidence {
        noise, edges, map, ..
    } = evidence;
    let room = RoomBox(minimum.at);
    let ends_visible = room.ends().map(|end| end_visible(&room, end, map));
    let seen = room.ends().into_iter().zip(ends_visible);
    let seen: f64 = seen
        .filter(|(_, visible)| *visible)
        .map(|(end, _)| edges.ln_likelihood(&room, end, map))
        .sum();
    let score = noise.cost(&room)
        + problem.cost_without_contacts(&minimum.at)
        + MISMATCH_PRICE * mismatch(&room, map, FINE_SAMPLES)
        - seen;
    Hypothesis {
        minimum,
        ends_visible,
        score,
    }
}

/// Whether any of the vertical edge at `end`, a tangent from the wall's normal, lies inside the frame.
fn end_visible(room: &RoomBox, end: f64, map: &SurfaceMap) -> bool {
    const STEPS: u32 = 12;
    let [_, half_height] = map.half_size_px();
    let [middle, half_width] = map.columns_px();
    let distance = room.distance();
    let top = room.top_at(end * distance);
    (0..=STEPS).any(|step| {
        let y = 1.0 - top * f64::from(step) / f64::from(STEPS);
        room.project(Vector3::new(end * distance, y, distance))
            .is_some_and(|[u, v]| {
                (u - middle).abs() < half_width * (1.0 - 2.0 * FRAME_MARGIN)
                    && v.abs() < half_height
            })
    })
}
