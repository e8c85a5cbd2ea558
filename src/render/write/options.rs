//! What to render, and in which form.

use std::{path::PathBuf, str::FromStr};

use crate::photo::Limits;
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
#[error(
    "expected WIDTHxHEIGHT such as 1024x768, each side 16 to 8192 and the longer one at most {most} times the shorter, not {0:?}",
    most = most_elongated()
)]
pub struct UnknownSize(String);

/// Long side over short side, at most: as much as is measured by default. Longer strips see so little of any wall that the
/// search for a room takes hundreds of rooms a photo.
fn most_elongated() -> f64 {
    Limits::default().max_aspect
}

/// Reads a size such as `512x384`; returns its longer and shorter side, px.
///
/// # Errors
/// When the text has another form, a side is outside 16-8192, or the longer one is too long for the shorter.
pub fn parse_size(text: &str) -> Result<[u32; 2], UnknownSize> {
    let unknown = || UnknownSize(text.to_owned());
    let (width, height) = text.split_once(['x', 'X']).ok_or_else(unknown)?;
    let width: u32 = width.trim().parse().map_err(|_| unknown())?;
    let height: u32 = height.trim().parse().map_err(|_| unknown())?;
    let [long, short] = [width.max(height), width.min(height)];
    let range = 16..=8192;
    if range.contains(&long)
        && range.contains(&short)
        && f64::from(long) <= most_elongated() * f64::from(short)
    {
        Ok([long, short])
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
