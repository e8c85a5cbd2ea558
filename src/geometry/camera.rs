//! What is known of the camera before a room is fitted: its focal length and the direction of gravity, each with an
//! uncertainty and a source.

use nalgebra::Vector3;
use serde::{Deserialize, Serialize};

/// Width and height of a picture in pixels, as displayed or turned upright.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageSize {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl ImageSize {
    /// The length of the diagonal, px.
    #[must_use]
    pub fn diagonal(self) -> f64 {
        f64::from(self.width).hypot(f64::from(self.height))
    }
}

/// Where a focal length comes from, the most trusted first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FocalSource {
    /// Given by the user as a field of view.
    User,
    /// The intrinsic matrix of embedded depth metadata.
    Depth,
    /// EXIF FocalLengthIn35mmFilm, by the diagonal.
    Exif35mm,
    /// EXIF FocalLength and FocalPlaneXResolution.
    ExifFocalPlane,
    /// The room's lines, which converge in orthogonal vanishing points.
    VanishingPoints,
    /// A usual phone camera.
    Default,
}

/// A focal length in pixels, which are square: the same however the photo is turned. With its uncertainty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Focal {
    /// Focal length, px of the photo at full size.
    pub px: f64,
    /// Standard deviation of `ln px`.
    pub sigma_ln: f64,
    /// Where it comes from.
    pub source: FocalSource,
}

/// A measured direction of gravity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gravity {
    /// Unit vector pointing down, in the camera frame of the picture, as displayed or turned upright (x right, y down, z forward).
    pub down: Vector3<f64>,
    /// Standard deviation of the pitch, radians.
    pub sigma_pitch: f64,
    /// Standard deviation of the roll, radians.
    pub sigma_roll: f64,
}

/// Where the direction of gravity comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GravitySource {
    /// The accelerometer's vector in Apple's MakerNote.
    Makernote,
    /// The vanishing point of vertical edges.
    VerticalVp,
    /// Both, weighted.
    Fused,
    /// How people usually hold a phone.
    Prior,
}

/// A straight edge found in the photo.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LineSegment {
    /// One end, px of the photo at full size.
    pub from: [f64; 2],
    /// The other end, px of the photo at full size.
    pub to: [f64; 2],
}
