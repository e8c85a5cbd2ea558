//! Bilinear interpolation as torch's `interpolate(mode="bilinear", align_corners=False)` does it: centres of pixels are
//! aligned, borders are repeated, and nothing is averaged when scaling down.

/// The two neighbours of an output position along one axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Tap {
    /// Index of the neighbour at or before the position.
    pub low: usize,
    /// Index of the neighbour after it; equal to `low` at the end.
    pub high: usize,
    /// Weight of `high`; that of `low` is the rest.
    pub weight: f32,
}

/// Taps of all `output` positions over `input` samples; in f32, as torch computes them.
#[allow(clippy::cast_precision_loss)] // sides of pictures are far below 2^24
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // the source position is not negative, and below `input`
pub(super) fn taps(input: usize, output: usize) -> Vec<Tap> {
    let scale = input as f32 / output as f32;
    let last = input.saturating_sub(1);
    (0..output)
        .map(|position| {
            let source = ((position as f32 + 0.5) * scale - 0.5).max(0.0);
            let low = (source as usize).min(last);
            Tap {
                low,
                high: (low + 1).min(last),
                weight: (source - low as f32).clamp(0.0, 1.0),
            }
        })
        .collect()
}

/// One output row of a plane of `width` columns, at the vertical tap `y`.
pub(super) fn interpolate_row(
    plane: &[f32],
    width: usize,
    y: Tap,
    x_taps: &[Tap],
    row: &mut [f32],
) {
    let upper = &plane[y.low * width..][..width];
    let lower = &plane[y.high * width..][..width];
    for (value, x) in row.iter_mut().zip(x_taps) {
        *value = blend(
            blend(upper[x.low], upper[x.high], x.weight),
            blend(lower[x.low], lower[x.high], x.weight),
            y.weight,
        );
    }
}

/// `low` and `high` in the shares `1 - weight` and `weight`.
pub(super) fn blend(low: f32, high: f32, weight: f32) -> f32 {
    (1.0 - weight) * low + weight * high
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resized(samples: &[f32], output: usize) -> Vec<f32> {
        let mut row = vec![0.0; output];
        let y = Tap {
            low: 0,
            high: 0,
            weight: 0.0,
        };
        interpolate_row(
            samples,
            samples.len(),
            y,
            &taps(samples.len(), output),
            &mut row,
        );
        row
    }

    #[test]
    fn values_are_torchs() {
        // torch.nn.functional.interpolate of [0, 10, 30] with align_corners=False.
        assert_eq!(
            resized(&[0.0, 10.0, 30.0], 6),
            [0.0, 2.5, 7.5, 15.0, 25.0, 30.0]
        );
        assert_eq!(resized(&[0.0, 10.0, 30.0, 50.0], 2), [5.0, 40.0]);
        assert_eq!(resized(&[0.0, 10.0, 30.0], 3), [0.0, 10.0, 30.0]);
        assert_eq!(resized(&[4.0], 3), [4.0, 4.0, 4.0]);
    }
}
