//! Writes the EXIF block of a rendered photo: a TIFF structure (big-endian, as phones write it) with focal lengths,
//! orientation and, for part of the photos, Apple's MakerNote with the accelerometer's vector.

use super::Vec3;

/// EXIF Orientation values that photos are stored with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Orientation {
    /// 1: stored as displayed.
    Upright,
    /// 3: stored upside down.
    UpsideDown,
    /// 6: displayed after a clockwise quarter turn.
    Clockwise,
    /// 8: displayed after an anticlockwise quarter turn.
    Anticlockwise,
}

impl Orientation {
    /// The tag's value.
    pub(super) const fn tag(self) -> u16 {
        match self {
            Self::Upright => 1,
            Self::UpsideDown => 3,
            Self::Clockwise => 6,
            Self::Anticlockwise => 8,
        }
    }

    /// Stored column and row of the displayed pixel (x, y), and the stored size, for a displayed size.
    pub(super) const fn stored(self, x: u32, y: u32, [width, height]: [u32; 2]) -> [u32; 2] {
        match self {
            Self::Upright => [x, y],
            Self::UpsideDown => [width - 1 - x, height - 1 - y],
            Self::Clockwise => [y, width - 1 - x],
            Self::Anticlockwise => [height - 1 - y, x],
        }
    }

    /// Columns and rows of the stored picture.
    pub(super) const fn stored_size(self, [width, height]: [u32; 2]) -> [u32; 2] {
        match self {
            Self::Upright | Self::UpsideDown => [width, height],
            Self::Clockwise | Self::Anticlockwise => [height, width],
        }
    }

    /// The orientation that the phone was held in: software that turns the pixels of a portrait photo upright leaves the
    /// MakerNote as the phone wrote it.
    fn held(self, [width, height]: [u32; 2]) -> Self {
        if self == Self::Upright && height > width {
            Self::Clockwise
        } else {
            self
        }
    }

    /// A vector of the displayed picture's frame (x right, y down) in the frame of the stored one.
    fn to_stored(self, v: Vec3) -> Vec3 {
        match self {
            Self::Upright => v,
            Self::UpsideDown => Vec3::new(-v.x, -v.y, v.z),
            // The display maps the stored (x, y) to (-y, x) for 6 and to (y, -x) for 8; these are the inverses.
            Self::Clockwise => Vec3::new(v.y, -v.x, v.z),
            Self::Anticlockwise => Vec3::new(-v.y, v.x, v.z),
        }
    }
}

/// How a photo tells its focal length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FocalTags {
    /// FocalLength and FocalLengthIn35mmFilm.
    Equivalent,
    /// FocalLength and FocalPlaneXResolution in dots per centimetre.
    FocalPlane,
}

/// What the EXIF block says.
#[derive(Debug, Clone)]
pub(super) struct PhotoTags<'a> {
    pub(super) make: &'a str,
    pub(super) model: &'a str,
    pub(super) lens: &'a str,
    pub(super) orientation: Orientation,
    /// Columns and rows as displayed.
    pub(super) size: [u32; 2],
    pub(super) focal_mm: f64,
    pub(super) focal_35mm: u16,
    pub(super) focal_px: f64,
    pub(super) focal_tags: FocalTags,
    /// Direction of gravity in the displayed picture's camera frame, for Apple's MakerNote.
    pub(super) gravity: Option<Vec3>,
    /// Whether the MakerNote names the ultra-wide camera.
    pub(super) ultra_wide: bool,
}

/// Value types of TIFF.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Ascii = 2,
    Short = 3,
    Long = 4,
    Rational = 5,
    Undefined = 7,
    SignedRational = 10,
}

struct Entry {
    tag: u16,
    kind: Kind,
    count: u32,
    bytes: Vec<u8>,
}

impl Entry {
    fn ascii(tag: u16, text: &str) -> Self {
        let mut bytes = text.as_bytes().to_vec();
        bytes.push(0);
        Self {
            tag,
            kind: Kind::Ascii,
            count: bytes.len() as u32,
            bytes,
        }
    }

    fn short(tag: u16, value: u16) -> Self {
        Self {
            tag,
            kind: Kind::Short,
            count: 1,
            bytes: value.to_be_bytes().to_vec(),
        }
    }

    fn long(tag: u16, value: u32) -> Self {
        Self {
            tag,
            kind: Kind::Long,
            count: 1,
            bytes: value.to_be_bytes().to_vec(),
        }
    }

    fn rational(tag: u16, value: f64) -> Self {
        const DENOMINATOR: u32 = 10_000;
        let numerator = (value * f64::from(DENOMINATOR)).round() as u32;
        let bytes = [numerator.to_be_bytes(), DENOMINATOR.to_be_bytes()].concat();
        Self {
            tag,
            kind: Kind::Rational,
            count: 1,
            bytes,
        }
    }
}

/// Bytes of a directory that starts at `offset` of its structure: the table, then the values that do not fit in it.
fn directory(mut entries: Vec<Entry>, offset: u32) -> Vec<u8> {
    entries.sort_by_key(|entry| entry.tag);
    let table = 2 + 12 * entries.len() + 4;
    let mut out = (entries.len() as u16).to_be_bytes().to_vec();
    let mut values: Vec<u8> = Vec::new();
    for entry in &entries {
        out.extend(entry.tag.to_be_bytes());
        out.extend((entry.kind as u16).to_be_bytes());
        out.extend(entry.count.to_be_bytes());
        if entry.bytes.len() <= 4 {
            let mut inline = entry.bytes.clone();
            inline.resize(4, 0);
            out.extend(inline);
        } else {
            out.extend((offset + (table + values.len()) as u32).to_be_bytes());
            values.extend(&entry.bytes);
            // TIFF wants values on word boundaries.
            if values.len() % 2 == 1 {
                values.push(0);
            }
        }
    }
    out.extend([0; 4]);
    out.extend(values);
    out
}

/// Apple's MakerNote: a header, then a directory whose offsets count from the note's start.
fn apple_maker_note(gravity: Vec3, ultra_wide: bool) -> Vec<u8> {
    const HEADER: &[u8] = b"Apple iOS\0\0\x01MM";
    // In the stored frame g = (-ay, -ax, -az).
    let acceleration = [-gravity.y, -gravity.x, -gravity.z];
    const DENOMINATOR: i32 = 100_000;
    let bytes = acceleration
        .iter()
        .flat_map(|a| {
            let numerator = (f64::from(*a) * f64::from(DENOMINATOR)).round() as i32;
            [numerator.to_be_bytes(), DENOMINATOR.to_be_bytes()].concat()
        })
        .collect();
    let entries = vec![
        Entry {
            tag: 0x0008,
            kind: Kind::SignedRational,
            count: 3,
            bytes,
        },
        // CameraType: 0 is the ultra-wide camera, 1 the main one.
        Entry::long(0x002e, u32::from(!ultra_wide)),
    ];
    let mut note = HEADER.to_vec();
    note.extend(directory(entries, HEADER.len() as u32));
    note
}

/// The TIFF structure of the EXIF block, without the `Exif` marker that JPEG puts before it.
pub(super) fn encode(tags: &PhotoTags<'_>) -> Vec<u8> {
    let [width, height] = tags.orientation.stored_size(tags.size);
    let mut exif = vec![
        Entry::rational(0x920a, tags.focal_mm),
        Entry::long(0xa002, width),
        Entry::long(0xa003, height),
        Entry::ascii(0xa434, tags.lens),
    ];
    match tags.focal_tags {
        FocalTags::Equivalent => exif.push(Entry::short(0xa405, tags.focal_35mm)),
        FocalTags::FocalPlane => {
            let dots_per_cm = tags.focal_px / tags.focal_mm * 10.0;
            exif.push(Entry::rational(0xa20e, dots_per_cm));
            exif.push(Entry::rational(0xa20f, dots_per_cm));
            // FocalPlaneResolutionUnit: 3 is the centimetre.
            exif.push(Entry::short(0xa210, 3));
        }
    }
    if let Some(gravity) = tags.gravity {
        let held = tags.orientation.held(tags.size);
        let note = apple_maker_note(held.to_stored(gravity), tags.ultra_wide);
        exif.push(Entry {
            tag: 0x927c,
            kind: Kind::Undefined,
            count: note.len() as u32,
            bytes: note,
        });
    }
    let main = |pointer: u32| {
        vec![
            Entry::ascii(0x010f, tags.make),
            Entry::ascii(0x0110, tags.model),
            Entry::short(0x0112, tags.orientation.tag()),
            Entry::long(0x8769, pointer),
        ]
    };
    // The header is 8 bytes; the main directory's length does not depend on the pointer in it.
    let pointer = 8 + directory(main(0), 8).len() as u32;
    let mut out = b"MM\0\x2a\0\0\0\x08".to_vec();
    out.extend(directory(main(pointer), 8));
    out.extend(directory(exif, pointer));
    out
}

#[cfg(test)]
mod tests {
    use ::exif::{In, Reader, Tag, Value};

    use super::*;

    fn tags(orientation: Orientation) -> PhotoTags<'static> {
        PhotoTags {
            make: "Apple",
            model: "iPhone",
            lens: "iPhone back camera",
            orientation,
            size: [384, 512],
            focal_mm: 5.7,
            focal_35mm: 26,
            focal_px: 384.6,
            focal_tags: FocalTags::Equivalent,
            gravity: Some(Vec3::new(0.0, 1.0, 0.0)),
            ultra_wide: false,
        }
    }

    fn short(exif: &::exif::Exif, tag: Tag) -> Option<u32> {
        exif.get_field(tag, In::PRIMARY)?.value.get_uint(0)
    }

    #[test]
    fn a_reader_finds_what_was_written() {
        let block = encode(&tags(Orientation::Clockwise));
        let exif = Reader::new().read_raw(block).unwrap();
        assert_eq!(short(&exif, Tag::FocalLengthIn35mmFilm), Some(26));
        assert_eq!(short(&exif, Tag::Orientation), Some(6));
        // The stored picture lies: its columns are the displayed rows.
        assert_eq!(short(&exif, Tag::PixelXDimension), Some(512));
        assert_eq!(short(&exif, Tag::PixelYDimension), Some(384));
        let focal = &exif.get_field(Tag::FocalLength, In::PRIMARY).unwrap().value;
        assert!(matches!(focal, Value::Rational(v) if (v[0].to_f64() - 5.7).abs() < 1e-6));
        let lens = exif.get_field(Tag::LensModel, In::PRIMARY).unwrap();
        assert!(lens.display_value().to_string().contains("back camera"));
    }

    #[test]
    fn focal_plane_resolution_gives_the_focal_length() {
        let mut tags = tags(Orientation::Upright);
        tags.focal_tags = FocalTags::FocalPlane;
        let exif = Reader::new().read_raw(encode(&tags)).unwrap();
        assert_eq!(short(&exif, Tag::FocalLengthIn35mmFilm), None);
        let field = exif.get_field(Tag::FocalPlaneXResolution, In::PRIMARY);
        let Value::Rational(resolution) = &field.unwrap().value else {
            panic!("the resolution is a rational");
        };
        let focal_px = resolution[0].to_f64() * tags.focal_mm / 10.0;
        assert!((focal_px - tags.focal_px).abs() < 0.01);
    }

    /// The accelerometer's vector as a reader of the MakerNote finds it.
    fn acceleration(block: Vec<u8>) -> [f64; 3] {
        let exif = Reader::new().read_raw(block).unwrap();
        let field = exif.get_field(Tag::MakerNote, In::PRIMARY).unwrap();
        let Value::Undefined(note, _) = &field.value else {
            panic!("the maker note is undefined bytes");
        };
        assert!(note.starts_with(b"Apple iOS\0\0\x01MM"));
        assert_eq!(note[16..18], [0, 8], "the first tag is AccelerationVector");
        let word = |at: usize| i32::from_be_bytes(note[at..at + 4].try_into().unwrap());
        let values = word(24) as usize;
        [0, 8, 16].map(|k| f64::from(word(values + k)) / f64::from(word(values + k + 4)))
    }

    #[test]
    fn gravity_is_told_in_device_axes() {
        // Device axes: x right, y to the phone's top, z out of the screen. A phone held upright (6) feels -y, one that
        // lies on its side with Orientation 1 feels -x. Readers accept no other vectors for the displayed sides, so an
        // upright portrait photo, which software turned, keeps the vector of the phone held upright.
        let (portrait, landscape) = ([384, 512], [512, 384]);
        for (orientation, size, expected) in [
            (Orientation::Clockwise, portrait, [0.0, -1.0, 0.0]),
            (Orientation::Anticlockwise, portrait, [0.0, 1.0, 0.0]),
            (Orientation::Upright, landscape, [-1.0, 0.0, 0.0]),
            (Orientation::UpsideDown, landscape, [1.0, 0.0, 0.0]),
            (Orientation::Upright, portrait, [0.0, -1.0, 0.0]),
        ] {
            let found = acceleration(encode(&PhotoTags {
                size,
                ..tags(orientation)
            }));
            for axis in 0..3 {
                assert!(
                    (found[axis] - expected[axis]).abs() < 1e-6,
                    "{orientation:?} {size:?}"
                );
            }
        }
    }

    #[test]
    fn each_stored_pixel_is_used_once() {
        for orientation in [
            Orientation::Upright,
            Orientation::UpsideDown,
            Orientation::Clockwise,
            Orientation::Anticlockwise,
        ] {
            let size = [3, 5];
            let [columns, rows] = orientation.stored_size(size);
            let mut seen = [false; 15];
            for y in 0..size[1] {
                for x in 0..size[0] {
                    let [sx, sy] = orientation.stored(x, y, size);
                    assert!(sx < columns && sy < rows);
                    seen[(sy * columns + sx) as usize] = true;
                }
            }
            assert!(seen.iter().all(|&used| used), "{orientation:?}");
        }
    }
}
