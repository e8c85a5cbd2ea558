//! The report as one self-contained page: no file beside it, no network, nothing loaded.
//!
//! A pure function of the report and of a folder of pictures that are named by their photos' hashes.

mod cards;
mod charts;

use std::fmt::Write;
use std::path::Path;

use super::schema::Report;
use super::wording::{self, escaped};
use crate::gate::Verdict;
use crate::score::metrics::{CONSTANT_HEIGHT_CM, CONSTANT_WIDTH_CM};
use crate::score::statistics::ErrorStats;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The whole page; `assets` holds `<sha256 of the photo>.jpg` for the photos that have a picture.
#[must_use]
pub fn render(report: &Report, assets: Option<&Path>) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = page(&mut out, report, assets);
    out
}

fn page(out: &mut String, report: &Report, assets: Option<&Path>) -> std::fmt::Result {
    writeln!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>measure-bench: {}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>",
        escaped(&wording::counts(&report.metrics))
    )?;
    header(out, report)?;
    writeln!(out, "<main>")?;
    gates(out, report)?;
    changes(out, report)?;
    scores(out, report)?;
    charts::section(out, report)?;
    cards::section(out, report, assets)?;
    writeln!(
        out,
        "</main>\n<script>\n{SCRIPT}</script>\n</body>\n</html>"
    )
}

fn header(out: &mut String, report: &Report) -> std::fmt::Result {
    let machine = &report.environment;
    writeln!(
        out,
        "<header>\n<h1>measure-bench</h1>\n<p>{}; {}.</p>\n<p class=\"fine\">{} · {} {}{} · model {} · {} · {}, {} cores{}</p>\n</header>",
        escaped(&wording::counts(&report.metrics)),
        escaped(&wording::pace(&report.metrics)),
        escaped(&report.generated_at),
        escaped(&report.tool.name),
        escaped(&report.tool.version),
        report
            .tool
            .commit
            .as_ref()
            .map_or_else(String::new, |c| format!(" ({})", escaped(c))),
        escaped(&report.model.name),
        escaped(&machine.os),
        escaped(&machine.cpu),
        machine.cores,
        machine
            .device
            .as_ref()
            .map_or_else(String::new, |d| format!(" · {}", escaped(d))),
    )
}

fn gates(out: &mut String, report: &Report) -> std::fmt::Result {
    if report.gates.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<section aria-labelledby=\"gates\">\n<h2 id=\"gates\">Gates</h2>\n<ul class=\"gates\">"
    )?;
    for outcome in &report.gates {
        let class = match outcome.verdict {
            Verdict::Held => "good",
            Verdict::Missed => "bad",
            Verdict::Skipped => "fine",
        };
        writeln!(
            out,
            "<li class=\"{class}\">{}</li>",
            escaped(&wording::gate(outcome))
        )?;
    }
    writeln!(out, "</ul>\n</section>")
}

fn changes(out: &mut String, report: &Report) -> std::fmt::Result {
    let Some(comparison) = &report.comparison else {
        return Ok(());
    };
    writeln!(
        out,
        "<section aria-labelledby=\"changes\">\n<h2 id=\"changes\">Since the baseline</h2>\n<ul>"
    )?;
    for line in crate::compare::text::headline(comparison) {
        writeln!(out, "<li>{}</li>", escaped(&line))?;
    }
    writeln!(out, "</ul>")?;
    if !comparison.differences.is_empty() {
        writeln!(
            out,
            "<details><summary>What else differs</summary>\n<div class=\"wide\"><table>\n<tr><th scope=\"col\">what</th><th scope=\"col\">before</th><th scope=\"col\">now</th></tr>"
        )?;
        for d in &comparison.differences {
            writeln!(
                out,
                "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td></tr>",
                escaped(&d.what),
                escaped(&d.old),
                escaped(&d.new)
            )?;
        }
        writeln!(out, "</table></div></details>")?;
    }
    writeln!(out, "</section>")
}

fn scores(out: &mut String, report: &Report) -> std::fmt::Result {
    let metrics = &report.metrics;
    if metrics.width.count + metrics.height.count == 0 {
        return Ok(());
    }
    let compared = report.comparison.as_ref();
    writeln!(
        out,
        "<section aria-labelledby=\"scores\">\n<h2 id=\"scores\">Scores</h2>\n<div class=\"wide\"><table>\n<thead><tr><th scope=\"col\">of</th><th scope=\"col\">photos</th><th scope=\"col\">MAPE</th><th scope=\"col\">median</th><th scope=\"col\">MAE cm</th><th scope=\"col\">inside the 80 % interval</th><th scope=\"col\">constant guess</th>{}</tr></thead>\n<tbody>",
        if compared.is_some() {
            "<th scope=\"col\">baseline</th>"
        } else {
            ""
        }
    )?;
    let visibility = &metrics.by_visibility;
    let mut row = |name: &str, stats: &ErrorStats, guess: Option<f64>, old: Option<f64>| {
        let baseline = match compared {
            Some(_) => format!("<td>{}</td>", wording::percent(old)),
            None => String::new(),
        };
        writeln!(
            out,
            "<tr><th scope=\"row\">{name}</th><td>{}</td><td><strong>{}</strong></td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>{baseline}</tr>",
            stats.count,
            wording::percent(stats.mape),
            wording::percent(stats.median_pct_err),
            wording::length(stats.mae),
            wording::percent(stats.coverage80),
            wording::percent(guess),
        )
    };
    let guess = &metrics.constant_baseline;
    let old = |change: Option<crate::compare::MapeChange>| change.map(|c| c.old);
    row(
        "width",
        &metrics.width,
        guess.width_mape,
        old(compared.and_then(|c| c.width)),
    )?;
    row(
        "width, both ends seen",
        &visibility.both_ends.width,
        None,
        None,
    )?;
    row("width, cut by the frame", &visibility.cut.width, None, None)?;
    row(
        "height",
        &metrics.height,
        guess.height_mape,
        old(compared.and_then(|c| c.height)),
    )?;
    writeln!(
        out,
        "</tbody></table></div>\n<p class=\"fine\">The constant guess is {CONSTANT_WIDTH_CM} x {CONSTANT_HEIGHT_CM} cm for every photo: what any method has to beat.</p>\n</section>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn the_page_is_whole_deterministic_and_loads_nothing() {
        let report = sample::report();
        let page = render(&report, None);
        assert_eq!(page, render(&report, None));
        assert!(page.starts_with("<!doctype html>") && page.trim_end().ends_with("</html>"));
        for outside in ["http://", "https://", "src=\"/", "@import", "url("] {
            assert!(!page.contains(outside), "{outside}");
        }
        for open in [
            "main", "section", "article", "table", "svg", "figure", "ul", "details",
        ] {
            let begun = page.matches(&format!("<{open}>")).count()
                + page.matches(&format!("<{open} ")).count();
            assert_eq!(begun, page.matches(&format!("</{open}>")).count(), "{open}");
        }
        assert_eq!(page.matches("<article").count(), report.results.len());
        assert!(page.contains("max-width-mape"));
    }

    #[test]
    fn names_of_files_are_text_and_never_markup() {
        let mut report = sample::report();
        report.results[0].file = "<script>alert(1)</script>\"' onerror=x.jpg".into();
        let page = render(&report, None);
        assert!(!page.contains("<script>alert"));
        assert!(!page.contains("\"' onerror"));
        assert!(page.contains("&lt;script&gt;alert(1)"));
    }

    #[test]
    fn pictures_are_found_by_hash_and_embedded() {
        let dir = tempfile::tempdir().unwrap();
        let report = sample::report();
        let sha = report.results[0].sha256.clone().unwrap();
        std::fs::write(dir.path().join(format!("{sha}.jpg")), b"\xff\xd8picture").unwrap();
        let page = render(&report, Some(dir.path()));
        assert!(page.contains("src=\"data:image/jpeg;base64,/9hwaWN0dXJl\""));
    }
}
