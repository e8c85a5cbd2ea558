//! What is known of rooms and of how people photograph them, before a photo is looked at.
//!
//! Lengths as normals of the logarithm, so that evidence multiplies. Every figure is of homes, not of one data set: the
//! study tests the estimator under shifted ones.

use crate::geometry::camera::FocalSource;

/// A length whose logarithm is normal, as one part of a mixture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogNormal {
    /// Its share in the mixture.
    pub weight: f64,
    /// Median of the length, cm.
    pub median_cm: f64,
    /// Standard deviation of its logarithm.
    pub sigma_ln: f64,
}

impl LogNormal {
    /// A part of a mixture: share, median in cm, standard deviation of the logarithm.
    #[must_use]
    pub const fn new(weight: f64, median_cm: f64, sigma_ln: f64) -> Self {
        Self {
            weight,
            median_cm,
            sigma_ln,
        }
    }
}

/// A mixture of normals over the logarithm of a length in cm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogMixture<const N: usize>(pub [LogNormal; N]);

impl<const N: usize> LogMixture<N> {
    /// Mean and standard deviation of the logarithm.
    #[must_use]
    pub fn moments(&self) -> (f64, f64) {
        let total: f64 = self.0.iter().map(|part| part.weight).sum();
        let mean = |of: &dyn Fn(&LogNormal) -> f64| {
            self.0
                .iter()
                .map(|part| part.weight * of(part))
                .sum::<f64>()
                / total
        };
        let middle = mean(&|part| part.median_cm.ln());
        let variance = mean(&|part| part.sigma_ln.powi(2) + (part.median_cm.ln() - middle).powi(2));
        (middle, variance.sqrt())
    }
}

/// Height of the lens above the floor: standing people, and some who sit or kneel.
pub const CAMERA_HEIGHT: LogMixture<2> = LogMixture([
    LogNormal::new(0.85, 151.0, 0.073),
    LogNormal::new(0.15, 116.0, 0.11),
]);
/// Height of rooms: what is mostly built today, homes that keep to the 240 cm which building codes ask for (Germany's
/// Musterbauordnung, section 47), and a broad rest of older and newer stock.
///
/// The second is weighed by less than there are such homes, for it widens the interval of every other room.
pub const CEILING_HEIGHT: LogMixture<3> = LogMixture([
    LogNormal::new(0.75, 260.0, 0.038),
    LogNormal::new(0.08, 239.0, 0.035),
    LogNormal::new(0.17, 285.0, 0.1),
]);
/// Highest point of a ceiling that slopes.
pub const SLOPED_CEILING_HEIGHT: LogMixture<1> = LogMixture([LogNormal::new(1.0, 258.0, 0.12)]);
/// Height in camera heights at which a roof starts over a side wall, as its logarithm, and the tangent of a roof's pitch.
pub const LN_KNEE: [f64; 2] = [-0.2, 0.35];
pub const ROOF_PITCH: [f64; 2] = [0.8, 0.4];
/// Height of a door's mask: the leaf, the leaf with its casing, which many networks take for part of it, and odd doors.
///
/// The second is weighed by less than there are such masks, as it makes bare leaves less sure. In a simulation of the scale
/// alone, it costs rooms of bare leaves 0.1-0.2 points of width and spares cased ones 0.5, of whose intervals 64 % held.
pub const DOOR_HEIGHT: LogMixture<3> = LogMixture([
    LogNormal::new(0.65, 204.5, 0.02),
    LogNormal::new(0.20, 211.5, 0.022),
    LogNormal::new(0.15, 208.0, 0.065),
]);
/// Standard deviation of the logarithm of a length that the user gives, and how it may be wrong altogether: how often, and then
/// by how much (a slip of the keyboard, another room's height).
pub const KNOWN_SIGMA: f64 = 0.006;
pub const KNOWN_DOUBT: [f64; 2] = [0.02, 0.3];
/// Standard deviation of the logarithm of the room's height in camera heights that a fit to the labels believes, however sure the
/// user is of both: what they say decides on the scale, and bends no room.
pub const LEAST_HEIGHT_SIGMA: f64 = 0.08;

/// Pitch of a phone held to photograph a wall, radians: mean and standard deviation.
pub const PITCH: [f64; 2] = [-0.05, 0.1];
/// Roll, radians.
pub const ROLL: [f64; 2] = [0.0, 0.035];
/// Yaw of the wall that someone photographs, radians.
pub const YAW: [f64; 2] = [0.0, 0.35];
/// Logarithm of the distance to the wall in camera heights.
pub const LN_DISTANCE: [f64; 2] = [0.95, 0.5];
/// Logarithm of the width of walls in camera heights.
pub const LN_WIDTH: [f64; 2] = [1.02, 0.4];
/// Tangent of the azimuth of a wall's ends: only to keep an end that is not seen from drifting away.
pub const END_TANGENT: [f64; 2] = [0.9, 1.0];

/// Lengths in cm that are as likely as each other within a range, and less so beyond by exponential tails.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UsualLengths {
    /// The range.
    range: [f64; 2],
    /// The tails' scales below and above it.
    tails: [f64; 2],
}

impl UsualLengths {
    /// How usual a length is, up to a factor.
    #[must_use]
    pub fn density(&self, cm: f64) -> f64 {
        let [low, high] = self.range;
        let [below, above] = self.tails;
        ((cm - low) / below).min((high - cm) / above).min(0.0).exp()
    }
}

/// Widths of the walls of a room, which is what stands before who photographs one.
pub const ROOM_WIDTH_CM: UsualLengths = UsualLengths {
    range: [250.0, 620.0],
    tails: [30.0, 70.0],
};
/// Widths that any wall of a home may have, corridors' ends and halls included.
pub const WALL_WIDTH_CM: UsualLengths = UsualLengths {
    range: [100.0, 750.0],
    tails: [20.0, 100.0],
};

/// The least uncertainty that a focal length is believed to have: calibration differs from the data sheet.
#[must_use]
pub fn least_focal_sigma(source: FocalSource) -> f64 {
    match source {
        FocalSource::Depth | FocalSource::User => 0.005,
        FocalSource::Exif35mm | FocalSource::ExifFocalPlane => 0.015,
        FocalSource::VanishingPoints => 0.03,
        FocalSource::Default => 0.05,
    }
}
