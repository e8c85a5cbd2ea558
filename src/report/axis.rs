//! An axis of a chart: round ticks, and where a value lies between its ends.

/// About this many steps from one end of an axis to the other.
const STEPS: f64 = 5.0;

/// One axis: a range with round ends.
#[derive(Debug, Clone)]
pub struct Axis {
    low: f64,
    high: f64,
    step: f64,
    name: &'static str,
}

impl Axis {
    /// An axis that holds all of `values`.
    pub fn around(name: &'static str, values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| {
            (low.min(v), high.max(v))
        });
        if low > high {
            return Self::around(name, [0.0].into_iter());
        }
        let step = round_step((high - low).max(1e-6) / STEPS);
        let low = step * (low / step).floor();
        let high = (step * (high / step).ceil()).max(low + step);
        Self {
            low,
            high,
            step,
            name,
        }
    }

    /// An axis of counts, from 0 to `most`: there are no halves to tick.
    pub fn of_counts(name: &'static str, most: usize) -> Self {
        let axis = Self::around(name, [0.0, most.max(1) as f64].into_iter());
        Self {
            step: axis.step.max(1.0),
            ..axis
        }
    }

    /// What it shows, with its unit.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Both ends.
    pub const fn ends(&self) -> [f64; 2] {
        [self.low, self.high]
    }

    /// Where a value lies between the ends, 0-1; the nearer end for one beyond it.
    pub fn share(&self, value: f64) -> f64 {
        ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    /// Values to mark, from the lower end to the upper one.
    pub fn ticks(&self) -> impl Iterator<Item = f64> {
        let count = ((self.high - self.low) / self.step).round() as u32;
        let (low, step) = (self.low, self.step);
        (0..=count).map(move |i| low + step * f64::from(i))
    }
}

/// The next of 1, 2, 5, 10, 20, 50 ... that is not smaller.
fn round_step(least: f64) -> f64 {
    let power = 10_f64.powf(least.log10().floor());
    let factors = [1.0, 2.0, 5.0, 10.0];
    let fitting = factors.into_iter().map(|f| f * power);
    fitting.fold(f64::INFINITY, |best, step| {
        if step >= least * 0.999 {
            best.min(step)
        } else {
            best
        }
    })
}

/// A tick's number, without a tail of binary fractions.
pub fn number(value: f64) -> String {
    let rounded = (value * 1e6).round() / 1e6;
    // No minus before a zero.
    format!("{}", if rounded == 0.0 { 0.0 } else { rounded })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn steps_are_round() {
        for (least, step) in [
            (0.9, 1.0),
            (1.0, 1.0),
            (1.1, 2.0),
            (30.0, 50.0),
            (0.07, 0.1),
        ] {
            assert!((round_step(least) - step).abs() < 1e-9, "{least}");
        }
        let counts: Vec<f64> = Axis::of_counts("photos", 2).ticks().collect();
        assert_eq!(counts, [0.0, 1.0, 2.0]);
        assert_eq!(number(-0.0), "0");
        assert_eq!(number(0.1 + 0.2), "0.3");
    }

    proptest! {
        #[test]
        fn an_axis_holds_its_values_with_few_ticks(values in prop::collection::vec(-1e4..1e4_f64, 0..20)) {
            let axis = Axis::around("x", values.iter().copied());
            let [low, high] = axis.ends();
            prop_assert!(low < high);
            for value in values {
                prop_assert!((low - 1e-6..=high + 1e-6).contains(&value));
            }
            let ticks = axis.ticks().count();
            prop_assert!((2..=8).contains(&ticks), "{}", ticks);
        }
    }
}
