//! One photo: its bytes read once, its pixels decoded once, as displayed, and what its metadata says of the camera.
//!
//! # What the pixels are
//! 8-bit sRGB, as displayed. Deeper samples are scaled; grey is repeated; transparency is laid over white; four-component
//! JPEGs are read as Adobe writes them (inverted); an embedded RGB profile, such as Display P3, is converted; of several
//! frames the first (for HEIC: the primary picture) is taken. HDR pictures keep their own tone curve.

mod alpha;
mod apple;
mod colour;
mod decode;
mod depth;
mod error;
mod focal;
mod gravity;
mod heic;
mod ifd;
mod image_formats;
mod jpeg;
mod metadata;
mod orient;
mod pixels;
mod raster;
pub mod segments;
mod sniff;
mod source;
#[cfg(test)]
mod test_files;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::geometry::camera::ImageSize;
use crate::geometry::quarter_turns::QuarterTurns;
use crate::warning::Warning;

pub use decode::{claimed_pixels, decode, decode_with, read_metadata};
pub use error::{AV1_ADVICE, DecodeError, PhotoError};
pub use heic::{FOREIGN_CODECS_ADVICE, decodes_avif, foreign_codecs};
pub use metadata::Metadata;
pub use orient::Orientation;
pub use pixels::{DisplayedPixels, PixelRequest, decode as decode_pixels};
pub use sniff::sniff;
pub use source::{Limits, PhotoBytes, read};

/// A decoded photo.
#[derive(Debug, Clone)]
pub struct Photo {
    /// 8-bit sRGB pixels, as displayed: upright, unless the file tells a wrong orientation or none.
    pub pixels: image::RgbImage,
    /// The container it came in.
    pub format: PhotoFormat,
    /// EXIF Orientation 1-8 as stored (for HEIC it is not applied: the container's own rotation is).
    pub orientation: u8,
    /// What the metadata says.
    pub metadata: Metadata,
    /// Found while reading and decoding.
    pub warnings: Vec<Warning>,
    /// What it cost.
    pub timings: PhotoTimings,
}

impl Photo {
    /// The displayed photo's size.
    #[must_use]
    pub fn size(&self) -> ImageSize {
        ImageSize {
            width: self.pixels.width(),
            height: self.pixels.height(),
        }
    }

    /// What brings the photo upright, as far as gravity tells: none, unless it is displayed on its side. Once there are labels,
    /// [`turns_needed`](crate::measure::turns_needed) knows better.
    #[must_use]
    pub fn turns(&self) -> QuarterTurns {
        (self.metadata.gravity).map_or(QuarterTurns::NONE, QuarterTurns::of_gravity)
    }

    /// The upright photo's size, as far as gravity tells.
    #[must_use]
    pub fn upright_size(&self) -> ImageSize {
        self.turns().size(self.size())
    }
}

/// What decoding a photo cost, milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PhotoTimings {
    /// Pixels: decoding, colour and turning as displayed.
    pub decode_ms: f64,
    /// Reading EXIF.
    pub exif_ms: f64,
}

/// Containers told apart by their first bytes, never by the file's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)] // Named by their formats.
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

impl PhotoFormat {
    /// Whether the container turns its picture by itself, so that EXIF Orientation must not be applied.
    const fn turns_itself(self) -> bool {
        matches!(self, Self::Heic | Self::Avif)
    }
}

impl std::fmt::Display for PhotoFormat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Webp => "WebP",
            Self::Heic => "HEIC",
            Self::Avif => "AVIF",
            Self::Gif => "GIF",
            Self::Bmp => "BMP",
            Self::Tiff => "TIFF",
        })
    }
}
