//! The journal of a run: each photo's result as it comes, one line each, so that a crash costs no finished photo.
//!
//! The first line says what is being measured and how; a run continues a journal only if it would have written the same
//! first line. Lines are written whole and at once, so that at most the last one can be torn.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::compare::differences_of;
use crate::photo::Limits;
use crate::photo_result::PhotoResult;
use crate::report::comparison::Difference;
use crate::report::schema::{Model, RunOptions, Tool};
use crate::segment::Device;

/// What has to be the same for results to belong together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Header {
    /// The program.
    pub tool: Tool,
    /// What segments.
    pub model: Model,
    /// What runs the network, `None` where there is none.
    pub onnx_runtime: Option<String>,
    /// What it runs on, likewise: the same photo gives slightly other labels elsewhere.
    pub device: Option<Device>,
    /// How it is measured.
    pub options: RunOptions,
    /// The folder of `--labels`.
    pub labels: Option<PathBuf>,
    /// Hash of the file of `--model-config`, hexadecimal.
    pub model_config_sha256: Option<String>,
    /// The service, where one may stand in for the network.
    pub cloud_url: Option<String>,
    /// What one photo may cost: whether it is an error may hang on it.
    pub limits: Limits,
    /// Longest that a photo may take, seconds.
    pub timeout_s: Option<f64>,
    /// How many photos.
    pub photos: usize,
    /// Whether small overlays are made.
    pub pictures: bool,
    /// Whether each photo has a folder of masks and overlays.
    pub debug: bool,
    /// Hash of their identities and of what the user knows of them, hexadecimal.
    pub photos_sha256: String,
}

impl Header {
    /// Hash over `photos`, each described by a text of its own.
    pub fn hash(photos: impl Iterator<Item = String>) -> String {
        let mut hash = Sha256::new();
        for photo in photos {
            hash.update(photo.as_bytes());
            hash.update([0]);
        }
        crate::hash::hex(&hash.finalize())
    }
}

/// One result, its place in the run, and when it came.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The photo's place.
    pub index: usize,
    /// What came of it.
    pub result: PhotoResult,
    /// What the run had taken by then, and the runs that it continues, s.
    #[serde(default)]
    pub elapsed_s: f64,
    /// Hash of the photo's label map, hexadecimal; absent where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_map_sha256: Option<String>,
}

/// A journal that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The system's refusal.
    #[error("journal {}: {source}", .path.display())]
    Io {
        /// The journal.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Two runs with one report.
    #[error("journal {} is in use: another run is writing the same report; give this one another --save", .0.display())]
    InUse(PathBuf),
    /// Not a journal, or a damaged one.
    #[error("journal {}, line {line}: {reason}; remove the file to start anew", .path.display())]
    Form {
        /// The journal.
        path: PathBuf,
        /// 1-based.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// Of another run.
    #[error(
        "journal {} is of another run: {}; repeat that run's options, or leave out --resume to start anew", .path.display(), worded(.differences)
    )]
    OtherRun {
        /// The journal.
        path: PathBuf,
        /// What differs.
        differences: Vec<Difference>,
    },
}

fn worded(differences: &[Difference]) -> String {
    let one = |difference: &Difference| {
        let Difference { what, old, new } = difference;
        match what.strip_suffix("Sha256") {
            // Hashes tell nobody anything, and less where the thing itself is told to differ.
            Some(hashed) if differences.iter().any(|d| d.what == hashed) => None,
            Some(hashed) => Some(format!("{hashed}: not the same as then")),
            None => Some(format!("{what} was '{old}' and is '{new}'")),
        }
    };
    differences
        .iter()
        .filter_map(one)
        .collect::<Vec<_>>()
        .join(", ")
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Lines before the first photo's.
const HEADER_LINES: usize = 1;

/// An open journal, locked against other runs where the file system has locks.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    /// Bytes of its whole lines.
    length: u64,
    put_aside: Option<PathBuf>,
}

impl Journal {
    /// The journal that belongs to the report `save`.
    #[must_use]
    pub fn path_for(save: &Path) -> PathBuf {
        with_ending(save, ".journal.jsonl")
    }

    /// Opens the journal at `path`; with `resume`, hands over what it holds already. Else it begins anew, and what an unfinished run
    /// has left is kept beside it (see [`Self::put_aside`]).
    ///
    /// # Errors
    /// When it cannot be written, is in use, is damaged before its last line, or is of another run.
    pub fn open(
        path: PathBuf,
        header: &Header,
        resume: bool,
    ) -> Result<(Self, Vec<Entry>), JournalError> {
        let io = |source| JournalError::Io {
            path: path.clone(),
            source,
        };
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => return Err(JournalError::InUse(path)),
            // A file system without locks does not tell two runs apart, which is no reason not to measure.
            Err(std::fs::TryLockError::Error(_)) => {}
        }
        let mut journal = Self {
            path,
            file,
            length: 0,
            put_aside: None,
        };
        let mut bytes = Vec::new();
        journal.io(|file| file.read_to_end(&mut bytes).map(drop))?;
        if !resume {
            let lines = bytes.iter().filter(|byte| **byte == b'\n').count();
            if lines > HEADER_LINES {
                let old = with_ending(&journal.path, ".old");
                if let Err(source) = std::fs::write(&old, &bytes) {
                    return Err(JournalError::Io { path: old, source });
                }
                journal.put_aside = Some(old);
            }
            bytes.clear();
        }
        // What follows the last line's end was torn by whatever ended the run, perhaps within a character.
        let end = bytes.iter().rposition(|byte| *byte == b'\n');
        bytes.truncate(end.map_or(0, |end| end + 1));
        let whole = String::from_utf8_lossy(&bytes);
        let finished = if whole.is_empty() {
            journal.write_line(header)?;
            Vec::new()
        } else {
            let finished = journal.parse(&whole, header)?;
            journal.length = bytes.len() as u64;
            finished
        };
        Ok((journal, finished))
    }

    /// Where the journal of an unfinished run has gone that was there when this one began.
    #[must_use]
    pub fn put_aside(&self) -> Option<&Path> {
        self.put_aside.as_deref()
    }

    fn parse(&self, text: &str, header: &Header) -> Result<Vec<Entry>, JournalError> {
        let form = |line: usize, reason: String| JournalError::Form {
            path: self.path.clone(),
            line,
            reason,
        };
        let mut lines = text.lines().enumerate();
        let first = lines.next().map_or("", |(_, line)| line);
        let found: Header = serde_json::from_str(first).map_err(|e| form(1, e.to_string()))?;
        if found != *header {
            return Err(JournalError::OtherRun {
                path: self.path.clone(),
                differences: differences_of("", &found, header),
            });
        }
        lines
            .map(|(number, line)| {
                let entry: Entry =
                    serde_json::from_str(line).map_err(|e| form(number + 1, e.to_string()))?;
                if entry.index >= header.photos {
                    let reason = format!("there is no photo {}", entry.index);
                    return Err(form(number + 1, reason));
                }
                Ok(entry)
            })
            .collect()
    }

    /// Adds a finished photo.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn add(&mut self, entry: &Entry) -> Result<(), JournalError> {
        self.write_line(entry)
    }

    /// Removes the journal: the report holds everything now.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn remove(self) -> Result<(), JournalError> {
        std::fs::remove_file(&self.path).map_err(|source| JournalError::Io {
            path: self.path.clone(),
            source,
        })
    }

    fn write_line(&mut self, value: &impl Serialize) -> Result<(), JournalError> {
        let start = self.length;
        let mut written = 0;
        self.io(|file| {
            let mut line = serde_json::to_vec(value)?;
            line.push(b'\n');
            // An earlier line may have found no room for all of itself: this one would only continue it.
            file.set_len(start)?;
            file.seek(SeekFrom::Start(start))?;
            file.write_all(&line)?;
            written = line.len() as u64;
            Ok(())
        })?;
        self.length += written;
        Ok(())
    }

    fn io(
        &mut self,
        work: impl FnOnce(&mut File) -> std::io::Result<()>,
    ) -> Result<(), JournalError> {
        work(&mut self.file).map_err(|source| JournalError::Io {
            path: self.path.clone(),
            source,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn header() -> Header {
        let report = sample::report();
        Header {
            tool: report.tool,
            model: report.model,
            onnx_runtime: report.environment.onnx_runtime,
            device: None,
            options: report.options,
            labels: None,
            model_config_sha256: None,
            cloud_url: None,
            limits: Limits::default(),
            timeout_s: None,
            photos: report.results.len(),
            pictures: false,
            debug: false,
            photos_sha256: Header::hash(report.results.iter().map(|r| r.file.clone())),
        }
    }

    fn open(path: &Path, header: &Header) -> Result<(Journal, Vec<Entry>), JournalError> {
        Journal::open(path.to_owned(), header, true)
    }

    fn entry(index: usize) -> Entry {
        Entry {
            index,
            result: sample::report().results.remove(index),
            elapsed_s: 1.5,
            label_map_sha256: Some("5e".repeat(32)),
        }
    }

    #[test]
    fn results_come_back_and_a_torn_line_does_not() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("r.json.journal.jsonl");
        let (mut journal, none) = open(&path, &header()).unwrap();
        assert!(none.is_empty());
        journal.add(&entry(0)).unwrap();
        journal.add(&entry(2)).unwrap();
        drop(journal);
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() - 10]).unwrap();
        let (mut journal, found) = open(&path, &header()).unwrap();
        assert_eq!(found, [entry(0)]);
        journal.add(&entry(2)).unwrap();
        drop(journal);
        assert_eq!(std::fs::read(&path).unwrap(), whole);
    }

    #[test]
    fn what_an_unfinished_run_left_is_put_aside_and_not_lost() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("j");
        let anew = || Journal::open(path.clone(), &header(), false).unwrap();
        let (mut journal, _) = anew();
        assert_eq!(journal.put_aside(), None);
        journal.add(&entry(0)).unwrap();
        drop(journal);
        let left = std::fs::read(&path).unwrap();
        let (journal, found) = anew();
        assert!(found.is_empty());
        assert_eq!(std::fs::read(journal.put_aside().unwrap()).unwrap(), left);
        drop(journal);
        assert_eq!(anew().0.put_aside(), None, "it held no photo");
    }

    /// As a write leaves it for which the disk had no room.
    #[test]
    fn a_line_that_found_no_room_does_not_spoil_the_next_one() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("j");
        let (mut journal, _) = open(&path, &header()).unwrap();
        journal.add(&entry(0)).unwrap();
        let mut torn = OpenOptions::new().append(true).open(&path).unwrap();
        torn.write_all(b"{\"index\":1,\"result\":{\"fi").unwrap();
        journal.add(&entry(2)).unwrap();
        drop(journal);
        let (_, found) = open(&path, &header()).unwrap();
        assert_eq!(found, [entry(0), entry(2)]);
    }

    #[test]
    fn other_label_maps_other_limits_and_folders_of_masks_are_another_run() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("j");
        drop(open(&path, &header()).unwrap());
        let mut other = header();
        other.labels = Some("predicted".into());
        other.limits.max_pixels = 1;
        other.debug = true;
        let message = open(&path, &other).unwrap_err().to_string();
        assert!(message.contains("labels was"), "{message}");
        assert!(
            message.contains("debug was 'false' and is 'true'"),
            "{message}"
        );
        assert!(message.contains("limits.maxPixels was"), "{message}");
    }

    #[test]
    fn other_photos_are_told_without_their_hashes() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("j");
        drop(open(&path, &header()).unwrap());
        let mut other = header();
        other.photos_sha256 = Header::hash(std::iter::once("b.jpg".to_owned()));
        let message = open(&path, &other).unwrap_err().to_string();
        assert!(message.contains("photos: not the same"), "{message}");
        other.photos += 1;
        let message = open(&path, &other).unwrap_err().to_string();
        assert!(message.contains("photos was '"), "{message}");
        assert!(!message.contains(&other.photos_sha256), "{message}");
        assert!(!message.contains("not the same"), "{message}");
    }

    #[test]
    fn a_line_torn_within_a_character_does_not_cost_the_others() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("j");
        let (mut journal, _) = open(&path, &header()).unwrap();
        journal.add(&entry(0)).unwrap();
        drop(journal);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes.extend_from_slice(b"{\"index\":1,\"result\":{\"file\":\"pok\xc3");
        std::fs::write(&path, bytes).unwrap();
        let (_, found) = open(&path, &header()).unwrap();
        assert_eq!(found, [entry(0)]);
    }

    #[test]
    fn another_run_is_refused_and_says_what_differs() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("j");
        drop(open(&path, &header()).unwrap());
        let mut other = header();
        other.options.estimator = "predecessor".into();
        let message = open(&path, &other).unwrap_err().to_string();
        assert!(message.contains("options.estimator was 'box'"), "{message}");
    }

    #[test]
    fn two_runs_cannot_share_a_journal_and_damage_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("j");
        let (journal, _) = open(&path, &header()).unwrap();
        assert!(matches!(
            open(&path, &header()),
            Err(JournalError::InUse(_))
        ));
        drop(journal);
        let mut text = std::fs::read_to_string(&path).unwrap();
        text.push_str("{not json}\n");
        std::fs::write(&path, text).unwrap();
        let message = open(&path, &header()).unwrap_err().to_string();
        assert!(message.contains("line 2"), "{message}");
    }
}
