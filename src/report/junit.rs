//! The report as JUnit XML: a test a photo and a test a gate. Failure: a gate missed, also of each photo on whose account it
//! was; error: could not measure; skipped: no truth. Truth without a photo is told in properties.

use std::fmt::Write;

use super::comparison::PhotoChange;
use super::gate_outcome::{GateOutcome, Verdict};
use super::schema::Report;
use super::wording::{self, escaped_xml};
use crate::photo_result::{PhotoResult, Status};

/// The whole document.
#[must_use]
pub fn render(report: &Report) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = document(&mut out, report);
    out
}

fn document(out: &mut String, report: &Report) -> std::fmt::Result {
    let errors = report.metrics.errors;
    let gates_missed = count(&report.gates, |g| g.verdict == Verdict::Missed);
    let gates_skipped = count(&report.gates, |g| g.verdict == Verdict::Skipped);
    let (changes, missed) = (report.changes(), report.missed_gates());
    let photos: Vec<(&PhotoResult, Outcome)> = report
        .results
        .iter()
        .map(|r| {
            let gates = missed.get(r.file.as_str()).map(Vec::as_slice);
            let change = changes.get(r.file.as_str()).copied();
            (r, Outcome::of(r, gates.unwrap_or_default(), change))
        })
        .collect();
    let failed = count(&photos, |(_, o)| matches!(o, Outcome::Failed(_)));
    let skipped = count(&photos, |(_, o)| matches!(o, Outcome::Skipped));
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(
        out,
        "<testsuites name=\"measure-bench\" tests=\"{}\" failures=\"{}\" errors=\"{errors}\" time=\"{:.3}\">",
        photos.len() + report.gates.len(),
        failed + gates_missed,
        report.metrics.wall_seconds
    )?;
    writeln!(
        out,
        "  <testsuite name=\"photos\" tests=\"{}\" failures=\"{failed}\" errors=\"{errors}\" skipped=\"{skipped}\" time=\"{:.3}\" timestamp=\"{}\">",
        photos.len(),
        report.metrics.wall_seconds,
        escaped_xml(&report.generated_at)
    )?;
    properties(out, report)?;
    for (result, outcome) in &photos {
        photo(out, result, outcome)?;
    }
    writeln!(out, "  </testsuite>")?;
    if !report.gates.is_empty() {
        writeln!(
            out,
            "  <testsuite name=\"gates\" tests=\"{}\" failures=\"{gates_missed}\" errors=\"0\" skipped=\"{gates_skipped}\" time=\"0\" timestamp=\"{}\">",
            report.gates.len(),
            escaped_xml(&report.generated_at)
        )?;
        for outcome in &report.gates {
            gate(out, outcome)?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

fn count<T>(all: &[T], which: impl Fn(&T) -> bool) -> usize {
    all.iter().filter(|one| which(one)).count()
}

fn properties(out: &mut String, report: &Report) -> std::fmt::Result {
    let run = [
        ("build", wording::build(report)),
        ("machine", wording::machine(&report.environment)),
    ];
    // No test is about them, and a suite has no text of its own in the form that viewers have in common.
    let unmatched = report.unmatched.iter();
    let entries = unmatched.flat_map(|unmatched| &unmatched.entries_without_photo);
    let entries = entries.map(|entry| ("ground truth without a photo", entry.clone()));
    writeln!(out, "    <properties>")?;
    for (name, value) in run.into_iter().chain(entries) {
        writeln!(
            out,
            "      <property name=\"{name}\" value=\"{}\"/>",
            escaped_xml(&value)
        )?;
    }
    writeln!(out, "    </properties>")
}

/// How a photo fares as a test.
enum Outcome {
    /// It could not be measured.
    Error,
    /// Gates that were missed on its account, in words, with the photo's own figures.
    Failed(Vec<String>),
    /// It has no truth to be tested against.
    Skipped,
    Passed,
}

impl Outcome {
    fn of(result: &PhotoResult, missed: &[&GateOutcome], change: Option<&PhotoChange>) -> Self {
        let missed: Vec<String> = missed
            .iter()
            .map(|g| {
                let own = own_figures(result, change);
                format!("{} (limit {}) missed: {own}", g.gate, g.limit)
            })
            .collect();
        if result.status == Status::Error {
            Self::Error
        } else if !missed.is_empty() {
            Self::Failed(missed)
        } else if !result.score.has_truth() {
            Self::Skipped
        } else {
            Self::Passed
        }
    }
}

/// What a reader of a failed photo wants to know of it: its errors, those of the baseline, or why it has none.
fn own_figures(result: &PhotoResult, change: Option<&PhotoChange>) -> String {
    let score = &result.score;
    let of = |name: &str, pct, before: Option<[Option<f64>; 2]>| {
        let before = before.and_then(|[old, _]| old);
        let before = before.map_or_else(String::new, |old| format!(" ({old:.1} % before)"));
        format!("{name} error {}{before}", wording::percent(pct))
    };
    let mut parts = Vec::new();
    if result.status != Status::Ok {
        parts.push(wording::status(result.status).to_owned());
    }
    if score.expected_width_cm.is_some() {
        let before = change.map(|c| c.width_pct_err);
        parts.push(of("width", score.width_pct_err, before));
    }
    if score.expected_height_cm.is_some() {
        let before = change.map(|c| c.height_pct_err);
        parts.push(of("height", score.height_pct_err, before));
    }
    parts.join(", ")
}

fn photo(out: &mut String, result: &PhotoResult, outcome: &Outcome) -> std::fmt::Result {
    let seconds = result.timings_ms.total / 1000.0;
    write!(
        out,
        "    <testcase classname=\"photos\" name=\"{}\" time=\"{seconds:.3}\">",
        escaped_xml(&result.file)
    )?;
    match outcome {
        Outcome::Error => {
            let message = result.error.as_deref().unwrap_or("not measured");
            write!(
                out,
                "<error type=\"not measured\" message=\"{}\"/>",
                escaped_xml(message)
            )?;
        }
        Outcome::Failed(gates) => {
            for gate in gates {
                write!(
                    out,
                    "<failure type=\"gate\" message=\"{}\"/>",
                    escaped_xml(gate)
                )?;
            }
        }
        Outcome::Skipped => write!(out, "<skipped message=\"no ground truth\"/>")?,
        Outcome::Passed => {}
    }
    if result.status != Status::Error {
        let text = format!(
            "width {} cm (true {}), height {} cm (true {}) {}",
            wording::length(result.wall_width_cm),
            wording::length(result.score.expected_width_cm),
            wording::length(result.wall_height_cm),
            wording::length(result.score.expected_height_cm),
            wording::notes(result)
        );
        write!(out, "<system-out>{}</system-out>", escaped_xml(text.trim()))?;
    }
    writeln!(out, "</testcase>")
}

fn gate(out: &mut String, outcome: &GateOutcome) -> std::fmt::Result {
    let line = escaped_xml(&wording::gate(outcome));
    write!(
        out,
        "    <testcase classname=\"gates\" name=\"{}\" time=\"0\">",
        escaped_xml(&outcome.gate)
    )?;
    match outcome.verdict {
        Verdict::Held => write!(out, "<system-out>{line}</system-out>")?,
        Verdict::Missed => write!(out, "<failure type=\"gate\" message=\"{line}\"/>")?,
        Verdict::Skipped => write!(out, "<skipped message=\"{line}\"/>")?,
    }
    writeln!(out, "</testcase>")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn the_document() {
        insta::assert_snapshot!("junit", render(&sample::report()));
    }
}
