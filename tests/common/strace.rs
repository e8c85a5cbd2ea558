//! strace, which shows and alters what the system answers to the binary.

use std::process::Command;

/// Whether strace works here. It has to be installed (the project's own script does so), but may be forbidden.
pub fn may_trace() -> bool {
    let Ok(run) = Command::new("strace")
        .args(["-o", "/dev/null", "true"])
        .output()
    else {
        panic!(
            "strace is not installed; `make test` installs it (scripts/install-system-packages.sh)"
        );
    };
    if !run.status.success() {
        eprintln!("skipped: strace may not trace here: {run:?}");
    }
    run.status.success()
}
