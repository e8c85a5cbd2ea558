//! The worker's side.

use std::io;

use super::{confine, wire};
use crate::exit_code::ExitCode;
use crate::photo::decode_pixels;

/// Decodes what comes through standard input until it ends.
#[must_use]
pub fn serve() -> ExitCode {
    match serve_all() {
        Ok(()) => ExitCode::Success,
        // The measuring process sees the pipe end, and says so; here nobody reads.
        Err(_) => ExitCode::Failure,
    }
}

fn serve_all() -> io::Result<()> {
    confine::end_with_parent();
    let mut answers = confine::answers()?;
    let mut requests = io::stdin().lock();
    while let Some((request, bytes)) = wire::read_request(&mut requests)? {
        confine::limit_memory(request.limits.max_decode_bytes);
        let reply = decode_pixels(&bytes, &request);
        drop(bytes);
        wire::write_reply(&mut answers, &reply)?;
    }
    Ok(())
}
