//! Apple's MakerNote: an undocumented block inside EXIF, known through `ExifTool`'s tables.
//!
//! Layout: `"Apple iOS\0"`, a version of two bytes, a byte order mark at 12, a TIFF directory at 14; offsets count from
//! the start of the note.

use super::ifd::{ByteOrder, Entry, entries, field_type};

/// What the note says.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct AppleNote {
    /// `AccelerationVector` (tag 0x0008): the direction of gravity in g, in the axes of the device: x to the right, y to
    /// the top of the phone, z out of the screen.
    pub acceleration: Option<[f64; 3]>,
    /// `CameraType` (tag 0x002e).
    pub camera_type: Option<u32>,
}

/// The value of [`AppleNote::camera_type`] for the ultra-wide rear camera.
pub(super) const ULTRA_WIDE: u32 = 0;

/// Reads a MakerNote; what is absent, damaged or another maker's is `None`.
pub(super) fn parse(note: &[u8]) -> AppleNote {
    const SIGNATURE: &[u8] = b"Apple iOS\0";
    const BYTE_ORDER_AT: usize = 12;
    const DIRECTORY_AT: usize = 14;
    const ACCELERATION_VECTOR: u16 = 0x0008;
    const CAMERA_TYPE: u16 = 0x002e;
    let mut found = AppleNote::default();
    let order = note.get(BYTE_ORDER_AT..).and_then(ByteOrder::from_mark);
    let (true, Some(order)) = (note.starts_with(SIGNATURE), order) else {
        return found;
    };
    for entry in entries(note, order, DIRECTORY_AT) {
        match entry.tag {
            ACCELERATION_VECTOR => found.acceleration = rationals(note, order, entry),
            CAMERA_TYPE => found.camera_type = whole(note, order, entry),
            _ => {}
        }
    }
    found
}

/// Three signed rationals, all finite.
fn rationals(note: &[u8], order: ByteOrder, entry: Entry) -> Option<[f64; 3]> {
    if (entry.field_type, entry.count) != (field_type::SRATIONAL, 3) {
        return None;
    }
    let at = order.offset(note, entry.value_at)?;
    let component = |index: usize| {
        let at = at.checked_add(8 * index)?;
        let numerator = order.i32(note, at)?;
        let denominator = order.i32(note, at.checked_add(4)?)?;
        (denominator != 0).then(|| f64::from(numerator) / f64::from(denominator))
    };
    Some([component(0)?, component(1)?, component(2)?])
}

/// One unsigned number.
fn whole(note: &[u8], order: ByteOrder, entry: Entry) -> Option<u32> {
    match (entry.field_type, entry.count) {
        (field_type::SHORT, 1) => order.u16(note, entry.value_at).map(u32::from),
        (field_type::LONG | field_type::SLONG, 1) => order.u32(note, entry.value_at),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::photo::test_files::apple_note;

    #[test]
    fn vector_and_camera_are_read() {
        let note = parse(&apple_note([0.25, -0.5, 0.125], 0));
        assert_eq!(note.acceleration, Some([0.25, -0.5, 0.125]));
        assert_eq!(note.camera_type, Some(ULTRA_WIDE));
    }

    #[test]
    fn every_truncation_gives_less_never_something_else() {
        let whole = apple_note([0.25, -0.5, 0.125], 1);
        for end in 0..whole.len() {
            let note = parse(&whole[..end]);
            assert_eq!(note.acceleration, None, "{end}");
        }
    }

    #[test]
    fn lies_about_type_count_offset_and_denominator_are_seen_through() {
        let sound = apple_note([0.25, -0.5, 0.125], 1);
        // The first entry: tag at 16, type 18, count 20, offset 24; its rationals at the end.
        let last = sound.len();
        for (at, byte) in [(19, 5), (23, 2), (20, 0xff), (24, 0xff), (27, 0xff)] {
            let mut lying = sound.clone();
            lying[at] = byte;
            assert_eq!(parse(&lying).acceleration, None, "byte {at}");
        }
        let mut zero = sound;
        zero[last - 4..].fill(0);
        assert_eq!(parse(&zero).acceleration, None);
    }

    proptest! {
        #[test]
        fn mutated_notes_do_no_harm(
            edits in proptest::collection::vec((0..80_usize, any::<u8>()), 1..12),
        ) {
            let mut note = apple_note([0.0, -1.0, 0.0], 1);
            for (at, byte) in edits {
                if let Some(place) = note.get_mut(at) {
                    *place = byte;
                }
            }
            if let Some(vector) = parse(&note).acceleration {
                prop_assert!(vector.iter().all(|component| component.is_finite()));
            }
        }

        #[test]
        fn random_notes_do_no_harm(tail in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut note = b"Apple iOS\0\0\x01MM".to_vec();
            note.extend(tail);
            parse(&note);
        }
    }
}
