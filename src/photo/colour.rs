//! Colour profiles: pixels become sRGB, which is what the network was trained on.

use image::RgbImage;
use moxcms::{ColorProfile, DataColorSpace, Layout, Transform8BitExecutor, TransformOptions};

/// A Display P3 profile, for pictures that name it by code instead of carrying one.
pub(super) fn display_p3() -> Option<Vec<u8>> {
    ColorProfile::new_display_p3().encode().ok()
}

/// Converts pixels from an embedded RGB profile (Display P3, Adobe RGB...) to sRGB, in place, by relative colorimetry.
///
/// Profiles that are damaged, not RGB or sRGB already leave the pixels as they are: colour is no reason to lose a photo.
pub(super) fn to_srgb(pixels: &mut RgbImage, icc: &[u8]) {
    let Some(transform) = transform(icc) else {
        return;
    };
    let row_bytes = 3 * pixels.width() as usize;
    if row_bytes == 0 {
        return;
    }
    let mut source = vec![0; row_bytes];
    for row in pixels.chunks_exact_mut(row_bytes) {
        source.copy_from_slice(row);
        if transform.transform(&source, row).is_err() {
            row.copy_from_slice(&source);
        }
    }
}

/// The conversion to sRGB, if there is one to do.
fn transform(icc: &[u8]) -> Option<std::sync::Arc<Transform8BitExecutor>> {
    let profile = ColorProfile::new_from_slice(icc).ok()?;
    if profile.color_space != DataColorSpace::Rgb {
        return None;
    }
    let options = TransformOptions::default();
    let transform = profile
        .create_transform_8bit(Layout::Rgb, &ColorProfile::new_srgb(), Layout::Rgb, options)
        .ok()?;
    (!is_identity(&*transform)?).then_some(transform)
}

/// Whether a conversion leaves a grid of colours where they are: most profiles are sRGB by one name or another.
fn is_identity(transform: &Transform8BitExecutor) -> Option<bool> {
    const LEVELS: [u8; 5] = [0, 64, 128, 192, 255];
    /// What two tone curves of the same name may differ by, in steps of 8 bits.
    const TOLERANCE: u8 = 2;
    let colours: Vec<u8> = LEVELS
        .iter()
        .flat_map(|&red| {
            LEVELS
                .iter()
                .flat_map(move |&green| LEVELS.iter().flat_map(move |&blue| [red, green, blue]))
        })
        .collect();
    let mut converted = vec![0; colours.len()];
    transform.transform(&colours, &mut converted).ok()?;
    Some(
        colours
            .iter()
            .zip(&converted)
            .all(|(a, b)| a.abs_diff(*b) <= TOLERANCE),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    fn converted(colour: [u8; 3], icc: &[u8]) -> [u8; 3] {
        let mut pixels = RgbImage::from_pixel(2, 2, Rgb(colour));
        to_srgb(&mut pixels, icc);
        pixels.get_pixel(1, 1).0
    }

    #[test]
    fn display_p3_becomes_srgb() {
        let p3 = display_p3().unwrap();
        // By the matrices of the two spaces: this P3 red-brown is (204, 94, 79) in sRGB.
        let found = converted([190, 100, 84], &p3);
        for (value, expected) in found.into_iter().zip([204, 94, 79]) {
            assert!(value.abs_diff(expected) <= 2, "{found:?}");
        }
        // Neutral colours and what lies outside sRGB.
        assert_eq!(converted([255; 3], &p3), [255; 3]);
        assert_eq!(converted([255, 0, 0], &p3)[0], 255);
        assert_eq!(converted([0; 3], &p3), [0; 3]);
    }

    #[test]
    fn srgb_and_damaged_profiles_change_nothing() {
        let srgb = ColorProfile::new_srgb().encode().unwrap();
        let mut damaged = display_p3().unwrap();
        damaged.truncate(150);
        for icc in [&srgb[..], &damaged, b"", &[0xff; 400]] {
            assert_eq!(converted([190, 100, 84], icc), [190, 100, 84]);
        }
    }
}
