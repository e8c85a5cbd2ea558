//! The `measure-bench` binary: parse, run, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    measure_bench::commands::run(&arguments).into()
}
