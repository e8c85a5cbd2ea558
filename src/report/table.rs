//! The terminal table: what fits the width is shown, the most telling columns first; nothing is cut but file names and notes.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::comparison_text;
use super::gate_outcome::Verdict;
use super::schema::Report;
use super::wording::{self, ABSENT};
use crate::photo_result::{PhotoResult, Status};
use crate::say::{counted, printable};
use crate::score::error_stats::ErrorStats;
use crate::score::metrics::{CONSTANT_HEIGHT_CM, CONSTANT_WIDTH_CM};
use crate::warning::Warning;

/// Between two columns.
const GAP: usize = 2;
/// A file name shows at least this much of itself, if it has as much.
const MIN_NAME: usize = 16;
/// Notes narrower than this say nothing.
const MIN_NOTES: usize = 24;
/// Place of the height among the columns, and of those that only tell something beside it.
const HEIGHT: usize = 4;
const OF_THE_HEIGHT: [usize; 3] = [5, 6, 7];

/// Styles of a table.
#[derive(Debug, Clone, Copy, Default)]
pub struct Style {
    bold: anstyle::Style,
    bad: anstyle::Style,
    dim: anstyle::Style,
}

impl Style {
    /// With colours, for a terminal.
    #[must_use]
    pub fn coloured() -> Self {
        let red = anstyle::Color::Ansi(anstyle::AnsiColor::Red);
        Self {
            bold: anstyle::Style::new().bold(),
            bad: anstyle::Style::new().fg_color(Some(red)),
            dim: anstyle::Style::new().dimmed(),
        }
    }
}

/// A column and its cells, one a photo.
struct Column {
    title: &'static str,
    cells: Vec<String>,
    left: bool,
}

impl Column {
    fn of(
        title: &'static str,
        results: &[PhotoResult],
        cell: impl Fn(&PhotoResult) -> String,
    ) -> Self {
        Self {
            title,
            cells: results.iter().map(cell).collect(),
            left: false,
        }
    }

    fn width(&self) -> usize {
        let cells = self.cells.iter().map(|c| length(c));
        cells.chain([length(self.title)]).max().unwrap_or(0)
    }
}

/// The whole table, `width` characters wide at most.
#[must_use]
pub fn render(report: &Report, width: usize, style: Style) -> String {
    let mut out = String::new();
    photos(&mut out, &report.results, width, style);
    openings(&mut out, &report.results);
    problems(&mut out, report, style);
    summary(&mut out, report, width, style);
    out
}

fn photos(out: &mut String, results: &[PhotoResult], width: usize, style: Style) {
    let names = Column {
        left: true,
        ..Column::of("photo", results, |r| printable(&r.file))
    };
    let name_need = names.width().min(MIN_NAME);
    let mut shown: Vec<(usize, Column)> = Vec::new();
    let mut used = name_need;
    for (place, column) in ranked_columns(results) {
        let need = column.width() + GAP;
        // What is said of the height means nothing without it.
        let belongs = !OF_THE_HEIGHT.contains(&place) || shown.iter().any(|(at, _)| *at == HEIGHT);
        if belongs && used + need <= width {
            used += need;
            shown.push((place, column));
        }
    }
    shown.sort_by_key(|(place, _)| *place);
    // What is left goes to the names, but for the least that notes need; then to the notes.
    let has_notes = results.iter().any(|r| !wording::notes(r).is_empty());
    let left = width.saturating_sub(used);
    let for_notes = if has_notes && left >= MIN_NOTES + GAP {
        MIN_NOTES + GAP
    } else {
        0
    };
    let name_width = names.width().min(name_need + left - for_notes);
    let spare = width.saturating_sub(used - name_need + name_width);
    let notes_width = spare.saturating_sub(GAP);
    let mut columns = vec![(name_width, shortened(names, name_width))];
    columns.extend(shown.into_iter().map(|(_, c)| (c.width(), c)));
    let shows_notes = notes_width >= MIN_NOTES;
    if has_notes && shows_notes {
        let notes = Column {
            left: true,
            ..Column::of("notes", results, wording::notes)
        };
        columns.push((
            notes.width().min(notes_width),
            shortened(notes, notes_width),
        ));
    }
    line(out, &columns, None, style.bold);
    for (row, result) in results.iter().enumerate() {
        line(out, &columns, Some(row), style_of(result.status, style));
    }
    if !shows_notes {
        warnings(out, results, width, style);
    }
}

/// What the photos' warnings say and how many have each, the most frequent first, where the table has no room for them.
fn warnings(out: &mut String, results: &[PhotoResult], width: usize, style: Style) {
    let mut counts: BTreeMap<Warning, usize> = BTreeMap::new();
    for warning in results.iter().flat_map(|result| &result.warnings) {
        *counts.entry(*warning).or_default() += 1;
    }
    if counts.is_empty() {
        return;
    }
    let mut counts: Vec<(Warning, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| Reverse(*count));
    let warned = results.iter().filter(|r| !r.warnings.is_empty()).count();
    let title = format!("\nWarnings of {}", counted(warned, "photo"));
    push_line(out, &title, style.bold);
    for (warning, count) in counts {
        let title = format!("{count:>4} x {}: ", warning.code());
        let words = warning.explain().split(' ').map(str::to_owned);
        for line in wrapped(&title, &words.collect::<Vec<_>>(), "", width) {
            push_line(out, &line, anstyle::Style::new());
        }
    }
    let hint = "COLUMNS=200 or --save report.md shows each beside its photo";
    push_line(out, &format!("  {hint}"), style.dim);
}

/// Windows, and the other wall of a corner view, of a few photos: one a line would hide what many photos have in common.
fn openings(out: &mut String, results: &[PhotoResult]) {
    const MOST_PHOTOS: usize = 4;
    if results.len() > MOST_PHOTOS {
        return;
    }
    let plain = anstyle::Style::new();
    for result in results {
        let of = if results.len() > 1 {
            format!(" of {}", printable(&result.file))
        } else {
            String::new()
        };
        let windows = result.windows.iter().map(wording::window);
        for text in windows.map(|text| format!("window{of}: {text}")) {
            push_line(out, &text, plain);
        }
        if let Some(wall) = &result.adjacent_wall {
            let [side, width] = wording::adjacent_wall(wall);
            push_line(out, &format!("{side}{of}: {width}"), plain);
        }
    }
}

const fn style_of(status: Status, style: Style) -> anstyle::Style {
    match status {
        Status::Error => style.bad,
        Status::Ok => anstyle::Style::new(),
        Status::Refused | Status::Fallback => style.dim,
    }
}

/// Columns by how much they tell, each with its place from left to right. Columns that would be empty are left out.
fn ranked_columns(results: &[PhotoResult]) -> Vec<(usize, Column)> {
    let column = |title, cell: fn(&PhotoResult) -> String| Column::of(title, results, cell);
    let size = |cm: Option<f64>, r: &PhotoResult| match r.status {
        Status::Error => wording::status(r.status).to_owned(),
        _ => wording::length(cm),
    };
    let width_cell = move |r: &PhotoResult| match r.status {
        Status::Refused => wording::status(r.status).to_owned(),
        _ => {
            let mark = if r.width_is_lower_bound { "~" } else { "" };
            format!("{mark}{}", size(r.wall_width_cm, r))
        }
    };
    let all = [
        (0, Column::of("width cm", results, width_cell)),
        (
            HEIGHT,
            column("height cm", |r| wording::length(r.wall_height_cm)),
        ),
        (
            3,
            column("error", |r| {
                wording::signed_percent(r.score.width_pct_err, r.score.width_diff_cm)
            }),
        ),
        (
            7,
            column("error", |r| {
                wording::signed_percent(r.score.height_pct_err, r.score.height_diff_cm)
            }),
        ),
        (
            1,
            column("80 %", |r| wording::interval(r.width_interval_cm)),
        ),
        (
            5,
            column("80 %", |r| wording::interval(r.height_interval_cm)),
        ),
        (
            8,
            column("conf", |r| {
                r.confidence_pct
                    .map_or_else(|| ABSENT.to_owned(), |c| format!("{c:.0}"))
            }),
        ),
        (
            9,
            column("time", |r| match r.status {
                Status::Error => ABSENT.to_owned(),
                _ => wording::duration(r.timings_ms.total),
            }),
        ),
        (
            2,
            column("true", |r| wording::length(r.score.expected_width_cm)),
        ),
        (
            6,
            column("true", |r| wording::length(r.score.expected_height_cm)),
        ),
        (
            10,
            column("pitch", |r| {
                r.camera.map_or_else(
                    || ABSENT.to_owned(),
                    |c| format!("{:.1}\u{b0}", c.pitch_deg),
                )
            }),
        ),
        (
            11,
            column("camera cm", |r| {
                wording::length(r.camera.and_then(|c| c.height_cm))
            }),
        ),
    ];
    all.into_iter()
        .filter(|(place, c)| *place == 0 || c.cells.iter().any(|cell| cell != ABSENT))
        .collect()
}

/// Cuts cells that are too long: names in the middle, where they differ least, notes at the end.
fn shortened(mut column: Column, width: usize) -> Column {
    let in_the_middle = column.title == "photo";
    for cell in &mut column.cells {
        if length(cell) > width && width > 1 {
            let tail = if in_the_middle { (width - 1) / 2 } else { 0 };
            let start: String = within(cell.chars(), width - 1 - tail).collect();
            let backwards: Vec<char> = within(cell.chars().rev(), tail).collect();
            let end: String = backwards.into_iter().rev().collect();
            *cell = format!("{start}\u{2026}{end}");
        }
    }
    column
}

/// As many characters as fit `width` columns of a terminal.
fn within(chars: impl Iterator<Item = char>, width: usize) -> impl Iterator<Item = char> {
    let mut used = 0;
    chars.take_while(move |c| {
        used += c.width().unwrap_or(0);
        used <= width
    })
}

/// One line of the table: row `row`, or the titles.
fn line(out: &mut String, columns: &[(usize, Column)], row: Option<usize>, style: anstyle::Style) {
    let mut text = String::new();
    for (i, (width, column)) in columns.iter().enumerate() {
        let cell = row
            .and_then(|row| column.cells.get(row))
            .map_or(column.title, String::as_str);
        let padding = " ".repeat(width.saturating_sub(length(cell)));
        if i > 0 {
            text.push_str(&" ".repeat(GAP));
        }
        if column.left {
            text.push_str(cell);
            text.push_str(&padding);
        } else {
            text.push_str(&padding);
            text.push_str(cell);
        }
    }
    push_line(out, text.trim_end(), style);
}

/// Whole error messages, and what had no partner: a table may be too narrow for them.
fn problems(out: &mut String, report: &Report, style: Style) {
    for (title, photos) in wording::failed(report) {
        push_line(out, &format!("\n{title}"), style.bold);
        for result in photos {
            let file = printable(&result.file);
            push_line(
                out,
                &format!("  {file}: {}", wording::why(result)),
                style_of(result.status, style),
            );
        }
    }
    for (title, names) in wording::unmatched(report) {
        push_line(out, &format!("\n{title}"), style.bold);
        for name in names {
            push_line(
                out,
                &format!("  {}", printable(name)),
                anstyle::Style::new(),
            );
        }
    }
}

fn summary(out: &mut String, report: &Report, width: usize, style: Style) {
    let metrics = &report.metrics;
    let plain = anstyle::Style::new();
    push_line(out, "", plain);
    push_line(out, &wording::counts(metrics), style.bold);
    push_line(out, &wording::pace(metrics), style.dim);
    let stages = wording::stage_times(metrics);
    if let Some((_, total)) = stages.iter().find(|(stage, _)| *stage == "total") {
        let mut items: Vec<String> = stages
            .iter()
            .map(|(stage, times)| format!("{stage} {:.0}", times.median))
            .collect();
        items.push(format!("middle half {:.0}-{:.0}", total.q1, total.q3));
        items.extend(wording::repeats(metrics));
        for line in wrapped("median ms: ", &items, ",", width) {
            push_line(out, &line, style.dim);
        }
    }
    for caution in wording::cautions(report) {
        push_line(out, &caution, plain);
    }
    for line in wrapped("", &wording::build_parts(report), ",", width) {
        push_line(out, &line, style.dim);
    }
    if report.interrupted {
        push_line(out, "Interrupted: photos are missing.", style.bad);
    }
    if metrics.width.count + metrics.height.count > 0 {
        scores(out, report, style);
    }
    if let Some(comparison) = &report.comparison {
        push_line(out, "\nSince the baseline", style.bold);
        out.push_str(&comparison_text::table(comparison));
    }
    if !report.gates.is_empty() {
        push_line(out, "\nGates", style.bold);
        for outcome in &report.gates {
            let missed = outcome.verdict == Verdict::Missed;
            let gate_style = if missed { style.bad } else { plain };
            push_line(out, &format!("  {}", wording::gate(outcome)), gate_style);
        }
    }
}

/// A title and a list behind it, with `separator` after all items but the last, in lines of at most `width` characters that begin
/// below the first item.
fn wrapped(title: &str, items: &[String], separator: &str, width: usize) -> Vec<String> {
    let mut lines = vec![title.to_owned()];
    for (place, item) in items.iter().enumerate() {
        let is_last = place + 1 == items.len();
        let item = format!("{item}{}", if is_last { "" } else { separator });
        match lines.last_mut() {
            Some(line) if place == 0 || length(line) + 1 + length(&item) <= width => {
                line.push_str(if place == 0 { "" } else { " " });
                line.push_str(&item);
            }
            _ => lines.push(format!("{}{item}", " ".repeat(length(title)))),
        }
    }
    lines
}

fn scores(out: &mut String, report: &Report, style: Style) {
    let metrics = &report.metrics;
    let visible = metrics.by_visibility;
    let title = format!(
        "\n{:<18}{:>4}{:>9}{:>9}{:>9}{:>8}{:>8}{:>9}",
        "", "n", "MAPE", "median", "MAE cm", "p95", "max", "covered"
    );
    push_line(out, &title, style.bold);
    for (name, stats) in [
        ("width", metrics.width),
        ("  both ends seen", visible.both_ends.width),
        ("  cut", visible.cut.width),
        ("height", metrics.height),
    ] {
        if stats.count > 0 {
            push_line(out, &score_line(name, &stats), anstyle::Style::new());
        }
    }
    let constant = metrics.constant_baseline;
    let text = format!(
        "constant guess {CONSTANT_WIDTH_CM} x {CONSTANT_HEIGHT_CM}: width MAPE {}, height MAPE {}",
        wording::percent(constant.width_mape),
        wording::percent(constant.height_mape)
    );
    push_line(out, &text, style.dim);
}

fn score_line(name: &str, stats: &ErrorStats) -> String {
    format!(
        "{name:<18}{:>4}{:>9}{:>9}{:>9}{:>8}{:>8}{:>9}",
        stats.count,
        wording::percent(stats.mape),
        wording::percent(stats.median_pct_err),
        wording::length(stats.mae),
        wording::length(stats.p95),
        wording::length(stats.max_abs),
        wording::percent(stats.coverage80),
    )
}

fn push_line(out: &mut String, text: &str, style: anstyle::Style) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{style}{text}{style:#}");
}

/// Columns of a terminal that a text takes: accents take none, Chinese characters two.
fn length(text: &str) -> usize {
    text.width()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn widest(text: &str) -> usize {
        text.lines().map(length).max().unwrap_or(0)
    }

    #[test]
    fn at_80_columns() {
        let text = render(&sample::report(), 80, Style::default());
        insta::assert_snapshot!("table_80", text);
        // Messages stand whole, however long; everything else fits.
        let fits = |line: &str| line.starts_with("  max-") || length(line) <= 80;
        assert!(text.lines().all(fits), "{text}");
    }

    #[test]
    fn at_200_columns() {
        let text = render(&sample::report(), 200, Style::default());
        insta::assert_snapshot!("table_200", text);
        assert!(widest(&text) <= 200, "{text}");
    }

    #[test]
    fn a_narrow_terminal_still_shows_width_and_height() {
        let text = render(&sample::report(), 40, Style::default());
        let title = text.lines().next().unwrap();
        assert!(
            title.contains("width cm") && title.contains("height cm"),
            "{title}"
        );
    }

    #[test]
    fn a_height_that_nobody_has_leaves_no_column_that_belongs_to_it() {
        let mut report = sample::report();
        for result in &mut report.results {
            result.wall_height_cm = None;
        }
        let text = render(&report, 200, Style::default());
        let title = text.lines().next().unwrap();
        assert!(!title.contains("height cm"), "{title}");
        assert_eq!(title.matches("true").count(), 1, "{title}");
        assert_eq!(title.matches("error").count(), 1, "{title}");
    }

    #[test]
    fn names_of_any_script_keep_the_columns_in_line() {
        let mut report = sample::report();
        report.results[0].file = "s\u{301}ciana.heic".to_owned();
        report.results[1].file = "\u{5bb6}\u{306e}\u{58c1}".repeat(6) + ".jpg";
        let text = render(&report, 80, Style::default());
        let ends: Vec<usize> = text.lines().take(3).map(length).collect();
        assert!(ends.iter().all(|end| *end == ends[0]), "{ends:?}\n{text}");
    }

    #[test]
    fn an_empty_report_is_a_table_all_the_same() {
        let mut report = sample::report();
        report.results.clear();
        report.metrics = crate::score::Metrics::default();
        assert!(render(&report, 80, Style::default()).contains("0 photos"));
    }
}
