//! Photos made byte by byte, for tests.

use std::io::Cursor;

use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{DynamicImage, ExtendedColorType, ImageEncoder, ImageFormat, Rgb, RgbImage};

/// A picture whose four quarters differ: red, green / blue, white. Wider than high.
pub(super) fn quarters(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        Rgb(match (2 * x < width, 2 * y < height) {
            (true, true) => [255, 0, 0],
            (false, true) => [0, 255, 0],
            (true, false) => [0, 0, 255],
            (false, false) => [255, 255, 255],
        })
    })
}

pub(super) fn encode(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// One field of an EXIF block.
pub(super) enum Field {
    Short(u16, u16),
    Long(u16, u32),
    Rational(u16, u32, u32),
    Ascii(u16, &'static str),
    Undefined(u16, Vec<u8>),
}

impl Field {
    /// Tag, type, count, value bytes, big-endian.
    fn parts(&self) -> (u16, u16, usize, Vec<u8>) {
        match self {
            Self::Short(tag, value) => (*tag, 3, 1, value.to_be_bytes().to_vec()),
            Self::Long(tag, value) => (*tag, 4, 1, value.to_be_bytes().to_vec()),
            Self::Rational(tag, a, b) => (*tag, 5, 1, [a.to_be_bytes(), b.to_be_bytes()].concat()),
            Self::Ascii(tag, text) => (*tag, 2, text.len() + 1, [text.as_bytes(), b"\0"].concat()),
            Self::Undefined(tag, bytes) => (*tag, 7, bytes.len(), bytes.clone()),
        }
    }
}

/// A directory that starts at `at` in its block, with its long values behind it, and no next directory.
fn directory(fields: &[Field], at: usize) -> Vec<u8> {
    let mut head = u16::try_from(fields.len()).unwrap().to_be_bytes().to_vec();
    let mut tail = Vec::new();
    let values_at = at + 2 + 12 * fields.len() + 4;
    for field in fields {
        let (tag, field_type, count, mut value) = field.parts();
        head.extend(tag.to_be_bytes());
        head.extend(field_type.to_be_bytes());
        head.extend(u32::try_from(count).unwrap().to_be_bytes());
        if value.len() <= 4 {
            value.resize(4, 0);
            head.extend(value);
        } else {
            let offset = values_at + tail.len();
            head.extend(u32::try_from(offset).unwrap().to_be_bytes());
            tail.extend(value);
        }
    }
    [head, vec![0; 4], tail].concat()
}

/// A big-endian TIFF block with the fields of IFD0 and of the EXIF directory.
pub(super) fn exif_block(mut first: Vec<Field>, exif: &[Field]) -> Vec<u8> {
    const EXIF_POINTER: u16 = 0x8769;
    first.push(Field::Long(EXIF_POINTER, 0));
    let exif_at = 8 + directory(&first, 8).len();
    first.pop();
    first.push(Field::Long(EXIF_POINTER, u32::try_from(exif_at).unwrap()));
    [
        b"MM\0*\0\0\0\x08".to_vec(),
        directory(&first, 8),
        directory(exif, exif_at),
    ]
    .concat()
}

/// A JPEG with an EXIF block after its start marker.
pub(super) fn with_exif(jpeg: &[u8], block: &[u8]) -> Vec<u8> {
    with_app1(jpeg, b"Exif\0\0", block)
}

/// A JPEG with an XMP packet after its start marker.
pub(super) fn with_xmp(jpeg: &[u8], packet: &str) -> Vec<u8> {
    with_app1(jpeg, b"http://ns.adobe.com/xap/1.0/\0", packet.as_bytes())
}

fn with_app1(jpeg: &[u8], name: &[u8], content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(2 + name.len() + content.len()).unwrap();
    [
        &jpeg[..2],
        b"\xff\xe1",
        &length.to_be_bytes(),
        name,
        content,
        &jpeg[2..],
    ]
    .concat()
}

/// A PNG with an EXIF block.
pub(super) fn png_with_exif(picture: &RgbImage, block: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    with_encoder(PngEncoder::new(&mut bytes), picture, block);
    bytes
}

/// A WebP with an EXIF block.
pub(super) fn webp_with_exif(picture: &RgbImage, block: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    with_encoder(WebPEncoder::new_lossless(&mut bytes), picture, block);
    bytes
}

fn with_encoder(mut encoder: impl ImageEncoder, picture: &RgbImage, block: &[u8]) {
    encoder.set_exif_metadata(block.to_vec()).unwrap();
    let (width, height) = picture.dimensions();
    encoder
        .write_image(picture, width, height, ExtendedColorType::Rgb8)
        .unwrap();
}

/// A TIFF of one uncompressed strip, whose first directory says how it is to be displayed.
pub(super) fn tiff(picture: &RgbImage, orientation: u16) -> Vec<u8> {
    let bytes = picture.as_raw();
    let strip = |at: u32| {
        let fields = [
            Field::Long(0x0100, picture.width()),
            Field::Long(0x0101, picture.height()),
            Field::Short(0x0102, 8),
            Field::Short(0x0103, 1), // Not compressed.
            Field::Short(0x0106, 2), // RGB.
            Field::Long(0x0111, at),
            Field::Short(0x0112, orientation),
            Field::Short(0x0115, 3),
            Field::Long(0x0116, picture.height()),
            Field::Long(0x0117, u32::try_from(bytes.len()).unwrap()),
        ];
        [b"MM\0*\0\0\0\x08".to_vec(), directory(&fields, 8)].concat()
    };
    let strip_at = strip(0).len();
    let head = strip(u32::try_from(strip_at).unwrap());
    [head, bytes.clone()].concat()
}

/// Apple's MakerNote with an acceleration vector, g, and a camera type.
pub(super) fn apple_note(acceleration: [f64; 3], camera_type: u32) -> Vec<u8> {
    const DENOMINATOR: i32 = 1 << 20;
    #[allow(clippy::cast_possible_truncation)] // Of order 1.
    let vector: Vec<u8> = acceleration
        .iter()
        .flat_map(|component| {
            let numerator = (component * f64::from(DENOMINATOR)).round() as i32;
            [numerator.to_be_bytes(), DENOMINATOR.to_be_bytes()].concat()
        })
        .collect();
    let mut note = b"Apple iOS\0\0\x01MM\0\x02".to_vec();
    let values_at = 14 + 2 + 2 * 12 + 4;
    note.extend([0, 8, 0, 10, 0, 0, 0, 3]);
    note.extend(u32::try_from(values_at).unwrap().to_be_bytes());
    note.extend([0, 0x2e, 0, 4, 0, 0, 0, 1]);
    note.extend(camera_type.to_be_bytes());
    note.extend([0; 4]);
    note.extend(vector);
    note
}

/// A HEIC file whose primary picture is item 1 of the given kind with the given content, and whose other items are its tiles.
pub(super) fn heif(items: u16, kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let boxed = |name: &[u8; 4], body: &[u8]| {
        let size = u32::try_from(8 + body.len()).unwrap();
        [&size.to_be_bytes()[..], name, body].concat()
    };
    let full = |name: &[u8; 4], version: u8, body: &[u8]| {
        boxed(name, &[&[version, 0, 0, 0], body].concat())
    };
    let mut infos = items.to_be_bytes().to_vec();
    let mut places = [&[0x44, 0][..], &items.to_be_bytes()].concat();
    for item in 1..=items {
        let kind = if item == 1 { kind } else { b"hvc1" };
        infos.extend(full(
            b"infe",
            2,
            &[&item.to_be_bytes()[..], &[0, 0], kind, &[0]].concat(),
        ));
        // Inside idat, at its beginning, one extent.
        let length = u32::try_from(content.len()).unwrap();
        places.extend([&item.to_be_bytes()[..], &[0, 1, 0, 0, 0, 1]].concat());
        places.extend([0_u32.to_be_bytes(), length.to_be_bytes()].concat());
    }
    const TILES: u16 = u16::MAX;
    let tiles: Vec<u8> = std::iter::repeat_n([0, 2], usize::from(TILES))
        .flatten()
        .collect();
    let tiles = boxed(
        b"dimg",
        &[&[0, 1][..], &TILES.to_be_bytes(), &tiles].concat(),
    );
    let size = [64_u32.to_be_bytes(), 64_u32.to_be_bytes()].concat();
    let properties = boxed(b"ipco", &full(b"ispe", 0, &size));
    // Both first items have the one property.
    let associations = full(b"ipma", 0, &[0, 0, 0, 2, 0, 1, 1, 1, 0, 2, 1, 1]);
    let handler = [&[0; 4][..], b"pict", &[0; 13]].concat();
    let meta = [
        full(b"hdlr", 0, &handler),
        full(b"pitm", 0, &[0, 1]),
        full(b"iinf", 0, &infos),
        full(b"iloc", 1, &places),
        full(b"iref", 0, &tiles),
        boxed(b"iprp", &[properties, associations].concat()),
        boxed(b"idat", content),
    ]
    .concat();
    [
        boxed(b"ftyp", b"heic\0\0\0\0mif1heic"),
        full(b"meta", 0, &meta),
    ]
    .concat()
}
