//! Label maps from a folder in place of a network (`--labels DIR`).

use std::path::{Path, PathBuf};

use super::{SegmentError, SegmentTimings, Segmentation, Segmenter, SegmenterInfo, label_file};
use crate::deadline::Deadline;
use crate::label_map::LabelMap;
use crate::photo::Photo;

/// Relative difference of aspect up to which a map is taken to show its photo: sizes are rounded, and whoever made the map
/// may have rounded to multiples of 8.
const ASPECT_TOLERANCE: f64 = 0.04;

/// A folder of label maps.
#[derive(Debug, Clone)]
pub struct LabelDir {
    folder: PathBuf,
}

impl LabelDir {
    /// The folder.
    ///
    /// # Errors
    /// When it is no folder.
    pub fn open(folder: &Path) -> Result<Self, SegmentError> {
        if folder.is_dir() {
            Ok(Self {
                folder: folder.to_path_buf(),
            })
        } else {
            Err(SegmentError::NoLabelFolder {
                folder: folder.to_path_buf(),
            })
        }
    }

    /// The map of a photo: named after the whole file name (where stems collide), else after the stem.
    ///
    /// # Errors
    /// When neither file is there.
    pub fn path_of(&self, file: &Path) -> Result<PathBuf, SegmentError> {
        let named = |name: Option<&std::ffi::OsStr>| {
            name.map(|name| {
                let mut name = name.to_os_string();
                name.push(".png");
                self.folder.join(name)
            })
        };
        let candidates = [named(file.file_name()), named(file.file_stem())];
        candidates
            .iter()
            .flatten()
            .find(|path| path.is_file())
            .cloned()
            .ok_or_else(|| SegmentError::NoLabelMap {
                tried: candidates.into_iter().flatten().collect(),
            })
    }
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
            labels,
            input_size: None,
            inferences: 0,
            timings: SegmentTimings {
                masks_ms: super::milliseconds_since(started),
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

    fn write(folder: &Path, name: &str, width: u32, height: u32, class: u8) {
        let labels = LabelMap::new(width, height, vec![class; (width * height) as usize]).unwrap();
        label_file::write(&labels, &folder.join(name)).unwrap();
    }

    #[test]
    fn maps_are_found_by_file_name_before_stem() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "room.png", 4, 3, 0);
        write(folder.path(), "room.jpg.png", 4, 3, 5);
        let mut labels = LabelDir::open(folder.path()).unwrap();
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
    fn a_missing_map_names_what_was_looked_for() {
        let folder = tempfile::tempdir().unwrap();
        let mut labels = LabelDir::open(folder.path()).unwrap();
        let error = labels
            .segment(&photo(4, 3), Path::new("a.heic"), None)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("a.heic.png") && error.contains("a.png"),
            "{error}"
        );
        assert!(LabelDir::open(&folder.path().join("none")).is_err());
    }

    #[test]
    fn a_map_of_another_aspect_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut labels = LabelDir::open(folder.path()).unwrap();
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
