//! A sweep as a picture: error against time and against memory, with the Pareto front of each.

use std::fmt::Write;

use super::{Point, Sweep};
use crate::report::axis::{Axis, number};
use crate::report::{duration, escaped_xml};

/// Size of one panel's plane, px.
const PLANE: [f64; 2] = [360.0, 260.0];
/// Room around a plane: left, top, right, bottom.
const MARGIN: [f64; 4] = [52.0, 34.0, 20.0, 46.0];
/// Height of one line of the legend.
const LINE: f64 = 16.0;
/// Fill of points, by model; they are told apart by number too.
const COLOURS: [&str; 6] = [
    "#2563ab", "#c2410c", "#15803d", "#7e22ce", "#a16207", "#0e7490",
];

/// One axis of costs, logarithmic.
struct Panel {
    title: &'static str,
    cost: fn(&Point) -> Option<f64>,
    worded: fn(f64) -> String,
    on_front: fn(&Point) -> bool,
}

const PANELS: [Panel; 2] = [
    Panel {
        title: "median time a photo",
        cost: |point| point.outcome.median_ms,
        worded: duration,
        on_front: |point| point.on_time_front,
    },
    Panel {
        title: "peak memory",
        cost: |point| point.outcome.peak_rss_mb,
        worded: |mb| format!("{mb:.0} MB"),
        on_front: |point| point.on_memory_front,
    },
];

/// The plot, as an SVG file.
#[must_use]
pub fn svg(sweep: &Sweep) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = draw(&mut out, sweep);
    out
}

fn draw(out: &mut String, sweep: &Sweep) -> std::fmt::Result {
    let [left, top, right, bottom] = MARGIN;
    let panel_width = left + PLANE[0] + right;
    let legend_top = top + PLANE[1] + bottom;
    let width = 2.0 * panel_width;
    let height = legend_top + LINE * (sweep.points.len() as f64 + 1.0);
    writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"11\">\n\
         <title>measure-bench sweep: error against time and memory</title>\n<rect width=\"{width}\" height=\"{height}\" fill=\"white\"/>"
    )?;
    for (index, panel) in PANELS.iter().enumerate() {
        let x = left + panel_width * index as f64;
        writeln!(out, "<g transform=\"translate({x} {top})\">")?;
        draw_panel(out, panel, sweep)?;
        writeln!(out, "</g>")?;
    }
    for (index, point) in sweep.points.iter().enumerate() {
        let side = point
            .configuration
            .long_side
            .map_or_else(String::new, |side| format!(", long side {side}"));
        let error = match (&point.failure, point.outcome.error_pct) {
            (Some(_), _) => "failed".to_owned(),
            (None, Some(error)) => format!("{error:.1} % off"),
            (None, None) => "no truth".to_owned(),
        };
        writeln!(
            out,
            "<text x=\"{left}\" y=\"{:.1}\" fill=\"{}\">{}  {}{side}: {error}</text>",
            legend_top + LINE * (index as f64 + 0.5),
            colour(sweep, point),
            index + 1,
            escaped_xml(&point.configuration.model)
        )?;
    }
    writeln!(out, "</svg>")
}

/// One colour a model.
fn colour(sweep: &Sweep, point: &Point) -> &'static str {
    let mut models: Vec<&str> = Vec::new();
    for point in &sweep.points {
        if !models.contains(&point.configuration.model.as_str()) {
            models.push(&point.configuration.model);
        }
    }
    let place = models.iter().position(|m| *m == point.configuration.model);
    COLOURS[place.unwrap_or(0) % COLOURS.len()]
}

fn draw_panel(out: &mut String, panel: &Panel, sweep: &Sweep) -> std::fmt::Result {
    let [width, height] = PLANE;
    let drawn: Vec<(usize, &Point, f64, f64)> = sweep
        .points
        .iter()
        .enumerate()
        .filter_map(|(i, point)| Some((i, point, (panel.cost)(point)?, point.outcome.error_pct?)))
        .filter(|(_, _, cost, _)| *cost > 0.0)
        .collect();
    writeln!(
        out,
        "<path d=\"M0 0V{height}H{width}\" fill=\"none\" stroke=\"#555\"/>\n\
         <text x=\"0\" y=\"-12\" font-weight=\"bold\">error, %, against {}</text>",
        panel.title
    )?;
    let Some((from, to)) = range(drawn.iter().map(|d| d.2)) else {
        return writeln!(
            out,
            "<text x=\"12\" y=\"24\">nothing to show without ground truth and measurements</text>"
        );
    };
    // A tenth of room on both sides, so that no point lies on the frame.
    let (low, high) = (from.ln() - 0.1, to.ln() + 0.1);
    let errors = Axis::around("percent", drawn.iter().map(|d| 1.1 * d.3).chain([0.0]));
    let x = |cost: f64| width * (cost.ln() - low) / (high - low);
    let y = |error: f64| height * (1.0 - errors.share(error));
    for error in errors.ticks() {
        writeln!(
            out,
            "<path d=\"M0 {0:.1}H{width}\" stroke=\"#ddd\"/><text x=\"-6\" y=\"{1:.1}\" text-anchor=\"end\">{2}</text>",
            y(error),
            y(error) + 4.0,
            number(error)
        )?;
    }
    // The ends of the axis: costs of points may lie too close together for two labels.
    for (at, cost, anchor) in [(0.0, low.exp(), "start"), (width, high.exp(), "end")] {
        writeln!(
            out,
            "<text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{}</text>",
            height + 18.0,
            (panel.worded)(cost)
        )?;
    }
    front_line(
        out,
        drawn
            .iter()
            .filter(|d| (panel.on_front)(d.1))
            .map(|d| (x(d.2), y(d.3))),
    )?;
    for (index, point, cost, error) in drawn {
        writeln!(
            out,
            "<circle cx=\"{0:.1}\" cy=\"{1:.1}\" r=\"4\" fill=\"{2}\"/><text x=\"{3:.1}\" y=\"{4:.1}\">{5}</text>",
            x(cost),
            y(error),
            colour(sweep, point),
            x(cost) + 6.0,
            y(error) - 5.0,
            index + 1
        )?;
    }
    Ok(())
}

/// The front as stairs: between two of its points, the cheaper one is the best that the cost buys.
fn front_line(out: &mut String, points: impl Iterator<Item = (f64, f64)>) -> std::fmt::Result {
    let mut points: Vec<(f64, f64)> = points.collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    let Some(first) = points.first() else {
        return Ok(());
    };
    write!(
        out,
        "<path fill=\"none\" stroke=\"#888\" stroke-dasharray=\"4 3\" d=\"M{:.1} {:.1}",
        first.0, first.1
    )?;
    for (x, y) in &points[1..] {
        write!(out, "H{x:.1}V{y:.1}")?;
    }
    writeln!(out, "H{}\"/>", PLANE[0])
}

fn range(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.fold(None, |range, value| match range {
        None => Some((value, value)),
        Some((low, high)) => Some((f64::min(low, value), f64::max(high, value))),
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{point, sweep};
    use super::*;

    #[test]
    fn every_point_is_drawn_in_both_panels_inside_its_plane() {
        let text = svg(&sweep(
            vec![
                point("a<b", Some(20.0), 10.0, 300.0),
                point("large", Some(5.0), 12_000.0, 900.0),
            ],
            None,
        ));
        assert_eq!(text.matches("<circle").count(), 4, "{text}");
        assert!(text.contains("a&lt;b"), "{text}");
        for circle in text.split("<circle cx=\"").skip(1) {
            let x: f64 = circle.split('"').next().unwrap().parse().unwrap();
            assert!((0.0..=PLANE[0]).contains(&x), "{x}");
        }
        assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
    }

    #[test]
    fn the_ends_of_the_axes_are_told_apart_however_close_the_points_lie() {
        let alike = vec![
            point("a", Some(20.0), 190.0, 142.0),
            point("b", Some(5.0), 191.0, 143.0),
        ];
        let text = svg(&sweep(alike, None));
        let labels = |x: &str, anchor: &str| {
            let label = format!("<text x=\"{x}\" y=\"278.0\" text-anchor=\"{anchor}\">");
            text.matches(&label).count()
        };
        assert_eq!(
            (labels("0.0", "start"), labels("360.0", "end")),
            (2, 2),
            "{text}"
        );
    }

    #[test]
    fn without_truth_the_plot_says_so() {
        let text = svg(&sweep(vec![point("a", None, 10.0, 300.0)], None));
        assert!(text.contains("nothing to show"), "{text}");
    }
}
