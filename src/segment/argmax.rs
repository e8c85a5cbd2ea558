//! The best class of every pixel under bilinear upsampling of the scores, without upsampling the scores.
//!
//! Inside one cell, between four neighbouring score samples, every interpolated score is a convex combination of the
//! four. A class whose largest corner is below another's smallest corner cannot win anywhere in the cell, so only the few
//! that can are interpolated, most often one: the result is the argmax over all classes at any output size, with
//! memory that does not depend on the number of classes.

use super::bands::in_bands;
use super::bilinear::{Tap, blend, taps};
use super::scores::Scores;

/// Pixels below which one thread is faster than starting more.
const SMALL_PICTURE: usize = 1 << 20;

/// Index of the best class at every pixel of a picture of `height` x `width`, row-major; the first of equals.
pub(super) fn upsampled_argmax(
    scores: &Scores,
    height: usize,
    width: usize,
    threads: usize,
) -> Vec<u16> {
    let x_taps = taps(scores.width, width);
    let y_taps = taps(scores.height, height);
    let mut best = vec![0; height * width];
    let threads = if best.len() < SMALL_PICTURE {
        1
    } else {
        threads
    };
    in_bands(&mut best, width, threads, |first, band| {
        let mut cells = CellRow::default();
        let mut current = None;
        for (row, y) in band.chunks_exact_mut(width).zip(&y_taps[first..]) {
            if current != Some(y.low) {
                cells.fill(scores, y.low);
                current = Some(y.low);
            }
            for (best, x) in row.iter_mut().zip(&x_taps) {
                *best = match cells.candidates(x.low) {
                    [only] => *only,
                    several => best_of(scores, several, *x, *y),
                };
            }
        }
    });
    best
}

/// The classes that can win in each cell of one row of cells.
#[derive(Debug, Default)]
struct CellRow {
    classes: Vec<u16>,
    /// End of each cell's classes in `classes`.
    ends: Vec<usize>,
    smallest: Vec<f32>,
    largest: Vec<f32>,
}

impl CellRow {
    fn fill(&mut self, scores: &Scores, y: usize) {
        self.classes.clear();
        self.ends.clear();
        let below = (y + 1).min(scores.height - 1);
        for x in 0..scores.width {
            let right = (x + 1).min(scores.width - 1);
            self.smallest.clear();
            self.smallest.extend_from_slice(scores.at(x, y));
            self.largest.clone_from(&self.smallest);
            for corner in [
                scores.at(right, y),
                scores.at(x, below),
                scores.at(right, below),
            ] {
                for ((smallest, largest), score) in
                    self.smallest.iter_mut().zip(&mut self.largest).zip(corner)
                {
                    *smallest = smallest.min(*score);
                    *largest = largest.max(*score);
                }
            }
            let sure = self
                .smallest
                .iter()
                .copied()
                .fold(f32::NEG_INFINITY, f32::max);
            let start = self.classes.len();
            let classes = &mut self.classes;
            classes.extend(
                (0u16..)
                    .zip(&self.largest)
                    .filter(|(_, largest)| **largest >= sure)
                    .map(|(class, _)| class),
            );
            if classes.len() == start {
                classes.push(0); // no score is a number: the first class, as an argmax over equals gives
            }
            self.ends.push(classes.len());
        }
    }

    fn candidates(&self, x: usize) -> &[u16] {
        let start = if x == 0 { 0 } else { self.ends[x - 1] };
        &self.classes[start..self.ends[x]]
    }
}

fn best_of(scores: &Scores, candidates: &[u16], x: Tap, y: Tap) -> u16 {
    let upper = (scores.at(x.low, y.low), scores.at(x.high, y.low));
    let lower = (scores.at(x.low, y.high), scores.at(x.high, y.high));
    let mut best = (f32::NEG_INFINITY, 0);
    for class in candidates {
        let index = usize::from(*class);
        let score = blend(
            blend(upper.0[index], upper.1[index], x.weight),
            blend(lower.0[index], lower.1[index], x.weight),
            y.weight,
        );
        if score > best.0 {
            best = (score, *class);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::scores::Outputs;
    use super::*;

    /// Interpolates the scores of every class at every pixel.
    fn plain(scores: &Scores, height: usize, width: usize) -> Vec<u16> {
        let all: Vec<u16> = (0..u16::try_from(scores.classes).unwrap()).collect();
        let x_taps = taps(scores.width, width);
        taps(scores.height, height)
            .iter()
            .flat_map(|y| {
                x_taps
                    .iter()
                    .map(|x| best_of(scores, &all, *x, *y))
                    .collect::<Vec<_>>()
            })
            .collect()
    }

    proptest! {
        #[test]
        fn equals_the_argmax_of_upsampled_scores(
            class_logits in proptest::collection::vec(-4f32..4.0, 5 * 7),
            mask_logits in proptest::collection::vec(-6f32..6.0, 5 * 4 * 3),
            height in 1usize..40, width in 1usize..40, threads in 1usize..4
        ) {
            let outputs = Outputs {
                class_logits: &class_logits, mask_logits: &mask_logits, queries: 5, classes: 6, height: 4, width: 3,
            };
            let scores = Scores::at_mask_resolution(&outputs, 1);
            prop_assert_eq!(upsampled_argmax(&scores, height, width, threads), plain(&scores, height, width));
        }
    }
}
