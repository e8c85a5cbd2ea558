//! JPEG: baseline and progressive, grey, YCbCr, RGB, and four-component pictures as Adobe writes them (inverted).

use image::RgbImage;
use zune_jpeg::JpegDecoder;
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
    frame: Frame,
    /// Where the data of the first scan begin.
    scan_at: usize,
}

/// What the frame header says.
#[derive(Clone, Copy)]
struct Frame {
    size: ImageSize,
    /// Grey has one, colour three or four.
    components: u8,
    /// Every scan refines the whole picture.
    is_progressive: bool,
}

/// The picture's size, from its frame header.
pub(super) fn claimed_size(bytes: &[u8]) -> Result<ImageSize, DecodeError> {
    structure(bytes).map(|structure| structure.frame.size)
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
    const PROGRESSIVE: u8 = 0xc2;
    let cut = || DecodeError::undecodable(PhotoFormat::Jpeg, "it ends before the picture data");
    let mut frame = None;
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
                frame = Some(Frame {
                    size: ImageSize {
                        width: width.into(),
                        height: height.into(),
                    },
                    components: *bytes.get(at + 7).ok_or_else(cut)?,
                    is_progressive: marker == PROGRESSIVE,
                });
            }
            START_OF_SCAN => break,
            _ => {}
        }
        at += length.max(2);
    }
    let frame = frame
        .ok_or_else(|| DecodeError::undecodable(PhotoFormat::Jpeg, "it has no frame header"))?;
    Ok(Structure { frame, scan_at: at })
}

impl Structure {
    /// Bytes that decoding holds at most: the picture and, where a pixel takes several scans, the coefficients of all components, none
    /// of them taken for coarser than the picture.
    fn decoded_bytes(&self, bytes: &[u8]) -> u64 {
        const PIXEL_BYTES: u64 = 3;
        const COEFFICIENT_BYTES: u64 = 2;
        /// The decoder refuses pictures with more, which only damaged headers claim.
        const MOST_COMPONENTS: u8 = 4;
        let Frame {
            size,
            components,
            is_progressive,
        } = self.frame;
        // The first scan's header has its number of components after its length.
        let in_first_scan = bytes.get(self.scan_at + 2).copied().unwrap_or(0);
        let coefficients = if is_progressive || in_first_scan < components {
            COEFFICIENT_BYTES * u64::from(components.min(MOST_COMPONENTS))
        } else {
            0
        };
        u64::from(size.width) * u64::from(size.height) * (PIXEL_BYTES + coefficients)
    }
}

/// Decodes. A picture that the strict decoder refuses is decoded once more leniently, as browsers do, and marked damaged.
pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Raster, DecodeError> {
    let structure = structure(bytes)?;
    let size = structure.frame.size;
    limits.check_size(size)?;
    limits.check_memory(structure.decoded_bytes(bytes))?;
    match decode_with(bytes, size, true) {
        Ok(raster) => Ok(Raster {
            damaged: !has_end_marker(bytes, structure.scan_at),
            ..raster
        }),
        Err(_) => Ok(Raster {
            damaged: true,
            ..decode_with(bytes, size, false)?
        }),
    }
}

/// Decodes a picture that is to have `size`, by which its limits were checked.
fn decode_with(bytes: &[u8], size: ImageSize, strict: bool) -> Result<Raster, DecodeError> {
    let options = DecoderOptions::default()
        .set_strict_mode(strict)
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder
        .decode_headers()
        .map_err(|error| DecodeError::undecodable(PhotoFormat::Jpeg, error))?;
    if decoder.dimensions() != Some((size.width as usize, size.height as usize)) {
        return Err(DecodeError::undecodable(
            PhotoFormat::Jpeg,
            "it has two frame headers",
        ));
    }
    let mut pixels = RgbImage::new(size.width, size.height);
    decoder
        .decode_into(&mut pixels)
        .map_err(|error| DecodeError::undecodable(PhotoFormat::Jpeg, error))?;
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

#[cfg(test)]
mod tests {
    use image::ImageFormat;

    use super::*;
    use crate::photo::test_files::{encode, quarters};

    const PIXELS: u64 = 64 * 32;

    fn decoded_within(bytes: &[u8], max_decode_bytes: u64) -> Result<Raster, DecodeError> {
        let limits = Limits {
            max_decode_bytes,
            ..Limits::default()
        };
        decode(bytes, &limits)
    }

    #[test]
    fn memory_over_the_limit_is_refused_before_it_is_taken() {
        let baseline = encode(quarters(64, 32), ImageFormat::Jpeg);
        let mut progressive = baseline.clone();
        let frame = baseline.windows(2).position(|pair| pair == [0xff, 0xc0]);
        progressive[frame.unwrap() + 1] = 0xc2;
        // Three samples a pixel, and of several scans as many coefficients.
        for (bytes, needed) in [(&baseline, 3 * PIXELS), (&progressive, 9 * PIXELS)] {
            assert_eq!(structure(bytes).unwrap().decoded_bytes(bytes), needed);
            let limit = needed - 1;
            let refused = decoded_within(bytes, limit).err();
            assert_eq!(refused, Some(DecodeError::TooMuchMemory { limit }));
        }
        assert!(decoded_within(&baseline, 3 * PIXELS).is_ok());
    }

    #[test]
    fn a_size_other_than_the_checked_one_is_not_decoded() {
        let bytes = encode(quarters(64, 32), ImageFormat::Jpeg);
        let other = ImageSize {
            width: 64,
            height: 33,
        };
        for strict in [true, false] {
            assert!(decode_with(&bytes, other, strict).is_err());
        }
    }
}
