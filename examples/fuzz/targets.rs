//! What is fuzzed: everything that reads what strangers wrote, and the geometry, which no label map may bring to nonsense.

use std::path::{Path, PathBuf};

use anyhow::Result;
use measure_bench::dataset::GroundTruth;
use measure_bench::geometry::camera::{Focal, FocalSource, ImageSize};
use measure_bench::label_map::LabelMap;
use measure_bench::measure::{self, EstimatorKind, Known, Observation};
use measure_bench::photo::{self, Limits, PhotoError};
use measure_bench::report::json;
use measure_bench::segment::{ModelMetadata, label_file};

/// One thing to fuzz.
pub struct Target {
    pub name: &'static str,
    /// Runs native code, which may end the process.
    pub native: bool,
    /// Sound inputs to start from.
    pub seeds: fn() -> Result<Vec<Vec<u8>>>,
    /// An error is a violated property.
    pub run: fn(&[u8]) -> Result<(), String>,
}

pub const TARGETS: [Target; 8] = [
    Target {
        name: "exif",
        native: false,
        seeds: exif_seeds,
        run: exif,
    },
    Target {
        name: "photo",
        native: false,
        seeds: photo_seeds,
        run: decode,
    },
    Target {
        name: "heic",
        native: true,
        seeds: heic_seeds,
        run: decode,
    },
    Target {
        name: "ground-truth",
        native: false,
        seeds: truth_seeds,
        run: truth,
    },
    Target {
        name: "label-map",
        native: false,
        seeds: label_seeds,
        run: label_map,
    },
    Target {
        name: "model-metadata",
        native: false,
        seeds: metadata_seeds,
        run: metadata,
    },
    Target {
        name: "report",
        native: false,
        seeds: report_seeds,
        run: report,
    },
    Target {
        name: "geometry",
        native: false,
        seeds: geometry_seeds,
        run: geometry,
    },
];

fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn corpus(name: &str) -> Result<Vec<Vec<u8>>> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(repository().join("fuzz/corpus").join(name))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    files.sort();
    files.iter().map(|path| Ok(std::fs::read(path)?)).collect()
}

fn tiny(endings: &[&str]) -> Result<Vec<Vec<u8>>> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(repository().join("tests/data/tiny"))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    files.sort();
    files
        .iter()
        .filter(|path| {
            path.extension()
                .and_then(|e| e.to_str())
                .is_some_and(|e| endings.contains(&e))
        })
        .map(|path| Ok(std::fs::read(path)?))
        .collect()
}

/// A file with these bytes, for what reads files; the same one again and again.
fn file(name: &str, bytes: &[u8]) -> Result<PathBuf, String> {
    let path =
        std::env::temp_dir().join(format!("measure-bench-fuzz-{}-{name}", std::process::id()));
    std::fs::write(&path, bytes).map_err(|e| e.to_string())?;
    Ok(path)
}

fn exif_seeds() -> Result<Vec<Vec<u8>>> {
    let mut seeds = corpus("exif")?;
    seeds.extend(tiny(&["heic"])?);
    Ok(seeds)
}

/// Metadata are finite, whatever the block says.
fn exif(bytes: &[u8]) -> Result<(), String> {
    let size = ImageSize {
        width: 4032,
        height: 3024,
    };
    let Ok((metadata, _)) = photo::read_metadata(bytes, size) else {
        return Ok(());
    };
    if let Some(focal) = metadata.focal
        && !(focal.px.is_finite() && focal.px > 0.0 && focal.sigma_ln.is_finite())
    {
        return Err(format!("focal length {focal:?}"));
    }
    if let Some(gravity) = metadata.gravity
        && (gravity.down.norm() - 1.0).abs() > 1e-6
    {
        return Err(format!("gravity {gravity:?}"));
    }
    Ok(())
}

fn photo_seeds() -> Result<Vec<Vec<u8>>> {
    let mut seeds = corpus("photo")?;
    seeds.extend(tiny(&["jpg"])?);
    Ok(seeds)
}

fn heic_seeds() -> Result<Vec<Vec<u8>>> {
    tiny(&["heic"])
}

/// A decoder never panics, and what it gives is within the limits.
fn decode(bytes: &[u8]) -> Result<(), String> {
    let limits = Limits {
        max_pixels: 1 << 20,
        max_decode_bytes: 64 << 20,
        ..Limits::default()
    };
    match photo::decode(bytes, &limits) {
        Ok(photo)
            if u64::from(photo.size().width) * u64::from(photo.size().height)
                > limits.max_pixels =>
        {
            Err(format!("{:?} is over the limit", photo.size()))
        }
        Err(PhotoError::Decode(measure_bench::photo::DecodeError::Panicked { reason, .. })) => {
            Err(reason)
        }
        _ => Ok(()),
    }
}

fn truth_seeds() -> Result<Vec<Vec<u8>>> {
    corpus("ground-truth")
}

/// What is taken for a true size is a positive number.
fn truth(bytes: &[u8]) -> Result<(), String> {
    for form in ["json", "csv"] {
        let path = file(&format!("truth.{form}"), bytes)?;
        let Ok(truth) = GroundTruth::read(&path) else {
            continue;
        };
        let Ok(matched) = truth.matched(&["a.heic", "b.jpg", "room/c.png"]) else {
            continue;
        };
        for size in matched.of_photo.into_iter().flatten() {
            for cm in [size.width_cm, size.height_cm].into_iter().flatten() {
                if !(cm.is_finite() && cm > 0.0) {
                    return Err(format!("a true size of {cm} cm"));
                }
            }
        }
    }
    Ok(())
}

fn label_seeds() -> Result<Vec<Vec<u8>>> {
    corpus("label-map")
}

fn label_map(bytes: &[u8]) -> Result<(), String> {
    let path = file("labels.png", bytes)?;
    // Any error will do; a panic will not.
    let _ = label_file::read(&path);
    Ok(())
}

fn metadata_seeds() -> Result<Vec<Vec<u8>>> {
    corpus("model-metadata")
}

/// Each line is one value, in the order of the keys.
fn metadata(bytes: &[u8]) -> Result<(), String> {
    const KEYS: [&str; 10] = [
        "labels",
        "mean",
        "std",
        "rescale",
        "size",
        "resample",
        "source",
        "licence",
        "precision",
        "agreement",
    ];
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<&str> = text.lines().collect();
    let value = |key: &str| {
        let place = KEYS.iter().position(|known| *known == key)?;
        lines.get(place).map(|line| (*line).to_owned())
    };
    let Ok(metadata) = ModelMetadata::read(&value, None) else {
        return Ok(());
    };
    for (width, height) in [(4032, 3024), (1, 1), (1, 60_000)] {
        for long_side in [None, Some(1), Some(512)] {
            let input = metadata
                .size
                .input_size(ImageSize { width, height }, long_side);
            if input.network.contains(&0) {
                return Err(format!("an input of {:?} px", input.network));
            }
        }
    }
    Ok(())
}

fn report_seeds() -> Result<Vec<Vec<u8>>> {
    corpus("report")
}

/// A report that is read can be written, and is read again as the same.
fn report(bytes: &[u8]) -> Result<(), String> {
    let path = file("report.json", bytes)?;
    let Ok(report) = json::read(&path) else {
        return Ok(());
    };
    let text = json::render(&report).map_err(|e| e.to_string())?;
    let again = json::read(&file("again.json", text.as_bytes())?).map_err(|e| e.to_string())?;
    if again == report {
        Ok(())
    } else {
        Err("it changed on the way".to_owned())
    }
}

/// True label maps, one byte a cell behind their width.
fn geometry_seeds() -> Result<Vec<Vec<u8>>> {
    const WIDTH: u32 = 64;
    let folder: &Path = &repository().join("fixtures/labels");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    files.sort();
    files
        .iter()
        .map(|path| {
            let map = image::open(path)?.into_luma8();
            let height = WIDTH * map.height() / map.width();
            let small =
                image::imageops::resize(&map, WIDTH, height, image::imageops::FilterType::Nearest);
            Ok([&[u8::try_from(WIDTH)?][..], small.as_raw()].concat())
        })
        .collect()
}

/// Numbers are finite, and an estimate lies in its interval.
fn geometry(bytes: &[u8]) -> Result<(), String> {
    let Some((width, cells)) = bytes.split_first() else {
        return Ok(());
    };
    let width = usize::from(*width).max(1);
    let height = cells.len() / width;
    let Ok(labels) = LabelMap::new(
        u32::try_from(width).unwrap_or(1),
        u32::try_from(height).unwrap_or(1),
        cells[..width * height].to_vec(),
    ) else {
        return Ok(());
    };
    let image = ImageSize {
        width: 10 * labels.width(),
        height: 10 * labels.height(),
    };
    for estimator in [EstimatorKind::Box, EstimatorKind::Predecessor] {
        let focal = Focal {
            px: 0.7 * f64::from(image.width.max(image.height)),
            sigma_ln: 0.05,
            source: FocalSource::Default,
        };
        let measured = measure::estimate(
            estimator,
            &Observation {
                labels: &labels,
                image,
                focal,
                gravity: None,
                segments: &[],
                known: Known::default(),
            },
        );
        for estimate in [measured.wall_width, measured.wall_height]
            .into_iter()
            .flatten()
        {
            let [low, high] = estimate.interval_cm;
            if !(low <= estimate.cm && estimate.cm <= high && high.is_finite() && low > 0.0) {
                return Err(format!("{estimator:?} estimates {estimate:?}"));
            }
        }
        if !(0.0..=100.0).contains(&measured.confidence_pct) {
            return Err(format!(
                "{estimator:?} is {} % sure",
                measured.confidence_pct
            ));
        }
    }
    Ok(())
}
