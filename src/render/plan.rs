//! The footprint, ceiling and openings of a room, before it is furnished.

use super::{
    Vec3,
    apertures::place_openings,
    draw::Draw,
    material::Material,
    palette,
    scenario::Scenario,
    shell::{CeilingPlane, Shell, Wall},
};

/// A room without furniture and the sizes that its scenario asked for.
pub(super) struct Plan {
    pub(super) shell: Shell,
    pub(super) door_height: f32,
    /// Area of all surfaces, square metres.
    pub(super) surface_area: f32,
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
