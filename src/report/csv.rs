//! The report as CSV: one line a photo.

use super::schema::Report;
use super::wording;
use crate::photo_result::PhotoResult;

const HEADER: [&str; 27] = [
    "file",
    "status",
    "error",
    "wallWidthCm",
    "widthLowCm",
    "widthHighCm",
    "wallHeightCm",
    "heightLowCm",
    "heightHighCm",
    "visibleWidthCm",
    "widthIsLowerBound",
    "confidencePct",
    "expectedWidthCm",
    "widthDiffCm",
    "widthPctErr",
    "expectedHeightCm",
    "heightDiffCm",
    "heightPctErr",
    "focalPx",
    "pitchDeg",
    "cameraHeightCm",
    "inferenceMs",
    "totalMs",
    "warnings",
    "build",
    "change",
    "missedGates",
];

/// One line a photo under a header of the report's own names.
///
/// # Errors
/// Never for text in memory; the writer's error is passed on rather than hidden.
pub fn render(report: &Report) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEADER)?;
    let build = wording::build(report);
    let (changes, missed) = (report.changes(), report.missed_gates());
    for result in &report.results {
        let file = result.file.as_str();
        let change = changes.get(file).map_or("", |p| p.change.words());
        let gates = missed.get(file).into_iter().flatten();
        let gates: Vec<&str> = gates.map(|gate| gate.gate.as_str()).collect();
        writer.write_record(row(result, &build, change, &gates.join("; ")))?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|e| csv::Error::from(e.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A photo's cells: `change` since the baseline and `gates` missed on its account are empty where there is none.
fn row(r: &PhotoResult, build: &str, change: &str, gates: &str) -> [String; 27] {
    let number = |value: Option<f64>| value.map(|v| v.to_string()).unwrap_or_default();
    let [width_low, width_high] = ends(r.width_interval_cm);
    let [height_low, height_high] = ends(r.height_interval_cm);
    let codes: Vec<String> = r.warnings.iter().map(|w| w.code()).collect();
    [
        cell(&r.file),
        wording::status(r.status).to_owned(),
        cell(r.error.as_deref().unwrap_or_default()),
        number(r.wall_width_cm),
        number(width_low),
        number(width_high),
        number(r.wall_height_cm),
        number(height_low),
        number(height_high),
        number(r.visible_width_cm),
        r.width_is_lower_bound.to_string(),
        number(r.confidence_pct),
        number(r.score.expected_width_cm),
        number(r.score.width_diff_cm),
        number(r.score.width_pct_err),
        number(r.score.expected_height_cm),
        number(r.score.height_diff_cm),
        number(r.score.height_pct_err),
        number(r.camera.map(|c| c.focal_px)),
        number(r.camera.map(|c| c.pitch_deg)),
        number(r.camera.and_then(|c| c.height_cm)),
        number(r.timings_ms.inference),
        number(Some(r.timings_ms.total)),
        codes.join(" "),
        cell(build),
        change.to_owned(),
        cell(gates),
    ]
}

fn ends(interval: Option<[f64; 2]>) -> [Option<f64>; 2] {
    interval.map_or([None; 2], |[low, high]| [Some(low), Some(high)])
}

/// A spreadsheet runs a cell that begins like a formula; file names come from strangers.
fn cell(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn every_photo_is_a_line_with_all_columns() {
        let text = render(&sample::report()).unwrap();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 5);
        assert_eq!(&rows[0][3], "479.2");
        assert_eq!(&rows[2][3], "", "a refused width is empty, not 0");
        assert_eq!(
            &rows[1][23],
            "left_end_cut width_is_lower_bound focal_from_default"
        );
    }

    #[test]
    fn a_photo_names_its_change_and_the_gates_missed_on_its_account() {
        let mut report = sample::report();
        let mut old = report.clone();
        old.results[0].score.width_pct_err = Some(50.0);
        report.comparison = Some(crate::compare::compare(&old, &report).unwrap());
        let broken = report.results[4].file.clone();
        let photo_error = report.gates.last_mut().unwrap();
        assert_eq!(photo_error.gate, "max-photo-error");
        photo_error.photos.push(broken);
        let text = render(&report).unwrap();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let ends: Vec<(String, String)> = reader
            .records()
            .map(Result::unwrap)
            .map(|row| (row[25].to_owned(), row[26].to_owned()))
            .collect();
        let expected = [
            ("improved", ""),
            ("same", "max-photo-error"),
            ("same", ""),
            ("same", ""),
            ("same", "max-errors; max-photo-error"),
        ];
        let expected = expected.map(|(change, gates)| (change.to_owned(), gates.to_owned()));
        assert_eq!(ends, expected);
    }

    #[test]
    fn a_file_name_is_no_formula() {
        assert_eq!(cell("=HYPERLINK(1)"), "'=HYPERLINK(1)");
        assert_eq!(cell("a=b.jpg"), "a=b.jpg");
    }
}
