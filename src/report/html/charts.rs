//! Charts as inline SVG: measured against true, the errors, whether intervals hold what they promise, time by stage.

use std::fmt::Write;

use crate::report::schema::Report;
use crate::report::wording::{self, escaped};

/// Side of a square chart, and the margin for its words, px.
const SIDE: f64 = 300.0;
const MARGIN: f64 = 44.0;
/// Stages drawn as bars.
const BAR: f64 = 24.0;

/// One measured photo with its truth, cm.
struct Point<'a> {
    file: &'a str,
    truth: f64,
    measured: f64,
    interval: Option<[f64; 2]>,
}

pub fn section(out: &mut String, report: &Report) -> std::fmt::Result {
    writeln!(
        out,
        "<section aria-labelledby=\"charts\">\n<h2 id=\"charts\">Charts</h2>\n<div class=\"charts\">"
    )?;
    let widths: Vec<Point> = report
        .results
        .iter()
        .filter_map(|r| {
            Some(Point {
                file: &r.file,
                truth: r.score.expected_width_cm?,
                measured: r.wall_width_cm?,
                interval: r.width_interval_cm,
            })
        })
        .collect();
    let heights: Vec<Point> = report
        .results
        .iter()
        .filter_map(|r| {
            Some(Point {
                file: &r.file,
                truth: r.score.expected_height_cm?,
                measured: r.wall_height_cm?,
                interval: r.height_interval_cm,
            })
        })
        .collect();
    for (name, points) in [("Width", &widths), ("Height", &heights)] {
        if !points.is_empty() {
            against_truth(out, name, points)?;
        }
    }
    if !widths.is_empty() {
        errors(out, &widths)?;
        calibration(out, &widths)?;
    }
    times(out, report)?;
    writeln!(out, "</div>\n</section>")
}

fn open(out: &mut String, title: &str, width: f64, height: f64) -> std::fmt::Result {
    writeln!(
        out,
        "<figure><figcaption>{title}</figcaption>\n<svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{title}\">"
    )
}

fn close(out: &mut String) -> std::fmt::Result {
    writeln!(out, "</svg></figure>")
}

/// A value's place between `from` and `to`, on an axis of `length`.
fn place(value: f64, from: f64, to: f64, length: f64) -> f64 {
    length * ((value - from) / (to - from).max(1e-9)).clamp(0.0, 1.0)
}

fn against_truth(out: &mut String, name: &str, points: &[Point]) -> std::fmt::Result {
    let values = || points.iter().flat_map(|p| [p.truth, p.measured]);
    let low = 50.0 * (values().fold(f64::INFINITY, f64::min) / 50.0).floor();
    let high = 50.0 * (values().fold(0.0, f64::max) / 50.0).ceil();
    let inner = SIDE - MARGIN;
    let x = |cm: f64| MARGIN + place(cm, low, high, inner);
    let y = |cm: f64| inner - place(cm, low, high, inner);
    open(
        out,
        &format!("{name}: measured against true, cm"),
        SIDE,
        SIDE,
    )?;
    writeln!(
        out,
        "<path class=\"axis\" d=\"M{MARGIN} 0V{inner}H{SIDE}\"/>"
    )?;
    writeln!(
        out,
        "<line class=\"ideal\" x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\"/>",
        x(low),
        y(low),
        x(high),
        y(high)
    )?;
    for cm in [low, f64::midpoint(low, high), high] {
        writeln!(
            out,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{cm:.0}</text><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{cm:.0}</text>",
            x(cm).clamp(MARGIN, SIDE - 14.0),
            inner + 18.0,
            MARGIN - 6.0,
            y(cm).max(10.0)
        )?;
    }
    for p in points {
        let px = x(p.truth);
        if let Some([from, to]) = p.interval {
            writeln!(
                out,
                "<line class=\"whisker\" x1=\"{px:.1}\" x2=\"{px:.1}\" y1=\"{:.1}\" y2=\"{:.1}\"/>",
                y(from),
                y(to)
            )?;
        }
        writeln!(
            out,
            "<circle cx=\"{px:.1}\" cy=\"{:.1}\" r=\"4\"><title>{}: {:.0} of {:.0} cm</title></circle>",
            y(p.measured),
            escaped(p.file),
            p.measured,
            p.truth
        )?;
    }
    close(out)
}

/// Each photo's error as a bar, the largest first; the eye sees the distribution and its tail.
fn errors(out: &mut String, points: &[Point]) -> std::fmt::Result {
    let mut errors: Vec<(f64, &str)> = points
        .iter()
        .map(|p| (100.0 * (p.measured - p.truth).abs() / p.truth, p.file))
        .collect();
    errors.sort_by(|a, b| b.0.total_cmp(&a.0));
    let most = errors.first().map_or(1.0, |e| e.0.max(1.0));
    let inner = SIDE - MARGIN;
    let step = inner / errors.len() as f64;
    open(out, "Width: errors, percent, largest first", SIDE, SIDE)?;
    writeln!(
        out,
        "<path class=\"axis\" d=\"M{MARGIN} 0V{inner}H{SIDE}\"/>"
    )?;
    writeln!(
        out,
        "<text x=\"{0:.1}\" y=\"10\" text-anchor=\"end\">{most:.0}</text><text x=\"{0:.1}\" y=\"{inner:.1}\" text-anchor=\"end\">0</text>",
        MARGIN - 6.0
    )?;
    for (i, (error, file)) in errors.iter().enumerate() {
        let height = place(*error, 0.0, most, inner);
        writeln!(
            out,
            "<rect x=\"{:.2}\" y=\"{:.1}\" width=\"{:.2}\" height=\"{height:.1}\"><title>{}: {error:.1} %</title></rect>",
            MARGIN + step * i as f64,
            inner - height,
            (step * 0.85).max(0.5),
            escaped(file)
        )?;
    }
    close(out)
}

/// Where the truth lies in each photo's interval: of 80 % intervals, four of five dots belong inside the band.
fn calibration(out: &mut String, points: &[Point]) -> std::fmt::Result {
    const SHOWN: f64 = 3.0;
    let mut found: Vec<(f64, &str)> = points
        .iter()
        .filter_map(|p| {
            let [low, high] = p.interval?;
            let off = p.truth - p.measured;
            let half = if off < 0.0 {
                p.measured - low
            } else {
                high - p.measured
            };
            (half > 0.0).then_some((off / half, p.file))
        })
        .collect();
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    let inner = SIDE - MARGIN;
    let y = |v: f64| inner - place(v.clamp(-SHOWN, SHOWN), -SHOWN, SHOWN, inner);
    let inside = found.iter().filter(|f| f.0.abs() <= 1.0).count();
    open(
        out,
        &format!(
            "Width: the truth in half intervals, {inside} of {} inside",
            found.len()
        ),
        SIDE,
        SIDE,
    )?;
    writeln!(
        out,
        "<rect class=\"band\" x=\"{MARGIN}\" y=\"{:.1}\" width=\"{inner}\" height=\"{:.1}\"/><path class=\"axis\" d=\"M{MARGIN} 0V{inner}H{SIDE}\"/>",
        y(1.0),
        y(-1.0) - y(1.0)
    )?;
    for v in [-1.0, 0.0, 1.0] {
        writeln!(
            out,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{v}</text>",
            MARGIN - 6.0,
            y(v) + 4.0
        )?;
    }
    for (i, (value, file)) in found.iter().enumerate() {
        let x = MARGIN + inner * (i as f64 + 0.5) / found.len() as f64;
        writeln!(
            out,
            "<circle cx=\"{x:.1}\" cy=\"{:.1}\" r=\"4\"><title>{}: {value:.2}</title></circle>",
            y(*value),
            escaped(file)
        )?;
    }
    close(out)
}

fn times(out: &mut String, report: &Report) -> std::fmt::Result {
    const NAMES: f64 = 90.0;
    let stages: Vec<(&str, f64, f64)> = [
        "read",
        "decode",
        "exif",
        "preprocess",
        "inference",
        "masks",
        "measure",
    ]
    .into_iter()
    .filter_map(|stage| {
        let stats = report.metrics.timings_ms.get(stage)?;
        Some((stage, stats.median, stats.p95))
    })
    .collect();
    let Some(most) = stages.iter().map(|s| s.2).reduce(f64::max) else {
        return Ok(());
    };
    let room = SIDE - NAMES - 70.0;
    open(
        out,
        "Time a photo by stage: median, and 95 % of photos",
        SIDE,
        BAR * stages.len() as f64 + 8.0,
    )?;
    for (i, (stage, median, p95)) in stages.iter().enumerate() {
        let top = BAR * i as f64 + 4.0;
        writeln!(
            out,
            "<text x=\"{:.1}\" y=\"{1:.1}\" text-anchor=\"end\">{stage}</text><rect class=\"faint\" x=\"{NAMES}\" y=\"{top:.1}\" width=\"{2:.1}\" height=\"{3:.1}\"/><rect x=\"{NAMES}\" y=\"{top:.1}\" width=\"{4:.1}\" height=\"{3:.1}\"/><text x=\"{5:.1}\" y=\"{1:.1}\">{6}</text>",
            NAMES - 8.0,
            top + BAR * 0.6,
            place(*p95, 0.0, most, room),
            BAR * 0.75,
            place(*median, 0.0, most, room),
            NAMES + place(*p95, 0.0, most, room) + 6.0,
            wording::duration(*median)
        )?;
    }
    close(out)
}
