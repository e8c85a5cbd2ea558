//! What to render, and in which form.

use std::{path::PathBuf, str::FromStr};

use crate::render::Scenario;

/// File type of the photos.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PhotoFormat {
    /// JPEG, of random quality.
    #[default]
    Jpg,
    /// PNG.
    Png,
}

/// A photo format that is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown photo format {0:?}; known are jpg and png")]
pub struct UnknownFormat(String);

impl FromStr for PhotoFormat {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "jpg" | "jpeg" => Ok(Self::Jpg),
            "png" => Ok(Self::Png),
            _ => Err(UnknownFormat(name.to_owned())),
        }
    }
}

impl PhotoFormat {
    pub(super) const fn ending(self) -> &'static str {
        match self {
            Self::Jpg => "jpg",
            Self::Png => "png",
        }
    }
}

/// A picture size that cannot be read or rendered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected WIDTHxHEIGHT such as 1024x768, each side 16 to 8192, not {0:?}")]
pub struct UnknownSize(String);

/// Reads a size such as `512x384`; returns its longer and shorter side, px.
///
/// # Errors
/// When the text has another form or a side is outside 16-8192.
pub fn parse_size(text: &str) -> Result<[u32; 2], UnknownSize> {
    let unknown = || UnknownSize(text.to_owned());
    let (width, height) = text.split_once(['x', 'X']).ok_or_else(unknown)?;
    let width: u32 = width.trim().parse().map_err(|_| unknown())?;
    let height: u32 = height.trim().parse().map_err(|_| unknown())?;
    let range = 16..=8192;
    if range.contains(&width) && range.contains(&height) {
        Ok([width.max(height), width.min(height)])
    } else {
        Err(unknown())
    }
}

/// What to render.
#[derive(Debug, Clone)]
pub struct RoomsOptions {
    /// Folder for photos, `labels/` and `ground_truth.json`; made when absent.
    pub out: PathBuf,
    /// Number of photos.
    pub count: usize,
    /// Photo `i` depends on this, on `i`, the scenario and the size alone.
    pub seed: u64,
    /// One kind of room, or a mix of all.
    pub scenario: Option<Scenario>,
    /// Longer and shorter side, px; every third photo or so is portrait.
    pub size: [u32; 2],
    /// File type of the photos.
    pub format: PhotoFormat,
    /// Renders labels and truth alone; the photos become blank pictures of the same size with the same EXIF.
    pub labels_only: bool,
    /// Standard deviation by which label boundaries are displaced, px of a picture 1024 px long; 0 for exact labels.
    pub roughen_px: f32,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomsSummary {
    /// Photos written.
    pub photos: usize,
    /// The ground-truth file.
    pub ground_truth: PathBuf,
}
