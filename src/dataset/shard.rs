//! Parts of a data set, measured apart and merged later.

use std::fmt;
use std::str::FromStr;

/// One of `of` parts of the photos, `1 <= part <= of`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// 1-based.
    pub part: usize,
    /// Number of parts.
    pub of: usize,
}

impl Shard {
    /// Whether the photo at `index`, 0-based in stable order, belongs to this part.
    #[must_use]
    pub const fn holds(self, index: usize) -> bool {
        index % self.of == self.part - 1
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}/{}", self.part, self.of)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.split_once('/')
            .and_then(|(part, of)| Some((part.parse().ok()?, of.parse().ok()?)))
            .filter(|(part, of)| (1..=*of).contains(part))
            .map(|(part, of)| Self { part, of })
            .ok_or_else(|| "expected I/N with I from 1 to N, such as 2/8".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shards_are_one_based() {
        assert_eq!("2/3".parse(), Ok(Shard { part: 2, of: 3 }));
        for wrong in ["0/3", "4/3", "1/0", "1", "a/b", "1/2/3"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn every_photo_belongs_to_exactly_one_shard(of in 1_usize..20, index in 0_usize..1000) {
            let holders = (1..=of).filter(|part| Shard { part: *part, of }.holds(index)).count();
            prop_assert_eq!(holders, 1);
        }
    }
}
