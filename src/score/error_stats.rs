//! Statistics over many photos' errors.

use serde::{Deserialize, Serialize};

use super::round;
use crate::photo_result::holds_truth;
use crate::statistics::{mean, median, quantile};

/// One measured length with its truth, cm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// The estimate.
    pub measured_cm: f64,
    /// The truth.
    pub expected_cm: f64,
    /// The estimate's 80 % interval.
    pub interval_cm: Option<[f64; 2]>,
}

/// Error statistics; a value without a sample is absent.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ErrorStats {
    /// Samples.
    pub count: usize,
    /// Mean of measured minus expected, cm.
    pub mean_diff: Option<f64>,
    /// Mean absolute error, cm.
    pub mae: Option<f64>,
    /// Root of the mean squared error, cm.
    pub rmse: Option<f64>,
    /// Largest absolute error, cm.
    pub max_abs: Option<f64>,
    /// 95th percentile of the absolute error, cm.
    pub p95: Option<f64>,
    /// Mean absolute error in percent of the expected.
    pub mape: Option<f64>,
    /// Median of the same.
    pub median_pct_err: Option<f64>,
    /// Percent of truths inside the 80 % interval.
    pub coverage80: Option<f64>,
}

/// The statistics of `samples`.
#[must_use]
pub fn error_stats(samples: &[Sample]) -> ErrorStats {
    let diffs: Vec<f64> = samples
        .iter()
        .map(|s| s.measured_cm - s.expected_cm)
        .collect();
    let absolute: Vec<f64> = diffs.iter().map(|d| d.abs()).collect();
    let squared: Vec<f64> = diffs.iter().map(|d| d * d).collect();
    let percent: Vec<f64> = samples
        .iter()
        .map(|s| 100.0 * (s.measured_cm - s.expected_cm).abs() / s.expected_cm)
        .collect();
    let covered: Vec<f64> = samples
        .iter()
        .filter_map(|s| holds_truth(s.interval_cm, Some(s.expected_cm)))
        .map(|inside| if inside { 100.0 } else { 0.0 })
        .collect();
    ErrorStats {
        count: samples.len(),
        mean_diff: mean(&diffs).and_then(finite),
        mae: mean(&absolute).and_then(finite),
        rmse: mean(&squared).and_then(|m| finite(m.sqrt())),
        max_abs: absolute.iter().copied().reduce(f64::max).and_then(finite),
        p95: quantile(&absolute, 0.95).and_then(finite),
        mape: mean(&percent).and_then(finite),
        median_pct_err: median(&percent).and_then(finite),
        coverage80: mean(&covered).and_then(finite),
    }
}

/// Rounded; absent where truth beyond all measure made it overflow.
fn finite(value: f64) -> Option<f64> {
    Some(round(value)).filter(|rounded| rounded.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sample(measured_cm: f64, expected_cm: f64, interval_cm: Option<[f64; 2]>) -> Sample {
        Sample {
            measured_cm,
            expected_cm,
            interval_cm,
        }
    }

    #[test]
    fn statistics_of_a_small_table_by_hand() {
        let stats = error_stats(&[
            sample(110.0, 100.0, Some([90.0, 120.0])),
            sample(180.0, 200.0, Some([170.0, 190.0])),
            sample(400.0, 400.0, None),
        ]);
        assert_eq!(stats.count, 3);
        assert_eq!(stats.mean_diff, Some(-3.3333));
        assert_eq!(stats.mae, Some(10.0));
        assert_eq!(stats.rmse, Some(round((500.0_f64 / 3.0).sqrt())));
        assert_eq!(stats.max_abs, Some(20.0));
        assert_eq!(stats.p95, Some(19.0));
        assert_eq!(stats.mape, Some(6.6667));
        assert_eq!(stats.median_pct_err, Some(10.0));
        assert_eq!(stats.coverage80, Some(50.0));
    }

    #[test]
    fn absurd_truth_gives_absent_values_and_no_infinities() {
        let stats = error_stats(&[sample(250.0, 1e200, None), sample(250.0, 1e-310, None)]);
        assert_eq!(
            (stats.rmse, stats.mape, stats.median_pct_err),
            (None, None, None)
        );
        assert_eq!(stats.count, 2);
    }

    #[test]
    fn nothing_measured_gives_no_numbers() {
        assert_eq!(error_stats(&[]), ErrorStats::default());
        assert_eq!((mean(&[]), median(&[])), (None, None));
    }

    proptest! {
        #[test]
        fn order_does_not_matter_and_bounds_hold(
            pairs in prop::collection::vec((1.0..1000.0_f64, 1.0..1000.0_f64), 1..30)
        ) {
            let samples: Vec<Sample> = pairs.iter().map(|(m, e)| sample(*m, *e, None)).collect();
            let mut reversed = samples.clone();
            reversed.reverse();
            let (a, b) = (error_stats(&samples), error_stats(&reversed));
            prop_assert!((a.mape.unwrap() - b.mape.unwrap()).abs() < 1e-3);
            let slack = 1e-3;
            prop_assert!(a.mae.unwrap() <= a.rmse.unwrap() + slack);
            prop_assert!(a.rmse.unwrap() <= a.max_abs.unwrap() + slack);
            prop_assert!(a.p95.unwrap() <= a.max_abs.unwrap() + slack);
            prop_assert!(a.mean_diff.unwrap().abs() <= a.mae.unwrap() + slack);
        }
    }
}
