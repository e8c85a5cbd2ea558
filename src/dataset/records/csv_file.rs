//! The rows of a CSV file with a header.

use std::path::Path;

use serde_json::Value;

use super::{FILE_NAMES, Raw, RecordsError};

/// Rows as pairs of the header's names and the cells' values.
///
/// # Errors
/// When the file is no CSV, or no column holds file names.
pub(super) fn rows(path: &Path, bytes: &[u8]) -> Result<Vec<Raw>, RecordsError> {
    let csv_error = |e: csv::Error| RecordsError::Csv {
        path: path.to_owned(),
        reason: e.to_string(),
    };
    let header = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
    // Spreadsheets of countries with a decimal comma write semicolons.
    let delimiter = if header.contains(&b';') && !header.contains(&b',') {
        b';'
    } else {
        b','
    };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .trim(csv::Trim::All)
        .from_reader(bytes);
    let header = reader.headers().map_err(csv_error)?.clone();
    if !header
        .iter()
        .any(|h| FILE_NAMES.iter().any(|n| n.eq_ignore_ascii_case(h)))
    {
        return Err(RecordsError::Csv {
            path: path.to_owned(),
            reason: format!("no column is named {}", FILE_NAMES.join(", ")),
        });
    }
    let decimal_comma = delimiter == b';';
    reader
        .records()
        // Spreadsheets leave rows without a word behind what was deleted.
        .filter(|row| !row.as_ref().is_ok_and(|row| row.iter().all(str::is_empty)))
        .map(|row| {
            let row = row.map_err(csv_error)?;
            let pairs = header
                .iter()
                .zip(row.iter())
                .map(|(key, cell)| (key.to_owned(), cell_value(key, cell, decimal_comma)))
                .collect();
            Ok(Raw { key: None, pairs })
        })
        .collect()
}

/// A cell as JSON would have it: empty is null, a number a number, and the file name always text.
fn cell_value(key: &str, cell: &str, decimal_comma: bool) -> Value {
    let is_file = FILE_NAMES.iter().any(|n| n.eq_ignore_ascii_case(key));
    let number = if decimal_comma {
        cell.replacen(',', ".", 1)
    } else {
        cell.to_owned()
    };
    match number
        .parse::<f64>()
        .ok()
        .and_then(serde_json::Number::from_f64)
    {
        _ if cell.is_empty() => Value::Null,
        Some(number) if !is_file => Value::Number(number),
        _ => Value::String(cell.to_owned()),
    }
}
