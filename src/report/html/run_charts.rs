//! Charts of the run: time by stage, memory from the first photo to the last.

use std::fmt::{Result, Write};

use super::plot::Plot;
use crate::report::axis::Axis;
use crate::report::schema::Report;
use crate::report::wording::{self, escaped_xml};

/// Of the bars: height of a row, width of the names, and of the numbers behind the bars, px.
const ROW: f64 = 26.0;
const NAMES: f64 = 84.0;
const NUMBERS: f64 = 66.0;
const WIDTH: f64 = 360.0;

/// A bar a stage, as long as its median; the faint part reaches to what 95 % of the photos stay below.
pub fn times(out: &mut String, report: &Report) -> Result {
    let mut stages = wording::stage_times(&report.metrics);
    stages.retain(|(stage, _)| *stage != "total");
    let Some(most) = stages.iter().map(|(_, times)| times.p95).reduce(f64::max) else {
        return Ok(());
    };
    let longest = stages
        .iter()
        .max_by(|a, b| a.1.median.total_cmp(&b.1.median));
    let summary = longest.map_or_else(String::new, |(stage, times)| {
        format!("{stage} takes longest: {}", wording::duration(times.median))
    });
    let title = "Time a photo by stage, and what 95 % stay below";
    writeln!(
        out,
        "<figure class=\"chart\"><figcaption>{title}<span>{summary}</span></figcaption>\n<svg viewBox=\"0 0 {WIDTH} {}\" role=\"img\" aria-label=\"{title}: {summary}\">",
        ROW * stages.len() as f64 + 8.0
    )?;
    for (row, (stage, times)) in stages.iter().enumerate() {
        let top = ROW * row as f64 + 4.0;
        let long = |ms: f64| (WIDTH - NAMES - NUMBERS) * (ms / most.max(1e-9)).min(1.0);
        writeln!(
            out,
            "<text x=\"{:.1}\" y=\"{1:.1}\" text-anchor=\"end\">{stage}</text><rect class=\"faint\" x=\"{NAMES}\" y=\"{top:.1}\" width=\"{2:.1}\" height=\"18\"/><rect x=\"{NAMES}\" y=\"{top:.1}\" width=\"{3:.1}\" height=\"18\"/><text x=\"{4:.1}\" y=\"{1:.1}\">{5}</text>",
            NAMES - 8.0,
            top + 13.0,
            long(times.p95),
            long(times.median),
            NAMES + long(times.p95) + 6.0,
            escaped_xml(&wording::duration(times.median))
        )?;
    }
    writeln!(out, "</svg></figure>")
}

/// What the process held when each photo was finished; a leak shows as a slope.
pub fn memory(out: &mut String, report: &Report) -> Result {
    let held: Vec<[f64; 2]> = report
        .results
        .iter()
        .filter(|r| !r.cached)
        .filter_map(|r| r.rss_mb.measure)
        .enumerate()
        .map(|(place, mb)| [(place + 1) as f64, mb])
        .collect();
    if held.len() < 2 {
        return Ok(());
    }
    let most = held.iter().map(|[_, mb]| *mb).fold(0.0, f64::max);
    let x = Axis::around("photo", held.iter().map(|[place, _]| *place));
    let y = Axis::around("MB", [0.0, most].into_iter());
    let summary = match report.metrics.peak_rss_mb {
        Some(peak) => format!("peak {peak:.0} MB"),
        None => format!("at most {most:.0} MB"),
    };
    let mut plot = Plot::open(out, "Memory over the run", &summary, x, y)?;
    plot.line("first", held.into_iter())?;
    plot.close()
}
