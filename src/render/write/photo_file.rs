//! A photo as the file that a phone would have written.

use std::path::PathBuf;

use image::{
    ExtendedColorType, ImageEncoder,
    codecs::{jpeg::JpegEncoder, png::PngEncoder},
};

use super::{PhotoFormat, RenderError, write_file};
use crate::render::{
    Scenario,
    draw::Draw,
    exif::{self, FocalTags, Orientation, PhotoTags},
    room::Specimen,
};

/// Where and how a photo is written.
pub(super) struct PhotoFile {
    pub(super) path: PathBuf,
    pub(super) format: PhotoFormat,
    /// Of a JPEG, 1-100.
    pub(super) quality: u8,
}

impl PhotoFile {
    /// Turns the upright pixels as the phone was held, adds EXIF, encodes and writes.
    pub(super) fn write(
        &self,
        pixels: &[u8],
        specimen: &Specimen,
        draw: &mut Draw,
    ) -> Result<(), RenderError> {
        let size = specimen.camera.size;
        let tags = draw_tags(specimen, draw);
        let orientation = tags.orientation;
        let stored_size = orientation.stored_size(size);
        let mut stored = vec![0; pixels.len()];
        for y in 0..size[1] {
            for x in 0..size[0] {
                let from = (y * size[0] + x) as usize * 3;
                let [sx, sy] = orientation.stored(x, y, size);
                let to = (sy * stored_size[0] + sx) as usize * 3;
                stored[to..to + 3].copy_from_slice(&pixels[from..from + 3]);
            }
        }
        let metadata = exif::encode(&tags);
        let mut bytes = Vec::new();
        match self.format {
            PhotoFormat::Jpg => encode(
                JpegEncoder::new_with_quality(&mut bytes, self.quality),
                &stored,
                stored_size,
                metadata,
            ),
            PhotoFormat::Png => encode(PngEncoder::new(&mut bytes), &stored, stored_size, metadata),
        }
        .map_err(|source| RenderError::Encode {
            path: self.path.clone(),
            source,
        })?;
        write_file(&self.path, &bytes)
    }
}

fn encode(
    mut encoder: impl ImageEncoder,
    pixels: &[u8],
    size: [u32; 2],
    metadata: Vec<u8>,
) -> Result<(), image::ImageError> {
    encoder
        .set_exif_metadata(metadata)
        .map_err(image::ImageError::Unsupported)?;
    encoder.write_image(pixels, size[0], size[1], ExtendedColorType::Rgb8)
}

/// Draws the phone that took the photo.
fn draw_tags(specimen: &Specimen, draw: &mut Draw) -> PhotoTags<'static> {
    let camera = &specimen.camera;
    let ultra_wide = specimen.scenario == Scenario::UltraWide;
    let apple = draw.chance(0.55);
    let (make, model, lens) = if apple {
        let lens = if ultra_wide {
            "iPhone 13 Pro back triple camera 1.57mm f/1.8"
        } else {
            "iPhone 13 Pro back triple camera 5.7mm f/1.5"
        };
        ("Apple", "iPhone 13 Pro", lens)
    } else {
        draw.pick([
            ("samsung", "SM-G991B", "Samsung Galaxy S21 rear camera"),
            ("Google", "Pixel 7", "Pixel 7 back camera 6.81mm f/1.85"),
            ("Xiaomi", "2201123G", "Xiaomi 12 rear camera"),
        ])
    };
    // A phone's sensor is wide; a portrait photo is stored lying, with a quarter turn, unless software turned it.
    let portrait = camera.size[1] > camera.size[0];
    let orientation = match (portrait, draw.below(10)) {
        (true, 0..=6) => Orientation::Clockwise,
        (true, 7) => Orientation::Anticlockwise,
        (false, 0..=1) => Orientation::UpsideDown,
        _ => Orientation::Upright,
    };
    PhotoTags {
        make,
        model,
        lens,
        orientation,
        size: camera.size,
        focal_mm: if ultra_wide { 1.57 } else { 5.7 },
        focal_35mm: specimen.focal_35mm,
        focal_px: f64::from(camera.focal),
        focal_tags: if draw.chance(0.9) {
            FocalTags::Equivalent
        } else {
            FocalTags::FocalPlane
        },
        gravity: apple.then(|| camera.gravity()),
        ultra_wide,
    }
}
