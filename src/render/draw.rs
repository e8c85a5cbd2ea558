//! Random draws of one photo, in a fixed order, so that a photo depends on nothing but its seed and number.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

/// A stream of random numbers that belongs to one purpose of one photo.
pub(super) struct Draw {
    rng: ChaCha8Rng,
}

/// What a stream of random numbers decides. Each purpose has a stream of its own, so that a longer draw in one of them
/// does not change the others.
#[derive(Debug, Clone, Copy)]
pub(super) enum Purpose {
    /// Room, camera and furnishing.
    Room = 1,
    /// Directions of light samples.
    Light = 2,
    /// Sensor noise and the other faults of a camera.
    Film = 3,
    /// Metadata.
    Exif = 4,
    /// Displacement of label boundaries.
    Roughening = 5,
}

impl Draw {
    /// The stream of `purpose` for photo `index` of the run with `seed`.
    pub(super) fn new(seed: u64, index: u64, purpose: Purpose) -> Self {
        let mut key = [0_u8; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&index.to_le_bytes());
        key[16] = purpose as u8;
        Self {
            rng: ChaCha8Rng::from_seed(key),
        }
    }

    /// Uniform in `[low, high)`.
    pub(super) fn uniform(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.rng.random::<f32>()
    }

    /// Normal with the given mean and standard deviation.
    pub(super) fn normal(&mut self, mean: f32, deviation: f32) -> f32 {
        let unit: f32 = StandardNormal.sample(&mut self.rng);
        mean + deviation * unit
    }

    /// True with probability `p`.
    pub(super) fn chance(&mut self, p: f32) -> bool {
        self.rng.random::<f32>() < p
    }

    /// An integer in `0..n`; 0 when `n` is 0.
    pub(super) fn below(&mut self, n: usize) -> usize {
        if n == 0 {
            0
        } else {
            self.rng.random_range(0..n)
        }
    }

    /// One of `choices`, all equally likely.
    pub(super) fn pick<T: Copy, const N: usize>(&mut self, choices: [T; N]) -> T {
        choices[self.below(N)]
    }

    /// One of `choices`, by weight.
    pub(super) fn weighted<T: Copy, const N: usize>(&mut self, choices: [(T, f32); N]) -> T {
        let total: f32 = choices.iter().map(|(_, weight)| weight).sum();
        let mut left = self.uniform(0.0, total);
        for (choice, weight) in choices {
            left -= weight;
            if left < 0.0 {
                return choice;
            }
        }
        choices[N - 1].0
    }

    /// 32 random bits.
    pub(super) fn bits(&mut self) -> u32 {
        self.rng.random()
    }
}
