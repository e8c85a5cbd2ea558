//! The gallery: one card a photo, which the page's script sorts and filters.

use std::collections::{HashMap, HashSet};
use std::fmt::{Result, Write};
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::photo_result::{PhotoResult, Status};
use crate::report::comparison::{Change, PhotoChange};
use crate::report::pictures;
use crate::report::schema::Report;
use crate::report::wording::{self, escaped_xml};

/// Cards of one page; beyond them a browser gets slow, and a reader lost.
const MOST_CARDS: usize = 1000;
/// Bytes of embedded pictures, so that a page of 200 photos stays under 20 MB whatever they show.
const MOST_PICTURE_BYTES: usize = 18_000_000;

/// The pictures of a card, in base 64.
#[derive(Default)]
struct Pictures {
    now: Option<String>,
    before: Option<String>,
}

pub fn section(out: &mut String, report: &Report, folders: &[PathBuf]) -> Result {
    let changes = report.changes();
    let change_of = |r: &PhotoResult| changes.get(r.file.as_str()).copied();
    let shown = shown(report, change_of);
    let (mut found, left_out) = embedded(report, &shown, change_of, folders);
    let compared = found.values().any(|p| p.before.is_some());

    writeln!(
        out,
        "<section aria-labelledby=\"photos\">\n<h2 id=\"photos\" tabindex=\"-1\">Photos</h2>"
    )?;
    if shown.len() < report.results.len() {
        writeln!(
            out,
            "<p class=\"fine\">The {} of {} photos that failed, changed or err most; the other forms of report hold all.</p>",
            shown.len(),
            report.results.len()
        )?;
    }
    if left_out > 0 {
        writeln!(
            out,
            "<p class=\"fine\">{left_out} pictures are left out to keep the page small.</p>"
        )?;
    }
    tools(out, report.comparison.is_some(), compared)?;
    writeln!(out, "<ul class=\"gallery\" id=\"gallery\">")?;
    for (place, result) in report.results.iter().enumerate() {
        if shown.contains(&place) {
            let pictures = found.remove(&place).unwrap_or_default();
            card(out, place, result, change_of(result), &pictures)?;
        }
    }
    writeln!(out, "</ul>\n</section>")
}

/// The places of the photos that get a card: all, or the most telling ones.
fn shown<'a>(
    report: &'a Report,
    change_of: impl Fn(&PhotoResult) -> Option<&'a PhotoChange>,
) -> HashSet<usize> {
    let mut places: Vec<usize> = (0..report.results.len()).collect();
    if places.len() > MOST_CARDS {
        let telling = |place: &usize| {
            let r = &report.results[*place];
            let failed = r.status != Status::Ok;
            let changed = change_of(r).is_some_and(|p| p.change != Change::Same);
            (failed || changed, largest_error(r))
        };
        places.sort_by(|a, b| {
            let ((a_first, a_error), (b_first, b_error)) = (telling(a), telling(b));
            b_first.cmp(&a_first).then(b_error.total_cmp(&a_error))
        });
        places.truncate(MOST_CARDS);
    }
    places.into_iter().collect()
}

/// The pictures of the shown photos, and how many did not fit. What is now comes first, then what was before, where it differs.
fn embedded<'a>(
    report: &'a Report,
    shown: &HashSet<usize>,
    change_of: impl Fn(&PhotoResult) -> Option<&'a PhotoChange>,
    folders: &[PathBuf],
) -> (HashMap<usize, Pictures>, usize) {
    let mut found: HashMap<usize, Pictures> = HashMap::new();
    let (mut bytes, mut left_out) = (0, 0);
    let mut fitting = |name: &str| {
        let picture = STANDARD.encode(pictures::get(folders, name)?);
        if bytes + picture.len() > MOST_PICTURE_BYTES {
            left_out += 1;
            return None;
        }
        bytes += picture.len();
        Some(picture)
    };
    let photos = || {
        let photos = report.results.iter().enumerate();
        photos.filter(|(place, _)| shown.contains(place))
    };
    for (place, r) in photos() {
        found.entry(place).or_default().now = r.overlay.as_deref().and_then(&mut fitting);
    }
    for (place, r) in photos() {
        let Some(change) = change_of(r).filter(|p| p.change != Change::Same) else {
            continue;
        };
        let [before, now] = &change.overlay;
        if before != now {
            found.entry(place).or_default().before = before.as_deref().and_then(&mut fitting);
        }
    }
    (found, left_out)
}

fn tools(out: &mut String, has_baseline: bool, compared: bool) -> Result {
    let option = |value: &str, name: &str| format!("<option value=\"{value}\">{name}</option>");
    let mut orders = vec![
        option("place", "as measured"),
        option("error", "largest error first"),
        option("confidence", "least confidence first"),
        option("time", "slowest first"),
        option("name", "by name"),
    ];
    let mut kinds = vec![
        option("", "all"),
        option("ok", "measured"),
        option("refused", "refused"),
        option("fallback", "fallback"),
        option("error", "errors"),
        option("warned", "with warnings"),
        option("outside", "truth outside the interval"),
    ];
    if has_baseline {
        orders.insert(1, option("change", "largest change first"));
        kinds.push(option("changed", "changed since the baseline"));
        kinds.push(option("worse", "worse than the baseline"));
    }
    writeln!(
        out,
        "<form class=\"tools\" role=\"search\" aria-label=\"Photos\">\n\
         <label>Order <select id=\"order\">{}</select></label>\n\
         <label>Show <select id=\"kind\">{}</select></label>\n\
         <label>Find <input id=\"find\" type=\"search\" placeholder=\"name or warning\"></label>",
        orders.concat(),
        kinds.concat()
    )?;
    if compared {
        writeln!(
            out,
            "<label><input id=\"before\" type=\"checkbox\"> Overlays of the baseline</label>"
        )?;
    }
    writeln!(
        out,
        "<output id=\"shown\" aria-live=\"polite\"></output>\n</form>"
    )
}

fn card(
    out: &mut String,
    place: usize,
    r: &PhotoResult,
    change: Option<&PhotoChange>,
    pictures: &Pictures,
) -> Result {
    let name = escaped_xml(&r.file);
    let status = wording::status(r.status);
    let outside = r.width_misses_truth() || r.height_misses_truth();
    writeln!(
        out,
        "<li><article id=\"photo-{place}\" tabindex=\"-1\" aria-labelledby=\"name-{place}\" data-place=\"{place}\" data-error=\"{}\" data-confidence=\"{}\" data-time=\"{}\" data-status=\"{status}\" data-warned=\"{}\" data-outside=\"{outside}\" data-change=\"{}\" data-grown=\"{}\">\n<h3 id=\"name-{place}\">{name}</h3>",
        largest_error(r),
        r.confidence_pct.unwrap_or(-1.0),
        r.timings_ms.total,
        !r.warnings.is_empty(),
        change.map_or("", |p| p.change.words()),
        change.map_or(0.0, |p| p.error_change().unwrap_or(0.0)),
    )?;
    overlay(out, &name, r, pictures)?;
    if let Some(error) = &r.error {
        writeln!(out, "<p class=\"bad\">{status}: {}</p>", escaped_xml(error))?;
    } else if r.status != Status::Ok {
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
    facts(out, r, change)?;
    writeln!(out, "</dl>\n</article></li>")
}

/// The overlay in a button that opens it large; the baseline's lies over it, cut where the slider says.
fn overlay(out: &mut String, name: &str, r: &PhotoResult, pictures: &Pictures) -> Result {
    let Some(now) = &pictures.now else {
        return Ok(());
    };
    let shape = r.image.map_or_else(String::new, |image| {
        format!(
            " style=\"aspect-ratio:{}/{}\"",
            image.width_px, image.height_px
        )
    });
    writeln!(
        out,
        "<button type=\"button\" class=\"overlay\" aria-label=\"Enlarge {name}\"{shape}><img decoding=\"async\" alt=\"{name} with its labels as tints and the measured wall as an outline\" src=\"data:image/jpeg;base64,{now}\">"
    )?;
    if let Some(before) = &pictures.before {
        writeln!(
            out,
            "<img class=\"before\" decoding=\"async\" alt=\"the same in the baseline\" src=\"data:image/jpeg;base64,{before}\">"
        )?;
    }
    writeln!(out, "</button>")
}

fn facts(out: &mut String, r: &PhotoResult, change: Option<&PhotoChange>) -> Result {
    if let Some(change) = change {
        let errors = |[before, now]: [Option<f64>; 2]| {
            format!("{} to {}", wording::percent(before), wording::percent(now))
        };
        let detail = match (change.change, change.width_pct_err) {
            (Change::Same | Change::New, _) | (_, [None, None]) => String::new(),
            (_, width) => format!("; error of width {}", errors(width)),
        };
        let class = match change.change {
            Change::NowFailing | Change::Worse => " class=\"bad\"",
            Change::Improved | Change::Recovered => " class=\"good\"",
            _ => "",
        };
        fact(
            out,
            "change",
            &format!("<span{class}>{}</span>{detail}", change.change.words()),
        )?;
    }
    for window in &r.windows {
        fact(out, "window", &wording::window(window))?;
    }
    if let Some(wall) = &r.adjacent_wall {
        let [side, width] = wording::adjacent_wall(wall);
        fact(out, &side, &width)?;
    }
    if let Some(confidence) = r.confidence_pct {
        fact(out, "confidence", &format!("{confidence:.0} %"))?;
    }
    let stages: Vec<String> = r
        .timings_ms
        .stages()
        .into_iter()
        .filter_map(|(stage, ms)| Some((stage, ms.filter(|ms| *ms > 0.0)?)))
        .map(|(stage, ms)| format!("{stage} {}", wording::duration(ms)))
        .collect();
    if !stages.is_empty() {
        let kept = if r.cached {
            " (kept from an earlier run)"
        } else {
            ""
        };
        fact(out, "time", &format!("{}{kept}", stages.join(", ")))?;
    }
    if !r.warnings.is_empty() {
        let items: Vec<String> = r
            .warnings
            .iter()
            .map(|w| {
                format!(
                    "<abbr title=\"{}\">{}</abbr>",
                    escaped_xml(w.explain()),
                    w.code()
                )
            })
            .collect();
        fact(out, "warnings", &items.join(", "))?;
    }
    Ok(())
}

fn fact(out: &mut String, name: &str, html: &str) -> Result {
    writeln!(out, "<dt>{name}</dt><dd>{html}</dd>")
}

fn size(
    out: &mut String,
    name: &str,
    mark: &str,
    cm: Option<f64>,
    interval: Option<[f64; 2]>,
    truth: Option<f64>,
    error: &str,
) -> Result {
    if cm.is_none() && truth.is_none() {
        return Ok(());
    }
    let truth = truth.map_or_else(String::new, |t| format!("; true {t:.1}, {error}"));
    let html = format!(
        "<strong>{mark}{} cm</strong> ({}){truth}",
        wording::length(cm),
        wording::interval(interval)
    );
    fact(out, name, &html)
}

/// For sorting: a photo without truth comes after those that err.
fn largest_error(r: &PhotoResult) -> f64 {
    r.score.worst_pct_err().unwrap_or(0.0)
}
