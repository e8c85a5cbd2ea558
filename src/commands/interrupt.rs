//! Ctrl-C.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::exit_code::ExitCode;
use crate::options::Verbosity;
use crate::say::say;

/// The process is ending, while its other threads still run.
static ENDING: AtomicBool = AtomicBool::new(false);

/// Never returns once the second Ctrl-C has come. The end of the process takes ONNX Runtime down while it works: the photo that
/// fails by that is no result, and is not to be saved.
pub(super) fn stop_if_ending() {
    while ENDING.load(Ordering::SeqCst) {
        std::thread::park();
    }
}

/// The first Ctrl-C ends the run after the photos in work, the second one at once.
pub(super) fn watch(verbosity: Verbosity) -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&flag);
    let watching = ctrlc::set_handler(move || {
        if seen.swap(true, Ordering::Relaxed) {
            ENDING.store(true, Ordering::SeqCst);
            std::process::exit(ExitCode::Interrupted.code().into());
        }
    });
    // Without a handler Ctrl-C ends the process at once, as it does everywhere; the run itself is not harmed.
    if let (Err(error), Verbosity::Verbose) = (watching, verbosity) {
        say(format!("note: Ctrl-C will lose unfinished work: {error}"));
    }
    flag
}
