//! `--debug-dir`: what the program saw in one photo, as pictures that a person can judge and numbers that a script can read.

mod draw;
mod font;
mod overlay;

use std::path::{Path, PathBuf};

use image::{DynamicImage, ImageFormat};
use serde::Serialize;

use crate::label_map::LabelMap;
use crate::measure::{Evidence, FitQuality, Measurement, Outline};
use crate::photo::Photo;
use crate::photo_result::PhotoResult;
use crate::report::pictures;
use crate::segment::{MaskKind, label_file};

/// A debug file that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}: {reason}", .path.display())]
pub struct DebugOutputError {
    path: PathBuf,
    reason: String,
}

/// `measurement.json`: the report's entry without truth, and what only someone who debugs wants to see.
#[derive(Serialize)]
struct MeasurementFile<'a> {
    #[serde(flatten)]
    result: &'a PhotoResult,
    evidence: &'a [Evidence],
    #[serde(skip_serializing_if = "Option::is_none")]
    fit: Option<FitQuality>,
    outline: &'a Outline,
}

/// Writes the masks, labels, overlay and measurement of one photo into `folder`, which is made where it is missing.
///
/// # Errors
/// When the folder or a file cannot be written.
pub fn write(
    folder: &Path,
    photo: &Photo,
    labels: &LabelMap,
    measurement: &Measurement,
    result: &PhotoResult,
) -> Result<(), DebugOutputError> {
    std::fs::create_dir_all(folder).map_err(|e| DebugOutputError {
        path: folder.to_owned(),
        reason: e.to_string(),
    })?;
    for mask in MaskKind::ALL {
        let picture = mask.draw(labels, photo.size());
        save(folder, &format!("{}.png", mask.name()), picture.into())?;
    }
    let path = folder.join("labels.png");
    label_file::write(labels, &path).map_err(|e| DebugOutputError {
        path,
        reason: e.to_string(),
    })?;
    save(
        folder,
        "overlay.png",
        overlay::draw(photo, labels, measurement).into(),
    )?;
    let path = folder.join("measurement.json");
    let file = MeasurementFile {
        result,
        evidence: &measurement.evidence,
        fit: measurement.fit,
        outline: &measurement.outline,
    };
    serde_json::to_vec_pretty(&file)
        .map_err(std::io::Error::from)
        .and_then(|text| std::fs::write(&path, text))
        .map_err(|e| DebugOutputError {
            path,
            reason: e.to_string(),
        })
}

/// Long side of a thumbnail, px, and its JPEG quality: 200 of them stay well under 20 MB.
const THUMBNAIL_SIDE: u32 = 560;
const THUMBNAIL_QUALITY: u8 = 80;

/// Puts a small overlay of one photo into the folder of pictures, and hands over the name by which it is found there.
///
/// # Errors
/// When the folder or the file cannot be written.
pub fn write_thumbnail(
    folder: &Path,
    photo: &Photo,
    labels: &LabelMap,
    measurement: &Measurement,
) -> Result<String, DebugOutputError> {
    let picture = DynamicImage::from(overlay::draw(photo, labels, measurement)).resize(
        THUMBNAIL_SIDE,
        THUMBNAIL_SIDE,
        image::imageops::FilterType::Triangle,
    );
    let mut jpeg = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, THUMBNAIL_QUALITY);
    picture
        .write_with_encoder(encoder)
        .map_err(|e| e.to_string())
        .and_then(|()| pictures::put(folder, &jpeg).map_err(|e| e.to_string()))
        .map_err(|reason| DebugOutputError {
            path: folder.to_owned(),
            reason,
        })
}

fn save(folder: &Path, name: &str, picture: DynamicImage) -> Result<(), DebugOutputError> {
    let path = folder.join(name);
    picture
        .save_with_format(&path, ImageFormat::Png)
        .map_err(|e| DebugOutputError {
            path,
            reason: e.to_string(),
        })
}
