//! The service's answer: a list of segments, each a label and a black-and-white mask, as
//! <https://huggingface.co/docs/inference-providers/tasks/image-segmentation> documents it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::ImageFormat;
use serde::Deserialize;

use super::CloudError;
use crate::ade20k::{self, CLASS_NAMES, ClassIndex, UNKNOWN};
use crate::label_map::LabelMap;

/// Longest side of a mask, px: what is sent has less.
const LONGEST_SIDE: u32 = 4096;

#[derive(Deserialize)]
struct Segment {
    label: String,
    mask: String,
}

/// The label map that the segments make up together.
pub(super) fn label_map(answer: &[u8]) -> Result<LabelMap, CloudError> {
    let form = |reason: String| CloudError::Form(reason);
    let segments: Vec<Segment> =
        serde_json::from_slice(answer).map_err(|error| form(error.to_string()))?;
    let mut map: Option<(u32, u32, Vec<ClassIndex>)> = None;
    for segment in segments {
        let mask = mask(&segment)?;
        let (width, height) = mask.dimensions();
        let (known_width, known_height, classes) = map.get_or_insert_with(|| {
            let count = width as usize * height as usize;
            (width, height, vec![UNKNOWN; count])
        });
        if (width, height) != (*known_width, *known_height) {
            return Err(form("its masks differ in size".to_owned()));
        }
        let Some(class) = class_of(&segment.label) else {
            continue;
        };
        for (place, sample) in classes.iter_mut().zip(mask.as_raw()) {
            if *sample > 127 {
                *place = class;
            }
        }
    }
    let (width, height, classes) = map.ok_or_else(|| form("it holds no segment".to_owned()))?;
    LabelMap::new(width, height, classes).map_err(|error| form(error.to_string()))
}

fn mask(segment: &Segment) -> Result<image::GrayImage, CloudError> {
    let failed =
        |reason: String| CloudError::Form(format!("mask of '{}': {reason}", segment.label));
    let bytes = STANDARD
        .decode(segment.mask.trim())
        .map_err(|error| failed(error.to_string()))?;
    let mut reader = image::ImageReader::with_format(std::io::Cursor::new(bytes), ImageFormat::Png);
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    reader.limits(limits);
    let picture = reader.decode().map_err(|error| failed(error.to_string()))?;
    Ok(picture.into_luma8())
}

/// The class of a label. Models name classes a little differently from the table, and from each other.
fn class_of(label: &str) -> Option<ClassIndex> {
    let label = label.trim().to_ascii_lowercase();
    // Tables with synonyms separate them.
    let first = label.split([';', ',']).next().unwrap_or_default().trim();
    let name = match first {
        "window" => return Some(ade20k::WINDOWPANE),
        "flooring" => return Some(ade20k::FLOOR),
        "carpet" => return Some(ade20k::RUG),
        "television" | "tv" => return Some(ade20k::TELEVISION),
        name => name,
    };
    let index = CLASS_NAMES.iter().position(|known| *known == name)?;
    ClassIndex::try_from(index).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::MaskKind;

    fn encoded(mask: &image::GrayImage) -> String {
        let mut bytes = std::io::Cursor::new(Vec::new());
        mask.write_to(&mut bytes, ImageFormat::Png).unwrap();
        STANDARD.encode(bytes.into_inner())
    }

    fn columns(from: u32, to: u32) -> String {
        encoded(&image::GrayImage::from_fn(8, 2, |x, _| {
            image::Luma([if (from..to).contains(&x) { 255 } else { 0 }])
        }))
    }

    #[test]
    fn names_become_the_four_masks() {
        let answer = serde_json::json!([
            {"label": "wall", "score": 1.0, "mask": columns(0, 2)},
            {"label": "Floor, flooring", "score": null, "mask": columns(2, 4)},
            {"label": "ceiling", "mask": columns(4, 5)},
            {"label": "window ", "mask": columns(5, 6)},
            {"label": "rug", "mask": columns(6, 7)},
            {"label": "unheard-of", "mask": columns(7, 8)},
        ]);
        let map = label_map(answer.to_string().as_bytes()).unwrap();
        let row: Vec<Option<MaskKind>> = (0..8)
            .map(|x| {
                MaskKind::ALL
                    .into_iter()
                    .find(|kind| kind.contains(map.at(x, 1)))
            })
            .collect();
        use MaskKind::{Ceiling, Floor, Wall, Window};
        let expected = [Wall, Wall, Floor, Floor, Ceiling, Window, Floor].map(Some);
        assert_eq!(row[..7], expected);
        assert_eq!(map.at(7, 0), UNKNOWN);
    }

    #[test]
    fn answers_of_another_form_are_errors_that_say_why() {
        let other_size = encoded(&image::GrayImage::new(3, 3));
        for (answer, part) in [
            ("{\"error\": \"x\"}".to_owned(), "invalid type"),
            ("[]".to_owned(), "no segment"),
            (
                r#"[{"label": "wall", "mask": "*"}]"#.to_owned(),
                "mask of 'wall'",
            ),
            (
                r#"[{"label": "wall", "mask": "aGVsbG8="}]"#.to_owned(),
                "mask of 'wall'",
            ),
            (
                format!(
                    r#"[{{"label":"wall","mask":"{}"}},{{"label":"floor","mask":"{other_size}"}}]"#,
                    columns(0, 1)
                ),
                "differ in size",
            ),
        ] {
            let message = label_map(answer.as_bytes()).unwrap_err().to_string();
            assert!(message.contains(part), "{message}");
        }
    }
}
