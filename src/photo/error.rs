//! Why a photo cannot be used.

use super::PhotoFormat;
use super::heic::AV1_ADVICE;
use crate::geometry::camera::ImageSize;

/// A photo that cannot be read or decoded. The message leaves out the file's name: who calls knows it.
#[derive(Debug, thiserror::Error)]
pub enum PhotoError {
    /// The operating system refused.
    #[error("cannot be read ({0}); check that it exists and may be read")]
    Read(#[from] std::io::Error),
    /// A folder, a device or a pipe.
    #[error("is not a regular file; name a photo, or a folder with --dir")]
    NotAFile,
    /// Nothing in it.
    #[error("is empty (0 bytes): the download or copy was probably cut off; fetch it again")]
    Empty,
    /// More bytes than allowed.
    #[error("has {} MB, over the limit of {} MB; raise it with --max-bytes", megas(*.found), megas(*.limit))]
    TooManyBytes {
        /// Bytes in the file.
        found: u64,
        /// Bytes allowed.
        limit: u64,
    },
    /// More pixels than allowed.
    #[error(
        "has {}x{} = {} megapixels, over the limit of {}; raise it with --max-pixels",
        .size.width, .size.height, megas(u64::from(.size.width) * u64::from(.size.height)), megas(*.limit)
    )]
    TooManyPixels {
        /// What the header claims.
        size: ImageSize,
        /// Pixels allowed.
        limit: u64,
    },
    /// Decoding took more memory than a picture within the pixel limit needs.
    #[error("needs more memory than a {format} of {} megapixels should; raise --max-pixels if the file is to be trusted", megas(*.max_pixels))]
    TooMuchMemory {
        /// The container.
        format: PhotoFormat,
        /// Pixels allowed, from which the memory bound follows.
        max_pixels: u64,
    },
    /// A kind of file that is known and not read.
    #[error("is {kind}, which is not supported; {advice}")]
    Unsupported {
        /// With its article: "a Canon RAW file".
        kind: &'static str,
        /// What to do instead.
        advice: &'static str,
    },
    /// No known magic number.
    #[error(
        "is not a photo that can be told by its first bytes; expected JPEG, PNG, WebP, HEIC, AVIF, TIFF, BMP or GIF"
    )]
    UnknownFormat,
    /// AVIF without an AV1 decoder in libheif.
    #[error("is AVIF, and this build has no AV1 decoder; {AV1_ADVICE}")]
    NoAv1Decoder,
    /// The container or its picture is damaged past use.
    #[error(
        "cannot be decoded as {format}: {reason}; the file is damaged or cut off: fetch it again or export it as JPEG"
    )]
    Undecodable {
        /// The container, by its first bytes.
        format: PhotoFormat,
        /// What the decoder said.
        reason: String,
    },
    /// A decoder panicked; it was caught, and nothing but this photo is lost.
    #[error(
        "made the {format} decoder fail internally ({reason}); export the photo as JPEG, and please report it"
    )]
    DecoderPanicked {
        /// The container.
        format: PhotoFormat,
        /// The panic's message.
        reason: String,
    },
}

impl PhotoError {
    /// Wraps what a decoder said.
    pub(super) fn undecodable(format: PhotoFormat, reason: impl std::fmt::Display) -> Self {
        // Native decoders put line ends in their messages; an error is one line.
        let reason = reason.to_string().replace(['\n', '\r'], " ");
        Self::Undecodable { format, reason }
    }
}

/// Millions with one decimal: megabytes of bytes, megapixels of pixels.
fn megas(count: u64) -> String {
    #[allow(clippy::cast_precision_loss)] // For a message with one decimal.
    let value = count as f64 / 1e6;
    format!("{value:.1}")
}
