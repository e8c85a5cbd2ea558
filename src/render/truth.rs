//! The ground truth of a rendered photo, in the contract's form with more keys.

use serde::Serialize;

use super::{
    Vec3,
    light_source::Shading,
    opening::Fill,
    room::Specimen,
    shell::{Shell, Wall},
    solid::Ray,
};

/// What is known of one photo. Lengths in cm, angles in degrees, conventions as in the crate's documentation.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PhotoTruth {
    /// File name of the photo.
    pub file: String,
    /// Full width of the opposite wall.
    pub width_cm: f64,
    /// Height of the opposite wall at its highest visible point.
    pub height_cm: f64,
    /// Height at the lowest visible point of its top, where the ceiling slopes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_height_cm: Option<f64>,
    /// Height of the lens above the floor.
    pub camera_height_cm: f64,
    /// Positive when the camera looks up.
    pub pitch_deg: f64,
    /// Positive when the content is turned clockwise.
    pub roll_deg: f64,
    /// Yaw of the opposite wall.
    pub yaw_deg: f64,
    /// Focal length in pixels of the photo.
    pub focal_px: f64,
    /// Whether the opposite wall's left corner is in the frame.
    pub left_end_visible: bool,
    /// Whether the opposite wall's right corner is in the frame.
    pub right_end_visible: bool,
    /// Share of the wall-floor line inside the frame, furniture aside, 0-1.
    pub floor_line_share: f64,
    /// Share of the wall-ceiling line inside the frame, 0-1.
    pub ceiling_line_share: f64,
    /// Height of the door openings of this room, in view or not; absent in a room without doors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub door_height_cm: Option<f64>,
    /// Height of the ceiling where it is highest.
    pub ceiling_height_cm: f64,
    /// Length of the wall that meets the opposite one at its left end, in view or not.
    pub left_wall_cm: f64,
    /// Length of the wall that meets the opposite one at its right end.
    pub right_wall_cm: f64,
    /// Name of the scenario.
    pub scenario: &'static str,
    /// What the room looks like; absent where only labels are drawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub style: Option<StyleTruth>,
    /// Windows of the opposite wall, left to right.
    pub windows: Vec<WindowTruth>,
}

/// The looks of a room by name, so that a network can be trained without some and tried on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StyleTruth {
    /// Pattern of the floor.
    pub floor: &'static str,
    /// Pattern of the opposite wall.
    pub wall: &'static str,
    /// What lights the room: `sun`, from wherever it shines, `sky`, `lamps` where windows show no day, or `plain` for the even light of
    /// simple renderers.
    pub light: &'static str,
}

impl StyleTruth {
    fn of(specimen: &Specimen) -> Self {
        let scene = &specimen.scene;
        Self {
            floor: scene.shell.floor_material.pattern.name(),
            wall: scene.shell.walls[specimen.opposite.wall]
                .material
                .pattern
                .name(),
            light: match (scene.shading, &scene.sun) {
                (Shading::Plain, _) => "plain",
                (Shading::Rays, Some(_)) => "sun",
                (Shading::Rays, None) if scene.shell.by_day() => "sky",
                (Shading::Rays, None) => "lamps",
            },
        }
    }
}

/// A window on the opposite wall, cm.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WindowTruth {
    /// Width of the opening.
    pub width_cm: f64,
    /// Height of the opening.
    pub height_cm: f64,
    /// Height of its lower edge above the floor.
    pub sill_cm: f64,
    /// From the wall's left end to the opening's left edge.
    pub left_cm: f64,
}

fn cm(metres: f32) -> f64 {
    // A tenth of a millimetre is finer than anything that is measured and hides single-precision digits.
    (f64::from(metres) * 1e4).round() / 100.0
}

fn degrees(radians: f32) -> f64 {
    (f64::from(radians).to_degrees() * 1e4).round() / 1e4
}

impl PhotoTruth {
    /// The truth of `specimen`, whose photo is named `file`.
    pub(super) fn of(specimen: &Specimen, file: String) -> Self {
        let shell = &specimen.scene.shell;
        let camera = &specimen.camera;
        let opposite = &specimen.opposite;
        let wall = &shell.walls[opposite.wall];
        let (low, high) = visible_heights(specimen);
        let mut windows: Vec<WindowTruth> = wall
            .openings
            .iter()
            .filter(|opening| matches!(opening.fill, Fill::Window(_)))
            .map(|opening| WindowTruth {
                width_cm: cm(opening.width),
                height_cm: cm(opening.height),
                sill_cm: cm(opening.bottom),
                left_cm: cm(opening.left),
            })
            .collect();
        windows.sort_by(|a, b| a.left_cm.total_cmp(&b.left_cm));
        let has_door = shell
            .walls
            .iter()
            .flat_map(|wall| &wall.openings)
            .any(|opening| !matches!(opening.fill, Fill::Window(_)));
        Self {
            file,
            width_cm: cm(wall.length),
            height_cm: cm(high),
            min_height_cm: (high - low > 0.02).then(|| cm(low)),
            camera_height_cm: cm(camera.position.z),
            pitch_deg: degrees(camera.pitch),
            roll_deg: degrees(camera.roll),
            yaw_deg: degrees(opposite.yaw),
            focal_px: f64::from(camera.focal),
            left_end_visible: opposite.left_end,
            right_end_visible: opposite.right_end,
            floor_line_share: f64::from(opposite.floor_share),
            ceiling_line_share: f64::from(opposite.ceiling_share),
            door_height_cm: has_door.then(|| cm(specimen.door_height)),
            ceiling_height_cm: cm(shell.highest()),
            left_wall_cm: adjoining(
                shell,
                |other| other.point(other.length, 0.0, 0.0),
                wall.left,
            ),
            right_wall_cm: {
                let end = wall.point(wall.length, 0.0, 0.0);
                adjoining(shell, |other| other.point(0.0, 0.0, 0.0), [end.x, end.y])
            },
            scenario: specimen.scenario.name(),
            style: Some(StyleTruth::of(specimen)),
            windows,
        }
    }
}

/// Length, cm, of the wall of which `end` lies nearest to `corner`: the footprint is closed.
fn adjoining(shell: &Shell, end: impl Fn(&Wall) -> Vec3, corner: [f32; 2]) -> f64 {
    let gap = |wall: &Wall| {
        let end = end(wall);
        (end.x - corner[0]).hypot(end.y - corner[1])
    };
    let nearest = (shell.walls.iter()).min_by(|a, b| gap(a).total_cmp(&gap(b)));
    nearest.map_or(0.0, |wall| cm(wall.length))
}

/// Lowest and highest point of the opposite wall's top over the columns of it that are in the frame, furniture aside.
fn visible_heights(specimen: &Specimen) -> (f32, f32) {
    const POINTS: usize = 200;
    let shell = &specimen.scene.shell;
    let camera = &specimen.camera;
    let wall = &shell.walls[specimen.opposite.wall];
    let [width, height] = camera.size.map(|n| n as f32);
    let (mut low, mut high) = (f32::INFINITY, f32::NEG_INFINITY);
    for k in 0..=POINTS {
        let u = (wall.length * k as f32 / POINTS as f32).clamp(0.01, wall.length - 0.01);
        let foot = wall.point(u, -0.01, 0.0);
        let top = shell.ceiling_height(foot.x, foot.y);
        // A column of the wall counts when any of its height is in the frame and not behind another wall.
        let seen = (0..=8).any(|step| {
            let mut point = foot;
            point.z = (top - 0.02) * step as f32 / 8.0;
            camera.project(point).is_some_and(|[x, y]| {
                x >= 0.0 && x <= width && y >= 0.0 && y <= height && {
                    let offset = point - camera.position;
                    let distance = offset.norm();
                    let ray = Ray {
                        origin: camera.position,
                        direction: offset / distance,
                    };
                    shell
                        .meet(&ray)
                        .is_some_and(|hit| hit.distance > distance - 0.06)
                }
            })
        });
        if seen {
            low = low.min(top);
            high = high.max(top);
        }
    }
    if high < low {
        let foot = wall.point(0.5 * wall.length, -0.01, 0.0);
        let top = shell.ceiling_height(foot.x, foot.y);
        return (top, top);
    }
    (low, high)
}
