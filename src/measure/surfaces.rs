//! The label map as geometry reads it: at a bounded resolution, classes reduced to surfaces.

use crate::ade20k::{CURTAIN, ClassIndex, Surface, UNKNOWN, surface};
use crate::geometry::camera::ImageSize;
use crate::label_map::LabelMap;

/// Longer label maps are sampled down to this many cells on their long side: boundaries are uncertain by far more than
/// the 1/500 of the picture that is lost.
const LONGEST_SIDE: u32 = 512;

/// What one cell of the map shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cell {
    /// A wall, or something flat on it.
    Wall,
    /// A curtain: near the wall's plane, but its hem is not the wall's base.
    Curtain,
    /// Floor.
    Floor,
    /// Ceiling.
    Ceiling,
    /// Something that hides what is behind it.
    Occluder,
    /// Nothing that can be used.
    Unknown,
}

/// The cells of a photo, row-major, with the class of each.
#[derive(Debug, Clone)]
pub struct SurfaceMap {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    cells: Vec<Cell>,
    classes: Vec<ClassIndex>,
    px_per_cell: [f64; 2],
    centre_px: [f64; 2],
    /// First column that is looked at, and the one after the last.
    columns: [usize; 2],
}

impl SurfaceMap {
    /// Samples `labels`, which cover a photo of size `image`.
    #[must_use]
    pub fn new(labels: &LabelMap, image: ImageSize) -> Self {
        let long = labels.width().max(labels.height());
        let shrink = |n: u32| {
            if long <= LONGEST_SIDE {
                n
            } else {
                (n * LONGEST_SIDE / long).max(1)
            }
        };
        let (width, height) = (shrink(labels.width()), shrink(labels.height()));
        let at = |i: u32, cells: u32, pixels: u32| (2 * i + 1) * pixels / (2 * cells);
        let classes: Vec<ClassIndex> = (0..height)
            .flat_map(|y| (0..width).map(move |x| (x, y)))
            .map(|(x, y)| labels.at(at(x, width, labels.width()), at(y, height, labels.height())))
            .collect();
        let px = [f64::from(image.width), f64::from(image.height)];
        Self {
            width: width as usize,
            height: height as usize,
            cells: classes.iter().map(|&c| cell(c)).collect(),
            classes,
            px_per_cell: [px[0] / f64::from(width), px[1] / f64::from(height)],
            centre_px: [px[0] / 2.0, px[1] / 2.0],
            columns: [0, width as usize],
        }
    }

    /// The map with the columns from `from` to before `to`; nothing is known of the others.
    #[must_use]
    pub fn columns(&self, from: usize, to: usize) -> Self {
        let mut part = self.clone();
        let outside = (0..self.width).filter(|x| !(from..to).contains(x));
        for x in outside {
            for y in 0..self.height {
                part.cells[y * self.width + x] = Cell::Unknown;
                part.classes[y * self.width + x] = UNKNOWN;
            }
        }
        part.columns = [from, to];
        part
    }

    /// The cell at column `x`, row `y`; unknown outside.
    #[must_use]
    pub fn cell(&self, x: usize, y: usize) -> Cell {
        if x < self.width && y < self.height {
            self.cells[y * self.width + x]
        } else {
            Cell::Unknown
        }
    }

    /// Takes the cell at column `x`, row `y` for something else than its class says.
    pub(super) fn set_cell(&mut self, x: usize, y: usize, cell: Cell) {
        if x < self.width && y < self.height {
            self.cells[y * self.width + x] = cell;
        }
    }

    /// The class at column `x`, row `y`; unknown outside.
    #[must_use]
    pub fn class(&self, x: usize, y: usize) -> ClassIndex {
        if x < self.width && y < self.height {
            self.classes[y * self.width + x]
        } else {
            UNKNOWN
        }
    }

    /// The pixel of the photo, measured from its middle, at a place in cells (continuous; (0, 0) is the outer corner of
    /// the first cell).
    #[must_use]
    pub fn pixel(&self, x: f64, y: f64) -> [f64; 2] {
        [
            x * self.px_per_cell[0] - self.centre_px[0],
            y * self.px_per_cell[1] - self.centre_px[1],
        ]
    }

    /// The class that a pixel of the photo, measured from its middle, shows; unknown outside.
    #[must_use]
    pub fn class_at(&self, pixel: [f64; 2]) -> ClassIndex {
        let [x, y] = [0, 1].map(|i| (pixel[i] + self.centre_px[i]) / self.px_per_cell[i]);
        if x >= 0.0 && y >= 0.0 {
            self.class(x as usize, y as usize)
        } else {
            UNKNOWN
        }
    }

    /// Photo px from the middle of the picture to its right and its lower border.
    #[must_use]
    pub fn half_size_px(&self) -> [f64; 2] {
        self.centre_px
    }

    /// First column that is looked at, and the one after the last.
    #[must_use]
    pub const fn column_range(&self) -> [usize; 2] {
        self.columns
    }

    /// The columns that are looked at: their middle, photo px from that of the picture, and half their width.
    #[must_use]
    pub fn columns_px(&self) -> [f64; 2] {
        let [left, right] = self.columns.map(|x| self.pixel(x as f64, 0.0)[0]);
        [(left + right) / 2.0, (right - left) / 2.0]
    }

    /// Cells on the long side.
    #[must_use]
    pub fn long_side(&self) -> usize {
        self.width.max(self.height)
    }

    /// Share of the cells that `wanted` accepts.
    #[must_use]
    pub fn share(&self, wanted: impl Fn(Cell) -> bool) -> f64 {
        self.cells.iter().filter(|&&c| wanted(c)).count() as f64 / self.cells.len().max(1) as f64
    }
}

fn cell(class: ClassIndex) -> Cell {
    match surface(class) {
        Surface::Wall if class == CURTAIN => Cell::Curtain,
        Surface::Wall => Cell::Wall,
        Surface::Floor => Cell::Floor,
        Surface::Ceiling => Cell::Ceiling,
        Surface::Occluder => Cell::Occluder,
        Surface::Ignored => Cell::Unknown,
    }
}
