//! What one hypothesis says in centimetres.

use super::box_fit::{BoxPrior, ln_width};
use super::cut_wall::Sight;
use super::doors;
use super::histogram::Histogram;
use super::hypotheses::Hypothesis;
use super::scale::{DoorRatio, Ratios, ScalePosterior};
use super::surfaces::SurfaceMap;
use super::{Observation, cut_wall, priors};
use crate::geometry::room_box::{
    LEAST_KNEE, RoomBox,
    parameter::{ENDS, LEFT, LN_HEIGHT, RIGHT},
};

/// A room's height in camera heights is told by the picture when the standard deviation of its logarithm is less: camera
/// heights and ceilings as they are usual tell it to 0.1.
const TOLD_HEIGHT: f64 = 0.1;

/// Distributions of one hypothesis.
pub struct Reading {
    /// Its probability, up to a factor.
    pub weight: f64,
    /// An end of the wall is out of view.
    pub cut: bool,
    /// Doors were seen, and none believed.
    pub door_rejected: bool,
    /// The picture tells the room's height better than what is usual does.
    pub height_told: bool,
    /// Tangents of the wall's visible ends.
    pub ends: [f64; 2],
    /// Camera height and room height.
    pub scale: ScalePosterior,
    /// Width of what is in view.
    pub visible_width: Histogram,
    /// Width of the whole wall.
    pub full_width: Histogram,
}

/// What the readings of one photo share.
pub struct Circumstances<'a> {
    /// The photo.
    pub observation: &'a Observation<'a>,
    /// Its label map.
    pub map: &'a SurfaceMap,
    /// What was known before.
    pub prior: &'a BoxPrior,
    /// The ceiling slopes: usual heights do not apply to it.
    pub sloped: bool,
    /// Standard deviation of the logarithm of every ratio, for a room that is not quite a box.
    pub misfit_sigma: f64,
}

impl Reading {
    /// Reads `hypothesis`, whose best rival has the score `best_score`; `None` where its wall does not reach into the frame.
    #[must_use]
    pub fn new(
        circumstances: &Circumstances,
        hypothesis: &Hypothesis,
        best_score: f64,
    ) -> Option<Self> {
        let Circumstances {
            observation,
            map,
            prior,
            sloped,
            misfit_sigma,
        } = *circumstances;
        let room = hypothesis.room();
        let [left, right] = visible_ends(&room, hypothesis, map);
        let span = right - left;
        if span <= 0.0 {
            return None;
        }
        let doors = doors::find(map, &room);
        let mut shown = room;
        shown.0[LEFT] = left;
        shown.0[RIGHT] = right;
        // An end at the frame's border is no parameter of the fit: only the distance moves with the evidence.
        let mut width = ln_width(&shown.0);
        for (index, visible) in ENDS.into_iter().zip(hypothesis.ends_visible) {
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
        let height_told = ratios.height_variance.sqrt() < TOLD_HEIGHT;
        let ratios = ratios.widened(misfit_sigma);
        let doubted = doors.ratios.iter().map(|door| DoorRatio {
            sigma_ln: door.sigma_ln.hypot(misfit_sigma),
            ..*door
        });
        let door_ratios: Vec<DoorRatio> = doubted.collect();
        let scale = ScalePosterior::new(&ratios, &observation.known, &door_ratios, sloped);
        let visible_width = scale.width();
        let full_width = match hypothesis.ends_visible {
            [true, true] => visible_width.clone(),
            [true, false] => {
                let ends_so = |grown| knee_likelihood(&room, RIGHT, left + span * grown);
                cut_wall::complete(&visible_width, Sight::OneEnd(-left / span), ends_so)
            }
            [false, true] => {
                let ends_so = |grown| knee_likelihood(&room, LEFT, right - span * grown);
                cut_wall::complete(&visible_width, Sight::OneEnd(right / span), ends_so)
            }
            [false, false] => {
                cut_wall::complete(&visible_width, Sight::NoEnd(-left / span), |_| 1.0)
            }
        };
        Some(Self {
            weight: (best_score - hypothesis.score).exp(),
            height_told,
            door_rejected: doors.rejected && doors.ratios.is_empty(),
            ends: [left, right],
            cut: hypothesis.ends_visible != [true, true],
            scale,
            visible_width,
            full_width,
        })
    }
}

/// How likely the wall ends on one side at the tangent `at`, up to a factor, by the height that a roof has come down to there.
fn knee_likelihood(room: &RoomBox, end: usize, at: f64) -> f64 {
    let Some(roof) = room.roof().filter(|roof| roof.end() == end) else {
        return 1.0;
    };
    let knee = roof.height_at(at * room.distance()).max(LEAST_KNEE);
    let [mean, sigma] = priors::LN_KNEE;
    let z = (knee.ln() - mean) / sigma;
    (-0.5 * z * z).exp() / knee
}

/// Tangents of the wall's ends, or of the frame's borders where the wall goes on past them; not in order where none of the wall is in
/// the frame.
fn visible_ends(room: &RoomBox, hypothesis: &Hypothesis, map: &SurfaceMap) -> [f64; 2] {
    let [middle, half_width] = map.columns_px();
    let border = |x: f64, end: f64| room.tangent_at([x, 0.0]).unwrap_or(end);
    let [left_seen, right_seen] = hypothesis.ends_visible;
    let (left, right) = (room.0[LEFT], room.0[RIGHT]);
    [
        if left_seen {
            left
        } else {
            border(middle - half_width, left).max(left)
        },
        if right_seen {
            right
        } else {
            border(middle + half_width, right).min(right)
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::super::box_prior::box_prior;
    use super::super::tests::paint::{SCALE, bare, knowing, observe, paint, room};
    use super::super::tilt::Tilt;
    use super::*;
    use crate::geometry::least_squares::{Minimum, NormalEquations};

    #[test]
    fn a_wall_beside_the_frame_is_not_read() {
        let seen = room([0.0; 3], 2.6, 1.7, [-0.4, 9.0]);
        let labels = paint(&seen, bare);
        let observation = observe(&labels, SCALE, knowing(&seen));
        let tilt = Tilt::of(&observation);
        let circumstances = Circumstances {
            observation: &observation,
            map: &SurfaceMap::new(&labels, observation.image),
            prior: &box_prior(&observation, &tilt),
            sloped: false,
            misfit_sigma: 0.0,
        };
        let is_read = |left: f64| {
            let hypothesis = Hypothesis {
                minimum: Minimum {
                    at: seen.with_end(LEFT, left).0,
                    equations: NormalEquations::default(),
                },
                ends_visible: [true, false],
                score: 0.0,
            };
            Reading::new(&circumstances, &hypothesis, 0.0).is_some()
        };
        // The frame's right side is at the tangent 0.69.
        assert!(is_read(-0.4) && !is_read(0.8));
    }
}
