//! JPEG: baseline and progressive, grey, YCbCr, RGB, and four-component pictures as Adobe writes them (inverted).

use image::RgbImage;
use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::PhotoFormat;
use super::error::DecodeError;
use super::ifd::ByteOrder;
use super::raster::Raster;
use super::source::Limits;
use crate::geometry::camera::ImageSize;

const END_OF_IMAGE: [u8; 2] = [0xff, 0xd9];

/// What the segments before the picture data say.
struct Structure {
    size: ImageSize,
    /// Where the data of the first scan begin.
    scan_at: usize,
}

/// The picture's size, from its frame header.
pub(super) fn claimed_size(bytes: &[u8]) -> Result<ImageSize, DecodeError> {
    structure(bytes).map(|structure| structure.size)
}

/// A JPEG of the segments before the picture data alone; `None` where there are no picture data.
pub(super) fn without_scan(bytes: &[u8]) -> Option<Vec<u8>> {
    let scan_at = structure(bytes).ok()?.scan_at;
    let header_bytes = usize::from(ByteOrder::Big.u16(bytes, scan_at)?);
    let segments = bytes.get(..scan_at.checked_add(header_bytes)?)?;
    Some([segments, &END_OF_IMAGE].concat())
}

/// Walks the segments up to the first scan. A decoder is not asked: it would set up tables for whatever is claimed.
fn structure(bytes: &[u8]) -> Result<Structure, DecodeError> {
    const START_OF_SCAN: u8 = 0xda;
    let cut = || DecodeError::undecodable(PhotoFormat::Jpeg, "it ends before the picture data");
    let mut size = None;
    let mut at = 2; // Past the start-of-image marker.
    loop {
        // Any number of fill bytes may stand before a marker, and careless writers leave other bytes there too.
        while *bytes.get(at).ok_or_else(cut)? != 0xff {
            at += 1;
        }
        while *bytes.get(at).ok_or_else(cut)? == 0xff {
            at += 1;
        }
        let marker = *bytes.get(at).ok_or_else(cut)?;
        at += 1;
        if matches!(marker, 0x00 | 0x01 | 0xd0..=0xd8) {
            continue; // Stuffing, TEM, restarts: no length follows.
        }
        let length = usize::from(ByteOrder::Big.u16(bytes, at).ok_or_else(cut)?);
        match marker {
            // Frame headers: all of C0-CF but DHT, JPG and DAC.
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                let height = ByteOrder::Big.u16(bytes, at + 3).ok_or_else(cut)?;
                let width = ByteOrder::Big.u16(bytes, at + 5).ok_or_else(cut)?;
                size = Some(ImageSize {
                    width: width.into(),
                    height: height.into(),
                });
            }
            START_OF_SCAN => break,
            _ => {}
        }
        at += length.max(2);
    }
    let size =
        size.ok_or_else(|| DecodeError::undecodable(PhotoFormat::Jpeg, "it has no frame header"))?;
    Ok(Structure { size, scan_at: at })
}

/// Decodes. A picture that the strict decoder refuses is decoded once more leniently, as browsers do, and marked damaged.
pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Raster, DecodeError> {
    let Structure { size, scan_at } = structure(bytes)?;
    limits.check_size(size)?;
    let (raster, damaged) = match decode_with(bytes, true) {
        Ok(raster) => (raster, !has_end_marker(bytes, scan_at)),
        Err(_) => (
            decode_with(bytes, false)
                .map_err(|error| DecodeError::undecodable(PhotoFormat::Jpeg, error))?,
            true,
        ),
    };
    if raster.pixels.dimensions() != (size.width, size.height) {
        // Two frame headers that disagree: the limit was checked on another size than the decoder's.
        return Err(DecodeError::undecodable(
            PhotoFormat::Jpeg,
            "it has two frame headers",
        ));
    }
    Ok(Raster { damaged, ..raster })
}

fn decode_with(bytes: &[u8], strict: bool) -> Result<Raster, DecodeErrors> {
    let options = DecoderOptions::default()
        .set_strict_mode(strict)
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers()?;
    let (width, height) = decoder
        .dimensions()
        .ok_or(DecodeErrors::FormatStatic("no size in the header"))?;
    let mut pixels = RgbImage::new(
        u32::try_from(width).unwrap_or(0),
        u32::try_from(height).unwrap_or(0),
    );
    decoder.decode_into(&mut pixels)?;
    Ok(Raster {
        icc: decoder.icc_profile(),
        pixels,
        damaged: false,
    })
}

/// Whether an end-of-image marker follows the start of the scan: the decoder itself notices a cut only from the next
/// row of blocks on.
fn has_end_marker(bytes: &[u8], scan_at: usize) -> bool {
    bytes
        .get(scan_at..)
        .is_some_and(|scan| scan.windows(2).rev().any(|pair| pair == END_OF_IMAGE))
}
