//! What a surface looks like: a procedural pattern of two colours over metric surface coordinates, and its gloss.

use super::{Rgb, noise};

/// How base and accent colour alternate over a surface; lengths in metres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Pattern {
    /// One colour.
    Plain,
    /// Boards along u, each row shifted, with dark gaps and wood grain.
    Planks { width: f32, length: f32 },
    /// Boards in a zigzag.
    Herringbone { width: f32, length: f32 },
    /// Rectangles with grout in the accent colour; `stagger` shifts every other row by that share of a tile.
    Tiles {
        width: f32,
        height: f32,
        grout: f32,
        stagger: f32,
    },
    /// Bands across u.
    Stripes { period: f32, duty: f32 },
    /// Alternating squares.
    Checker { size: f32 },
    /// Blobs of the accent colour, one a cell.
    Blobs { cell: f32, radius: f32 },
    /// Squares of random shades between the two colours.
    Patchwork { size: f32 },
    /// A sinusoidal grating, its direction given by cosine and sine.
    Grating { period: f32, direction: [f32; 2] },
    /// Smooth clouds of the accent colour.
    Clouds { scale: f32 },
    /// Framed fields, as of panelled walls and doors: thin lines `inset` inside each cell.
    Panels { width: f32, height: f32, inset: f32 },
    /// Vertical folds of cloth.
    Folds { period: f32, depth: f32 },
    /// Horizontal slats.
    Slats { period: f32 },
}

impl Pattern {
    /// Its name in the ground truth.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Planks { .. } => "planks",
            Self::Herringbone { .. } => "herringbone",
            Self::Tiles { .. } => "tiles",
            Self::Stripes { .. } => "stripes",
            Self::Checker { .. } => "checker",
            Self::Blobs { .. } => "blobs",
            Self::Patchwork { .. } => "patchwork",
            Self::Grating { .. } => "grating",
            Self::Clouds { .. } => "clouds",
            Self::Panels { .. } => "panels",
            Self::Folds { .. } => "folds",
            Self::Slats { .. } => "slats",
        }
    }
}

/// The looks of a surface.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Material {
    /// Linear reflectance, 0-1 a channel.
    pub(super) base: Rgb,
    /// The pattern's second colour.
    pub(super) accent: Rgb,
    /// How the two alternate.
    pub(super) pattern: Pattern,
    /// Relative strength of fine irregular shading.
    pub(super) grain: f32,
    /// Size of that shading's features, metres.
    pub(super) grain_scale: f32,
    /// Reflectance of mirrored light at normal incidence, 0-1.
    pub(super) gloss: f32,
    /// How far reflected directions scatter, 0-1.
    pub(super) roughness: f32,
    /// Radiance given off, as of lamp shades and screens.
    pub(super) glow: Rgb,
    /// Makes two surfaces of the same pattern differ.
    pub(super) seed: u32,
}

impl Material {
    /// A matt surface of one colour.
    pub(super) fn plain(base: Rgb) -> Self {
        Self {
            base,
            accent: base,
            pattern: Pattern::Plain,
            grain: 0.0,
            grain_scale: 0.1,
            gloss: 0.0,
            roughness: 0.3,
            glow: Rgb::zeros(),
            seed: 0,
        }
    }

    /// The colour that the surface has on the whole, for light that it passes on.
    pub(super) fn mean(&self) -> Rgb {
        match self.pattern {
            Pattern::Plain | Pattern::Planks { .. } | Pattern::Tiles { .. } => self.base,
            Pattern::Panels { .. } | Pattern::Folds { .. } | Pattern::Slats { .. } => self.base,
            _ => (self.base + self.accent) * 0.5,
        }
    }

    /// What is given off where the reflectance is `albedo`: a pattern that darkens the surface darkens its glow as well, so
    /// that folds and slats stay visible against the light.
    pub(super) fn glow_at(&self, albedo: Rgb) -> Rgb {
        let mean = self.mean().sum();
        if mean > 0.0 {
            self.glow * (albedo.sum() / mean)
        } else {
            self.glow
        }
    }

    /// Reflectance at surface coordinates (u, v), metres, seen by a pixel that covers `footprint` metres there; detail
    /// finer than the footprint fades, so that it does not alias.
    pub(super) fn albedo(&self, u: f32, v: f32, footprint: f32) -> Rgb {
        let seed = self.seed;
        let mix = |share: f32, detail: f32| {
            let visible = (detail / (2.0 * footprint).max(1e-6)).clamp(0.0, 1.0);
            let share = share * visible + 0.5 * (1.0 - visible);
            self.base + (self.accent - self.base) * share
        };
        let lines = |distance: f32, line: f32| {
            // Share of the pixel that a line of width `line` covers, from the distance to its middle.
            let reach = 0.5 * (line + footprint);
            let cover = (line / (line + footprint)).clamp(0.0, 1.0);
            if distance < reach { cover } else { 0.0 }
        };
        let colour = match self.pattern {
            Pattern::Plain => self.base,
            Pattern::Planks { width, length } => self.board(u, v, width, length, footprint, seed),
            Pattern::Herringbone { width, length } => {
                let blocks = (length / width).round().max(2.0);
                let (i, j) = ((u / width).floor(), (v / width).floor());
                if (i - j).rem_euclid(2.0 * blocks) < blocks {
                    self.board(u, v, width, length, footprint, seed)
                } else {
                    self.board(v, u, width, length, footprint, seed ^ 0x51)
                }
            }
            Pattern::Tiles {
                width,
                height,
                grout,
                stagger,
            } => {
                let row = (v / height).floor();
                let x = u + stagger * width * row.rem_euclid(2.0);
                let column = (x / width).floor();
                let dx = (x - column * width).min((column + 1.0) * width - x);
                let dy = (v - row * height).min((row + 1.0) * height - v);
                let line = lines(dx.min(dy), grout);
                let shade = 1.0 + 0.12 * (noise::cell(column as i32, row as i32, seed) - 0.5);
                self.base * shade * (1.0 - line) + self.accent * line
            }
            Pattern::Stripes { period, duty } => {
                mix(f32::from((u / period).rem_euclid(1.0) < duty), period)
            }
            Pattern::Checker { size } => {
                let parity = ((u / size).floor() + (v / size).floor()).rem_euclid(2.0);
                mix(parity, size)
            }
            Pattern::Blobs { cell, radius } => {
                let (i, j) = ((u / cell).floor(), (v / cell).floor());
                let (a, b) = (i as i32, j as i32);
                let cx = (i + 0.3 + 0.4 * noise::cell(a, b, seed)) * cell;
                let cy = (j + 0.3 + 0.4 * noise::cell(a, b, seed ^ 0x9e)) * cell;
                let wobble = 0.6 + 0.8 * noise::value(u * 5.0 / cell, v * 5.0 / cell, seed);
                mix(f32::from((u - cx).hypot(v - cy) < radius * wobble), cell)
            }
            Pattern::Patchwork { size } => {
                let share = noise::cell((u / size).floor() as i32, (v / size).floor() as i32, seed);
                mix(share, size)
            }
            Pattern::Grating { period, direction } => {
                let along = u * direction[0] + v * direction[1];
                mix(
                    0.5 + 0.5 * (along * std::f32::consts::TAU / period).sin(),
                    period,
                )
            }
            Pattern::Clouds { scale } => mix(noise::fractal(u / scale, v / scale, seed), scale),
            Pattern::Panels {
                width,
                height,
                inset,
            } => {
                let x = (u / width).rem_euclid(1.0) * width;
                let y = (v / height).rem_euclid(1.0) * height;
                let edge = x.min(width - x).min(y.min(height - y)) - inset;
                let line = lines(edge.abs(), 0.018);
                let lit = lines((edge - 0.012).abs(), 0.012);
                self.base * (1.0 - 0.35 * line) * (1.0 + 0.15 * lit)
            }
            Pattern::Folds { period, depth } => {
                let phase = u / period + 0.35 * noise::value(u * 3.0 / period, v * 0.6, seed);
                let visible = (period / (2.0 * footprint).max(1e-6)).clamp(0.0, 1.0);
                self.base
                    * (1.0 - depth * visible * (0.5 + 0.5 * (phase * std::f32::consts::TAU).sin()))
            }
            Pattern::Slats { period } => {
                let at = (v / period).rem_euclid(1.0);
                let visible = (period / (2.0 * footprint).max(1e-6)).clamp(0.0, 1.0);
                self.base * (1.0 - visible * (0.35 * at + if at > 0.85 { 0.3 } else { 0.0 }))
            }
        };
        let visible = (self.grain_scale / (2.0 * footprint).max(1e-6)).clamp(0.0, 1.0);
        if self.grain * visible <= 0.0 {
            return colour;
        }
        let shade = noise::fractal(u / self.grain_scale, v / self.grain_scale, seed ^ 0xa5) - 0.5;
        colour * (1.0 + 2.0 * self.grain * visible * shade).max(0.0)
    }

    fn board(&self, u: f32, v: f32, width: f32, length: f32, footprint: f32, seed: u32) -> Rgb {
        let row = (v / width).floor();
        let shift = noise::cell(row as i32, 7, seed) * length;
        let column = ((u + shift) / length).floor();
        let tone = noise::cell(row as i32, column as i32, seed ^ 0x33);
        let fibre = noise::fractal(
            (u + 3.0 * tone) * 2.5,
            v * 40.0 / (width * 8.0 + 0.2),
            seed ^ (column as i32 as u32),
        );
        let across = (v - row * width).min((row + 1.0) * width - v);
        let along = (u + shift) - column * length;
        let gap_width = 0.003;
        let near = across.min(along.min(length - along)) < 0.5 * (gap_width + footprint);
        let gap = if near {
            gap_width / (gap_width + footprint)
        } else {
            0.0
        };
        let visible = (width / (2.0 * footprint).max(1e-6)).clamp(0.0, 1.0);
        let share = visible * (0.6 * (tone - 0.5) + 0.5 * (fibre - 0.5)) + 0.3;
        (self.base + (self.accent - self.base) * share.clamp(0.0, 1.0)) * (1.0 - 0.65 * gap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn glow_follows_the_pattern() {
        let mut cloth = Material::plain(Rgb::repeat(0.5));
        cloth.glow = Rgb::repeat(0.2);
        assert_eq!(cloth.glow_at(cloth.base), cloth.glow);
        assert_eq!(cloth.glow_at(cloth.base * 0.5), cloth.glow * 0.5);
        cloth.base = Rgb::zeros();
        assert_eq!(cloth.glow_at(Rgb::zeros()), cloth.glow);
    }
}
