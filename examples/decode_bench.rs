//! What decoding and EXIF cost: `cargo run --release --example decode_bench -- PHOTO...`
//!
//! Decodes each photo once and prints its size, milliseconds and the process's peak memory so far; then reads the EXIF
//! of 100 photos (the given ones in turn), and the same with exiftool where it is installed.

use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use measure_bench::photo::{self, Limits};

const EXIF_READS: usize = 100;

fn main() -> anyhow::Result<()> {
    let paths: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    anyhow::ensure!(!paths.is_empty(), "name one photo or more");
    let limits = Limits::default();
    let mut files = Vec::new();
    for path in &paths {
        let file = photo::read(path, &limits)?;
        let photo = photo::decode(&file.bytes, &limits)?;
        println!(
            "{}: {}x{}, decode {:.0} ms, EXIF {:.2} ms, peak {} MB so far; {:?}",
            path.display(),
            photo.size().width,
            photo.size().height,
            photo.timings.decode_ms,
            photo.timings.exif_ms,
            peak_mb().map_or_else(|| "?".to_owned(), |mb| mb.to_string()),
            photo.metadata
        );
        let size = photo.size();
        files.push((file.bytes, size));
    }

    let started = Instant::now();
    let with_focal = files
        .iter()
        .cycle()
        .take(EXIF_READS)
        .filter(|(bytes, size)| {
            photo::read_metadata(bytes, *size).is_ok_and(|(metadata, _)| metadata.focal.is_some())
        })
        .count();
    println!(
        "EXIF of {EXIF_READS} photos: {:.1} ms in all ({with_focal} with a focal length)",
        started.elapsed().as_secs_f64() * 1e3
    );

    let started = Instant::now();
    let arguments = paths.iter().cycle().take(EXIF_READS);
    match Command::new("exiftool").arg("-j").args(arguments).output() {
        Ok(_) => println!(
            "exiftool, one process for all: {:.0} ms",
            started.elapsed().as_secs_f64() * 1e3
        ),
        Err(_) => println!("exiftool is not installed: nothing to compare with"),
    }
    Ok(())
}

/// The largest resident set of this process, MB, where the system tells it in `/proc`.
fn peak_mb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kibibytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes * 1024 / 1_000_000)
}
