//! Label maps as PNG files: one channel, 8 or 16 bit, the value is the 0-based ADE20K index.

use std::path::{Path, PathBuf};

use image::{DynamicImage, GrayImage, ImageFormat};

use crate::ade20k::{CLASS_NAMES, ClassIndex, UNKNOWN};
use crate::label_map::{LabelMap, LabelMapSizeError};

/// "Unknown" in a file of 16 bits.
const UNKNOWN_16: u16 = u16::MAX;

/// A file that is no label map.
#[derive(Debug, thiserror::Error)]
pub enum LabelFileError {
    /// It cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is no picture, or its encoding failed.
    #[error("{}: {source}; a label map is a PNG file of one channel", path.display())]
    Picture {
        /// The file.
        path: PathBuf,
        /// Why.
        source: image::ImageError,
    },
    /// It has colours.
    #[error("{}: a label map has one channel of 8 or 16 bits, this picture is {found}", path.display())]
    Colour {
        /// The file.
        path: PathBuf,
        /// The picture's colour type.
        found: String,
    },
    /// A value that is no ADE20K index.
    #[error(
        "{}: value {value} at column {x}, row {y} is no ADE20K index (0 to 149, or {UNKNOWN} for unknown; {UNKNOWN_16} with 16 bits)",
        path.display()
    )]
    Value {
        /// The file.
        path: PathBuf,
        /// The value.
        value: u16,
        /// Its column.
        x: u32,
        /// Its row.
        y: u32,
    },
    /// It has no pixels.
    #[error("{}: {source}", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
        /// What is wrong with its size.
        source: LabelMapSizeError,
    },
}

/// Reads a label map.
///
/// # Errors
/// When the file cannot be read, has colours, or holds a value that is neither a class nor "unknown".
pub fn read(path: &Path) -> Result<LabelMap, LabelFileError> {
    let path_buf = || path.to_path_buf();
    let bytes = std::fs::read(path).map_err(|source| LabelFileError::Io {
        path: path_buf(),
        source,
    })?;
    let picture =
        image::load_from_memory_with_format(&bytes, ImageFormat::Png).map_err(|source| {
            LabelFileError::Picture {
                path: path_buf(),
                source,
            }
        })?;
    let (width, height) = (picture.width(), picture.height());
    let classes: Vec<Result<ClassIndex, u16>> = match &picture {
        DynamicImage::ImageLuma8(map) => map
            .as_raw()
            .iter()
            .map(|value| class_of(u16::from(*value)))
            .collect(),
        DynamicImage::ImageLuma16(map) => map
            .as_raw()
            .iter()
            .map(|value| class_of_16(*value))
            .collect(),
        other => {
            return Err(LabelFileError::Colour {
                path: path_buf(),
                found: format!("{:?}", other.color()),
            });
        }
    };
    let checked = (0u32..).zip(classes).map(|(index, class)| {
        class.map_err(|value| LabelFileError::Value {
            path: path_buf(),
            value,
            x: index % width,
            y: index / width,
        })
    });
    LabelMap::new(width, height, checked.collect::<Result<_, _>>()?).map_err(|source| {
        LabelFileError::Empty {
            path: path_buf(),
            source,
        }
    })
}

/// Writes a label map at its own resolution, 8 bits.
///
/// # Errors
/// When the file cannot be written.
pub fn write(labels: &LabelMap, path: &Path) -> Result<(), LabelFileError> {
    // The buffer of a label map always has its size.
    let picture = GrayImage::from_raw(labels.width(), labels.height(), labels.classes().to_vec())
        .unwrap_or_default();
    picture
        .save_with_format(path, ImageFormat::Png)
        .map_err(|source| LabelFileError::Picture {
            path: path.to_path_buf(),
            source,
        })
}

/// The class of an 8-bit value, or the value when it stands for none.
fn class_of(value: u16) -> Result<ClassIndex, u16> {
    match ClassIndex::try_from(value) {
        Ok(class) if class == UNKNOWN || usize::from(class) < CLASS_NAMES.len() => Ok(class),
        _ => Err(value),
    }
}

fn class_of_16(value: u16) -> Result<ClassIndex, u16> {
    if value == UNKNOWN_16 {
        Ok(UNKNOWN)
    } else {
        class_of(value)
    }
}

#[cfg(test)]
mod tests {
    use image::{ImageBuffer, Luma, RgbImage};
    use proptest::prelude::*;

    use super::*;

    fn classes() -> impl Strategy<Value = ClassIndex> {
        prop_oneof![0u8..150, Just(UNKNOWN)]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn what_is_written_is_read((width, height, values) in (1u32..9, 1u32..9).prop_flat_map(|(width, height)| {
            (Just(width), Just(height), proptest::collection::vec(classes(), (width * height) as usize))
        })) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("map.png");
            let labels = LabelMap::new(width, height, values).unwrap();
            write(&labels, &path).unwrap();
            prop_assert_eq!(read(&path).unwrap(), labels);
        }
    }

    #[test]
    fn sixteen_bits_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("map.png");
        let picture: ImageBuffer<Luma<u16>, Vec<u16>> =
            ImageBuffer::from_raw(4, 1, vec![0, 149, 65535, 255]).unwrap();
        picture.save(&path).unwrap();
        assert_eq!(read(&path).unwrap().classes(), [0, 149, UNKNOWN, UNKNOWN]);
    }

    #[test]
    fn other_files_are_refused_by_name_and_reason() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("map.png");
        let refused = |reason: &str| {
            let message = read(&path).unwrap_err().to_string();
            assert!(
                message.contains("map.png") && message.contains(reason),
                "{message}"
            );
        };
        refused("No such file");
        std::fs::write(&path, b"text").unwrap();
        refused("map.png");
        RgbImage::new(2, 2).save(&path).unwrap();
        refused("Rgb8");
        GrayImage::from_raw(2, 1, vec![0, 150])
            .unwrap()
            .save(&path)
            .unwrap();
        refused("value 150 at column 1, row 0");
    }
}
