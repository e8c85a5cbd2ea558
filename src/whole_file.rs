//! Files that appear whole or not at all: written beside their place under a name of their own, then renamed.
//!
//! A run that is killed leaves such a file behind. The next one that saves a report or a sweep in the folder removes it (see
//! [`remove_stale`]): its process held a lock on it, which the system took back.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use tempfile::NamedTempFile;

const PREFIX: &str = ".measure-bench-";
/// Letters and digits behind the prefix.
const RANDOM: usize = 8;
/// Younger files may belong to a process that has not locked them yet.
const YOUNG: Duration = Duration::from_secs(60);

/// A temporary file that will become `path`.
///
/// # Errors
/// When there is no such folder, or nothing can be written in it.
pub fn begin(path: &Path) -> io::Result<NamedTempFile> {
    let folder = folder_of(path);
    if !folder.is_dir() {
        return Err(io::Error::new(
            io::ErrorKind::NotFound,
            format!("there is no folder {}; make it first", folder.display()),
        ));
    }
    let mut form = tempfile::Builder::new();
    form.prefix(PREFIX).rand_bytes(RANDOM);
    // Temporary files are private; reports are as readable as any other file that the user writes: the umask decides.
    #[cfg(unix)]
    form.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let file = form.tempfile_in(folder)?;
    // Where the file system has no locks, no run removes what another one left.
    let _ = file.as_file().try_lock();
    Ok(file)
}

/// Makes a written file appear as `path`.
///
/// # Errors
/// When it cannot be brought to the disk, or renamed.
pub fn finish(file: NamedTempFile, path: &Path) -> io::Result<()> {
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// Writes a file of which many are written, and which can be made again: its bytes come to the disk when the system
/// finds the time.
///
/// # Errors
/// As [`begin`], and when the disk is full.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = begin(path)?;
    file.write_all(bytes)?;
    file.persist(path)?;
    Ok(())
}

/// Removes what killed processes left in the folder of `path`.
pub fn remove_stale(path: &Path) {
    // Leftovers harm nobody: what cannot be looked at or removed stays.
    let Ok(entries) = std::fs::read_dir(folder_of(path)) else {
        return;
    };
    for entry in entries.flatten() {
        if entry.file_name().to_str().is_some_and(is_ours) && is_stale(&entry.path()) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn is_ours(name: &str) -> bool {
    name.strip_prefix(PREFIX)
        .is_some_and(|rest| rest.len() == RANDOM && rest.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// Whether it is a file of long ago that no living process holds.
fn is_stale(path: &Path) -> bool {
    let Ok(metadata) = std::fs::symlink_metadata(path) else {
        return false;
    };
    let age = metadata
        .modified()
        .ok()
        .and_then(|time| time.elapsed().ok());
    metadata.is_file()
        && age.is_some_and(|age| age > YOUNG)
        && File::open(path).is_ok_and(|file| file.try_lock().is_ok())
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    #[test]
    fn only_what_a_dead_process_left_is_removed() {
        let dir = tempfile::tempdir().unwrap();
        let long_ago = SystemTime::now() - 2 * YOUNG;
        let make = |name: &str, modified: SystemTime| {
            let file = File::create(dir.path().join(name)).unwrap();
            file.set_modified(modified).unwrap();
            file
        };
        drop(make(".measure-bench-deadDEAD", long_ago));
        let kept = [
            ".measure-bench-youngABC",
            ".measure-bench-livingAB",
            ".measure-bench-notes.txt",
            ".measure-bench-sub/",
            "report.json",
        ];
        drop(make(kept[0], SystemTime::now()));
        let living = make(kept[1], long_ago);
        living.try_lock().unwrap();
        drop(make(kept[2], long_ago));
        std::fs::create_dir(dir.path().join(kept[3])).unwrap();
        drop(make(kept[4], long_ago));

        remove_stale(&dir.path().join("report.json"));
        assert!(!dir.path().join(".measure-bench-deadDEAD").exists());
        for name in kept {
            assert!(dir.path().join(name).exists(), "{name}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_report_is_as_readable_as_any_other_file() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let [ours, other] = ["r.json", "other"].map(|name| dir.path().join(name));
        finish(begin(&ours).unwrap(), &ours).unwrap();
        File::create(&other).unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&ours), mode(&other));
    }

    #[test]
    fn a_file_that_is_being_written_is_no_leftover() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("report.json");
        let mut file = begin(&path).unwrap();
        file.write_all(b"{}").unwrap();
        file.as_file()
            .set_modified(SystemTime::now() - 2 * YOUNG)
            .unwrap();
        remove_stale(&path);
        finish(file, &path).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"{}");
    }
}
