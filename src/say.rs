//! Words for the user, on standard error.

use std::fmt::Display;
use std::io::Write;

/// Writes a line to standard error. One that cannot be written, as on a full disk, harms nothing: the exit code and the
/// reports say what became of the run.
pub fn say(text: impl Display) {
    let _ = writeln!(anstream::stderr().lock(), "{text}");
}

/// `1 photo`, `2 photos`.
#[must_use]
pub fn counted<N: Display + PartialEq + From<u8>>(count: N, thing: &str) -> String {
    let ending = if count == N::from(1) { "" } else { "s" };
    format!("{count} {thing}{ending}")
}

/// Text without control characters: names of files come from strangers, and a terminal obeys escape sequences.
#[must_use]
pub fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_photo_is_not_one_photos() {
        assert_eq!(counted(1_usize, "photo"), "1 photo");
        assert_eq!(counted(0_u64, "photo"), "0 photos");
    }
}
