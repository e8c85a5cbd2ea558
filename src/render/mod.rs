//! Synthetic rooms with exact truth: the training pictures, fixtures and study data of this project.
//!
//! A photo is drawn in steps, each in a file of its own: a [`Scenario`] names the numbers, `plan` draws the footprint and the
//! openings, `stance` the camera and the opposite wall, `ensemble`, `furnish`, `dressing` and
//! `furniture` fill the room, `scene` is what rays meet,
//! `light_source`, `light` and `picture` shade it, `film` spoils it like a phone's camera, `exif` and `write` put it into files.
//!
//! The room's frame is right-handed, metres: x to the right along the wall that the camera looks at, y towards it, z up; the
//! floor is z = 0. Colours are linear.

mod apertures;
mod draw;
mod dressing;
mod ensemble;
mod exif;
mod film;
mod furnish;
mod furniture;
mod labelled;
mod light;
mod light_source;
mod material;
mod noise;
mod opening;
mod palette;
mod picture;
mod plain;
mod plan;
mod room;
mod roughen;
mod scenario;
mod scene;
mod shell;
mod solid;
mod stance;
mod truth;
mod view;
mod write;

pub use labelled::{LabelledRoom, labelled_room};
pub use plain::plain_room;
pub use scenario::{Scenario, UnknownScenario};
pub use truth::{PhotoTruth, StyleTruth, WindowTruth};
pub use write::{
    PhotoFormat, RenderError, RoomsOptions, RoomsSummary, UnknownFormat, UnknownSize, parse_size,
    write_rooms,
};

/// A point or direction of the room, metres.
type Vec3 = nalgebra::Vector3<f32>;
/// Linear red, green and blue.
type Rgb = nalgebra::Vector3<f32>;
