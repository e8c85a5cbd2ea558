//! Label maps from a folder in place of a network (`--labels DIR`).

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

use super::{SegmentError, SegmentTimings, Segmentation, Segmenter, SegmenterInfo, label_file};
use crate::dataset::Case;
use crate::deadline::Deadline;
use crate::hash::sha256_of_file;
use crate::label_map::LabelMap;
use crate::photo::Photo;
use crate::say::printable;

/// Relative difference of aspect up to which a map is taken to show its photo: sizes are rounded, and whoever made the map
/// may have rounded to multiples of 8.
const ASPECT_TOLERANCE: f64 = 0.04;

/// Two photos for which the same map was found: one of them would be measured with what the other one shows.
#[derive(Debug, thiserror::Error)]
#[error(
    "{} and {} have the same label map, {}; {}",
    printable(.first), printable(.second), .map.display(), advice(.own)
)]
pub struct SharedLabelMap {
    /// A photo.
    first: String,
    /// The other one.
    second: String,
    /// The file found for both.
    map: PathBuf,
    /// The files that are looked for first, of each photo.
    own: [PathBuf; 2],
}

fn advice([first, second]: &[PathBuf; 2]) -> String {
    if first == second {
        // Their folders lie outside the one that was measured, if any was.
        "measure their folders with --dir, one after the other, each with maps of its own"
            .to_owned()
    } else {
        let (first, second) = (first.display(), second.display());
        format!("name their maps {first} and {second}")
    }
}

/// A folder of label maps.
#[derive(Debug, Clone)]
pub struct LabelDir {
    folder: PathBuf,
    /// What the photos are called, by their files.
    identities: HashMap<PathBuf, String>,
}

impl LabelDir {
    /// The folder, which holds maps of `photos`.
    ///
    /// # Errors
    /// When it is no folder.
    pub fn open<'a>(
        folder: &Path,
        photos: impl IntoIterator<Item = &'a Case>,
    ) -> Result<Self, SegmentError> {
        if folder.is_dir() {
            Ok(Self {
                folder: folder.to_path_buf(),
                identities: photos
                    .into_iter()
                    .map(|photo| (photo.path.clone(), photo.identity.clone()))
                    .collect(),
            })
        } else {
            Err(SegmentError::NoLabelFolder {
                folder: folder.to_path_buf(),
            })
        }
    }

    /// The map of a photo: named after its identity (where names collide over several folders), else after the file name
    /// (where stems collide), else after the stem.
    ///
    /// # Errors
    /// When none of these files is there.
    pub fn path_of(&self, file: &Path) -> Result<PathBuf, SegmentError> {
        let candidates = self.candidates(file);
        candidates
            .iter()
            .find(|path| path.is_file())
            .cloned()
            .ok_or(SegmentError::NoLabelMap { tried: candidates })
    }

    /// Hash of a photo's map, hexadecimal; `None` where there is none, or none that can be read.
    #[must_use]
    pub fn sha256_of(&self, file: &Path) -> Option<String> {
        sha256_of_file(&self.path_of(file).ok()?).ok()
    }

    /// Looks whether every map is that of one photo. A photo without a map is nobody else's concern.
    ///
    /// # Errors
    /// Names the first two photos of which it is not so.
    pub fn check_apart(&self, photos: &[Case]) -> Result<(), SharedLabelMap> {
        let mut photo_of: HashMap<PathBuf, &Case> = HashMap::new();
        for second in photos {
            let Ok(map) = self.path_of(&second.path) else {
                continue;
            };
            if let Some(first) = photo_of.insert(map.clone(), second) {
                return Err(SharedLabelMap {
                    first: first.identity.clone(),
                    second: second.identity.clone(),
                    map,
                    own: [first, second].map(|photo| self.own_path(&photo.path)),
                });
            }
        }
        Ok(())
    }

    /// The file that is looked for first.
    fn own_path(&self, file: &Path) -> PathBuf {
        self.candidates(file).into_iter().next().unwrap_or_default()
    }

    /// The files that may hold a photo's map, each once, in the order in which they are looked for.
    fn candidates(&self, file: &Path) -> Vec<PathBuf> {
        let identity = self.identities.get(file).map(Path::new);
        // Another one would lead out of this folder.
        let identity = identity.filter(|path| leads_down(path));
        let names = [
            identity.map(Path::as_os_str),
            file.file_name(),
            file.file_stem(),
        ];
        let mut found = Vec::new();
        for name in names.into_iter().flatten() {
            let mut name = name.to_os_string();
            name.push(".png");
            let path = self.folder.join(name);
            if !found.contains(&path) {
                found.push(path);
            }
        }
        found
    }
}

fn leads_down(path: &Path) -> bool {
    path.components()
        .all(|part| matches!(part, Component::Normal(_)))
}

impl Segmenter for LabelDir {
    fn segment(
        &mut self,
        photo: &Photo,
        file: &Path,
        _deadline: Option<Deadline>,
    ) -> Result<Segmentation, SegmentError> {
        let path = self.path_of(file)?;
        let started = std::time::Instant::now();
        let labels = label_file::read(&path)?;
        if !shows(&labels, photo) {
            let size = photo.size();
            return Err(SegmentError::LabelAspect {
                path,
                map: [labels.width(), labels.height()],
                photo: [size.width, size.height],
            });
        }
        Ok(Segmentation {
            mask_cells: None,
            labels,
            input_size: None,
            inferences: 0,
            timings: SegmentTimings {
                masks_ms: Some(super::milliseconds_since(started)),
                ..SegmentTimings::default()
            },
        })
    }

    fn describe(&self) -> SegmenterInfo {
        SegmenterInfo {
            name: "labels".to_owned(),
            input_policy: "given label maps".to_owned(),
            ..SegmenterInfo::default()
        }
    }
}

/// Whether the map has the photo's aspect, give or take the rounding of its sides.
fn shows(labels: &LabelMap, photo: &Photo) -> bool {
    let size = photo.size();
    let (map_width, map_height) = (f64::from(labels.width()), f64::from(labels.height()));
    let wanted_width = map_height * f64::from(size.width) / f64::from(size.height.max(1));
    let rounding = 1.0 + wanted_width / map_height.max(1.0);
    (map_width - wanted_width).abs() <= rounding.max(ASPECT_TOLERANCE * wanted_width)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::photo::{Metadata, PhotoFormat, PhotoTimings};

    fn photo(width: u32, height: u32) -> Photo {
        Photo {
            pixels: image::RgbImage::new(width, height),
            format: PhotoFormat::Jpeg,
            orientation: 1,
            metadata: Metadata::default(),
            warnings: Vec::new(),
            timings: PhotoTimings::default(),
        }
    }

    fn open(folder: &Path, photos: &[Case]) -> LabelDir {
        LabelDir::open(folder, photos).unwrap()
    }

    /// A photo of the folder `photos`.
    fn case(identity: &str) -> Case {
        Case {
            identity: identity.to_owned(),
            path: Path::new("photos").join(identity),
        }
    }

    fn write(folder: &Path, name: &str, width: u32, height: u32, class: u8) {
        let labels = LabelMap::new(width, height, vec![class; (width * height) as usize]).unwrap();
        label_file::write(&labels, &folder.join(name)).unwrap();
    }

    #[test]
    fn maps_are_found_by_file_name_before_stem() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "room.png", 4, 3, 0);
        write(folder.path(), "room.jpg.png", 4, 3, 5);
        let mut labels = open(folder.path(), &[]);
        let mut class = |file: &str| {
            labels
                .segment(&photo(400, 300), Path::new(file), None)
                .unwrap()
                .labels
                .at(0, 0)
        };
        assert_eq!(class("photos/room.HEIC"), 0);
        assert_eq!(class("photos/room.jpg"), 5);
    }

    #[test]
    fn photos_of_one_name_in_two_folders_have_maps_in_two_folders() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("two")).unwrap();
        write(folder.path(), "i.png", 4, 3, 0);
        write(folder.path(), "two/i.jpg.png", 4, 3, 0);
        let photos = ["one/i.jpg", "two/i.jpg"].map(case);
        let labels = open(folder.path(), &photos);
        let found = photos
            .each_ref()
            .map(|photo| labels.path_of(&photo.path).unwrap());
        let expected = ["i.png", "two/i.jpg.png"].map(|name| folder.path().join(name));
        assert_eq!(found, expected);
        assert!(labels.check_apart(&photos).is_ok());
    }

    #[test]
    fn a_map_of_two_photos_is_refused_with_both_and_with_names_that_tell_them_apart() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "i.png", 4, 3, 0);
        let message = |photos: [Case; 2]| {
            let labels = open(folder.path(), &photos);
            let shared = labels.check_apart(&photos).unwrap_err();
            let prefix = format!("{}/", folder.path().display());
            shared.to_string().replace(&prefix, "")
        };
        assert_eq!(
            message(["one/i.jpg", "two/i.jpg"].map(case)),
            "one/i.jpg and two/i.jpg have the same label map, i.png; name their maps one/i.jpg.png and two/i.jpg.png"
        );
        assert_eq!(
            message(["i.heic", "i.jpg"].map(case)),
            "i.heic and i.jpg have the same label map, i.png; name their maps i.heic.png and i.jpg.png"
        );
        // Names that lead elsewhere are none of a map in this folder.
        let outside = message(["/one/i.jpg", "/two/i.jpg"].map(case));
        assert!(outside.contains("one after the other"), "{outside}");
    }

    #[test]
    fn a_missing_map_names_what_was_looked_for() {
        let folder = tempfile::tempdir().unwrap();
        let mut labels = open(folder.path(), &[]);
        let error = labels
            .segment(&photo(4, 3), Path::new("a.heic"), None)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("a.heic.png") && error.contains("a.png"),
            "{error}"
        );
        let none: &[Case] = &[];
        assert!(LabelDir::open(&folder.path().join("none"), none).is_err());
    }

    #[test]
    fn a_map_of_another_aspect_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut labels = open(folder.path(), &[]);
        let cases = [
            (341, 256, true),
            (352, 256, true),
            (44, 32, true),
            (4, 3, true),
            (256, 341, false),
            (300, 256, false),
        ];
        for (width, height, accepted) in cases {
            write(folder.path(), "a.png", width, height, 0);
            let result = labels.segment(&photo(4032, 3024), Path::new("a.jpg"), None);
            assert_eq!(result.is_ok(), accepted, "{width} x {height}");
        }
    }
}
