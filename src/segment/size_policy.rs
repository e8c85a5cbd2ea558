//! From the size of a photo to the size of the network's input.
//!
//! The rules are those of the reference image processor (`get_size_with_aspect_ratio` of transformers): scale by the
//! shortest edge unless the longest would grow too long, truncate, then round both sides UP to a multiple of the
//! divisor. The photo is stretched to that size, not padded.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::geometry::camera::ImageSize;

/// The longest side that `--long-side` and the policies may ask for, px: above it, attention's memory grows beyond what any
/// machine has.
pub const LONGEST_SIDE: u32 = 8192;

/// A model's own rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SizePolicy {
    /// Scale so that the shortest edge is as given, unless the longest edge would exceed its limit.
    #[serde(rename_all = "camelCase")]
    Edges {
        /// Wanted length of the shorter side, px.
        shortest_edge: u32,
        /// Limit of the longer side, px.
        #[serde(default)]
        longest_edge: Option<u32>,
        /// Both sides are rounded up to a multiple of this.
        #[serde(default = "no_divisor")]
        divisor: u32,
    },
    /// The same size for every photo.
    Fixed {
        /// Rows, px.
        height: u32,
        /// Columns, px.
        width: u32,
        /// Both sides are rounded up to a multiple of this.
        #[serde(default = "no_divisor")]
        divisor: u32,
    },
}

const fn no_divisor() -> u32 {
    1
}

impl fmt::Display for SizePolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Edges {
                shortest_edge,
                longest_edge: Some(longest_edge),
                divisor,
            } => {
                write!(
                    f,
                    "shortest edge {shortest_edge}, longest edge at most {longest_edge}, multiples of {divisor}"
                )
            }
            Self::Edges {
                shortest_edge,
                longest_edge: None,
                divisor,
            } => {
                write!(f, "shortest edge {shortest_edge}, multiples of {divisor}")
            }
            Self::Fixed {
                height,
                width,
                divisor,
            } => write!(f, "{height} x {width}, multiples of {divisor}"),
        }
    }
}

/// A policy with a side or divisor that is zero or beyond [`LONGEST_SIDE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("input sizes must be between 1 and {LONGEST_SIDE} px, got {0}")]
pub struct SizePolicyError(pub u32);

/// The size of a network input and of the photo that it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InputSize {
    /// Rows and columns of the input, multiples of the divisor.
    pub network: [u32; 2],
    /// The photo scaled to about that size with its aspect kept: columns of label maps are as wide as rows are high.
    pub picture: ImageSize,
}

impl SizePolicy {
    /// The policy itself, if its numbers make sense.
    ///
    /// # Errors
    /// When a side is zero or too large, or the divisor is zero.
    pub fn validated(self) -> Result<Self, SizePolicyError> {
        let (sides, divisor) = match self {
            Self::Edges {
                shortest_edge,
                longest_edge,
                divisor,
            } => (
                [shortest_edge, longest_edge.unwrap_or(LONGEST_SIDE)],
                divisor,
            ),
            Self::Fixed {
                height,
                width,
                divisor,
            } => ([height, width], divisor),
        };
        for value in sides.into_iter().chain([divisor]) {
            if !(1..=LONGEST_SIDE).contains(&value) {
                return Err(SizePolicyError(value));
            }
        }
        Ok(self)
    }

    /// The input for a photo: by the policy, or, with `long_side`, scaled so that the photo's longer side is that long.
    #[must_use]
    pub fn input_size(&self, photo: ImageSize, long_side: Option<u32>) -> InputSize {
        let (divisor, scaled) = match (*self, long_side) {
            (Self::Edges { divisor, .. } | Self::Fixed { divisor, .. }, Some(long_side)) => {
                (divisor, scale_to_long_side(photo, long_side))
            }
            (
                Self::Edges {
                    shortest_edge,
                    longest_edge,
                    divisor,
                },
                None,
            ) => (divisor, scale_to_edges(photo, shortest_edge, longest_edge)),
            (
                Self::Fixed {
                    height,
                    width,
                    divisor,
                },
                None,
            ) => {
                return InputSize {
                    network: [round_up(height, divisor), round_up(width, divisor)],
                    picture: scale_to_edges(photo, height.min(width), None),
                };
            }
        };
        InputSize {
            network: [
                round_up(scaled.height, divisor),
                round_up(scaled.width, divisor),
            ],
            picture: scaled,
        }
    }
}

/// `get_size_with_aspect_ratio` of the reference, step by step, because its truncations decide sizes.
fn scale_to_edges(photo: ImageSize, shortest: u32, longest: Option<u32>) -> ImageSize {
    let (width, height) = (f64::from(photo.width), f64::from(photo.height));
    let (short, long) = (width.min(height), width.max(height));
    let mut exact = f64::from(shortest);
    let mut size = exact;
    if let Some(limit) = longest.map(f64::from)
        && long / short * exact > limit
    {
        exact = limit * short / long;
        size = exact.round_ties_even();
    }
    // Of the right size as it is; a longer photo is cut down below, as it is where its short side has another length.
    if photo.width.min(photo.height) == to_pixels(size)
        && photo.width.max(photo.height) <= LONGEST_SIDE
    {
        return photo;
    }
    if photo.width < photo.height {
        ImageSize {
            width: to_pixels(size),
            height: to_pixels(exact * height / width),
        }
    } else {
        ImageSize {
            width: to_pixels(exact * width / height),
            height: to_pixels(size),
        }
    }
}

/// The photo with its longer side at `long_side`, the other rounded.
fn scale_to_long_side(photo: ImageSize, long_side: u32) -> ImageSize {
    let long = f64::from(photo.width.max(photo.height));
    let scale = |side: u32| to_pixels((f64::from(side) * f64::from(long_side) / long).round());
    ImageSize {
        width: scale(photo.width),
        height: scale(photo.height),
    }
}

/// Truncates to whole pixels, within 1 and [`LONGEST_SIDE`] (an extremely long photo has a side of one pixel, not none).
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // clamped to the range of u32 first
fn to_pixels(length: f64) -> u32 {
    length.clamp(1.0, f64::from(LONGEST_SIDE)) as u32
}

fn round_up(length: u32, divisor: u32) -> u32 {
    length.next_multiple_of(divisor)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const fn size(width: u32, height: u32) -> ImageSize {
        ImageSize { width, height }
    }

    const fn edges(shortest_edge: u32, longest_edge: u32) -> SizePolicy {
        SizePolicy::Edges {
            shortest_edge,
            longest_edge: Some(longest_edge),
            divisor: 32,
        }
    }

    #[test]
    fn sizes_of_the_reference_processor() {
        let unlimited = SizePolicy::Edges {
            shortest_edge: 640,
            longest_edge: None,
            divisor: 32,
        };
        // Policy, photo (w, h), wanted input (h, w), as transformers' Mask2FormerImageProcessor gives them.
        let table = [
            (edges(640, 2560), size(4032, 3024), [640, 864]),
            (edges(640, 2560), size(3024, 4032), [864, 640]),
            (edges(640, 2560), size(768, 576), [640, 864]),
            (edges(640, 2560), size(512, 384), [640, 864]),
            (edges(512, 2048), size(4032, 3024), [512, 704]),
            (edges(512, 2048), size(4000, 4000), [512, 512]),
            (edges(640, 2560), size(9000, 1000), [288, 2560]),
            (edges(640, 2560), size(640, 900), [928, 640]),
            (edges(256, 512), size(1600, 600), [192, 512]),
            (edges(256, 512), size(344, 256), [256, 352]),
            (unlimited, size(640, 8192), [8192, 640]),
            // The reference knows no LONGEST_SIDE, whatever the short side is.
            (unlimited, size(640, 12_800), [8192, 640]),
            (unlimited, size(641, 12_800), [8192, 640]),
        ];
        for (policy, photo, wanted) in table {
            assert_eq!(
                policy.input_size(photo, None).network,
                wanted,
                "{policy:?} {photo:?}"
            );
        }
        let fixed = SizePolicy::Fixed {
            height: 384,
            width: 384,
            divisor: 32,
        };
        let input = fixed.input_size(size(4032, 3024), None);
        assert_eq!(input.network, [384, 384]);
        assert_eq!(input.picture, size(512, 384));
    }

    #[test]
    fn long_side_sets_the_real_input() {
        let policy = edges(640, 2560);
        let network = |side| policy.input_size(size(4032, 3024), Some(side)).network;
        assert_eq!(network(512), [384, 512]);
        assert_eq!(network(1024), [768, 1024]);
        assert_eq!(network(500), [384, 512]);
    }

    #[test]
    fn both_forms_are_read_from_metadata() {
        let read = |text| serde_json::from_str::<SizePolicy>(text).unwrap();
        assert_eq!(
            read(r#"{"shortestEdge": 640, "longestEdge": 2560, "divisor": 32}"#),
            edges(640, 2560)
        );
        assert_eq!(
            read(r#"{"height": 384, "width": 384, "divisor": 32}"#),
            SizePolicy::Fixed {
                height: 384,
                width: 384,
                divisor: 32
            }
        );
        assert!(serde_json::from_str::<SizePolicy>(r#"{"width": 384}"#).is_err());
    }

    #[test]
    fn senseless_policies_are_refused() {
        assert!(edges(0, 2560).validated().is_err());
        assert!(edges(640, 100_000).validated().is_err());
        assert!(edges(640, 2560).validated().is_ok());
    }

    proptest! {
        #[test]
        fn inputs_are_multiples_and_pictures_keep_the_aspect(
            width in 1u32..12_000, height in 1u32..12_000, long_side in proptest::option::of(32u32..2000)
        ) {
            let photo = size(width, height);
            let input = edges(256, 512).input_size(photo, long_side);
            prop_assert!(input.network.iter().all(|side| *side > 0 && side % 32 == 0));
            prop_assert!(input.network[0] >= input.picture.height && input.network[0] - input.picture.height < 32);
            prop_assert!(input.network[1] >= input.picture.width && input.network[1] - input.picture.width < 32);
            // Each side is within a pixel of the same scale.
            let scale = input.picture.diagonal() / photo.diagonal();
            prop_assert!((f64::from(width) * scale - f64::from(input.picture.width)).abs() <= 2.0);
            prop_assert!((f64::from(height) * scale - f64::from(input.picture.height)).abs() <= 2.0);
        }
    }
}
