//! Pure geometry: frames, cameras, lines, boxes. Knows nothing of files, networks or terminals.

pub mod attitude;
pub mod camera;
pub mod least_squares;
pub mod quarter_turns;
pub mod room_box;
pub mod side;
pub mod vanishing;
