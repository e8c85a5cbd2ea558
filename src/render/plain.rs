//! Rooms as the metrology study draws them: a box, doors and windows flat on its walls, furniture as boxes. Their labels are cast
//! without the scene, the shell and the stance of the photographs, so that the two kinds of rooms check each other.

use super::{
    LabelledRoom, Vec3,
    draw::{Draw, Purpose},
    scenario::Scenario,
    truth::{PhotoTruth, WindowTruth},
    view::Camera,
};
use crate::ade20k::{self, ClassIndex};
use crate::label_map::LabelMapSizeError;

/// A rectangle on a wall: metres from the wall's left end and from the floor.
#[derive(Debug, Clone, Copy)]
struct Patch {
    wall: Side,
    left: f32,
    right: f32,
    bottom: f32,
    top: f32,
    class: ClassIndex,
}

/// A box that stands in the room.
#[derive(Debug, Clone, Copy)]
struct Piece {
    low: [f32; 3],
    high: [f32; 3],
    class: ClassIndex,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Side {
    Left,
    Opposite,
    Right,
    Back,
}

/// The room in metres: x to the right along the opposite wall, y towards it, z up; the camera stands above the origin.
#[derive(Debug)]
struct PlainRoom {
    left: f32,
    right: f32,
    distance: f32,
    behind: f32,
    height: f32,
    patches: Vec<Patch>,
    pieces: Vec<Piece>,
    door_height: f32,
}

/// Part of the opposite wall's upper and lower edge that must lie in the frame.
const LEAST_LINE: f32 = 0.15;
/// Where along the opposite wall the camera stands, as a share of its width: about a third of such photos show both ends.
const STANDING: [f32; 2] = [0.25, 0.75];
/// What furniture is made of.
const FURNITURE: [ClassIndex; 8] = [
    ade20k::SOFA,
    ade20k::BED,
    ade20k::CABINET,
    ade20k::WARDROBE,
    ade20k::CHEST_OF_DRAWERS,
    ade20k::BOOKCASE,
    ade20k::DESK,
    ade20k::ARMCHAIR,
];

/// Draws plain room `index` of `seed`; the photo is `long` x `short` px, or turned, and its label boundaries are displaced
/// by `roughen_px` at 1024 px. Scenarios that are not of the metrology study give a nominal room.
///
/// # Errors
/// When a side is 0.
pub fn plain_room(
    seed: u64,
    index: u64,
    scenario: Scenario,
    [long, short]: [u32; 2],
    roughen_px: f32,
) -> Result<LabelledRoom, LabelMapSizeError> {
    LabelMapSizeError::check([long, short])?;
    let mut draw = Draw::new(seed, index, Purpose::Room);
    let size = if draw.chance(0.35) {
        [short, long]
    } else {
        [long, short]
    };
    let (room, camera) = loop {
        let room = PlainRoom::draw(scenario, &mut draw);
        let camera = draw_camera(scenario, size, &mut draw);
        if room.suits(scenario, &camera) {
            break (room, camera);
        }
    };
    let labels = (0..size[1])
        .flat_map(|y| (0..size[0]).map(move |x| (x as f32 + 0.5, y as f32 + 0.5)))
        .map(|(x, y)| room.class(&camera, x, y))
        .collect();
    let truth = room.truth(scenario, &camera, index);
    LabelledRoom::roughened(labels, size, truth, roughen_px, || {
        Draw::new(seed, index, Purpose::Roughening)
    })
}

fn draw_camera(scenario: Scenario, size: [u32; 2], draw: &mut Draw) -> Camera {
    let field_of_view = draw.uniform(65.0, 74.0).to_radians();
    let focal = 0.5 * size[0].max(size[1]) as f32 / (0.5 * field_of_view).tan();
    let [heading, pitch, roll] =
        [(0.0, 12.0), (-3.0, 5.0), (0.0, 1.5)].map(|(mean, sd)| draw.normal(mean, sd).to_radians());
    let position = Vec3::new(0.0, 0.0, scenario.camera_height(draw));
    Camera::new(position, heading, pitch, roll, size, focal)
}

impl PlainRoom {
    fn draw(scenario: Scenario, draw: &mut Draw) -> Self {
        let width = draw.uniform(2.5, 6.5);
        let left = -width * draw.uniform(STANDING[0], STANDING[1]);
        let mut room = Self {
            left,
            right: left + width,
            distance: draw.uniform(2.5, 6.0),
            behind: draw.uniform(0.3, 1.5),
            height: scenario.ceiling(draw),
            patches: Vec::new(),
            pieces: Vec::new(),
            door_height: scenario.door_height(draw),
        };
        if draw.chance(0.5) {
            let window = draw.uniform(0.8, 2.2).min(width - 0.5);
            let at = draw.uniform(0.2, width - window - 0.2);
            let sill = draw.uniform(0.8, 0.95);
            room.patches.push(Patch {
                wall: Side::Opposite,
                left: at,
                right: at + window,
                bottom: sill,
                top: (sill + draw.uniform(1.0, 1.5)).min(room.height - 0.15),
                class: ade20k::WINDOWPANE,
            });
        }
        if draw.chance(0.35) {
            room.add_door(draw);
        }
        if scenario == Scenario::Furnished {
            for _ in 0..2 + draw.below(3) {
                room.add_piece(draw);
            }
        }
        room
    }

    fn length(&self, wall: Side) -> f32 {
        match wall {
            Side::Opposite | Side::Back => self.right - self.left,
            Side::Left | Side::Right => self.distance + self.behind,
        }
    }

    fn add_door(&mut self, draw: &mut Draw) {
        let wall = draw.pick([Side::Left, Side::Opposite, Side::Opposite, Side::Right]);
        let width = draw.uniform(0.75, 0.95);
        let left = draw.uniform(0.1, self.length(wall) - width - 0.1);
        let door = Patch {
            wall,
            left,
            right: left + width,
            bottom: 0.0,
            top: self.door_height.min(self.height - 0.1),
            class: ade20k::DOOR,
        };
        let clear = |other: &Patch| {
            other.wall != wall || other.left > door.right || other.right < door.left
        };
        if self.patches.iter().all(clear) {
            self.patches.push(door);
        }
    }

    fn add_piece(&mut self, draw: &mut Draw) {
        let along = draw.uniform(0.5, 2.2).min(self.right - self.left - 0.1);
        let deep = draw.uniform(0.4, 0.9);
        let height = draw.uniform(0.4, 2.1);
        let at = draw.uniform(self.left, self.right - along);
        let side = draw.pick([self.left, self.right - deep]);
        let along_side = draw.uniform(1.2, (self.distance - along).max(1.3));
        let [low, high] = if draw.chance(0.7) {
            [
                [at, self.distance - deep, 0.0],
                [at + along, self.distance, height],
            ]
        } else {
            [
                [side, along_side, 0.0],
                [side + deep, along_side + along, height],
            ]
        };
        // Not so near that a piece fills the picture.
        if low[1] > 1.0 {
            self.pieces.push(Piece {
                low,
                high,
                class: draw.pick(FURNITURE),
            });
        }
    }

    /// What the pixel (x, y) shows.
    fn class(&self, camera: &Camera, x: f32, y: f32) -> ClassIndex {
        let ray = camera.ray(x, y);
        let (o, d) = (ray.origin, ray.direction);
        let plane = |from: f32, speed: f32, low: f32, high: f32| {
            let t = if speed > 0.0 {
                (high - from) / speed
            } else {
                (low - from) / speed
            };
            if t.is_finite() { t } else { f32::INFINITY }
        };
        let across = plane(o.x, d.x, self.left, self.right);
        let ahead = plane(o.y, d.y, -self.behind, self.distance);
        let upright = plane(o.z, d.z, 0.0, self.height);
        let reach = across.min(ahead).min(upright);
        let nearest = self
            .pieces
            .iter()
            .filter_map(|piece| Some((piece.meet(o, d)?, piece.class)))
            .min_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((t, class)) = nearest
            && t < reach
        {
            return class;
        }
        if reach == upright {
            return if d.z > 0.0 {
                ade20k::CEILING
            } else {
                ade20k::FLOOR
            };
        }
        let point = o + d * reach;
        let (wall, u) = match (reach == ahead, d.y > 0.0, d.x > 0.0) {
            (true, true, _) => (Side::Opposite, point.x - self.left),
            (true, false, _) => (Side::Back, self.right - point.x),
            (false, _, true) => (Side::Right, self.distance - point.y),
            (false, _, false) => (Side::Left, point.y + self.behind),
        };
        let on = |patch: &&Patch| {
            patch.wall == wall
                && (patch.left..patch.right).contains(&u)
                && (patch.bottom..patch.top).contains(&point.z)
        };
        self.patches
            .iter()
            .find(on)
            .map_or(ade20k::WALL, |patch| patch.class)
    }

    /// Whether the photo shows what its scenario asks for.
    fn suits(&self, scenario: Scenario, camera: &Camera) -> bool {
        let [left, right] = self.ends_visible(camera);
        let ends = if scenario == Scenario::Cut {
            left != right
        } else {
            left && right
        };
        ends && self.line_share(camera, 0.0) > LEAST_LINE
            && self.line_share(camera, self.height) > LEAST_LINE
    }

    fn ends_visible(&self, camera: &Camera) -> [bool; 2] {
        [self.left, self.right].map(|x| {
            (0..=20).any(|k| self.in_frame(camera, x, self.height * k as f32 / 20.0, 0.01))
        })
    }

    fn line_share(&self, camera: &Camera, z: f32) -> f32 {
        let seen = (0..40).filter(|&k| {
            let x = self.left + (self.right - self.left) * (k as f32 + 0.5) / 40.0;
            self.in_frame(camera, x, z, 0.0)
        });
        seen.count() as f32 / 40.0
    }

    fn in_frame(&self, camera: &Camera, x: f32, z: f32, margin: f32) -> bool {
        let [width, height] = camera.size.map(|side| side as f32);
        camera
            .project(Vec3::new(x, self.distance, z))
            .is_some_and(|[u, v]| {
                (margin * width..(1.0 - margin) * width).contains(&u) && (0.0..height).contains(&v)
            })
    }

    fn truth(&self, scenario: Scenario, camera: &Camera, index: u64) -> PhotoTruth {
        let [left_end_visible, right_end_visible] = self.ends_visible(camera);
        let cm = |metres: f32| f64::from(metres) * 100.0;
        let degrees = |radians: f32| f64::from(radians).to_degrees();
        PhotoTruth {
            file: format!("plain_{index:05}"),
            width_cm: cm(self.right - self.left),
            height_cm: cm(self.height),
            min_height_cm: None,
            camera_height_cm: cm(camera.position.z),
            pitch_deg: degrees(camera.pitch),
            roll_deg: degrees(camera.roll),
            yaw_deg: degrees(camera.heading),
            focal_px: f64::from(camera.focal),
            left_end_visible,
            right_end_visible,
            floor_line_share: f64::from(self.line_share(camera, 0.0)),
            ceiling_line_share: f64::from(self.line_share(camera, self.height)),
            door_height_cm: self
                .patches
                .iter()
                .find(|patch| patch.class == ade20k::DOOR)
                .map(|patch| cm(patch.top)),
            ceiling_height_cm: cm(self.height),
            left_wall_cm: cm(self.distance + self.behind),
            right_wall_cm: cm(self.distance + self.behind),
            scenario: scenario.name(),
            style: None,
            windows: self
                .patches
                .iter()
                .filter(|patch| patch.class == ade20k::WINDOWPANE)
                .map(|patch| WindowTruth {
                    width_cm: cm(patch.right - patch.left),
                    height_cm: cm(patch.top - patch.bottom),
                    sill_cm: cm(patch.bottom),
                    left_cm: cm(patch.left),
                })
                .collect(),
        }
    }
}

impl Piece {
    /// Where a ray enters the box.
    fn meet(&self, origin: Vec3, direction: Vec3) -> Option<f32> {
        let (mut enter, mut leave) = (0.0_f32, f32::INFINITY);
        for axis in 0..3 {
            let (a, b) = (
                (self.low[axis] - origin[axis]) / direction[axis],
                (self.high[axis] - origin[axis]) / direction[axis],
            );
            enter = enter.max(a.min(b));
            leave = leave.min(a.max(b));
        }
        (enter < leave && enter > 0.0).then_some(enter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ade20k::{CEILING, FLOOR, WALL};

    #[test]
    fn a_room_without_pixels_is_an_error() {
        for size in [[0, 3], [4, 0]] {
            plain_room(1, 0, Scenario::Nominal, size, 0.0).unwrap_err();
            super::super::labelled_room(1, 0, None, size, 0.0).unwrap_err();
        }
    }

    #[test]
    fn labels_lie_where_the_truth_says() {
        for index in 0..6 {
            let room = plain_room(1, index, Scenario::Nominal, [256, 192], 0.0).unwrap();
            assert!(room.truth.left_end_visible && room.truth.right_end_visible);
            for class in [WALL, FLOOR, CEILING] {
                assert!(room.labels.classes().contains(&class), "{class}");
            }
        }
    }

    #[test]
    fn a_cut_wall_has_one_end_in_view_and_a_furnished_room_furniture() {
        let cut = plain_room(1, 0, Scenario::Cut, [256, 192], 0.0).unwrap();
        assert_ne!(cut.truth.left_end_visible, cut.truth.right_end_visible);
        let furnished = |index| plain_room(1, index, Scenario::Furnished, [256, 192], 0.0).unwrap();
        assert!((0..4).any(|index| {
            let room = furnished(index);
            FURNITURE
                .iter()
                .any(|class| room.labels.classes().contains(class))
        }));
    }
}
