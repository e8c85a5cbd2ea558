//! Rooms in memory, without light: what studies of the geometry need.

use super::{
    draw::{Draw, Purpose},
    picture,
    room::draw_specimen,
    roughen::roughen,
    scenario::Scenario,
    truth::PhotoTruth,
};
use crate::ade20k::ClassIndex;
use crate::geometry::camera::ImageSize;
use crate::label_map::{LabelMap, LabelMapSizeError};

/// Labels of one room with its truth.
#[derive(Debug, Clone)]
pub struct LabelledRoom {
    /// True labels, their boundaries roughened.
    pub labels: LabelMap,
    /// Size of the photo.
    pub size: ImageSize,
    /// What is true of it.
    pub truth: PhotoTruth,
}

impl LabelledRoom {
    /// A room of exact `labels` at `size` (width, height), their boundaries displaced by `roughen_px` with what `draw` makes.
    pub(super) fn roughened(
        mut labels: Vec<ClassIndex>,
        size: [u32; 2],
        truth: PhotoTruth,
        roughen_px: f32,
        draw: impl FnOnce() -> Draw,
    ) -> Result<Self, LabelMapSizeError> {
        if roughen_px > 0.0 {
            labels = roughen(&labels, size, roughen_px, &mut draw());
        }
        Ok(Self {
            labels: LabelMap::new(size[0], size[1], labels)?,
            size: ImageSize {
                width: size[0],
                height: size[1],
            },
            truth,
        })
    }
}

/// Draws room `index` of `seed`, `long` x `short` px, its label boundaries displaced by `roughen_px` at 1024 px.
///
/// # Errors
/// When a side is 0.
pub fn labelled_room(
    seed: u64,
    index: u64,
    scenario: Option<Scenario>,
    [long, short]: [u32; 2],
    roughen_px: f32,
) -> Result<LabelledRoom, LabelMapSizeError> {
    LabelMapSizeError::check([long, short])?;
    let specimen = draw_specimen(seed, index, scenario, [long, short]);
    let labels = picture::labels(&specimen.scene, &specimen.camera);
    let truth = PhotoTruth::of(&specimen, format!("room_{index:05}"));
    LabelledRoom::roughened(labels, specimen.camera.size, truth, roughen_px, || {
        Draw::new(seed, index, Purpose::Roughening)
    })
}
