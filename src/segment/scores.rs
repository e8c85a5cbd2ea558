//! The network's two outputs to a score for every class at every pixel.
//!
//! `score[class] = sum over queries of softmax(class logits)[class] * sigmoid(mask logit)`, the null class left out: the
//! semantic inference of Mask2Former.

use ndarray::linalg::general_mat_mul;
use ndarray::{ArrayView2, ArrayViewMut2};

use super::bands::in_bands;
use super::bilinear::{interpolate_row, taps};

/// What the network says of one photo.
#[derive(Debug, Clone, Copy)]
pub struct Outputs<'a> {
    /// Logits [queries, classes + 1], the last of each row the null class.
    pub class_logits: &'a [f32],
    /// Logits [queries, height, width].
    pub mask_logits: &'a [f32],
    /// Number of queries.
    pub queries: usize,
    /// Number of classes, the null class not among them.
    pub classes: usize,
    /// Rows of a mask.
    pub height: usize,
    /// Columns of a mask.
    pub width: usize,
}

impl Outputs<'_> {
    /// Softmax of the class logits without the null class: [queries, classes].
    fn class_shares(&self) -> Vec<f32> {
        let mut shares = Vec::with_capacity(self.queries * self.classes);
        for logits in self.class_logits.chunks_exact(self.classes + 1) {
            let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let sum: f32 = logits.iter().map(|logit| (logit - largest).exp()).sum();
            let named = &logits[..self.classes];
            shares.extend(named.iter().map(|logit| (logit - largest).exp() / sum));
        }
        shares
    }

    fn mask(&self, query: usize) -> &[f32] {
        let plane = self.height * self.width;
        &self.mask_logits[query * plane..][..plane]
    }
}

/// Scores of all classes at all pixels; the scores of a pixel lie together.
#[derive(Debug)]
pub(super) struct Scores {
    pub classes: usize,
    pub height: usize,
    pub width: usize,
    values: Vec<f32>,
}

/// Pixels for which masks are held at a time: with 100 queries they fit into the processor's second-level cache.
const PIXELS_A_BLOCK: usize = 1024;

/// Multiplications below which one thread is faster than starting more.
const SMALL_WORK: usize = 8 << 20;

impl Scores {
    /// Scores at the masks' own resolution.
    pub fn at_mask_resolution(outputs: &Outputs, threads: usize) -> Self {
        let width = outputs.width;
        Self::compute(outputs, outputs.height, width, threads, |query, y, row| {
            row.copy_from_slice(&outputs.mask(query)[y * width..][..width]);
        })
    }

    /// Scores after the mask logits were scaled bilinearly to `height` x `width`.
    pub fn at_resolution(outputs: &Outputs, height: usize, width: usize, threads: usize) -> Self {
        let y_taps = taps(outputs.height, height);
        let x_taps = taps(outputs.width, width);
        Self::compute(outputs, height, width, threads, |query, y, row| {
            interpolate_row(outputs.mask(query), outputs.width, y_taps[y], &x_taps, row);
        })
    }

    /// `mask_row(query, y, row)` gives the mask logits of one row.
    fn compute(
        outputs: &Outputs,
        height: usize,
        width: usize,
        threads: usize,
        mask_row: impl Fn(usize, usize, &mut [f32]) + Sync,
    ) -> Self {
        let (queries, classes) = (outputs.queries, outputs.classes);
        let shares = outputs.class_shares();
        let mut values = vec![0.0; height * width * classes];
        let small = values.len() * queries < SMALL_WORK;
        let rows_a_block = (PIXELS_A_BLOCK / width.max(1)).max(1);
        in_bands(
            &mut values,
            width * classes,
            if small { 1 } else { threads },
            |first, band| {
                let mut masks = vec![0.0; queries * rows_a_block * width];
                for (index, block) in band.chunks_mut(rows_a_block * width * classes).enumerate() {
                    let top = first + index * rows_a_block;
                    let pixels = block.len() / classes;
                    let masks = &mut masks[..queries * pixels];
                    for (query, mask) in masks.chunks_exact_mut(pixels).enumerate() {
                        for (row, logits) in mask.chunks_exact_mut(width).enumerate() {
                            mask_row(query, top + row, logits);
                        }
                        mask.iter_mut().for_each(|logit| *logit = sigmoid(*logit));
                    }
                    multiply(masks, &shares, block, [queries, pixels, classes]);
                }
            },
        );
        Self {
            classes,
            height,
            width,
            values,
        }
    }

    /// The scores of the pixel at column `x`, row `y`.
    pub fn at(&self, x: usize, y: usize) -> &[f32] {
        &self.values[(y * self.width + x) * self.classes..][..self.classes]
    }
}

/// `scores [pixels, classes] = masks [queries, pixels] transposed * shares [queries, classes]`.
fn multiply(
    masks: &[f32],
    shares: &[f32],
    scores: &mut [f32],
    [queries, pixels, classes]: [usize; 3],
) {
    // The slices are cut to these shapes by the caller, so the views cannot fail; a mismatch leaves the scores at 0.
    let views = (
        ArrayView2::from_shape((queries, pixels), masks),
        ArrayView2::from_shape((queries, classes), shares),
        ArrayViewMut2::from_shape((pixels, classes), scores),
    );
    if let (Ok(masks), Ok(shares), Ok(mut scores)) = views {
        general_mat_mul(1.0, &masks.t(), &shares, 0.0, &mut scores);
    }
}

fn sigmoid(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit).exp())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Two queries, two classes, a mask of 1 x 2: small enough to compute by hand.
    #[test]
    fn scores_are_as_computed_by_hand() {
        // Class logits ln 1, ln 2, ln 1 (null) and ln 3, ln 1, ln 0: shares 1/4, 2/4 and 3/4, 1/4.
        let class_logits = [1.0, 2.0, 1.0, 3.0, 1.0, 0.0].map(f32::ln);
        // Mask logits 0 and ln 3: sigmoids 1/2 and 3/4; -ln 3 and a large one: 1/4 and 1.
        let mask_logits = [0.0, 3f32.ln(), -3f32.ln(), 100.0];
        let outputs = Outputs {
            class_logits: &class_logits,
            mask_logits: &mask_logits,
            queries: 2,
            classes: 2,
            height: 1,
            width: 2,
        };
        let scores = Scores::at_mask_resolution(&outputs, 2);
        let wanted = [
            [0.25 * 0.5 + 0.75 * 0.25, 0.5 * 0.5 + 0.25 * 0.25],
            [0.25 * 0.75 + 0.75, 0.5 * 0.75 + 0.25],
        ];
        for (x, wanted) in wanted.iter().enumerate() {
            for (got, wanted) in scores.at(x, 0).iter().zip(wanted) {
                assert!((got - wanted).abs() < 1e-6, "{got} {wanted}");
            }
        }
    }

    #[test]
    fn threads_do_not_change_scores() {
        let (queries, classes, height, width) = (20, 12, 96, 120);
        let wave = |count: usize, step: f32| -> Vec<f32> {
            (0..count)
                .map(|index| (index as f32 * step).sin() * 4.0)
                .collect()
        };
        let class_logits = wave(queries * (classes + 1), 0.7);
        let mask_logits = wave(queries * height * width, 0.013);
        let outputs = Outputs {
            class_logits: &class_logits,
            mask_logits: &mask_logits,
            queries,
            classes,
            height,
            width,
        };
        let one = Scores::at_resolution(&outputs, 200, 200, 1);
        let three = Scores::at_resolution(&outputs, 200, 200, 3);
        assert_eq!(one.values, three.values);
    }
}
