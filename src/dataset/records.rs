//! Reads a JSON or CSV file of records, each about one photo, into one plain form.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
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
        csv_rows(path, bytes)?
    } else {
        json_rows(path, bytes)?
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
        (Some(key), None) => key,
        (None | Some(_), Some(Value::String(file))) => file.clone(),
        (None, None) => return Err(entry_error(&place, "no file name".to_owned())),
        (_, Some(other)) => {
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

fn csv_rows(path: &Path, bytes: &[u8]) -> Result<Vec<Raw>, RecordsError> {
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

fn json_rows(path: &Path, bytes: &[u8]) -> Result<Vec<Raw>, RecordsError> {
    let json_error = |reason: String| RecordsError::Json {
        path: path.to_owned(),
        reason,
    };
    let document: Document =
        serde_json::from_slice(bytes).map_err(|e| json_error(e.to_string()))?;
    document
        .0
        .into_iter()
        .map(|(key, value)| match value {
            Node::Pairs(pairs) => Ok(Raw { key, pairs }),
            Node::Other => Err(json_error(match key {
                Some(key) => format!("the value of '{key}' is not an object"),
                None => "an entry is not an object".to_owned(),
            })),
        })
        .collect()
}

/// A list of objects, or an object of objects; kept as pairs, since a map would hide a doubled key.
struct Document(Vec<(Option<String>, Node)>);

/// An object of plain values, or anything else.
enum Node {
    Pairs(Vec<(String, Value)>),
    Other,
}

impl<'de> serde::Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Outer;
        impl<'de> Visitor<'de> for Outer {
            type Value = Document;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a list of entries, or an object keyed by file name")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Document, A::Error> {
                let mut rows = Vec::new();
                while let Some(node) = seq.next_element()? {
                    rows.push((None, node));
                }
                Ok(Document(rows))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Document, A::Error> {
                let mut rows = Vec::new();
                while let Some((key, node)) = map.next_entry()? {
                    rows.push((Some(key), node));
                }
                Ok(Document(rows))
            }
        }
        deserializer.deserialize_any(Outer)
    }
}

impl<'de> serde::Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entry;
        impl<'de> Visitor<'de> for Entry {
            type Value = Node;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("an entry")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Node::Pairs(pairs))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Node::Other)
            }

            fn visit_bool<E>(self, _: bool) -> Result<Node, E> {
                Ok(Node::Other)
            }

            fn visit_i64<E>(self, _: i64) -> Result<Node, E> {
                Ok(Node::Other)
            }

            fn visit_u64<E>(self, _: u64) -> Result<Node, E> {
                Ok(Node::Other)
            }

            fn visit_f64<E>(self, _: f64) -> Result<Node, E> {
                Ok(Node::Other)
            }

            fn visit_str<E>(self, _: &str) -> Result<Node, E> {
                Ok(Node::Other)
            }

            fn visit_unit<E>(self) -> Result<Node, E> {
                Ok(Node::Other)
            }
        }
        deserializer.deserialize_any(Entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZES: [Field; 2] = [Field(&["widthCm", "width", "w"]), Field(&["heightCm", "h"])];

    fn json(text: &str) -> Result<Vec<Record<2>>, RecordsError> {
        parse(
            Path::new("truth.json"),
            text.as_bytes(),
            false,
            SIZES,
            OtherKeys::PassedOver,
        )
    }

    fn csv(text: &str) -> Result<Vec<Record<2>>, RecordsError> {
        parse(
            Path::new("truth.csv"),
            text.as_bytes(),
            true,
            SIZES,
            OtherKeys::PassedOver,
        )
    }

    #[test]
    fn all_forms_say_the_same() {
        let expected = [
            ("a.jpg", [Some(480.0), Some(250.5)]),
            ("b.jpg", [Some(300.0), None]),
        ];
        let forms = [
            json(
                r#"[{"file":"a.jpg","widthCm":480,"heightCm":250.5},{"image":"b.jpg","W":300,"h":null}]"#,
            ),
            json(r#"{"a.jpg":{"width":480,"h":250.5,"extra":"x"},"b.jpg":{"w":300}}"#),
            csv("name,w,h\na.jpg,480,250.5\nb.jpg,300,\n"),
            csv("\u{feff}File;widthCm;heightCm\r\na.jpg; 480;250.5\r\nb.jpg;300;\r\n"),
            csv("file;w;h\na.jpg;480,0;250,5\n;;\nb.jpg;300;\n;;\n"),
        ];
        for form in forms {
            let records = form.unwrap();
            let got: Vec<_> = records
                .iter()
                .map(|r| (r.file.as_str(), r.values))
                .collect();
            assert_eq!(got, expected);
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (result, part) in [
            (
                json(r#"[{"file":"a.jpg","widthCm":-4}]"#),
                "entry 1 (a.jpg): widthCm is -4",
            ),
            (
                json(r#"[{"file":"a.jpg","widthCm":"wide"}]"#),
                "not a positive number",
            ),
            (
                json(r#"[{"file":"a.jpg","widthCm":0}]"#),
                "not a positive number",
            ),
            (json(r#"[{"widthCm":3}]"#), "entry 1: no file name"),
            (json(r#"[{"file":7,"widthCm":3}]"#), "not text"),
            (json(r#"[{"file":"a","w":3,"width":4}]"#), "twice"),
            (
                json(r#"[{"file":"a.jpg","w":3,"w":4}]"#),
                "entry 1 (a.jpg): 'w' and 'w' say the same thing twice",
            ),
            (json(r#"{"a.jpg":{"w":3,"w":4}}"#), "twice"),
            (csv("file;w\na.jpg;1.234,5\n"), "not a positive number"),
            (json(r#"{"a.jpg":5}"#), "'a.jpg' is not an object"),
            (json("[1]"), "not an object"),
            (json("\"x\""), "JSON"),
            (csv("photo,w\na,1\n"), "no column is named"),
            (csv("file,w\na.jpg,12 cm\n"), "entry 1 (a.jpg)"),
            (csv("file,w\na.jpg\n"), "CSV"),
            (csv("file,w\na.jpg,NaN\n"), "not a positive number"),
        ] {
            let message = result.unwrap_err().to_string();
            assert!(message.contains(part), "{message} does not contain {part}");
        }
    }

    #[test]
    fn a_doubled_key_of_an_object_is_not_lost() {
        let records = json(r#"{"a.jpg":{"w":1},"a.jpg":{"w":2}}"#).unwrap();
        assert_eq!(records.len(), 2);
    }

    #[test]
    fn a_csv_file_name_that_looks_like_a_number_stays_text() {
        assert_eq!(csv("file,w\n2024,5\n").unwrap()[0].file, "2024");
    }
}
