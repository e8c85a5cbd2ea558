//! A photo's bytes: one open, one read, bounded.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{DecodeError, PhotoError};
use crate::geometry::camera::ImageSize;

/// What one photo may cost at most.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Limits {
    /// Pixels of the picture as its header claims them (`--max-pixels`, there in millions).
    pub max_pixels: u64,
    /// Bytes of the file (`--max-bytes`, there in millions).
    pub max_bytes: u64,
    /// Long side over short side (`--max-aspect`).
    pub max_aspect: f64,
    /// Bytes that decoding may allocate, all buffers together (`--max-decode-memory`, there in millions).
    pub max_decode_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_pixels: 100_000_000,
            max_bytes: 100_000_000,
            // The widest panoramas of phones have 8.
            max_aspect: 20.0,
            // The costliest usual picture has 16-bit RGBA samples, 8 bytes a pixel, beside its 8-bit RGB copy, 3.
            max_decode_bytes: 1_200_000_000,
        }
    }
}

impl Limits {
    /// Checks a picture's claimed size, before anything is allocated for it.
    ///
    /// # Errors
    /// [`DecodeError::NoPixels`], [`TooManyPixels`](DecodeError::TooManyPixels),
    /// [`TooElongated`](DecodeError::TooElongated).
    pub fn check_size(&self, size: ImageSize) -> Result<(), DecodeError> {
        let (short, long) = (size.width.min(size.height), size.width.max(size.height));
        if short == 0 {
            return Err(DecodeError::NoPixels(size));
        }
        if u64::from(short) * u64::from(long) > self.max_pixels {
            let limit = self.max_pixels;
            return Err(DecodeError::TooManyPixels { size, limit });
        }
        if f64::from(long) > self.max_aspect * f64::from(short) {
            let limit = self.max_aspect;
            return Err(DecodeError::TooElongated { size, limit });
        }
        Ok(())
    }

    /// Checks what decoding will allocate, before it does.
    ///
    /// # Errors
    /// [`DecodeError::TooMuchMemory`].
    pub(super) fn check_memory(&self, bytes: u64) -> Result<(), DecodeError> {
        let limit = self.max_decode_bytes;
        if bytes > limit {
            return Err(DecodeError::TooMuchMemory { limit });
        }
        Ok(())
    }
}

/// A photo's bytes and their fingerprint.
#[derive(Debug, Clone)]
pub struct PhotoBytes {
    /// The whole file.
    pub bytes: Vec<u8>,
    /// SHA-256 of the bytes, lower-case hexadecimal.
    pub sha256: String,
}

/// Reads a photo's file, once.
///
/// # Errors
/// [`PhotoError::Read`], [`NotAFile`](PhotoError::NotAFile), [`Empty`](PhotoError::Empty),
/// [`TooManyBytes`](PhotoError::TooManyBytes).
pub fn read(path: &Path, limits: &Limits) -> Result<PhotoBytes, PhotoError> {
    // Before opening: to open a pipe would wait for its writer.
    if !fs::metadata(path)?.is_file() {
        return Err(PhotoError::NotAFile);
    }
    let file = File::open(path)?;
    let claimed = file.metadata()?.len();
    check_bytes(claimed, limits)?;
    let mut bytes = Vec::with_capacity(usize::try_from(claimed).unwrap_or(0));
    // The file may grow while it is read: one byte over the limit is enough to know.
    file.take(limits.max_bytes.saturating_add(1))
        .read_to_end(&mut bytes)?;
    check_bytes(bytes.len() as u64, limits)?;
    if bytes.is_empty() {
        return Err(PhotoError::Empty);
    }
    let sha256 = crate::hash::sha256(&bytes);
    Ok(PhotoBytes { bytes, sha256 })
}

fn check_bytes(found: u64, limits: &Limits) -> Result<(), PhotoError> {
    if found > limits.max_bytes {
        let limit = limits.max_bytes;
        return Err(PhotoError::TooManyBytes { found, limit });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file_of(bytes: &[u8]) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), bytes).unwrap();
        file
    }

    #[test]
    fn bytes_and_fingerprint_are_those_of_the_file() {
        let photo = read(file_of(b"abc").path(), &Limits::default()).unwrap();
        assert_eq!(photo.bytes, b"abc");
        // The test vector of FIPS 180-2.
        assert_eq!(
            photo.sha256,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn an_empty_file_a_folder_and_a_missing_file_are_told_apart() {
        let limits = Limits::default();
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(
            read(file_of(b"").path(), &limits),
            Err(PhotoError::Empty)
        ));
        assert!(matches!(
            read(folder.path(), &limits),
            Err(PhotoError::NotAFile)
        ));
        assert!(matches!(
            read(&folder.path().join("none.jpg"), &limits),
            Err(PhotoError::Read(_))
        ));
    }

    #[test]
    fn a_file_over_the_limit_is_refused_by_the_flag_s_name() {
        let limits = Limits {
            max_bytes: 2,
            ..Limits::default()
        };
        let message = read(file_of(b"abc").path(), &limits)
            .unwrap_err()
            .to_string();
        assert!(message.contains("--max-bytes"), "{message}");
    }
}
