//! Photos that are not what they were, or are called what nobody expects.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::process::Stdio;

use serde_json::Value;

use super::strace::may_trace;
use super::support::{
    PHOTOS, assert_ends, binary, finished, fixtures, measuring, report, rooms, wait_until,
};

#[test]
fn photos_that_vanish_or_change_during_the_run_cost_themselves_alone() {
    let dir = rooms();
    let photos = || {
        let mut all: Vec<_> = std::fs::read_dir(dir.path().join("rooms"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|e| e == "jpg"))
            .collect();
        all.sort();
        all
    };
    let all = photos();
    let mut run = measuring(dir.path())
        .args(["--save", "r.json", "--jobs", "1", "--max-errors", "2"])
        .spawn()
        .unwrap();
    wait_until(|| finished(dir.path()) >= 2);
    std::fs::remove_file(&all[PHOTOS - 1]).unwrap();
    let file = std::fs::File::options()
        .write(true)
        .open(&all[PHOTOS - 2])
        .unwrap();
    file.set_len(300).unwrap();
    assert!(run.wait().unwrap().success());
    let report = report(dir.path());
    assert_eq!(report["metrics"]["total"], PHOTOS);
    let message = |place: usize| {
        report["results"][place]["error"]
            .as_str()
            .unwrap_or_default()
    };
    assert!(
        message(PHOTOS - 1).contains("check that it exists"),
        "{}",
        message(PHOTOS - 1)
    );
    assert!(
        message(PHOTOS - 2).contains("fetch it again"),
        "{}",
        message(PHOTOS - 2)
    );
    assert_eq!(report["metrics"]["errors"], 2);
}

#[test]
fn names_without_utf_8_and_as_long_as_they_get_are_measured() {
    let dir = tempfile::tempdir().unwrap();
    let long = format!("{}.jpg", "n".repeat(251));
    let names: [&[u8]; 4] = [
        b"a\xff.jpg",
        b"a\xfe.jpg",
        long.as_bytes(),
        b"line\nend.jpg",
    ];
    for name in names {
        let name = OsStr::from_bytes(name);
        std::fs::copy(fixtures().join("bedroom.jpg"), dir.path().join(name)).unwrap();
    }
    let output = binary()
        .current_dir(dir.path())
        .args(["--dir", ".", "--long-side", "64", "--debug-dir", "out"])
        .args([
            "--save", "r.html", "--save", "r.csv", "--save", "r.xml", "--save", "r.md",
        ])
        .args(["--summary", "json", "-q"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["metrics"]["total"], names.len());
    assert_eq!(report["metrics"]["errors"], 0, "{report}");
    assert_eq!(
        std::fs::read_dir(dir.path().join("out")).unwrap().count(),
        names.len()
    );
}

/// Disks that are slow and that fail, as strace makes them for two photos.
#[test]
fn a_slow_disk_costs_time_and_a_failing_one_its_photo() {
    if !may_trace() {
        return;
    }
    let dir = rooms();
    let photo = |number: usize| dir.path().join(format!("rooms/room_{number:05}.jpg"));
    let run = |number: usize, fault: &str| {
        let plain = measuring(dir.path());
        let mut traced = std::process::Command::new("strace");
        traced
            .args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=read", "-e"])
            .arg(format!("inject=read:{fault}"))
            .arg("-P")
            .arg(photo(number).canonicalize().unwrap())
            .arg(plain.get_program())
            .args(plain.get_args())
            .args(["--save", "r.json", "--max-errors", "1"])
            .current_dir(dir.path())
            .stdout(Stdio::null());
        assert!(traced.status().unwrap().success());
        report(dir.path())
    };
    let slow = run(3, "delay_enter=400000");
    assert_eq!(slow["metrics"]["errors"], 0);
    assert_eq!(slow["metrics"]["total"], PHOTOS);
    let read_ms = |place: usize| slow["results"][place]["timingsMs"]["read"].as_f64();
    assert!(read_ms(3) >= Some(400.0), "{}", slow["results"][3]);
    assert!(read_ms(5) < Some(400.0), "{}", slow["results"][5]);

    let failing = run(4, "error=EIO");
    assert_eq!(failing["metrics"]["errors"], 1);
    assert_eq!(failing["metrics"]["total"], PHOTOS);
    let message = failing["results"][4]["error"].as_str().unwrap();
    assert!(
        message.contains("cannot be read (Input/output error"),
        "{message}"
    );
}

/// A folder of what people really hand in, and what each of them is told.
#[test]
fn every_broken_download_is_told_what_to_do_next() {
    let dir = tempfile::tempdir().unwrap();
    let jpeg = std::fs::read(fixtures().join("bedroom.jpg")).unwrap();
    let heic = std::fs::read(fixtures().join("cut_right.heic")).unwrap();
    let png = std::fs::read(fixtures().join("plain.png")).unwrap();
    let page = b"<!DOCTYPE html><title>404</title>".to_vec();
    let cases: [(&str, Vec<u8>, &str); 15] = [
        ("empty.jpg", Vec::new(), "fetch it again"),
        ("page.jpg", page, "download the photo itself"),
        ("text.heic", b"no photo at all".to_vec(), "expected a JPEG"),
        ("cut.png", png[..png.len() / 2].to_vec(), "fetch it again"),
        (
            "cut.heic",
            heic[..heic.len() / 2].to_vec(),
            "fetch it again",
        ),
        ("head.jpg", jpeg[..200].to_vec(), "fetch it again"),
        (
            "movie.heic",
            b"\0\0\0\x14ftypqt  \0\0\0\0qt  ".to_vec(),
            "save one frame",
        ),
        (
            "pointer.jpg",
            b"version https://git-lfs.github.com/spec/v1\n".to_vec(),
            "git lfs pull",
        ),
        ("icloud.HEIC", b"bplist00\xd3".to_vec(), "Download Now"),
        ("zeros.jpg", vec![0; 5000], "fetch it again"),
        (
            "denied.png",
            b"<?xml version='1.0'?><Error><Code>AccessDenied".to_vec(),
            "download the photo anew",
        ),
        (
            "locked.jpg",
            b"%PDF-1.7 /Encrypt".to_vec(),
            "convert it to JPEG",
        ),
        (
            "double.jpg",
            b"\0\x05\x16\x07\0\x02\0\0Mac OS X".to_vec(),
            "without ._",
        ),
        (
            "photos.jpg",
            b"PK\x03\x04............".to_vec(),
            "unpack it",
        ),
        (
            "raw.tif",
            b"II*\0\x10\0\0\0CR\x02\0............".to_vec(),
            "export it as JPEG",
        ),
    ];
    for (name, bytes, _) in &cases {
        std::fs::write(dir.path().join(name), bytes).unwrap();
    }
    let others = [
        ".IMG_1.HEIC.icloud",
        "clip.mov",
        "kitchen.jpg.crdownload",
        "raw.dng",
    ];
    for name in others.into_iter().chain(["._empty.jpg", "notes.txt"]) {
        std::fs::write(dir.path().join(name), "not looked at").unwrap();
    }
    std::fs::create_dir(dir.path().join("folder.jpg")).unwrap();
    std::os::unix::fs::symlink("nowhere", dir.path().join("broken.jpg")).unwrap();
    // A wrong ending is no fault: the bytes tell.
    std::fs::write(dir.path().join("heic.jpg"), &heic).unwrap();
    let output = binary()
        .current_dir(dir.path())
        .args(["--dir", ".", "--long-side", "64", "--summary", "json"])
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    let [placeholder, rest @ ..] = others;
    let passed_over = format!("{placeholder}, broken.jpg, {}; name one", rest.join(", "));
    assert_ends(&output, 1, &passed_over);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    for result in report["results"].as_array().unwrap() {
        let file = result["file"].as_str().unwrap();
        let case = cases.iter().find(|(name, ..)| *name == file);
        match case {
            Some((.., advice)) => {
                let message = result["error"].as_str().unwrap();
                assert!(message.contains(advice), "{file}: {message}");
                assert!(!message.contains('\n'), "{file}: {message}");
            }
            None => assert_ne!(result["status"], "error", "{result}"),
        }
    }
    assert_eq!(report["metrics"]["total"], cases.len() + 1);
}
