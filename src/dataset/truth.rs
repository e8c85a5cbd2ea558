//! Ground truth: the real size of the opposite wall of some photos.

use std::path::{Path, PathBuf};

use super::join::{JoinError, join};
use super::records::{self, Field, OtherKeys, RecordsError};
use super::units::{PLAUSIBLE_HEIGHT_CM, PLAUSIBLE_WIDTH_CM, implausible};

/// The real size of one photo's opposite wall.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Truth {
    /// Full width, cm.
    pub width_cm: Option<f64>,
    /// Height at the highest visible point, cm.
    pub height_cm: Option<f64>,
}

/// A file of ground truth.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GroundTruth {
    path: PathBuf,
    entries: Vec<(String, Truth)>,
}

/// Truth laid beside photos.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MatchedTruth {
    /// By photo, in the order of the photos.
    pub of_photo: Vec<Option<Truth>>,
    /// Names of entries that no photo matches, in file order.
    pub entries_without_photo: Vec<String>,
}

/// Why ground truth cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TruthError {
    /// The file or an entry is wrong.
    #[error("ground truth: {0}")]
    Records(#[from] RecordsError),
    /// An entry says nothing.
    #[error(
        "ground truth: {0} has neither width nor height; they are read from the keys widthCm and heightCm (or width and height, or w and h)"
    )]
    Empty(String),
    /// A size in another unit.
    #[error("ground truth: {label}: {reason}")]
    Unit {
        /// The entry.
        label: String,
        /// What it says, and what is meant.
        reason: String,
    },
    /// An entry does not fit exactly one photo.
    #[error("ground truth {}: {source}", .path.display())]
    Join {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: JoinError,
    },
}

const WIDTH: Field = Field(&["widthCm", "width", "wallWidthCm", "w"]);
const HEIGHT: Field = Field(&["heightCm", "height", "wallHeightCm", "h"]);

impl GroundTruth {
    /// Reads JSON or CSV.
    ///
    /// # Errors
    /// When the file cannot be read, or an entry is malformed, doubled or empty.
    pub fn read(path: &Path) -> Result<Self, TruthError> {
        let mut entries = Vec::new();
        for record in records::read(path, [WIDTH, HEIGHT], OtherKeys::PassedOver)? {
            let [width_cm, height_cm] = record.values;
            if width_cm.is_none() && height_cm.is_none() {
                return Err(TruthError::Empty(record.label_in(path)));
            }
            for (name, value, plausible) in [
                ("widthCm", width_cm, PLAUSIBLE_WIDTH_CM),
                ("heightCm", height_cm, PLAUSIBLE_HEIGHT_CM),
            ] {
                if let Some(reason) = value.and_then(|value| implausible(name, value, &plausible)) {
                    let label = record.label_in(path);
                    return Err(TruthError::Unit { label, reason });
                }
            }
            entries.push((
                record.file,
                Truth {
                    width_cm,
                    height_cm,
                },
            ));
        }
        let truth = Self {
            path: path.to_owned(),
            entries,
        };
        // Joining no photos finds doubled entries before any work is done.
        truth.matched(&[])?;
        Ok(truth)
    }

    /// Lays the entries beside photos, given by identity.
    ///
    /// # Errors
    /// When an entry fits several photos or a photo several entries.
    pub fn matched(&self, photos: &[&str]) -> Result<MatchedTruth, TruthError> {
        let names: Vec<&str> = self.entries.iter().map(|(name, _)| name.as_str()).collect();
        let joined = join(photos, &names).map_err(|source| TruthError::Join {
            path: self.path.clone(),
            source,
        })?;
        Ok(MatchedTruth {
            of_photo: joined
                .record_of
                .iter()
                .map(|record| record.map(|r| self.entries[r].1))
                .collect(),
            entries_without_photo: joined
                .unmatched_records
                .iter()
                .map(|r| self.entries[*r].0.clone())
                .collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn truth(text: &str) -> Result<GroundTruth, TruthError> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("truth.json");
        std::fs::write(&path, text).unwrap();
        GroundTruth::read(&path)
    }

    /// The names of the contract, each in every form of file.
    #[test]
    fn every_name_of_the_contract_is_understood() {
        for file in ["file", "filename", "name", "image"] {
            for width in ["width", "widthCm", "wallWidthCm", "w"] {
                for height in ["height", "heightCm", "wallHeightCm", "h"] {
                    let list = format!(r#"[{{"{file}":"a.jpg","{width}":480,"{height}":250.5}}]"#);
                    let keyed = format!(r#"{{"a.jpg":{{"{width}":480,"{height}":250.5}}}}"#);
                    let csv = format!("{width},{file},{height}\n480,a.jpg,250.5\n");
                    for (name, text) in [("t.json", list), ("t.json", keyed), ("t.csv", csv)] {
                        let dir = tempfile::tempdir().unwrap();
                        let path = dir.path().join(name);
                        std::fs::write(&path, &text).unwrap();
                        let matched = GroundTruth::read(&path).unwrap().matched(&["a.jpg"]);
                        let expected = Truth {
                            width_cm: Some(480.0),
                            height_cm: Some(250.5),
                        };
                        assert_eq!(matched.unwrap().of_photo, [Some(expected)], "{text}");
                    }
                }
            }
        }
    }

    #[test]
    fn entries_and_photos_without_partner_are_listed() {
        let truth = truth(r#"{"a.jpg":{"w":400},"gone.jpg":{"h":250}}"#).unwrap();
        let matched = truth.matched(&["a.jpg", "b.jpg"]).unwrap();
        assert_eq!(matched.of_photo[0].unwrap().width_cm, Some(400.0));
        assert_eq!(matched.of_photo[1], None);
        assert_eq!(matched.entries_without_photo, ["gone.jpg"]);
    }

    #[test]
    fn other_units_are_not_taken_for_centimetres() {
        let message = truth(r#"{"a.jpg": {"w": 4970}}"#).unwrap_err().to_string();
        assert!(
            message.ends_with("looks like millimetres; lengths are in centimetres: write 497"),
            "{message}"
        );
        for size in [r#""widthCm": 4.8"#, r#""widthCm": 480, "heightCm": 2.5"#] {
            let text = format!(r#"[{{"file": "a.jpg", {size}}}]"#);
            let message = truth(&text).unwrap_err().to_string();
            assert!(
                message.contains("entry 1 (a.jpg)") && message.contains("looks like metres"),
                "{message}"
            );
        }
        let message = truth(r#"{"a.jpg": {"w": 4.8}}"#).unwrap_err().to_string();
        assert!(message.ends_with("write 480"), "{message}");
    }

    #[test]
    fn empty_and_doubled_entries_are_named() {
        let empty = truth(r#"[{"file":"a.jpg"}]"#).unwrap_err().to_string();
        assert!(empty.contains("entry 1 (a.jpg) has neither"), "{empty}");
        let doubled = truth(r#"{"a.jpg":{"w":100},"a.jpg":{"w":200}}"#)
            .unwrap_err()
            .to_string();
        assert!(
            doubled.contains("'a.jpg' stands in the file twice"),
            "{doubled}"
        );
    }
}
