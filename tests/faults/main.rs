//! What befalls a run in the world: each fault for real, with the exit code and the message that it has to end in.

#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot set itself up has failed"
)]

mod cloud;
mod environment;
mod interrupts;
mod isolation;
mod models;
mod outputs;
mod photos;
mod privacy;
#[path = "../common/strace.rs"]
mod strace;
mod support;
