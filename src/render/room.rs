//! One photo's room, camera and truth, drawn from the seed.

use super::{
    Rgb, Vec3,
    draw::{Draw, Purpose},
    ensemble::Amount,
    furnish::Furnisher,
    light_source::{Lamp, Shading, Sun, WINDOW_LIGHT_OUT, WindowLight},
    opening::Fill,
    palette,
    plan::{Plan, draw_plan},
    scenario::Scenario,
    scene::Scene,
    stance::{Opposite, draw_camera},
    view::Camera,
};

/// Everything about one photo before it is rendered.
pub(super) struct Specimen {
    pub(super) scenario: Scenario,
    pub(super) scene: Scene,
    pub(super) camera: Camera,
    pub(super) opposite: Opposite,
    pub(super) focal_35mm: u16,
    pub(super) door_height: f32,
    /// Whether colours, light and camera may be far from those of good photos.
    pub(super) wild: bool,
}

/// How often each scenario comes in a run without a named one.
const MIX: [(Scenario, f32); 12] = [
    (Scenario::Nominal, 0.06),
    (Scenario::Tall, 0.03),
    (Scenario::Wild, 0.04),
    (Scenario::Furnished, 0.25),
    (Scenario::Cut, 0.18),
    (Scenario::Attic, 0.07),
    (Scenario::Corner, 0.14),
    (Scenario::Shifted, 0.03),
    (Scenario::LShaped, 0.07),
    (Scenario::OpenPlan, 0.06),
    (Scenario::Corridor, 0.04),
    (Scenario::UltraWide, 0.03),
];

/// Rooms that are tried for a scenario. Each admits a camera in one of a few rooms, unless the picture is a strip that can
/// hold none of its views; then open plans, which ask least of a view, take its place. Those are drawn without a bound until
/// one admits a camera: nearly all do in the longest pictures that [`parse_size`](super::parse_size) lets through, few in
/// much longer ones.
const TRIES: usize = 400;

/// Draws photo `index`. `long` and `short` are the sides of the picture; 35 % of photos are portrait. The specimen names its
/// scenario: it differs from the one asked for where none of [`TRIES`] rooms admits a camera.
pub(super) fn draw_specimen(
    seed: u64,
    index: u64,
    scenario: Option<Scenario>,
    [long, short]: [u32; 2],
) -> Specimen {
    let mut draw = Draw::new(seed, index, Purpose::Room);
    let drawn = draw.weighted(MIX);
    let mixed = scenario.is_none();
    let mut scenario = scenario.unwrap_or(drawn);
    let size = if draw.chance(0.35) {
        [short, long]
    } else {
        [long, short]
    };
    let mut tries = 0;
    loop {
        tries += 1;
        if tries > TRIES {
            scenario = Scenario::OpenPlan;
        }
        let plan = draw_plan(scenario, &mut draw);
        let Some((mut camera, opposite, focal_35mm)) =
            draw_camera(&plan, scenario, size, &mut draw)
        else {
            continue;
        };
        let wild = draw.chance(0.3);
        if mixed && draw.chance(0.3) {
            // What phones leave of their lens's distortion; studies of geometry, which name a scenario, do without.
            camera.distortion = draw.uniform(-0.02, 0.02);
        }
        let amount = amount(scenario, mixed, &mut draw);
        let scene = furnish(&plan, amount, &camera, &opposite, &mut draw);
        if tries <= TRIES && near_share(&scene, &camera) > MOST_NEAR {
            continue;
        }
        return Specimen {
            scenario,
            scene,
            camera,
            opposite,
            focal_35mm,
            door_height: plan.door_height,
            wild,
        };
    }
}

/// Upright surfaces nearer than this stand in the way of a photo of the room, metres.
const NEAR: f32 = 1.0;
/// Share of the picture that they may fill: who stands with the nose to a wall or a cupboard takes a step before the photo, unless only
/// its edge is in the way.
const MOST_NEAR: f32 = 0.3;

/// Share of the picture that upright surfaces within [`NEAR`] fill; a table before the camera shows its top.
fn near_share(scene: &Scene, camera: &Camera) -> f32 {
    const ACROSS: usize = 24;
    const DOWN: usize = 18;
    let [width, height] = camera.size.map(|n| n as f32);
    let rays = (0..DOWN).flat_map(|row| (0..ACROSS).map(move |column| (column, row)));
    let near = rays.filter(|&(column, row)| {
        let x = (column as f32 + 0.5) / ACROSS as f32 * width;
        let y = (row as f32 + 0.5) / DOWN as f32 * height;
        scene
            .trace(&camera.ray(x, y))
            .is_some_and(|hit| hit.distance < NEAR && hit.normal.z.abs() < 0.5)
    });
    near.count() as f32 / (ACROSS * DOWN) as f32
}

/// How much stands in a room: the scenarios of the metrology study are bare but for the one that is not; a mix is of homes.
fn amount(scenario: Scenario, mixed: bool, draw: &mut Draw) -> Amount {
    match scenario {
        Scenario::Nominal | Scenario::Tall | Scenario::Wild | Scenario::Shifted | Scenario::Low => {
            Amount::Bare
        }
        Scenario::Furnished if mixed => draw.pick([Amount::Few, Amount::Home]),
        Scenario::Furnished => Amount::Few,
        Scenario::Crowded => Amount::Crowd,
        _ if mixed => draw.weighted([
            (Amount::Bare, 0.08),
            (Amount::Few, 0.22),
            (Amount::Home, 0.7),
        ]),
        _ => draw.pick([Amount::Bare, Amount::Few, Amount::Home]),
    }
}

fn furnish(
    plan: &Plan,
    amount: Amount,
    camera: &Camera,
    opposite: &Opposite,
    draw: &mut Draw,
) -> Scene {
    let plain = draw.chance(0.16);
    let cuboids = plain && draw.chance(0.6);
    let mut furnisher = Furnisher::new(&plan.shell, camera.position, camera.heading, cuboids);
    let bare = draw.chance(0.06);
    // Strength of artificial light; daylight alone in a third of the rooms.
    let lit = if draw.chance(0.35) {
        0.0
    } else {
        draw.normal(0.7, 0.6).exp()
    };
    if !bare {
        furnisher.dress_openings(draw);
        furnisher.furniture(amount, opposite.wall, lit, draw);
        furnisher.hang_pictures(draw);
    }
    furnisher.ceiling_lamps(lit, draw);
    let Furnisher { pieces, lamps, .. } = furnisher;
    let windows = window_lights(plan, draw);
    let fill = palette::colour(draw.uniform(0.05, 0.65), draw.uniform(0.0, 0.25), 1.0)
        * draw.uniform(0.02, 0.35);
    let shading = if plain { Shading::Plain } else { Shading::Rays };
    let sun = draw.chance(0.2).then(|| Sun {
        towards: Vec3::new(
            draw.normal(0.0, 0.6),
            draw.uniform(0.3, 1.0),
            draw.uniform(0.2, 0.9),
        )
        .normalize(),
        strength: palette::colour(0.12, 0.15, 1.0) * draw.uniform(1.0, 8.0),
    });
    let sun = sun.filter(|_| plan.shell.by_day());
    let mut scene = Scene {
        shell: plan.shell.clone(),
        pieces,
        windows,
        lamps: lamps
            .into_iter()
            .map(|(position, radius, intensity)| Lamp {
                position,
                radius,
                intensity,
            })
            .collect(),
        sun,
        ambient: Rgb::zeros(),
        fill_light: fill,
        surface_area: plan.surface_area,
        shading,
        plain_direction: Vec3::new(
            draw.normal(0.0, 1.0),
            draw.normal(-0.5, 1.0),
            draw.normal(0.5, 1.0),
        )
        .try_normalize(1e-6)
        .unwrap_or_else(Vec3::z),
    };
    scene.settle_ambient();
    scene
}

fn window_lights(plan: &Plan, draw: &mut Draw) -> Vec<WindowLight> {
    let tint = palette::colour(draw.uniform(0.5, 0.65), draw.uniform(0.0, 0.2), 1.0);
    let mut lights = Vec::new();
    for wall in &plan.shell.walls {
        let [nx, ny] = wall.outward();
        for opening in &wall.openings {
            let radiance = match &opening.fill {
                Fill::Window(window) => window.view.daylight().component_mul(&tint),
                Fill::Passage(next) => next.wall.mean() * (0.7 * next.light),
                Fill::Leaf(_) => continue,
            };
            lights.push(WindowLight {
                corner: wall.point(opening.left, WINDOW_LIGHT_OUT, opening.bottom),
                right: Vec3::new(wall.along[0], wall.along[1], 0.0) * opening.width,
                up: Vec3::z() * opening.height,
                inward: Vec3::new(-nx, -ny, 0.0),
                radiance,
            });
        }
    }
    lights
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ade20k::{CEILING, COFFEE_TABLE, COUNTERTOP, DESK, DOOR, FLOOR, TABLE, WALL},
        render::{
            light_source::WINDOW_LIGHT_SPARE,
            material::Material,
            picture::labels,
            solid::{Piece, Shape, Solid},
            truth::PhotoTruth,
        },
    };

    const SIZE: [u32; 2] = [160, 120];

    fn specimens(scenario: Scenario) -> impl Iterator<Item = Specimen> {
        (0..12).map(move |index| draw_specimen(3, index, Some(scenario), SIZE))
    }

    #[test]
    fn whole_wall_scenarios_show_both_ends_and_both_lines() {
        for scenario in Scenario::ALL.into_iter().filter(|s| s.shows_whole_wall()) {
            for specimen in specimens(scenario) {
                let opposite = specimen.opposite;
                assert!(opposite.left_end && opposite.right_end, "{scenario}");
                assert!(opposite.floor_share > 0.25 && opposite.ceiling_share > 0.25);
            }
        }
    }

    #[test]
    fn a_cut_wall_has_exactly_one_end_in_view() {
        for specimen in specimens(Scenario::Cut) {
            assert_ne!(specimen.opposite.left_end, specimen.opposite.right_end);
        }
    }

    #[test]
    fn labels_agree_with_the_projected_room() {
        let mut checked = 0;
        for mut specimen in specimens(Scenario::Nominal) {
            specimen.scene.pieces.clear();
            for wall in &mut specimen.scene.shell.walls {
                wall.openings.clear();
            }
            let camera = &specimen.camera;
            let map = labels(&specimen.scene, camera);
            let shell = &specimen.scene.shell;
            let wall = &shell.walls[specimen.opposite.wall];
            for step in 1..20 {
                let u = wall.length * step as f32 / 20.0;
                let top = shell.ceiling_height(0.0, 0.0);
                // Points on either side of the wall's lower and upper edge, over a pixel away from it.
                for (out, z, class) in [
                    (-0.5, 0.0, FLOOR),
                    (0.0, 0.15, WALL),
                    (0.0, top - 0.15, WALL),
                    (-0.5, top, CEILING),
                ] {
                    let Some([x, y]) = camera.project(wall.point(u, out, z)) else {
                        continue;
                    };
                    let [width, height] = camera.size;
                    if x < 0.0 || y < 0.0 || x >= width as f32 || y >= height as f32 {
                        continue;
                    }
                    assert_eq!(map[y as usize * width as usize + x as usize], class);
                    checked += 1;
                }
            }
        }
        assert!(checked > 200, "only {checked} points were in view");
    }

    #[test]
    fn no_open_door_stands_before_the_camera() {
        // Rooms whose doors would open right into the picture.
        for (seed, index) in [(910_000, 166), (910_000, 295)] {
            let specimen = draw_specimen(seed, index, None, SIZE);
            let map = labels(&specimen.scene, &specimen.camera);
            let doors = map.iter().filter(|class| **class == DOOR).count();
            assert!(2 * doors < map.len(), "{doors} of {}", map.len());
        }
    }

    #[test]
    fn nobody_photographs_a_room_with_the_nose_to_a_wall_or_a_cupboard() {
        // Rooms whose first camera would stand right beside something that fills the frame.
        for index in [26, 36, 51, 54, 90, 120, 150, 210, 277, 285] {
            let specimen = draw_specimen(910_000, index, None, SIZE);
            let share = near_share(&specimen.scene, &specimen.camera);
            assert!(share <= MOST_NEAR, "{index}: {share}");
        }
    }

    #[test]
    fn a_crowded_room_is_mostly_seen_over_a_table() {
        let tables = [TABLE, DESK, COFFEE_TABLE, COUNTERTOP];
        let over_one = specimens(Scenario::Crowded).filter(|specimen| {
            let map = labels(&specimen.scene, &specimen.camera);
            let [lowest, all] = [map.len() - map.len() / 6, map.len()];
            let seen = map[lowest..].iter().filter(|class| tables.contains(class));
            6 * seen.count() > all - lowest
        });
        let count = over_one.count();
        assert!(count >= 4, "{count} of 12");
    }

    #[test]
    fn no_sun_shines_at_night() {
        for index in 0..60 {
            let scene = draw_specimen(4, index, Some(Scenario::Attic), SIZE).scene;
            assert!(scene.sun.is_none() || scene.shell.by_day());
        }
    }

    #[test]
    fn light_passes_its_opening_but_no_blind() {
        let mut checked = 0;
        for mut specimen in specimens(Scenario::LShaped) {
            let scene = &mut specimen.scene;
            for light in scene.windows.clone() {
                let target = light.corner + (light.right + light.up) * 0.5;
                let from = target + light.inward * 0.2;
                scene.pieces.clear();
                assert!(!scene.blocked(from, target, WINDOW_LIGHT_SPARE));
                let slat = Solid {
                    centre: target + light.inward * (WINDOW_LIGHT_OUT + 0.01),
                    half: Vec3::repeat(0.006),
                    turn: None,
                    shape: Shape::Block { round: 0.0 },
                    material: Material::plain(Rgb::repeat(0.5)),
                    class: WALL,
                };
                scene
                    .pieces
                    .push(Piece::new(Vec3::zeros(), [1.0, 0.0], vec![slat]));
                assert!(scene.blocked(from, target, WINDOW_LIGHT_SPARE));
                checked += 1;
            }
        }
        assert!(checked > 0);
    }

    #[test]
    fn truth_is_that_of_the_room() {
        for specimen in specimens(Scenario::Attic).chain(specimens(Scenario::Corner)) {
            let truth = PhotoTruth::of(&specimen, "a.jpg".to_owned());
            let length = specimen.scene.shell.walls[specimen.opposite.wall].length;
            assert!((truth.width_cm / 100.0 - f64::from(length)).abs() < 1e-3);
            assert!(truth.height_cm > 60.0 && truth.height_cm < 400.0);
            assert!(truth.min_height_cm.is_none_or(|low| low < truth.height_cm));
            for window in &truth.windows {
                assert!(window.left_cm >= 0.0);
                assert!(window.left_cm + window.width_cm <= truth.width_cm);
                assert!(window.sill_cm + window.height_cm <= truth.height_cm);
            }
        }
    }

    #[test]
    fn some_attic_walls_have_two_heights() {
        let sloped = specimens(Scenario::Attic)
            .filter(|s| PhotoTruth::of(s, String::new()).min_height_cm.is_some())
            .count();
        assert!(sloped > 3, "{sloped} of 12");
    }

    #[test]
    fn the_room_does_not_depend_on_the_size_of_its_picture() {
        let small = draw_specimen(5, 1, None, SIZE);
        let large = draw_specimen(5, 1, None, SIZE.map(|side| side * 4));
        let width = |s: &Specimen| s.scene.shell.walls[s.opposite.wall].length;
        assert_eq!(small.scenario, large.scenario);
        assert!((width(&small) - width(&large)).abs() < 1e-6);
    }
}
