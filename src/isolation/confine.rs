//! What the system holds a worker to.

#[cfg(unix)]
use crate::memory;

/// Ends this process with the one that started it, also when that one is killed.
#[cfg(target_os = "linux")]
pub(super) fn end_with_parent() {
    // Where the system refuses, the end of standard input ends an idle worker all the same.
    let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
}

#[cfg(not(target_os = "linux"))]
pub(super) fn end_with_parent() {}

/// Address space that decoding needs beside its allocations: stacks of threads and reserves of the allocator, of which only
/// a small part is ever touched.
#[cfg(unix)]
const OVERHEAD_BYTES: u64 = 256 << 20;

/// Makes allocations fail once decoding holds more than `decode_bytes`.
#[cfg(unix)]
pub(super) fn limit_memory(decode_bytes: u64) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    use std::sync::OnceLock;
    /// What the worker occupies before its first photo: the binary and its libraries.
    static AT_START: OnceLock<Option<u64>> = OnceLock::new();
    // Where the system does not tell, the decoders' own limits hold; as they do where it refuses.
    let Some(at_start) = *AT_START.get_or_init(memory::address_space_bytes) else {
        return;
    };
    let limit = Rlimit {
        current: Some(decode_bytes.saturating_add(at_start + OVERHEAD_BYTES)),
        // Left as it is, so that the limit can follow the request.
        maximum: getrlimit(Resource::As).maximum,
    };
    let _ = setrlimit(Resource::As, limit);
}

#[cfg(not(unix))]
pub(super) fn limit_memory(_: u64) {}

/// Larger pipes need fewer turns between the two processes.
#[cfg(target_os = "linux")]
pub(super) fn widen(pipe: impl std::os::fd::AsFd) {
    const PIPE_BYTES: usize = 1 << 20;
    // A smaller pipe works as well, only slower.
    let _ = rustix::pipe::fcntl_setpipe_size(pipe, PIPE_BYTES);
}

#[cfg(not(target_os = "linux"))]
pub(super) fn widen<T>(_: T) {}

/// Standard output for the answers alone: what a native decoder prints goes nowhere.
#[cfg(unix)]
pub(super) fn answers() -> std::io::Result<std::fs::File> {
    let answers = rustix::io::dup(rustix::stdio::stdout())?;
    let nowhere = std::fs::File::options().write(true).open("/dev/null")?;
    rustix::stdio::dup2_stdout(&nowhere)?;
    Ok(answers.into())
}

#[cfg(not(unix))]
pub(super) fn answers() -> std::io::Result<std::io::Stdout> {
    Ok(std::io::stdout())
}
