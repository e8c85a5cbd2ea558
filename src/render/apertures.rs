//! Draws the windows and doors of a room.

use super::{
    draw::Draw,
    material::{Material, Pattern},
    opening::{Fill, Leaf, Neighbour, Opening, View, Window},
    palette,
    shell::Shell,
};

/// Thickness of walls as seen in reveals, metres.
const REVEALS: [f32; 4] = [0.02, 0.08, 0.14, 0.22];

/// Gives each wall its windows and doors.
pub(super) fn place_openings(shell: &mut Shell, door_height: f32, draw: &mut Draw) {
    let daylight = draw.normal(0.7, 0.75).exp();
    let frame = palette::joinery(draw);
    let view = draw_view(daylight, draw);
    let count = shell.walls.len();
    for index in 0..count {
        let wall = &shell.walls[index];
        // The wall opposite the camera has a window more often than not: that is what people photograph.
        let opposite = wall.outward()[1] > 0.9;
        let top = shell
            .ceiling_height(
                wall.left[0] + 0.5 * wall.along[0] * wall.length,
                wall.left[1] + 0.5 * wall.along[1] * wall.length,
            )
            .min(shell.ceiling_height(wall.left[0], wall.left[1]))
            .min({
                let end = wall.point(wall.length, 0.0, 0.0);
                shell.ceiling_height(end.x, end.y)
            });
        let length = wall.length;
        let mut openings: Vec<Opening> = Vec::new();
        let windows = if draw.chance(if opposite { 0.65 } else { 0.3 }) {
            draw.weighted([(1, 0.65), (2, 0.25), (3, 0.1)])
        } else {
            0
        };
        for part in 0..windows {
            let room = length / windows as f32;
            let opening = draw_window(room, top, &frame, view, draw);
            if let Some(mut opening) = opening {
                opening.left += part as f32 * room;
                openings.push(opening);
            }
        }
        if draw.chance(if opposite { 0.3 } else { 0.45 }) && top > door_height + 0.06 {
            let door = draw_door(length, door_height, shell, draw);
            if let Some(door) = door
                && openings.iter().all(|other| {
                    door.left > other.left + other.width + 0.15
                        || door.left + door.width + 0.15 < other.left
                })
            {
                openings.push(door);
            }
        }
        shell.walls[index].openings = openings;
    }
}

fn draw_view(daylight: f32, draw: &mut Draw) -> View {
    let night = draw.chance(0.1);
    let strength = if night { 0.02 } else { daylight };
    let sky = palette::colour(0.58, draw.uniform(0.0, 0.4), 1.0);
    let ground = match draw.below(3) {
        0 => palette::colour(draw.uniform(0.18, 0.4), draw.uniform(0.1, 0.7), 0.6),
        1 => palette::colour(draw.uniform(0.0, 0.12), draw.uniform(0.0, 0.4), 0.7),
        _ => palette::colour(0.1, 0.05, draw.uniform(0.5, 0.9)),
    };
    View {
        sky: sky * strength,
        ground: ground * strength * draw.uniform(0.4, 1.2),
        skyline: draw.normal(0.1, 0.35),
        relief: draw.uniform(0.02, 0.8),
        seed: draw.bits(),
    }
}

fn draw_window(
    room: f32,
    top: f32,
    frame: &Material,
    view: View,
    draw: &mut Draw,
) -> Option<Opening> {
    let width = draw.uniform(0.5, 2.6).min(room - 0.25);
    let (sill, height) = if draw.chance(0.2) {
        (0.0, draw.uniform(1.95, 2.3).min(top - 0.12))
    } else {
        let sill = draw.normal(0.87, 0.12).clamp(0.3, 1.4);
        (sill, draw.uniform(0.7, 1.7).min(top - sill - 0.08))
    };
    if width < 0.4 || height < 0.4 {
        return None;
    }
    Some(Opening {
        left: draw.uniform(0.1, room - width - 0.1),
        bottom: sill,
        width,
        height,
        depth: draw.pick(REVEALS),
        reveal: draw
            .chance(0.6)
            .then(|| Material::plain(palette::colour(0.1, 0.03, draw.uniform(0.8, 1.0)))),
        fill: Fill::Window(Window {
            frame: *frame,
            bar: draw.uniform(0.03, 0.09),
            columns: ((width / draw.uniform(0.5, 1.4)).round() as u32).clamp(1, 4),
            transom: draw.pick([1.0, 1.0, 0.7, 0.3]),
            lattice: draw.pick([[1, 1], [1, 1], [1, 1], [2, 2], [2, 3], [1, 2]]),
            view,
        }),
    })
}

/// Draws the leaf of a door of the given width and height, metres.
pub(super) fn draw_leaf(width: f32, height: f32, draw: &mut Draw) -> Leaf {
    let mut material = palette::joinery(draw);
    if draw.chance(0.5) {
        material.pattern = Pattern::Panels {
            width: width * draw.pick([0.5, 1.0]),
            height: height * draw.pick([0.25, 0.5, 1.0]),
            inset: draw.uniform(0.06, 0.14),
        };
    }
    let pane = draw.chance(0.2).then_some([0.2, 0.45, 0.8, 0.92]);
    Leaf {
        material,
        handle: palette::metal(draw),
        handle_right: draw.chance(0.5),
        pane,
        glass: Material {
            gloss: 0.1,
            ..Material::plain(palette::colour(0.5, 0.05, draw.uniform(0.3, 0.9)))
        },
    }
}

fn draw_door(length: f32, height: f32, shell: &Shell, draw: &mut Draw) -> Option<Opening> {
    let width = draw.uniform(0.72, 1.0);
    if length < width + 0.25 {
        return None;
    }
    let left = if draw.chance(0.6) {
        draw.pick([0.12, length - width - 0.12])
    } else {
        draw.uniform(0.1, length - width - 0.1)
    };
    let open = draw.chance(0.35);
    let fill = if open {
        Fill::Passage(Box::new(Neighbour {
            sides: [-draw.uniform(0.1, 2.0), width + draw.uniform(0.1, 2.0)],
            depth: draw.uniform(0.8, 5.0),
            height: draw.normal(2.6, 0.15).max(height + 0.1),
            wall: palette::wall(draw),
            floor: if draw.chance(0.5) {
                shell.floor_material
            } else {
                palette::floor(draw)
            },
            ceiling: palette::ceiling(draw),
            light: draw.uniform(0.05, 1.2),
            sill: 0.0,
        }))
    } else {
        Fill::Leaf(draw_leaf(width, height, draw))
    };
    Some(Opening {
        left,
        bottom: 0.0,
        width,
        height,
        depth: draw.pick([0.01, 0.04, 0.1, 0.15]),
        reveal: (!open || draw.chance(0.75)).then(|| palette::joinery(draw)),
        fill,
    })
}
