//! Errors, MAPE and coverage: pure functions of measurements and truth. The one place where the two meet.

pub mod error_stats;
pub mod metrics;

pub use metrics::{Metrics, RunTotals, summarise};

use crate::dataset::Truth;
use crate::photo_result::{PhotoResult, PhotoScore};

/// Lays truth beside a result and computes its errors; `None` takes truth away again.
pub fn score_photo(result: &mut PhotoResult, truth: Option<Truth>) {
    let truth = truth.unwrap_or_default();
    let width = errors(result.wall_width_cm, truth.width_cm);
    let height = errors(result.wall_height_cm, truth.height_cm);
    result.score = PhotoScore {
        expected_width_cm: truth.width_cm,
        expected_height_cm: truth.height_cm,
        width_diff_cm: width.map(|e| e.diff_cm),
        width_abs_err_cm: width.map(|e| e.diff_cm.abs()),
        width_pct_err: width.map(|e| e.pct),
        height_diff_cm: height.map(|e| e.diff_cm),
        height_abs_err_cm: height.map(|e| e.diff_cm.abs()),
        height_pct_err: height.map(|e| e.pct),
    };
}

#[derive(Debug, Clone, Copy)]
struct Errors {
    diff_cm: f64,
    pct: f64,
}

fn errors(measured: Option<f64>, expected: Option<f64>) -> Option<Errors> {
    let (measured, expected) = (measured?, expected?);
    let diff_cm = round(measured - expected);
    let pct = round(100.0 * (measured - expected).abs() / expected);
    (diff_cm.is_finite() && pct.is_finite()).then_some(Errors { diff_cm, pct })
}

/// To a ten-thousandth: enough to recompute any statistic, without the tail of binary fractions.
pub(crate) fn round(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diff_is_measured_minus_expected_and_percent_is_of_the_expected() {
        let mut result = PhotoResult::failed("a.jpg".into(), String::new());
        result.wall_width_cm = Some(360.0);
        let truth = Truth {
            width_cm: Some(480.0),
            height_cm: Some(250.0),
        };
        score_photo(&mut result, Some(truth));
        assert_eq!(result.score.width_diff_cm, Some(-120.0));
        assert_eq!(result.score.width_abs_err_cm, Some(120.0));
        assert_eq!(result.score.width_pct_err, Some(25.0));
        assert_eq!(result.score.expected_height_cm, Some(250.0));
        assert_eq!(result.score.height_diff_cm, None);
        score_photo(&mut result, None);
        assert_eq!(result.score, PhotoScore::default());
    }
}
