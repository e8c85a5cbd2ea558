//! What a file is, by its first bytes; its name is never asked.

use super::PhotoFormat;
use super::error::PhotoError;
use super::ifd::{ByteOrder, entries, field_type};

const EXPORT: &str = "export it as JPEG with the camera's or a RAW developer's software";
const FRAME: &str = "save one frame as JPEG or PNG";
const CONVERT: &str = "convert it to JPEG or PNG";
const UNPACK: &str = "unpack it and name the photos inside";
const NOT_THE_PAGE: &str = "download the photo itself, not the page around it";

/// Tells the container.
///
/// # Errors
/// [`PhotoError::Empty`], [`Unsupported`](PhotoError::Unsupported) with advice for RAW, video and other known kinds,
/// [`UnknownFormat`](PhotoError::UnknownFormat).
pub fn sniff(bytes: &[u8]) -> Result<PhotoFormat, PhotoError> {
    if bytes.is_empty() {
        return Err(PhotoError::Empty);
    }
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    let holds = |at: usize, text: &[u8]| bytes.get(at..).is_some_and(|rest| rest.starts_with(text));
    if starts(b"\xff\xd8\xff") {
        Ok(PhotoFormat::Jpeg)
    } else if starts(b"\x89PNG\r\n\x1a\n") {
        Ok(PhotoFormat::Png)
    } else if starts(b"RIFF") && holds(8, b"WEBP") {
        Ok(PhotoFormat::Webp)
    } else if starts(b"GIF87a") || starts(b"GIF89a") {
        Ok(PhotoFormat::Gif)
    } else if starts(b"BM") && holds(6, &[0; 4]) {
        // "BM" alone begins many a text; the reserved words of a bitmap's header are zero.
        Ok(PhotoFormat::Bmp)
    } else if holds(4, b"ftyp") {
        iso_media(bytes)
    } else if starts(b"II*\0") || starts(b"MM\0*") {
        tiff(bytes)
    } else {
        Err(other(bytes))
    }
}

/// ISO base media files: HEIF and AVIF stills among RAW and video, told by their brands.
fn iso_media(bytes: &[u8]) -> Result<PhotoFormat, PhotoError> {
    let claimed = ByteOrder::Big.offset(bytes, 0).unwrap_or(0);
    let end = claimed.clamp(16.min(bytes.len()), bytes.len());
    // Major brand, minor version, compatible brands; the version never looks like a brand.
    let brands = || bytes.get(8..end).unwrap_or_default().chunks_exact(4);
    let any = |known: &[&[u8]]| brands().any(|brand| known.contains(&brand));
    if any(&[b"crx "]) {
        return unsupported("a Canon RAW file (CR3)", EXPORT);
    }
    if any(&[b"avif", b"avis"]) {
        return Ok(PhotoFormat::Avif);
    }
    if any(&[
        b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1",
    ]) {
        return Ok(PhotoFormat::Heic);
    }
    unsupported("a video (MP4, MOV or alike)", FRAME)
}

/// TIFF proper, or one of the RAW formats that are built on it and whose first picture is a mere thumbnail.
fn tiff(bytes: &[u8]) -> Result<PhotoFormat, PhotoError> {
    const NEW_SUBFILE_TYPE: u16 = 254;
    const SUB_IFDS: u16 = 330;
    const DNG_VERSION: u16 = 50_706;
    if bytes
        .get(8..)
        .is_some_and(|rest| rest.starts_with(b"CR\x02"))
    {
        return unsupported("a Canon RAW file (CR2)", EXPORT);
    }
    let first = ByteOrder::from_mark(bytes)
        .and_then(|order| order.offset(bytes, 4).map(|offset| (order, offset)));
    if let Some((order, offset)) = first {
        for entry in entries(bytes, order, offset) {
            match entry.tag {
                DNG_VERSION => return unsupported("a RAW file (DNG)", EXPORT),
                SUB_IFDS => return unsupported("a RAW file (NEF, ARW or alike)", EXPORT),
                NEW_SUBFILE_TYPE
                    if entry.field_type == field_type::LONG
                        && order.u32(bytes, entry.value_at) == Some(1) =>
                {
                    return unsupported("a RAW file (NEF, ARW or alike)", EXPORT);
                }
                _ => {}
            }
        }
    }
    Ok(PhotoFormat::Tiff)
}

fn unsupported(kind: &'static str, advice: &'static str) -> Result<PhotoFormat, PhotoError> {
    Err(PhotoError::Unsupported { kind, advice })
}

/// Names what people do hand in by mistake.
fn other(bytes: &[u8]) -> PhotoError {
    const KNOWN: &[(usize, &[u8], &str, &str)] = &[
        (0, b"FUJIFILMCCD-RAW", "a Fujifilm RAW file (RAF)", EXPORT),
        (0, b"IIRO", "an Olympus RAW file (ORF)", EXPORT),
        (0, b"IIRS", "an Olympus RAW file (ORF)", EXPORT),
        (0, b"MMOR", "an Olympus RAW file (ORF)", EXPORT),
        (0, b"IIU\0", "a Panasonic RAW file (RW2)", EXPORT),
        (0, b"FOVb", "a Sigma RAW file (X3F)", EXPORT),
        (0, b"\x1a\x45\xdf\xa3", "a video (Matroska or WebM)", FRAME),
        (8, b"AVI ", "a video (AVI)", FRAME),
        (4, b"moov", "a video (QuickTime)", FRAME),
        (4, b"mdat", "a video (QuickTime)", FRAME),
        (4, b"wide", "a video (QuickTime)", FRAME),
        (0, b"\0\0\x01\xba", "a video (MPEG)", FRAME),
        (0, b"\xff\x0a", "a JPEG XL picture", CONVERT),
        (0, b"\0\0\0\x0cJXL \r\n\x87\n", "a JPEG XL picture", CONVERT),
        (
            0,
            b"\0\0\0\x0cjP  \r\n\x87\n",
            "a JPEG 2000 picture",
            CONVERT,
        ),
        (0, b"II+\0", "a BigTIFF picture", CONVERT),
        (0, b"MM\0+", "a BigTIFF picture", CONVERT),
        (0, b"8BPS", "a Photoshop document", CONVERT),
        (0, b"%PDF", "a PDF document", CONVERT),
        (0, b"PK\x03\x04", "a ZIP archive", UNPACK),
        (0, b"\x1f\x8b", "a gzip archive", UNPACK),
        (0, b"Rar!", "a RAR archive", UNPACK),
        (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive", UNPACK),
        (
            0,
            b"\0\x05\x16\x07",
            "what macOS keeps beside a file on foreign disks (AppleDouble)",
            "the photo has the same name without ._ at its beginning",
        ),
        (
            0,
            b"bplist00",
            "a placeholder for a file that is not on this machine (iCloud), or other macOS settings",
            "download the photo first: Finder, right click, Download Now",
        ),
    ];
    KNOWN
        .iter()
        .find(|(at, magic, ..)| bytes.get(*at..).is_some_and(|rest| rest.starts_with(magic)))
        .map(|&(_, _, kind, advice)| (kind, advice))
        .or_else(|| text(bytes))
        .map_or(PhotoError::UnknownFormat, |(kind, advice)| {
            PhotoError::Unsupported { kind, advice }
        })
}

/// Text that stands where a photo was expected, and files that a download or copy never filled.
fn text(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    /// As much as tells.
    const BEGINNING: usize = 256;
    const KNOWN: &[(&str, &str, &str)] = &[
        ("<!doctype", "a web page", NOT_THE_PAGE),
        ("<html", "a web page", NOT_THE_PAGE),
        ("<head", "a web page", NOT_THE_PAGE),
        ("<!--", "a web page", NOT_THE_PAGE),
        ("<svg", "an SVG drawing", CONVERT),
        (
            "<?xml",
            "an XML document, as servers send in place of what they refuse",
            "open it in a text editor to see why, and download the photo anew",
        ),
        (
            "{\"",
            "a JSON document, as servers send in place of what they refuse",
            "open it in a text editor to see why, and download the photo anew",
        ),
        (
            "version https://git-lfs",
            "a Git LFS pointer and not the photo",
            "fetch the photos with: git lfs pull",
        ),
    ];
    let beginning = bytes.get(..BEGINNING).unwrap_or(bytes);
    if beginning.iter().all(|byte| *byte == 0) {
        return Some((
            "filled with zeros: a download or copy that was cut off",
            "fetch it again",
        ));
    }
    let text = String::from_utf8_lossy(beginning);
    let text = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    let text = text.to_ascii_lowercase();
    KNOWN
        .iter()
        .find(|(start, ..)| text.starts_with(start))
        .map(|&(_, kind, advice)| (kind, advice))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(bytes: &[u8]) -> String {
        match sniff(bytes) {
            Ok(format) => format!("{format:?}"),
            Err(PhotoError::Unsupported { kind, .. }) => kind.to_owned(),
            Err(error) => error.to_string(),
        }
    }

    fn ftyp(brands: &[&[u8; 4]]) -> Vec<u8> {
        let mut bytes = u32::try_from(12 + 4 * brands.len())
            .unwrap()
            .to_be_bytes()
            .to_vec();
        bytes.extend(b"ftyp");
        bytes.extend(brands[0]);
        bytes.extend([0; 4]);
        bytes.extend(brands[1..].iter().copied().flatten());
        bytes
    }

    #[test]
    fn stills_of_iso_media_files_are_told_from_videos_and_raw() {
        assert_eq!(kind(&ftyp(&[b"heic", b"mif1"])), "Heic");
        assert_eq!(kind(&ftyp(&[b"mif1", b"heic"])), "Heic");
        assert_eq!(kind(&ftyp(&[b"mif1", b"avif", b"miaf"])), "Avif");
        assert!(kind(&ftyp(&[b"qt  ", b"qt  "])).contains("video"));
        assert!(kind(&ftyp(&[b"mp42", b"isom"])).contains("video"));
        assert!(kind(&ftyp(&[b"crx ", b"isom"])).contains("CR3"));
    }

    #[test]
    fn raw_files_built_on_tiff_are_not_taken_for_pictures() {
        let with_entry = |tag: u16, value: u32| {
            let mut bytes = b"II*\0\x08\0\0\0\x01\0".to_vec();
            bytes.extend(tag.to_le_bytes());
            bytes.extend(field_type::LONG.to_le_bytes());
            bytes.extend(1_u32.to_le_bytes());
            bytes.extend(value.to_le_bytes());
            bytes.extend([0; 4]);
            bytes
        };
        assert!(kind(&with_entry(50_706, 0x0401)).contains("DNG"));
        assert!(kind(&with_entry(330, 100)).contains("RAW"));
        assert!(kind(&with_entry(254, 1)).contains("RAW"));
        assert_eq!(kind(&with_entry(254, 0)), "Tiff");
        assert!(kind(b"II*\0\x10\0\0\0CR\x02\0").contains("CR2"));
    }

    #[test]
    fn what_is_no_photo_is_named() {
        assert!(kind(b"<!DOCTYPE html><html>").contains("web page"));
        assert!(kind(b"\xef\xbb\xbf\r\n <HTML>").contains("web page"));
        assert!(kind(b"<?xml version=\"1.0\"?><Error>").contains("XML"));
        assert!(kind(b"{\"message\": \"Not Found\"}").contains("JSON"));
        assert!(kind(b"version https://git-lfs.github.com/spec/v1\n").contains("LFS"));
        assert!(kind(b"bplist00\xd3").contains("iCloud"));
        assert!(kind(b"\0\x05\x16\x07\0\x02\0\0Mac OS X").contains("AppleDouble"));
        assert!(kind(&[0; 4096]).contains("zeros"));
        assert!(kind(b"%PDF-1.7").contains("PDF"));
        assert!(kind(b"II+\0\x08\0\0\0").contains("BigTIFF"));
        assert!(kind(b"hello").contains("expected a JPEG"));
        assert!(kind(b"BMW is a maker of cars").contains("expected a JPEG"));
        assert!(kind(b"").contains("empty"));
    }
}
