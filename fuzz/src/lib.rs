//! What is fuzzed: everything that reads what strangers wrote, and the geometry, which no label map may bring to nonsense.
//!
//! One function a target; it panics where a property is violated. libFuzzer drives them (`fuzz_targets/`, `make fuzz`), and
//! `tests/fuzz.rs` gives them the corpus and every input that was once a finding.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a panic is how a violated property is told"
)]

use std::io::Write as _;

use measure_bench::dataset::GroundTruth;
use measure_bench::geometry::camera::{Focal, FocalSource, Gravity, ImageSize};
use measure_bench::guard::panics;
use measure_bench::label_map::LabelMap;
use measure_bench::measure::{self, EstimatorKind, Known, Observation};
use measure_bench::photo::{self, DecodeError, Limits, PhotoError};
use measure_bench::report::json;
use measure_bench::segment::{ModelMetadata, label_file};

/// A file with these bytes, for what reads files.
fn file(ending: &str, bytes: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::Builder::new().suffix(ending).tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file
}

/// Metadata are finite, whatever the block says, and its reader never panics.
pub fn exif(bytes: &[u8]) {
    let size = ImageSize {
        width: 4032,
        height: 3024,
    };
    let before = panics();
    let read = photo::read_metadata(bytes, size);
    // A panic is caught there, so that the photo keeps its pixels; here it is a finding.
    assert_eq!(panics(), before, "the EXIF reader panicked");
    let Ok((metadata, _)) = read else {
        return;
    };
    if let Some(focal) = metadata.focal {
        assert!(
            focal.px.is_finite() && focal.px > 0.0 && focal.sigma_ln.is_finite(),
            "{focal:?}"
        );
    }
    if let Some(gravity) = metadata.gravity {
        assert!((gravity.down.norm() - 1.0).abs() < 1e-6, "{gravity:?}");
    }
}

/// No decoder panics or crashes, and what it gives is within the limits.
pub fn photo(bytes: &[u8]) {
    let limits = Limits {
        max_pixels: 1 << 20,
        max_decode_bytes: 64 << 20,
        ..Limits::default()
    };
    let _ = photo::claimed_pixels(bytes); // Nothing is promised of it but an end.
    match photo::decode(bytes, &limits) {
        Ok(photo) => limits.check_size(photo.size()).unwrap(),
        Err(PhotoError::Decode(DecodeError::Panicked { format, reason })) => {
            panic!("the {format} decoder panicked: {reason}")
        }
        Err(_) => {}
    }
}

/// As [`photo`], with a corpus of its own: here the decoder is native code.
pub fn heic(bytes: &[u8]) {
    photo(bytes);
}

/// What is taken for a true size is a positive number.
pub fn ground_truth(bytes: &[u8]) {
    for ending in [".json", ".csv"] {
        let file = file(ending, bytes);
        let Ok(truth) = GroundTruth::read(file.path()) else {
            continue;
        };
        let Ok(matched) = truth.matched(&["a.heic", "b.jpg", "room/c.png"]) else {
            continue;
        };
        for size in matched.of_photo.into_iter().flatten() {
            for cm in [size.width_cm, size.height_cm].into_iter().flatten() {
                assert!(cm.is_finite() && cm > 0.0, "a true size of {cm} cm");
            }
        }
    }
}

/// A label map that is read has the cells that its size says.
pub fn label_map(bytes: &[u8]) {
    let file = file(".png", bytes);
    if let Ok(labels) = label_file::read(file.path()) {
        let cells = labels.width() as usize * labels.height() as usize;
        assert_eq!(labels.classes().len(), cells);
        assert!(cells > 0);
    }
}

/// Metadata that are read make no input without extent. Each line is one value, in the order of the keys.
pub fn model_metadata(bytes: &[u8]) {
    const KEYS: [&str; 10] = [
        "labels",
        "mean",
        "std",
        "rescale",
        "size",
        "resample",
        "source",
        "licence",
        "precision",
        "agreement",
    ];
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<&str> = text.lines().collect();
    let value = |key: &str| {
        let place = KEYS.iter().position(|known| *known == key)?;
        lines.get(place).map(|line| (*line).to_owned())
    };
    let Ok(metadata) = ModelMetadata::read(&value, None) else {
        return;
    };
    for (width, height) in [(4032, 3024), (1, 1), (1, 60_000)] {
        for long_side in [None, Some(1), Some(512)] {
            let size = ImageSize { width, height };
            let input = metadata.size.input_size(size, long_side);
            assert!(!input.network.contains(&0), "{input:?}");
        }
    }
}

/// A report that is read can be written, and is read again as the same.
pub fn report(bytes: &[u8]) {
    let Ok(report) = json::read(file(".json", bytes).path()) else {
        return;
    };
    let text = json::render(&report).unwrap();
    let again = json::read(file(".json", text.as_bytes()).path()).unwrap();
    assert!(again == report, "it changed on the way");
}

/// Numbers are finite, and an estimate lies in its interval.
///
/// Five bytes say how wide the label map is, the focal length, gravity's pitch (0: no gravity) and roll, and what is known of
/// the room; the cells follow, one byte each.
pub fn geometry(bytes: &[u8]) {
    let Some((&[width, focal, pitch, roll, known], cells)) = bytes.split_first_chunk() else {
        return;
    };
    let width = usize::from(width).max(1);
    let height = cells.len() / width;
    let Ok(labels) = LabelMap::new(
        u32::try_from(width).unwrap(),
        u32::try_from(height).unwrap(),
        cells[..width * height].to_vec(),
    ) else {
        return;
    };
    let image = ImageSize {
        width: 10 * labels.width(),
        height: 10 * labels.height(),
    };
    let long_side = f64::from(image.width.max(image.height));
    let angle = |byte: u8| (f64::from(byte) / 128.0 - 1.0) * std::f64::consts::FRAC_PI_3;
    let (pitch_rad, roll_rad) = (angle(pitch), angle(roll));
    let gravity = (pitch > 0).then(|| Gravity {
        down: nalgebra::Vector3::new(
            roll_rad.sin() * pitch_rad.cos(),
            roll_rad.cos() * pitch_rad.cos(),
            pitch_rad.sin(),
        ),
        sigma_pitch: 0.01,
        sigma_roll: 0.01,
    });
    for estimator in [EstimatorKind::Box, EstimatorKind::Predecessor] {
        let measured = measure::estimate(
            estimator,
            &Observation {
                labels: &labels,
                image,
                turns: measure::turns_needed(&labels, gravity),
                focal: Focal {
                    px: long_side * (0.3 + f64::from(focal) / 100.0),
                    sigma_ln: 0.05,
                    source: FocalSource::Default,
                },
                gravity,
                mask_cell_px: 0.0,
                segments: &[],
                known: Known {
                    ceiling_height_cm: (known & 1 > 0).then_some(250.0),
                    camera_height_cm: (known & 2 > 0).then_some(150.0),
                    fov_deg: None,
                },
            },
        );
        for estimate in [measured.wall_width, measured.wall_height]
            .into_iter()
            .flatten()
        {
            let [low, high] = estimate.interval_cm.unwrap_or([estimate.cm; 2]);
            assert!(
                low > 0.0 && low <= estimate.cm && estimate.cm <= high && high.is_finite(),
                "{estimator:?} estimates {estimate:?}"
            );
        }
        let windows = measured.windows.iter();
        let sizes = windows.flat_map(|window| [window.width_cm, window.height_cm]);
        for cm in sizes
            .chain(measured.visible_width_cm)
            .chain(measured.min_height_cm)
        {
            assert!(cm.is_finite() && cm >= 0.0, "{estimator:?}: {measured:?}");
        }
        let text = format!("{measured:?}");
        assert!(
            !text.contains("NaN") && !text.contains("inf"),
            "{estimator:?}: {text}"
        );
        let sure = measured.confidence_pct;
        assert!(
            sure.is_none_or(|pct| (0.0..=100.0).contains(&pct)),
            "{estimator:?}: {sure:?} % sure"
        );
    }
}
