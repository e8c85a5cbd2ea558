//! Repeatable irregularity: hashed lattices and the smooth noise over them.

/// A well-mixed 32-bit hash of lattice coordinates.
fn hash(x: i32, y: i32, seed: u32) -> u32 {
    // Odd multipliers spread neighbouring lattice points; the shifts and products are those of a 32-bit finaliser.
    let mut h = (x as u32)
        .wrapping_mul(0x9e37_79b1)
        .wrapping_add((y as u32).wrapping_mul(0x85eb_ca77))
        .wrapping_add(seed.wrapping_mul(0xc2b2_ae3d));
    h ^= h >> 15;
    h = h.wrapping_mul(0x2c1b_3c6d);
    h ^= h >> 12;
    h = h.wrapping_mul(0x297a_2d39);
    h ^ (h >> 15)
}

/// Uniform in `[0, 1)`, one value a lattice cell.
pub(super) fn cell(x: i32, y: i32, seed: u32) -> f32 {
    (hash(x, y, seed) >> 8) as f32 / (1 << 24) as f32
}

/// Smooth value noise, 0-1, with features of size 1.
pub(super) fn value(x: f32, y: f32, seed: u32) -> f32 {
    let (i, j) = (x.floor(), y.floor());
    let (fx, fy) = (x - i, y - j);
    let (i, j) = (i as i32, j as i32);
    let ease = |t: f32| t * t * (3.0 - 2.0 * t);
    let (sx, sy) = (ease(fx), ease(fy));
    let top = cell(i, j, seed) * (1.0 - sx) + cell(i.wrapping_add(1), j, seed) * sx;
    let below = cell(i, j.wrapping_add(1), seed) * (1.0 - sx)
        + cell(i.wrapping_add(1), j.wrapping_add(1), seed) * sx;
    top * (1.0 - sy) + below * sy
}

/// Three octaves of value noise, 0-1.
pub(super) fn fractal(x: f32, y: f32, seed: u32) -> f32 {
    (value(x, y, seed) * 4.0
        + value(x * 2.1, y * 2.1, seed ^ 0x11) * 2.0
        + value(x * 4.3, y * 4.3, seed ^ 0x22))
        / 7.0
}
