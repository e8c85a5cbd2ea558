//! Decoding as a whole: containers, sample types, orientation, damage, limits.

use std::path::{Path, PathBuf};

use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use proptest::prelude::*;

use super::test_files::{
    Field, apple_note, encode, exif_block, heif, png_with_exif, quarters, tiff, webp_with_exif,
    with_exif, with_xmp,
};
use super::*;
use crate::geometry::camera::FocalSource;

const ORIENTATION: u16 = 0x0112;
const MAKE: u16 = 0x010f;
const FOCAL_35: u16 = 0xa405;
const FOCAL_LENGTH: u16 = 0x920a;
const MAKER_NOTE: u16 = 0x927c;
const LENS_MODEL: u16 = 0xa434;

const RED: [u8; 3] = [255, 0, 0];
const GREEN: [u8; 3] = [0, 255, 0];
const BLUE: [u8; 3] = [0, 0, 255];
const WHITE: [u8; 3] = [255, 255, 255];

const LOSSLESS: [ImageFormat; 5] = [
    ImageFormat::Png,
    ImageFormat::WebP,
    ImageFormat::Tiff,
    ImageFormat::Bmp,
    ImageFormat::Gif,
];

fn decoded(bytes: &[u8]) -> Photo {
    decode(bytes, &Limits::default()).unwrap()
}

fn tiny(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/tiny");
    std::fs::read(folder.join(name)).unwrap()
}

/// The middles of the four quarters, row by row.
fn middles(pixels: &RgbImage) -> [[u8; 3]; 4] {
    let (width, height) = pixels.dimensions();
    [(1, 1), (3, 1), (1, 3), (3, 3)].map(|(x, y)| pixels.get_pixel(x * width / 4, y * height / 4).0)
}

/// `tolerance` allows for lossy coding.
fn assert_quarters(pixels: &RgbImage, expected: [[u8; 3]; 4], tolerance: u8, case: &str) {
    let found = middles(pixels);
    let near = found
        .as_flattened()
        .iter()
        .zip(expected.as_flattened())
        .all(|(a, b)| a.abs_diff(*b) <= tolerance);
    assert!(near, "{case}: {found:?}");
}

#[test]
fn every_container_gives_the_same_pixels() {
    for format in LOSSLESS {
        let photo = decoded(&encode(quarters(32, 16), format));
        assert_eq!(photo.pixels, quarters(32, 16), "{format:?}");
        assert_eq!(
            photo.warnings,
            [Warning::ExifMissing].repeat(usize::from(format != ImageFormat::Tiff))
        );
    }
    let jpeg = decoded(&encode(quarters(32, 16), ImageFormat::Jpeg));
    assert_quarters(&jpeg.pixels, [RED, GREEN, BLUE, WHITE], 8, "jpeg");
    let heic = decoded(&tiny("plain.heic"));
    assert_eq!(heic.pixels.dimensions(), (64, 32));
    assert_quarters(&heic.pixels, [RED, GREEN, BLUE, WHITE], 12, "heic");
}

#[test]
fn all_eight_exif_orientations_are_applied_once() {
    let upright = [RED, GREEN, BLUE, WHITE];
    // Where each displayed quarter stands in the stored picture.
    let shown: [[usize; 4]; 8] = [
        [0, 1, 2, 3],
        [1, 0, 3, 2],
        [3, 2, 1, 0],
        [2, 3, 0, 1],
        [0, 2, 1, 3],
        [2, 0, 3, 1],
        [3, 1, 2, 0],
        [1, 3, 0, 2],
    ];
    let jpeg = encode(quarters(64, 32), ImageFormat::Jpeg);
    for (value, order) in (1..=8).zip(shown) {
        let block = exif_block(vec![Field::Short(ORIENTATION, value)], &[]);
        for (format, bytes) in [
            (PhotoFormat::Jpeg, with_exif(&jpeg, &block)),
            (PhotoFormat::Png, png_with_exif(&quarters(64, 32), &block)),
            (PhotoFormat::Webp, webp_with_exif(&quarters(64, 32), &block)),
            (PhotoFormat::Tiff, tiff(&quarters(64, 32), value)),
        ] {
            let case = format!("{format}, orientation {value}");
            let photo = decoded(&bytes);
            assert_eq!(photo.format, format);
            let expected = order.map(|quarter| upright[quarter]);
            assert_quarters(&photo.pixels, expected, 8, &case);
            assert_eq!(u16::from(photo.orientation), value, "{case}");
            let size = if value >= 5 { (32, 64) } else { (64, 32) };
            assert_eq!(photo.pixels.dimensions(), size, "{case}");
        }
    }
    for nonsense in [0, 9, u16::MAX] {
        let block = exif_block(vec![Field::Short(ORIENTATION, nonsense)], &[]);
        assert_eq!(decoded(&with_exif(&jpeg, &block)).orientation, 1);
    }
}

#[test]
fn heic_is_turned_by_its_container_alone() {
    for (name, orientation) in [("irot_exif6.heic", 6), ("irot_exif1.heic", 1)] {
        let photo = decoded(&tiny(name));
        assert_eq!(photo.orientation, orientation, "{name}");
        assert_eq!(photo.pixels.dimensions(), (32, 64), "{name}");
        assert_quarters(&photo.pixels, [RED, GREEN, BLUE, WHITE], 12, name);
        let focal = photo.metadata.focal.unwrap();
        assert_eq!(focal.source, FocalSource::Exif35mm);
        assert!((focal.px - 26.0 / 43.267 * 32_f64.hypot(64.0)).abs() < 1e-9);
    }
}

/// Stored as each Orientation wants it and turned by irot and imir, while EXIF goes on saying so, as phones write it.
#[test]
fn all_eight_turns_of_heic_are_applied_once_and_exif_s_never() {
    for orientation in 1..=8 {
        let name = format!("turned_{orientation}.heic");
        let photo = decoded(&tiny(&name));
        assert_eq!(photo.orientation, orientation, "{name}");
        assert_eq!(photo.pixels.dimensions(), (64, 32), "{name}");
        assert_quarters(&photo.pixels, [RED, GREEN, BLUE, WHITE], 12, &name);
    }
}

#[test]
fn samples_of_every_depth_become_eight_bits() {
    let deep = DynamicImage::ImageRgb8(quarters(32, 16)).into_rgb16();
    let deep_alpha = DynamicImage::ImageRgb8(quarters(32, 16)).into_rgba16();
    for format in [ImageFormat::Png, ImageFormat::Tiff] {
        assert_eq!(
            decoded(&encode(deep.clone(), format)).pixels,
            quarters(32, 16)
        );
        assert_eq!(
            decoded(&encode(deep_alpha.clone(), format)).pixels,
            quarters(32, 16)
        );
    }
    let ten_bit = decoded(&tiny("ten_bit.heic"));
    assert_quarters(&ten_bit.pixels, [RED, GREEN, BLUE, WHITE], 12, "10 bit");
}

#[test]
fn grey_is_repeated() {
    let grey =
        image::GrayImage::from_fn(32, 16, |x, _| image::Luma([if x < 16 { 50 } else { 200 }]));
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Tiff] {
        let photo = decoded(&encode(grey.clone(), format));
        let expected = [[50; 3], [200; 3], [50; 3], [200; 3]];
        assert_quarters(&photo.pixels, expected, 2, &format!("{format:?}"));
    }
    let deep = image::ImageBuffer::<image::Luma<u16>, _>::from_pixel(8, 8, image::Luma([50 * 257]));
    assert_eq!(
        decoded(&encode(deep, ImageFormat::Png))
            .pixels
            .get_pixel(3, 3)
            .0,
        [50; 3]
    );
}

#[test]
fn transparency_is_laid_over_white() {
    let half_clear =
        RgbaImage::from_fn(32, 16, |x, _| Rgba([0, 0, 0, if x < 16 { 255 } else { 0 }]));
    let expected = [[0; 3], WHITE, [0; 3], WHITE];
    for format in [ImageFormat::Png, ImageFormat::WebP, ImageFormat::Tiff] {
        let photo = decoded(&encode(half_clear.clone(), format));
        assert_quarters(&photo.pixels, expected, 0, &format!("{format:?}"));
    }
    let heic = decoded(&tiny("alpha.heic"));
    assert_quarters(&heic.pixels, [RED, WHITE, BLUE, WHITE], 12, "heic");
}

#[test]
fn four_component_jpegs_are_read_as_adobe_writes_them() {
    for name in ["cmyk.jpg", "ycck.jpg"] {
        let photo = decoded(&tiny(name));
        assert_quarters(&photo.pixels, [RED, GREEN, BLUE, WHITE], 10, name);
        assert_eq!(photo.warnings, [Warning::ExifMissing]);
    }
}

#[test]
fn an_embedded_display_p3_profile_is_converted() {
    use image::ImageEncoder as _;
    let mut bytes = Vec::new();
    let mut encoder = image::codecs::png::PngEncoder::new(&mut bytes);
    encoder
        .set_icc_profile(colour::display_p3().unwrap())
        .unwrap();
    let picture = RgbImage::from_pixel(8, 8, Rgb([190, 100, 84]));
    encoder
        .write_image(&picture, 8, 8, image::ExtendedColorType::Rgb8)
        .unwrap();
    let found = decoded(&bytes).pixels.get_pixel(4, 4).0;
    let near = found
        .iter()
        .zip([204, 94, 79])
        .all(|(a, b)| a.abs_diff(b) <= 2);
    assert!(near, "{found:?}");
}

/// A JPEG of a phone with everything that is read from it.
fn phone_photo() -> Vec<u8> {
    let exif = [
        Field::Rational(FOCAL_LENGTH, 57, 10),
        Field::Undefined(MAKER_NOTE, apple_note([0.0, -0.99, -0.15], 1)),
        Field::Short(FOCAL_35, 26),
        Field::Ascii(LENS_MODEL, "Phone 1 back camera 5.7mm f/1.5"),
    ];
    let first = vec![Field::Ascii(MAKE, "Apple"), Field::Short(ORIENTATION, 6)];
    let jpeg = encode(quarters(64, 48), ImageFormat::Jpeg);
    with_exif(&jpeg, &exif_block(first, &exif))
}

#[test]
fn a_phone_s_jpeg_says_focal_length_and_gravity() {
    let photo = decoded(&phone_photo());
    assert_eq!(photo.warnings, []);
    assert_eq!(photo.metadata.make.as_deref(), Some("Apple"));
    let focal = photo.metadata.focal.unwrap();
    assert!((focal.px - 26.0 / 43.267 * 80.0).abs() < 1e-9);
    let down = photo.metadata.gravity.unwrap().down;
    assert!(down.y > 0.98 && (down.z - 0.15).abs() < 0.01, "{down}");
}

/// A phone's portrait photo: its depth map is a second JPEG behind it, with the calibration.
fn portrait_photo() -> Vec<u8> {
    let depth_map = encode(quarters(32, 24), ImageFormat::Jpeg);
    let depth_map = with_xmp(&depth_map, &depth::tests::wanted_packet());
    [phone_photo(), depth_map].concat()
}

#[test]
fn the_calibration_behind_a_jpeg_s_picture_is_its_focal_length() {
    let photo = decoded(&portrait_photo());
    let focal = photo.metadata.focal.unwrap();
    assert_eq!(focal.source, FocalSource::Depth);
    let [width, height] = depth::tests::WANTED.reference;
    let expected = depth::tests::WANTED.focal_px / width.hypot(height) * photo.size().diagonal();
    assert!((focal.px - expected).abs() < 1e-9, "{focal:?}");
}

#[test]
fn metadata_alone_are_those_of_the_decoded_photo() {
    for bytes in [phone_photo(), portrait_photo(), tiny("irot_exif6.heic")] {
        let photo = decoded(&bytes);
        let (alone, warnings) = read_metadata(&bytes, photo.size()).unwrap();
        assert_eq!(alone.focal, photo.metadata.focal);
        assert_eq!(alone.gravity, photo.metadata.gravity);
        assert_eq!(warnings, photo.warnings);
    }
}

#[test]
fn a_front_camera_and_another_maker_say_no_gravity() {
    let bytes = phone_photo();
    for (from, to) in [
        (&b"back camera"[..], &b"front camer"[..]),
        (b"Apple\0", b"Other\0"),
    ] {
        let at = bytes
            .windows(from.len())
            .position(|run| run == from)
            .unwrap();
        let mut changed = bytes.clone();
        changed[at..at + to.len()].copy_from_slice(to);
        assert_eq!(decoded(&changed).metadata.gravity, None);
    }
}

#[test]
fn damaged_exif_costs_a_warning_not_the_photo() {
    let whole = phone_photo();
    // The first directory claims more entries than there are; the rest is read.
    let count_at = whole.windows(4).position(|run| run == b"MM\0*").unwrap() + 9;
    let mut longer = whole.clone();
    longer[count_at] = 200;
    // The pointer to the EXIF directory leads back to the first one: a cycle.
    let pointer = whole.windows(2).position(|run| run == b"\x87\x69").unwrap();
    let mut cyclic = whole.clone();
    cyclic[pointer + 8..pointer + 12].copy_from_slice(&[0, 0, 0, 8]);
    let mut garbage = whole.clone();
    garbage[count_at - 9..count_at - 5].copy_from_slice(b"????");
    for (case, bytes) in [("longer", longer), ("cyclic", cyclic), ("garbage", garbage)] {
        let photo = decoded(&bytes);
        assert!(photo.warnings.contains(&Warning::ExifDamaged), "{case}");
        assert!(matches!(photo.pixels.dimensions(), (64, 48) | (48, 64)));
    }
}

/// A picture with detail everywhere, so that no part of its file is dispensable.
fn detailed() -> RgbImage {
    RgbImage::from_fn(96, 64, |x, y| {
        let hash = (x * 7919 + y * 104_729).wrapping_mul(2_654_435_761);
        Rgb([(hash >> 24) as u8, (hash >> 16) as u8, (hash >> 8) as u8])
    })
}

#[test]
fn truncation_is_an_error_or_a_warning_never_accepted_in_silence() {
    let mut files: Vec<(String, Vec<u8>)> = LOSSLESS
        .into_iter()
        .chain([ImageFormat::Jpeg])
        .map(|format| (format!("{format:?}"), encode(detailed(), format)))
        .collect();
    for name in ["plain.heic", "irot_exif6.heic", "ten_bit.heic", "cmyk.jpg"] {
        files.push((name.to_owned(), tiny(name)));
    }
    for (name, bytes) in files {
        assert!(decode(&bytes, &Limits::default()).is_ok(), "{name} whole");
        for percent in [1, 5, 20, 40, 60, 80, 90, 97] {
            let cut = &bytes[..bytes.len() * percent / 100];
            if let Ok(photo) = decode(cut, &Limits::default()) {
                let told = photo.warnings.contains(&Warning::PictureDamaged);
                assert!(told, "{name} at {percent} %");
            }
        }
    }
}

#[test]
fn a_jpeg_cut_in_its_last_rows_is_used_with_a_warning() {
    let bytes = encode(detailed(), ImageFormat::Jpeg);
    for missing in [2, 40, bytes.len() / 3] {
        let photo = decoded(&bytes[..bytes.len() - missing]);
        assert!(
            photo.warnings.contains(&Warning::PictureDamaged),
            "{missing}"
        );
        assert_eq!(photo.pixels.dimensions(), (96, 64));
    }
}

#[test]
fn claimed_sides_over_the_limit_are_refused_before_decoding() {
    let mut bomb = encode(quarters(8, 8), ImageFormat::Png);
    // The sides in the header chunk, and its checksum.
    bomb[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
    let checksum = crc32(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&checksum.to_be_bytes());
    let error = decode(&bomb, &Limits::default()).unwrap_err();
    assert!(too_many_pixels(&error), "{error}");
    let message = error.to_string();
    assert!(
        message.contains("60000x60000") && message.contains("--max-pixels"),
        "{message}"
    );

    for bytes in [
        encode(quarters(64, 32), ImageFormat::Jpeg),
        tiny("plain.heic"),
    ] {
        let limits = Limits {
            max_pixels: 64 * 32 - 1,
            ..Limits::default()
        };
        let error = decode(&bytes, &limits).unwrap_err();
        assert!(too_many_pixels(&error), "{error}");
    }
}

/// HEIC files that lie: the most items that there can be, and grids of tiles beyond all memory.
#[test]
fn many_pictures_and_huge_grids_of_heic_end_soon_in_an_error() {
    let limits = Limits {
        max_decode_bytes: 64 << 20,
        ..Limits::default()
    };
    let many = heif(65_000, b"hvc1", &[]);
    let claims = |width: u32, height: u32| {
        // Version, wide fields, 256 x 256 tiles.
        let head = [0, 1, 255, 255];
        [&head[..], &width.to_be_bytes(), &height.to_be_bytes()].concat()
    };
    let huge = heif(2, b"grid", &claims(60_000, 60_000));
    let endless = heif(2, b"grid", &claims(u32::MAX, u32::MAX));
    let empty = heif(2, b"grid", &claims(0, 0));
    for (case, bytes) in [
        ("many", many),
        ("huge", huge),
        ("endless", endless),
        ("empty", empty),
    ] {
        let started = std::time::Instant::now();
        let error = decode(&bytes, &limits).unwrap_err();
        assert!(matches!(error, PhotoError::Decode(_)), "{case}: {error}");
        assert!(started.elapsed().as_secs() < 10, "{case}");
    }
}

fn too_many_pixels(error: &PhotoError) -> bool {
    matches!(error, PhotoError::Decode(DecodeError::TooManyPixels { .. }))
}

#[test]
fn a_picture_longer_than_any_room_is_refused_by_the_flag_s_name() {
    for format in LOSSLESS.into_iter().chain([ImageFormat::Jpeg]) {
        for (width, height, fits) in [(200, 10, true), (201, 10, false), (10, 201, false)] {
            let outcome = decode(&encode(quarters(width, height), format), &Limits::default());
            let message = outcome.map_or_else(|error| error.to_string(), |_| String::new());
            assert_eq!(message.is_empty(), fits, "{format:?}: {message}");
            assert!(fits || message.contains("--max-aspect"), "{message}");
        }
    }
}

/// CRC-32 as PNG uses it.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

#[test]
fn a_header_tells_how_many_pixels_will_be_decoded() {
    let cut = |bytes: Vec<u8>| bytes[..bytes.len() / 2].to_vec();
    for format in LOSSLESS.into_iter().chain([ImageFormat::Jpeg]) {
        let claimed = claimed_pixels(&cut(encode(detailed(), format)));
        // A TIFF's header stands at its end.
        let expected = (format != ImageFormat::Tiff).then_some(96 * 64);
        assert_eq!(claimed, expected, "{format:?}");
    }
    assert_eq!(
        claimed_pixels(&encode(detailed(), ImageFormat::Tiff)),
        Some(96 * 64)
    );
    for name in ["irot_exif6.heic", "ten_bit.heic"] {
        // As coded: with the padding that the container cuts off.
        let claimed = claimed_pixels(&tiny(name)).unwrap();
        assert!((64 * 32..=64 * 64).contains(&claimed), "{name}: {claimed}");
    }
    assert_eq!(claimed_pixels(b"no photo"), None);
}

#[test]
fn avif_without_a_decoder_says_what_to_do() {
    // The container alone, which is all that is asked before the codec.
    let avif = b"\0\0\0\x14ftypavif\0\0\0\0mif1";
    assert_eq!(sniff(avif).unwrap(), PhotoFormat::Avif);
    let message = DecodeError::NoAv1Decoder.to_string();
    assert!(message.contains("convert such photos to JPEG"), "{message}");
}

fn mutated(original: &[u8], edits: &[(usize, u8)], keep: usize) -> Vec<u8> {
    let mut bytes = original.to_vec();
    for &(at, byte) in edits {
        let length = bytes.len();
        bytes[at % length] = byte;
    }
    bytes.truncate(keep.max(1));
    bytes
}

fn assert_no_panic(bytes: &[u8]) {
    // Small limits: a mutated header may claim anything.
    let limits = Limits {
        max_pixels: 1 << 20,
        ..Limits::default()
    };
    match decode(bytes, &limits) {
        Ok(photo) => assert!(photo.pixels.width() > 0 && photo.pixels.height() > 0),
        Err(PhotoError::Decode(DecodeError::Panicked { reason, .. })) => {
            panic!("a decoder panicked: {reason}")
        }
        Err(_) => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn mutated_photos_never_make_a_decoder_panic(
        edits in proptest::collection::vec((any::<usize>(), any::<u8>()), 1..8),
        keep in 1..6000_usize,
    ) {
        for original in [
            phone_photo(),
            encode(quarters(24, 16), ImageFormat::Png),
            tiny("irot_exif6.heic"),
            tiny("ycck.jpg"),
        ] {
            assert_no_panic(&mutated(&original, &edits, keep));
        }
    }
}

/// Real photos, where the folder of shared data is at hand.
fn real_photo(name: &str) -> Option<Photo> {
    let folder = std::env::var_os("MEASURE_SHARED_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    let path = folder.join("photos").join(name);
    if !path.exists() {
        eprintln!("skipped: {} is not there", path.display());
        return None;
    }
    let limits = Limits::default();
    Some(decode(&read(&path, &limits).unwrap().bytes, &limits).unwrap())
}

#[test]
fn real_phone_photos_are_upright_with_their_focal_length() {
    for (name, size, f35) in [
        ("kitchen_iphone13promax.HEIC", (3024, 4032), 26.0),
        ("iphone7.heic", (4032, 3024), 28.0),
        ("samsung.heic", (3000, 4000), 23.0),
    ] {
        let Some(photo) = real_photo(name) else {
            continue;
        };
        assert_eq!(photo.pixels.dimensions(), size, "{name}");
        let focal = photo.metadata.focal.unwrap();
        let expected = f35 / 43.267 * f64::from(size.0).hypot(f64::from(size.1));
        assert!((focal.px - expected).abs() < 1e-6, "{name}");
        assert_eq!(photo.warnings, [], "{name}");
    }
}

#[test]
fn the_kitchen_s_gravity_points_at_its_floor_and_the_camera_looks_down() {
    let Some(photo) = real_photo("kitchen_iphone13promax.HEIC") else {
        return;
    };
    let down = photo.metadata.gravity.unwrap().down;
    assert!(down.y > 0.98 && down.x.abs() < 0.02, "{down}");
    assert!((down.z.asin().to_degrees() - 8.8).abs() < 0.2, "{down}");
}

/// Apple's axes and signs, checked against the picture and not against files of our own writing: where the kitchen's vertical edges
/// converge is where the accelerometer says that down is.
#[test]
fn a_real_iphones_accelerometer_agrees_with_its_pictures_vertical_edges() {
    let Some(photo) = real_photo("kitchen_iphone13promax.HEIC") else {
        return;
    };
    let reading = photo.metadata.gravity.unwrap();
    let segments = super::segments::near_vertical(&photo.pixels, photo.turns());
    let focal = photo.metadata.focal.unwrap().px;
    let seen = crate::geometry::vanishing::vertical(&segments, photo.size(), focal).unwrap();
    let [by_phone, by_edges] =
        [reading.down, seen.gravity.down].map(crate::geometry::attitude::Attitude::from_gravity);
    let off = |a: f64, b: f64| (a - b).to_degrees().abs();
    assert!(
        off(by_phone.pitch, by_edges.pitch) < 2.5,
        "{by_phone:?} {by_edges:?}"
    );
    assert!(
        off(by_phone.roll, by_edges.roll) < 0.8,
        "{by_phone:?} {by_edges:?}"
    );
    // The test could not fail if the phone had been held level.
    assert!(by_phone.pitch.to_degrees().abs() > 1.0, "{by_phone:?}");
}
