//! Baselines: reports kept in a folder under a name.

use std::path::{Path, PathBuf};

/// The folder of named baselines where nobody says another.
pub const DEFAULT_FOLDER: &str = "baselines";

/// A name that cannot be a file's.
#[derive(Debug, thiserror::Error)]
#[error(
    "--save-baseline {0:?}: a name is made of letters, digits, '.', '-' and '_', does not begin with '.' and does not end with '.json'"
)]
pub struct NameError(String);

/// The file that `--baseline` means: a path where there is such a file or it ends in `.json`, else a name in `folder`.
#[must_use]
pub fn locate(text: &str, folder: &Path) -> PathBuf {
    let path = Path::new(text);
    let is_path = path
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("json"))
        || path.is_file();
    if is_path {
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
    let is_file = name.to_ascii_lowercase().ends_with(".json");
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if name.is_empty() || is_file || name.starts_with('.') || !name.chars().all(allowed) {
        return Err(NameError(name.to_owned()));
    }
    Ok(folder.join(format!("{name}.json")))
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
}
