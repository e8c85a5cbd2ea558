//! The network's outputs to a label map, in two ways.

use serde::{Deserialize, Serialize};

use super::argmax::upsampled_argmax;
use super::scores::{Outputs, Scores};
use crate::ade20k::{ClassIndex, UNKNOWN};
use crate::geometry::camera::ImageSize;
use crate::label_map::{LabelMap, LabelMapSizeError};

/// Side of the square that the reference scales all masks to, whatever the photo.
const REFERENCE_SIDE: usize = 384;

/// How scores become labels.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum PostProcessing {
    /// Scores at the masks' resolution, upsampled to the size at which the network saw the photo, aspect kept.
    #[default]
    Default,
    /// The reference implementation's steps: mask logits to 384 x 384, scores there, upsampled to the photo's size.
    Reference,
}

impl PostProcessing {
    /// The label map; `ade_indices` holds the ADE20K index of each class, `seen` the size at which the network saw the photo
    /// (before rounding to its divisor), `photo` the photo's own size.
    ///
    /// # Errors
    /// When a size is empty.
    pub fn label_map(
        self,
        outputs: &Outputs,
        ade_indices: &[ClassIndex],
        seen: ImageSize,
        photo: ImageSize,
        threads: usize,
    ) -> Result<LabelMap, LabelMapSizeError> {
        let (scores, size) = match self {
            Self::Default => (Scores::at_mask_resolution(outputs, threads), seen),
            Self::Reference => {
                let side = REFERENCE_SIDE;
                (Scores::at_resolution(outputs, side, side, threads), photo)
            }
        };
        let best = upsampled_argmax(&scores, size.height as usize, size.width as usize, threads);
        let class = |index: u16| {
            ade_indices
                .get(usize::from(index))
                .copied()
                .unwrap_or(UNKNOWN)
        };
        LabelMap::new(
            size.width,
            size.height,
            best.into_iter().map(class).collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ade20k::{CEILING, FLOOR};

    #[test]
    fn both_ways_find_the_halves_of_a_picture() {
        // One query a class; the left half is floor, the right half ceiling.
        let class_logits = [9.0, 0.0, 0.0, 0.0, 9.0, 0.0];
        let left = [9.0, 9.0, -9.0, -9.0];
        let mask_logits: Vec<f32> = [
            left,
            left,
            left.map(|logit: f32| -logit),
            left.map(|logit: f32| -logit),
        ]
        .concat();
        let outputs = Outputs {
            class_logits: &class_logits,
            mask_logits: &mask_logits,
            queries: 2,
            classes: 2,
            height: 2,
            width: 4,
        };
        let seen = ImageSize {
            width: 16,
            height: 8,
        };
        let photo = ImageSize {
            width: 100,
            height: 50,
        };
        for (way, size) in [
            (PostProcessing::Default, seen),
            (PostProcessing::Reference, photo),
        ] {
            let map = way
                .label_map(&outputs, &[FLOOR, CEILING], seen, photo, 2)
                .unwrap();
            assert_eq!((map.width(), map.height()), (size.width, size.height));
            for y in 0..map.height() {
                for x in 0..map.width() {
                    let wanted = if x < map.width() / 2 { FLOOR } else { CEILING };
                    assert_eq!(map.at(x, y), wanted, "{way:?} at {x}, {y}");
                }
            }
        }
    }
}
