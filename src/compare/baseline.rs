//! Baselines: reports kept in a folder under a name.

use std::path::{Path, PathBuf};

use crate::dataset::names::natural_order;

/// The folder of named baselines where nobody says another.
pub const DEFAULT_FOLDER: &str = "baselines";

/// A name that cannot be a file's.
#[derive(Debug, thiserror::Error)]
#[error(
    "--save-baseline {0:?}: a name is made of letters, digits, '.', '-' and '_', does not begin with '.' and does not end with '.json'"
)]
pub struct NameError(String);

/// Whether `text` is a file's name and cannot be a baseline's, also where there is no such file.
#[must_use]
pub fn is_file_name(text: &str) -> bool {
    Path::new(text)
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("json"))
}

/// The file that the name or path `text` of a report means: a path where there is such a file or it ends in `.json`, else a name in `folder`.
#[must_use]
pub fn locate(text: &str, folder: &Path) -> PathBuf {
    let path = Path::new(text);
    if is_file_name(text) || path.is_file() {
        path.to_owned()
    } else {
        folder.join(format!("{text}.json"))
    }
}

/// The file of the baseline called `name`.
///
/// # Errors
/// When the name could lead out of the folder, or is none.
pub fn named(name: &str, folder: &Path) -> Result<PathBuf, NameError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let is_path = is_file_name(name) || name.starts_with('.');
    if name.is_empty() || is_path || !name.chars().all(allowed) {
        return Err(NameError(name.to_owned()));
    }
    Ok(folder.join(format!("{name}.json")))
}

/// For the reader of a message that a name is not in `folder`: which names are.
#[must_use]
pub fn kept_in(folder: &Path) -> String {
    // A folder that is not there keeps nothing.
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.path())
        .filter_map(|path| {
            let name = path.file_stem()?.to_str()?;
            named(name, folder)
                .is_ok_and(|file| file == path)
                .then(|| name.to_owned())
        })
        .collect();
    names.sort_by(|a, b| natural_order(a, b));
    let folder = folder.display();
    if names.is_empty() {
        format!("no baseline is kept in {folder}; a run with --save-baseline makes one")
    } else {
        format!("kept in {folder}: {}", names.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_baseline_is_a_path_or_a_name_in_the_folder() {
        let folder = Path::new("kept");
        assert_eq!(locate("main", folder), Path::new("kept/main.json"));
        assert_eq!(
            locate("old/report.json", folder),
            Path::new("old/report.json")
        );
        assert_eq!(named("v1.2", folder).unwrap(), Path::new("kept/v1.2.json"));
        for wrong in ["", "../up", "a/b", ".hidden", "a b", "x.json"] {
            assert!(named(wrong, folder).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_names_of_a_folder_are_those_that_can_be_given() {
        let dir = tempfile::tempdir().unwrap();
        let none = kept_in(&dir.path().join("none"));
        assert!(none.contains("--save-baseline"), "{none}");
        for file in ["v10.json", "v2.json", "v2.csv", ".hidden.json", "a b.json"] {
            std::fs::write(dir.path().join(file), "").unwrap();
        }
        let told = kept_in(dir.path());
        assert!(told.ends_with(": v2, v10"), "{told}");
    }
}
