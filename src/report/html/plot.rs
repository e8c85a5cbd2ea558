//! The frame of a chart as inline SVG: axes with round ticks, and where a value lies between them.

use std::fmt::{Result, Write};

use crate::report::wording::escaped_xml;

/// Size of a chart, and the margins that hold its words, px.
const WIDTH: f64 = 360.0;
const HEIGHT: f64 = 300.0;
const LEFT: f64 = 46.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 42.0;
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

    /// Both ends.
    pub const fn ends(&self) -> [f64; 2] {
        [self.low, self.high]
    }

    fn share(&self, value: f64) -> f64 {
        ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    fn ticks(&self) -> impl Iterator<Item = f64> {
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

/// An open chart.
pub struct Plot<'a> {
    out: &'a mut String,
    x: Axis,
    y: Axis,
}

impl<'a> Plot<'a> {
    /// Opens a chart; `summary` says in words what it shows, for those who do not see it.
    pub fn open(
        out: &'a mut String,
        title: &str,
        summary: &str,
        x: Axis,
        y: Axis,
    ) -> std::result::Result<Self, std::fmt::Error> {
        let (title, summary) = (escaped_xml(title), escaped_xml(summary));
        writeln!(
            out,
            "<figure class=\"chart\"><figcaption>{title}<span>{summary}</span></figcaption>\n<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{title}: {summary}\">"
        )?;
        let mut plot = Self { out, x, y };
        plot.axes()?;
        Ok(plot)
    }

    fn axes(&mut self) -> Result {
        let (bottom, right) = (HEIGHT - BOTTOM, WIDTH - RIGHT);
        for tick in self.y.ticks() {
            let y = self.y(tick);
            writeln!(
                self.out,
                "<path class=\"grid\" d=\"M{LEFT} {y:.1}H{right}\"/><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                LEFT - 6.0,
                y + 4.0,
                number(tick)
            )?;
        }
        for tick in self.x.ticks() {
            let x = self.x(tick);
            writeln!(
                self.out,
                "<path class=\"grid\" d=\"M{x:.1} {TOP}V{bottom}\"/><text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
                bottom + 16.0,
                number(tick)
            )?;
        }
        writeln!(
            self.out,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text><text transform=\"translate(12 {:.1}) rotate(-90)\" text-anchor=\"middle\">{}</text>",
            (LEFT + right) / 2.0,
            HEIGHT - 6.0,
            escaped_xml(self.x.name),
            (TOP + bottom) / 2.0,
            escaped_xml(self.y.name)
        )
    }

    /// Pixels from the left.
    pub fn x(&self, value: f64) -> f64 {
        LEFT + (WIDTH - LEFT - RIGHT) * self.x.share(value)
    }

    /// Pixels from the top.
    pub fn y(&self, value: f64) -> f64 {
        HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * self.y.share(value)
    }

    /// A line through points.
    pub fn line(&mut self, class: &str, points: impl Iterator<Item = [f64; 2]>) -> Result {
        let places: Vec<String> = points
            .map(|[x, y]| format!("{:.1} {:.1}", self.x(x), self.y(y)))
            .collect();
        writeln!(
            self.out,
            "<polyline class=\"{class}\" points=\"{}\"/>",
            places.join(" ")
        )
    }

    /// The area that points enclose.
    pub fn area(&mut self, class: &str, points: impl Iterator<Item = [f64; 2]>) -> Result {
        let places: Vec<String> = points
            .map(|[x, y]| format!("{:.1} {:.1}", self.x(x), self.y(y)))
            .collect();
        writeln!(
            self.out,
            "<polygon class=\"{class}\" points=\"{}\"/>",
            places.join(" ")
        )
    }

    /// A bar from the bottom of the chart, between two places of the x axis.
    pub fn bar(&mut self, class: &str, [from, to]: [f64; 2], value: f64, title: &str) -> Result {
        let (left, right, top) = (self.x(from), self.x(to), self.y(value));
        writeln!(
            self.out,
            "<rect class=\"{class}\" x=\"{:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{:.1}\"><title>{}</title></rect>",
            left + 0.5,
            (right - left - 1.0).max(0.5),
            HEIGHT - BOTTOM - top,
            escaped_xml(title)
        )
    }

    /// A dot that stands for the photo at `place` in the gallery.
    pub fn photo(&mut self, at: [f64; 2], place: usize, title: &str) -> Result {
        writeln!(
            self.out,
            "<circle data-photo=\"{place}\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"4\"><title>{}</title></circle>",
            self.x(at[0]),
            self.y(at[1]),
            escaped_xml(title)
        )
    }

    /// A dot.
    pub fn dot(&mut self, class: &str, at: [f64; 2], title: &str) -> Result {
        writeln!(
            self.out,
            "<circle class=\"{class}\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"4\"><title>{}</title></circle>",
            self.x(at[0]),
            self.y(at[1]),
            escaped_xml(title)
        )
    }

    /// Words inside the chart, from the left edge; `row` counts from the top.
    pub fn words(&mut self, class: &str, row: f64, text: &str) -> Result {
        writeln!(
            self.out,
            "<text class=\"{class}\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            LEFT + 8.0,
            TOP + 14.0 + 16.0 * row,
            escaped_xml(text)
        )
    }

    /// Ends the chart.
    pub fn close(self) -> Result {
        writeln!(self.out, "</svg></figure>")
    }
}

/// A tick's number, without a tail of binary fractions.
fn number(value: f64) -> String {
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
