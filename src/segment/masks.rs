//! The four masks of a photo: wall, floor, ceiling and window.

use image::{GrayImage, Luma};

use crate::ade20k::{self, ClassIndex};
use crate::geometry::camera::ImageSize;
use crate::label_map::LabelMap;

/// One of the four masks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MaskKind {
    /// Wall paint.
    Wall,
    /// Floor and rugs.
    Floor,
    /// Ceiling.
    Ceiling,
    /// Window panes, blinds and screen doors.
    Window,
}

/// Value of a pixel that belongs to the mask.
const INSIDE: u8 = 255;

impl MaskKind {
    /// All four.
    pub const ALL: [Self; 4] = [Self::Wall, Self::Floor, Self::Ceiling, Self::Window];

    /// The mask's name, as in the file `wall.png`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Wall => "wall",
            Self::Floor => "floor",
            Self::Ceiling => "ceiling",
            Self::Window => "window",
        }
    }

    /// Whether pixels of the class belong to the mask.
    #[must_use]
    pub const fn contains(self, class: ClassIndex) -> bool {
        match self {
            Self::Wall => class == ade20k::WALL,
            Self::Floor => matches!(class, ade20k::FLOOR | ade20k::RUG),
            Self::Ceiling => class == ade20k::CEILING,
            Self::Window => ade20k::is_window(class),
        }
    }

    /// The mask at the photo's size: 255 where the nearest label belongs to it, else 0.
    #[must_use]
    pub fn draw(self, labels: &LabelMap, photo: ImageSize) -> GrayImage {
        // The label whose cell holds the centre of the photo's pixel.
        let nearest = |position: u32, labels: u32, pixels: u32| {
            let label = (2 * u64::from(position) + 1) * u64::from(labels) / (2 * u64::from(pixels));
            u32::try_from(label).unwrap_or(u32::MAX)
        };
        let columns: Vec<u32> = (0..photo.width)
            .map(|x| nearest(x, labels.width(), photo.width))
            .collect();
        GrayImage::from_fn(photo.width, photo.height, |x, y| {
            let class = columns.get(x as usize).map_or(ade20k::UNKNOWN, |column| {
                labels.at(*column, nearest(y, labels.height(), photo.height))
            });
            Luma([if self.contains(class) { INSIDE } else { 0 }])
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_of_each_mask_are_those_of_the_contract() {
        for kind in MaskKind::ALL {
            let classes: Vec<ClassIndex> = (0..=u8::MAX)
                .filter(|class| kind.contains(*class))
                .collect();
            let wanted: &[ClassIndex] = match kind {
                MaskKind::Wall => &[0],
                MaskKind::Floor => &[3, 28],
                MaskKind::Ceiling => &[5],
                MaskKind::Window => &[8, 58, 63],
            };
            assert_eq!(classes, wanted, "{kind:?}");
        }
    }

    #[test]
    fn a_mask_has_the_photos_size_and_two_values() {
        let labels = LabelMap::new(2, 1, vec![ade20k::WALL, ade20k::RUG]).unwrap();
        let photo = ImageSize {
            width: 5,
            height: 3,
        };
        let wall = MaskKind::Wall.draw(&labels, photo);
        let floor = MaskKind::Floor.draw(&labels, photo);
        assert_eq!(wall.dimensions(), (5, 3));
        assert_eq!(wall.as_raw()[..5], [255, 255, 0, 0, 0]);
        assert_eq!(floor.as_raw()[5..10], [0, 0, 255, 255, 255]);
    }
}
