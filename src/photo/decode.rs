//! Bytes to a photo: EXIF read once, here; pixels decoded once, here or where the caller says.

use std::io::Cursor;
use std::time::Instant;

use image::RgbImage;

use super::error::{DecodeError, PhotoError};
use super::metadata::{ExifFields, Metadata};
use super::pixels::{DisplayedPixels, PixelRequest};
use super::sniff::sniff;
use super::source::Limits;
use super::{Orientation, Photo, PhotoFormat, PhotoTimings, jpeg, metadata, pixels, segments};
use crate::geometry::camera::{Focal, Gravity, ImageSize};
use crate::geometry::quarter_turns::QuarterTurns;
use crate::geometry::vanishing;
use crate::guard::guarded;
use crate::warning::Warning;

/// The picture is upside down where so many times the length of edges agree with that, and so much more, in long sides of the
/// picture: programs that turn the pixels are commoner than lost tags.
const CLEARLY_MORE: f64 = 2.0;
const LEAST_MORE: f64 = 0.5;

/// Pixels that a photo claims to have, by its header alone; `None` when that cannot be told. What decoding will cost, not
/// a check: the decoder checks the size that it finds itself.
#[must_use]
pub fn claimed_pixels(bytes: &[u8]) -> Option<u64> {
    let format = sniff(bytes).ok()?;
    let (width, height) = guarded(|| match format {
        PhotoFormat::Jpeg => {
            let size = jpeg::claimed_size(bytes).ok()?;
            Some((u64::from(size.width), u64::from(size.height)))
        }
        _ => {
            let size = imagesize::reader_size(Cursor::new(bytes)).ok()?;
            Some((size.width as u64, size.height as u64))
        }
    })
    .ok()??;
    Some(width.saturating_mul(height))
}

/// Reads what a photo's metadata says of its camera, and the warnings of that, without touching its pixels; `size` is
/// that of the photo as displayed.
///
/// # Errors
/// [`PhotoError`] when the file is no photo.
pub fn read_metadata(
    bytes: &[u8],
    size: ImageSize,
) -> Result<(Metadata, Vec<Warning>), PhotoError> {
    let mut warnings = Vec::new();
    let format = sniff(bytes)?;
    let metadata = exif_fields(bytes, format).interpret(format, size, &mut warnings);
    Ok((metadata, warnings))
}

/// The EXIF fields; a photo whose EXIF makes the reader panic keeps its pixels.
fn exif_fields(bytes: &[u8], format: PhotoFormat) -> ExifFields {
    // EXIF stands before the picture data, which the reader would search byte by byte where there is none. A depth map is a second
    // picture behind them.
    let shortened = match format {
        PhotoFormat::Jpeg => jpeg::without_scan(bytes),
        _ => None,
    };
    let before_scan = shortened.as_deref().unwrap_or(bytes);
    guarded(|| metadata::read(before_scan, bytes)).unwrap_or_else(|_| ExifFields::damaged())
}

/// Decodes a photo in this process.
///
/// # Errors
/// Files that are no photo, over a limit, damaged past use, or in need of a decoder that is not there. Damage that the
/// decoder survives is a warning, as is damaged EXIF.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Photo, PhotoError> {
    decode_with(bytes, limits, |request| pixels::decode(bytes, request))
}

/// Decodes a photo whose pixels `decode_pixels` makes of the same bytes; the rest is done here.
///
/// # Errors
/// As [`decode`].
pub fn decode_with(
    bytes: &[u8],
    limits: &Limits,
    decode_pixels: impl FnOnce(&PixelRequest) -> Result<DisplayedPixels, DecodeError>,
) -> Result<Photo, PhotoError> {
    let format = sniff(bytes)?;

    let started = Instant::now();
    let exif = exif_fields(bytes, format);
    let exif_ms = milliseconds_since(started);

    let started = Instant::now();
    let orientation = exif.orientation.unwrap_or(Orientation::UPRIGHT);
    let DisplayedPixels { pixels, damaged } = decode_pixels(&PixelRequest {
        format,
        orientation,
        limits: *limits,
    })?;
    let decode_ms = milliseconds_since(started);

    let size = ImageSize {
        width: pixels.width(),
        height: pixels.height(),
    };
    let mut warnings = Vec::new();
    if damaged {
        warnings.push(Warning::PictureDamaged);
    }
    let mut metadata = exif.interpret(format, size, &mut warnings);
    if metadata.half_turn_doubted {
        metadata.gravity = metadata
            .gravity
            .map(|gravity| way_up(&pixels, gravity, metadata.focal));
    }
    Ok(Photo {
        pixels,
        format,
        orientation: orientation.exif(),
        metadata,
        warnings,
        timings: PhotoTimings { decode_ms, exif_ms },
    })
}

/// Gravity as the picture's vertical edges have it: as it is, or turned by half a turn. They converge below the picture where the
/// camera looks down, above where it looks up, and the reading tells which it does.
fn way_up(pixels: &RgbImage, gravity: Gravity, focal: Option<Focal>) -> Gravity {
    let size = ImageSize {
        width: pixels.width(),
        height: pixels.height(),
    };
    let turned = QuarterTurns::clockwise(2).turn_gravity(gravity);
    let edges = segments::near_vertical(pixels, QuarterTurns::NONE);
    let agreeing = |gravity: Gravity| {
        focal.map_or(0.0, |focal| {
            vanishing::agreeing(&edges, size, focal.px, gravity)
        })
    };
    if agreeing(turned) > CLEARLY_MORE * agreeing(gravity) + LEAST_MORE {
        turned
    } else {
        gravity
    }
}

fn milliseconds_since(started: Instant) -> f64 {
    started.elapsed().as_secs_f64() * 1e3
}
