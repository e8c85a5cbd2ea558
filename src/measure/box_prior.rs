//! What is known of a photo's box before its labels are read: the camera's tilt and focal length, usual rooms, and what the user
//! knows.

use super::box_fit::BoxPrior;
use super::tilt::Tilt;
use super::{Known, Observation, priors};
use crate::geometry::attitude::Attitude;
use crate::geometry::room_box::{
    Parameters,
    parameter::{LEFT, LN_DISTANCE, LN_FOCAL, LN_HEIGHT, LN_KNEE, PITCH, RIGHT, ROLL, SLOPE, YAW},
};
use crate::geometry::side::Side;

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
    // What is usual is so in camera heights of a usual camera.
    let camera = observation.known.camera_height_cm;
    let lower = camera.map_or(0.0, |cm| priors::CAMERA_HEIGHT.moments().0 - cm.ln());
    let [ln_distance, sigma_distance] = priors::LN_DISTANCE;
    set(LN_DISTANCE, [ln_distance + lower, sigma_distance]);
    set(
        LN_HEIGHT,
        ln_height(observation.known, priors::CEILING_HEIGHT.moments()),
    );
    // Without a roof both stay where they are.
    set(SLOPE, [0.0, 1.0]);
    set(LN_KNEE, priors::LN_KNEE);
    set(LEFT, [-priors::END_TANGENT[0], priors::END_TANGENT[1]]);
    set(RIGHT, priors::END_TANGENT);
    BoxPrior {
        mean,
        sigma,
        ln_width_mean: priors::LN_WIDTH[0] + lower,
        ln_width_sigma: priors::LN_WIDTH[1],
    }
}

/// The same room under a roof that starts at one of its side walls.
#[must_use]
pub fn under_roof(level: &BoxPrior, known: Known, foot: Side) -> BoxPrior {
    let mut prior = *level;
    let [pitch, sigma] = priors::ROOF_PITCH;
    prior.mean[SLOPE] = -foot.sign() * pitch;
    prior.sigma[SLOPE] = sigma;
    [prior.mean[LN_HEIGHT], prior.sigma[LN_HEIGHT]] =
        ln_height(known, priors::SLOPED_CEILING_HEIGHT.moments());
    prior
}

/// Mean and standard deviation of the logarithm of the room's height in camera heights, where rooms usually are as high as `usual`
/// says.
fn ln_height(known: Known, usual: (f64, f64)) -> [f64; 2] {
    let (camera, camera_sigma) = match known.camera_height_cm {
        Some(cm) => (cm.ln(), priors::KNOWN_SIGMA),
        None => priors::CAMERA_HEIGHT.moments(),
    };
    let (ceiling, ceiling_sigma) = match known.ceiling_height_cm {
        Some(cm) => (cm.ln(), priors::KNOWN_SIGMA),
        None => usual,
    };
    let sigma = ceiling_sigma.hypot(camera_sigma);
    [ceiling - camera, sigma.max(priors::LEAST_HEIGHT_SIGMA)]
}
