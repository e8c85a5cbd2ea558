//! Why a photo cannot be used.

use serde::{Deserialize, Serialize};

use super::PhotoFormat;
use crate::deadline::TimedOut;
use crate::geometry::camera::ImageSize;

/// How to read AVIF. libheif takes the decoders that it finds when it is built, and cargo does not notice new ones.
pub const AV1_ADVICE: &str = "convert such photos to JPEG or PNG, or build with a decoder (Debian: sudo apt-get install \
                              libdav1d-dev && cargo clean --release -p libheif-sys && make release)";

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
    /// A kind of file that is known and not read.
    #[error(
        "is {kind}: {advice} (expected a JPEG, PNG, WebP, HEIC, AVIF, TIFF, BMP or GIF picture)"
    )]
    Unsupported {
        /// With its article: "a Canon RAW file".
        kind: &'static str,
        /// What to do instead.
        advice: &'static str,
    },
    /// No known magic number.
    #[error(
        "is not a photo, going by its first bytes; expected a JPEG, PNG, WebP, HEIC, AVIF, TIFF, BMP or GIF picture: open it to see what it is, and fetch it again"
    )]
    UnknownFormat,
    /// The container's decoder gave no pixels.
    #[error(transparent)]
    Decode(#[from] DecodeError),
}

/// Why a container's decoder gives no pixels. Crosses from the process that decodes to the one that measures.
#[derive(Debug, Clone, PartialEq, thiserror::Error, Serialize, Deserialize)]
pub enum DecodeError {
    /// A picture without extent.
    #[error("has a size of {}x{}; the file is damaged: fetch it again", .0.width, .0.height)]
    NoPixels(ImageSize),
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
    /// Longer in proportion than allowed.
    #[error(
        "has {}x{}, one side more than {limit} times the other, as no photo of a room has; raise the limit with --max-aspect",
        .size.width, .size.height
    )]
    TooElongated {
        /// What the header claims.
        size: ImageSize,
        /// Long side over short side allowed.
        limit: f64,
    },
    /// Decoding takes more memory than allowed.
    #[error("needs more memory to decode than the limit of {} MB; raise it with --max-decode-memory", megas(*.limit))]
    TooMuchMemory {
        /// Bytes allowed.
        limit: u64,
    },
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
    Panicked {
        /// The container.
        format: PhotoFormat,
        /// The panic's message.
        reason: String,
    },
    /// The process that decoded it died; nothing but this photo is lost.
    #[error(
        "made the {format} decoder crash ({how}); export the photo as JPEG, or raise --max-decode-memory if it ran out of memory"
    )]
    Crashed {
        /// The container.
        format: PhotoFormat,
        /// The signal or exit code that ended the process.
        how: String,
    },
    /// Decoding was ended at the photo's timeout.
    #[error(transparent)]
    TimedOut(#[from] TimedOut),
    /// There is no process to decode in.
    #[error(
        "cannot be decoded: no process can be started for it ({reason}); --isolation none decodes without one"
    )]
    NoProcess {
        /// What the system says.
        reason: String,
    },
}

impl DecodeError {
    /// Wraps what a decoder said.
    pub(super) fn undecodable(format: PhotoFormat, reason: impl std::fmt::Display) -> Self {
        // Native decoders put line ends in their messages; an error is one line.
        let reason = reason.to_string().replace(['\n', '\r'], " ");
        let reason = reason.trim().to_owned();
        Self::Undecodable { format, reason }
    }
}

/// Millions with one decimal: megabytes of bytes, megapixels of pixels.
fn megas(count: u64) -> String {
    #[allow(clippy::cast_precision_loss)] // For a message with one decimal.
    let value = count as f64 / 1e6;
    format!("{value:.1}")
}
