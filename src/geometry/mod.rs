//! Pure geometry: frames, cameras, lines, boxes. Knows nothing of files, networks or terminals.

pub mod camera;
