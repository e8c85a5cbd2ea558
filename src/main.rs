//! The `measure-bench` binary: parse, run, exit code.

use std::process::ExitCode;

use clap::Parser;
use measure_bench::cli::Cli;

fn main() -> ExitCode {
    measure_bench::commands::run(Cli::parse()).into()
}
