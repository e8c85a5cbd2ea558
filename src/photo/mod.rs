//! One photo: its bytes read once, its pixels decoded once, upright, and what its metadata says of the camera.

use crate::geometry::camera::{Focal, Gravity, ImageSize};
use crate::measure::Warning;

/// A decoded photo.
#[derive(Debug, Clone)]
pub struct Photo {
    /// 8-bit sRGB pixels, upright.
    pub pixels: image::RgbImage,
    /// The container it came in.
    pub format: PhotoFormat,
    /// EXIF Orientation 1-8 as stored (for HEIC it is not applied: the container's own rotation is).
    pub orientation: u8,
    /// What the metadata says.
    pub metadata: Metadata,
    /// Found while reading and decoding.
    pub warnings: Vec<Warning>,
}

impl Photo {
    /// The upright photo's size.
    #[must_use]
    pub fn size(&self) -> ImageSize {
        ImageSize {
            width: self.pixels.width(),
            height: self.pixels.height(),
        }
    }
}

/// Containers told apart by their first bytes, never by the file's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum PhotoFormat {
    Jpeg,
    Png,
    Webp,
    Heic,
    Avif,
    Gif,
    Bmp,
    Tiff,
}

/// What EXIF and the container say of the camera, in terms of the upright photo.
#[derive(Debug, Clone, Default)]
pub struct Metadata {
    /// Maker of the camera.
    pub make: Option<String>,
    /// Model of the camera.
    pub model: Option<String>,
    /// Lens.
    pub lens: Option<String>,
    /// Focal length from the metadata, if it says any; never `Default` or `User`.
    pub focal: Option<Focal>,
    /// Gravity from Apple's MakerNote, when it passes its guards.
    pub gravity: Option<Gravity>,
}
