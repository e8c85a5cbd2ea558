//! Bootstrap intervals: how far a statistic moves when the photos are drawn anew (Efron 1979, percentile method).

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::report::comparison::Interval;
use crate::score::round;
use crate::statistics::quantile;

const DRAWS: usize = 2000;
/// Share of the draws left out at each end: 95 % intervals.
const TAIL: f64 = 0.025;
/// The same reports give the same interval.
const SEED: u64 = 0x6d65_6173_7572_6500;

/// One number that stands for many; `None` of nothing.
type Statistic = fn(&[f64]) -> Option<f64>;

/// The interval of `statistic` over `values` that do not depend on one another; `None` of nothing.
pub fn interval(values: &[f64], statistic: Statistic) -> Option<Interval> {
    drawn_in_blocks(values, 1, statistic)
}

/// The same for values taken one after the other, where what disturbs one disturbs its neighbours, too: whole stretches are
/// drawn, which run on from the last value to the first (circular block bootstrap, Politis and Romano 1992).
pub fn interval_of_series(values: &[f64], statistic: Statistic) -> Option<Interval> {
    let block = (values.len() as f64).sqrt().round().max(1.0) as usize;
    drawn_in_blocks(values, block, statistic)
}

fn drawn_in_blocks(values: &[f64], block: usize, statistic: Statistic) -> Option<Interval> {
    if values.is_empty() {
        return None;
    }
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    let mut drawn = vec![0.0; values.len()];
    let found: Vec<f64> = (0..DRAWS)
        .map(|_| {
            for stretch in drawn.chunks_mut(block) {
                let start = random.random_range(0..values.len());
                for (offset, value) in stretch.iter_mut().enumerate() {
                    *value = values[(start + offset) % values.len()];
                }
            }
            statistic(&drawn)
        })
        .collect::<Option<_>>()?;
    Some(Interval {
        low: round(quantile(&found, TAIL)?),
        high: round(quantile(&found, 1.0 - TAIL)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::{mean, median};

    #[test]
    fn the_interval_of_a_mean_is_about_two_standard_errors_wide() {
        let values: Vec<f64> = (0..400).map(|i| f64::from(i % 20)).collect();
        let found = interval(&values, mean).unwrap();
        // Standard deviation of 0..19 is 5.77; over 400 photos, 0.288 of the mean.
        assert!((found.low - (9.5 - 0.565)).abs() < 0.1, "{found:?}");
        assert!((found.high - (9.5 + 0.565)).abs() < 0.1, "{found:?}");
        assert_eq!(interval(&values, mean), Some(found), "the same every time");
    }

    #[test]
    fn values_that_err_together_are_worth_less_than_they_are_many() {
        let width = |i: Interval| i.high - i.low;
        let trend: Vec<f64> = (0..400).map(|i| f64::from(i / 100)).collect();
        let alone = width(interval(&trend, mean).unwrap());
        let together = width(interval_of_series(&trend, mean).unwrap());
        assert!(together > 2.0 * alone, "{together} and {alone}");
    }

    #[test]
    fn nothing_has_no_interval_and_equal_values_have_one_of_no_width() {
        assert!(interval(&[], mean).is_none());
        let found = interval(&[3.0; 5], median).unwrap();
        assert_eq!([found.low, found.high], [3.0, 3.0]);
    }
}
