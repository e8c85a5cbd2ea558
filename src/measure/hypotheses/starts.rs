//! Where descents start: boxes spread over yaw and over where the wall's ends could be, at the depth and the height at which their
//! contacts are seen.

use nalgebra::Vector3;

use super::super::box_fit::BoxProblem;
use super::super::surfaces::SurfaceMap;
use super::variants::FAR;
use crate::geometry::room_box::{
    LEAST_KNEE, Level, Parameters, RoomBox, Wall,
    parameter::{LEFT, LN_DISTANCE, LN_HEIGHT, LN_KNEE, RIGHT, SLOPE, YAW},
};

/// Yaws of the starts, degrees.
const START_YAWS_DEG: [f64; 7] = [-48.0, -30.0, -14.0, 0.0, 14.0, 30.0, 48.0];
/// Columns at which the starts put the wall's left end, as shares of the picture's width; the right end mirrors them.
const START_ENDS: [f64; 5] = [-0.25, 0.04, 0.15, 0.3, 0.45];
/// The least width of the opposite wall in a start, as a share of the picture's width.
const LEAST_START_SPAN: f64 = 0.15;
/// A top lower than this share of the ceiling's height is the roof's.
const BELOW_CEILING: f64 = 0.93;
/// Points nearer to the roof's foot, in camera heights, do not tell its pitch, and flatter roofs are not tried, tangent.
const LEAST_RUN: f64 = 0.1;
const LEAST_PITCH: f64 = 0.2;

/// All starts.
pub fn starts<'a>(
    problem: &'a BoxProblem,
    map: &'a SurfaceMap,
) -> impl Iterator<Item = Parameters> + 'a {
    let [middle, half_width] = map.columns_px();
    let column = move |share: f64| middle + (2.0 * share - 1.0) * half_width;
    START_YAWS_DEG.into_iter().flat_map(move |yaw| {
        START_ENDS.into_iter().flat_map(move |left| {
            START_ENDS
                .into_iter()
                .map(move |right| (left, 1.0 - right))
                .filter(|(left, right)| right - left >= LEAST_START_SPAN)
                .filter_map(move |(left, right)| {
                    start(problem, yaw.to_radians(), column(left), column(right))
                })
        })
    })
}

/// The box with the prior's camera and the given yaw and ends that fits the contacts' median; `None` where no contact
/// tells a distance.
fn start(problem: &BoxProblem, yaw: f64, left_px: f64, right_px: f64) -> Option<Parameters> {
    let mut room = RoomBox(problem.prior.mean);
    room.0[YAW] = yaw;
    let tangent = |x: f64| room.tangent_at([x, 0.0]);
    // An end out of the frame may lie at any angle; what matters is on which side.
    let (left, right) = (
        tangent(left_px).unwrap_or(-FAR).min(-0.05),
        tangent(right_px).unwrap_or(FAR).max(0.05),
    );
    room.0[LEFT] = left;
    room.0[RIGHT] = right;

    let (aimed, sight) = (room, room.sight());
    let reach = |ray: Vector3<f64>| match aimed.wall_of(ray) {
        Wall::Opposite => ray.z,
        Wall::Left => ray.x / left,
        Wall::Right => ray.x / right,
    };
    let contacts = |level: Level| {
        problem
            .boundaries
            .contacts
            .iter()
            .filter(move |contact| contact.level == level)
            .map(|contact| sight.ray(contact.pixel))
    };
    // Distance at which the floor lines are seen, by the median over contacts.
    let floor = median(
        contacts(Level::Floor)
            .filter(|ray| ray.y > 0.01)
            .map(|ray| reach(ray) / ray.y),
    );
    let prior_height = problem.prior.mean[LN_HEIGHT].exp();
    let ceiling = median(
        contacts(Level::Ceiling)
            .filter(|ray| ray.y < -0.01)
            .map(|ray| reach(ray) / -ray.y),
    );
    let distance = match (floor, ceiling) {
        (Some(distance), _) => distance,
        (None, Some(ceiling)) => ceiling * (prior_height - 1.0),
        (None, None) => return None,
    };
    let height = ceiling.map_or(prior_height, |ceiling| 1.0 + distance / ceiling);
    if !(distance > 0.0 && height > 0.0) {
        return None;
    }
    room.0[LN_DISTANCE] = distance.ln();
    room.0[LN_HEIGHT] = height.ln();
    if room.0[SLOPE] != 0.0 {
        put_roof(&mut room, contacts(Level::Ceiling));
    }
    Some(room.0)
}

/// Puts the roof of `room`, whose foot is known, and its ceiling where the rays to the walls' tops see them.
fn put_roof(room: &mut RoomBox, tops: impl Iterator<Item = Vector3<f64>>) {
    let Some(roof) = room.roof() else {
        return;
    };
    let (mut over_foot, mut over_wall) = (Vec::new(), Vec::new());
    for ray in tops {
        let wall = room.wall_of(ray);
        let Some(point) = room.on_wall(wall, ray) else {
            continue;
        };
        let top = [(point.x - roof.foot_x).abs(), 1.0 - point.y];
        if wall == Wall::from(roof.foot) {
            over_foot.push(top[1]);
        } else if wall == Wall::Opposite {
            over_wall.push(top);
        }
    }
    over_wall.sort_by(|a, b| a[1].total_cmp(&b[1]));
    if let Some([_, height]) = over_wall.get(over_wall.len() * 9 / 10) {
        room.0[LN_HEIGHT] = height.max(1.1).ln();
    }
    let height = room.height();
    over_wall.retain(|[_, h]| *h < BELOW_CEILING * height);
    let knee = median(over_foot.into_iter())
        .or_else(|| height_at_foot(&over_wall))
        .unwrap_or(roof.knee);
    let pitch = median(
        over_wall
            .iter()
            .filter(|[run, _]| *run > LEAST_RUN)
            .map(|[run, h]| (h - knee) / run),
    );
    let pitch = pitch.unwrap_or(roof.slope.abs()).max(LEAST_PITCH);
    room.0[LN_KNEE] = knee.max(LEAST_KNEE).ln();
    room.0[SLOPE] = pitch * roof.slope.signum();
}

/// Height at no run of the line through points that are sorted by height, by the medians of their lower and upper third.
fn height_at_foot(points: &[[f64; 2]]) -> Option<f64> {
    let third = points.len().div_ceil(3);
    let middle = |part: &[[f64; 2]], axis: usize| median(part.iter().map(|point| point[axis]));
    let low = points.get(..third)?;
    let high = points.get(points.len() - third..)?;
    let (run, height) = (middle(low, 0)?, middle(low, 1)?);
    let slope = (middle(high, 1)? - height) / (middle(high, 0)? - run);
    slope.is_finite().then_some(height - slope * run)
}

fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.filter(|v| v.is_finite()).collect();
    let middle = values.len() / 2;
    (!values.is_empty()).then(|| *values.select_nth_unstable_by(middle, f64::total_cmp).1)
}
