//! `measure-bench rooms`: renders synthetic rooms.

use std::ops::ControlFlow;
use std::sync::atomic::Ordering;

use super::{CommandError, interrupt};
use crate::cli::rooms::RoomsArgs;
use crate::exit_code::ExitCode;
use crate::options::Verbosity;
use crate::progress::Progress;
use crate::render::{RenderError, RoomsOptions, write_rooms};
use crate::say::{counted, say};

/// Renders what the arguments ask for.
pub(super) fn run(args: RoomsArgs) -> Result<ExitCode, CommandError> {
    let options = RoomsOptions {
        out: args.out,
        count: args.count,
        seed: args.seed,
        scenario: args.scenario,
        size: args.size,
        format: args.format,
        labels_only: args.labels_only,
        roughen_px: args.roughen as f32,
    };
    let verbosity = if args.quiet {
        Verbosity::Quiet
    } else {
        Verbosity::Normal
    };
    let progress = Progress::start(options.count, verbosity);
    let interrupted = interrupt::watch(verbosity);
    let summary = write_rooms(&options, |file| {
        progress.finished("rendered", file);
        if interrupted.load(Ordering::Relaxed) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    drop(progress);
    if let Err(RenderError::Stopped) = summary {
        if verbosity > Verbosity::Quiet {
            let out = options.out.display();
            say(format!(
                "interrupted: {out} has no ground_truth.json, so it is no whole set; the same command renders all anew"
            ));
        }
        return Ok(ExitCode::Interrupted);
    }
    let summary = summary.map_err(|error| match error {
        RenderError::OthersTruth(_) | RenderError::OthersPhoto(_) | RenderError::NoFolder(_) => {
            CommandError::usage(error)
        }
        _ => CommandError::failure(error),
    })?;
    if verbosity > Verbosity::Quiet {
        say(format!(
            "{}, truth in {}",
            counted(summary.photos, "photo"),
            summary.ground_truth.display()
        ));
    }
    Ok(ExitCode::Success)
}
