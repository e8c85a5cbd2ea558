//! A room with its ends in and out of view.

use super::super::box_fit::BoxProblem;
use super::super::surfaces::SurfaceMap;
use super::super::wall_ends;
use super::{Evidence, Hypothesis, LONG_DESCENT, end_visible};
use crate::geometry::room_box::RoomBox;
use crate::geometry::room_box::parameter::ENDS;
use crate::geometry::side::Side;

/// Where an end out of view is put, in half widths of the picture.
const OUTSIDE: f64 = 1.3;
/// Tangent of an end that lies so far out that its ray points away from the wall.
pub const FAR: f64 = 6.0;
/// Variants less probable than this are left out.
const NEGLIGIBLE: f64 = 0.01;

/// Whether the wall's end on one side lies so far from the frame's sides that it is in view without doubt.
pub fn is_well_inside(room: &RoomBox, side: Side, map: &SurfaceMap) -> bool {
    let [middle, half_width] = map.columns_px();
    room.end_column(room.0[side.of(ENDS)])
        .is_some_and(|x| (x - middle).abs() < wall_ends::INSIDE * half_width)
}

/// The room of `best` with each of its ends in and out of view, as far as that is likely; likelier ones first.
pub fn variants(problem: &BoxProblem, evidence: &Evidence, best: &Hypothesis) -> Vec<Hypothesis> {
    let Evidence {
        noise,
        edges,
        map,
        hiding,
    } = evidence;
    let room = best.room();
    let [middle, half_width] = map.columns_px();
    // Each side's possibilities: visible with a corner or as fitted, or out of view, with their probabilities.
    let ways = Side::BOTH.map(|side| {
        if is_well_inside(&room, side, map) {
            return vec![(1.0, true, None)];
        }
        if let Some(edge) = side.of(*hiding) {
            return vec![(1.0, true, Some(edge))];
        }
        let ln_likelihood = |tried: &RoomBox| {
            let end = tried.0[side.of(ENDS)];
            end_visible(tried, end, map)
                .then(|| [-noise.cost(tried), edges.ln_likelihood(tried, end, map)])
        };
        let sight = wall_ends::look(&room, side, noise, map, ln_likelihood);
        vec![
            (sight.visible, true, sight.corner),
            (1.0 - sight.visible, false, None),
        ]
    });
    let mut found: Vec<Hypothesis> = Vec::new();
    for left in &ways[0] {
        for right in &ways[1] {
            let probability = left.0 * right.0;
            if probability < NEGLIGIBLE {
                continue;
            }
            let mut start = room;
            let mut fitted = *problem;
            for (side, way) in Side::BOTH.into_iter().zip([left, right]) {
                let (end, outwards) = (side.of(ENDS), side.sign());
                if let Some(corner) = way.2 {
                    *side.of(fitted.corners.each_mut()) = Some(corner);
                    let tangent = room.tangent_at(corner.pixel).unwrap_or(outwards * FAR);
                    start = start.with_end(end, tangent);
                } else if !way.1 {
                    let outside = room.tangent_at([middle + outwards * OUTSIDE * half_width, 0.0]);
                    let outside = outside.unwrap_or(outwards * FAR);
                    let outside = outwards * (outwards * outside).max(outwards * start.0[end]);
                    start = start.with_end(end, outside);
                }
            }
            found.push(Hypothesis {
                minimum: fitted.descend(start.0, LONG_DESCENT),
                ends_visible: [left.1, right.1],
                score: -probability.ln(),
            });
        }
    }
    found.sort_by(|a, b| a.score.total_cmp(&b.score));
    found
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::paint::{IMAGE, bare, paint, room};
    use super::*;

    #[test]
    fn an_end_is_in_view_without_doubt_near_neither_side_of_the_frame() {
        let room = room([0.0; 3], 2.6, 1.7, [-0.4, 0.4]);
        let map = SurfaceMap::new(&paint(&room, bare), IMAGE);
        // The frame's sides are at the tangents -0.69 and 0.69.
        for (tangent, inside) in [
            (-0.9, false),
            (-0.65, false),
            (-0.4, true),
            (0.4, true),
            (0.65, false),
            (0.9, false),
        ] {
            for side in Side::BOTH {
                let moved = room.with_end(side.of(ENDS), tangent);
                assert_eq!(is_well_inside(&moved, side, &map), inside, "{tangent}");
            }
        }
    }
}
