//! The bundled model on the fixtures, whose truth is exact: what it has learnt of rendered rooms.
//!
//! The limits lie some points under what it reaches: they tell a model that has lost rooms, and are no aims.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set itself up has failed"
)]

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use image::GrayImage;
use measure_bench::ade20k::{BLIND, CEILING, FLOOR, RUG, SCREEN_DOOR, UNKNOWN, WALL, WINDOWPANE};

/// Photos of every kind; the large one says no more than the others.
const PHOTOS: [&str; 8] = [
    "attic.jpg",
    "bedroom.jpg",
    "corner.jpg",
    "cut_left.jpg",
    "furnished.jpg",
    "living_room.heic",
    "study_portrait.jpg",
    "wild.webp",
];

/// A mask: its name, its classes, and the IoU over all photos, in percent, under which rooms are lost.
type Mask = (&'static str, &'static [u8], f64);
const MASKS: [Mask; 4] = [
    ("wall", &[WALL], 80.0),
    ("floor", &[FLOOR, RUG], 80.0),
    ("ceiling", &[CEILING], 85.0),
    ("window", &[WINDOWPANE, BLIND, SCREEN_DOOR], 55.0),
];

/// Places that are compared along each side: label maps have sizes of their own.
const PLACES: u32 = 200;

fn labels(path: &Path) -> GrayImage {
    image::open(path).unwrap().into_luma8()
}

/// The classes at evenly spread places.
fn sampled(map: &GrayImage) -> impl Iterator<Item = u8> {
    let at = |i: u32, side: u32| (2 * i + 1) * side / (2 * PLACES);
    (0..PLACES * PLACES).map(move |i| {
        let (x, y) = (at(i % PLACES, map.width()), at(i / PLACES, map.height()));
        map.get_pixel(x, y).0[0]
    })
}

#[test]
fn the_bundled_model_sees_rendered_rooms() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let out = tempfile::tempdir().unwrap();
    let photos: Vec<PathBuf> = PHOTOS.iter().map(|name| folder.join(name)).collect();
    Command::cargo_bin("measure-bench")
        .unwrap()
        .env_remove("MEASURE_MODEL")
        .args(["--no-config", "--quiet", "--device", "cpu", "--debug-dir"])
        .arg(out.path())
        .args(&photos)
        .assert()
        .success();

    let mut pairs: Vec<(u8, u8)> = Vec::new();
    for photo in &photos {
        let stem = photo.file_stem().unwrap().to_str().unwrap();
        let truth = labels(&folder.join("labels").join(format!("{stem}.png")));
        let name = photo.file_name().unwrap().to_str().unwrap();
        let written = out.path().join(name.replace(['_', '.'], "-"));
        pairs.extend(sampled(&truth).zip(sampled(&labels(&written.join("labels.png")))));
    }
    pairs.retain(|(truth, _)| *truth != UNKNOWN);
    for (name, classes, least) in MASKS {
        let count = |wanted: fn([bool; 2]) -> bool| {
            let inside = |class| classes.contains(&class);
            let chosen = pairs
                .iter()
                .filter(|(truth, seen)| wanted([inside(*truth), inside(*seen)]));
            chosen.count() as f64
        };
        let iou = 100.0 * count(|[a, b]| a && b) / count(|[a, b]| a || b);
        assert!(iou >= least, "{name}: IoU {iou:.1} %, least {least} %");
    }
}
