//! Reads a JSON or CSV file of records, each about one photo, into one plain form.

mod csv_file;
mod json_file;

use std::path::{Path, PathBuf};

use serde_json::Value;

/// One record: the photo it names and its numbers. Which names it may bear, its [`Field`]s say.
#[derive(Debug, Clone, PartialEq)]
pub struct Record<const N: usize> {
    /// How messages name the record: its file name and its place in the file.
    pub label: String,
    /// The photo's name as written.
    pub file: String,
    /// The value of each field, in the order of the fields; `None` where absent or null.
    pub values: [Option<f64>; N],
}

impl<const N: usize> Record<N> {
    /// How messages name the record of the file at `path`.
    pub fn label_in(&self, path: &Path) -> String {
        format!("{}: {}", path.display(), self.label)
    }
}

/// A number that records may hold, by all the names it goes by; compared without regard to case.
#[derive(Debug, Clone, Copy)]
pub struct Field(pub &'static [&'static str]);

/// What becomes of a key or column that stands for no field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtherKeys {
    /// It is a note of the file's author.
    PassedOver,
    /// It is a field misspelt.
    Refused,
}

/// Names of the column or key that holds the photo's name.
const FILE_NAMES: [&str; 4] = ["file", "filename", "name", "image"];

/// Why a file of records could not be used; every message names the entry.
#[derive(Debug, thiserror::Error)]
pub enum RecordsError {
    /// The file cannot be read.
    #[error("cannot read {}: {source}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// It is neither of the two JSON forms.
    #[error("{}: not a JSON array of objects or an object keyed by file name: {reason}", .path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// What the parser says.
        reason: String,
    },
    /// It is not CSV.
    #[error("{}: not CSV with a header: {reason}", .path.display())]
    Csv {
        /// The file.
        path: PathBuf,
        /// What the parser says.
        reason: String,
    },
    /// A record is wrong.
    #[error("{}: {label}: {reason}", .path.display())]
    Entry {
        /// The file.
        path: PathBuf,
        /// The record.
        label: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// Reads the records of `path`: CSV when its name ends in `.csv`, JSON otherwise.
///
/// # Errors
/// When the file cannot be read or parsed, or an entry has no file name, names a field twice, or holds something that is
/// not a positive number.
pub fn read<const N: usize>(
    path: &Path,
    fields: [Field; N],
    others: OtherKeys,
) -> Result<Vec<Record<N>>, RecordsError> {
    let bytes = std::fs::read(path).map_err(|source| RecordsError::Read {
        path: path.to_owned(),
        source,
    })?;
    let is_csv = path
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("csv"));
    parse(path, &bytes, is_csv, fields, others)
}

/// One record before its fields are understood: its key (in an object keyed by file name) and its pairs.
struct Raw {
    key: Option<String>,
    pairs: Vec<(String, Value)>,
}

fn parse<const N: usize>(
    path: &Path,
    bytes: &[u8],
    is_csv: bool,
    fields: [Field; N],
    others: OtherKeys,
) -> Result<Vec<Record<N>>, RecordsError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let raws = if is_csv {
        csv_file::rows(path, bytes)?
    } else {
        json_file::rows(path, bytes)?
    };
    raws.into_iter()
        .enumerate()
        .map(|(i, raw)| understand(path, i + 1, raw, fields, others))
        .collect()
}

fn understand<const N: usize>(
    path: &Path,
    number: usize,
    raw: Raw,
    fields: [Field; N],
    others: OtherKeys,
) -> Result<Record<N>, RecordsError> {
    let entry_error = |label: &str, reason: String| RecordsError::Entry {
        path: path.to_owned(),
        label: label.to_owned(),
        reason,
    };
    let place = format!("entry {number}");
    let written = pick(&raw.pairs, &FILE_NAMES).map_err(|e| entry_error(&place, e))?;
    let file = match (raw.key, written) {
        // A name inside an entry that has one already is that of the room, say.
        (Some(key), _) => key,
        (None, Some(Value::String(file))) => file.clone(),
        (None, None) => return Err(entry_error(&place, "no file name".to_owned())),
        (None, Some(other)) => {
            return Err(entry_error(
                &place,
                format!("the file name is {other}, not text"),
            ));
        }
    };
    if file.trim().is_empty() {
        return Err(entry_error(&place, "the file name is empty".to_owned()));
    }
    let label = format!("{place} ({file})");
    if let (OtherKeys::Refused, Some(key)) = (others, unknown_key(&raw.pairs, &fields)) {
        let known = fields.iter().filter_map(|Field(names)| names.first());
        let known: Vec<&str> = FILE_NAMES.iter().take(1).chain(known).copied().collect();
        let reason = format!("'{key}' is not known; known are {}", known.join(", "));
        return Err(entry_error(&label, reason));
    }
    let mut values = [None; N];
    for (value, Field(names)) in values.iter_mut().zip(fields) {
        let found = pick(&raw.pairs, names).map_err(|e| entry_error(&label, e))?;
        *value = found
            .map(|v| {
                positive(v).ok_or_else(|| format!("{} is {v}, not a positive number", names[0]))
            })
            .transpose()
            .map_err(|e| entry_error(&label, e))?;
    }
    Ok(Record {
        label,
        file,
        values,
    })
}

/// The value under any of `names`; an error when two of them are present.
fn pick<'a>(pairs: &'a [(String, Value)], names: &[&str]) -> Result<Option<&'a Value>, String> {
    let mut found = pairs.iter().filter(|(key, value)| {
        !value.is_null() && names.iter().any(|n| n.eq_ignore_ascii_case(key.trim()))
    });
    match (found.next(), found.next()) {
        (Some((a, _)), Some((b, _))) => Err(format!("'{a}' and '{b}' say the same thing twice")),
        (first, _) => Ok(first.map(|(_, value)| value)),
    }
}

/// The first key that names neither the photo nor a field; an empty column of a spreadsheet is none.
fn unknown_key<'a>(pairs: &'a [(String, Value)], fields: &[Field]) -> Option<&'a str> {
    let is_known = |key: &str| {
        let names = fields.iter().flat_map(|Field(names)| names.iter());
        FILE_NAMES
            .iter()
            .chain(names)
            .any(|n| n.eq_ignore_ascii_case(key))
    };
    let mut keys = pairs
        .iter()
        .filter(|(key, value)| !(key.trim().is_empty() && value.is_null()))
        .map(|(key, _)| key.trim());
    keys.find(|key| !is_known(key))
}

fn positive(value: &Value) -> Option<f64> {
    value.as_f64().filter(|v| v.is_finite() && *v > 0.0)
}

#[cfg(test)]
mod tests;
