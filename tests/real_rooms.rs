//! Views of real rooms, annotated by hand, through the real binary with the bundled model: what training on renders carries over.
//!
//! `tests/annotations/README.md` says where the photos come from. The limits lie some points under what the bundled model
//! reaches (`models/README.md`): they tell a model that has lost real rooms, and are no aims.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set itself up has failed"
)]

use std::path::Path;

use assert_cmd::Command;
use image::{GrayImage, Luma};
use imageproc::drawing::draw_polygon_mut;
use imageproc::point::Point;
use serde::Deserialize;

#[derive(Deserialize)]
struct Annotation {
    photo: String,
    size: [u32; 2],
    layers: Vec<Layer>,
}

/// A polygon that paints over those before it.
#[derive(Deserialize)]
struct Layer {
    class: String,
    points: Vec<[i32; 2]>,
}

/// Masks that are scored, the mean IoU over photos, in percent, under which real rooms are lost, and how many of the photos that
/// are here have any of it.
const LEAST: [(&str, f64, usize); 4] = [
    ("wall", 65.0, 7),
    ("floor", 75.0, 6),
    ("ceiling", 80.0, 3),
    ("window", 40.0, 3),
];
/// Not ours to ship: scored where it is at hand, and not counted.
const NOT_SHIPPED: &str = "kitchen_iphone13promax.HEIC";
const OTHER: u8 = 254;
const IGNORED: u8 = 255;

/// The annotation as one number a pixel: a mask's position in `LEAST`, or one of the two constants.
fn paint(annotation: &Annotation) -> GrayImage {
    let [width, height] = annotation.size;
    let mut picture = GrayImage::from_pixel(width, height, Luma([IGNORED]));
    for layer in &annotation.layers {
        let mask = LEAST.iter().position(|(name, ..)| *name == layer.class);
        let value = match (mask, layer.class.as_str()) {
            (Some(mask), _) => u8::try_from(mask).unwrap(),
            (None, "ignore") => IGNORED,
            (None, class) => {
                assert_eq!(class, "other");
                OTHER
            }
        };
        let points: Vec<Point<i32>> = layer
            .points
            .iter()
            .map(|[x, y]| Point::new(*x, *y))
            .collect();
        draw_polygon_mut(&mut picture, &points, Luma([value]));
    }
    picture
}

/// Intersection over union in percent with the mask that the program wrote, where the annotation has any of it.
fn iou(truth: &GrayImage, mask: usize, written: &Path) -> Option<f64> {
    let mask = u8::try_from(mask).unwrap();
    let written = image::open(written).unwrap().into_luma8();
    assert_eq!(truth.dimensions(), written.dimensions());
    let (mut both, mut either, mut wanted) = (0_u32, 0_u32, 0_u32);
    for (truth, written) in truth.pixels().zip(written.pixels()) {
        let [truth, written] = [truth.0[0], written.0[0]];
        if truth != IGNORED {
            let [in_truth, in_mask] = [truth == mask, written > 0];
            wanted += u32::from(in_truth);
            both += u32::from(in_truth && in_mask);
            either += u32::from(in_truth || in_mask);
        }
    }
    (wanted > 0).then(|| 100.0 * f64::from(both) / f64::from(either))
}

/// The views are level; how far from that the middle one and all but one may be found, degrees. One has no ceiling, and where the
/// network sees one all the same, the box is turned to meet it.
const MEDIAN_TILT_DEG: f64 = 2.5;
const MOST_TILT_DEG: f64 = 6.0;

#[test]
fn the_bundled_model_sees_real_rooms() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/annotations");
    let out = tempfile::tempdir().unwrap();
    let run = Command::cargo_bin("measure-bench")
        .unwrap()
        .env_remove("MEASURE_MODEL")
        .args([
            "--no-config",
            "--quiet",
            "--device",
            "cpu",
            "--summary",
            "json",
        ])
        .args(["--fov", "85", "--dir"])
        .arg(folder.join("photos"))
        .arg("--debug-dir")
        .arg(out.path())
        .output()
        .unwrap();
    assert!(run.status.success());

    let mut scores: [Vec<f64>; LEAST.len()] = Default::default();
    let mut counts = [0; LEAST.len()];
    let mut annotated = 0;
    for path in glob::glob(folder.join("*.json").to_str().unwrap()).unwrap() {
        let text = std::fs::read_to_string(path.unwrap()).unwrap();
        let annotation: Annotation = serde_json::from_str(&text).unwrap();
        let is_shipped = annotation.photo != NOT_SHIPPED;
        if !is_shipped && !folder.join("photos").join(&annotation.photo).exists() {
            continue;
        }
        annotated += 1;
        let truth = paint(&annotation);
        let written = out.path().join(annotation.photo.replace('.', "-"));
        for (mask, (name, ..)) in LEAST.iter().enumerate() {
            let score = iou(&truth, mask, &written.join(format!("{name}.png")));
            counts[mask] += usize::from(is_shipped && score.is_some());
            scores[mask].extend(score);
        }
    }
    assert_eq!(counts, LEAST.map(|(.., count)| count), "scored masks");
    for ((name, least, _), scores) in LEAST.iter().zip(&scores) {
        let mean = scores.iter().sum::<f64>() / scores.len() as f64;
        assert!(
            mean >= *least,
            "{name}: mean IoU {mean:.1} %, least {least} %, of {scores:.1?}"
        );
    }

    let report: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    let results = report["results"].as_array().unwrap();
    assert_eq!(results.len(), annotated, "every photo has its annotation");
    for key in ["pitchDeg", "rollDeg"] {
        let mut off: Vec<f64> = results
            .iter()
            .map(|result| result["camera"][key].as_f64().unwrap().abs())
            .collect();
        off.sort_by(f64::total_cmp);
        let [median, most] = [off[off.len() / 2], off[off.len() - 2]];
        assert!(
            median < MEDIAN_TILT_DEG && most < MOST_TILT_DEG,
            "{key}: {off:.1?}"
        );
    }
}
