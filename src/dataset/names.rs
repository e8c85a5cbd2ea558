//! Identities and file names: normal form, base name, natural order, and folder names derived from them.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::path::{Component, Path};

/// A path as an identity: forward slashes, no leading `./`.
#[must_use]
pub fn identity_of(path: &Path) -> String {
    let parts = path.components().filter(|c| *c != Component::CurDir);
    let mut identity = String::new();
    for part in parts {
        match part {
            Component::RootDir => identity.push('/'),
            other => {
                if !identity.is_empty() && !identity.ends_with('/') {
                    identity.push('/');
                }
                identity.push_str(&other.as_os_str().to_string_lossy());
            }
        }
    }
    identity
}

/// The same normal form for a name written in a file, where either slash may occur.
#[must_use]
pub fn normalised(name: &str) -> String {
    let name = name.trim().replace('\\', "/");
    identity_of(Path::new(&name))
}

/// The part after the last slash.
#[must_use]
pub fn base_name(identity: &str) -> &str {
    identity.rsplit('/').next().unwrap_or(identity)
}

/// The base name without its extension.
#[must_use]
pub fn stem(identity: &str) -> &str {
    let base = base_name(identity);
    match base.rfind('.') {
        Some(dot) if dot > 0 => &base[..dot],
        _ => base,
    }
}

/// Natural order without regard to case: `photo2` before `photo10`; ties by the exact text, so that the order is total.
#[must_use]
pub fn natural_order(a: &str, b: &str) -> Ordering {
    natord::compare_ignore_case(a, b).then_with(|| a.cmp(b))
}

/// A folder name for each identity: its base name in lower case with every run of other characters than a-z and 0-9
/// turned into one `-`; where two would collide, a number follows (`a-jpg`, `a-jpg-2`).
#[must_use]
pub fn folder_names<'a>(identities: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut distinct = Distinct::default();
    identities
        .into_iter()
        .map(|identity| {
            let plain = slug(base_name(identity));
            distinct.name(&plain, |number| format!("{plain}-{number}"))
        })
        .collect()
}

/// Names that are given once each.
#[derive(Debug, Default)]
pub struct Distinct {
    taken: HashSet<String>,
    /// The number that is tried next, by name without one: ten thousand photos of one name should not count up from 2 each.
    next: HashMap<String, usize>,
}

impl Distinct {
    /// `plain` itself; where it is taken, the first free one of those that `numbered` makes from 2 on.
    #[must_use]
    pub fn name(&mut self, plain: &str, numbered: impl Fn(usize) -> String) -> String {
        let mut name = plain.to_owned();
        let number = self.next.entry(plain.to_owned()).or_insert(2);
        while !self.taken.insert(name.clone()) {
            name = numbered(*number);
            *number += 1;
        }
        name
    }
}

fn slug(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.to_lowercase().chars() {
        if c.is_ascii_lowercase() || c.is_ascii_digit() {
            out.push(c);
        } else if !out.ends_with('-') {
            out.push('-');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn identities_are_in_normal_form() {
        for (given, expected) in [
            ("./a/b.jpg", "a/b.jpg"),
            ("a//b.jpg", "a/b.jpg"),
            ("/x/b.jpg", "/x/b.jpg"),
            ("../b.jpg", "../b.jpg"),
        ] {
            assert_eq!(identity_of(Path::new(given)), expected);
        }
        assert_eq!(normalised(" .\\a\\b.jpg "), "a/b.jpg");
    }

    #[test]
    fn numbers_sort_by_value() {
        let mut names = ["b10.jpg", "B2.jpg", "a.jpg", "b1.jpg"];
        names.sort_by(|a, b| natural_order(a, b));
        assert_eq!(names, ["a.jpg", "b1.jpg", "B2.jpg", "b10.jpg"]);
    }

    #[test]
    fn folder_names_follow_the_contract_and_never_collide() {
        let names = folder_names([
            "sciana.HEIC",
            "x/sciana.heic",
            "Pokój (1).jpg",
            "sciana-heic-2",
        ]);
        assert_eq!(
            names,
            [
                "sciana-heic",
                "sciana-heic-2",
                "pok-j-1-jpg",
                "sciana-heic-2-2"
            ]
        );
    }

    proptest! {
        #[test]
        fn the_order_is_total(a in ".{0,12}", b in ".{0,12}") {
            prop_assert_eq!(natural_order(&a, &b), natural_order(&b, &a).reverse());
            prop_assert_eq!(natural_order(&a, &b) == Ordering::Equal, a == b);
        }

        #[test]
        fn folder_names_are_safe_and_distinct(names in prop::collection::vec(".{1,12}", 1..8)) {
            let folders = folder_names(names.iter().map(String::as_str));
            let distinct: HashSet<_> = folders.iter().collect();
            prop_assert_eq!(distinct.len(), names.len());
            for folder in folders {
                let safe = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
                prop_assert!(folder.chars().all(safe));
            }
        }
    }
}
