//! Proof from outside: what the system was asked for and what ONNX Runtime recorded, not what the program says of itself.
//!
//! Each photo is opened, read, decoded and inferred once; what is started does not grow with the number of photos, and nothing
//! else than the binary itself is ever executed.

#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot set itself up has failed"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

#[path = "common/strace.rs"]
mod strace;
use strace::may_trace;

/// One photo of each decoder, with the buffers as large as the picture that its decoding takes: libheif's own and ours for
/// HEIC, ours alone elsewhere.
const PHOTOS: [(&str, usize); 4] = [
    ("bedroom.jpg", 1),
    ("plain.png", 1),
    ("wild.webp", 1),
    ("living_room.heic", 2),
];
/// Bytes of the pixels of each of them, upright or lying.
const PIXEL_BYTES: u64 = 1600 * 1200 * 3;
/// Calls that bring a file, memory, a thread or a process.
const CALLS: &str = "open,openat,openat2,read,pread64,readv,preadv,preadv2,mmap,execve,execveat,fork,vfork,clone,clone3";

fn binary() -> PathBuf {
    let binary = assert_cmd::cargo::cargo_bin("measure-bench");
    binary.canonicalize().unwrap()
}

/// A folder with `copies` of each photo.
fn photos(copies: usize) -> (tempfile::TempDir, Vec<PathBuf>) {
    let dir = tempfile::tempdir().unwrap();
    // The system names files by their real paths.
    let folder = dir.path().canonicalize().unwrap();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut paths = Vec::new();
    for (name, _) in PHOTOS {
        for copy in 0..copies {
            let path = folder.join(format!("{copy}_{name}"));
            std::fs::copy(fixtures.join(name), &path).unwrap();
            paths.push(path);
        }
    }
    (dir, paths)
}

/// ONNX Runtime would keep a device number and a queue of events for its maker there.
#[test]
fn a_run_leaves_nothing_in_the_home_folder() {
    let (dir, paths) = photos(1);
    let home = dir.path().join("home");
    std::fs::create_dir(&home).unwrap();
    let output = Command::new(binary())
        .args(["--no-config", "-q"])
        .args(&paths)
        .env("HOME", &home)
        .env_remove("XDG_CACHE_HOME")
        .env_remove("ORT_DISABLE_TELEMETRY")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(std::fs::read_dir(&home).unwrap().count(), 0);
}

/// The system calls of a run, by process.
struct Trace {
    /// Lines of all threads of each process, by the id of the process.
    processes: BTreeMap<u32, Vec<String>>,
}

impl Trace {
    /// Runs the binary under strace; `None`, with a word, where the system lets nobody trace.
    fn of(folder: &Path, arguments: &[&str]) -> Option<Self> {
        if !may_trace() {
            return None;
        }
        let traces = tempfile::tempdir().unwrap();
        let run = Command::new("strace")
            // A file for each thread, so that no line is torn; descriptors with their paths; no contents.
            .args(["-f", "-ff", "-y", "-s", "0", "-e"])
            .arg(format!("trace={CALLS}"))
            .arg("-o")
            .arg(traces.path().join("calls"))
            .arg(binary())
            .args(arguments)
            .current_dir(folder)
            // Every large buffer becomes a mapping of its own, which the trace shows with its size.
            .env("MALLOC_MMAP_THRESHOLD_", "65536")
            .env_remove("MEASURE_MODEL")
            .env_remove("M2F_LONG_SIDE")
            .output()
            .unwrap();
        assert!(run.status.success(), "{run:?}");
        let threads = std::fs::read_dir(traces.path())
            .unwrap()
            .map(|entry| {
                let path = entry.unwrap().path();
                let id = path.extension().unwrap().to_str().unwrap().parse().unwrap();
                let text = std::fs::read_to_string(path).unwrap();
                (id, text.lines().map(str::to_owned).collect())
            })
            .collect();
        Some(Self {
            processes: joined(threads),
        })
    }

    fn lines(&self) -> impl Iterator<Item = &str> {
        self.processes.values().flatten().map(String::as_str)
    }

    /// How often `file` was opened, and how many of its bytes were read or mapped, by all processes together.
    fn use_of(&self, file: &Path) -> (usize, u64) {
        let descriptor = format!("<{}>", file.display());
        let (mut opened, mut bytes) = (0, 0);
        for line in self.lines().filter(|line| line.contains(&descriptor)) {
            if line.starts_with("open") {
                opened += usize::from(line.ends_with(&descriptor));
            } else if line.starts_with("mmap(") {
                bytes += mapped(line).unwrap();
            } else {
                let count = line.rsplit(" = ").next().unwrap();
                bytes += count.parse::<u64>().unwrap_or(0);
            }
        }
        (opened, bytes)
    }

    /// Programs executed, each with how often.
    fn programs(&self) -> BTreeMap<PathBuf, usize> {
        let mut programs = BTreeMap::new();
        for line in self.lines().filter(|line| line.starts_with("execve")) {
            let program = line.split('"').nth(1).unwrap();
            *programs.entry(PathBuf::from(program)).or_default() += 1;
        }
        programs
    }

    /// For each process the buffers as large as a picture's pixels that it asked for.
    fn pixel_buffers(&self) -> Vec<usize> {
        // What the allocator and the rows' padding may add.
        let sizes = PIXEL_BYTES..=PIXEL_BYTES + 16_384;
        let count = |lines: &Vec<String>| {
            let anonymous = lines
                .iter()
                .filter(|l| l.starts_with("mmap(NULL") && l.contains("MAP_ANONYMOUS"));
            anonymous
                .filter(|line| mapped(line).is_some_and(|size| sizes.contains(&size)))
                .count()
        };
        self.processes.values().map(count).collect()
    }
}

/// The length of a mapping, from the line of its call.
fn mapped(line: &str) -> Option<u64> {
    line.split(", ").nth(1)?.parse().ok()
}

/// Threads joined to processes: a clone says whether its child is a thread.
fn joined(threads: BTreeMap<u32, Vec<String>>) -> BTreeMap<u32, Vec<String>> {
    let started_by: BTreeMap<u32, u32> = threads
        .iter()
        .flat_map(|(id, lines)| {
            let children = lines.iter().filter(|line| line.contains("CLONE_THREAD"));
            children.filter_map(|line| Some((line.rsplit(" = ").next()?.parse().ok()?, *id)))
        })
        .collect();
    let mut processes: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for (mut id, lines) in threads {
        while let Some(parent) = started_by.get(&id) {
            id = *parent;
        }
        processes.entry(id).or_default().extend(lines);
    }
    processes
}

/// Runs of the whole model in ONNX Runtime's profile of the last run in `folder`.
fn model_runs(folder: &Path) -> usize {
    let profile = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            name.starts_with("runtime") && name.ends_with(".json")
        })
        .unwrap();
    let events: Value = serde_json::from_slice(&std::fs::read(&profile).unwrap()).unwrap();
    std::fs::remove_file(profile).unwrap();
    let events = events.as_array().unwrap().iter();
    events.filter(|event| event["name"] == "model_run").count()
}

/// One job: one decoding process, which has to do with all photos.
const MEASURING: [&str; 7] = ["--dir", ".", "--profile", "runtime", "-q", "--jobs", "1"];

#[test]
fn each_photo_is_opened_read_decoded_and_inferred_once() {
    let (dir, paths) = photos(2);
    let arguments = [&MEASURING[..], &["--warmup", "0"]].concat();
    let Some(trace) = Trace::of(dir.path(), &arguments) else {
        return;
    };
    for path in &paths {
        let (opened, bytes) = trace.use_of(path);
        let size = std::fs::metadata(path).unwrap().len();
        assert_eq!((opened, bytes), (1, size), "{}", path.display());
    }
    // A second decoding in the same process would take further buffers; another process may receive the pixels.
    let expected = 2 * PHOTOS.iter().map(|(_, buffers)| buffers).sum::<usize>();
    let buffers = trace.pixel_buffers();
    assert_eq!(buffers.iter().max(), Some(&expected), "{buffers:?}");
    assert_eq!(model_runs(dir.path()), paths.len());
}

#[test]
fn what_is_started_does_not_grow_with_the_photos_and_is_the_binary_itself() {
    let started = |copies: usize| {
        let (dir, _) = photos(copies);
        let trace = Trace::of(dir.path(), &MEASURING)?;
        // One warm-up, whatever the number of photos.
        assert_eq!(model_runs(dir.path()), copies * PHOTOS.len() + 1);
        Some((trace.processes.len(), trace.programs()))
    };
    let (Some((few_processes, few_programs)), Some((many_processes, many_programs))) =
        (started(1), started(3))
    else {
        return;
    };
    assert_eq!(few_processes, many_processes);
    assert_eq!(few_programs, many_programs);
    let allowed = [binary(), PathBuf::from("/proc/self/exe")];
    assert!(
        many_programs
            .keys()
            .all(|program| allowed.contains(program)),
        "{many_programs:?}"
    );
}
