//! What a phone camera makes of radiance: exposure, colour, lens faults, noise, tone, sharpening.

use super::{Rgb, draw::Draw};

/// The faults and settings of one photo.
#[derive(Debug, Clone)]
pub(super) struct Film {
    /// Brightness that the mean of the picture is exposed to.
    key: f32,
    white_balance: Rgb,
    /// How far the picture's mean colour is pulled towards grey, 0-1, as automatic white balance does.
    neutralising: f32,
    /// Darkening at the corner, 0-1.
    vignetting: f32,
    /// Standard deviation of the lens blur, px of a picture 512 px long.
    blur: f32,
    /// Share of light that scatters widely, as veiling glare around windows.
    bloom: f32,
    /// Noise of a middle grey, share of full scale.
    noise: f32,
    /// Contrast of the tone curve about middle grey.
    contrast: f32,
    saturation: f32,
    sharpening: f32,
    /// JPEG quality, percent.
    pub(super) quality: u8,
}

impl Film {
    /// Draws a camera's faults; `wild` widens them to bad photos.
    pub(super) fn draw(draw: &mut Draw, wild: bool) -> Self {
        let warmth = draw.normal(0.0, if wild { 0.14 } else { 0.07 });
        let tint = draw.normal(0.0, if wild { 0.05 } else { 0.02 });
        Self {
            key: draw
                .normal(-1.25, if wild { 0.65 } else { 0.3 })
                .exp()
                .clamp(0.06, 1.2),
            white_balance: Rgb::new((warmth).exp(), tint.exp(), (-warmth).exp()),
            neutralising: draw.uniform(0.0, 0.9),
            vignetting: draw.uniform(0.0, if wild { 0.45 } else { 0.2 }),
            blur: draw.weighted([(0.0, 0.3), (0.5, 0.4), (0.9, 0.2), (1.6, 0.1)]),
            bloom: draw.weighted([(0.0, 0.3), (0.03, 0.4), (0.08, 0.2), (0.2, 0.1)]),
            noise: draw.normal(-4.6, 0.8).exp().min(0.06),
            contrast: draw.uniform(0.85, 1.35),
            saturation: draw.uniform(0.6, 1.3),
            sharpening: draw.weighted([(0.0, 0.4), (0.4, 0.4), (0.9, 0.2)]),
            quality: draw.uniform(55.0, 96.0) as u8,
        }
    }

    /// Gains of the three channels.
    fn balance(&self, light: &[Rgb]) -> Rgb {
        // Glaring pixels say nothing of the light's colour.
        const GLARE: f32 = 2.0;
        let limited = |c: f32| c.min(GLARE);
        let sum = light
            .iter()
            .fold(Rgb::repeat(1e-3), |sum, pixel| sum + pixel.map(limited));
        let grey = luminance(sum);
        self.white_balance
            .component_mul(&sum.map(|c| (grey / c.max(1e-3 * grey)).powf(self.neutralising)))
    }

    /// Develops linear radiance, row-major, into 8-bit sRGB triples.
    pub(super) fn develop(&self, mut light: Vec<Rgb>, size: [u32; 2], draw: &mut Draw) -> Vec<u8> {
        let [width, height] = size.map(|n| n as usize);
        let scale = width.max(height) as f32 / 512.0;
        if self.bloom > 0.0 {
            let veil = veil(&light, width, height);
            for (pixel, veil) in light.iter_mut().zip(&veil) {
                *pixel = *pixel * (1.0 - self.bloom) + veil * self.bloom;
            }
        }
        if self.blur * scale > 0.2 {
            light = blur(&light, width, height, self.blur * scale);
        }
        let gain = self.key / log_mean(&light);
        let balance = self.balance(&light);
        let reach = 0.25 * ((width * width + height * height) as f32);
        let mut tones = light;
        for (index, pixel) in tones.iter_mut().enumerate() {
            let dx = (index % width) as f32 - 0.5 * width as f32;
            let dy = (index / width) as f32 - 0.5 * height as f32;
            let shade = 1.0 - self.vignetting * (dx * dx + dy * dy) / reach;
            let exposed = pixel.component_mul(&balance) * (gain * shade);
            let grey = luminance(exposed);
            let vivid = (exposed - Rgb::repeat(grey)) * self.saturation + Rgb::repeat(grey);
            *pixel = vivid.map(|c| tone(c.max(0.0), self.contrast));
        }
        if self.sharpening > 0.0 {
            let soft = blur(&tones, width, height, (0.8 * scale).max(0.6));
            for (pixel, soft) in tones.iter_mut().zip(&soft) {
                *pixel += (*pixel - soft) * self.sharpening;
            }
        }
        let mut bytes = Vec::with_capacity(tones.len() * 3);
        for pixel in &tones {
            let common = draw.normal(0.0, self.noise);
            for channel in 0..3 {
                let own = draw.normal(0.0, 0.5 * self.noise);
                let value = pixel[channel] + common + own;
                bytes.push((value * 255.0 + 0.5).clamp(0.0, 255.0) as u8);
            }
        }
        bytes
    }
}

fn luminance(c: Rgb) -> f32 {
    0.2126 * c.x + 0.7152 * c.y + 0.0722 * c.z
}

/// Geometric mean of the luminance of all pixels, which one glaring window raises little.
fn log_mean(light: &[Rgb]) -> f32 {
    let sum: f32 = light
        .iter()
        .map(|pixel| luminance(*pixel).max(1e-3).ln())
        .sum();
    (sum / light.len().max(1) as f32).exp()
}

/// A shoulder that keeps highlights, then the sRGB curve with a contrast about its middle.
fn tone(linear: f32, contrast: f32) -> f32 {
    let pressed = if linear < 0.6 {
        linear
    } else {
        0.6 + 0.4 * (1.0 - (-(linear - 0.6) / 0.4).exp())
    };
    let encoded = if pressed <= 0.003_130_8 {
        12.92 * pressed
    } else {
        1.055 * pressed.powf(1.0 / 2.4) - 0.055
    };
    let bent = encoded.clamp(0.0, 1.0);
    let curved = bent * bent * (3.0 - 2.0 * bent);
    bent + (curved - bent) * (contrast - 1.0) * 1.5
}

/// Separable Gaussian blur, edges repeated.
fn blur(light: &[Rgb], width: usize, height: usize, sigma: f32) -> Vec<Rgb> {
    let radius = (2.5 * sigma).ceil() as usize;
    let kernel: Vec<f32> = (0..=radius)
        .map(|k| (-0.5 * (k as f32 / sigma).powi(2)).exp())
        .collect();
    let total = kernel[0] + 2.0 * kernel[1..].iter().sum::<f32>();
    let pass = |from: &[Rgb], stride: usize, length: usize, position: fn(usize, usize) -> usize| {
        (0..from.len())
            .map(|index| {
                let at = position(index, width);
                let base = index - at * stride;
                let mut sum = from[index] * kernel[0];
                for (k, weight) in kernel.iter().enumerate().skip(1) {
                    let before = at.saturating_sub(k);
                    let after = (at + k).min(length - 1);
                    sum += (from[base + before * stride] + from[base + after * stride]) * *weight;
                }
                sum / total
            })
            .collect::<Vec<Rgb>>()
    };
    let across = pass(light, 1, width, |index, width| index % width);
    pass(&across, width, height, |index, width| index / width)
}

/// Light scattered over a tenth of the picture: block means, blurred, read back bilinearly.
fn veil(light: &[Rgb], width: usize, height: usize) -> Vec<Rgb> {
    const BLOCK: usize = 16;
    let (columns, rows) = (width.div_ceil(BLOCK), height.div_ceil(BLOCK));
    let mut sums = vec![(Rgb::zeros(), 0.0_f32); columns * rows];
    for (index, pixel) in light.iter().enumerate() {
        let cell = &mut sums[index / width / BLOCK * columns + index % width / BLOCK];
        cell.0 += pixel;
        cell.1 += 1.0;
    }
    let means: Vec<Rgb> = sums
        .iter()
        .map(|(sum, count)| sum / count.max(1.0))
        .collect();
    let soft = blur(
        &means,
        columns,
        rows,
        1.5 * width.max(height) as f32 / 512.0,
    );
    (0..light.len())
        .map(|index| {
            let x = ((index % width) as f32 / BLOCK as f32 - 0.5).clamp(0.0, columns as f32 - 1.0);
            let y = ((index / width) as f32 / BLOCK as f32 - 0.5).clamp(0.0, rows as f32 - 1.0);
            let (i, j) = (x as usize, y as usize);
            let (fx, fy) = (x - i as f32, y - j as f32);
            let (k, l) = ((i + 1).min(columns - 1), (j + 1).min(rows - 1));
            (soft[j * columns + i] * (1.0 - fx) + soft[j * columns + k] * fx) * (1.0 - fy)
                + (soft[l * columns + i] * (1.0 - fx) + soft[l * columns + k] * fx) * fy
        })
        .collect()
}
