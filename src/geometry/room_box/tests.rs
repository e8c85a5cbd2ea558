use super::*;
use proptest::prelude::*;

/// Rooms with the camera inside, tilted and turned as people hold phones, and more.
pub(crate) fn rooms() -> impl Strategy<Value = RoomBox> {
    (
        -0.3..0.3,
        -0.15..0.15,
        -0.7..0.7,
        600.0..1200.0_f64,
        1.0..5.0_f64,
        1.4..2.4_f64,
        -2.0..-0.1,
        0.1..2.0,
        prop_oneof![Just(0.0), 0.3..1.5, -1.5..-0.3],
        0.4..1.3_f64,
    )
        .prop_map(
            |(pitch, roll, yaw, focal, distance, height, left, right, slope, knee)| {
                RoomBox(Parameters::from([
                    pitch,
                    roll,
                    yaw,
                    focal.ln(),
                    distance.ln(),
                    height.ln(),
                    left,
                    right,
                    slope,
                    knee.ln(),
                ]))
            },
        )
        .prop_filter("the camera is under the roof", |room| {
            room.roof().is_none_or(|roof| roof.height_at(0.0) > 1.05)
        })
}

/// A point of each edge: wall, level, and the point at `share` of the edge; wall axes, camera heights.
fn edge_point(room: &RoomBox, wall: Wall, level: Level, share: f64) -> Vector3<f64> {
    let distance = room.distance();
    let (left, right) = (
        room.0[parameter::LEFT] * distance,
        room.0[parameter::RIGHT] * distance,
    );
    let [x, z] = match wall {
        Wall::Left => [left, distance * share],
        Wall::Opposite => [left + (right - left) * share, distance],
        Wall::Right => [right, distance * share],
    };
    let y = match level {
        Level::Floor => 1.0,
        Level::Ceiling => 1.0 - room.top_at(x),
    };
    Vector3::new(x, y, z)
}

const WALLS: [Wall; 3] = [Wall::Left, Wall::Opposite, Wall::Right];
const LEVELS: [Level; 2] = [Level::Floor, Level::Ceiling];

/// A signed distance from an edge, and its gradient.
type EdgeDistance = dyn Fn(&BoxEdges) -> (f64, Parameters);

proptest! {
    #[test]
    fn a_projected_edge_lies_on_its_line(room in rooms(), share in 0.05..0.95_f64) {
        let edges = room.edges();
        for wall in WALLS {
            for level in LEVELS {
                if let Some(pixel) = room.project(edge_point(&room, wall, level, share)) {
                    let (distance, _) = edges.wall_end(wall, level, pixel);
                    prop_assert!(distance.abs() < 1e-6, "{wall:?} {level:?} {distance}");
                }
            }
        }
    }

    #[test]
    fn a_projected_ray_comes_back(room in rooms(), x in -1.0..1.0_f64, y in -1.0..1.0_f64) {
        let point = Vector3::new(x, y, room.distance());
        if let Some(pixel) = room.project(point) {
            let ray = room.wall_ray(pixel);
            prop_assert!((ray / ray.z * room.distance() - point).norm() < 1e-9);
        }
    }

    /// On the floor's side of the nearest floor edge, the distance is positive; so is the ceiling's.
    #[test]
    fn signs_agree_with_what_a_ray_meets(room in rooms(), x in -400.0..400.0_f64, y in -400.0..400.0_f64) {
        let ray = room.wall_ray([x, y]);
        let edges = room.edges();
        let wall = room.wall_of(ray);
        let (floor, _) = edges.wall_end(wall, Level::Floor, [x, y]);
        let (ceiling, _) = edges.wall_end(wall, Level::Ceiling, [x, y]);
        match room.sight().hit(ray) {
            Hit::Floor => prop_assert!(floor > -1e-9),
            Hit::Ceiling => prop_assert!(ceiling > -1e-9),
            Hit::Wall(_) => {
                prop_assert!(ray.y < 0.0 || floor < 1e-9);
                prop_assert!(ray.y > 0.0 || ceiling < 1e-9);
            }
        }
    }

    #[test]
    fn analytic_derivatives_match_differences(room in rooms(), x in -400.0..400.0_f64, y in -400.0..400.0_f64) {
        let step = 1e-6;
        let functions: Vec<Box<EdgeDistance>> = WALLS
            .into_iter()
            .flat_map(|wall| LEVELS.map(move |level| (wall, level)))
            .map(|(wall, level)| Box::new(move |e: &BoxEdges| e.wall_end(wall, level, [x, y])) as Box<EdgeDistance>)
            .chain(Side::BOTH.map(|side| Box::new(move |e: &BoxEdges| e.corner(side, [x, y])) as Box<EdgeDistance>))
            .collect();
        for function in functions {
            let (_, analytic) = function(&room.edges());
            // Without a roof, its pitch and its foot are no parameters.
            let free = if room.roof().is_some() { PARAMETERS } else { parameter::SLOPE };
            for i in 0..free {
                let shifted = |by: f64| {
                    let mut moved = room;
                    moved.0[i] += by;
                    function(&moved.edges()).0
                };
                let numeric = (shifted(step) - shifted(-step)) / (2.0 * step);
                let scale = 1.0 + analytic[i].abs();
                prop_assert!((numeric - analytic[i]).abs() < 1e-4 * scale, "{i}: {numeric} {}", analytic[i]);
            }
        }
    }

    /// The side walls of a room turned to one of its walls are the old ones.
    #[test]
    fn turning_keeps_the_shared_corner(room in rooms()) {
        let distance = room.distance();
        let corner = Vector3::new(room.0[parameter::RIGHT] * distance, 0.2, distance);
        let turned = room.turned_to(Side::Right);
        let again = Vector3::new(turned.0[parameter::LEFT] * turned.distance(), 0.2, turned.distance());
        if let (Some(a), Some(b)) = (room.project(corner), turned.project(again)) {
            // Far outside the picture, rounding grows with the distance.
            let near = |axis: usize| (a[axis] - b[axis]).abs() < 1e-6 * (1.0 + a[axis].abs());
            prop_assert!(near(0) && near(1));
        }
    }
}

#[test]
fn moving_the_foot_of_a_roof_leaves_its_plane_and_stops_at_the_floor() {
    proptest!(|(room in rooms(), to in 0.05..30.0_f64)| {
        let Some(roof) = room.roof() else { return Ok(()) };
        let to = if roof.foot == Side::Left { -to } else { to };
        let moved = room.with_end(roof.end(), to).roof().unwrap();
        prop_assert!(moved.knee >= LEAST_KNEE * (1.0 - 1e-9));
        for x in [-1.0, 0.0, 2.0] {
            prop_assert!((moved.height_at(x) - roof.height_at(x)).abs() < 1e-6);
        }
    });
}
