//! The box that explains the contacts best: one descent from one start.

use nalgebra::SVector;

use super::boundaries::{BoundSide, Boundaries, Contact};
use super::wall_ends::CornerSight;
use crate::geometry::least_squares::{Loss, Minimum, NormalEquations, Problem, minimise};
use crate::geometry::room_box::{
    BoxEdges, LEAST_KNEE, PARAMETERS, Parameters, RoomBox, Sight, parameter,
};
use crate::geometry::side::Side;

/// What is known of a box before the label map is looked at: independent normals, and one of the logarithm of the width
/// in camera heights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoxPrior {
    /// Means.
    pub mean: Parameters,
    /// Standard deviations; infinite where nothing is known.
    pub sigma: Parameters,
    /// Mean of the logarithm of the opposite wall's width in camera heights.
    pub ln_width_mean: f64,
    /// Its standard deviation.
    pub ln_width_sigma: f64,
}

/// A contact farther off than this many standard deviations pulls less and less.
const CAUCHY_SCALE: f64 = 2.0;
/// A contact farther than this many from the box's edge is on none.
const OFF_SIGMAS: f64 = 3.0;
/// Ranges of the parameters that keep the box a box with the camera inside.
const LN_DISTANCE_RANGE: [f64; 2] = [-1.6, 2.7];
/// Logarithm of the room's height in camera heights.
pub const LN_HEIGHT_RANGE: [f64; 2] = [0.1, 1.8];
const END_RANGE: [f64; 2] = [0.02, 12.0];
const TILT_RANGE: f64 = 1.0;
const YAW_RANGE: f64 = 1.35;
const LN_FOCAL_RANGE: f64 = 0.7;
/// Pitches of roofs, tangents: from 9 degrees, below which a ceiling counts as level, to 72.
const SLOPE_RANGE: [f64; 2] = [0.15, 3.0];
/// A roof is at least so far above the camera, camera heights: someone stands there.
const HEADROOM: f64 = 0.05;

/// The fit of a box to a photo's boundaries.
#[derive(Debug, Clone, Copy)]
pub struct BoxProblem<'a> {
    /// What was seen.
    pub boundaries: &'a Boundaries,
    /// What is known anyway.
    pub prior: BoxPrior,
    /// Standard deviation of a contact, px of the photo.
    pub sigma_px: f64,
    /// Left and right vertical edges of the opposite wall that were seen by themselves.
    pub corners: [Option<CornerSight>; 2],
}

/// A contact beside a box.
#[derive(Debug, Clone, Copy)]
pub struct JudgedContact<'a> {
    /// The contact.
    pub contact: &'a Contact,
    /// Signed distance from the edge of the wall that it belongs to, px.
    pub distance_px: f64,
    /// Whether it is so far from the edge that it is something else.
    pub off: bool,
}

impl BoxProblem<'_> {
    /// Descends from `start`.
    #[must_use]
    pub fn descend(&self, start: Parameters, iterations: usize) -> Minimum<PARAMETERS> {
        minimise(self, start, iterations, 1e-7)
    }

    /// The contacts that are fitted to, beside the edges of `room`.
    pub fn judged_contacts(&self, room: &RoomBox) -> impl Iterator<Item = JudgedContact<'_>> {
        let (edges, sight) = (room.edges(), room.sight());
        self.boundaries.contacts.iter().map(move |contact| {
            let (distance_px, _) = edges.wall_end_at(&sight, contact.level, contact.pixel);
            JudgedContact {
                contact,
                distance_px,
                off: distance_px.abs() > OFF_SIGMAS * self.sigma_px,
            }
        })
    }

    /// The part of the cost at `x` that no contact has to do with.
    #[must_use]
    pub fn cost_without_contacts(&self, x: &Parameters) -> f64 {
        let room = RoomBox(*x);
        let mut sum = NormalEquations::default();
        self.add_bounds_and_priors(x, &room.sight(), &room.edges(), &mut sum);
        sum.cost
    }

    fn add_bounds_and_priors(
        &self,
        x: &Parameters,
        sight: &Sight,
        edges: &BoxEdges,
        sum: &mut NormalEquations<PARAMETERS>,
    ) {
        for (corner, side) in self.corners.iter().zip(Side::BOTH) {
            if let Some(CornerSight { pixel, sigma_px }) = corner {
                let (distance, d) = edges.corner(side, *pixel);
                sum.add(distance / sigma_px, &(d / *sigma_px), 1.0, Loss::Square);
            }
        }
        let precision = 1.0 / self.sigma_px;
        let loss = Loss::Cauchy(CAUCHY_SCALE);
        for bound in &self.boundaries.bounds {
            let (distance, d) = edges.wall_end_at(sight, bound.level, bound.pixel);
            let violated = match bound.side {
                BoundSide::Wall => distance > 0.0,
                BoundSide::Beyond => distance < 0.0,
            };
            if violated {
                sum.add(distance * precision, &(d * precision), bound.weight, loss);
            }
        }
        for i in 0..PARAMETERS {
            sum.add_prior(i, x[i], self.prior.mean[i], self.prior.sigma[i]);
        }
        if self.prior.ln_width_sigma.is_finite() {
            let (ln_width, gradient) = ln_width(x);
            let sigma = self.prior.ln_width_sigma;
            let residual = (ln_width - self.prior.ln_width_mean) / sigma;
            sum.add(residual, &(gradient / sigma), 1.0, Loss::Square);
        }
    }
}

impl Problem<PARAMETERS> for BoxProblem<'_> {
    fn linearise(&self, x: &Parameters) -> NormalEquations<PARAMETERS> {
        let mut sum = NormalEquations::default();
        let room = RoomBox(*x);
        let (edges, sight) = (room.edges(), room.sight());
        let precision = 1.0 / self.sigma_px;
        let loss = Loss::Cauchy(CAUCHY_SCALE);
        for contact in &self.boundaries.contacts {
            let (distance, d) = edges.wall_end_at(&sight, contact.level, contact.pixel);
            sum.add(distance * precision, &(d * precision), contact.weight, loss);
        }
        self.add_bounds_and_priors(x, &sight, &edges, &mut sum);
        sum
    }

    fn confine(&self, mut x: Parameters) -> Parameters {
        let clamp = |value: f64, [low, high]: [f64; 2]| value.clamp(low, high);
        let focal = self.prior.mean[parameter::LN_FOCAL];
        x[parameter::PITCH] = x[parameter::PITCH].clamp(-TILT_RANGE, TILT_RANGE);
        x[parameter::ROLL] = x[parameter::ROLL].clamp(-TILT_RANGE, TILT_RANGE);
        x[parameter::YAW] = x[parameter::YAW].clamp(-YAW_RANGE, YAW_RANGE);
        x[parameter::LN_FOCAL] =
            x[parameter::LN_FOCAL].clamp(focal - LN_FOCAL_RANGE, focal + LN_FOCAL_RANGE);
        x[parameter::LN_DISTANCE] = clamp(x[parameter::LN_DISTANCE], LN_DISTANCE_RANGE);
        x[parameter::LN_HEIGHT] = clamp(x[parameter::LN_HEIGHT], LN_HEIGHT_RANGE);
        x[parameter::LEFT] = -clamp(-x[parameter::LEFT], END_RANGE);
        x[parameter::RIGHT] = clamp(x[parameter::RIGHT], END_RANGE);
        let side = self.prior.mean[parameter::SLOPE];
        if side != 0.0 {
            let pitch = clamp(x[parameter::SLOPE] * side.signum(), SLOPE_RANGE);
            x[parameter::SLOPE] = pitch * side.signum();
            let foot = if side > 0.0 {
                -x[parameter::LEFT]
            } else {
                x[parameter::RIGHT]
            };
            let rise = pitch * foot * x[parameter::LN_DISTANCE].exp();
            let knee = x[parameter::LN_KNEE].max((1.0 + HEADROOM - rise).max(LEAST_KNEE).ln());
            x[parameter::LN_KNEE] = knee.min(x[parameter::LN_HEIGHT]);
        }
        x
    }
}

/// Logarithm of the opposite wall's width in camera heights, and its gradient. Its ends are in order, as those of every confined box.
#[must_use]
pub fn ln_width(x: &Parameters) -> (f64, SVector<f64, PARAMETERS>) {
    let span = x[parameter::RIGHT] - x[parameter::LEFT];
    let mut gradient = Parameters::zeros();
    gradient[parameter::LN_DISTANCE] = 1.0;
    gradient[parameter::RIGHT] = 1.0 / span;
    gradient[parameter::LEFT] = -1.0 / span;
    (span.ln() + x[parameter::LN_DISTANCE], gradient)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::geometry::room_box::{Level, parameter::LN_FOCAL};
    use nalgebra::Vector3;

    /// Points on the lines where the walls of `room` meet floor and ceiling, on both sides of each corner.
    fn contacts(room: &RoomBox) -> Vec<Contact> {
        let distance = room.distance();
        let [left, right] = room.ends().map(|end| end * distance);
        let along = |share: f64| Vector3::new(left + (right - left) * share, 0.0, distance);
        let side = |x: f64, share: f64| Vector3::new(x, 0.0, distance * share);
        let mut feet: Vec<Vector3<f64>> = Vec::new();
        for step in 1..12 {
            let share = f64::from(step) / 12.0;
            feet.push(along(share));
            feet.extend([left, right].map(|x| side(x, 0.5 + 0.48 * share)));
        }
        let levels = [(Level::Floor, 1.0), (Level::Ceiling, 1.0 - room.height())];
        feet.iter()
            .flat_map(|foot| levels.map(|(level, y)| (level, Vector3::new(foot.x, y, foot.z))))
            .filter_map(|(level, point)| {
                Some(Contact {
                    pixel: room.project(point)?,
                    level,
                    weight: 1.0,
                })
            })
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        /// From exact lines, with no prior but the focal length, the box comes back.
        #[test]
        fn exact_lines_give_the_box_back(
            pitch in -0.2..0.2, roll in -0.08..0.08, yaw in -0.4..0.4, distance in 1.5..3.5_f64,
            height in 1.5..2.0_f64, left in -0.9..-0.3, right in 0.3..0.9,
        ) {
            let truth = Parameters::from([
                pitch, roll, yaw, 900.0_f64.ln(), distance.ln(), height.ln(), left, right, 0.0, 0.0,
            ]);
            let boundaries = Boundaries {
                contacts: contacts(&RoomBox(truth)),
                ..Boundaries::default()
            };
            let mut prior = BoxPrior {
                mean: truth,
                sigma: Parameters::repeat(f64::INFINITY),
                ln_width_mean: 0.0,
                ln_width_sigma: f64::INFINITY,
            };
            prior.sigma[LN_FOCAL] = 1e-6;
            let problem = BoxProblem {
                boundaries: &boundaries,
                prior,
                sigma_px: 4.0,
                corners: [None; 2],
            };
            // Not so far that a contact changes walls for good.
            let start = truth + Parameters::from([0.02, -0.01, 0.03, 0.0, 0.05, -0.03, 0.02, -0.02, 0.0, 0.0]);
            let found = minimise(&problem, start, 200, 0.0).at;
            let ratios = |x: &Parameters| [ln_width(x).0, x[parameter::LN_HEIGHT]];
            for (got, wanted) in ratios(&found).into_iter().zip(ratios(&truth)) {
                prop_assert!((got - wanted).abs() < 1e-6, "{got} {wanted}");
            }
        }
    }
}
