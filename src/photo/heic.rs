//! HEIC (and AVIF where libheif has an AV1 decoder), turned by the container's own irot and imir.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use image::{RgbImage, RgbaImage};
use libheif_rs::{
    ColorPrimaries, ColorSpace, CompressionFormat, DecodingOptions, HeifContext, HeifError,
    HeifErrorCode, ImageHandle, LibHeif, RgbChroma,
};

use super::PhotoFormat;
use super::alpha;
use super::colour;
use super::error::DecodeError;
use super::raster::Raster;
use super::source::Limits;
use crate::geometry::camera::ImageSize;

/// What to do about [`foreign_codecs`].
pub const FOREIGN_CODECS_ADVICE: &str = "build in the repository's folder, whose .cargo/config.toml forbids them, after \
                                         cargo clean -p libheif-sys (and once more with --release)";

/// Kept for the whole process: initialising registers the codecs anew each time.
fn library() -> &'static LibHeif {
    static LIBRARY: OnceLock<LibHeif> = OnceLock::new();
    LIBRARY.get_or_init(LibHeif::new)
}

/// Whether libheif has an AV1 decoder, so that AVIF can be read.
#[must_use]
pub fn decodes_avif() -> bool {
    !library()
        .decoder_descriptors(1, Some(CompressionFormat::Av1))
        .is_empty()
}

/// Codecs inside libheif beside those that it is meant to have (`scripts/libheif.cmake`): libde265, dav1d, and its own.
#[must_use]
pub fn foreign_codecs() -> Vec<String> {
    const MEANT: [&str; 4] = ["libde265", "dav1d", "mask", "uncompressed"];
    const ALL: usize = 100;
    let decoders = library().decoder_descriptors(ALL, None);
    let encoders = library().encoder_descriptors(ALL, None, None);
    let ids = decoders.iter().map(|codec| codec.id().to_owned());
    let ids = ids.chain(encoders.iter().map(|codec| codec.id().to_owned()));
    // A codec that reads and writes is named once.
    let foreign: BTreeSet<String> = ids.filter(|id| !MEANT.contains(&id.as_str())).collect();
    foreign.into_iter().collect()
}

/// Decodes the primary picture. One that the strict decoder refuses is decoded once more leniently and marked damaged;
/// what the HEVC decoder itself conceals inside a tile is not reported by libheif.
pub(super) fn decode(
    bytes: &[u8],
    format: PhotoFormat,
    limits: &Limits,
) -> Result<Raster, DecodeError> {
    if format == PhotoFormat::Avif && !decodes_avif() {
        return Err(DecodeError::NoAv1Decoder);
    }
    let wrap = |error: HeifError| match error.code {
        HeifErrorCode::MemoryAllocationError => DecodeError::TooMuchMemory {
            limit: limits.max_decode_bytes,
        },
        _ => DecodeError::undecodable(format, describe(&error)),
    };
    library(); // Before the context: it registers the codecs.
    let mut context = HeifContext::new().map_err(wrap)?;
    let mut security = context.security_limits();
    security.set_max_image_size_pixels(limits.max_pixels);
    security.set_max_total_memory(limits.max_decode_bytes);
    context.set_security_limits(&security).map_err(wrap)?;
    context.read_bytes(bytes).map_err(wrap)?;
    let handle = context.primary_image_handle().map_err(wrap)?;
    limits.check_size(ImageSize {
        width: handle.width(),
        height: handle.height(),
    })?;
    let icc = profile(&handle);
    let (pixels, damaged) = match pixels(&handle, true) {
        Ok(pixels) => (pixels, false),
        Err(_) => (pixels(&handle, false).map_err(wrap)?, true),
    };
    let pixels = pixels
        .ok_or_else(|| DecodeError::undecodable(format, "the decoder gave no 8-bit RGB pixels"))?;
    Ok(Raster {
        pixels,
        icc,
        damaged,
    })
}

/// Decodes to 8-bit RGB; `None` when libheif's answer is not what was asked for.
fn pixels(handle: &ImageHandle, strict: bool) -> Result<Option<RgbImage>, HeifError> {
    let transparent = handle.has_alpha_channel();
    let chroma = if transparent {
        RgbChroma::Rgba
    } else {
        RgbChroma::Rgb
    };
    let mut options = DecodingOptions::new();
    if let Some(options) = &mut options {
        options.set_strict_decoding(strict);
        options.set_convert_hdr_to_8bit(true);
    }
    let picture = library().decode(handle, ColorSpace::Rgb(chroma), options)?;
    let Some(plane) = picture.planes().interleaved else {
        return Ok(None);
    };
    let channels = if transparent { 4 } else { 3 };
    let row_bytes = plane.width as usize * channels;
    if plane.stride < row_bytes || plane.data.len() < plane.stride * plane.height as usize {
        return Ok(None);
    }
    // Rows are padded to the stride. The picture is copied once, then libheif's copy is dropped with `picture`.
    let mut samples = Vec::with_capacity(row_bytes * plane.height as usize);
    for row in plane.data.chunks_exact(plane.stride.max(1)) {
        samples.extend_from_slice(&row[..row_bytes]);
    }
    let (width, height) = (plane.width, plane.height);
    drop(picture);
    Ok(if transparent {
        RgbaImage::from_raw(width, height, samples).map(alpha::over_white)
    } else {
        RgbImage::from_raw(width, height, samples)
    })
}

/// The picture's colour profile: an ICC profile as stored, or Display P3 when its primaries are coded (nclx).
fn profile(handle: &ImageHandle) -> Option<Vec<u8>> {
    if let Some(raw) = handle.color_profile_raw() {
        return Some(raw.data);
    }
    let coded = handle.color_profile_nclx()?;
    (coded.color_primaries() == ColorPrimaries::SMPTE_EG_432_1).then(colour::display_p3)?
}

/// libheif's own words, without its codes.
fn describe(error: &HeifError) -> String {
    if error.message.is_empty() {
        format!("{:?}", error.sub_code)
    } else {
        error.message.clone()
    }
}

#[cfg(test)]
mod tests {
    /// x265 and x264 are GPL, and every further codec is code before strangers' files.
    #[test]
    fn libheif_has_no_codec_that_it_is_not_meant_to_have() {
        let foreign = super::foreign_codecs();
        assert!(
            foreign.is_empty(),
            "libheif was built with {foreign:?}: {}",
            super::FOREIGN_CODECS_ADVICE
        );
    }
}
