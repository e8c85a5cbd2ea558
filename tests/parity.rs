//! The bundled model's labels against those of the reference implementation, recorded by `tests/parity/record_reference.py`.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set itself up has failed"
)]

use std::path::{Path, PathBuf};

use measure_bench::photo::{Metadata, Photo, PhotoFormat, PhotoTimings};
use measure_bench::segment::{
    MaskKind, ModelSource, Network, NetworkOptions, PostProcessing, Segmenter, label_file,
};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recording {
    model_sha256: String,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Case {
    picture: PathBuf,
    labels: PathBuf,
    input_height: u32,
    input_width: u32,
}

/// Share of a picture that a mask has to cover for its IoU to mean anything.
const COVERED: std::ops::RangeInclusive<f64> = 0.02..=0.98;
/// IoU with the reference's masks: its own steps, and the default's finer ones.
const REFERENCE_IOU: f64 = 0.99;
const DEFAULT_IOU: f64 = 0.95;
/// The default's edges lie elsewhere by fractions of a cell, of which a strip of floor two cells high has many for its area: so much
/// of the picture may differ whatever the IoU.
const DEFAULT_DIFFERENCE: f64 = 0.003;

fn photo(path: &Path) -> Photo {
    Photo {
        pixels: image::open(path).unwrap().into_rgb8(),
        format: PhotoFormat::Png,
        orientation: 1,
        metadata: Metadata::default(),
        warnings: Vec::new(),
        timings: PhotoTimings::default(),
    }
}

fn check(post_processing: PostProcessing, least_iou: f64, small_difference: f64) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parity/cases");
    let recording: Recording =
        serde_json::from_str(&std::fs::read_to_string(folder.join("cases.json")).unwrap()).unwrap();
    assert_eq!(
        ModelSource::Bundled.sha256().unwrap(),
        recording.model_sha256,
        "the recordings are of another model: run tests/parity/record_reference.py"
    );
    let options = NetworkOptions {
        post_processing,
        ..NetworkOptions::default()
    };
    let mut network = Network::open(ModelSource::Bundled, &options).unwrap();
    let mut compared = 0;
    for case in &recording.cases {
        let photo = photo(&folder.join(&case.picture));
        let wanted = label_file::read(&folder.join(&case.labels)).unwrap();
        let result = network.segment(&photo, &case.picture, None).unwrap();
        assert_eq!(
            result.input_size,
            Some([case.input_height, case.input_width]),
            "{}",
            case.picture.display()
        );
        for kind in MaskKind::ALL {
            let (got, wanted) = (
                kind.draw(&result.labels, photo.size()),
                kind.draw(&wanted, photo.size()),
            );
            let pairs = || {
                got.as_raw()
                    .iter()
                    .zip(wanted.as_raw())
                    .map(|(got, wanted)| (*got > 0, *wanted > 0))
            };
            let count = |matches: fn((bool, bool)) -> bool| {
                pairs().filter(|pair| matches(*pair)).count() as f64
            };
            if !COVERED.contains(&(count(|(_, wanted)| wanted) / got.len() as f64)) {
                continue;
            }
            let iou = count(|(got, wanted)| got && wanted) / count(|(got, wanted)| got || wanted);
            let difference = count(|(got, wanted)| got != wanted) / got.len() as f64;
            let found = format!(
                "{} {}: IoU {iou:.4}, {difference:.4} of the picture differs",
                case.picture.display(),
                kind.name()
            );
            println!("{found}");
            assert!(iou >= least_iou || difference < small_difference, "{found}");
            compared += 1;
        }
    }
    assert!(
        compared >= recording.cases.len(),
        "only {compared} masks cover enough to be compared"
    );
}

#[test]
fn the_reference_way_gives_the_references_masks() {
    check(PostProcessing::Reference, REFERENCE_IOU, 0.0);
}

#[test]
fn the_default_way_agrees_with_the_reference() {
    check(PostProcessing::Default, DEFAULT_IOU, DEFAULT_DIFFERENCE);
}
