//! The footprint, ceiling and openings of a room, before it is furnished.

use super::{
    Vec3,
    draw::Draw,
    material::{Material, Pattern},
    opening::{Fill, Leaf, Neighbour, Opening, View, Window},
    palette,
    scenario::Scenario,
    shell::{CeilingPlane, Shell, Wall},
};

/// Thickness of walls as seen in reveals, metres.
const REVEALS: [f32; 4] = [0.02, 0.08, 0.14, 0.22];

/// A room without furniture and the sizes that its scenario asked for.
pub(super) struct Plan {
    pub(super) shell: Shell,
    pub(super) door_height: f32,
    /// Area of all surfaces, square metres.
    pub(super) surface_area: f32,
    /// Whether surfaces have arbitrary colours and ornaments.
    pub(super) odd: bool,
}

/// Draws a room.
pub(super) fn draw_plan(scenario: Scenario, draw: &mut Draw) -> Plan {
    let height = scenario.ceiling(draw);
    let (width, distance) = match scenario {
        Scenario::Corridor => (draw.uniform(1.0, 1.9), draw.uniform(2.5, 9.0)),
        Scenario::OpenPlan => (draw.uniform(5.0, 9.0), draw.uniform(3.5, 9.0)),
        Scenario::Cut => (draw.uniform(3.0, 6.5), draw.uniform(2.0, 5.0)),
        _ => (draw.uniform(2.5, 6.5), draw.uniform(2.5, 6.0)),
    };
    let depth = distance + draw.uniform(0.25, 1.5);
    let corners = footprint(scenario, width, distance, depth, draw);
    let odd = draw.chance(0.18);
    let main = if odd {
        palette::oddity(draw)
    } else {
        palette::wall(draw)
    };
    let skirting = skirting(draw, &main);
    let cornice = cornice(draw);
    let dado = (
        if draw.chance(0.12) {
            draw.uniform(0.7, 1.5)
        } else {
            0.0
        },
        if draw.chance(0.5) {
            palette::wall_tiles(draw)
        } else {
            palette::wall(draw)
        },
    );
    let feature = draw.chance(0.3).then(|| draw.below(corners.len()));
    let walls = (0..corners.len())
        .map(|index| {
            // Corners run counterclockwise, so a wall's left end, seen from inside, is its second corner.
            let (right, left) = (corners[index], corners[(index + 1) % corners.len()]);
            let length = (right[0] - left[0]).hypot(right[1] - left[1]);
            let material = if odd && draw.chance(0.5) {
                palette::oddity(draw)
            } else if feature == Some(index) {
                palette::wall(draw)
            } else {
                main
            };
            Wall {
                left,
                along: [(right[0] - left[0]) / length, (right[1] - left[1]) / length],
                length,
                material,
                dado,
                skirting,
                cornice,
                openings: Vec::new(),
            }
        })
        .collect();
    let turn = draw.pick([0.0, std::f32::consts::FRAC_PI_2, 0.0, 0.785]);
    let mut shell = Shell {
        walls,
        ceiling: ceiling(scenario, width, height, draw),
        floor_material: if odd && draw.chance(0.6) {
            palette::oddity(draw)
        } else {
            palette::floor(draw)
        },
        ceiling_material: if odd && draw.chance(0.4) {
            palette::oddity(draw)
        } else {
            palette::ceiling(draw)
        },
        floor_turn: [turn.cos(), turn.sin()],
    };
    let door_height = scenario.door_height(draw).min(height - 0.1);
    place_openings(&mut shell, door_height, draw);
    let perimeter: f32 = shell.walls.iter().map(|wall| wall.length).sum();
    Plan {
        shell,
        door_height,
        surface_area: perimeter * height + 2.0 * width * depth,
        odd,
    }
}

/// Corners, counterclockwise from above. The camera stands near the origin, the wall at y = `distance`.
fn footprint(
    scenario: Scenario,
    width: f32,
    distance: f32,
    depth: f32,
    draw: &mut Draw,
) -> Vec<[f32; 2]> {
    let (left, right) = (-0.5 * width, 0.5 * width);
    let (near, far) = (distance - depth, distance);
    let notched =
        scenario == Scenario::LShaped || (scenario == Scenario::OpenPlan && draw.chance(0.6));
    if !notched {
        return vec![[right, near], [right, far], [left, far], [left, near]];
    }
    let cut_x = width * draw.uniform(0.25, 0.55);
    let cut_y = depth * draw.uniform(0.2, 0.5);
    match draw.below(3) {
        0 => vec![
            [right, near],
            [right, far - cut_y],
            [right - cut_x, far - cut_y],
            [right - cut_x, far],
            [left, far],
            [left, near],
        ],
        1 => vec![
            [right, near],
            [right, far],
            [left + cut_x, far],
            [left + cut_x, far - cut_y],
            [left, far - cut_y],
            [left, near],
        ],
        _ => {
            // A wing that opens behind a side wall.
            let wing = draw.uniform(1.0, 3.0);
            vec![
                [right, near],
                [right, far - cut_y],
                [right + wing, far - cut_y],
                [right + wing, far],
                [left, far],
                [left, near],
            ]
        }
    }
}

fn ceiling(scenario: Scenario, width: f32, height: f32, draw: &mut Draw) -> Vec<CeilingPlane> {
    let mut planes = vec![CeilingPlane {
        normal: Vec3::z(),
        offset: height,
    }];
    if scenario == Scenario::Attic {
        let knee = draw.uniform(0.9, height - 0.5);
        let run = width * draw.uniform(0.25, 0.75);
        let side = draw.pick([-1.0, 1.0]);
        // The slope rises from `knee` above the side wall at x = side * width / 2 to the full height after `run`.
        let rise = (height - knee) / run;
        let normal = Vec3::new(side * rise, 0.0, 1.0).normalize();
        let foot = Vec3::new(side * 0.5 * width, 0.0, knee);
        planes.push(CeilingPlane {
            normal,
            offset: normal.dot(&foot),
        });
    }
    planes
}

fn skirting(draw: &mut Draw, wall: &Material) -> (f32, Material) {
    let material = match draw.below(3) {
        0 => *wall,
        1 => palette::wood(draw),
        _ => Material::plain(palette::colour(0.1, 0.03, draw.uniform(0.8, 1.0))),
    };
    let height = if draw.chance(0.25) {
        0.0
    } else {
        draw.uniform(0.04, 0.16)
    };
    (height, material)
}

fn cornice(draw: &mut Draw) -> (f32, Material) {
    let height = if draw.chance(0.25) {
        draw.uniform(0.02, 0.14)
    } else {
        0.0
    };
    let lightness = draw.uniform(0.8, 1.0);
    (
        height,
        Material::plain(palette::colour(0.1, 0.03, lightness)),
    )
}

fn place_openings(shell: &mut Shell, door_height: f32, draw: &mut Draw) {
    let daylight = draw.normal(0.9, 0.7).exp();
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
        let mut material = palette::joinery(draw);
        if draw.chance(0.5) {
            material.pattern = Pattern::Panels {
                width: width * draw.pick([0.5, 1.0]),
                height: height * draw.pick([0.25, 0.5, 1.0]),
                inset: draw.uniform(0.06, 0.14),
            };
        }
        let pane = draw.chance(0.2).then(|| [0.2, 0.45, 0.8, 0.92]);
        Fill::Leaf(Leaf {
            material,
            handle: palette::metal(draw),
            handle_right: draw.chance(0.5),
            pane,
            glass: Material {
                gloss: 0.1,
                ..Material::plain(palette::colour(0.5, 0.05, draw.uniform(0.3, 0.9)))
            },
        })
    };
    Some(Opening {
        left,
        bottom: 0.0,
        width,
        height,
        depth: draw.pick([0.01, 0.04, 0.1, 0.15]),
        reveal: Some(palette::joinery(draw)),
        fill,
    })
}
