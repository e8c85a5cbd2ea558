//! Bytes to upright 8-bit sRGB pixels with metadata: pixels decoded once, EXIF read once.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use image::RgbImage;

use super::error::PhotoError;
use super::metadata::{ExifFields, Metadata};
use super::orient::Orientation;
use super::sniff::sniff;
use super::source::Limits;
use super::{Photo, PhotoFormat, PhotoTimings, colour, heic, jpeg, metadata, raster};
use crate::geometry::camera::ImageSize;
use crate::measure::Warning;

/// What a container's decoder gives.
pub(super) struct Raster {
    /// As stored; for HEIC as displayed.
    pub pixels: RgbImage,
    /// The embedded colour profile, not yet applied.
    pub icc: Option<Vec<u8>>,
    /// The decoder went on past damage.
    pub damaged: bool,
}

/// What a photo claims to be, before its pixels are decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// The container, by its first bytes.
    pub format: PhotoFormat,
    /// Size as stored; as displayed for HEIC and AVIF.
    pub size: ImageSize,
}

impl Header {
    /// Width times height: what decoding will cost.
    #[must_use]
    pub fn pixels(self) -> u64 {
        u64::from(self.size.width) * u64::from(self.size.height)
    }
}

/// Reads a photo's header alone.
///
/// # Errors
/// As [`decode`], but for what only the pixels can show.
pub fn probe(bytes: &[u8]) -> Result<Header, PhotoError> {
    let format = sniff(bytes)?;
    let size = guarded(format, || match format {
        PhotoFormat::Jpeg => jpeg::probe(bytes),
        PhotoFormat::Heic | PhotoFormat::Avif => heic::probe(bytes, format),
        _ => raster::probe(bytes, format),
    })?;
    if size.width == 0 || size.height == 0 {
        return Err(PhotoError::undecodable(format, "its size is zero"));
    }
    Ok(Header { format, size })
}

/// Reads what a photo's metadata says of its camera, and the warnings of that, without touching its pixels; `upright` is
/// the size of the photo as displayed.
///
/// # Errors
/// [`PhotoError`] when the file is no photo.
pub fn read_metadata(
    bytes: &[u8],
    upright: ImageSize,
) -> Result<(Metadata, Vec<Warning>), PhotoError> {
    let mut warnings = Vec::new();
    let metadata = exif_fields(bytes, sniff(bytes)?).interpret(upright, &mut warnings);
    Ok((metadata, warnings))
}

/// The EXIF fields; a photo whose EXIF makes the reader panic keeps its pixels.
fn exif_fields(bytes: &[u8], format: PhotoFormat) -> ExifFields {
    // EXIF stands before the picture data, which the reader would search byte by byte where there is none.
    let shortened = match format {
        PhotoFormat::Jpeg => jpeg::without_scan(bytes),
        _ => None,
    };
    let searched = shortened.as_deref().unwrap_or(bytes);
    guarded(format, || Ok(metadata::read(searched))).unwrap_or_else(|_| ExifFields::damaged())
}

/// Decodes a photo. The pixels are upright: EXIF Orientation is applied, but for HEIC and AVIF, whose container says
/// how the picture is turned.
///
/// # Errors
/// Files that are no photo, too large, damaged past use, or need a decoder that is not there. Damage that the decoder
/// survives is a warning, as is damaged EXIF.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Photo, PhotoError> {
    let header = probe(bytes)?;
    let Header { format, size } = header;
    if header.pixels() > limits.max_pixels {
        let limit = limits.max_pixels;
        return Err(PhotoError::TooManyPixels { size, limit });
    }

    let started = Instant::now();
    let exif = exif_fields(bytes, format);
    let exif_ms = milliseconds_since(started);

    let started = Instant::now();
    let raster = guarded(format, || match format {
        PhotoFormat::Jpeg => jpeg::decode(bytes),
        PhotoFormat::Heic | PhotoFormat::Avif => heic::decode(bytes, format, limits),
        _ => raster::decode(bytes, format, limits),
    })?;
    let mut pixels = raster.pixels;
    if let Some(icc) = &raster.icc {
        guarded(format, || {
            colour::to_srgb(&mut pixels, icc);
            Ok(())
        })?;
    }
    let stored = exif.orientation;
    if !format.turns_itself() {
        pixels = stored.unwrap_or(Orientation::UPRIGHT).apply(pixels);
    }
    let decode_ms = milliseconds_since(started);

    let size = ImageSize {
        width: pixels.width(),
        height: pixels.height(),
    };
    let mut warnings = Vec::new();
    if raster.damaged {
        warnings.push(Warning::PictureDamaged);
    }
    let metadata = exif.interpret(size, &mut warnings);
    Ok(Photo {
        pixels,
        format,
        orientation: stored.unwrap_or(Orientation::UPRIGHT).exif(),
        metadata,
        warnings,
        timings: PhotoTimings { decode_ms, exif_ms },
    })
}

/// Turns a panic of a foreign decoder into that photo's error. They are all meant not to panic; strangers' files find
/// where they do.
fn guarded<T>(
    format: PhotoFormat,
    decode: impl FnOnce() -> Result<T, PhotoError>,
) -> Result<T, PhotoError> {
    catch_unwind(AssertUnwindSafe(decode)).unwrap_or_else(|panic| {
        let text = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied());
        Err(PhotoError::DecoderPanicked {
            format,
            reason: text.unwrap_or("no message").to_owned(),
        })
    })
}

fn milliseconds_since(started: Instant) -> f64 {
    started.elapsed().as_secs_f64() * 1e3
}
