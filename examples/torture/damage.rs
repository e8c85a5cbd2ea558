//! Damaged photos, the same ones for the same seed.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use image::{DynamicImage, ImageFormat, RgbImage};
use measure_bench::photo::{self, Limits};
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Bytes at the start of a file where headers stand: half of all changes go there.
const HEADER: usize = 2048;

/// A sound photo.
pub struct Original {
    /// Its format, for the table.
    pub kind: &'static str,
    bytes: Vec<u8>,
    /// What it decodes to.
    pub pixels: RgbImage,
}

/// A photo that was damaged.
pub struct Damage {
    /// Its file's name.
    pub file: String,
    /// What it was made of.
    pub original: usize,
    /// Its end is missing, and nothing else was done to it.
    pub cut: bool,
}

/// Sound photos of every format: fixtures, tiny files with unusual samples, and small pictures in the formats that neither has.
pub fn originals() -> Result<Vec<Original>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["fixtures", "tests/data/tiny"] {
        for entry in std::fs::read_dir(root.join(folder))? {
            files.push(entry?.path());
        }
    }
    // The order of a folder is the system's whim.
    files.sort();
    let mut originals = Vec::new();
    for path in files {
        if let Some(kind) = kind_of(&path) {
            originals.push(original(kind, std::fs::read(&path)?)?);
        }
    }
    let small = image::open(root.join("fixtures/plain.png"))?.thumbnail(320, 320);
    for (kind, format) in [
        ("TIFF", ImageFormat::Tiff),
        ("BMP", ImageFormat::Bmp),
        ("GIF", ImageFormat::Gif),
        ("WebP", ImageFormat::WebP),
        ("PNG", ImageFormat::Png),
    ] {
        originals.push(original(kind, encoded(&small, format)?)?);
    }
    let deep = DynamicImage::from(small.to_rgba16());
    originals.push(original("TIFF", encoded(&deep, ImageFormat::Tiff)?)?);
    originals.push(original("PNG", encoded(&deep, ImageFormat::Png)?)?);
    Ok(originals)
}

fn kind_of(path: &Path) -> Option<&'static str> {
    // The largest would take most of the time.
    if path.file_stem()?.to_str()?.contains("24mp") {
        return None;
    }
    match path.extension()?.to_str()? {
        "jpg" => Some("JPEG"),
        "png" => Some("PNG"),
        "webp" => Some("WebP"),
        "heic" => Some("HEIC"),
        _ => None,
    }
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Result<Vec<u8>> {
    let mut bytes = Cursor::new(Vec::new());
    let picture = match format {
        ImageFormat::Gif => DynamicImage::from(picture.to_rgba8()),
        _ => picture.clone(),
    };
    picture.write_to(&mut bytes, format)?;
    Ok(bytes.into_inner())
}

fn original(kind: &'static str, bytes: Vec<u8>) -> Result<Original> {
    let photo =
        photo::decode(&bytes, &Limits::default()).with_context(|| format!("a sound {kind}"))?;
    Ok(Original {
        kind,
        bytes,
        pixels: photo.pixels,
    })
}

/// Writes `count` damaged photos into `folder`.
pub fn write(
    originals: &[Original],
    folder: &Path,
    count: usize,
    seed: u64,
) -> Result<Vec<Damage>> {
    let mut kinds: Vec<&str> = originals.iter().map(|o| o.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    (0..count)
        .map(|index| {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            random.set_stream(index as u64);
            // Every format as often as any other, however many originals it has.
            let kind = kinds[index % kinds.len()];
            let of_kind: Vec<usize> = (0..originals.len())
                .filter(|i| originals[*i].kind == kind)
                .collect();
            let original = *of_kind
                .choose(&mut random)
                .context("a format without photos")?;
            let (name, bytes, cut) = damaged(originals, original, &mut random);
            let file = format!("{index:05}-{name}.{}", kind.to_ascii_lowercase());
            std::fs::write(folder.join(PathBuf::from(&file)), bytes)?;
            Ok(Damage {
                file,
                original,
                cut,
            })
        })
        .collect()
}

fn damaged(
    originals: &[Original],
    original: usize,
    random: &mut ChaCha8Rng,
) -> (&'static str, Vec<u8>, bool) {
    let mut bytes = originals[original].bytes.clone();
    let length = bytes.len();
    match random.random_range(0..10) {
        0..=3 => {
            for _ in 0..1_usize << random.random_range(0..7) {
                let at = place(length, random);
                bytes[at] ^= 1 << random.random_range(0..8);
            }
            ("bits", bytes, false)
        }
        4..=6 => {
            bytes.truncate(random.random_range(0..length));
            ("cut", bytes, true)
        }
        7 => {
            // The beginning of another file, of any format, before the rest of this one.
            let other = &originals[random.random_range(0..originals.len())].bytes;
            let until = random.random_range(1..HEADER.min(length).min(other.len()));
            bytes[..until].copy_from_slice(&other[..until]);
            ("spliced", bytes, false)
        }
        8 => {
            // Numbers as large as they go: sizes, counts, offsets.
            for _ in 0..random.random_range(1..4) {
                let at = place(length, random);
                let end = (at + 4).min(length);
                bytes[at..end].fill(0xff);
            }
            ("huge", bytes, false)
        }
        _ => {
            let from = place(length, random);
            let count = random.random_range(1..=(length - from).min(4096));
            if random.random() {
                bytes.drain(from..from + count);
                ("gap", bytes, false)
            } else {
                let again = bytes[from..from + count].to_vec();
                bytes.splice(from..from, again);
                ("twice", bytes, false)
            }
        }
    }
}

fn place(length: usize, random: &mut ChaCha8Rng) -> usize {
    let end = if random.random() {
        HEADER.min(length)
    } else {
        length
    };
    random.random_range(0..end)
}
