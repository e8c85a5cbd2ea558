//! From an interval to a confidence that means something.
//!
//! `confidencePct` is the probability that the width is within 15 % of the truth, if the error is normal in the
//! logarithm with the spread that the 80 % interval states: `100 · (2 Φ(ln 1.15 / σ) − 1)`, σ being the interval's half-width
//! in the logarithm over 1.2816. So 70 is reached only where the interval is narrower than about ±17 %, and half of what
//! is given 70 or more lies well under 15 % of error.

/// Errors within this ratio count as good.
const GOOD_RATIO: f64 = 1.15;
/// An 80 % interval ends this many standard deviations from its middle.
pub const SIGMAS_OF_80_PERCENT: f64 = 1.2816;

/// Confidence in a width, 0-100.
#[must_use]
pub fn confidence_pct([low, high]: [f64; 2]) -> f64 {
    let sigma = (high / low).ln() / (2.0 * SIGMAS_OF_80_PERCENT);
    if !(sigma.is_finite() && sigma > 0.0) {
        return 0.0;
    }
    (100.0 * within(GOOD_RATIO.ln() / sigma)).clamp(0.0, 100.0)
}

/// Probability that a standard normal lies within ±`z`: Abramowitz and Stegun 7.1.26, good to 2e-7.
fn within(z: f64) -> f64 {
    let x = z / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * x);
    let series = t
        * (0.254_829_592
            + t * (-0.284_496_736
                + t * (1.421_413_741 + t * (-1.453_152_027 + t * 1.061_405_429))));
    1.0 - series * (-x * x).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_normal_is_right() {
        for (z, p) in [
            (0.0, 0.0),
            (1.0, 0.682_689),
            (1.2816, 0.800_0),
            (2.5758, 0.990_0),
        ] {
            assert!((within(z) - p).abs() < 1e-4, "{z}");
        }
    }

    #[test]
    fn wide_intervals_earn_little() {
        let of = |half: f64| confidence_pct([400.0 / half, 400.0 * half]);
        assert!(of(1.05) > 99.0 && of(1.15) > 79.0 && of(1.25) < 60.0 && of(2.0) < 25.0);
    }
}
