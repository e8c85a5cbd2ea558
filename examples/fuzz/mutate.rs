//! Damage, as blind as it is thorough.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Numbers at which counts, offsets and sizes go wrong.
const EDGES: [u32; 10] = [
    0,
    1,
    2,
    0x7f,
    0x80,
    0xff,
    0xffff,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
];
/// Longest input: what is long is slow, and hardly more diverse.
const LONGEST: usize = 1 << 16;

/// A seed with one to eight kinds of damage.
pub fn mutated(seeds: &[Vec<u8>], random: &mut ChaCha8Rng) -> Vec<u8> {
    let mut bytes = seeds[random.random_range(0..seeds.len())].clone();
    for _ in 0..random.random_range(1..=8) {
        if bytes.is_empty() {
            bytes.push(random.random());
        }
        let at = random.random_range(0..bytes.len());
        match random.random_range(0..9) {
            0 => bytes[at] ^= 1 << random.random_range(0..8),
            1 => bytes[at] = random.random(),
            2 => {
                let edge = EDGES[random.random_range(0..EDGES.len())].to_be_bytes();
                overwrite(&mut bytes, at, &edge[random.random_range(0..4)..]);
            }
            3 => {
                let edge = EDGES[random.random_range(0..EDGES.len())].to_le_bytes();
                overwrite(&mut bytes, at, &edge[..random.random_range(1..=4)]);
            }
            4 => bytes.truncate(at.max(1)),
            5 => {
                let end = (at + random.random_range(1..=64)).min(bytes.len());
                bytes.drain(at..end);
            }
            6 => {
                let end = (at + random.random_range(1..=64)).min(bytes.len());
                let piece = bytes[at..end].to_vec();
                let to = random.random_range(0..=bytes.len());
                bytes.splice(to..to, piece);
            }
            7 => {
                let other = &seeds[random.random_range(0..seeds.len())];
                let from = random.random_range(0..=other.len());
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
            _ => {
                let value = bytes[at];
                let end = (at + random.random_range(1..=16)).min(bytes.len());
                bytes[at..end].fill(value);
            }
        }
    }
    bytes.truncate(LONGEST);
    bytes
}

fn overwrite(bytes: &mut [u8], at: usize, with: &[u8]) {
    for (place, value) in bytes[at..].iter_mut().zip(with) {
        *place = *value;
    }
}
