//! The bundled model through ONNX Runtime, as the pipeline uses it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot set itself up has failed"
)]

use std::path::Path;
use std::time::{Duration, Instant};

use image::RgbImage;
use measure_bench::deadline::Deadline;
use measure_bench::photo::{Metadata, Photo, PhotoFormat, PhotoTimings};
use measure_bench::segment::{
    Device, ModelSource, Network, NetworkOptions, PostProcessing, SegmentError, Segmenter,
};

/// A photo of `width` x `height` with smooth colours.
fn photo(width: u32, height: u32) -> Photo {
    let shade = |position: u32, length: u32| u8::try_from(255 * position / length).unwrap();
    Photo {
        pixels: RgbImage::from_fn(width, height, |x, y| {
            image::Rgb([shade(x, width), shade(y, height), 128])
        }),
        format: PhotoFormat::Jpeg,
        orientation: 1,
        metadata: Metadata::default(),
        warnings: Vec::new(),
        timings: PhotoTimings::default(),
    }
}

fn open(options: &NetworkOptions) -> Network {
    Network::open(ModelSource::Bundled, options)
        .expect("the bundled model on ONNX Runtime (`make runtime`)")
}

#[test]
fn the_bundled_model_labels_a_photo_in_one_inference() {
    let mut network = open(&NetworkOptions::default());
    let table = network.metadata().ade_indices();
    for (width, height, input) in [(400, 300, [320, 416]), (300, 400, [416, 320])] {
        let result = network
            .segment(&photo(width, height), Path::new("a.jpg"), None)
            .unwrap();
        assert_eq!(result.input_size, Some(input));
        assert_eq!(result.inferences, 1);
        assert!(
            result
                .labels
                .classes()
                .iter()
                .all(|class| table.contains(class))
        );
        let aspect = f64::from(result.labels.width()) / f64::from(result.labels.height());
        assert!((aspect - f64::from(width) / f64::from(height)).abs() < 0.01);
    }
}

#[test]
fn the_same_photo_gives_the_same_labels() {
    let first = open(&NetworkOptions::default())
        .segment(&photo(320, 240), Path::new("a.jpg"), None)
        .unwrap();
    let mut network = open(&NetworkOptions::default());
    for _ in 0..2 {
        let again = network
            .segment(&photo(320, 240), Path::new("b.jpg"), None)
            .unwrap();
        assert_eq!(again.labels, first.labels);
    }
}

#[test]
fn long_side_sets_the_networks_input() {
    let options = NetworkOptions {
        long_side: Some(128),
        ..NetworkOptions::default()
    };
    let result = open(&options)
        .segment(&photo(400, 300), Path::new("a.jpg"), None)
        .unwrap();
    assert_eq!(result.input_size, Some([96, 128]));
}

#[test]
fn the_reference_way_gives_labels_at_the_photos_size() {
    let options = NetworkOptions {
        post_processing: PostProcessing::Reference,
        ..NetworkOptions::default()
    };
    let result = open(&options)
        .segment(&photo(500, 375), Path::new("a.jpg"), None)
        .unwrap();
    assert_eq!((result.labels.width(), result.labels.height()), (500, 375));
}

#[test]
fn a_named_device_that_is_missing_is_an_error_and_auto_says_why_it_passed_over_it() {
    let network = open(&NetworkOptions::default());
    let info = network.describe();
    let used = info.device.unwrap();
    for device in Device::ALL {
        let options = NetworkOptions {
            device,
            ..NetworkOptions::default()
        };
        match Network::open(ModelSource::Bundled, &options) {
            Ok(named) => assert_eq!(named.describe().device, Some(device)),
            Err(error) => {
                assert_ne!(device, used);
                assert!(matches!(error, SegmentError::Device { .. }), "{error}");
                assert!(error.to_string().contains(&device.to_string()), "{error}");
            }
        }
    }
    let tried = Device::Auto.candidates();
    let before = tried.iter().position(|device| *device == used).unwrap();
    assert_eq!(info.skipped_devices.len(), before);
    for (skipped, device) in info.skipped_devices.iter().zip(tried) {
        assert_eq!(skipped.device, *device);
        assert!(!skipped.reason.is_empty());
    }
}

#[test]
fn the_profile_of_onnx_runtime_shows_one_run_a_photo() {
    let folder = tempfile::tempdir().unwrap();
    let options = NetworkOptions {
        profile: Some(folder.path().join("profile")),
        ..NetworkOptions::default()
    };
    let mut network = open(&options);
    for _ in 0..3 {
        network
            .segment(&photo(64, 48), Path::new("a.jpg"), None)
            .unwrap();
    }
    drop(network);
    let files: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(files.len(), 1, "{files:?}");
    let trace: Vec<serde_json::Value> =
        serde_json::from_slice(&std::fs::read(&files[0]).unwrap()).unwrap();
    let runs = trace
        .iter()
        .filter(|event| event["name"] == "model_run")
        .count();
    assert_eq!(runs, 3);
}

#[test]
fn an_inference_ends_at_the_deadline_and_the_session_is_used_again() {
    // Large enough to take seconds.
    let options = NetworkOptions {
        device: Device::Cpu,
        long_side: Some(1600),
        ..NetworkOptions::default()
    };
    let mut network = open(&options);
    let picture = photo(400, 300);
    let limit = Duration::from_millis(50);
    let start = Instant::now();
    let late = network
        .segment(
            &picture,
            Path::new("a.jpg"),
            Some(Deadline::of(limit, Duration::ZERO)),
        )
        .unwrap_err();
    let ended = start.elapsed();
    assert!(matches!(late, SegmentError::TimedOut(_)), "{late}");
    assert!(late.to_string().contains("--timeout"), "{late}");

    let start = Instant::now();
    let minutes = Deadline::of(Duration::from_secs(3600), Duration::ZERO);
    let whole = network
        .segment(&picture, Path::new("a.jpg"), Some(minutes))
        .unwrap();
    assert_eq!(whole.inferences, 1);
    assert!(
        ended < start.elapsed(),
        "the first one was not ended: {ended:?}"
    );
}

#[test]
fn a_file_that_is_no_model_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("broken.onnx");
    std::fs::write(&file, b"no model").unwrap();
    let error = Network::open(ModelSource::File(file), &NetworkOptions::default()).unwrap_err();
    assert!(error.to_string().contains("broken"), "{error}");
}
