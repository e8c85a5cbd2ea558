//! What is known of a photo's box before its labels are read: the camera's tilt and focal length, usual rooms, and what the user
//! knows.

use super::box_fit::BoxPrior;
use super::tilt::Tilt;
use super::{Observation, priors};
use crate::geometry::attitude::Attitude;
use crate::geometry::room_box::{
    Parameters,
    parameter::{LEFT, LN_DISTANCE, LN_FOCAL, LN_HEIGHT, PITCH, RIGHT, ROLL, YAW},
};

/// What is known of the box before the labels are read.
#[must_use]
pub fn box_prior(observation: &Observation, tilt: &Tilt) -> BoxPrior {
    let mut mean = Parameters::zeros();
    let mut sigma = Parameters::repeat(f64::INFINITY);
    let mut set = |index: usize, [m, s]: [f64; 2]| {
        mean[index] = m;
        sigma[index] = s;
    };
    match &tilt.gravity {
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
