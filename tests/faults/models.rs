//! Models and runtimes that are not what they should be: told before the first photo, with exit code 1 and what to try.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::support::{assert_ends, binary, fixtures};

fn bundled() -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/measure-bench-rooms.onnx");
    std::fs::read(path).unwrap()
}

fn run_with_model(bytes: &[u8]) -> Output {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("room-model.onnx"), bytes).unwrap();
    let output = binary()
        .current_dir(dir.path())
        .arg(fixtures().join("bedroom.jpg"))
        .args(["--model", "room-model.onnx", "-q"])
        .output()
        .unwrap();
    assert!(output.stdout.is_empty());
    output
}

/// The model without those top-level fields of its protocol buffer that are numbered `field`.
fn without_field(model: &[u8], field: u64) -> Vec<u8> {
    let varint = |at: &mut usize| {
        let mut value = 0_u64;
        for shift in (0..).step_by(7) {
            let byte = model[*at];
            *at += 1;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                break;
            }
        }
        value
    };
    let (mut at, mut kept) = (0, Vec::new());
    while at < model.len() {
        let start = at;
        let key = varint(&mut at);
        match key & 7 {
            0 => {
                varint(&mut at);
            }
            2 => {
                let length = varint(&mut at);
                at += usize::try_from(length).unwrap();
            }
            other => panic!("wire type {other} at {start}"),
        }
        if key >> 3 != field {
            kept.extend_from_slice(&model[start..at]);
        }
    }
    kept
}

#[test]
fn a_damaged_model_is_named() {
    let model = bundled();
    let mut corrupt = model.clone();
    let middle = corrupt.len() / 2;
    corrupt[..64].fill(0xff);
    for (case, bytes) in [
        ("cut off", &model[..middle]),
        ("corrupt", &corrupt),
        ("empty", &[]),
        ("of another kind", b"PK\x03\x04 a zip archive"),
    ] {
        let output = run_with_model(bytes);
        assert_ends(&output, 1, "model room-model");
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(
            text.contains("damaged") && text.contains("models/export.py"),
            "{case}: {text}"
        );
    }
}

#[test]
fn a_model_that_is_not_what_its_checksum_says_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let model = dir.path().join("rooms.onnx");
    std::fs::write(&model, bundled()).unwrap();
    let run = || {
        binary()
            .arg(fixtures().join("bedroom.jpg"))
            .args(["--long-side", "64", "-q", "--model"])
            .arg(&model)
            .output()
            .unwrap()
    };
    let sums = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/SHA256SUMS");
    let stated = std::fs::read_to_string(sums).unwrap();
    let sidecar = dir.path().join("rooms.onnx.sha256");
    std::fs::write(&sidecar, &stated).unwrap();
    assert_ends(&run(), 0, "");
    std::fs::write(&sidecar, stated.replace(&stated[..8], "00000000")).unwrap();
    for part in [
        "rooms.onnx has SHA-256",
        "rooms.onnx.sha256 says 00000000",
        "models/export.py",
    ] {
        assert_ends(&run(), 1, part);
    }
}

#[test]
fn a_model_without_metadata_names_what_is_missing_and_how_to_write_it() {
    const METADATA_PROPS: u64 = 14;
    let output = run_with_model(&without_field(&bundled(), METADATA_PROPS));
    assert_ends(&output, 1, "model room-model");
    assert_ends(&output, 1, "labels");
    assert_ends(&output, 1, "--model-config");
}

#[test]
fn a_model_with_other_outputs_names_what_it_lacks() {
    let (from, to) = (b"masks_queries_logits", b"other_queries_logits");
    let mut model = bundled();
    for at in 0..model.len() - from.len() {
        if &model[at..at + from.len()] == from {
            model[at..at + to.len()].copy_from_slice(to);
        }
    }
    let output = run_with_model(&model);
    assert_ends(&output, 1, "no tensor masks_queries_logits");
    assert_ends(&output, 1, "expected a Mask2Former");
}

fn run_with_runtime(library: &Path) -> Output {
    binary()
        .arg(fixtures().join("bedroom.jpg"))
        .env("ORT_DYLIB_PATH", library)
        .output()
        .unwrap()
}

/// A library that says of itself what ONNX Runtime says, compiled here.
fn library(folder: &Path, code: &str) -> PathBuf {
    let source = folder.join("library.c");
    std::fs::write(&source, code).unwrap();
    let library = folder.join("libonnxruntime.so");
    let status = Command::new("c++")
        .args(["-x", "c", "-shared", "-fPIC", "-o"])
        .args([&library, &source])
        .status()
        .unwrap();
    assert!(status.success());
    library
}

#[test]
fn an_old_onnx_runtime_is_refused_with_its_version() {
    let dir = tempfile::tempdir().unwrap();
    let code = "\
        static const char *version(void) { return \"1.19.2\"; }\n\
        static const void *api(unsigned wanted) { return 0; }\n\
        static const struct { const void *(*api)(unsigned); const char *(*version)(void); } base = {api, version};\n\
        const void *OrtGetApiBase(void) { return &base; }\n";
    let output = run_with_runtime(&library(dir.path(), code));
    assert_ends(&output, 1, "is version 1.19.2, older than 1.");
    assert_ends(&output, 1, "make runtime");
}

#[test]
fn a_library_that_is_no_onnx_runtime_or_of_another_machine_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = library(dir.path(), "int nothing;\n");
    assert_ends(&run_with_runtime(&path), 1, "it has no OrtGetApiBase");

    // The machine's number in the ELF header.
    const MACHINE_AT: usize = 18;
    const OTHER_MACHINE: [u8; 2] = if cfg!(target_arch = "aarch64") {
        [62, 0]
    } else {
        [183, 0]
    };
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[MACHINE_AT..MACHINE_AT + 2].copy_from_slice(&OTHER_MACHINE);
    std::fs::write(&path, bytes).unwrap();
    let output = run_with_runtime(&path);
    assert_ends(&output, 1, "libonnxruntime.so");
    assert_ends(&output, 1, "another architecture");

    std::fs::write(&path, b"no library").unwrap();
    assert_ends(&run_with_runtime(&path), 1, "libonnxruntime.so");
    assert_ends(
        &run_with_runtime(Path::new("/nowhere/libonnxruntime.so")),
        1,
        "does not exist",
    );
}
