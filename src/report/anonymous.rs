//! `--anonymous`: reports that can be shown to strangers. They name photos, and no folder of the machine.

use std::path::{Path, PathBuf};

use super::Report;

/// Takes folders out of a report: paths of photos, photos' names that are paths from elsewhere, and `folders` and those of
/// the photos where messages name them.
pub fn anonymise(report: &mut Report, folders: &[&Path]) {
    let mut known: Vec<PathBuf> = folders.iter().map(|f| f.to_path_buf()).collect();
    for result in &mut report.results {
        if let Some(path) = result.path.take() {
            known.extend(Path::new(&path).parent().map(Path::to_path_buf));
        }
    }
    let mut prefixes: Vec<String> = known
        .into_iter()
        .filter(|folder| !folder.as_os_str().is_empty() && folder != Path::new("."))
        .map(|folder| format!("{}{}", folder.display(), std::path::MAIN_SEPARATOR))
        .collect();
    // A folder before the one that it lies in.
    prefixes.sort_by_key(|prefix| std::cmp::Reverse(prefix.len()));
    prefixes.dedup();
    for result in &mut report.results {
        result.file = name(&result.file);
        if let Some(error) = &mut result.error {
            *error = prefixes.iter().fold(std::mem::take(error), |text, prefix| {
                text.replace(prefix, "")
            });
        }
    }
    if let Some(unmatched) = &mut report.unmatched {
        for photo in &mut unmatched.photos_without_truth {
            *photo = name(photo);
        }
    }
}

/// A photo's name without what leads to it from outside the folder that was measured.
fn name(identity: &str) -> String {
    let path = Path::new(identity);
    if path.is_absolute() || path.starts_with("..") {
        let last = path.file_name().unwrap_or(path.as_os_str());
        return last.to_string_lossy().into_owned();
    }
    identity.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_inside_the_measured_folder_stay() {
        assert_eq!(name("kitchen/a.jpg"), "kitchen/a.jpg");
        assert_eq!(name("/home/jane/a.jpg"), "a.jpg");
        assert_eq!(name("../jane/a.jpg"), "a.jpg");
    }
}
