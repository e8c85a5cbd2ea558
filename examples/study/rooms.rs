//! A room of the study, with what its photo's metadata would say.

use std::{fmt, str::FromStr};

use anyhow::{Result, bail};
use measure_bench::ade20k::DOOR;
use measure_bench::geometry::camera::{Focal, FocalSource};
use measure_bench::render::{LabelledRoom, Scenario, labelled_room, plain_room};

/// Long and short side of the label maps, px.
const SIZE: [u32; 2] = [512, 384];
/// Boundary noise in px at 1024 px; rooms take these in turn.
const ROUGHENING_PX: [f32; 5] = [2.0, 3.0, 4.0, 5.0, 6.0];
/// A user's ceiling height is off by these, cm, in turn.
const CEILING_ERRORS_CM: [f64; 5] = [-2.0, -1.0, 0.0, 1.0, 2.0];
/// The share of the picture from which a door counts as visible.
const DOOR_SHARE: f64 = 0.01;
/// The 35 mm frame's diagonal, mm.
const FRAME_DIAGONAL_MM: f64 = 43.267;

/// Who draws the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Boxes, as the metrology study draws them.
    Plain,
    /// The renderer's rooms.
    Rendered,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "plain",
            Self::Rendered => "rendered",
        })
    }
}

impl FromStr for Kind {
    type Err = anyhow::Error;

    fn from_str(name: &str) -> Result<Self> {
        [Self::Plain, Self::Rendered]
            .into_iter()
            .find(|kind| kind.to_string() == name)
            .map_or_else(|| bail!("unknown kind {name:?}: plain or rendered"), Ok)
    }
}

/// A room and what its photo would say of itself.
pub struct Room {
    pub index: u64,
    pub drawn: LabelledRoom,
    /// As EXIF has it: whole millimetres of 35 mm equivalent.
    pub focal: Focal,
    /// How far off a user's ceiling height is.
    pub ceiling_error_cm: f64,
}

impl Room {
    pub fn new(kind: Kind, seed: u64, index: u64, scenario: Scenario) -> Result<Self> {
        let nth = index as usize;
        let roughening = ROUGHENING_PX[nth % ROUGHENING_PX.len()];
        let drawn = match kind {
            Kind::Plain => plain_room(seed, index, scenario, SIZE, roughening)?,
            Kind::Rendered => labelled_room(seed, index, Some(scenario), SIZE, roughening)?,
        };
        let px_per_mm = drawn.size.diagonal() / FRAME_DIAGONAL_MM;
        let focal = Focal {
            px: (drawn.truth.focal_px / px_per_mm).round() * px_per_mm,
            sigma_ln: 0.015,
            source: FocalSource::Exif35mm,
        };
        Ok(Self {
            index,
            drawn,
            focal,
            ceiling_error_cm: CEILING_ERRORS_CM[nth / 7 % CEILING_ERRORS_CM.len()],
        })
    }

    pub fn shows_door(&self) -> bool {
        let classes = self.drawn.labels.classes();
        let door = classes.iter().filter(|&&class| class == DOOR).count();
        door as f64 > DOOR_SHARE * classes.len() as f64
    }
}
