//! EXIF, read once: what cannot be read is a warning, never the end of the photo.

use std::io::Cursor;

use exif::{Exif, In, Reader, Tag, Value};

use super::PhotoFormat;
use super::apple::{self, AppleNote};
use super::depth;
use super::focal::{self, FocalPlane, LensFacts};
use super::gravity;
use super::orient::Orientation;
use crate::geometry::camera::{Focal, Gravity, ImageSize};
use crate::warning::Warning;

/// What EXIF and the container say of the camera, in terms of the photo as displayed.
#[derive(Debug, Clone, Default)]
pub struct Metadata {
    /// Maker of the camera.
    pub make: Option<String>,
    /// Model of the camera.
    pub model: Option<String>,
    /// Lens.
    pub lens: Option<String>,
    /// Focal length from the metadata, if it says any; never `Default` or `User`.
    pub focal: Option<Focal>,
    /// Gravity from Apple's MakerNote, when it passes its guards; it points aside where the photo is displayed on its side.
    pub gravity: Option<Gravity>,
    /// Gravity may as well point up in the picture, which then is displayed upside down: a tag was lost, or the pixels were turned and the
    /// reading was left. Decoding settles it by what the picture shows, where that tells.
    pub half_turn_doubted: bool,
}

/// How much of the EXIF block could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Condition {
    #[default]
    Missing,
    Damaged,
    Sound,
}

/// The fields of the EXIF block that matter here, unjudged. Position, date and serial numbers are not even looked at.
#[derive(Debug, Clone, Default)]
pub(super) struct ExifFields {
    /// How the stored picture is to be displayed.
    pub orientation: Option<Orientation>,
    condition: Condition,
    make: Option<String>,
    model: Option<String>,
    lens: Option<String>,
    facts: LensFacts,
    apple: AppleNote,
}

/// Reads the EXIF block of any container that can hold one, and the calibration beside a depth map, which may stand anywhere in the
/// whole file; `with_exif` is as much of it as is searched for EXIF.
pub(super) fn read(with_exif: &[u8], whole: &[u8]) -> ExifFields {
    let mut found = read_exif(with_exif);
    found.facts.calibration = depth::read(whole);
    found
}

fn read_exif(bytes: &[u8]) -> ExifFields {
    let mut damaged = false;
    let parsed = Reader::new()
        .continue_on_error(true)
        .read_from_container(&mut Cursor::new(bytes))
        .or_else(|error| error.distill_partial_result(|_| damaged = true));
    match parsed {
        Ok(exif) => {
            let condition = if damaged {
                Condition::Damaged
            } else {
                Condition::Sound
            };
            fields(&exif, condition)
        }
        // The second is how the reader names containers that cannot hold EXIF: BMP and GIF.
        Err(exif::Error::NotFound(_) | exif::Error::InvalidFormat("Unknown image format")) => {
            ExifFields::default()
        }
        Err(_) => ExifFields::damaged(),
    }
}

fn fields(exif: &Exif, condition: Condition) -> ExifFields {
    let value = |tag| exif.get_field(tag, In::PRIMARY).map(|field| &field.value);
    let number = |tag| value(tag).and_then(real);
    let whole = |tag| value(tag).and_then(|value| value.get_uint(0));
    let text = |tag| value(tag).and_then(ascii);
    let apple = match value(Tag::MakerNote) {
        Some(Value::Undefined(note, _)) => apple::parse(note),
        _ => AppleNote::default(),
    };
    let facts = LensFacts {
        apple: text(Tag::Make).is_some_and(|make| make.eq_ignore_ascii_case("Apple")),
        f35_mm: number(Tag::FocalLengthIn35mmFilm),
        f_mm: number(Tag::FocalLength),
        digital_zoom: number(Tag::DigitalZoomRatio),
        focal_plane: number(Tag::FocalPlaneXResolution).map(|x| FocalPlane {
            x,
            y: number(Tag::FocalPlaneYResolution),
            unit: whole(Tag::FocalPlaneResolutionUnit),
        }),
        captured: whole(Tag::PixelXDimension)
            .zip(whole(Tag::PixelYDimension))
            .map(|(width, height)| ImageSize { width, height }),
        ultra_wide: apple.camera_type == Some(apple::ULTRA_WIDE),
        calibration: None,
    };
    ExifFields {
        orientation: whole(Tag::Orientation).and_then(Orientation::from_exif),
        condition,
        make: text(Tag::Make),
        model: text(Tag::Model),
        lens: text(Tag::LensModel),
        facts,
        apple,
    }
}

impl ExifFields {
    /// Nothing read of a block that is there.
    pub(super) fn damaged() -> Self {
        Self {
            condition: Condition::Damaged,
            ..Self::default()
        }
    }

    /// What the fields say of the photo of `format` that is displayed with the given size.
    pub(super) fn interpret(
        self,
        format: PhotoFormat,
        size: ImageSize,
        warnings: &mut Vec<Warning>,
    ) -> Metadata {
        match self.condition {
            Condition::Missing => warnings.push(Warning::ExifMissing),
            Condition::Damaged => warnings.push(Warning::ExifDamaged),
            Condition::Sound => {}
        }
        let focal = focal::from_facts(&self.facts, size, warnings);
        // The accelerometer's axes are those of the rear cameras; the front camera looks the other way.
        let rear = self
            .lens
            .as_deref()
            .is_some_and(|lens| lens.to_ascii_lowercase().contains("back"));
        let reading = match self.apple.acceleration {
            Some(acceleration) if self.facts.apple && rear => {
                let stored = self.orientation;
                let applied =
                    (!format.turns_itself()).then(|| stored.unwrap_or(Orientation::UPRIGHT));
                gravity::from_acceleration(acceleration, stored, applied, size, warnings)
            }
            _ => None,
        };
        Metadata {
            make: self.make,
            model: self.model,
            lens: self.lens,
            focal,
            gravity: reading.map(|reading| reading.gravity),
            half_turn_doubted: reading.is_some_and(|reading| reading.half_turn_doubted),
        }
    }
}

/// A single finite number of any numeric type.
fn real(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Rational(values) => values.first()?.to_f64(),
        Value::SRational(values) => values.first()?.to_f64(),
        Value::Float(values) => f64::from(*values.first()?),
        Value::Double(values) => *values.first()?,
        other => f64::from(other.get_uint(0)?),
    };
    number.is_finite().then_some(number)
}

/// Text without control characters (it goes to terminals and reports), as long as names are.
fn ascii(value: &Value) -> Option<String> {
    const LONGEST_NAME: usize = 120;
    let Value::Ascii(lines) = value else {
        return None;
    };
    let text: String = String::from_utf8_lossy(lines.first()?)
        .chars()
        .filter(|letter| !letter.is_control())
        .take(LONGEST_NAME)
        .collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
