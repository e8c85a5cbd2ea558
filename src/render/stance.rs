//! Where the camera stands, which wall is the opposite one, and what of it is in view.

use super::{
    Vec3, draw::Draw, opening::Fill, plan::Plan, scenario::Scenario, shell::Shell, view::Camera,
};

/// Walls whose angles differ by less are equally frontal, radians (3 degrees).
const TIE: f32 = 0.052;
/// A wall counts as visible from this share of the picture.
const LEAST_SHARE: f32 = 0.015;

/// The opposite wall of a photo and what of it is in view.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Opposite {
    /// Index into the shell's walls.
    pub(super) wall: usize,
    /// Yaw of the wall, radians, positive when its right end is farther away.
    pub(super) yaw: f32,
    pub(super) left_end: bool,
    pub(super) right_end: bool,
    /// Shares of the floor line and the ceiling line inside the frame.
    pub(super) floor_share: f32,
    pub(super) ceiling_share: f32,
}

/// Draws cameras until one fits the scenario; `None` when the room admits none. Rooms that admit none are drawn anew, so
/// wide walls seen from nearby are rarer in the scenarios that show a whole wall than in the sampling's plain ranges.
pub(super) fn draw_camera(
    plan: &Plan,
    scenario: Scenario,
    size: [u32; 2],
    draw: &mut Draw,
) -> Option<(Camera, Opposite, u16)> {
    const ATTEMPTS: usize = 150;
    let focal_35mm = scenario.focal_35mm(draw);
    // CIPA: the equivalent focal length compares diagonals; that of the 35 mm frame is 43.267 mm.
    let diagonal = (size[0] as f32).hypot(size[1] as f32);
    let focal = f32::from(focal_35mm) / 43.267 * diagonal;
    let height = scenario.camera_height(draw);
    for _ in 0..ATTEMPTS {
        let heading = match scenario {
            Scenario::Corner => draw.uniform(30.0, 60.0) * draw.pick([-1.0, 1.0]),
            Scenario::OpenPlan => draw.normal(0.0, 25.0),
            _ => draw.normal(0.0, 12.0),
        }
        .to_radians();
        let pitch = match scenario {
            // Who stands at a table looks down at it.
            Scenario::Crowded => draw.normal(-9.0, 7.0),
            _ => draw.normal(-3.0, 5.0),
        }
        .to_radians();
        let roll = draw.normal(0.0, 1.5).to_radians();
        let (low, high) = plan
            .shell
            .walls
            .iter()
            .map(|wall| wall.left[0])
            .fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), x| {
                (low.min(x), high.max(x))
            });
        let x = draw.uniform(low, high);
        let y = draw.uniform(-0.1, 0.1);
        if !plan.shell.contains(x, y)
            || plan.shell.clearance(x, y) < 0.22
            || plan.shell.ceiling_height(x, y) < height + 0.15
        {
            continue;
        }
        let camera = Camera::new(Vec3::new(x, y, height), heading, pitch, roll, size, focal);
        let Some(opposite) = opposite(&plan.shell, &camera) else {
            continue;
        };
        let lines = opposite.floor_share > 0.25 && opposite.ceiling_share > 0.25;
        let fits = match scenario {
            _ if scenario.shows_whole_wall() => lines && opposite.left_end && opposite.right_end,
            Scenario::Cut => opposite.left_end != opposite.right_end && lines,
            _ => opposite.floor_share > 0.1 || opposite.ceiling_share > 0.1,
        };
        if fits {
            return Some((camera, opposite, focal_35mm));
        }
    }
    None
}

/// The most frontal visible wall; ties go to the one with a window, then to the one that fills more of the picture.
pub(super) fn opposite(shell: &Shell, camera: &Camera) -> Option<Opposite> {
    let shares = wall_shares(shell, camera);
    let visible: Vec<(usize, f32)> = (0..shell.walls.len())
        .filter(|&index| shares[index] > LEAST_SHARE)
        .map(|index| (index, yaw(shell, camera, index)))
        .collect();
    let most_frontal = visible
        .iter()
        .map(|(_, yaw)| yaw.abs())
        .fold(f32::INFINITY, f32::min);
    let has_window = |index: usize| {
        shell.walls[index]
            .openings
            .iter()
            .any(|opening| matches!(opening.fill, Fill::Window(_)))
    };
    let (wall, yaw) = visible
        .into_iter()
        .filter(|(_, yaw)| yaw.abs() < most_frontal + TIE)
        .max_by(|(a, _), (b, _)| {
            has_window(*a)
                .cmp(&has_window(*b))
                .then(shares[*a].total_cmp(&shares[*b]))
        })?;
    let length = shell.walls[wall].length;
    let share = |height: &dyn Fn(Vec3) -> f32| {
        const POINTS: usize = 40;
        let seen = (0..POINTS).filter(|&k| {
            let u = length * (k as f32 + 0.5) / POINTS as f32;
            let foot = shell.walls[wall].point(u, -0.01, 0.0);
            in_view(shell, camera, Vec3::new(foot.x, foot.y, height(foot)))
        });
        seen.count() as f32 / POINTS as f32
    };
    Some(Opposite {
        wall,
        yaw,
        left_end: end_in_view(shell, camera, wall, 0.0),
        right_end: end_in_view(shell, camera, wall, length),
        floor_share: share(&|_| 0.01),
        ceiling_share: share(&|foot| shell.ceiling_height(foot.x, foot.y) - 0.01),
    })
}

/// Angle from the optical axis, projected on the floor, to the wall's outward normal; positive when the wall's right end
/// is farther away.
fn yaw(shell: &Shell, camera: &Camera, wall: usize) -> f32 {
    let [nx, ny] = shell.walls[wall].outward();
    let normal_heading = nx.atan2(ny);
    let difference = camera.heading - normal_heading;
    (difference + std::f32::consts::PI).rem_euclid(std::f32::consts::TAU) - std::f32::consts::PI
}

fn wall_shares(shell: &Shell, camera: &Camera) -> Vec<f32> {
    const ACROSS: usize = 40;
    const DOWN: usize = 30;
    let mut shares = vec![0.0; shell.walls.len()];
    let step = [
        camera.size[0] as f32 / ACROSS as f32,
        camera.size[1] as f32 / DOWN as f32,
    ];
    for row in 0..DOWN {
        for column in 0..ACROSS {
            let ray = camera.ray(
                (column as f32 + 0.5) * step[0],
                (row as f32 + 0.5) * step[1],
            );
            if let Some(wall) = shell.meet(&ray).and_then(|hit| hit.wall) {
                shares[wall] += 1.0 / (ACROSS * DOWN) as f32;
            }
        }
    }
    shares
}

/// Whether a room point lies inside the frame and no wall hides it.
fn in_view(shell: &Shell, camera: &Camera, point: Vec3) -> bool {
    let Some([x, y]) = camera.project(point) else {
        return false;
    };
    let [width, height] = camera.size.map(|n| n as f32);
    if x < 0.01 * width || x > 0.99 * width || y < 0.0 || y > height {
        return false;
    }
    let distance = (point - camera.position).norm();
    shell
        .meet(&camera.ray(x, y))
        .is_some_and(|hit| hit.distance > distance - 0.06)
}

fn end_in_view(shell: &Shell, camera: &Camera, wall: usize, u: f32) -> bool {
    const HEIGHTS: usize = 13;
    // A little inside the room, so that the wall's own corner does not hide the point.
    let inset = if u > 0.0 { u - 0.01 } else { 0.01 };
    let foot = shell.walls[wall].point(inset, -0.01, 0.0);
    let top = shell.ceiling_height(foot.x, foot.y);
    (0..HEIGHTS).any(|k| {
        let z = top * (k as f32 + 0.5) / HEIGHTS as f32;
        in_view(shell, camera, Vec3::new(foot.x, foot.y, z))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::{opening::plain_window, shell::Wall};

    /// A box room 4 m wide whose far wall (index 1) is at y = 4, 260 cm high; the wall to its right has index 0.
    fn room(window_on: Option<usize>) -> Shell {
        let corners: [[f32; 2]; 4] = [[2.0, -1.0], [2.0, 4.0], [-2.0, 4.0], [-2.0, -1.0]];
        let walls = (0..4).map(|index| {
            let openings = if window_on == Some(index) {
                vec![plain_window()]
            } else {
                Vec::new()
            };
            Wall::plain(corners[(index + 1) % 4], corners[index], openings)
        });
        Shell::plain(walls.collect(), 2.6)
    }

    fn camera(heading_deg: f32) -> Camera {
        let position = Vec3::new(0.0, 0.0, 1.5);
        let heading = heading_deg.to_radians();
        Camera::new(position, heading, 0.0, 0.0, [512, 384], 384.0)
    }

    #[test]
    fn the_most_frontal_wall_is_the_opposite_one() {
        let shell = room(None);
        for (heading, wall, yaw_deg) in [(0.0, 1, 0.0), (30.0, 1, 30.0), (55.0, 0, -35.0)] {
            let found = opposite(&shell, &camera(heading)).unwrap();
            assert_eq!(found.wall, wall, "heading {heading}");
            assert!((found.yaw.to_degrees() - yaw_deg).abs() < 1e-3);
        }
    }

    #[test]
    fn a_tie_goes_to_the_wall_with_the_window() {
        for index in [0, 1] {
            let found = opposite(&room(Some(index)), &camera(45.0)).unwrap();
            assert_eq!(found.wall, index);
        }
        // Beyond a tie the window does not matter.
        assert_eq!(opposite(&room(Some(0)), &camera(40.0)).unwrap().wall, 1);
    }

    #[test]
    fn turning_away_takes_an_end_out_of_the_frame() {
        let shell = room(None);
        let frontal = opposite(&shell, &camera(0.0)).unwrap();
        assert!(frontal.left_end && frontal.right_end);
        assert!(frontal.floor_share > 0.9 && frontal.ceiling_share > 0.9);
        let right = opposite(&shell, &camera(25.0)).unwrap();
        assert!(!right.left_end && right.right_end);
    }
}
