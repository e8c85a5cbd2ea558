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

impl Histogram {
    /// Of weighted values, each blurred by a normal of standard deviation `sigma`.
    pub(super) fn of(values: impl Iterator<Item = (f64, f64)>, sigma: f64) -> Self {
        /// Quadrature of a normal: offsets in standard deviations at equal shares of 1/7.
        const OFFSETS: [f64; 7] = [-1.465, -0.792, -0.366, 0.0, 0.366, 0.792, 1.465];
        let mut bins = vec![0.0; BINS];
        for (weight, value) in values {
            for offset in OFFSETS {
                let bin = (value + offset * sigma * 1.09 - LN_FIRST) / LN_STEP;
                bins[(bin.max(0.0) as usize).min(BINS - 1)] += weight / OFFSETS.len() as f64;
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
        let weighed = self.weighed(f64::recip);
        weighed.quantiles(&[0.5]).first().copied()
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

    /// Quantiles, cm; `q` ascending.
    #[must_use]
    pub fn quantiles(&self, q: &[f64]) -> Vec<f64> {
        let total: f64 = self.bins.iter().sum();
        let mut below = 0.0;
        let mut bins = self.bins.iter().enumerate().peekable();
        q.iter()
            .map(|&share| {
                let wanted = share * total;
                while let Some(&(_, &weight)) = bins.peek() {
                    if below + weight >= wanted && weight > 0.0 {
                        break;
                    }
                    below += weight;
                    if bins.next().is_none() {
                        break;
                    }
                }
                let (index, inside) = bins.peek().map_or((BINS, 0.0), |&(i, &weight)| {
                    (i, ((wanted - below) / weight).clamp(0.0, 1.0))
                });
                (LN_FIRST + (index as f64 + inside) * LN_STEP).exp()
            })
            .collect()
    }
}
