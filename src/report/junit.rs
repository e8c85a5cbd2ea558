//! The report as JUnit XML: a test a photo and a test a gate. Failure: a gate missed; error: could not measure; skipped: no
//! truth.

use std::fmt::Write;

use super::photo_result::{PhotoResult, Status};
use super::schema::Report;
use super::wording::{self, escaped};
use crate::gate::{GateOutcome, Verdict};

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
    let failures = report
        .gates
        .iter()
        .filter(|g| g.verdict == Verdict::Missed)
        .count();
    let skipped = report.results.iter().filter(|r| is_skipped(r)).count();
    let skipped_gates = report
        .gates
        .iter()
        .filter(|g| g.verdict == Verdict::Skipped)
        .count();
    let tests = report.results.len() + report.gates.len();
    let seconds = report.metrics.wall_seconds;
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(
        out,
        "<testsuites name=\"measure-bench\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" time=\"{seconds:.3}\">"
    )?;
    writeln!(
        out,
        "  <testsuite name=\"photos\" tests=\"{}\" failures=\"0\" errors=\"{errors}\" skipped=\"{skipped}\" timestamp=\"{}\">",
        report.results.len(),
        escaped(&report.generated_at)
    )?;
    for result in &report.results {
        photo(out, result)?;
    }
    writeln!(out, "  </testsuite>")?;
    if !report.gates.is_empty() {
        writeln!(
            out,
            "  <testsuite name=\"gates\" tests=\"{}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped_gates}\">",
            report.gates.len()
        )?;
        for outcome in &report.gates {
            gate(out, outcome)?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

/// A measured photo without truth has nothing to be tested against.
fn is_skipped(result: &PhotoResult) -> bool {
    result.status != Status::Error && !result.score.has_truth()
}

fn photo(out: &mut String, result: &PhotoResult) -> std::fmt::Result {
    let seconds = result.timings_ms.total / 1000.0;
    write!(
        out,
        "    <testcase classname=\"photos\" name=\"{}\" time=\"{seconds:.3}\">",
        escaped(&result.file)
    )?;
    if result.status == Status::Error {
        let message = result.error.as_deref().unwrap_or("not measured");
        write!(out, "<error message=\"{}\"/>", escaped(message))?;
    } else if is_skipped(result) {
        write!(out, "<skipped message=\"no ground truth\"/>")?;
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
        write!(out, "<system-out>{}</system-out>", escaped(text.trim()))?;
    }
    writeln!(out, "</testcase>")
}

fn gate(out: &mut String, outcome: &GateOutcome) -> std::fmt::Result {
    let line = escaped(&wording::gate(outcome));
    write!(
        out,
        "    <testcase classname=\"gates\" name=\"{}\">",
        escaped(&outcome.gate)
    )?;
    match outcome.verdict {
        Verdict::Held => write!(out, "<system-out>{line}</system-out>")?,
        Verdict::Missed => write!(out, "<failure message=\"{line}\"/>")?,
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
