//! The entries of a JSON file: a list of objects, or an object keyed by file name.

use std::fmt;
use std::marker::PhantomData;
use std::path::Path;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use super::{Raw, RecordsError};

/// A list of entries, or an object of them.
#[derive(serde::Deserialize)]
#[serde(
    untagged,
    expecting = "expected a list of entries, or an object keyed by file name"
)]
enum Document {
    List(Vec<Entry>),
    Object(Pairs<Entry>),
}

/// An object of values, or anything else.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Entry {
    Object(Pairs<Value>),
    Other(IgnoredAny),
}

/// An object as it is written: a map would hide a doubled key.
struct Pairs<V>(Vec<(String, V)>);

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Pairs<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object<V>(PhantomData<V>);
        impl<'de, V: Deserialize<'de>> Visitor<'de> for Object<V> {
            type Value = Pairs<V>;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<V>, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Object(PhantomData))
    }
}

/// Entries as pairs of keys and values.
///
/// # Errors
/// When the file is no JSON, or of another form.
pub(super) fn rows(path: &Path, bytes: &[u8]) -> Result<Vec<Raw>, RecordsError> {
    let json_error = |reason: String| RecordsError::Json {
        path: path.to_owned(),
        reason,
    };
    let document: Document =
        serde_json::from_slice(bytes).map_err(|e| json_error(e.to_string()))?;
    let entries: Vec<(Option<String>, Entry)> = match document {
        Document::List(entries) => entries.into_iter().map(|entry| (None, entry)).collect(),
        Document::Object(Pairs(entries)) => {
            let keyed = |(key, entry)| (Some(key), entry);
            entries.into_iter().map(keyed).collect()
        }
    };
    entries
        .into_iter()
        .map(|(key, entry)| match entry {
            Entry::Object(Pairs(pairs)) => Ok(Raw { key, pairs }),
            Entry::Other(_) => Err(json_error(match key {
                Some(key) => format!("the value of '{key}' is not an object"),
                None => "an entry is not an object".to_owned(),
            })),
        })
        .collect()
}
