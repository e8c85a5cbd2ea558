//! A small repository of photos, as a team that gates its merges would keep one. Shared by the tests that use it.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set itself up has failed"
)]
#![allow(dead_code, reason = "each test binary uses its part")]

use std::path::{Path, PathBuf};

use assert_cmd::Command;

pub const PHOTOS: [&str; 4] = ["bedroom", "cut_left", "no_exif", "tall"];
/// The photos that a change makes worse.
pub const WORSENED: [&str; 2] = ["bedroom", "no_exif"];

/// The rendered rooms of this project.
pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// Four photos with their label maps in `labels` and their sizes in `truth.json`.
pub fn repository() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("labels")).unwrap();
    for name in PHOTOS {
        let photo = format!("{name}.jpg");
        std::fs::copy(fixtures().join(&photo), dir.path().join(&photo)).unwrap();
        restore_labels(dir.path(), name);
    }
    std::fs::copy(
        fixtures().join("../ground_truth.json"),
        dir.path().join("truth.json"),
    )
    .unwrap();
    dir
}

/// The same with the photos in `photos/`, where the documents' examples look for them.
pub fn repository_with_folder() -> tempfile::TempDir {
    let dir = repository();
    let at = |name: &str| dir.path().join(name);
    std::fs::create_dir(at("photos")).unwrap();
    for name in PHOTOS {
        let photo = format!("{name}.jpg");
        std::fs::rename(at(&photo), at("photos").join(&photo)).unwrap();
    }
    dir
}

/// Takes back what [`spoil_labels`] did.
pub fn restore_labels(dir: &Path, name: &str) {
    let map = format!("labels/{name}.png");
    std::fs::copy(fixtures().join(&map), dir.join(&map)).unwrap();
}

/// The labels as a worse model would give them: the floor begins an eighth of the picture lower, as wall.
pub fn spoil_labels(dir: &Path, name: &str) {
    const WALL: u8 = 0;
    const FLOOR: u8 = 3;
    let path = dir.join(format!("labels/{name}.png"));
    let mut map = image::open(&path).unwrap().into_luma8();
    let (width, height) = map.dimensions();
    for x in 0..width {
        if let Some(top) = (0..height).find(|&y| map.get_pixel(x, y).0[0] == FLOOR) {
            for y in top..(top + height / 8).min(height) {
                map.put_pixel(x, y, image::Luma([WALL]));
            }
        }
    }
    map.save(&path).unwrap();
}

/// Measures the repository at `dir` with its label maps.
pub fn measure(dir: &Path, more: &[&str]) -> Command {
    let mut command = Command::cargo_bin("measure-bench").unwrap();
    command
        .current_dir(dir)
        .env("COLUMNS", "160")
        .args([
            "--dir",
            ".",
            "--labels",
            "labels",
            "--ground-truth",
            "truth.json",
            "-q",
        ])
        .args(more);
    command
}

/// A tool that a test needs and a developer may lack: the first of `names` that is there. Where all of them have to be there
/// (MEASURE_BENCH_ALL_TESTS, as in CI), its absence fails the test; elsewhere the test says that it is skipped.
pub fn tool(names: &[&str], remedy: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = names.iter().find_map(|name| {
        std::env::split_paths(&path)
            .map(|dir| dir.join(name))
            .find(|file| file.is_file())
    });
    assert!(
        found.is_some() || std::env::var_os("MEASURE_BENCH_ALL_TESTS").is_none(),
        "{} is missing: {remedy}",
        names[0]
    );
    if found.is_none() {
        eprintln!("\n*** SKIPPED: {} is missing: {remedy} ***\n", names[0]);
    }
    found
}

/// Where missing tools come from.
pub const TEST_TOOLS: &str = "run scripts/install-test-tools.sh";
