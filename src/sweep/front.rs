//! Pareto fronts, and the best configuration within a budget.

use super::Point;

/// Marks the points that no other one beats in both accuracy and cost, for time and for memory.
pub(super) fn mark(points: &mut [Point]) {
    let time = on_front(points, time);
    let memory = on_front(points, |point| point.outcome.peak_rss_mb);
    for ((point, time), memory) in points.iter_mut().zip(time).zip(memory) {
        point.on_time_front = time;
        point.on_memory_front = memory;
    }
}

/// The most accurate point that takes at most `max_ms`; of equals the fastest.
pub(super) fn best_within(points: &[Point], max_ms: f64) -> Option<usize> {
    let within = points.iter().enumerate().filter_map(|(index, point)| {
        let (error, ms) = (point.outcome.error_pct?, time(point)?);
        (ms <= max_ms).then_some((index, error, ms))
    });
    within
        .min_by(|a, b| a.1.total_cmp(&b.1).then(a.2.total_cmp(&b.2)))
        .map(|(index, _, _)| index)
}

fn time(point: &Point) -> Option<f64> {
    point.outcome.median_ms
}

/// Of each point, whether no other is at least as good in both respects and better in one.
fn on_front(points: &[Point], cost: impl Fn(&Point) -> Option<f64>) -> Vec<bool> {
    let values: Vec<Option<(f64, f64)>> = points
        .iter()
        .map(|point| Some((point.outcome.error_pct?, cost(point)?)))
        .collect();
    let beaten = |own: &(f64, f64)| {
        values.iter().flatten().any(|other| {
            other.0 <= own.0 && other.1 <= own.1 && (other.0 < own.0 || other.1 < own.1)
        })
    };
    values
        .iter()
        .map(|value| value.as_ref().is_some_and(|own| !beaten(own)))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::point;
    use super::*;

    #[test]
    fn a_point_that_is_worse_in_both_is_off_the_front() {
        let mut points = [
            point("small", Some(20.0), 10.0, 300.0),
            point("middle", Some(10.0), 50.0, 200.0),
            point("worse", Some(15.0), 60.0, 100.0),
            point("large", Some(5.0), 500.0, 900.0),
        ];
        mark(&mut points);
        let on = |f: fn(&Point) -> bool| points.iter().map(f).collect::<Vec<_>>();
        assert_eq!(on(|p| p.on_time_front), [true, true, false, true]);
        assert_eq!(on(|p| p.on_memory_front), [false, true, true, true]);
        assert_eq!(best_within(&points, 499.0), Some(1));
        assert_eq!(best_within(&points, 500.0), Some(3));
        assert_eq!(best_within(&points, 9.0), None);
    }

    #[test]
    fn without_truth_there_is_neither_front_nor_best() {
        let mut points = [point("a", None, 10.0, 300.0)];
        mark(&mut points);
        assert!(!points[0].on_time_front && !points[0].on_memory_front);
        assert_eq!(best_within(&points, 100.0), None);
    }

    proptest! {
        /// Whatever the budget, the best lies on the front of time.
        #[test]
        fn the_best_is_on_the_front(values in proptest::collection::vec((0u8..20, 1u8..20), 1..12), budget in 0u8..25) {
            let mut points: Vec<Point> = values
                .iter()
                .map(|(error, ms)| point("m", Some(f64::from(*error)), f64::from(*ms), 1.0))
                .collect();
            mark(&mut points);
            match best_within(&points, f64::from(budget)) {
                Some(best) => prop_assert!(points[best].on_time_front),
                None => prop_assert!(values.iter().all(|(_, ms)| *ms > budget)),
            }
        }
    }
}
