//! How many photos may miss something.

use std::fmt;
use std::str::FromStr;

/// A number of photos, or a share of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Tolerance {
    /// At most this many.
    Photos(usize),
    /// At most this many percent.
    Percent(f64),
}

impl Default for Tolerance {
    fn default() -> Self {
        Self::Photos(0)
    }
}

impl Tolerance {
    /// Whether `count` of `total` photos is within it.
    #[must_use]
    pub fn allows(self, count: usize, total: usize) -> bool {
        match self {
            Self::Photos(most) => count <= most,
            Self::Percent(most) => count as f64 * 100.0 <= most * total as f64,
        }
    }
}

impl fmt::Display for Tolerance {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Photos(most) => write!(f, "{most}"),
            Self::Percent(most) => write!(f, "{most}%"),
        }
    }
}

impl FromStr for Tolerance {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = match text.strip_suffix('%') {
            Some(percent) => percent
                .parse()
                .ok()
                .filter(|p| (0.0..=100.0).contains(p))
                .map(Self::Percent),
            None => text.parse().ok().map(Self::Photos),
        };
        parsed.ok_or_else(|| "expected a number of photos, or a share such as 5%".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tolerance_is_a_count_or_a_share() {
        assert!("5%".parse::<Tolerance>().unwrap().allows(1, 20));
        assert!(!"5%".parse::<Tolerance>().unwrap().allows(2, 20));
        assert!("1".parse::<Tolerance>().unwrap().allows(1, 1));
        assert!(!Tolerance::default().allows(1, 1000));
        for wrong in ["-1", "101%", "x", "", "1.5"] {
            assert!(wrong.parse::<Tolerance>().is_err(), "{wrong}");
        }
    }
}
