//! The opposite wall's heights under a roof.

use crate::geometry::room_box::RoomBox;

/// How high the opposite wall is under a roof.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slope {
    /// Height where the visible top is lowest, camera heights.
    pub lowest: f64,
    /// Height where the wall is highest, camera heights.
    pub highest: f64,
    /// Somewhere the wall reaches the level ceiling.
    pub reaches_ceiling: bool,
}

/// The heights of `room`'s opposite wall between the tangents `ends`; `None` where the ceiling is level over it.
#[must_use]
pub fn find(room: &RoomBox, ends: [f64; 2]) -> Option<Slope> {
    room.roof()?;
    let height = room.height();
    let [left, right] = ends.map(|end| room.top_at(end * room.distance()));
    let (lowest, highest) = (left.min(right), left.max(right));
    (lowest < height).then_some(Slope {
        lowest,
        highest,
        reaches_ceiling: highest >= height,
    })
}
