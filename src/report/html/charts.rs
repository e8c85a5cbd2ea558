//! Charts of accuracy: measured against true, the errors, whether intervals hold what they promise, errors before and now.

use std::fmt::{Result, Write};

use super::plot::Plot;
use super::run_charts;
use crate::photo_result::PhotoResult;
use crate::report::axis::Axis;
use crate::report::schema::Report;
use crate::say::counted;

/// Dots in one chart: more make the page slow and show nothing more.
const MOST_DOTS: usize = 2000;
/// Bars of a distribution.
const BARS: usize = 15;
/// How far beyond the sizes an interval is followed, as a share of their range.
const BEYOND: f64 = 0.25;
/// The quantile of a normal error that bounds 80 % on both sides, by which intervals of other levels are derived from it.
const Z80: f64 = 1.2816;
/// Levels of intervals, percent, with their quantiles.
const LEVELS: [(f64, f64); 10] = [
    (10.0, 0.1257),
    (20.0, 0.2533),
    (30.0, 0.3853),
    (40.0, 0.5244),
    (50.0, 0.6745),
    (60.0, 0.8416),
    (70.0, 1.0364),
    (80.0, 1.2816),
    (90.0, 1.6449),
    (95.0, 1.9600),
];

/// One measured photo with its truth, cm.
struct Point<'a> {
    place: usize,
    file: &'a str,
    truth: f64,
    measured: f64,
    interval: Option<[f64; 2]>,
}

impl Point<'_> {
    /// Signed, percent of the truth.
    fn error_pct(&self) -> f64 {
        100.0 * (self.measured - self.truth) / self.truth
    }

    /// How far the truth lies from the estimate, in ends of the interval: inside up to 1.
    fn in_half_intervals(&self) -> Option<f64> {
        let [low, high] = self.interval?;
        let off = self.truth - self.measured;
        let half = if off < 0.0 {
            self.measured - low
        } else {
            high - self.measured
        };
        (half > 0.0).then_some(off.abs() / half)
    }
}

pub fn section(out: &mut String, report: &Report) -> Result {
    writeln!(
        out,
        "<section aria-labelledby=\"charts\">\n<h2 id=\"charts\">Charts</h2>\n<div class=\"charts\">"
    )?;
    let widths = points(report, |r| {
        (
            r.score.expected_width_cm,
            r.wall_width_cm,
            r.width_interval_cm,
        )
    });
    let heights = points(report, |r| {
        (
            r.score.expected_height_cm,
            r.wall_height_cm,
            r.height_interval_cm,
        )
    });
    let sizes = [("Width", widths), ("Height", heights)];
    for (name, points) in &sizes {
        if !points.is_empty() {
            against_truth(out, name, points)?;
            errors(out, name, points)?;
        }
    }
    calibration(out, &sizes)?;
    before_and_now(out, report)?;
    run_charts::times(out, report)?;
    run_charts::memory(out, report)?;
    writeln!(out, "</div>\n</section>")
}

/// The photos that the scores are about; `of` picks truth, estimate and interval.
fn points<'a>(
    report: &'a Report,
    of: impl Fn(&PhotoResult) -> (Option<f64>, Option<f64>, Option<[f64; 2]>),
) -> Vec<Point<'a>> {
    let photos = report.results.iter().enumerate();
    photos
        .filter(|(_, r)| !r.is_stand_in())
        .filter_map(|(place, r)| {
            let (truth, measured, interval) = of(r);
            Some(Point {
                place,
                file: &r.file,
                truth: truth?,
                measured: measured?,
                interval,
            })
        })
        .collect()
}

/// Every so-manyth, so that at most [`MOST_DOTS`] are left.
fn thinned<T>(points: &[T]) -> impl Iterator<Item = &T> {
    points
        .iter()
        .step_by(points.len().div_ceil(MOST_DOTS).max(1))
}

fn against_truth(out: &mut String, name: &str, points: &[Point]) -> Result {
    let values = || points.iter().flat_map(|p| [p.truth, p.measured]);
    let x = Axis::around("true, cm", values());
    // Intervals are shown whole, but for those so wide that they would squeeze everything else.
    let [low, high] = x.ends();
    let reach = BEYOND * (high - low);
    let ends = points.iter().filter_map(|p| p.interval).flatten();
    let ends = ends.map(|cm| cm.clamp(low - reach, high + reach));
    let y = Axis::around("measured, cm", values().chain(ends));
    let near = points
        .iter()
        .filter(|p| p.error_pct().abs() <= 10.0)
        .count();
    let summary = format!("{near} of {} photos within 10 %", points.len());
    let mut plot = Plot::open(
        out,
        &format!("{name}: measured against true"),
        &summary,
        x,
        y,
    )?;
    plot.line("ideal", [[low, low], [high, high]].into_iter())?;
    for p in thinned(points) {
        if let Some([from, to]) = p.interval {
            plot.line("whisker", [[p.truth, from], [p.truth, to]].into_iter())?;
        }
    }
    for p in thinned(points) {
        let title = format!("{}: {:.0} of {:.0} cm", p.file, p.measured, p.truth);
        plot.photo([p.truth, p.measured], p.place, &title)?;
    }
    plot.close()
}

/// How many photos err by how much; what lies beyond the ends is counted in the last bars.
fn errors(out: &mut String, name: &str, points: &[Point]) -> Result {
    let largest = points
        .iter()
        .map(|p| p.error_pct().abs())
        .fold(0.0, f64::max);
    let reach = largest.clamp(5.0, 100.0);
    let width = 2.0 * reach / BARS as f64;
    let mut counts = [0_usize; BARS];
    for p in points {
        let bar = ((p.error_pct() + reach) / width)
            .floor()
            .clamp(0.0, (BARS - 1) as f64);
        counts[bar as usize] += 1;
    }
    let most = counts.iter().copied().max().unwrap_or(1);
    let under = points.iter().filter(|p| p.error_pct() < 0.0).count();
    let summary = format!("{under} of {} photos measured too small", points.len());
    let x = Axis::around(
        "error, percent of the true size",
        [-reach, reach].into_iter(),
    );
    let y = Axis::of_counts("photos", most);
    let mut plot = Plot::open(
        out,
        &format!("{name}: distribution of errors"),
        &summary,
        x,
        y,
    )?;
    for (i, count) in counts.iter().enumerate() {
        let from = width * i as f64 - reach;
        let digits = usize::from(width.fract() != 0.0);
        let to = from + width;
        let photos = counted(*count, "photo");
        let title = format!("{from:.digits$} to {to:.digits$} %: {photos}");
        plot.bar("", [from, from + width], *count as f64, &title)?;
    }
    plot.line("ideal", [[0.0, 0.0], [0.0, most as f64]].into_iter())?;
    plot.close()
}

/// Of intervals of each level, how many hold the truth. The band holds what chance alone makes of honest intervals, at each
/// level in 95 % of runs.
fn calibration(out: &mut String, sizes: &[(&str, Vec<Point>)]) -> Result {
    let of = |points: &[Point]| -> Vec<f64> {
        points.iter().filter_map(Point::in_half_intervals).collect()
    };
    let sizes: Vec<(&str, Vec<f64>)> = sizes
        .iter()
        .map(|(name, points)| (*name, of(points)))
        .filter(|(_, found)| !found.is_empty())
        .collect();
    let Some(fewest) = sizes.iter().map(|(_, found)| found.len()).min() else {
        return Ok(());
    };
    let share = |found: &[f64], z: f64| {
        let inside = found.iter().filter(|off| **off * Z80 <= z).count();
        100.0 * inside as f64 / found.len() as f64
    };
    let told: Vec<String> = sizes
        .iter()
        .map(|(name, found)| format!("{} {:.0} %", name.to_lowercase(), share(found, Z80)))
        .collect();
    let summary = format!(
        "80 % intervals hold the truth of: {}; the band is what chance explains",
        told.join(", ")
    );
    let x = Axis::around("promised, percent", [0.0, 100.0].into_iter());
    let y = Axis::around("held, percent", [0.0, 100.0].into_iter());
    let mut plot = Plot::open(out, "Calibration of the intervals", &summary, x, y)?;
    let chance = |level: f64| 1.96 * (level * (100.0 - level) / fewest as f64).sqrt();
    let edge = |sign: f64| {
        LEVELS
            .iter()
            .map(move |(l, _)| [*l, *l + sign * chance(*l)])
    };
    plot.area("band", edge(1.0).chain(edge(-1.0).rev()))?;
    plot.line("ideal", [[0.0, 0.0], [100.0, 100.0]].into_iter())?;
    for (row, (name, found)) in sizes.iter().enumerate() {
        let class = if row == 0 { "first" } else { "second" };
        let curve = || LEVELS.iter().map(|(level, z)| [*level, share(found, *z)]);
        plot.line(class, curve())?;
        for [level, held] in curve() {
            let title = format!("{name}: {level:.0} % promised, {held:.0} % held");
            plot.dot(class, [level, held], &title)?;
        }
        plot.words(class, row as f64, name)?;
    }
    plot.close()
}

/// The error of each photo that has one in both reports.
fn before_and_now(out: &mut String, report: &Report) -> Result {
    let Some(comparison) = &report.comparison else {
        return Ok(());
    };
    let places: std::collections::HashMap<&str, usize> = report
        .results
        .iter()
        .enumerate()
        .map(|(place, r)| (r.file.as_str(), place))
        .collect();
    let points: Vec<(usize, &str, [f64; 2])> = comparison
        .photos
        .iter()
        .filter_map(|p| {
            let [before, now] = p.width_pct_err;
            Some((
                *places.get(p.file.as_str())?,
                p.file.as_str(),
                [before?, now?],
            ))
        })
        .collect();
    if points.is_empty() {
        return Ok(());
    }
    let all = || points.iter().flat_map(|(.., errors)| *errors).chain([0.0]);
    let x = Axis::around("error before, percent", all());
    let y = Axis::around("error now, percent", all());
    let [low, high] = x.ends();
    let worse = points
        .iter()
        .filter(|(.., [before, now])| now > before)
        .count();
    let summary = format!(
        "{worse} of {} photos above the line: worse than before",
        points.len()
    );
    let mut plot = Plot::open(out, "Width: errors before and now", &summary, x, y)?;
    plot.line("ideal", [[low, low], [high, high]].into_iter())?;
    for (place, file, [before, now]) in thinned(&points) {
        let title = format!("{file}: {before:.1} %, now {now:.1} %");
        plot.photo([*before, *now], *place, &title)?;
    }
    plot.close()
}
