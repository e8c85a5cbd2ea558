//! The process's exit codes, a contract with scripts and CI.

/// How a run ended. Where several apply, the smallest rank of [`ExitCode::worst`] wins: an interruption beats usage,
/// usage beats failure, failure beats a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitCode {
    /// All photos measured and all gates hold.
    Success,
    /// More photos than tolerated could not be measured, or the run failed.
    Failure,
    /// The command line, or a file it names, makes no sense.
    Usage,
    /// A gate was missed.
    GateMissed,
    /// Ended by the user; what was finished is saved.
    Interrupted,
}

impl ExitCode {
    /// The number that the shell sees.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Failure => 1,
            Self::Usage => 2,
            Self::GateMissed => 3,
            Self::Interrupted => 130,
        }
    }

    /// Whether it tells of an error, which is said also with `--quiet`; a missed gate is a finding.
    #[must_use]
    pub const fn is_error(self) -> bool {
        matches!(self, Self::Usage | Self::Failure)
    }

    /// Of two ends of one run the one to report.
    #[must_use]
    pub const fn worst(self, other: Self) -> Self {
        if self.rank() <= other.rank() {
            self
        } else {
            other
        }
    }

    const fn rank(self) -> u8 {
        match self {
            Self::Interrupted => 0,
            Self::Usage => 1,
            Self::Failure => 2,
            Self::GateMissed => 3,
            Self::Success => 4,
        }
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usage_beats_failure_beats_gate() {
        use ExitCode::{Failure, GateMissed, Interrupted, Success, Usage};
        for (a, b, worst) in [
            (Usage, Failure, Usage),
            (Failure, GateMissed, Failure),
            (GateMissed, Success, GateMissed),
            (Success, Success, Success),
            (Interrupted, Failure, Interrupted),
        ] {
            assert_eq!(a.worst(b), worst);
            assert_eq!(b.worst(a), worst);
        }
    }
}
