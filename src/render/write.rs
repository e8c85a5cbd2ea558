//! Renders photos in parallel and writes them with their label maps and ground truth.

mod error;
mod options;
mod photo_file;
#[cfg(test)]
mod tests;

use std::{fs, ops::ControlFlow, path::Path};

use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};
use rayon::prelude::*;

pub use error::RenderError;
pub use options::{
    PhotoFormat, RoomsOptions, RoomsSummary, UnknownFormat, UnknownSize, parse_size,
};
use photo_file::PhotoFile;

use super::{
    draw::{Draw, Purpose},
    film::Film,
    picture,
    room::draw_specimen,
    roughen::roughen,
    truth::PhotoTruth,
};
use crate::ade20k::ClassIndex;
use crate::whole_file;

/// Renders `options.count` rooms into `options.out`: photos, `labels/<stem>.png` (0-based ADE20K indices, upright) and
/// `ground_truth.json`. The files do not depend on the number of threads.
///
/// `finished` is told the name of each photo that is written, and says whether to go on.
///
/// # Errors
/// When a file cannot be written, `finished` breaks off, or the folder has a ground truth or photos that are not of rendered rooms.
pub fn write_rooms(
    options: &RoomsOptions,
    finished: impl Fn(&str) -> ControlFlow<()> + Sync,
) -> Result<RoomsSummary, RenderError> {
    if options.out.is_file() {
        return Err(RenderError::NoFolder(options.out.clone()));
    }
    let ground_truth = options.out.join("ground_truth.json");
    if !may_replace(&ground_truth) {
        return Err(RenderError::OthersTruth(ground_truth));
    }
    let labels = options.out.join("labels");
    let others = (0..options.count).map(stem).find_map(|stem| {
        let photo = options
            .out
            .join(format!("{stem}.{}", options.format.ending()));
        // A photo is written after its label map, and removed before it.
        let is_ours = labels.join(format!("{stem}.png")).exists();
        (photo.exists() && !is_ours).then_some(photo)
    });
    if let Some(photo) = others {
        return Err(RenderError::OthersPhoto(photo));
    }
    fs::create_dir_all(&labels).map_err(|source| RenderError::Write {
        path: labels.clone(),
        source,
    })?;
    remove_earlier(options, &ground_truth, &labels)?;
    let truths = (0..options.count)
        .into_par_iter()
        .map(|index| {
            let truth = write_photo(options, &labels, index)?;
            match finished(&truth.file) {
                ControlFlow::Continue(()) => Ok(truth),
                ControlFlow::Break(()) => Err(RenderError::Stopped),
            }
        })
        .collect::<Result<Vec<_>, RenderError>>()?;
    let mut json = serde_json::to_vec_pretty(&truths)?;
    json.push(b'\n');
    // Last and at once: a folder with a ground truth is whole.
    whole_file::write(&ground_truth, &json).map_err(|source| RenderError::Write {
        path: ground_truth.clone(),
        source,
    })?;
    Ok(RoomsSummary {
        photos: truths.len(),
        ground_truth,
    })
}

/// Whether there is no ground truth yet, or one that an earlier call wrote.
fn may_replace(ground_truth: &Path) -> bool {
    let Ok(text) = fs::read(ground_truth) else {
        return !ground_truth.exists();
    };
    let records: Result<Vec<serde_json::Value>, _> = serde_json::from_slice(&text);
    records.is_ok_and(|records| {
        !records.is_empty() && records.iter().all(|r| r.get("scenario").is_some())
    })
}

/// Removes what an earlier call left, its truth first: photos of another seed, or more of them than there will be, must not stand
/// beside truth or label maps that are not theirs, also where this call is ended early.
fn remove_earlier(
    options: &RoomsOptions,
    ground_truth: &Path,
    labels: &Path,
) -> Result<(), RenderError> {
    let remove = |path: &Path| match fs::remove_file(path) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => Err(RenderError::Write {
            path: path.to_owned(),
            source,
        }),
        _ => Ok(()),
    };
    remove(ground_truth)?;
    let failed = |source| RenderError::Write {
        path: labels.to_owned(),
        source,
    };
    for entry in fs::read_dir(labels).map_err(failed)? {
        let map = entry.map_err(failed)?.path();
        let Some(stem) = map
            .file_stem()
            .and_then(|s| s.to_str())
            .filter(|s| is_ours(s))
        else {
            continue;
        };
        for format in [PhotoFormat::Jpg, PhotoFormat::Png] {
            remove(&options.out.join(format!("{stem}.{}", format.ending())))?;
        }
        remove(&map)?;
    }
    Ok(())
}

/// The name of photo `index`, without its ending.
fn stem(index: usize) -> String {
    format!("room_{index:05}")
}

/// Whether a photo of this name, without its ending, is one that [`write_photo`] writes.
fn is_ours(stem: &str) -> bool {
    let number = stem.strip_prefix("room_");
    number.is_some_and(|n| n.len() >= 5 && n.bytes().all(|b| b.is_ascii_digit()))
}

fn write_file(path: &Path, bytes: &[u8]) -> Result<(), RenderError> {
    fs::write(path, bytes).map_err(|source| RenderError::Write {
        path: path.to_owned(),
        source,
    })
}

fn write_photo(
    options: &RoomsOptions,
    labels_folder: &Path,
    index: usize,
) -> Result<PhotoTruth, RenderError> {
    let specimen = draw_specimen(options.seed, index as u64, options.scenario, options.size);
    let stem = stem(index);
    let name = format!("{stem}.{}", options.format.ending());
    let stream = |purpose| Draw::new(options.seed, index as u64, purpose);
    let size = specimen.camera.size;

    let mut film_draw = stream(Purpose::Film);
    let film = Film::draw(&mut film_draw, specimen.wild);
    let (pixels, mut labels) = if options.labels_only {
        let grey = vec![128; size[0] as usize * size[1] as usize * 3];
        (grey, picture::labels(&specimen.scene, &specimen.camera))
    } else {
        let picture = picture::render(
            &specimen.scene,
            &specimen.camera,
            &mut stream(Purpose::Light),
        );
        let pixels = film.develop(picture.radiance, size, &mut film_draw);
        (pixels, picture.labels)
    };
    if options.roughen_px > 0.0 {
        let mut draw = stream(Purpose::Roughening);
        labels = roughen(&labels, size, options.roughen_px, &mut draw);
    }
    write_labels(&labels_folder.join(format!("{stem}.png")), &labels, size)?;
    let mut draw = stream(Purpose::Exif);
    let photo = PhotoFile {
        path: options.out.join(&name),
        format: options.format,
        quality: film.quality,
    };
    photo.write(&pixels, &specimen, &mut draw)?;
    Ok(PhotoTruth::of(&specimen, name))
}

fn write_labels(path: &Path, labels: &[ClassIndex], size: [u32; 2]) -> Result<(), RenderError> {
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes)
        .write_image(labels, size[0], size[1], ExtendedColorType::L8)
        .map_err(|source| RenderError::Encode {
            path: path.to_owned(),
            source,
        })?;
    write_file(path, &bytes)
}
