//! Joins named records to photos: by identity first, then by base name, both without regard to case and spelling of accents in the
//! end.

use std::collections::{BTreeMap, HashSet};

use unicode_normalization::UnicodeNormalization;

use super::names::{base_name, normalised};

/// A record that cannot be joined to exactly one photo.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JoinError {
    /// Two records name the same photo.
    #[error("'{0}' stands in the file twice")]
    Doubled(String),
    /// A base name fits several photos or several records.
    #[error("'{entry}' is ambiguous: it fits {}; write the path as --dry-run lists it where this file is left out", .candidates.join(" and "))]
    Ambiguous {
        /// The record's name, or the photo's where several records fit it.
        entry: String,
        /// What it could stand for.
        candidates: Vec<String>,
    },
}

/// For each photo the index of its record, if it has one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Joined {
    /// By photo, in the order of the photos.
    pub record_of: Vec<Option<usize>>,
    /// Records that no photo matches, ascending.
    pub unmatched_records: Vec<usize>,
}

/// Joins `records` to `photos`, both given by name. Three passes, each over what is still free: the very path, the path
/// [`folded`], the base name folded.
///
/// # Errors
/// When a record stands twice, or a pass finds several candidates.
pub fn join(photos: &[&str], records: &[&str]) -> Result<Joined, JoinError> {
    let records: Vec<String> = records.iter().map(|name| normalised(name)).collect();
    // Alike, so that a photo with a backslash or a space at an end of its name finds its record.
    let normal: Vec<String> = photos.iter().map(|name| normalised(name)).collect();
    let photos = Photos {
        names: photos,
        normal: &normal,
    };
    let mut seen = HashSet::new();
    if let Some(doubled) = records.iter().find(|name| !seen.insert(name.as_str())) {
        return Err(JoinError::Doubled(doubled.clone()));
    }
    let mut record_of = vec![None; normal.len()];
    let mut free: HashSet<usize> = (0..records.len()).collect();
    let keys: [fn(&str) -> String; 3] =
        [str::to_owned, folded, |name| folded(base_name(name).trim())];
    for key in keys {
        pass(&photos, &records, key, &mut record_of, &mut free)?;
    }
    let mut unmatched_records: Vec<usize> = free.into_iter().collect();
    unmatched_records.sort_unstable();
    Ok(Joined {
        record_of,
        unmatched_records,
    })
}

/// Without regard to case and to how accents are spelt: macOS writes file names decomposed, people type them composed.
fn folded(name: &str) -> String {
    name.to_lowercase().nfc().collect()
}

/// The photos' names.
struct Photos<'a> {
    /// For messages.
    names: &'a [&'a str],
    /// In normal form.
    normal: &'a [String],
}

fn pass(
    photos: &Photos,
    records: &[String],
    key: impl Fn(&str) -> String,
    record_of: &mut [Option<usize>],
    free: &mut HashSet<usize>,
) -> Result<(), JoinError> {
    let mut by_key: BTreeMap<String, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
    for (photo, name) in photos.normal.iter().enumerate() {
        if record_of[photo].is_none() {
            by_key.entry(key(name)).or_default().0.push(photo);
        }
    }
    for record in free.iter().copied() {
        by_key
            .entry(key(&records[record]))
            .or_default()
            .1
            .push(record);
    }
    for (photo_group, record_group) in by_key.into_values() {
        match (photo_group.as_slice(), record_group.as_slice()) {
            ([photo], [record]) => {
                record_of[*photo] = Some(*record);
                free.remove(record);
            }
            ([], _) | (_, []) => {}
            (several, [record]) => {
                return Err(JoinError::Ambiguous {
                    entry: records[*record].clone(),
                    candidates: several
                        .iter()
                        .map(|p| photos.names[*p].to_owned())
                        .collect(),
                });
            }
            (several, candidates) => {
                let mut candidates: Vec<String> =
                    candidates.iter().map(|r| records[*r].clone()).collect();
                candidates.sort();
                return Err(JoinError::Ambiguous {
                    entry: several
                        .iter()
                        .map(|p| photos.names[*p])
                        .collect::<Vec<_>>()
                        .join(", "),
                    candidates,
                });
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn matched(photos: &[&str], records: &[&str]) -> Vec<Option<usize>> {
        join(photos, records).unwrap().record_of
    }

    #[test]
    fn paths_come_before_base_names() {
        assert_eq!(
            matched(&["a.jpg", "sub/a.jpg"], &["sub/a.jpg", "a.jpg"]),
            [Some(1), Some(0)]
        );
        assert_eq!(matched(&["sub/A.JPG"], &["a.jpg"]), [Some(0)]);
        assert_eq!(matched(&["/x/y/a.jpg"], &[".\\data\\a.jpg"]), [Some(0)]);
        assert_eq!(
            matched(&["s\u{301}ciana.jpg"], &["\u{15b}ciana.JPG"]),
            [Some(0)]
        );
        assert_eq!(matched(&["a\\b.jpg"], &["a\\b.jpg"]), [Some(0)]);
        assert_eq!(matched(&[" a.jpg "], &[" a.jpg "]), [Some(0)]);
        assert_eq!(matched(&["x/ a.jpg"], &["a.jpg"]), [Some(0)]);
        assert_eq!(
            matched(&["a.jpg", "A.jpg"], &["A.jpg", "a.jpg"]),
            [Some(1), Some(0)]
        );
    }

    #[test]
    fn an_extension_is_part_of_the_name() {
        let joined = join(&["sciana.HEIC", "sciana.jpg"], &["sciana.jpg"]).unwrap();
        assert_eq!(joined.record_of, [None, Some(0)]);
        let none = join(&["sciana.HEIC"], &["sciana.jpg"]).unwrap();
        assert_eq!(none.unmatched_records, [0]);
    }

    #[test]
    fn ambiguity_and_doubles_are_errors_that_name_the_entry() {
        let ambiguous = join(&["x/a.jpg", "y/a.jpg"], &["a.jpg"]).unwrap_err();
        assert!(
            ambiguous.to_string().starts_with("'a.jpg' is ambiguous"),
            "{ambiguous}"
        );
        assert!(join(&["a.jpg"], &["x/a.jpg", "y/a.jpg"]).is_err());
        assert_eq!(
            join(&[], &["a.jpg", "./a.jpg"]),
            Err(JoinError::Doubled("a.jpg".to_owned()))
        );
    }

    #[test]
    fn a_record_taken_by_its_path_is_not_given_again_by_its_base_name() {
        assert_eq!(
            matched(&["a.jpg", "sub/a.jpg"], &["a.jpg"]),
            [Some(0), None]
        );
    }

    proptest! {
        #[test]
        fn the_order_of_the_records_does_not_matter(
            photos in prop::collection::hash_set("[ab]/[abAB][.]jpg", 0..6),
            records in prop::collection::hash_set("([ab]/)?[abAB][.]jpg", 0..6),
        ) {
            let photos: Vec<&str> = photos.iter().map(String::as_str).collect();
            let forward: Vec<&str> = records.iter().map(String::as_str).collect();
            let backward: Vec<&str> = forward.iter().rev().copied().collect();
            match (join(&photos, &forward), join(&photos, &backward)) {
                (Ok(a), Ok(b)) => {
                    let names = |joined: Joined, records: &[&str]| -> Vec<Option<String>> {
                        joined.record_of.iter().map(|r| r.map(|r| records[r].to_owned())).collect()
                    };
                    prop_assert_eq!(names(a, &forward), names(b, &backward));
                }
                (Err(_), Err(_)) => {}
                (a, b) => prop_assert!(false, "{:?} but {:?}", a, b),
            }
        }
    }
}
