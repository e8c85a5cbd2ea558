//! Whether a wall's end is seen as an edge of the photo, and what rules it out.
//!
//! Where two walls meet, light and often paint change along a vertical line, be the floor hidden and the ceiling out of view. No
//! edge where an end would show one speaks against it, too; both say little where the walls are full of edges anyway, as panels
//! and striped papers are. And no corner runs through a window, a door or a picture.

use nalgebra::Vector3;

use super::surfaces::SurfaceMap;
use crate::ade20k::{ClassIndex, DOOR, PAINTING, RADIATOR, TELEVISION, WALL, is_window};
use crate::geometry::camera::{ImageSize, LineSegment};
use crate::geometry::room_box::RoomBox;

/// Places looked at along an end, from floor to ceiling.
const PLACES: u32 = 32;
/// An end of which fewer places show bare wall on both sides is not in view.
const LEAST_PLACES: u32 = 6;
/// Bare wall is looked for so far beside an end, and edges so near to it: shares of the picture's long side.
const BESIDE: f64 = 0.014;
const NEAR: f64 = 0.006;
/// An end is seen when edges run along this share of it.
const SEEN_SHARE: f64 = 0.4;
/// Of ends that could be seen, how many are: the others' walls are alike in light and paint. In renders it is a quarter.
const SEEN_ENDS: f64 = 0.3;
/// An end with so many places inside one and the same thing on the wall is none, and how unlikely it is that the labels are wrong.
const RULING_OUT: u32 = 3;
const LN_RULED_OUT: f64 = -4.0;
/// Columns at which it is tried how often an end would be seen where none is, and what is taken for usual, as so many columns.
const COLUMNS: u32 = 24;
const USUAL: [f64; 2] = [1.0, 12.0];

/// The near-vertical edges of a photo.
#[derive(Debug, Clone)]
pub struct CornerEdges {
    /// Px from the middle of the picture, from above to below.
    segments: Vec<LineSegment>,
    long_side_px: f64,
    /// How often an end would be seen where none is.
    chance: f64,
}

impl CornerEdges {
    /// `segments` of a photo of size `image`, px of it, on whose walls, `map`, vertical lines run as in `room`.
    #[must_use]
    pub fn new(
        segments: &[LineSegment],
        image: ImageSize,
        map: &SurfaceMap,
        room: &RoomBox,
    ) -> Self {
        let middle = [f64::from(image.width) / 2.0, f64::from(image.height) / 2.0];
        let centred = |[x, y]: [f64; 2]| [x - middle[0], y - middle[1]];
        let segments = segments.iter().map(|segment| {
            let (from, to) = (centred(segment.from), centred(segment.to));
            if from[1] <= to[1] {
                LineSegment { from, to }
            } else {
                LineSegment { from: to, to: from }
            }
        });
        let mut edges = Self {
            segments: segments.collect(),
            long_side_px: 2.0 * middle[0].max(middle[1]),
            chance: 1.0,
        };
        let (mut seen, mut all) = (USUAL[0], USUAL[1]);
        let [middle, half_width] = map.columns_px();
        for column in 0..COLUMNS {
            let share = (2.0 * f64::from(column) + 1.0) / f64::from(COLUMNS) - 1.0;
            if let Some(end) = room.tangent_at([middle + share * half_width, 0.0])
                && let Some(share) = edges.sighting(room, end, map).seen_share()
            {
                all += 1.0;
                seen += f64::from(u8::from(share >= SEEN_SHARE));
            }
        }
        edges.chance = (seen / all).min(SEEN_ENDS);
        edges
    }

    /// Logarithm of how much likelier photo and labels are with an end of `room`'s opposite wall at the tangent `end` than without; 0
    /// where that cannot be seen.
    #[must_use]
    pub fn ln_likelihood(&self, room: &RoomBox, end: f64, map: &SurfaceMap) -> f64 {
        let sighting = self.sighting(room, end, map);
        if sighting.things >= RULING_OUT {
            return LN_RULED_OUT;
        }
        match sighting.seen_share() {
            Some(share) if share >= SEEN_SHARE => (SEEN_ENDS / self.chance).ln(),
            Some(_) if !self.segments.is_empty() => ((1.0 - SEEN_ENDS) / (1.0 - self.chance)).ln(),
            _ => 0.0,
        }
    }

    /// What shows along an end.
    fn sighting(&self, room: &RoomBox, end: f64, map: &SurfaceMap) -> Sighting {
        let mut found = Sighting::default();
        for (pixel, beside) in self.places(room, end, map) {
            if beside == [WALL; 2] {
                found.bare += 1;
                found.seen += u32::from(self.runs_by(pixel));
            } else if is_thing(beside) {
                found.things += 1;
            }
        }
        found
    }

    /// Places along an end, from floor to ceiling, as far as they are in view, with the classes on their left and right.
    fn places(
        &self,
        room: &RoomBox,
        end: f64,
        map: &SurfaceMap,
    ) -> impl Iterator<Item = ([f64; 2], [ClassIndex; 2])> {
        let distance = room.distance();
        let top = room.top_at(end * distance);
        let beside = BESIDE * self.long_side_px;
        let [middle, half_width] = map.columns_px();
        // Beside the frame, what shows at its side goes on.
        let class = move |u: f64, v: f64| {
            let side = half_width - 1e-6 * half_width;
            map.class_at([u.clamp(middle - side, middle + side), v])
        };
        (0..PLACES).filter_map(move |place| {
            let y = 1.0 - top * (f64::from(place) + 0.5) / f64::from(PLACES);
            let [u, v] = room.project(Vector3::new(end * distance, y, distance))?;
            Some(([u, v], [class(u - beside, v), class(u + beside, v)]))
        })
    }

    fn runs_by(&self, [u, v]: [f64; 2]) -> bool {
        let near = NEAR * self.long_side_px;
        self.segments.iter().any(|LineSegment { from, to }| {
            let height = to[1] - from[1];
            (from[1] - near..=to[1] + near).contains(&v)
                && height > 0.0
                && (from[0] + (to[0] - from[0]) * (v - from[1]) / height - u).abs() < near
        })
    }
}

/// How many places along an end show what.
#[derive(Debug, Clone, Copy, Default)]
struct Sighting {
    /// Bare wall on both sides.
    bare: u32,
    /// An edge, of those.
    seen: u32,
    /// One and the same thing on both sides.
    things: u32,
}

impl Sighting {
    /// Along which share of an end edges run, of what shows bare wall on both sides; `None` where too little does.
    fn seen_share(self) -> Option<f64> {
        (self.bare >= LEAST_PLACES).then(|| f64::from(self.seen) / f64::from(self.bare))
    }
}

/// Whether both sides show one thing that hangs on a wall or is let into it, and that no corner runs through.
fn is_thing([left, right]: [ClassIndex; 2]) -> bool {
    let ends_before_corners =
        |class| is_window(class) || matches!(class, DOOR | PAINTING | TELEVISION | RADIATOR);
    ends_before_corners(left) && (left == right || is_window(left) && is_window(right))
}

#[cfg(test)]
mod tests {
    use super::super::tests::paint::{IMAGE, bare, paint, room};
    use super::*;
    use crate::geometry::room_box::parameter::RIGHT;
    use crate::label_map::LabelMap;

    /// The photo's picture of a vertical line of the opposite wall at the tangent `at`, from `low` to `high`, shares of its height.
    fn vertical(room: &RoomBox, at: f64, [low, high]: [f64; 2]) -> LineSegment {
        let [from, to] = [low, high].map(|share| {
            let y = 1.0 - share * room.height();
            let point = Vector3::new(at * room.distance(), y, room.distance());
            let [u, v] = room.project(point).unwrap();
            [
                u + f64::from(IMAGE.width) / 2.0,
                v + f64::from(IMAGE.height) / 2.0,
            ]
        });
        LineSegment { from, to }
    }

    fn ln_likelihood(segments: &[LineSegment], room: &RoomBox, labels: &LabelMap) -> f64 {
        let map = SurfaceMap::new(labels, IMAGE);
        CornerEdges::new(segments, IMAGE, &map, room).ln_likelihood(room, room.0[RIGHT], &map)
    }

    #[test]
    fn an_edge_along_an_end_speaks_for_it_and_one_elsewhere_against() {
        let room = room([-4.0, 1.0, 9.0], 2.6, 1.7, [-0.38, 0.45]);
        let labels = paint(&room, bare);
        let speaks =
            |at: f64, part: [f64; 2]| ln_likelihood(&[vertical(&room, at, part)], &room, &labels);
        assert!(speaks(0.45, [0.1, 0.9]) > 1.0);
        assert!(speaks(0.45, [0.8, 0.95]) < 0.0, "too short");
        assert!(speaks(0.2, [0.1, 0.9]) < 0.0, "elsewhere");
        assert_eq!(ln_likelihood(&[], &room, &labels), 0.0);
    }

    #[test]
    fn on_a_striped_wall_an_edge_says_little() {
        let room = room([0.0, 0.0, 5.0], 2.6, 1.7, [-0.38, 0.45]);
        let labels = paint(&room, bare);
        let stripes: Vec<LineSegment> = (-60..=60)
            .map(|i| vertical(&room, 0.45 + 0.01 * f64::from(i), [0.0, 1.0]))
            .collect();
        assert!(ln_likelihood(&stripes, &room, &labels).abs() < 0.2);
    }

    #[test]
    fn no_corner_runs_through_a_window() {
        let room = room([0.0, 0.0, 5.0], 2.6, 1.7, [-0.38, 0.45]);
        let window = |from: f64| {
            paint(&room, |seen| match (bare(seen), seen.on_wall) {
                (WALL, Some([x, height])) if x > from * 2.6 && (0.5..1.5).contains(&height) => {
                    crate::ade20k::WINDOWPANE
                }
                (WALL, None) => crate::ade20k::WINDOWPANE,
                (class, _) => class,
            })
        };
        assert!(ln_likelihood(&[], &room, &window(0.2)) < -2.0);
        // Beyond the corner hangs another one.
        assert_eq!(ln_likelihood(&[], &room, &window(0.45)), 0.0);
    }

    #[test]
    fn the_side_of_a_window_is_no_corner() {
        let room = room([0.0, 0.0, 5.0], 2.6, 1.7, [-0.38, 0.45]);
        let labels = paint(&room, |seen| match bare(seen) {
            WALL if seen.on_wall.is_some_and(|[x, _]| x > 0.4 * 2.6) => crate::ade20k::WINDOWPANE,
            class => class,
        });
        let side = vertical(&room, 0.45, [0.0, 1.0]);
        assert_eq!(ln_likelihood(&[side], &room, &labels), 0.0);
    }
}
