//! A picture of class indices, as the photo is displayed, at any resolution of its aspect.

use crate::ade20k::{ClassIndex, UNKNOWN};
use crate::geometry::quarter_turns::QuarterTurns;

/// Row-major class indices of a photo as displayed; the map covers the whole photo, stretched to its own size, so a map of
/// `width` columns over a photo of `w` pixels has columns of `w / width` photo pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelMap {
    width: u32,
    height: u32,
    classes: Vec<ClassIndex>,
}

/// A label map whose buffer does not hold `width * height` classes, or that has no pixel.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a label map of {width} x {height} needs {} classes, got {got}", *width as usize * *height as usize)]
pub struct LabelMapSizeError {
    width: u32,
    height: u32,
    got: usize,
}

impl LabelMapSizeError {
    /// Whether a map of this width and height can be, before it is drawn.
    ///
    /// # Errors
    /// When a side is 0.
    pub fn check([width, height]: [u32; 2]) -> Result<(), Self> {
        if width == 0 || height == 0 {
            return Err(Self {
                width,
                height,
                got: 0,
            });
        }
        Ok(())
    }
}

impl LabelMap {
    /// Wraps `classes`, row-major.
    ///
    /// # Errors
    /// When the map is empty or the buffer is not `width * height` long.
    pub fn new(
        width: u32,
        height: u32,
        classes: Vec<ClassIndex>,
    ) -> Result<Self, LabelMapSizeError> {
        LabelMapSizeError::check([width, height])?;
        if classes.len() != width as usize * height as usize {
            return Err(LabelMapSizeError {
                width,
                height,
                got: classes.len(),
            });
        }
        Ok(Self {
            width,
            height,
            classes,
        })
    }

    /// Columns.
    #[must_use]
    pub const fn width(&self) -> u32 {
        self.width
    }

    /// Rows.
    #[must_use]
    pub const fn height(&self) -> u32 {
        self.height
    }

    /// All classes, row-major.
    #[must_use]
    pub fn classes(&self) -> &[ClassIndex] {
        &self.classes
    }

    /// The class at column `x`, row `y`; [`UNKNOWN`] outside the map.
    #[must_use]
    pub fn at(&self, x: u32, y: u32) -> ClassIndex {
        if x < self.width && y < self.height {
            self.classes[y as usize * self.width as usize + x as usize]
        } else {
            UNKNOWN
        }
    }

    /// The map of the turned picture.
    #[must_use]
    pub fn turned(&self, turns: QuarterTurns) -> Self {
        let sides = [self.width, self.height];
        let [width, height] = turns.sides(sides);
        Self {
            width,
            height,
            classes: turns.cells(&self.classes, sides.map(|side| side as usize)),
        }
    }

    /// One row.
    ///
    /// # Panics
    /// When `y` is not below the height.
    #[must_use]
    pub fn row(&self, y: u32) -> &[ClassIndex] {
        let width = self.width as usize;
        &self.classes[y as usize * width..][..width]
    }
}
