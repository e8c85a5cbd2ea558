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
    /// It has colours, or fewer than 8 bits.
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
/// When the file cannot be read, has colours or fewer than 8 bits, or holds a value that is neither a class nor "unknown".
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
    let classes =
        classes_of(&picture, stored_bits(&bytes)).map_err(|found| LabelFileError::Colour {
            path: path_buf(),
            found,
        })?;
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

/// Bits of a sample as a PNG file says them in its header, which is its first chunk. The decoder scales grey of fewer bits to 8 and
/// then says 8, also as the original colour type.
fn stored_bits(png: &[u8]) -> Option<u8> {
    /// Behind the signature, the chunk's length and name, width and height.
    const AT: usize = 8 + 4 + 4 + 4 + 4;
    png.get(AT).copied()
}

/// The class of every pixel, or its value when it stands for none; the picture's colour type when that is no label map's.
fn classes_of(
    picture: &DynamicImage,
    stored_bits: Option<u8>,
) -> Result<Vec<Result<ClassIndex, u16>>, String> {
    match (picture, stored_bits) {
        // Its values are scaled: class 3 of 4 bits would be read as 51.
        (DynamicImage::ImageLuma8(_), Some(bits @ (1 | 2 | 4))) => Err(format!("L{bits}")),
        (DynamicImage::ImageLuma8(map), _) => Ok(map
            .as_raw()
            .iter()
            .map(|value| class_of(u16::from(*value)))
            .collect()),
        (DynamicImage::ImageLuma16(map), _) => Ok(map
            .as_raw()
            .iter()
            .map(|value| class_of_16(*value))
            .collect()),
        (other, _) => Err(format!("{:?}", other.color())),
    }
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
    fn fewer_than_eight_bits_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("map.png");
        let byte = GrayImage::from_raw(1, 1, vec![0x33]).unwrap();
        byte.save(&path).unwrap();
        let eight_bits = std::fs::read(&path).unwrap();
        // The byte as several pixels; the checksums are those of the header chunk.
        for (bits, width, checksum) in [
            (1, 8, 0xcb7b_d2ee_u32),
            (2, 4, 0x96e7_48b0),
            (4, 2, 0x14b9_cd57),
        ] {
            let mut map = eight_bits.clone();
            map[19] = width;
            map[24] = bits;
            map[29..33].copy_from_slice(&checksum.to_be_bytes());
            std::fs::write(&path, &map).unwrap();
            let scaled = image::load_from_memory(&map).unwrap();
            assert_eq!(scaled.color(), image::ColorType::L8);
            assert_eq!(scaled.width(), u32::from(width));
            let message = read(&path).unwrap_err().to_string();
            assert!(
                message.contains(&format!("this picture is L{bits}")),
                "{message}"
            );
        }
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
