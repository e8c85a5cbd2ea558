//! Decoding in processes of its own, so that a file that crashes, hangs or bloats a decoder costs one photo and not the run.
//!
//! A worker is this very binary, started with [`COMMAND`] as its only argument. It lives as long as the run, decodes one photo after
//! another, and is replaced when it dies or is killed; there is never one process a photo. It gets the photo's bytes and gives
//! pixels as displayed, both through pipes: it opens no file. Only pixels are made there; EXIF is read by the measuring
//! process, in safe Rust.
//!
//! What it may use is bounded from inside (each decoder's own limits), from outside (the system's limit of its address
//! space) and in time (the photo's timeout, at which it is killed). It ends by itself with the measuring process.

mod confine;
mod pool;
mod process;
mod serve;
mod wire;

pub use pool::{WorkerPool, WorkerTotals};
pub use process::program;
pub use serve::serve;

/// The argument that makes the binary a worker; not for people.
pub const COMMAND: &str = "decode-worker";
