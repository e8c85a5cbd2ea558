//! The frame of a chart as inline SVG.

use std::fmt::{Result, Write};

use crate::report::axis::{Axis, number};
use crate::report::wording::escaped_xml;

/// Size of a chart, and the margins that hold its words, px.
const WIDTH: f64 = 360.0;
const HEIGHT: f64 = 300.0;
const LEFT: f64 = 46.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 42.0;

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
            escaped_xml(self.x.name()),
            (TOP + bottom) / 2.0,
            escaped_xml(self.y.name())
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
