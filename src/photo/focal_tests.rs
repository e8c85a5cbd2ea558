//! Focal lengths by hand-made EXIF facts.

use proptest::prelude::*;

use super::*;

const LANDSCAPE: ImageSize = ImageSize {
    width: 4032,
    height: 3024,
};
const PORTRAIT: ImageSize = ImageSize {
    width: 3024,
    height: 4032,
};

fn phone(f35: f64) -> LensFacts {
    LensFacts {
        apple: true,
        f35_mm: Some(f35),
        captured: Some(LANDSCAPE),
        ..LensFacts::default()
    }
}

fn focal(facts: &LensFacts, size: ImageSize) -> (Option<Focal>, Vec<Warning>) {
    let mut warnings = Vec::new();
    (from_facts(facts, size, &mut warnings), warnings)
}

#[test]
fn equivalent_goes_by_the_diagonal_in_portrait_and_landscape() {
    let expected = 26.0 / 43.267 * 5040.0;
    for size in [LANDSCAPE, PORTRAIT] {
        let (found, warnings) = focal(&phone(26.0), size);
        let found = found.unwrap();
        assert!((found.px - expected).abs() < 1e-9);
        assert_eq!(found.source, FocalSource::Exif35mm);
        assert!((0.015..=0.02).contains(&found.sigma_ln));
        assert_eq!(warnings, []);
    }
}

#[test]
fn rounding_costs_a_short_equivalent_more() {
    let sigma = |f35| focal(&phone(f35), LANDSCAPE).0.unwrap().sigma_ln;
    assert!(sigma(20.0) > sigma(26.0) && sigma(26.0) > sigma(77.0));
}

#[test]
fn apple_s_equivalent_contains_the_zoom_and_others_are_taken_half_way() {
    let zoomed = |apple| LensFacts {
        apple,
        digital_zoom: Some(2.0),
        ..phone(52.0)
    };
    let apple = focal(&zoomed(true), LANDSCAPE).0.unwrap();
    assert!((apple.px - 52.0 / 43.267 * 5040.0).abs() < 1e-9);
    let other = focal(&zoomed(false), LANDSCAPE).0.unwrap();
    // Both readings lie within one standard deviation.
    for reading in [52.0, 104.0] {
        let off = (other.px / (reading / 43.267 * 5040.0)).ln().abs();
        assert!(off <= other.sigma_ln, "{reading}: {off}");
    }
    let unused = LensFacts {
        digital_zoom: Some(0.0),
        ..zoomed(false)
    };
    assert!((focal(&unused, LANDSCAPE).0.unwrap().px - apple.px).abs() < 1e-9);
}

#[test]
fn implausible_equivalents_are_rejected() {
    for f35 in [0.0, -26.0, 7.9, 401.0, 65_535.0, f64::NAN, f64::INFINITY] {
        assert_eq!(focal(&phone(f35), LANDSCAPE).0, None, "{f35}");
    }
}

#[test]
fn crops_are_recognised_and_16_to_9_widens() {
    let of = |width, height| focal(&phone(26.0), ImageSize { width, height });
    // Cut by a tool: the captured size in EXIF still has the old aspect.
    for (width, height) in [(3024, 3024), (4032, 2268), (4032, 2000)] {
        let (found, warnings) = of(width, height);
        assert!(found.unwrap().sigma_ln >= SIGMA_CROPPED, "{width}x{height}");
        assert_eq!(warnings, [Warning::FocalAmbiguousCrop]);
    }
    // Shot in 16:9 by the camera itself.
    let wide = ImageSize {
        width: 4032,
        height: 2268,
    };
    let facts = LensFacts {
        captured: Some(wide),
        ..phone(26.0)
    };
    let (found, warnings) = focal(&facts, wide);
    assert!((0.04..0.05).contains(&found.unwrap().sigma_ln));
    assert_eq!(warnings, []);
    // Scaled down, not cropped; sides rounded.
    assert_eq!(of(1024, 768).1, []);
    assert_eq!(of(768, 1023).1, []);
}

#[test]
fn ultra_wide_lenses_are_flagged_by_focal_length_or_camera() {
    assert_eq!(focal(&phone(13.0), LANDSCAPE).1, [Warning::UltraWideLens]);
    let by_camera = LensFacts {
        ultra_wide: true,
        ..phone(26.0)
    };
    assert_eq!(focal(&by_camera, LANDSCAPE).1, [Warning::UltraWideLens]);
}

/// An APS-C camera: 18 mm on 22.3 x 14.9 mm, 5184 x 3456 pixels.
fn camera(unit: Option<u32>, per_unit: f64) -> LensFacts {
    LensFacts {
        f_mm: Some(18.0),
        focal_plane: Some(FocalPlane {
            x: per_unit,
            y: Some(per_unit),
            unit,
        }),
        captured: Some(ImageSize {
            width: 5184,
            height: 3456,
        }),
        ..LensFacts::default()
    }
}

#[test]
fn sensor_resolution_gives_the_focal_length_in_any_unit_and_any_scale() {
    let per_mm = 5184.0 / 22.3;
    let small = ImageSize {
        width: 1296,
        height: 864,
    };
    for (unit, factor) in [
        (None, 25.4),
        (Some(2), 25.4),
        (Some(3), 10.0),
        (Some(4), 1.0),
        (Some(5), 0.001),
    ] {
        let facts = camera(unit, per_mm * factor);
        let (found, warnings) = focal(&facts, small);
        let found = found.unwrap();
        assert!((found.px - 18.0 * per_mm / 4.0).abs() < 1e-6, "{unit:?}");
        assert_eq!(found.source, FocalSource::ExifFocalPlane);
        assert_eq!(warnings, []);
    }
}

#[test]
fn sensor_resolutions_that_cannot_be_are_rejected() {
    let size = ImageSize {
        width: 5184,
        height: 3456,
    };
    assert_eq!(focal(&camera(Some(3), 72.0), size).0, None);
    assert_eq!(focal(&camera(Some(9), 5900.0), size).0, None);
    assert_eq!(focal(&camera(Some(2), 0.0), size).0, None);
    let mut oblong = camera(Some(2), 5900.0);
    oblong.focal_plane = oblong.focal_plane.map(|plane| FocalPlane {
        y: Some(plane.x / 2.0),
        ..plane
    });
    assert_eq!(focal(&oblong, size).0, None);
}

proptest! {
    #[test]
    fn whatever_exif_says_the_focal_length_is_finite_and_positive(
        f35 in proptest::option::of(proptest::num::f64::ANY),
        f_mm in proptest::option::of(proptest::num::f64::ANY),
        zoom in proptest::option::of(proptest::num::f64::ANY),
        x in proptest::num::f64::ANY,
        y in proptest::option::of(proptest::num::f64::ANY),
        captured in proptest::option::of((0..=u32::MAX, 0..=u32::MAX)),
        width in 1..20_000_u32,
        height in 1..20_000_u32,
        apple: bool,
    ) {
        let facts = LensFacts {
            apple,
            f35_mm: f35,
            f_mm,
            digital_zoom: zoom,
            focal_plane: Some(FocalPlane { x, y, unit: Some(2) }),
            captured: captured.map(|(width, height)| ImageSize { width, height }),
            ultra_wide: false,
            calibration: None,
        };
        if let Some(found) = focal(&facts, ImageSize { width, height }).0 {
            prop_assert!(found.px.is_finite() && found.px > 0.0);
            prop_assert!(found.sigma_ln.is_finite() && found.sigma_ln > 0.0);
        }
    }
}

#[test]
fn a_calibration_of_the_whole_picture_beats_the_nominal_focal_length() {
    let calibrated = |width, height| LensFacts {
        calibration: Some(Calibration {
            focal_px: 1460.0,
            reference: [width, height],
        }),
        ..phone(26.0)
    };
    for size in [LANDSCAPE, PORTRAIT] {
        let found = focal(&calibrated(2016.0, 1512.0), size).0.unwrap();
        assert_eq!(found.source, FocalSource::Depth);
        assert!((found.px - 2920.0).abs() < 1e-9 && found.sigma_ln < 0.01);
    }
    // Of another part of the sensor, or of no camera.
    let square = focal(&calibrated(1512.0, 1512.0), LANDSCAPE).0.unwrap();
    assert_eq!(square.source, FocalSource::Exif35mm);
    let telescope = focal(&calibrated(80.0, 60.0), LANDSCAPE).0.unwrap();
    assert_eq!(telescope.source, FocalSource::Exif35mm);
}
