//! Label maps of exact boxes, and what stands in them.

use nalgebra::Vector3;

use super::super::*;
use crate::ade20k::{CEILING, ClassIndex, FLOOR, WALL};
use crate::geometry::camera::FocalSource;
use crate::geometry::room_box::{Hit, Parameters, RoomBox, Wall};

/// Label maps have this size; photos are four times as large.
pub const SIZE: [u32; 2] = [320, 240];
/// Photo px a cell.
pub const SCALE: u32 = 4;
/// Size of the photos.
pub const IMAGE: ImageSize = ImageSize {
    width: SIZE[0] * SCALE,
    height: SIZE[1] * SCALE,
};
/// Focal length, px of the photo: a phone's main camera.
pub const FOCAL_PX: f64 = 0.72 * (SIZE[0] * SCALE) as f64;
/// Height of the camera that painted boxes are meant for, cm.
pub const CAMERA_CM: f64 = 150.0;

/// A room seen at the given pitch, roll and yaw, degrees; distance and height in camera heights, ends as tangents.
pub fn room(tilt_deg: [f64; 3], distance: f64, height: f64, [left, right]: [f64; 2]) -> RoomBox {
    let [pitch, roll, yaw] = tilt_deg.map(f64::to_radians);
    RoomBox(Parameters::from([
        pitch,
        roll,
        yaw,
        FOCAL_PX.ln(),
        distance.ln(),
        height.ln(),
        left,
        right,
        0.0,
        0.0,
    ]))
}

/// What the ray of a cell meets, and where on the opposite wall: x along it and height above the floor, camera heights.
pub struct Seen {
    pub hit: Hit,
    pub on_wall: Option<[f64; 2]>,
}

/// The label map of `room` as `class` sees it.
pub fn paint(room: &RoomBox, class: impl Fn(&Seen) -> ClassIndex) -> LabelMap {
    paint_rays(room, |ray| class(&see(room, ray)))
}

/// What a ray along the walls' axes meets in `room`.
pub fn see(room: &RoomBox, ray: Vector3<f64>) -> Seen {
    let hit = room.sight().hit(ray);
    let on_wall = (hit == Hit::Wall(Wall::Opposite))
        .then(|| room.on_wall(Wall::Opposite, ray))
        .flatten()
        .map(|point| [point.x, 1.0 - point.y]);
    Seen { hit, on_wall }
}

/// The label map that the camera of `room` sees when a ray along its walls' axes shows `class`.
pub fn paint_rays(room: &RoomBox, class: impl Fn(Vector3<f64>) -> ClassIndex) -> LabelMap {
    let [width, height] = SIZE;
    let classes = (0..height)
        .flat_map(|y| (0..width).map(move |x| (x, y)))
        .map(|(x, y)| {
            let scale = f64::from(SCALE);
            let pixel = [
                (f64::from(x) + 0.5 - f64::from(width) / 2.0) * scale,
                (f64::from(y) + 0.5 - f64::from(height) / 2.0) * scale,
            ];
            class(room.wall_ray(pixel))
        })
        .collect();
    LabelMap::new(width, height, classes).unwrap()
}

/// Walls, floor and ceiling alone.
pub fn bare(seen: &Seen) -> ClassIndex {
    match seen.hit {
        Hit::Wall(_) => WALL,
        Hit::Floor => FLOOR,
        Hit::Ceiling => CEILING,
    }
}

/// Measures a photo of `labels` at its usual size.
pub fn measure(labels: &LabelMap, known: Known) -> Measurement {
    measure_as(labels, SCALE, known, EstimatorKind::Box)
}

/// Measures a photo that has `scale` px a cell; the focal length is that of [`FOCAL_PX`].
pub fn measure_as(labels: &LabelMap, scale: u32, known: Known, kind: EstimatorKind) -> Measurement {
    estimate(kind, &observe(labels, scale, known))
}

/// What is seen of a photo that has `scale` px a cell, without gravity.
pub fn observe(labels: &LabelMap, scale: u32, known: Known) -> Observation<'_> {
    let image = ImageSize {
        width: labels.width() * scale,
        height: labels.height() * scale,
    };
    let long = image.width.max(image.height);
    Observation {
        labels,
        image,
        turns: turns_needed(labels, None),
        focal: Focal {
            px: FOCAL_PX * f64::from(long) / f64::from(SIZE[0] * SCALE),
            sigma_ln: 0.005,
            source: FocalSource::Exif35mm,
        },
        gravity: None,
        mask_cell_px: 0.0,
        segments: &[],
        known,
    }
}

/// The user knows that the camera was at [`CAMERA_CM`] and how high the room is.
pub fn knowing(room: &RoomBox) -> Known {
    Known {
        camera_height_cm: Some(CAMERA_CM),
        ceiling_height_cm: Some(CAMERA_CM * room.height()),
        fov_deg: None,
    }
}

/// Width and height, cm.
pub fn size_cm(m: &Measurement) -> [f64; 2] {
    [m.wall_width, m.wall_height].map(|e| e.map_or(f64::NAN, |e| e.cm))
}

/// Asserts that two sizes differ by less than `tolerance`, as ratios.
#[track_caller]
pub fn assert_close(got: [f64; 2], wanted: [f64; 2], tolerance: f64) {
    for (g, w) in got.into_iter().zip(wanted) {
        assert!(
            (g / w - 1.0).abs() < tolerance,
            "{got:?}, wanted {wanted:?}"
        );
    }
}
