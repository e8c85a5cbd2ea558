//! Which box: descents from many starts, and the choice among where they end.
//!
//! A descent finds the nearest minimum, and a photo has several: a corner of the room taken for another, a side wall
//! taken for the opposite one. So starts are spread over yaw and over where the wall's ends could be, the cheap ones are
//! ranked by their cost as they are, and the best are refined. What is chosen is the box that explains both the lines and
//! the areas of the label map.

use nalgebra::Vector3;

use super::box_fit::BoxProblem;
use super::smooth_noise::SmoothNoise;
use super::surfaces::{Cell, SurfaceMap};
use super::wall_ends;
use crate::ade20k::is_window;
use crate::geometry::least_squares::{Minimum, Problem};
use crate::geometry::room_box::{
    Hit, Level, PARAMETERS, Parameters, RoomBox, Wall,
    parameter::{LEFT, LN_DISTANCE, LN_HEIGHT, RIGHT, YAW},
};

/// A box that a descent ended in, and what speaks against it.
#[derive(Debug, Clone)]
pub struct Hypothesis {
    /// The box and its information matrix.
    pub minimum: Minimum<PARAMETERS>,
    /// Whether the wall's left and right end lie inside the frame.
    pub ends_visible: [bool; 2],
    /// Cost with all penalties; lower is better.
    pub score: f64,
}

impl Hypothesis {
    /// The box.
    #[must_use]
    pub fn room(&self) -> RoomBox {
        RoomBox(self.minimum.at)
    }
}

/// Yaws of the starts, degrees.
const START_YAWS_DEG: [f64; 7] = [-48.0, -30.0, -14.0, 0.0, 14.0, 30.0, 48.0];
/// Columns at which the starts put the wall's left end, as shares of the picture's width; the right end mirrors them.
const START_ENDS: [f64; 5] = [-0.25, 0.04, 0.15, 0.3, 0.45];
/// The least width of the opposite wall in a start, as a share of the picture's width.
const LEAST_START_SPAN: f64 = 0.15;
/// Walls whose angles to the camera differ by less are equally frontal, radians (3 degrees): the one with the window counts.
const TIE: f64 = 0.052;
/// How many starts are descended from, how far, and how many of the ends are refined.
const DESCENTS: usize = 14;
const SHORT_DESCENT: usize = 10;
const REFINED: usize = 4;
const LONG_DESCENT: usize = 60;
/// Where an end out of view is put, in half widths of the picture.
const OUTSIDE: f64 = 1.3;
/// An end farther in than this share of the half width is in view without doubt.
const NEAR_SIDE: f64 = 0.84;
/// Variants less probable than this are left out.
const NEGLIGIBLE: f64 = 0.01;
/// Price of rendering the whole label map wrongly.
const MISMATCH_PRICE: f64 = 150.0;
/// Cells looked at on the long side when the areas of starts and of minima are compared.
const COARSE_SAMPLES: usize = 20;
pub const FINE_SAMPLES: usize = 48;
/// An end counts as visible inside this share of the width from the border.
const FRAME_MARGIN: f64 = 0.01;

/// The boxes that may be true, the best first; empty where there is neither a floor nor a ceiling line. The best one
/// comes with its variants: the same room, but an end of the wall inside instead of outside the frame, or the reverse.
#[must_use]
pub fn choose(problem: &BoxProblem, map: &SurfaceMap) -> Vec<Hypothesis> {
    let noise = SmoothNoise::new(&problem.boundaries.contacts, map, problem.sigma_px);
    let judge = |minimum| judge(problem, &noise, minimum, map);
    let mut refined: Vec<Hypothesis> = refined(problem, map).into_iter().map(judge).collect();
    // A side wall that is more frontal than the opposite one changes places with it.
    for hypothesis in &mut refined {
        let room = hypothesis.room();
        let side = if room.0[YAW] > 0.0 {
            Wall::Right
        } else {
            Wall::Left
        };
        let end_visible = hypothesis.ends_visible[usize::from(side == Wall::Right)];
        let beyond = room.0[YAW].abs() - std::f64::consts::FRAC_PI_4;
        let tie = beyond.abs() < 0.5 * TIE;
        let [opposite, beside] = [Wall::Opposite, side]
            .map(|wall| cells_on(&room, wall, map, |x, y| is_window(map.class(x, y))));
        let wins = if tie && opposite != beside {
            beside > opposite
        } else {
            beyond > 0.0
        };
        if wins && end_visible {
            let turned = problem.descend(room.turned_to(side).0, LONG_DESCENT);
            *hypothesis = judge(turned);
        }
    }
    refined.sort_by(|a, b| a.score.total_cmp(&b.score));
    refined.truncate(1);
    match refined.first() {
        Some(best) => variants(problem, &noise, best, map),
        None => Vec::new(),
    }
}

/// The room of `best` with each of its ends in and out of view, as far as that is likely; likelier ones first.
fn variants(
    problem: &BoxProblem,
    noise: &SmoothNoise,
    best: &Hypothesis,
    map: &SurfaceMap,
) -> Vec<Hypothesis> {
    let room = best.room();
    let [middle, half_width] = map.columns_px();
    let sides = [(LEFT, -1.0), (RIGHT, 1.0)];
    // Each side's possibilities: visible with a corner or as fitted, or out of view, with their probabilities.
    let ways = sides.map(|(index, side)| {
        let column = room.end_column(room.0[index]);
        if column.is_some_and(|x| side * (x - middle) < NEAR_SIDE * half_width) {
            return vec![(1.0, true, None)];
        }
        if let Some(edge) = problem.edges[usize::from(side > 0.0)] {
            return vec![(1.0, true, Some(edge))];
        }
        let sight = wall_ends::look(&room, side > 0.0, noise, map, |tried| {
            end_visible(tried, tried.0[index], map)
        });
        vec![
            (sight.visible, true, sight.corner),
            (1.0 - sight.visible, false, None),
        ]
    });
    let mut found: Vec<Hypothesis> = Vec::new();
    for left in &ways[0] {
        for right in &ways[1] {
            let probability = left.0 * right.0;
            if probability < NEGLIGIBLE {
                continue;
            }
            let mut start = room.0;
            let mut fitted = *problem;
            for ((index, side), way) in sides.into_iter().zip([left, right]) {
                if let Some(corner) = way.2 {
                    fitted.corners[usize::from(side > 0.0)] = Some(corner);
                    let ray = room.wall_ray(corner.pixel);
                    start[index] = ray.x / ray.z.max(1e-6);
                } else if !way.1 {
                    let ray = room.wall_ray([middle + side * OUTSIDE * half_width, 0.0]);
                    let outside = if ray.z > 0.0 {
                        ray.x / ray.z
                    } else {
                        side * 6.0
                    };
                    start[index] = side * (side * outside).max(side * start[index]);
                }
            }
            found.push(Hypothesis {
                minimum: fitted.descend(start, LONG_DESCENT),
                ends_visible: [left.1, right.1],
                score: -probability.ln(),
            });
        }
    }
    found.sort_by(|a, b| a.score.total_cmp(&b.score));
    found
}

/// Distinct minima near the best starts.
fn refined(problem: &BoxProblem, map: &SurfaceMap) -> Vec<Minimum<PARAMETERS>> {
    let rank = |cost: f64, at: &Parameters| {
        cost + MISMATCH_PRICE * mismatch(&RoomBox(*at), map, COARSE_SAMPLES)
    };
    let mut starts: Vec<(f64, Parameters)> = starts(problem, map)
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

fn starts<'a>(
    problem: &'a BoxProblem,
    map: &'a SurfaceMap,
) -> impl Iterator<Item = Parameters> + 'a {
    let [middle, half_width] = map.columns_px();
    let column = move |share: f64| middle + (2.0 * share - 1.0) * half_width;
    START_YAWS_DEG.into_iter().flat_map(move |yaw| {
        START_ENDS.into_iter().flat_map(move |left| {
            START_ENDS
                .into_iter()
                .map(move |right| (left, 1.0 - right))
                .filter(|(left, right)| right - left >= LEAST_START_SPAN)
                .filter_map(move |(left, right)| {
                    start(problem, yaw.to_radians(), column(left), column(right))
                })
        })
    })
}

/// The box with the prior's camera and the given yaw and ends that fits the contacts' median; `None` where the ends do
/// not lie before the camera.
fn start(problem: &BoxProblem, yaw: f64, left_px: f64, right_px: f64) -> Option<Parameters> {
    let mut room = RoomBox(problem.prior.mean);
    room.0[YAW] = yaw;
    let tangent = |x: f64| {
        let ray = room.wall_ray([x, 0.0]);
        (ray.z > 0.0).then(|| ray.x / ray.z)
    };
    // An end out of the frame may lie at any angle; what matters is on which side.
    let (left, right) = (
        tangent(left_px).unwrap_or(-6.0).min(-0.05),
        tangent(right_px).unwrap_or(6.0).max(0.05),
    );
    room.0[LEFT] = left;
    room.0[RIGHT] = right;

    let reach = |ray: Vector3<f64>| match room.wall_of(ray) {
        Wall::Opposite => ray.z,
        Wall::Left => ray.x / left,
        Wall::Right => ray.x / right,
    };
    let contacts = |level: Level| {
        problem
            .boundaries
            .contacts
            .iter()
            .filter(move |contact| contact.level == level)
            .map(|contact| room.wall_ray(contact.pixel))
    };
    // Distance at which the floor lines are seen, by the median over contacts.
    let floor = median(
        contacts(Level::Floor)
            .filter(|ray| ray.y > 0.01)
            .map(|ray| reach(ray) / ray.y),
    );
    let prior_height = problem.prior.mean[LN_HEIGHT].exp();
    let ceiling = median(
        contacts(Level::Ceiling)
            .filter(|ray| ray.y < -0.01)
            .map(|ray| reach(ray) / -ray.y),
    );
    let distance = match (floor, ceiling) {
        (Some(distance), _) => distance,
        (None, Some(ceiling)) => ceiling * (prior_height - 1.0),
        (None, None) => return None,
    };
    let height = ceiling.map_or(prior_height, |ceiling| 1.0 + distance / ceiling);
    (distance > 0.0 && height > 0.0).then(|| {
        room.0[LN_DISTANCE] = distance.ln();
        room.0[LN_HEIGHT] = height.ln();
        room.0
    })
}

fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.filter(|v| v.is_finite()).collect();
    let middle = values.len() / 2;
    (!values.is_empty()).then(|| *values.select_nth_unstable_by(middle, f64::total_cmp).1)
}

/// Scores where a descent ended.
fn judge(
    problem: &BoxProblem,
    noise: &SmoothNoise,
    minimum: Minimum<PARAMETERS>,
    map: &SurfaceMap,
) -> Hypothesis {
    let room = RoomBox(minimum.at);
    let ends_visible = [room.0[LEFT], room.0[RIGHT]].map(|end| end_visible(&room, end, map));
    let score = noise.cost(&room)
        + problem.cost_without_contacts(&minimum.at)
        + MISMATCH_PRICE * mismatch(&room, map, FINE_SAMPLES);
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
    (0..=STEPS).any(|step| {
        let y = 1.0 - room.height() * f64::from(step) / f64::from(STEPS);
        room.project(Vector3::new(end * distance, y, distance))
            .is_some_and(|[u, v]| {
                (u - middle).abs() < half_width * (1.0 - 2.0 * FRAME_MARGIN)
                    && v.abs() < half_height
            })
    })
}

/// How many of the sampled cells that `room` shows on one wall are `wanted`, by column and row.
pub fn cells_on(
    room: &RoomBox,
    wall: Wall,
    map: &SurfaceMap,
    wanted: impl Fn(usize, usize) -> bool,
) -> usize {
    let stride = (map.long_side() / FINE_SAMPLES).max(1);
    (stride / 2..map.height)
        .step_by(stride)
        .flat_map(|y| (stride / 2..map.width).step_by(stride).map(move |x| (x, y)))
        .filter(|&(x, y)| wanted(x, y))
        .filter(|&(x, y)| {
            let pixel = map.pixel(x as f64 + 0.5, y as f64 + 0.5);
            room.hit(room.wall_ray(pixel)) == Hit::Wall(wall)
        })
        .count()
}

/// Share of the cells showing wall, floor or ceiling that the box renders as another of the three.
pub fn mismatch(room: &RoomBox, map: &SurfaceMap, samples: usize) -> f64 {
    let stride = (map.long_side() / samples).max(1);
    let (mut wrong, mut all) = (0_u32, 0_u32);
    for y in (stride / 2..map.height).step_by(stride) {
        for x in (stride / 2..map.width).step_by(stride) {
            let seen = map.cell(x, y);
            if !matches!(
                seen,
                Cell::Wall | Cell::Curtain | Cell::Floor | Cell::Ceiling
            ) {
                continue;
            }
            let pixel = map.pixel(x as f64 + 0.5, y as f64 + 0.5);
            let right = match room.hit(room.wall_ray(pixel)) {
                Hit::Wall(_) => matches!(seen, Cell::Wall | Cell::Curtain),
                Hit::Floor => seen == Cell::Floor,
                Hit::Ceiling => seen == Cell::Ceiling,
            };
            all += 1;
            wrong += u32::from(!right);
        }
    }
    f64::from(wrong) / f64::from(all.max(1))
}
