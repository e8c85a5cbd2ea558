//! The top of the page: the verdict, what was measured with what, and the figures that a reader came for.

use std::fmt::{Result, Write};

use crate::report::comparison::MapeChange;
use crate::report::gate_outcome::Verdict;
use crate::report::schema::Report;
use crate::report::wording::{self, escaped_xml};

pub fn header(out: &mut String, report: &Report) -> Result {
    writeln!(out, "<header>\n<h1>measure-bench {}</h1>", verdict(report))?;
    writeln!(
        out,
        "<p>{}; {}.</p>",
        escaped_xml(&wording::counts(&report.metrics)),
        escaped_xml(&wording::pace(&report.metrics))
    )?;
    if report.interrupted {
        writeln!(out, "<p class=\"bad\">Interrupted: photos are missing.</p>")?;
    }
    for caution in wording::cautions(report) {
        writeln!(out, "<p class=\"caution\">{}</p>", escaped_xml(&caution))?;
    }
    writeln!(
        out,
        "<p class=\"fine\">{} · {} · {}</p>",
        escaped_xml(&report.generated_at),
        escaped_xml(&wording::build(report)),
        escaped_xml(&wording::machine(&report.environment)),
    )?;
    let mut sections = vec![("charts", "Charts"), ("photos", "Photos")];
    if !wording::unmatched(report).is_empty() {
        sections.insert(0, ("unmatched", "Unmatched"));
    }
    if report.metrics.width.count + report.metrics.height.count > 0 {
        sections.insert(0, ("scores", "Scores"));
    }
    if report.comparison.is_some() {
        sections.insert(0, ("changes", "Since the baseline"));
    }
    if !report.gates.is_empty() {
        sections.insert(0, ("gates", "Gates"));
    }
    let links: Vec<String> = sections
        .iter()
        .map(|(id, name)| format!("<a href=\"#{id}\">{name}</a>"))
        .collect();
    writeln!(
        out,
        "<nav aria-label=\"Sections\">{}</nav>\n</header>",
        links.join(" ")
    )
}

fn verdict(report: &Report) -> String {
    let Some(words) = wording::gates_verdict(&report.gates) else {
        return String::new();
    };
    let missed = report.gates.iter().any(|g| g.verdict == Verdict::Missed);
    let class = if missed { "missed" } else { "held" };
    format!("<span class=\"badge {class}\">{words}</span>")
}

/// Each figure beside what to hold it against.
pub fn figures(out: &mut String, report: &Report) -> Result {
    let metrics = &report.metrics;
    let guess = metrics.constant_baseline;
    let compared = report.comparison.as_ref();
    writeln!(
        out,
        "<dl class=\"figures\" aria-label=\"Headline figures\">"
    )?;
    let sizes = [
        (
            "width",
            metrics.width,
            guess.width_mape,
            compared.and_then(|c| c.width),
        ),
        (
            "height",
            metrics.height,
            guess.height_mape,
            compared.and_then(|c| c.height),
        ),
    ];
    for (name, stats, guess, change) in sizes {
        if stats.count > 0 {
            let beside = [
                format!("constant guess {}", wording::percent(guess)),
                baseline(change),
            ];
            figure(
                out,
                &format!("MAPE of {name}"),
                &wording::percent(stats.mape),
                &beside,
            )?;
        }
    }
    for (name, stats) in [("width", metrics.width), ("height", metrics.height)] {
        if stats.coverage80.is_some() {
            figure(
                out,
                &format!("True {name} inside the interval"),
                &wording::percent(stats.coverage80),
                &["80 % promised".to_owned()],
            )?;
        }
    }
    if let Some(total) = metrics.timings_ms.get("total") {
        let change = compared.and_then(|c| c.time.as_ref());
        let beside = match change {
            Some(c) if c.not_comparable.is_none() => format!("baseline x {:.2}", c.ratio),
            _ => format!(
                "middle half {} to {}",
                wording::duration(total.q1),
                wording::duration(total.q3)
            ),
        };
        figure(
            out,
            "Median time a photo",
            &wording::duration(total.median),
            &[beside],
        )?;
    }
    if let Some(peak) = metrics.peak_rss_mb {
        figure(out, "Peak memory", &format!("{peak:.0} MB"), &[])?;
    }
    writeln!(out, "</dl>")
}

fn baseline(change: Option<MapeChange>) -> String {
    change.map_or_else(String::new, |c| {
        let chance = if c.may_be_chance() {
            ", may be chance"
        } else {
            ""
        };
        format!(
            "baseline {:.1} % ({:+.1} points{chance})",
            c.old, c.difference
        )
    })
}

/// No line ends between a number and its percent sign.
fn unbroken(text: &str) -> String {
    escaped_xml(text).replace(" %", "&nbsp;%")
}

fn figure(out: &mut String, name: &str, value: &str, beside: &[String]) -> Result {
    let beside: Vec<String> = beside
        .iter()
        .filter(|text| !text.is_empty())
        .map(|text| format!("<dd class=\"fine\">{}</dd>", unbroken(text)))
        .collect();
    writeln!(
        out,
        "<div><dt>{name}</dt><dd class=\"value\">{}</dd>{}</div>",
        unbroken(value),
        beside.concat()
    )
}
