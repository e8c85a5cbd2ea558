//! The fuzzers' corpus, and every input that was once a finding (`fuzz/regressions/TARGET`), through the same functions that
//! `make fuzz` drives.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set itself up has failed"
)]

use std::path::{Path, PathBuf};

#[path = "../fuzz/src/lib.rs"]
mod targets;

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn holds_for(name: &str, more: Option<&str>, target: fn(&[u8])) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    // Few targets have had a finding; the other folders are there.
    let mut inputs = files(&root.join("fuzz/regressions").join(name));
    let corpus = root.join("fuzz/corpus").join(name);
    for folder in std::iter::once(corpus).chain(more.map(|folder| root.join(folder))) {
        let found = files(&folder);
        assert!(!found.is_empty(), "nothing is in {}", folder.display());
        inputs.extend(found);
    }
    for path in inputs {
        let bytes = std::fs::read(&path).unwrap();
        let outcome = std::panic::catch_unwind(|| target(&bytes));
        assert!(outcome.is_ok(), "{} violates a property", path.display());
    }
}

const PHOTOS: Option<&str> = Some("tests/data/tiny");

#[test]
fn exif() {
    holds_for("exif", PHOTOS, targets::exif);
}

#[test]
fn photo() {
    holds_for("photo", PHOTOS, targets::photo);
}

#[test]
fn heic() {
    holds_for("heic", PHOTOS, targets::heic);
}

#[test]
fn ground_truth() {
    holds_for("ground-truth", None, targets::ground_truth);
}

#[test]
fn label_map() {
    holds_for("label-map", None, targets::label_map);
}

#[test]
fn model_metadata() {
    holds_for("model-metadata", None, targets::model_metadata);
}

#[test]
fn report() {
    holds_for("report", None, targets::report);
}

#[test]
fn geometry() {
    holds_for("geometry", None, targets::geometry);
}
