//! A photo's time: one limit for all its stages together. Waiting for other photos does not count.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// A photo took longer than it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("took longer than {} s (see --timeout)", .limit.as_secs_f64())]
pub struct TimedOut {
    /// The photo's time.
    pub limit: Duration,
}

/// When a stage that begins now has to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    at: Instant,
    limit: Duration,
}

impl Deadline {
    /// For a photo that may take `limit` and whose earlier stages took `spent`.
    #[must_use]
    pub fn of(limit: Duration, spent: Duration) -> Self {
        Self {
            at: Instant::now() + limit.saturating_sub(spent),
            limit,
        }
    }

    /// The one that comes first.
    #[must_use]
    pub fn earlier(self, other: Self) -> Self {
        if other.at < self.at { other } else { self }
    }

    /// The same photo's, as if the time since `left` was left had been another's.
    #[must_use]
    pub fn resumed(self, left: Duration) -> Self {
        Self {
            at: Instant::now() + left,
            ..self
        }
    }

    /// The time that is left.
    #[must_use]
    pub fn left(&self) -> Duration {
        self.at.saturating_duration_since(Instant::now())
    }

    /// An error once no time is left.
    ///
    /// # Errors
    /// [`TimedOut`].
    pub fn check(&self) -> Result<(), TimedOut> {
        if self.left().is_zero() {
            return Err(self.missed());
        }
        Ok(())
    }

    /// The error of a photo that missed it.
    #[must_use]
    pub fn missed(&self) -> TimedOut {
        TimedOut { limit: self.limit }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn earlier_stages_count_and_the_message_names_the_whole_limit() {
        let limit = Duration::from_secs(60);
        let deadline = Deadline::of(limit, Duration::from_secs(20));
        assert!(deadline.left() <= Duration::from_secs(40) && deadline.check().is_ok());
        let missed = Deadline::of(limit, Duration::from_secs(61))
            .check()
            .unwrap_err();
        assert_eq!(missed.to_string(), "took longer than 60 s (see --timeout)");
    }
}
