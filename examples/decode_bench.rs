//! What decoding and EXIF cost: `cargo run --release --example decode_bench -- PHOTO...`
//!
//! Decodes each photo once and prints its size, milliseconds and the process's peak memory so far; then what isolation adds
//! to decoding, by format; then reads the EXIF of 100 photos (the given ones in turn), and the same with exiftool where it
//! is installed.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::Instant;

use measure_bench::geometry::camera::ImageSize;
use measure_bench::isolation::{self, WorkerPool};
use measure_bench::memory::peak_rss_mb;
use measure_bench::photo::{self, Limits, PhotoFormat, decode_pixels};

/// Each photo is decoded so often, here and in a process of its own in turn, so that both meet the same load.
const ROUNDS: usize = 9;

const EXIF_READS: usize = 100;

fn main() -> anyhow::Result<ExitCode> {
    // The decoding processes are this very program.
    if std::env::args().nth(1).as_deref() == Some(isolation::COMMAND) {
        return Ok(isolation::serve().into());
    }
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
            peak_rss_mb().map_or_else(|| "?".to_owned(), |mb| mb.to_string()),
            photo.metadata
        );
        files.push((Arc::new(file.bytes), photo.format, photo.size()));
    }
    isolation_costs(&files)?;

    let started = Instant::now();
    let with_focal = files
        .iter()
        .cycle()
        .take(EXIF_READS)
        .filter(|(bytes, _, size)| {
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
    Ok(ExitCode::SUCCESS)
}

/// Prints the median time of decoding in this process and in another, by format, over all photos of it.
fn isolation_costs(files: &[(Arc<Vec<u8>>, PhotoFormat, ImageSize)]) -> anyhow::Result<()> {
    let limits = Limits::default();
    let pool = WorkerPool::default();
    let mut of_format: BTreeMap<String, Costs> = BTreeMap::new();
    for (bytes, format, size) in files {
        let (mut here, mut there) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let none = photo::decode_with(bytes, &limits, |request| decode_pixels(bytes, request))?;
            here.push(none.timings.decode_ms);
            let processes =
                photo::decode_with(bytes, &limits, |request| pool.decode(bytes, request, None))?;
            there.push(processes.timings.decode_ms);
        }
        let costs = of_format.entry(format.to_string()).or_default();
        costs.photos += 1;
        costs.megapixels += f64::from(size.width) * f64::from(size.height) / 1e6;
        costs.none_ms += median(here);
        costs.processes_ms += median(there);
    }
    println!(
        "\n{:<8}{:>8}{:>12}{:>22}{:>16}{:>8}{:>14}",
        "format",
        "photos",
        "megapixels",
        "--isolation none, ms",
        "processes, ms",
        "ratio",
        "ms/megapixel"
    );
    for (format, costs) in of_format {
        println!(
            "{format:<8}{:>8}{:>12.1}{:>22.1}{:>16.1}{:>8.2}{:>+14.2}",
            costs.photos,
            costs.megapixels,
            costs.none_ms,
            costs.processes_ms,
            costs.processes_ms / costs.none_ms,
            (costs.processes_ms - costs.none_ms) / costs.megapixels,
        );
    }
    println!();
    Ok(())
}

/// Sums over the photos of a format.
#[derive(Default)]
struct Costs {
    photos: usize,
    megapixels: f64,
    none_ms: f64,
    processes_ms: f64,
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
