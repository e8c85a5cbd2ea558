//! What the user knows of single photos (`--known FILE`). Kept apart from ground truth, which never enters a measurement.

use std::path::{Path, PathBuf};

use super::join::{JoinError, Joined, join};
use super::records::{self, Field, OtherKeys, RecordsError};
use super::units::{PLAUSIBLE_HEIGHT_CM, implausible};
use crate::measure::Known;

/// A file of known values.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct KnownValues {
    path: PathBuf,
    entries: Vec<(String, Known)>,
}

/// Known values laid beside photos.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MatchedKnown {
    /// By photo, in the order of the photos: its own entry's values, and those of all photos where it has none.
    pub of_photo: Vec<Known>,
    /// Names of entries that no photo matches, in file order.
    pub entries_without_photo: Vec<String>,
}

/// Why known values cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KnownError {
    /// No entry is of any of the photos: their names are others than meant.
    #[error(
        "known values: none of the entries of {} is of a photo of this run, the first is '{first}'; entries name photos by their path relative to --dir, or by their base name",
        .path.display()
    )]
    NoneMatches {
        /// The file.
        path: PathBuf,
        /// Its first entry.
        first: String,
    },
    /// The file or an entry is wrong.
    #[error("known values: {0}")]
    Records(#[from] RecordsError),
    /// An entry does not fit exactly one photo.
    #[error("known values {}: {source}", .path.display())]
    Join {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: JoinError,
    },
    /// A height that no room has, perhaps in another unit.
    #[error("known values: {label}: {reason}")]
    Height {
        /// The entry.
        label: String,
        /// What it says, and what is meant.
        reason: String,
    },
    /// A field of view that no rectilinear lens has.
    #[error("known values: {label}: fovDeg is {value}, expected {} to {} degrees", PLAUSIBLE_FOV_DEG.start(), PLAUSIBLE_FOV_DEG.end())]
    Fov {
        /// The entry.
        label: String,
        /// What it says, degrees.
        value: f64,
    },
}

/// Horizontal fields of view of rectilinear lenses that may show a wall from within its room, degrees.
pub const PLAUSIBLE_FOV_DEG: std::ops::RangeInclusive<f64> = 10.0..=145.0;

const FIELDS: [Field; 3] = [
    Field(&["cameraHeightCm"]),
    Field(&["ceilingHeightCm"]),
    Field(&["fovDeg"]),
];

impl KnownValues {
    /// Reads JSON or CSV.
    ///
    /// # Errors
    /// When the file cannot be read, or an entry is malformed or doubled.
    pub fn read(path: &Path) -> Result<Self, KnownError> {
        let mut entries = Vec::new();
        for record in records::read(path, FIELDS, OtherKeys::Refused)? {
            let [camera_height_cm, ceiling_height_cm, fov_deg] = record.values;
            if let Some(value) = fov_deg.filter(|fov| !PLAUSIBLE_FOV_DEG.contains(fov)) {
                let label = record.label_in(path);
                return Err(KnownError::Fov { label, value });
            }
            for (name, value) in [
                ("cameraHeightCm", camera_height_cm),
                ("ceilingHeightCm", ceiling_height_cm),
            ] {
                if let Some(reason) =
                    value.and_then(|value| implausible(name, value, &PLAUSIBLE_HEIGHT_CM))
                {
                    let label = record.label_in(path);
                    return Err(KnownError::Height { label, reason });
                }
            }
            let known = Known {
                camera_height_cm,
                ceiling_height_cm,
                fov_deg,
            };
            entries.push((record.file, known));
        }
        let known = Self {
            path: path.to_owned(),
            entries,
        };
        // Joining no photos finds doubled entries before any work is done.
        known.joined(&[])?;
        Ok(known)
    }

    fn joined(&self, photos: &[&str]) -> Result<Joined, KnownError> {
        let names: Vec<&str> = self.entries.iter().map(|(name, _)| name.as_str()).collect();
        join(photos, &names).map_err(|source| KnownError::Join {
            path: self.path.clone(),
            source,
        })
    }

    /// Lays the entries beside photos, given by identity; `of_all` holds for all of them.
    ///
    /// # Errors
    /// When an entry fits several photos or a photo several entries, or there are entries and none fits any.
    pub fn for_photos(&self, photos: &[&str], of_all: Known) -> Result<MatchedKnown, KnownError> {
        let joined = self.joined(photos)?;
        if let Some((first, _)) = self.entries.first()
            && joined.unmatched_records.len() == self.entries.len()
        {
            return Err(KnownError::NoneMatches {
                path: self.path.clone(),
                first: first.clone(),
            });
        }
        let of_photo = joined
            .record_of
            .iter()
            .map(|record| match record {
                None => of_all,
                Some(r) => {
                    let own = self.entries[*r].1;
                    Known {
                        camera_height_cm: own.camera_height_cm.or(of_all.camera_height_cm),
                        ceiling_height_cm: own.ceiling_height_cm.or(of_all.ceiling_height_cm),
                        fov_deg: own.fov_deg.or(of_all.fov_deg),
                    }
                }
            })
            .collect();
        let unmatched = joined.unmatched_records.iter();
        Ok(MatchedKnown {
            of_photo,
            entries_without_photo: unmatched.map(|r| self.entries[*r].0.clone()).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_photos_own_value_wins_over_the_one_for_all() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("known.csv");
        std::fs::write(
            &path,
            "file,ceilingHeightCm,fovDeg\na.jpg,250,\ngone.jpg,240,\n",
        )
        .unwrap();
        let of_all = Known {
            ceiling_height_cm: Some(270.0),
            camera_height_cm: Some(160.0),
            fov_deg: None,
        };
        let known = KnownValues::read(&path).unwrap();
        let matched = known.for_photos(&["a.jpg", "b.jpg"], of_all).unwrap();
        assert_eq!(matched.entries_without_photo, ["gone.jpg"]);
        let of_photos = matched.of_photo;
        assert_eq!(of_photos[0].ceiling_height_cm, Some(250.0));
        assert_eq!(of_photos[0].camera_height_cm, Some(160.0));
        assert_eq!(of_photos[1], of_all);
    }

    #[test]
    fn what_cannot_be_meant_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("known.json");
        for (entry, part) in [
            (r#""fovDeg": 180"#, "180"),
            (r#""ceilingHeightCm": 2.5"#, "looks like metres"),
            (r#""ceilingHeightCm": 2500"#, "looks like millimetres"),
            (r#""ceilingHeightCm": 30000"#, "20 to 2000"),
            (
                r#""ceilingHeigthCm": 250"#,
                "'ceilingHeigthCm' is not known; known are file, cameraHeightCm, ceilingHeightCm, fovDeg",
            ),
        ] {
            std::fs::write(&path, format!(r#"[{{"file": "a.jpg", {entry}}}]"#)).unwrap();
            let message = KnownValues::read(&path).unwrap_err().to_string();
            assert!(
                message.contains("a.jpg") && message.contains(part),
                "{message}"
            );
        }
    }
}
