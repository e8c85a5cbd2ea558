//! What the overlay draws of a fitted box, in px of the photo.

use nalgebra::Vector3;

use super::Outline;
use super::box_fit::BoxProblem;
use super::surfaces::SurfaceMap;
use crate::geometry::room_box::RoomBox;

/// Edges at less than this angle to the picture's plane, radians, are parallel in the picture: across it they
/// converge by about a thousandth of its side.
const PARALLEL: f64 = 1e-3;
/// Side walls are drawn towards the camera to this share of the opposite wall's distance.
const SIDE_DEPTH: f64 = 0.35;

/// The outline of `room` with the opposite wall between the tangents `ends`.
#[must_use]
pub fn outline(
    problem: &BoxProblem,
    map: &SurfaceMap,
    room: &RoomBox,
    [left, right]: [f64; 2],
) -> Outline {
    let [half_width, half_height] = map.half_size_px();
    let photo = |[x, y]: [f64; 2]| [x + half_width, y + half_height];
    let distance = room.distance();
    let top = |end: f64| 1.0 - room.top_at(end * distance);
    let bottom = 1.0;
    let point = |x: f64, y: f64, z: f64| room.project(Vector3::new(x, y, z)).map(photo);
    let corner = |end: f64, y: f64| point(end * distance, y, distance);
    // Where a roof meets the ceiling, the top has a kink.
    let kink = room
        .roof()
        .map(|roof| (roof.foot_x + (room.height() - roof.knee) / roof.slope) / distance);
    let kink = kink.filter(|end| left < *end && *end < right);
    let wall: Option<Vec<[f64; 2]>> = [Some(left), kink, Some(right)]
        .into_iter()
        .flatten()
        .map(|end| (end, top(end)))
        .chain([(right, bottom), (left, bottom)])
        .map(|(end, y)| corner(end, y))
        .collect();
    let edges = room
        .ends()
        .into_iter()
        .flat_map(|end| [top(end), bottom].map(|y| (end, y)))
        .filter_map(|(end, y)| {
            let near = point(end * distance, y, distance * SIDE_DEPTH)?;
            Some([corner(end, y)?, near])
        })
        .collect();

    let (mut inliers, mut outliers) = (Vec::new(), Vec::new());
    for judged in problem.judged_contacts(room) {
        let pixel = photo(judged.contact.pixel);
        if judged.off {
            outliers.push(pixel);
        } else {
            inliers.push(pixel);
        }
    }
    Outline {
        wall: wall.unwrap_or_default(),
        edges,
        inliers,
        outliers,
        verticals: Vec::new(),
        horizon: horizon(room, half_width).map(|ends| ends.map(photo)),
        vanishing_points: vanishing_points(room).map(photo).collect(),
    }
}

/// Where the edges along the opposite wall, towards it, and the verticals meet, from the middle of the picture.
fn vanishing_points(room: &RoomBox) -> impl Iterator<Item = [f64; 2]> {
    let (along, towards) = room.wall_axes();
    let to_camera = room.attitude().level_to_camera();
    let focal = room.focal();
    [along, towards, Vector3::y()]
        .into_iter()
        .map(move |level| to_camera * level)
        .filter(|direction| direction.z.abs() > PARALLEL)
        .map(move |direction| [direction.x, direction.y].map(|v| v / direction.z * focal))
}

/// The horizon from the left to the right border, from the middle of the picture.
fn horizon(room: &RoomBox, half_width: f64) -> Option<[[f64; 2]; 2]> {
    let down = room.attitude().gravity();
    let at = |x: f64| [x, -(down.x * x + down.z * room.focal()) / down.y];
    (down.y.abs() > 1e-6).then(|| [at(-half_width), at(half_width)])
}
