//! What the fitted box says in camera heights, before anything is known in centimetres.

use nalgebra::SMatrix;

use crate::geometry::room_box::{PARAMETERS, Parameters, parameter::LN_HEIGHT};
use crate::measure::box_fit::LN_HEIGHT_RANGE;

/// A door's height in camera heights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DoorRatio {
    /// Logarithm of the ratio.
    pub ln_ratio: f64,
    /// Standard deviation of its reading.
    pub sigma_ln: f64,
}

/// The fitted box as far as scale cares: normal in the logarithms.
#[derive(Debug, Clone, Copy)]
pub struct Ratios {
    /// ln of the room's height in camera heights, without what the prior of heights says.
    pub ln_height: f64,
    /// Its variance.
    pub height_variance: f64,
    /// ln of the wall's width in camera heights at `ln_height`.
    pub ln_width: f64,
    /// Change of `ln_width` with `ln_height`.
    pub width_slope: f64,
    /// Variance of `ln_width` at a given `ln_height`.
    pub width_variance: f64,
}

impl Ratios {
    /// Ratios from a fit whose information matrix holds a prior `N(mean, sigma)` of the ln height, which is taken out
    /// again; `ln_width` and its gradient are those at the fit.
    #[must_use]
    pub fn from_fit(
        at: &Parameters,
        information: &SMatrix<f64, PARAMETERS, PARAMETERS>,
        (mean, sigma): (f64, f64),
        (ln_width, gradient): (f64, Parameters),
    ) -> Self {
        /// Keeps directions that nothing fixes finite: 30 radians or e-folds.
        const RIDGE: f64 = 1e-3;
        let mut without = *information;
        let precision = 1.0 / (sigma * sigma);
        without[(LN_HEIGHT, LN_HEIGHT)] -= precision;
        for i in 0..PARAMETERS {
            without[(i, i)] += RIDGE;
        }
        let covariance = without
            .try_inverse()
            .unwrap_or_else(SMatrix::<f64, PARAMETERS, PARAMETERS>::identity);
        let height_variance = covariance[(LN_HEIGHT, LN_HEIGHT)].clamp(1e-10, 100.0);
        let with_height = (gradient.transpose() * covariance.column(LN_HEIGHT))[0];
        let slope = with_height / height_variance;
        let all = (gradient.transpose() * covariance * gradient)[0];
        // Where the picture does not tell the height, what the prior pulled is anything, and nothing is lost by a plausible height.
        let pulled = height_variance * (at[LN_HEIGHT] - mean) * precision;
        let [low, high] = LN_HEIGHT_RANGE;
        let pulled = (at[LN_HEIGHT] + pulled).clamp(low, high) - at[LN_HEIGHT];
        Self {
            ln_height: at[LN_HEIGHT] + pulled,
            height_variance,
            ln_width: ln_width + slope * pulled,
            width_slope: slope,
            width_variance: (all - slope * with_height).max(1e-10),
        }
    }

    /// The same ratios, each doubted by a further standard deviation `sigma`.
    #[must_use]
    pub fn widened(mut self, sigma: f64) -> Self {
        self.height_variance += sigma * sigma;
        self.width_variance += sigma * sigma;
        self
    }
}
