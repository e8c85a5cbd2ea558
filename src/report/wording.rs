//! How numbers and names are worded, the same in every form of report that people read.

use super::photo_result::{PhotoResult, Status};
use crate::gate::{GateOutcome, Verdict};
use crate::score::Metrics;

/// What stands for a value that is not there.
pub const ABSENT: &str = "-";

/// A length, to the millimetre; with a mark in front when it is only a lower bound.
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

/// The status where it is not plain success.
pub const fn status(status: Status) -> &'static str {
    match status {
        Status::Ok => "ok",
        Status::Refused => "refused",
        Status::Fallback => "fallback",
        Status::Error => "error",
    }
}

/// Why a photo has no size, or what to know about it: the error, or the warnings' codes.
pub fn notes(result: &PhotoResult) -> String {
    if let Some(error) = &result.error {
        return printable(error);
    }
    let codes: Vec<String> = result.warnings.iter().map(|w| w.code()).collect();
    codes.join(", ")
}

/// Text without control characters: names of files come from strangers, and a terminal obeys escape sequences.
pub fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}

/// Text that stays text in XML; control characters, which XML 1.0 cannot hold, are replaced.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in printable(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
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
    let photos = if metrics.total == 1 {
        "photo"
    } else {
        "photos"
    };
    format!("{} {photos}: {}", metrics.total, parts.join(", "))
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
        line.push_str(": ");
        line.push_str(note);
    }
    if !outcome.photos.is_empty() {
        line.push_str(": ");
        line.push_str(&printable(&outcome.photos.join(", ")));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

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
