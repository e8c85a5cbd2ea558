//! What the tests share: rendered rooms, the binary, and looks at its processes.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use rustix::process::Pid;
use serde_json::Value;

const PATIENCE: Duration = Duration::from_secs(600);

/// Rooms in a folder of [`rooms`].
pub const PHOTOS: usize = 24;

pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

pub fn binary() -> Command {
    Command::new(assert_cmd::cargo::cargo_bin("measure-bench"))
}

/// A folder `rooms` of rendered rooms, with their label maps.
pub fn rooms() -> tempfile::TempDir {
    // Rendered once, since that takes most of the time, and copied for each test.
    static RENDERED: OnceLock<tempfile::TempDir> = OnceLock::new();
    let rendered = RENDERED.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        let status = binary()
            .arg("rooms")
            .arg(dir.path().join("rooms"))
            .args(["--count", &PHOTOS.to_string(), "--seed", "7"])
            .args(["--size", "320x240", "--labels-only"])
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert!(status.success());
        dir
    });
    let dir = tempfile::tempdir().unwrap();
    for folder in ["rooms", "rooms/labels"] {
        let to = dir.path().join(folder);
        std::fs::create_dir(&to).unwrap();
        for entry in std::fs::read_dir(rendered.path().join(folder)).unwrap() {
            let from = entry.unwrap().path();
            if from.is_file() {
                std::fs::copy(&from, to.join(from.file_name().unwrap())).unwrap();
            }
        }
    }
    dir
}

/// Two fixtures in a folder `rooms`, with their label maps.
pub fn two_photos() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(dir.path().join("rooms/labels")).unwrap();
    for file in [
        "bedroom.jpg",
        "no_exif.jpg",
        "labels/bedroom.png",
        "labels/no_exif.png",
    ] {
        std::fs::copy(fixtures().join(file), dir.path().join("rooms").join(file)).unwrap();
    }
    dir
}

/// A run over the folder `rooms`, with its label maps. Fitting boxes gives each photo a while, in which something can befall it.
pub fn measuring(dir: &Path) -> Command {
    let mut command = binary();
    command
        .current_dir(dir)
        .args(["--dir", "rooms", "--labels", "rooms/labels", "-q"])
        .stdout(Stdio::null());
    command
}

pub fn report(dir: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(dir.join("r.json")).unwrap()).unwrap()
}

/// Photos that a run which saves `r.json` has finished so far.
pub fn finished(dir: &Path) -> usize {
    let journal = std::fs::read_to_string(dir.join("r.json.journal.jsonl"));
    // The first line is its header.
    journal.map_or(0, |text| text.lines().count().saturating_sub(1))
}

/// Waits until something is so; on a busy machine everything takes long.
pub fn wait_until(what: impl Fn() -> bool) {
    let start = Instant::now();
    while !what() {
        assert!(start.elapsed() < PATIENCE, "it never came to that");
        std::thread::sleep(Duration::from_millis(2));
    }
}

pub fn children(parent: u32) -> Vec<Pid> {
    let parent = format!("PPid:\t{parent}");
    std::fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok())
        .filter(|pid| {
            std::fs::read_to_string(format!("/proc/{pid}/status"))
                .is_ok_and(|status| status.lines().any(|line| line == parent))
        })
        .filter_map(Pid::from_raw)
        .collect()
}

/// Asserts the exit code and a part of what was said on standard error.
pub fn assert_ends(output: &Output, code: i32, said: &str) {
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{text}");
    assert!(text.contains(said), "'{said}' is missing in: {text}");
}
