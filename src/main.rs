//! The `measure-bench` binary: parse, run, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    silence_telemetry();
    let arguments: Vec<_> = std::env::args_os().collect();
    measure_bench::commands::run(&arguments).into()
}

/// Official builds of ONNX Runtime keep a device number and a queue of events for their maker in the user's cache folder, also when
/// their interface is told to send none. Only this variable keeps them from it, and they read it when they are loaded.
#[allow(unsafe_code)]
fn silence_telemetry() {
    // SAFETY: the first thing that the program does; no other thread exists that could read the environment meanwhile.
    unsafe { std::env::set_var("ORT_DISABLE_TELEMETRY", "1") };
}
