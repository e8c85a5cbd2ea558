//! One report with a photo of every kind, for the tests of the forms.

use super::schema::{Environment, Model, Report, RunOptions, SCHEMA_VERSION, Tool, Unmatched};
use crate::dataset::Truth;
use crate::gate::{GateLimits, check};
use crate::geometry::camera::{FocalSource, GravitySource};
use crate::photo::PhotoFormat;
use crate::photo_result::{Camera, ImageInfo, PhotoResult, StageTimings, Status};
use crate::score::{RunTotals, score_photo, summarise};
use crate::warning::Warning;

fn measured(file: &str, width: f64, height: f64) -> PhotoResult {
    let mut result = PhotoResult::failed(file.to_owned(), String::new());
    result.error = None;
    result.status = Status::Ok;
    result.sha256 = Some("5e".repeat(32));
    result.wall_width_cm = Some(width);
    result.wall_height_cm = Some(height);
    result.visible_width_cm = Some(width);
    result.width_interval_cm = Some([width * 0.95, width * 1.05]);
    result.height_interval_cm = Some([height * 0.96, height * 1.04]);
    result.confidence_pct = Some(83.0);
    result.camera = Some(Camera {
        focal_px: 3067.5,
        focal_source: FocalSource::Exif35mm,
        fitted_focal_px: Some(3071.2),
        pitch_deg: -2.1,
        roll_deg: 0.4,
        gravity_source: GravitySource::Makernote,
        height_cm: Some(148.2),
        yaw_deg: Some(7.5),
    });
    result.image = Some(ImageInfo {
        width_px: 4032,
        height_px: 3024,
        format: PhotoFormat::Heic,
        orientation: 6,
    });
    result.input_size = Some([384, 512]);
    result.inferences = 1;
    result.decodes = 1;
    result.timings_ms = StageTimings {
        read: Some(2.0),
        decode: Some(410.0),
        exif: Some(0.1),
        preprocess: Some(8.0),
        inference: Some(160.0),
        masks: Some(12.0),
        measure: Some(40.0),
        total: 632.1,
    };
    result
}

/// A measured, a cut, a refused, a fallback and a broken photo, scored, with gates.
pub(crate) fn report() -> Report {
    let truth = |width_cm, height_cm| {
        Some(Truth {
            width_cm: Some(width_cm),
            height_cm: Some(height_cm),
        })
    };
    let mut plain = measured("living room.heic", 479.2, 252.0);
    score_photo(&mut plain, truth(480.0, 250.0));
    let mut cut = measured(
        "holiday 2024/a very long name of a photo of the kitchen.jpg",
        612.0,
        266.3,
    );
    cut.width_is_lower_bound = true;
    cut.visible_width_cm = Some(450.0);
    cut.warnings = vec![
        Warning::LeftEndCut,
        Warning::WidthIsLowerBound,
        Warning::FocalFromDefault,
    ];
    score_photo(&mut cut, truth(540.0, 260.0));
    let mut refused = measured("corner.png", 1.0, 245.0);
    refused.status = Status::Refused;
    (
        refused.wall_width_cm,
        refused.width_interval_cm,
        refused.visible_width_cm,
        refused.confidence_pct,
    ) = (None, None, None, None);
    refused.warnings = vec![Warning::FloorLineMissing];
    score_photo(&mut refused, truth(400.0, 250.0));
    let mut fallback = measured("dark.webp", 420.0, 260.0);
    fallback.status = Status::Fallback;
    fallback.error = Some("it has no label map".to_owned());
    fallback.confidence_pct = Some(5.0);
    fallback.warnings = vec![Warning::FallbackMask];
    let broken = PhotoResult::failed(
        "broken <1>.jpg".to_owned(),
        "the file is empty & cannot be a photo".to_owned(),
    );
    let results = vec![plain, cut, refused, fallback, broken];
    let totals = RunTotals {
        wall_seconds: 3.25,
        peak_rss_mb: Some(181.4),
        ..RunTotals::default()
    };
    let metrics = summarise(&results, totals);
    let limits = GateLimits {
        max_width_mape: Some(5.0),
        max_height_mape: Some(5.0),
        max_photo_error: Some(10.0),
        ..GateLimits::default()
    };
    Report {
        schema_version: SCHEMA_VERSION,
        generated_at: "2024-05-01T12:00:00Z".to_owned(),
        tool: Tool {
            name: "measure-bench".to_owned(),
            version: "0.1.0".to_owned(),
            commit: None,
        },
        environment: Environment {
            os: "linux x86_64".to_owned(),
            cpu: Some("Some CPU".to_owned()),
            cores: Some(2),
            memory_mb: Some(16_000),
            onnx_runtime: Some("1.24.4".to_owned()),
            device: Some("cpu".to_owned()),
            ..Environment::default()
        },
        model: Model {
            name: "bundled".to_owned(),
            sha256: Some("ab".repeat(32)),
            ..Model::default()
        },
        options: RunOptions {
            estimator: "box".to_owned(),
            repeat: 1,
            jobs: 2,
            ..RunOptions::default()
        },
        gates: check(&limits, &results, &metrics),
        results,
        metrics,
        unmatched: Some(Unmatched {
            photos_without_truth: vec!["dark.webp".to_owned(), "broken <1>.jpg".to_owned()],
            entries_without_photo: vec!["gone.jpg".to_owned()],
        }),
        comparison: None,
        interrupted: false,
    }
}
