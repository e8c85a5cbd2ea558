//! The gallery: one card a photo, which the page's script sorts and filters.

use std::fmt::Write;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::report::photo_result::PhotoResult;
use crate::report::schema::Report;
use crate::report::wording::{self, escaped};

pub fn section(out: &mut String, report: &Report, assets: Option<&Path>) -> std::fmt::Result {
    writeln!(
        out,
        "<section aria-labelledby=\"photos\">\n<h2 id=\"photos\">Photos</h2>\n<form class=\"tools\" role=\"search\">\n\
         <label>Order <select id=\"order\"><option value=\"place\">as measured</option><option value=\"error\">largest error first</option><option value=\"confidence\">least confidence first</option><option value=\"time\">slowest first</option><option value=\"name\">by name</option></select></label>\n\
         <label>Show <select id=\"status\"><option value=\"\">all</option><option value=\"ok\">measured</option><option value=\"refused\">refused</option><option value=\"fallback\">fallback</option><option value=\"error\">errors</option><option value=\"warned\">with warnings</option><option value=\"changed\">changed since the baseline</option></select></label>\n\
         <label>Find <input id=\"find\" type=\"search\" placeholder=\"name or warning\"></label>\n\
         <output id=\"shown\" aria-live=\"polite\"></output>\n</form>\n<div class=\"gallery\" id=\"gallery\">"
    )?;
    for (place, result) in report.results.iter().enumerate() {
        card(out, report, place, result, assets)?;
    }
    writeln!(out, "</div>\n</section>")
}

fn card(
    out: &mut String,
    report: &Report,
    place: usize,
    r: &PhotoResult,
    assets: Option<&Path>,
) -> std::fmt::Result {
    let name = escaped(&r.file);
    let error = [r.score.width_pct_err, r.score.height_pct_err]
        .into_iter()
        .flatten()
        .fold(0.0, f64::max);
    let status = wording::status(r.status);
    let change = report
        .comparison
        .iter()
        .flat_map(|c| &c.photos)
        .find(|p| p.file == r.file)
        .map_or("", |p| p.change.words());
    writeln!(
        out,
        "<article data-place=\"{place}\" data-error=\"{error}\" data-confidence=\"{}\" data-time=\"{}\" data-status=\"{status}\" data-warned=\"{}\" data-change=\"{change}\">\n<h3>{name}</h3>",
        r.confidence_pct.unwrap_or(-1.0),
        r.timings_ms.total,
        !r.warnings.is_empty(),
    )?;
    if let Some(picture) = picture(r, assets) {
        writeln!(
            out,
            "<img loading=\"lazy\" alt=\"{name} with its labels as tints and the measured wall as an outline\" src=\"data:image/jpeg;base64,{picture}\">"
        )?;
    }
    if let Some(error) = &r.error {
        writeln!(out, "<p class=\"bad\">{status}: {}</p>", escaped(error))?;
    } else if status != "ok" {
        writeln!(out, "<p class=\"bad\">{status}</p>")?;
    }
    writeln!(out, "<dl>")?;
    let mark = if r.width_is_lower_bound { "~" } else { "" };
    size(
        out,
        "width",
        mark,
        r.wall_width_cm,
        r.width_interval_cm,
        r.score.expected_width_cm,
        &wording::signed_percent(r.score.width_pct_err, r.score.width_diff_cm),
    )?;
    size(
        out,
        "height",
        "",
        r.wall_height_cm,
        r.height_interval_cm,
        r.score.expected_height_cm,
        &wording::signed_percent(r.score.height_pct_err, r.score.height_diff_cm),
    )?;
    for window in &r.windows {
        writeln!(
            out,
            "<dt>window</dt><dd>{:.0} x {:.0} cm{}</dd>",
            window.width_cm,
            window.height_cm,
            window
                .sill_cm
                .map_or_else(String::new, |s| format!(", sill at {s:.0} cm"))
        )?;
    }
    if let Some(confidence) = r.confidence_pct {
        writeln!(out, "<dt>confidence</dt><dd>{confidence:.0} %</dd>")?;
    }
    if !change.is_empty() {
        writeln!(out, "<dt>change</dt><dd>{change}</dd>")?;
    }
    let stages: Vec<String> = r
        .timings_ms
        .stages()
        .iter()
        .filter(|(_, ms)| *ms > 0.0)
        .map(|(stage, ms)| format!("{stage} {}", wording::duration(*ms)))
        .collect();
    if !stages.is_empty() {
        writeln!(out, "<dt>time</dt><dd>{}</dd>", stages.join(", "))?;
    }
    if !r.warnings.is_empty() {
        let codes: Vec<String> = r.warnings.iter().map(|w| escaped(&w.code())).collect();
        writeln!(out, "<dt>warnings</dt><dd>{}</dd>", codes.join(", "))?;
    }
    writeln!(out, "</dl>\n</article>")
}

fn size(
    out: &mut String,
    name: &str,
    mark: &str,
    cm: Option<f64>,
    interval: Option<[f64; 2]>,
    truth: Option<f64>,
    error: &str,
) -> std::fmt::Result {
    if cm.is_none() && truth.is_none() {
        return Ok(());
    }
    let truth = truth.map_or_else(String::new, |t| format!("; true {t:.1}, {error}"));
    writeln!(
        out,
        "<dt>{name}</dt><dd><strong>{mark}{} cm</strong> ({}){truth}</dd>",
        wording::length(cm),
        wording::interval(interval)
    )
}

/// The photo's picture, in base 64; a picture that cannot be read is one that is not there.
fn picture(r: &PhotoResult, assets: Option<&Path>) -> Option<String> {
    let path = assets?.join(format!("{}.jpg", r.sha256.as_ref()?));
    Some(STANDARD.encode(std::fs::read(path).ok()?))
}
