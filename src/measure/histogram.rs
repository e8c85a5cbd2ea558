//! Distributions of lengths as weights of bins, so that mixtures keep their tails.

/// A distribution of the logarithm of a length in cm.
#[derive(Debug, Clone)]
pub struct Histogram {
    bins: Vec<f64>,
}

/// Range and step of the bins: 5 cm to 50 m in steps of 0.2 %.
const LN_FIRST: f64 = 1.609;
const LN_STEP: f64 = 0.002;
const BINS: usize = 3460;

fn bin_of(value: f64) -> usize {
    (((value - LN_FIRST) / LN_STEP).max(0.0) as usize).min(BINS - 1)
}

impl Histogram {
    /// Of weighted values, each blurred by a normal of standard deviation `sigma`.
    pub(super) fn of(values: impl Iterator<Item = (f64, f64)>, sigma: f64) -> Self {
        let mut bins = vec![0.0; BINS];
        for (weight, value) in values {
            bins[bin_of(value)] += weight;
        }
        Self { bins }.blurred(sigma)
    }

    /// The same, blurred by a normal of standard deviation `sigma` in the logarithm.
    fn blurred(self, sigma: f64) -> Self {
        /// The blur is summed at so many places on each side, and so far apart, standard deviations.
        const PLACES: i32 = 30;
        const APART: f64 = 0.1;
        if sigma < LN_STEP {
            return self;
        }
        let places: Vec<(f64, f64)> = (-PLACES..=PLACES)
            .map(|place| APART * f64::from(place))
            .map(|z| (sigma * z, (-0.5 * z * z).exp()))
            .collect();
        let total: f64 = places.iter().map(|(_, share)| share).sum();
        let mut bins = vec![0.0; BINS];
        for (index, weight) in self.bins.iter().enumerate().filter(|(_, w)| **w > 0.0) {
            let value = LN_FIRST + (index as f64 + 0.5) * LN_STEP;
            for (offset, share) in &places {
                bins[bin_of(value + offset)] += weight * share / total;
            }
        }
        Self { bins }
    }

    /// The bins' centres in cm with their weights.
    pub fn weighted_cm(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.bins
            .iter()
            .enumerate()
            .map(|(i, &weight)| ((LN_FIRST + (i as f64 + 0.5) * LN_STEP).exp(), weight))
    }

    /// The weighted mean of distributions; a distribution's own weights count by their shares.
    #[must_use]
    pub fn mixture<'a>(parts: impl Iterator<Item = (f64, &'a Self)>) -> Self {
        let mut bins = vec![0.0; BINS];
        for (weight, part) in parts {
            let total: f64 = part.bins.iter().sum();
            for (sum, bin) in bins.iter_mut().zip(&part.bins) {
                *sum += weight * bin / total.max(f64::MIN_POSITIVE);
            }
        }
        Self { bins }
    }

    /// The length whose expected error relative to the truth is least: the median after weighing each length by its
    /// inverse. Where the distribution is narrow it is the median.
    #[must_use]
    pub fn least_relative_error_cm(&self) -> Option<f64> {
        self.weighed(f64::recip).median_cm()
    }

    /// The median, cm.
    #[must_use]
    pub fn median_cm(&self) -> Option<f64> {
        self.quantiles([0.5]).map(|[median]| median)
    }

    /// A distribution from weights at lengths.
    #[must_use]
    pub fn from_weighted_cm(values: impl Iterator<Item = (f64, f64)>) -> Self {
        Self::of(
            values
                .filter(|(cm, weight)| *cm > 0.0 && *weight > 0.0)
                .map(|(cm, weight)| (weight, cm.ln())),
            0.0,
        )
    }

    /// The distribution with `weight`, of a length in cm, as further evidence.
    #[must_use]
    pub fn weighed(&self, weight: impl Fn(f64) -> f64) -> Self {
        Self {
            bins: self
                .weighted_cm()
                .map(|(cm, share)| share * weight(cm))
                .collect(),
        }
    }

    /// Quantiles at `shares`, which ascend, cm; `None` where nothing has any weight.
    #[must_use]
    pub fn quantiles<const N: usize>(&self, shares: [f64; N]) -> Option<[f64; N]> {
        let total: f64 = self.bins.iter().sum();
        let mut weighty = self.bins.iter().enumerate().filter(|(_, w)| **w > 0.0);
        let (mut index, mut weight) = weighty.next().map(|(index, weight)| (index, *weight))?;
        let mut below = 0.0;
        Some(shares.map(|share| {
            let wanted = share * total;
            while below + weight < wanted
                && let Some((next, its_weight)) = weighty.next()
            {
                below += weight;
                (index, weight) = (next, *its_weight);
            }
            let inside = ((wanted - below) / weight).clamp(0.0, 1.0);
            (LN_FIRST + (index as f64 + inside) * LN_STEP).exp()
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blurred_value_has_the_quantiles_of_a_normal() {
        for sigma in [0.01, 0.1, 0.4] {
            let blurred = Histogram::of([(1.0, 300.0_f64.ln())].into_iter(), sigma);
            let found = blurred.quantiles([0.1, 0.5, 0.9]).unwrap();
            for (cm, z) in found.into_iter().zip([-1.2816, 0.0, 1.2816]) {
                let off = (cm / 300.0).ln() - z * sigma;
                assert!(off.abs() < 0.06 * sigma + LN_STEP, "{cm} at {z}, {sigma}");
            }
        }
    }

    #[test]
    fn nothing_has_no_quantiles() {
        let nothing = Histogram::from_weighted_cm(std::iter::empty());
        assert_eq!(nothing.quantiles([0.1, 0.9]), None);
        assert_eq!(nothing.least_relative_error_cm(), None);
        let mixed = Histogram::mixture([(1.0, &nothing)].into_iter());
        assert_eq!(mixed.median_cm(), None);
        // Beyond every weight lies no bin that has none.
        let short = Histogram::from_weighted_cm([(100.0, 1.0)].into_iter());
        let [all] = short.quantiles([1.0]).unwrap();
        assert!((all / 100.0).ln().abs() <= LN_STEP, "{all}");
    }
}
