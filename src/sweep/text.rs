//! A sweep as text: the table, the recommendation in one line, CSV.

use std::fmt::Write;

use super::{Configuration, Point, Sweep};
use crate::report::{duration, percent};
use crate::say::{counted, printable};

const HEADER: [&str; 12] = [
    "model",
    "precision",
    "input",
    "device",
    "measured",
    "width",
    "height",
    "all",
    "time",
    "network",
    "memory",
    "front",
];
/// Columns of words, which start at the left; numbers end at the right.
const LEFT: [usize; 5] = [0, 1, 2, 3, 11];

/// What was asked for, in words.
fn name(configuration: &Configuration) -> String {
    let side = configuration
        .long_side
        .map_or_else(String::new, |side| format!(", long side {side}"));
    printable(&format!("{}{side}", configuration.model))
}

/// For a terminal: a line a configuration, and the recommendation.
#[must_use]
pub fn table(sweep: &Sweep) -> String {
    let rows: Vec<[String; 12]> = std::iter::once(HEADER.map(str::to_owned))
        .chain(sweep.points.iter().map(|point| row(point, sweep.photos)))
        .collect();
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..HEADER.len()).map(width).collect();
    let mut out = String::new();
    for row in &rows {
        let cells: Vec<String> = row
            .iter()
            .enumerate()
            .map(|(column, cell)| {
                let padding = " ".repeat(widths[column] - cell.chars().count());
                if LEFT.contains(&column) {
                    format!("{cell}{padding}")
                } else {
                    format!("{padding}{cell}")
                }
            })
            .collect();
        put(&mut out, cells.join("  ").trim_end());
    }
    for point in &sweep.points {
        if let Some(failure) = &point.failure {
            let name = name(&point.configuration);
            put(&mut out, &format!("{name}: {}", printable(failure)));
        }
    }
    put(
        &mut out,
        &format!(
            "{}, {} with truth; width, height: MAPE of what was measured; all: a length that was not measured counts \
             as the constant guess; time: median a photo",
            counted(sweep.photos, "photo"),
            sweep.with_truth
        ),
    );
    if let Some(line) = recommendation(sweep) {
        put(&mut out, &line);
    }
    out
}

fn row(point: &Point, photos: usize) -> [String; 12] {
    let outcome = &point.outcome;
    let word = |text: &Option<String>| text.as_deref().map_or_else(|| "-".to_owned(), printable);
    let ms = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), duration);
    let front = match (point.on_time_front, point.on_memory_front) {
        (true, true) => "time, memory",
        (true, false) => "time",
        (false, true) => "memory",
        (false, false) => "",
    };
    [
        name(&point.configuration),
        word(&outcome.precision),
        outcome
            .input_size
            .map_or_else(|| "-".to_owned(), |[h, w]| format!("{w} x {h}")),
        word(&outcome.device),
        if point.failure.is_some() {
            "failed".to_owned()
        } else {
            format!("{} of {photos}", outcome.measured)
        },
        percent(outcome.width_mape),
        percent(outcome.height_mape),
        percent(outcome.error_pct),
        ms(outcome.median_ms),
        ms(outcome.inference_ms),
        outcome
            .peak_rss_mb
            .map_or_else(|| "-".to_owned(), |mb| format!("{mb:.0} MB")),
        front.to_owned(),
    ]
}

/// What to take within the budget, in one line; `None` where no budget was named.
#[must_use]
pub fn recommendation(sweep: &Sweep) -> Option<String> {
    let budget = sweep.max_ms?;
    if let Some(best) = sweep.best.and_then(|index| sweep.points.get(index)) {
        let outcome = &best.outcome;
        let side = best.configuration.long_side.unwrap_or(0);
        return Some(format!(
            "within {}: --model {} --long-side {side} ({} a photo, {} off)",
            duration(budget),
            printable(&best.configuration.model),
            duration(outcome.median_ms?),
            percent(outcome.error_pct),
        ));
    }
    let fastest = sweep
        .points
        .iter()
        .filter_map(|point| Some((point, point.outcome.median_ms?)))
        .min_by(|a, b| a.1.total_cmp(&b.1));
    Some(match fastest {
        Some((point, ms)) => format!(
            "within {}: none; the fastest is {} with {} a photo",
            duration(budget),
            name(&point.configuration),
            duration(ms)
        ),
        None => format!(
            "within {}: none, nothing could be measured",
            duration(budget)
        ),
    })
}

/// One line a configuration.
///
/// # Errors
/// Never for text in memory; the writer's error is passed on rather than hidden.
pub fn csv(sweep: &Sweep) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record([
        "model",
        "longSide",
        "precision",
        "device",
        "inputHeight",
        "inputWidth",
        "measured",
        "refused",
        "errors",
        "widthMape",
        "heightMape",
        "errorPct",
        "medianMs",
        "inferenceMs",
        "peakRssMb",
        "onTimeFront",
        "onMemoryFront",
        "failure",
    ])?;
    for point in &sweep.points {
        let outcome = &point.outcome;
        writer.serialize((
            (&point.configuration.model, point.configuration.long_side),
            (&outcome.precision, &outcome.device),
            (
                outcome.input_size.map(|s| s[0]),
                outcome.input_size.map(|s| s[1]),
            ),
            (outcome.measured, outcome.refused, outcome.errors),
            (outcome.width_mape, outcome.height_mape, outcome.error_pct),
            (outcome.median_ms, outcome.inference_ms, outcome.peak_rss_mb),
            (point.on_time_front, point.on_memory_front, &point.failure),
        ))?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|e| csv::Error::from(e.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn put(out: &mut String, line: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{line}");
}

#[cfg(test)]
mod tests {
    use super::super::tests::{point, sweep};
    use super::*;

    fn two(max_ms: Option<f64>) -> Sweep {
        sweep(
            vec![
                point("small", Some(20.0), 10.0, 300.0),
                point("large", Some(5.0), 12_000.0, 900.0),
            ],
            max_ms,
        )
    }

    #[test]
    fn the_recommendation_is_one_line_that_can_be_typed() {
        let line = |budget| recommendation(&two(Some(budget))).unwrap();
        assert_eq!(
            line(100.0),
            "within 100 ms: --model small --long-side 256 (10 ms a photo, 20.0 % off)"
        );
        assert!(
            line(15_000.0).contains("--model large"),
            "{}",
            line(15_000.0)
        );
        assert_eq!(
            line(5.0),
            "within 5 ms: none; the fastest is small, long side 256 with 10 ms a photo"
        );
        assert_eq!(recommendation(&two(None)), None);
    }

    #[test]
    fn the_table_shows_every_configuration_and_why_one_failed() {
        let mut sweep = two(Some(100.0));
        sweep.points[1].failure = Some("no\u{1b}such device".to_owned());
        let text = table(&sweep);
        for part in [
            "small, long side 256",
            "20.0 %",
            "failed",
            "no\u{fffd}such device",
            "within 100 ms",
        ] {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
    }

    #[test]
    fn csv_has_a_line_for_each_configuration_and_as_many_fields_as_its_header() {
        let text = csv(&two(None)).unwrap();
        let fields: Vec<usize> = csv::Reader::from_reader(text.as_bytes())
            .records()
            .map(|record| record.unwrap().len())
            .collect();
        assert_eq!(fields, [18, 18], "{text}");
    }
}
