//! Left and right.

use serde::{Deserialize, Serialize};

/// The side of the opposite wall, seen upright, on which something lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// To the left.
    Left,
    /// To the right.
    Right,
}

impl Side {
    /// Both, in the order in which pairs have them.
    pub const BOTH: [Self; 2] = [Self::Left, Self::Right];

    /// Which of a pair is this side's.
    pub fn of<T>(self, [left, right]: [T; 2]) -> T {
        match self {
            Self::Left => left,
            Self::Right => right,
        }
    }

    /// Direction of the side along an axis that points to the right.
    #[must_use]
    pub const fn sign(self) -> f64 {
        match self {
            Self::Left => -1.0,
            Self::Right => 1.0,
        }
    }
}
