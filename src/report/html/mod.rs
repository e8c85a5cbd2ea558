//! The report as one self-contained page: no file beside it, no network, nothing loaded.
//!
//! A pure function of the report and of folders of pictures that are named by their content.

mod cards;
mod charts;
mod headline;
mod plot;
mod run_charts;

use std::fmt::Write;
use std::path::PathBuf;

use super::schema::Report;
use super::wording::{self, escaped_xml};
use crate::report::comparison::MapeChange;
use crate::report::comparison_text::{headline as change_lines, shown};
use crate::report::gate_outcome::Verdict;
use crate::score::error_stats::ErrorStats;
use crate::score::metrics::{CONSTANT_HEIGHT_CM, CONSTANT_WIDTH_CM};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The whole page; `pictures` are folders of small overlays, looked through in this order.
#[must_use]
pub fn render(report: &Report, pictures: &[PathBuf]) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = page(&mut out, report, pictures);
    out
}

fn page(out: &mut String, report: &Report, pictures: &[PathBuf]) -> std::fmt::Result {
    writeln!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>measure-bench: {}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#photos\">Skip to the photos</a>",
        escaped_xml(&wording::counts(&report.metrics))
    )?;
    headline::header(out, report)?;
    writeln!(out, "<main>")?;
    headline::figures(out, report)?;
    gates(out, report)?;
    changes(out, report)?;
    scores(out, report)?;
    unmatched(out, report)?;
    charts::section(out, report)?;
    cards::section(out, report, pictures)?;
    writeln!(
        out,
        "</main>\n<dialog id=\"viewer\" aria-labelledby=\"viewed\">\n<h2 id=\"viewed\"></h2>\n<div class=\"stage\"></div>\n\
         <label class=\"slider\">Baseline <input type=\"range\" min=\"0\" max=\"100\" value=\"50\" aria-label=\"Share of the picture that shows the baseline\"> Now</label>\n\
         <div class=\"about\"></div>\n<div class=\"buttons\"><button type=\"button\" id=\"previous\">Previous</button><button type=\"button\" id=\"next\">Next</button><button type=\"button\" id=\"close\">Close</button></div>\n</dialog>\n\
         <script>\n{SCRIPT}</script>\n</body>\n</html>"
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
            escaped_xml(&wording::gate(outcome))
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
    for line in change_lines(comparison) {
        writeln!(out, "<li>{}</li>", escaped_xml(&line))?;
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
                escaped_xml(&d.what),
                escaped_xml(&shown(&d.old)),
                escaped_xml(&shown(&d.new))
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
    let old = |change: Option<MapeChange>| change.map(|c| c.old);
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

/// What the scores above are not about.
fn unmatched(out: &mut String, report: &Report) -> std::fmt::Result {
    let lists = wording::unmatched(report);
    if lists.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<section aria-labelledby=\"unmatched\">\n<h2 id=\"unmatched\">Unmatched</h2>"
    )?;
    for (title, names) in lists {
        writeln!(
            out,
            "<p class=\"fine\">{title}: {}</p>",
            escaped_xml(&names.join(", "))
        )?;
    }
    writeln!(out, "</section>")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn the_page_is_whole_deterministic_and_loads_nothing() {
        let report = sample::report();
        let page = render(&report, &[]);
        assert_eq!(page, render(&report, &[]));
        assert!(page.starts_with("<!doctype html>") && page.trim_end().ends_with("</html>"));
        for outside in ["http://", "https://", "src=\"/", "@import", "url("] {
            assert!(!page.contains(outside), "{outside}");
        }
        for open in [
            "main", "section", "article", "table", "svg", "figure", "ul", "li", "details",
            "button", "dialog", "dl",
        ] {
            let begun = page.matches(&format!("<{open}>")).count()
                + page.matches(&format!("<{open} ")).count();
            assert_eq!(begun, page.matches(&format!("</{open}>")).count(), "{open}");
        }
        assert_eq!(page.matches("<article").count(), report.results.len());
        assert!(page.contains("max-width-mape"));
    }

    #[test]
    fn what_has_no_partner_is_listed() {
        let mut report = sample::report();
        let page = render(&report, &[]);
        assert!(page.contains("<a href=\"#unmatched\">Unmatched</a>"));
        assert!(page.contains("Ground truth without a photo: gone.jpg</p>"));
        let photos = "Photos without ground truth: dark.webp, broken &lt;1&gt;.jpg</p>";
        assert!(page.contains(photos));
        report.unmatched = None;
        assert!(!render(&report, &[]).contains("Unmatched"));
    }

    #[test]
    fn names_of_files_are_text_and_never_markup() {
        let mut report = sample::report();
        report.results[0].file = "<script>alert(1)</script>\"' onerror=x.jpg".into();
        let page = render(&report, &[]);
        assert!(!page.contains("<script>alert"));
        assert!(!page.contains("\"' onerror"));
        assert!(page.contains("&lt;script&gt;alert(1)"));
    }

    #[test]
    fn pictures_are_found_by_their_content_and_embedded() {
        let dir = tempfile::tempdir().unwrap();
        let mut report = sample::report();
        let name = crate::report::pictures::put(dir.path(), b"\xff\xd8picture").unwrap();
        report.results[0].overlay = Some(name);
        let page = render(&report, &[dir.path().to_owned()]);
        assert!(page.contains("src=\"data:image/jpeg;base64,/9hwaWN0dXJl\""));
    }

    #[test]
    fn the_baselines_overlay_stands_beside_one_that_changed() {
        let dir = tempfile::tempdir().unwrap();
        let keep = |bytes: &[u8]| crate::report::pictures::put(dir.path(), bytes).unwrap();
        let (mut old, mut new) = (sample::report(), sample::report());
        for (report, picture) in [(&mut old, b"before"), (&mut new, b"now..." as &[u8; 6])] {
            for result in &mut report.results {
                result.overlay = Some(keep(picture));
            }
        }
        new.results[0].score.width_pct_err = Some(50.0);
        new.comparison = Some(crate::compare::compare(&old, &new).unwrap());
        let page = render(&new, &[dir.path().to_owned()]);
        assert_eq!(page.matches("class=\"before\"").count(), 1, "one changed");
        assert!(page.contains("data-change=\"worse\""));
        assert!(page.contains("id=\"before\""));
    }

    #[test]
    fn a_page_of_many_photos_shows_the_telling_ones_and_says_so() {
        let mut report = sample::report();
        let plain = report.results[0].clone();
        for i in 0..1500 {
            let mut result = plain.clone();
            result.file = format!("{i}.jpg");
            report.results.push(result);
        }
        let page = render(&report, &[]);
        assert_eq!(page.matches("<article").count(), 1000);
        for telling in ["corner.png", "broken &lt;1&gt;.jpg"] {
            assert!(page.contains(&format!(">{telling}</h3>")), "{telling}");
        }
        assert!(page.contains("The 1000 of 1505 photos"));
    }
}
