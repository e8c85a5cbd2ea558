//! The report as Markdown, made to be read in a CI job summary: headline, gates, the worst photos, then all of them folded.

use std::fmt::Write;

use super::comparison_text;
use super::gate_outcome::{GateOutcome, Verdict};
use super::schema::Report;
use super::wording;
use crate::photo_result::{PhotoResult, Status};
use crate::say::counted;

/// Photos listed as the worst.
const WORST: usize = 5;

/// The whole page.
#[must_use]
pub fn render(report: &Report) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail, so the results of the calls below are ignored.
    let _ = headline(&mut out, report);
    out.push_str(&gates(&report.gates));
    if let Some(comparison) = &report.comparison {
        out.push_str("### Since the baseline\n\n");
        out.push_str(&comparison_text::markdown(comparison));
        out.push('\n');
    }
    let _ = problems(&mut out, report);
    let _ = worst(&mut out, report);
    let _ = all(&mut out, report);
    let _ = times(&mut out, report);
    let _ = writeln!(
        out,
        "\n<sub>{}</sub>",
        wording::escaped_markdown(&wording::build(report))
    );
    out
}

fn headline(out: &mut String, report: &Report) -> std::fmt::Result {
    let metrics = &report.metrics;
    let verdict = wording::gates_verdict(&report.gates)
        .map_or_else(String::new, |words| format!(": {words}"));
    writeln!(out, "## measure-bench{verdict}\n")?;
    writeln!(
        out,
        "{}; {}.\n",
        wording::counts(metrics),
        wording::pace(metrics)
    )?;
    for caution in wording::cautions(report) {
        writeln!(out, "> {caution}\n")?;
    }
    if metrics.width.count + metrics.height.count == 0 {
        return Ok(());
    }
    writeln!(
        out,
        "| | photos | MAPE | median | MAE cm | inside the 80 % interval | constant guess |"
    )?;
    writeln!(out, "|---|---:|---:|---:|---:|---:|---:|")?;
    let constant = metrics.constant_baseline;
    for (name, stats, guess) in [
        ("width", metrics.width, constant.width_mape),
        ("height", metrics.height, constant.height_mape),
    ] {
        writeln!(
            out,
            "| {name} | {} | {} | {} | {} | {} | {} |",
            stats.count,
            wording::percent(stats.mape),
            wording::percent(stats.median_pct_err),
            wording::length(stats.mae),
            wording::percent(stats.coverage80),
            wording::percent(guess)
        )?;
    }
    writeln!(out)
}

/// What became of `gates`, under a title; empty where there are none.
#[must_use]
pub fn gates(gates: &[GateOutcome]) -> String {
    if gates.is_empty() {
        return String::new();
    }
    let mut out = "### Gates\n\n| gate | limit | found | |\n|---|---:|---:|---|\n".to_owned();
    for gate in gates {
        let verdict = match gate.verdict {
            Verdict::Held => "held",
            Verdict::Missed => "**missed**",
            Verdict::Skipped => "skipped",
        };
        let names = gate.photos.iter().map(|p| wording::escaped_markdown(p));
        let mut remarks: Vec<String> = gate
            .note
            .iter()
            .map(|n| wording::escaped_markdown(n))
            .chain(names)
            .collect();
        remarks.insert(0, verdict.to_owned());
        let actual = gate.actual.as_deref().unwrap_or("unknown");
        out.push_str(&format!(
            "| {} | {} | {actual} | {} |\n",
            gate.gate,
            gate.limit,
            remarks.join("; ")
        ));
    }
    out.push('\n');
    out
}

fn problems(out: &mut String, report: &Report) -> std::fmt::Result {
    for (title, photos) in wording::failed(report) {
        writeln!(out, "### {title}\n")?;
        for result in photos {
            writeln!(
                out,
                "- {}: {}",
                wording::escaped_markdown(&result.file),
                wording::escaped_markdown(&wording::why(result))
            )?;
        }
        writeln!(out)?;
    }
    for (title, names) in wording::unmatched(report) {
        let names: Vec<String> = names.iter().map(|n| wording::escaped_markdown(n)).collect();
        writeln!(out, "{title}: {}\n", names.join(", "))?;
    }
    Ok(())
}

fn worst(out: &mut String, report: &Report) -> std::fmt::Result {
    let mut scored: Vec<(f64, &PhotoResult)> = report
        .results
        .iter()
        .filter_map(|r| Some((r.score.worst_pct_err()?, r)))
        .collect();
    // A full listing follows: naming the worst of a handful would only repeat it.
    if scored.len() <= WORST {
        return Ok(());
    }
    scored.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    scored.truncate(WORST);
    writeln!(out, "### Worst photos\n")?;
    rows(out, scored.into_iter().map(|(_, r)| r))
}

fn all(out: &mut String, report: &Report) -> std::fmt::Result {
    writeln!(
        out,
        "<details><summary>All of {}</summary>\n",
        counted(report.results.len(), "photo")
    )?;
    rows(out, report.results.iter())?;
    writeln!(out, "</details>")
}

/// Times, and memory where it is known, by stage.
fn times(out: &mut String, report: &Report) -> std::fmt::Result {
    let metrics = &report.metrics;
    let stages = wording::stage_times(metrics);
    if stages.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<details><summary>Time and memory by stage</summary>\n"
    )?;
    if let Some(repeats) = wording::repeats(metrics) {
        writeln!(out, "Times are medians of repetitions; {repeats}.\n")?;
    }
    writeln!(
        out,
        "| stage | median ms | middle half | 95 % below | memory MB |\n|---|---:|---:|---:|---:|"
    )?;
    for (stage, times) in stages {
        let memory = metrics.memory_mb.get(stage);
        let memory = memory.map_or_else(String::new, |mb| format!("{:.0}", mb.median));
        writeln!(
            out,
            "| {stage} | {:.1} | {:.1}-{:.1} | {:.1} | {memory} |",
            times.median, times.q1, times.q3, times.p95
        )?;
    }
    writeln!(out, "\n</details>")
}

fn rows<'a>(out: &mut String, results: impl Iterator<Item = &'a PhotoResult>) -> std::fmt::Result {
    writeln!(
        out,
        "| photo | width cm | 80 % | true | error | height cm | true | error | notes |"
    )?;
    writeln!(out, "|---|---:|---:|---:|---:|---:|---:|---:|---|")?;
    for r in results {
        let width = match r.status {
            Status::Ok if r.width_is_lower_bound => {
                format!("~{}", wording::length(r.wall_width_cm))
            }
            Status::Ok => wording::length(r.wall_width_cm),
            other => wording::status(other).to_owned(),
        };
        writeln!(
            out,
            "| {} | {width} | {} | {} | {} | {} | {} | {} | {} |",
            wording::escaped_markdown(&r.file),
            wording::interval(r.width_interval_cm),
            wording::length(r.score.expected_width_cm),
            wording::signed_percent(r.score.width_pct_err, r.score.width_diff_cm),
            wording::length(r.wall_height_cm),
            wording::length(r.score.expected_height_cm),
            wording::signed_percent(r.score.height_pct_err, r.score.height_diff_cm),
            wording::escaped_markdown(&wording::notes(r)),
        )?;
    }
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn the_page() {
        insta::assert_snapshot!("markdown", render(&sample::report()));
    }

    #[test]
    fn a_name_cannot_break_out_of_its_cell() {
        assert_eq!(
            wording::escaped_markdown("a|b <img>\n`c`"),
            "a\\|b &lt;img&gt;\u{fffd}\\`c\\`"
        );
    }
}
