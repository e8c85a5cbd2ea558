//! The folder of pictures beside reports: each is named by the hash of its own bytes, so that any number of reports, and runs
//! at the same time, can share one folder.

use std::path::{Path, PathBuf};

use crate::hash::sha256;
use crate::whole_file;

/// The file of the picture called `name` in `folder`.
#[must_use]
pub fn path(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.jpg"))
}

/// Keeps a picture in `folder`, which is made where it is missing, and returns its name.
///
/// # Errors
/// When the folder or the file cannot be written.
pub fn put(folder: &Path, jpeg: &[u8]) -> std::io::Result<String> {
    let name = sha256(jpeg);
    std::fs::create_dir_all(folder)?;
    whole_file::write(&path(folder, &name), jpeg)?;
    Ok(name)
}

/// The picture called `name`, from the first of `folders` that has it; a picture that cannot be read is one that is not there.
#[must_use]
pub fn get(folders: &[PathBuf], name: &str) -> Option<Vec<u8>> {
    // A report is only a file: its names may not lead out of the folder.
    let is_hash = name.len() == 64 && name.bytes().all(|b| b.is_ascii_hexdigit());
    if !is_hash {
        return None;
    }
    folders
        .iter()
        .find_map(|folder| std::fs::read(path(folder, name)).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_found_by_its_content_in_any_of_the_folders() {
        let dir = tempfile::tempdir().unwrap();
        let (first, second) = (dir.path().join("a"), dir.path().join("b/c"));
        let name = put(&second, b"picture").unwrap();
        assert_eq!(put(&second, b"picture").unwrap(), name);
        let folders = [first, second];
        assert_eq!(get(&folders, &name).unwrap(), b"picture");
        assert_eq!(get(&folders[..1], &name), None);
    }

    #[test]
    fn a_name_in_a_report_cannot_lead_out_of_the_folder() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("secret.jpg"), b"x").unwrap();
        let folder = dir.path().join("pictures");
        std::fs::create_dir(&folder).unwrap();
        assert_eq!(get(&[folder], "../secret"), None);
    }
}
