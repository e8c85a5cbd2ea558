//! Named kinds of rooms and photos, and the numbers that each draws.

use std::{fmt, str::FromStr};

use super::draw::Draw;

/// A kind of room and of camera position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scenario {
    /// A box room as the metrology study samples it: both ends, floor line and ceiling line of the opposite wall in view.
    Nominal,
    /// Nominal, with every fifth ceiling 260-320 cm.
    Tall,
    /// Tall, with low cameras and odd door heights.
    Wild,
    /// Nominal with two to four pieces of furniture, most of them against the opposite wall.
    Furnished,
    /// Exactly one end of the opposite wall outside the frame.
    Cut,
    /// One side of the ceiling slopes down.
    Attic,
    /// Two walls at 30-60 degrees.
    Corner,
    /// Nominal with higher ceilings and cameras than the usual priors expect.
    Shifted,
    /// Nominal with ceilings near the 240 cm below which building codes allow none.
    Low,
    /// A footprint with a corner taken out.
    LShaped,
    /// A large room of several parts.
    OpenPlan,
    /// A narrow, long room.
    Corridor,
    /// A lens of 13-16 mm equivalent.
    UltraWide,
    /// A view over a laid table or a worktop into a room full of things, as people take photos of kitchens and dining rooms.
    Crowded,
}

/// A scenario name that is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown scenario {name:?}; known are {known}", known = Scenario::ALL.map(Scenario::name).join(", "))]
pub struct UnknownScenario {
    name: String,
}

impl Scenario {
    /// All scenarios.
    pub const ALL: [Self; 14] = [
        Self::Nominal,
        Self::Tall,
        Self::Wild,
        Self::Furnished,
        Self::Cut,
        Self::Attic,
        Self::Corner,
        Self::Shifted,
        Self::Low,
        Self::LShaped,
        Self::OpenPlan,
        Self::Corridor,
        Self::UltraWide,
        Self::Crowded,
    ];

    /// The name on the command line and in the ground truth.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nominal => "nominal",
            Self::Tall => "tall",
            Self::Wild => "wild",
            Self::Furnished => "furnished",
            Self::Cut => "cut",
            Self::Attic => "attic",
            Self::Corner => "corner",
            Self::Shifted => "shifted",
            Self::Low => "low",
            Self::LShaped => "l_shaped",
            Self::OpenPlan => "open_plan",
            Self::Corridor => "corridor",
            Self::UltraWide => "ultra_wide",
            Self::Crowded => "crowded",
        }
    }

    /// Whether both ends, the floor line and the ceiling line of the opposite wall must be in view.
    pub(super) const fn shows_whole_wall(self) -> bool {
        matches!(
            self,
            Self::Nominal | Self::Tall | Self::Wild | Self::Furnished | Self::Shifted | Self::Low
        )
    }

    /// Ceiling height, metres.
    pub(super) fn ceiling(self, draw: &mut Draw) -> f32 {
        let tall = matches!(self, Self::Tall | Self::Wild) && draw.chance(0.2);
        match self {
            _ if tall => draw.uniform(2.6, 3.2),
            Self::Shifted => draw.normal(2.75, 0.15),
            Self::Low => draw.normal(2.4, 0.05),
            Self::OpenPlan => draw.normal(2.7, 0.2),
            _ => draw.normal(2.6, 0.12),
        }
        .clamp(2.15, 3.6)
    }

    /// Height of the lens above the floor, metres.
    pub(super) fn camera_height(self, draw: &mut Draw) -> f32 {
        let low = matches!(self, Self::Wild) && draw.chance(0.15);
        // Some sit at the table.
        let seated = matches!(self, Self::Crowded) && draw.chance(0.25);
        match self {
            _ if low => draw.normal(1.15, 0.12),
            _ if seated => draw.normal(1.2, 0.07),
            Self::Shifted => draw.normal(1.6, 0.12),
            Self::Nominal | Self::Tall | Self::Wild | Self::Furnished | Self::Cut | Self::Low => {
                draw.normal(1.5, 0.12)
            }
            _ => {
                if draw.chance(0.15) {
                    draw.uniform(0.6, 2.0)
                } else {
                    draw.normal(1.5, 0.14)
                }
            }
        }
        .clamp(0.5, 2.05)
    }

    /// Height of a door leaf, metres.
    pub(super) fn door_height(self, draw: &mut Draw) -> f32 {
        if matches!(self, Self::Wild) && draw.chance(0.2) {
            draw.uniform(1.9, 2.3)
        } else {
            draw.normal(2.04, 0.035)
        }
        .clamp(1.85, 2.35)
    }

    /// 35 mm equivalent focal length, a whole number as EXIF stores it. 23-27 mm are 74-65 degrees of a 4:3 picture's width.
    pub(super) fn focal_35mm(self, draw: &mut Draw) -> u16 {
        match self {
            Self::UltraWide => 13 + draw.below(4) as u16,
            _ => 23 + draw.below(5) as u16,
        }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Scenario {
    type Err = UnknownScenario;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|scenario| scenario.name() == name)
            .ok_or_else(|| UnknownScenario {
                name: name.to_owned(),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back() {
        for scenario in Scenario::ALL {
            assert_eq!(scenario.name().parse(), Ok(scenario));
        }
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_known_ones() {
        let message = "cellar".parse::<Scenario>().unwrap_err().to_string();
        assert!(message.contains("cellar") && message.contains("l_shaped"));
    }
}
