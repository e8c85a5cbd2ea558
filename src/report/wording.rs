//! How numbers and names are worded, the same in every form of report that people read.

use super::gate_outcome::{GateOutcome, Verdict};
use super::schema::{Environment, Report};
use crate::geometry::side::Side;
use crate::measure::{AdjacentWall, WindowEstimate};
use crate::photo_result::{PhotoResult, StageTimings, Status};
use crate::say::{counted, printable};
use crate::score::Metrics;
use crate::score::metrics::Spread;
use crate::warning::Warning;

/// What stands for a value that is not there.
pub const ABSENT: &str = "-";

/// A length, to the millimetre.
pub fn length(cm: Option<f64>) -> String {
    cm.map_or_else(|| ABSENT.to_owned(), |cm| format!("{cm:.1}"))
}

/// An interval, to the centimetre.
pub fn interval(interval: Option<[f64; 2]>) -> String {
    interval.map_or_else(
        || ABSENT.to_owned(),
        |[low, high]| format!("{low:.0}-{high:.0}"),
    )
}

/// A percentage.
pub fn percent(value: Option<f64>) -> String {
    value.map_or_else(|| ABSENT.to_owned(), |p| format!("{p:.1} %"))
}

/// An error with its direction, in percent of the expected.
pub fn signed_percent(pct: Option<f64>, diff: Option<f64>) -> String {
    match (pct, diff) {
        (Some(pct), Some(diff)) => {
            let sign = if diff < 0.0 { '-' } else { '+' };
            format!("{sign}{pct:.1} %")
        }
        _ => ABSENT.to_owned(),
    }
}

/// Milliseconds, or seconds where they are many.
pub fn duration(ms: f64) -> String {
    if ms < 9_999.5 {
        format!("{ms:.0} ms")
    } else {
        format!("{:.1} s", ms / 1000.0)
    }
}

/// The status, as tables have it.
pub const fn status(status: Status) -> &'static str {
    match status {
        Status::Ok => "ok",
        Status::Refused => "refused",
        Status::Fallback => "fallback",
        Status::Error => "error",
    }
}

/// What to know about a photo: the warnings' codes, and [`why`] it was not measured as it should have been.
pub fn notes(result: &PhotoResult) -> String {
    let codes: Vec<String> = result.warnings.iter().map(|w| w.code()).collect();
    let mut parts = vec![codes.join(", "), why(result)];
    parts.retain(|part| !part.is_empty());
    parts.join("; ")
}

/// Why a photo could not be measured, or only by fallback; empty where all went well.
pub fn why(result: &PhotoResult) -> String {
    printable(result.error.as_deref().unwrap_or_default())
}

/// Size and place of a window.
pub fn window(window: &WindowEstimate) -> String {
    let at = |what: &str, cm: Option<f64>| {
        cm.map_or_else(String::new, |cm| format!(", {what} {cm:.0} cm"))
    };
    format!(
        "{:.0} x {:.0} cm{}{}{}",
        window.width_cm,
        window.height_cm,
        at("sill at", window.sill_cm),
        at("from the wall's left end", window.left_cm),
        if window.is_cut {
            ", goes on out of view"
        } else {
            ""
        }
    )
}

/// Where the other wall of a corner view is, and how wide.
pub fn adjacent_wall(wall: &AdjacentWall) -> [String; 2] {
    let side = match wall.side {
        Side::Left => "wall on the left",
        Side::Right => "wall on the right",
    };
    let [low, high] = wall.width_interval_cm;
    let cut = if wall.width_is_lower_bound {
        ", goes on out of view"
    } else {
        ""
    };
    let width = format!("{:.0} cm ({low:.0}-{high:.0}){cut}", wall.width_cm);
    [side.to_owned(), width]
}

/// Photos that could not be measured, and those that were by fallback only, under a title each; what is empty is left out.
pub fn failed(report: &Report) -> Vec<(&'static str, Vec<&PhotoResult>)> {
    let having = |status: Status| report.results.iter().filter(move |r| r.status == status);
    let lists = [
        ("Not measured", having(Status::Error).collect::<Vec<_>>()),
        ("By fallback", having(Status::Fallback).collect()),
    ];
    let lists = lists.into_iter();
    lists.filter(|(_, photos)| !photos.is_empty()).collect()
}

/// Photos and truth without a partner, by name, under a title each; what is empty is left out.
pub fn unmatched(report: &Report) -> Vec<(&'static str, &[String])> {
    let lists = report.unmatched.iter().flat_map(|unmatched| {
        [
            (
                "Photos without ground truth",
                unmatched.photos_without_truth.as_slice(),
            ),
            (
                "Ground truth without a photo",
                unmatched.entries_without_photo.as_slice(),
            ),
        ]
    });
    lists.filter(|(_, names)| !names.is_empty()).collect()
}

/// Text that stays text in a Markdown table.
pub fn escaped_markdown(text: &str) -> String {
    escaped(text, |out, c| match c {
        '|' | '*' | '_' | '`' | '[' | ']' | '\\' | '#' => {
            out.push('\\');
            out.push(c);
        }
        other => out.push(other),
    })
}

/// Text that stays text in XML; control characters, which XML 1.0 cannot hold, are replaced.
pub fn escaped_xml(text: &str) -> String {
    escaped(text, |out, c| match c {
        '"' => out.push_str("&quot;"),
        '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
        other => out.push(other),
    })
}

/// Printable text without what begins an element or an entity; `put` writes the other characters.
fn escaped(text: &str, put: impl Fn(&mut String, char)) -> String {
    let mut out = String::with_capacity(text.len());
    for c in printable(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            other => put(&mut out, other),
        }
    }
    out
}

/// How many photos fared how: "5 photos: 3 measured, 1 refused, 1 error".
pub fn counts(metrics: &Metrics) -> String {
    let mut parts = vec![format!("{} measured", metrics.successful)];
    if metrics.refused > 0 {
        parts.push(format!("{} refused", metrics.refused));
    }
    if metrics.fallback > 0 {
        parts.push(format!("{} by fallback", metrics.fallback));
    }
    match metrics.errors {
        0 => {}
        1 => parts.push("1 error".to_owned()),
        n => parts.push(format!("{n} errors")),
    }
    format!("{}: {}", counted(metrics.total, "photo"), parts.join(", "))
}

/// Duration, rate and memory of the run.
pub fn pace(metrics: &Metrics) -> String {
    let mut parts = vec![format!("{:.1} s", metrics.wall_seconds)];
    if let Some(rate) = metrics.photos_per_second {
        parts.push(format!("{rate:.2} photos/s"));
    }
    if let Some(peak) = metrics.peak_rss_mb {
        parts.push(format!("peak memory {peak:.0} MB"));
    }
    match metrics.workers.map_or(0, |workers| workers.lost) {
        0 => {}
        1 => parts.push("1 decoding process lost".to_owned()),
        n => parts.push(format!("{n} decoding processes lost")),
    }
    parts.join(", ")
}

/// The machine: "linux x86_64, Some CPU, 2 cores".
pub fn machine(environment: &Environment) -> String {
    let cores = environment.cores.map(|cores| counted(cores, "core"));
    let parts = [Some(environment.os.clone()), environment.cpu.clone(), cores];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Which program and model made the report: "measure-bench 0.1.0 (1a2b3c), model bundled (5e5e5e5e), ONNX Runtime 1.32.0, cpu".
pub fn build(report: &Report) -> String {
    build_parts(report).join(", ")
}

/// The parts of [`build`].
pub fn build_parts(report: &Report) -> Vec<String> {
    let tool = &report.tool;
    let commit = tool.commit.as_deref().unwrap_or("unknown commit");
    let hash: String = report
        .model
        .sha256
        .iter()
        .flat_map(|h| h.chars())
        .take(8)
        .collect();
    let model = if hash.is_empty() {
        format!("model {}", report.model.name)
    } else {
        format!("model {} ({hash})", report.model.name)
    };
    let mut parts = vec![format!("{} {} ({commit})", tool.name, tool.version), model];
    let runtime = report.environment.onnx_runtime.iter();
    parts.extend(runtime.map(|version| format!("ONNX Runtime {version}")));
    parts.extend(report.environment.device.clone());
    parts.iter().map(|part| printable(part)).collect()
}

/// What to know before trusting sizes and times.
pub fn cautions(report: &Report) -> Vec<String> {
    let metrics = &report.metrics;
    let mut found = Vec::new();
    let results = &report.results;
    let is_doubtful = |r: &&PhotoResult| r.warnings.contains(&Warning::LowConfidence);
    match results.iter().filter(is_doubtful).count() {
        0 => {}
        doubtful => found.push(format!(
            "Little better than a guess (low_confidence): {doubtful} of {}.",
            counted(results.len(), "photo")
        )),
    }
    if let Some(used) = metrics.processors.filter(|p| p.is_busy()) {
        found.push(format!(
            "The machine was busy: other programs took {:.0} % of its processors, so the times say little.",
            used.others_pct
        ));
    }
    if metrics.cached > 0 {
        found.push(format!(
            "{} of {} photos come from the cache; times are those of the others.",
            metrics.cached, metrics.total
        ));
    }
    found
}

/// How well the times repeat, where photos were measured repeatedly.
pub fn repeats(metrics: &Metrics) -> Option<String> {
    let spread = metrics.repeat_spread_pct?;
    Some(format!("repetitions of a photo lie {spread:.1} % apart"))
}

/// Median time with the middle half of the photos, for each stage that took any, in the order in which they run.
pub fn stage_times(metrics: &Metrics) -> Vec<(&'static str, Spread)> {
    let stages = StageTimings::default().stages();
    let of = |(stage, _)| Some((stage, *metrics.timings_ms.get(stage)?));
    let found = stages.into_iter().filter_map(of);
    found.filter(|(_, spread)| spread.max > 0.0).collect()
}

/// What became of the gates, in a few words: "all gates held", "2 gates missed", "3 gates held, 1 skipped"; `None` where there
/// are none.
pub fn gates_verdict(gates: &[GateOutcome]) -> Option<String> {
    let count = |verdict| gates.iter().filter(|g| g.verdict == verdict).count();
    let (missed, held, skipped) = (
        count(Verdict::Missed),
        count(Verdict::Held),
        count(Verdict::Skipped),
    );
    match (missed, held, skipped) {
        (0, 0, 0) => None,
        (0, _, 0) => Some("all gates held".to_owned()),
        (0, 0, _) => Some(format!("{} skipped", counted(skipped, "gate"))),
        (0, ..) => Some(format!("{} held, {skipped} skipped", counted(held, "gate"))),
        _ => Some(format!("{} missed", counted(missed, "gate"))),
    }
}

/// The gates that were missed, by name: "2 gates missed: max-errors, max-photo-error"; `None` where none was.
#[must_use]
pub fn gates_missed(gates: &[GateOutcome]) -> Option<String> {
    let missed = gates.iter().filter(|g| g.verdict == Verdict::Missed);
    let names: Vec<&str> = missed.map(|g| g.gate.as_str()).collect();
    let count = counted(names.len(), "gate");
    (!names.is_empty()).then(|| format!("{count} missed: {}", names.join(", ")))
}

/// Photos that a line about a gate names; a report lists all of them elsewhere.
const MOST_NAMED: usize = 20;

/// One gate in a line.
pub fn gate(outcome: &GateOutcome) -> String {
    let verdict = match outcome.verdict {
        Verdict::Held => "held",
        Verdict::Missed => "MISSED",
        Verdict::Skipped => "skipped",
    };
    let actual = outcome.actual.as_deref().unwrap_or("unknown");
    let mut line = format!(
        "{}: {actual} (limit {}) {verdict}",
        outcome.gate, outcome.limit
    );
    if let Some(note) = &outcome.note {
        line.push_str(&format!(" ({})", printable(note)));
    }
    if !outcome.photos.is_empty() {
        let named = outcome.photos.iter().take(MOST_NAMED);
        let named: Vec<String> = named.map(|file| printable(file)).collect();
        line.push_str(": ");
        line.push_str(&named.join(", "));
        if outcome.photos.len() > MOST_NAMED {
            line.push_str(&format!(" and {} more", outcome.photos.len() - MOST_NAMED));
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_fallback_s_warnings_stand_beside_its_reason() {
        let results = sample::report().results;
        assert_eq!(notes(&results[0]), "");
        assert_eq!(notes(&results[3]), "fallback_mask; it has no label map");
        assert_eq!(notes(&results[4]), "the file is empty & cannot be a photo");
    }

    #[test]
    fn a_file_name_cannot_drive_the_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb\n"), "a\u{fffd}[2Jb\u{fffd}");
    }

    #[test]
    fn errors_keep_their_direction() {
        assert_eq!(signed_percent(Some(2.5), Some(-10.0)), "-2.5 %");
        assert_eq!(signed_percent(Some(0.0), Some(0.0)), "+0.0 %");
        assert_eq!(signed_percent(None, None), "-");
    }
}
