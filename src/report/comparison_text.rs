//! A comparison as people read it: on a terminal, and as Markdown in a pull request.

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use super::comparison::{Change, Comparison, ErrorsOf, MapeChange, PhotoChange, TimeChange};
use super::wording::escaped_markdown;
use crate::say::{counted, printable};

/// Photos listed in Markdown; a pull request is no place for hundreds.
const MOST_LISTED: usize = 50;

/// For a terminal.
#[must_use]
pub fn table(comparison: &Comparison) -> String {
    let mut out = String::new();
    for line in headline(comparison) {
        put(&mut out, &printable(&line));
    }
    let listed: Vec<&PhotoChange> = listed(comparison).collect();
    let widest = listed.iter().map(|p| name(p).width()).max().unwrap_or(0);
    if !listed.is_empty() {
        put(&mut out, "");
    }
    for photo in listed {
        let name = name(photo);
        let padding = " ".repeat(widest - name.width());
        let [width, height] = errors(photo);
        put(
            &mut out,
            &format!(
                "{:<12} {name}{padding}  width {width}, height {height}",
                photo.change.words()
            ),
        );
    }
    if !comparison.differences.is_empty() {
        put(&mut out, "\nwhat else differs:");
    }
    for difference in &comparison.differences {
        let (old, new) = (shown(&difference.old), shown(&difference.new));
        let what = printable(&difference.what);
        put(&mut out, &format!("  {what}: {old} -> {new}"));
    }
    out
}

/// For a pull request.
#[must_use]
pub fn markdown(comparison: &Comparison) -> String {
    let mut out = String::new();
    for line in headline(comparison) {
        put(&mut out, &format!("- {}", escaped_markdown(&line)));
    }
    let listed: Vec<&PhotoChange> = listed(comparison).collect();
    if !listed.is_empty() {
        put(
            &mut out,
            "\n| photo | change | width error | height error |\n|---|---|---|---|",
        );
    }
    for photo in listed.iter().take(MOST_LISTED) {
        let [width, height] = errors(photo);
        put(
            &mut out,
            &format!(
                "| {} | {} | {width} | {height} |",
                escaped_markdown(&name(photo)),
                photo.change.words()
            ),
        );
    }
    if listed.len() > MOST_LISTED {
        put(
            &mut out,
            &format!("\n… and {} more", listed.len() - MOST_LISTED),
        );
    }
    if !comparison.differences.is_empty() {
        put(
            &mut out,
            "\n| what else differs | before | now |\n|---|---|---|",
        );
    }
    for d in &comparison.differences {
        put(
            &mut out,
            &format!(
                "| {} | {} | {} |",
                escaped_markdown(&d.what),
                escaped_markdown(&shown(&d.old)),
                escaped_markdown(&shown(&d.new))
            ),
        );
    }
    out
}

/// The statements that a reader wants first.
#[must_use]
pub fn headline(comparison: &Comparison) -> Vec<String> {
    let counts: Vec<String> = comparison
        .counts
        .iter()
        .map(|(change, count)| format!("{count} {}", change.words()))
        .collect();
    let mut lines = vec![format!(
        "{} against the baseline of {}: {}",
        counted(comparison.photos.len(), "photo"),
        comparison.old_generated_at,
        counts.join(", ")
    )];
    let missing = |errors: ErrorsOf| {
        let in_both = comparison.in_both().map(errors);
        in_both
            .filter(|pair| matches!(pair, [Some(_), None] | [None, Some(_)]))
            .count()
    };
    let [of_width, of_height] = [missing(|p| p.width_pct_err), missing(|p| p.height_pct_err)];
    lines.extend(comparison.width.map(|m| mape("width", &m, of_width)));
    lines.extend(comparison.height.map(|m| mape("height", &m, of_height)));
    lines.extend(comparison.time.as_ref().map(time));
    lines
}

/// `missing` of the photos were measured in one of the reports alone.
fn mape(of: &str, change: &MapeChange, missing: usize) -> String {
    let mut verdict = String::new();
    if missing > 0 {
        let photos = counted(missing, "photo");
        verdict = format!("; {photos} not measured in one of the reports counted as 100 %");
    }
    if change.may_be_chance() {
        verdict.push_str("; may be chance");
    }
    format!(
        "{of} MAPE {:.2} % -> {:.2} % ({:+.2} points, 95 % interval {:+.2} to {:+.2}, {}{verdict})",
        change.old,
        change.new,
        change.difference,
        change.interval.low,
        change.interval.high,
        counted(change.photos, "photo")
    )
}

fn time(change: &TimeChange) -> String {
    match &change.not_comparable {
        Some(why) => format!("time a photo cannot be compared: {why}"),
        None => format!(
            "time a photo x {:.2} (95 % interval {:.2} to {:.2}, {})",
            change.ratio,
            change.interval.low,
            change.interval.high,
            counted(change.photos, "photo")
        ),
    }
}

fn listed(comparison: &Comparison) -> impl Iterator<Item = &PhotoChange> {
    comparison
        .photos
        .iter()
        .filter(|p| p.change != Change::Same)
}

/// Width and height before and now: their errors, or the sizes where there is no truth.
fn errors(photo: &PhotoChange) -> [String; 2] {
    [
        (photo.width_pct_err, photo.width_cm),
        (photo.height_pct_err, photo.height_cm),
    ]
    .map(|(errors, sizes)| {
        let (values, unit) = if errors == [None, None] {
            (sizes, "cm")
        } else {
            (errors, "%")
        };
        let [old, new] = values
            .map(|value| value.map_or_else(|| "none".to_owned(), |v| format!("{v:.1} {unit}")));
        match photo.change {
            Change::New => new,
            Change::Gone => old,
            _ => format!("{old} -> {new}"),
        }
    })
}

fn name(photo: &PhotoChange) -> String {
    printable(&photo.file)
}

/// A setting, or that there is none.
pub fn shown(value: &str) -> String {
    if value.is_empty() {
        "not set".to_owned()
    } else {
        printable(value)
    }
}

fn put(out: &mut String, line: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{line}");
}
