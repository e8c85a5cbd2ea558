//! The vocabulary of warnings: a closed set, carried in the result, explained here once for all reports.

use serde::{Deserialize, Serialize};

/// Something the reader must know before trusting a measurement. Serialised as its snake_case code.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // Each code is explained by `Warning::explain`, the one place a user reads it.
pub enum Warning {
    FocalFromDefault,
    FocalAmbiguousCrop,
    FocalConflict,
    UltraWideLens,
    GravityMissing,
    GravityConflict,
    GravityOrientationMismatch,
    FloorLineMissing,
    FloorLineOccluded,
    CeilingLineMissing,
    HeightFromPrior,
    LeftEndCut,
    RightEndCut,
    WidthIsLowerBound,
    ScaleConflict,
    CameraHeightUnusual,
    CeilingNotParallel,
    MultipleWalls,
    NotABox,
    MirrorOrWindowAmbiguity,
    DoorScaleRejected,
    LowConfidence,
    NoWall,
    PictureTurned,
    FallbackMask,
    CloudLabels,
    ExifDamaged,
    ExifMissing,
    PictureDamaged,
}

impl Warning {
    /// One sentence for people.
    #[must_use]
    pub const fn explain(self) -> &'static str {
        match self {
            Self::FocalFromDefault => {
                "no focal length in the photo: a usual phone camera is assumed"
            }
            Self::FocalAmbiguousCrop => "the picture looks cropped: its focal length is uncertain",
            Self::FocalConflict => {
                "the field of view given is not that of the photo's EXIF: the one given is used"
            }
            Self::UltraWideLens => {
                "taken with an ultra-wide lens, whose distortion is not modelled"
            }
            Self::GravityMissing => {
                "no usable accelerometer reading in the photo: the tilt comes from the picture alone"
            }
            Self::GravityConflict => "the accelerometer and the vertical edges disagree",
            Self::GravityOrientationMismatch => {
                "the accelerometer does not fit the way the picture is displayed"
            }
            Self::FloorLineMissing => "the line between wall and floor is not visible",
            Self::FloorLineOccluded => "furniture hides most of the line between wall and floor",
            Self::CeilingLineMissing => "the line between wall and ceiling is not visible",
            Self::HeightFromPrior => "the height is what is usual for rooms, not a measurement",
            Self::LeftEndCut => "the wall's left end is outside the picture",
            Self::RightEndCut => "the wall's right end is outside the picture",
            Self::WidthIsLowerBound => {
                "only part of the wall is seen: the full width is a guess from what is usual"
            }
            Self::ScaleConflict => {
                "camera height, ceiling height and doors do not agree on the scale, or sills and worktops speak against it"
            }
            Self::CameraHeightUnusual => "the camera seems to have been unusually high or low",
            Self::CeilingNotParallel => "the ceiling slopes",
            Self::MultipleWalls => {
                "several walls are seen at similar angles: the most frontal one is measured"
            }
            Self::NotABox => "the room does not look like a box",
            Self::MirrorOrWindowAmbiguity => "a mirror or a large window may stand for the wall",
            Self::DoorScaleRejected => "a door was seen but not trusted for scale",
            Self::LowConfidence => "the measurement is little better than a guess",
            Self::NoWall => "no wall is seen",
            Self::PictureTurned => "the picture was turned upright for measuring",
            Self::FallbackMask => "segmentation failed: the whole frame is taken for wall",
            Self::CloudLabels => "segmentation failed here: the labels come from the cloud service",
            Self::ExifDamaged => "the EXIF block is damaged: what could be read is used",
            Self::ExifMissing => "the photo has no EXIF block",
            Self::PictureDamaged => "the picture is damaged; what could be decoded is used",
        }
    }

    /// Whether it is about the photo's file, and holds whatever is made of it.
    #[must_use]
    pub const fn is_of_the_file(self) -> bool {
        matches!(
            self,
            Self::ExifDamaged
                | Self::ExifMissing
                | Self::PictureDamaged
                | Self::FocalAmbiguousCrop
                | Self::UltraWideLens
        )
    }

    /// The code as it stands in reports.
    #[must_use]
    pub fn code(self) -> String {
        serde_json::to_value(self)
            .ok()
            .and_then(|v| v.as_str().map(str::to_owned))
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_lists_every_warning() {
        let page = include_str!("../docs/reference.md");
        let schema = serde_json::to_value(schemars::schema_for!(Warning)).unwrap();
        let codes = schema["enum"].as_array().unwrap();
        assert!(codes.len() > 20);
        for code in codes {
            let warning: Warning = serde_json::from_value(code.clone()).unwrap();
            let row = format!("| `{}` | {} |", warning.code(), warning.explain());
            assert!(page.contains(&row), "{row}");
        }
    }
}
