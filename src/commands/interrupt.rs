//! Ctrl-C.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::exit_code::ExitCode;
use crate::options::Verbosity;

/// The first Ctrl-C ends the run after the photos in work, the second one at once.
pub(super) fn watch(verbosity: Verbosity) -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&flag);
    let watching = ctrlc::set_handler(move || {
        if seen.swap(true, Ordering::Relaxed) {
            std::process::exit(ExitCode::Interrupted.code().into());
        }
    });
    // Without a handler Ctrl-C ends the process at once, as it does everywhere; the run itself is not harmed.
    if let (Err(error), Verbosity::Verbose) = (watching, verbosity) {
        anstream::eprintln!("note: Ctrl-C will lose unfinished work: {error}");
    }
    flag
}
