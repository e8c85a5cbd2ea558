//! `measure-bench [OPTIONS] [PHOTO]...`: the main job.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use super::deliver::{Outputs, deliver};
use super::plan::Plan;
use super::{CommandError, environment};
use crate::cli::MeasureArgs;
use crate::cli::values::FallbackArg;
use crate::exit_code::ExitCode;
use crate::options::{Labeller, MeasureOptions, Verbosity};
use crate::photo::Limits;
use crate::pipeline::{self, Settings, memory::peak_rss_mb};
use crate::progress::Progress;
use crate::report::photo_result::PhotoResult;
use crate::report::schema::{Environment, Model, Report, SCHEMA_VERSION, Tool};
use crate::score::{RunTotals, score_photo, summarise};
use crate::segment::{LabelDir, ModelSource, Network, Segmenter, SegmenterInfo};

/// Measures the photos and, with ground truth, scores them.
pub(super) fn run(args: MeasureArgs) -> Result<ExitCode, CommandError> {
    let options = MeasureOptions::try_from(args).map_err(CommandError::usage)?;
    let plan = Plan::make(&options)?;
    if options.dry_run {
        print!("{}", plan.listing());
        return Ok(ExitCode::Success);
    }
    let outputs = Outputs::open(&options.output.saves)?;
    let interrupted = watch_for_interrupt(options.output.verbosity);
    let mut segmenter = segmenter(&options.labeller)?;
    let start = Instant::now();
    let results = measure(&options, &plan, segmenter.as_mut(), &interrupted)?;
    let results = scored(results, &plan);
    let totals = RunTotals {
        wall_seconds: start.elapsed().as_secs_f64(),
        peak_rss_mb: peak_rss_mb(),
    };
    let info = segmenter.describe();
    let report = Report {
        schema_version: SCHEMA_VERSION,
        generated_at: environment::now(),
        tool: Tool::this(),
        environment: Environment {
            onnx_runtime: info.onnx_runtime.clone(),
            device: info.device.map(|d| d.to_string()),
            ..environment::gather()
        },
        model: model(info),
        options: options.for_report(plan.known_photos),
        metrics: summarise(&results, totals),
        results,
        unmatched: plan.unmatched(),
        gates: Vec::new(),
        interrupted: interrupted.load(Ordering::Relaxed),
    };
    deliver(
        report,
        outputs,
        &options.output,
        &options.gates,
        options.max_errors,
    )
}

/// All results in the order of the photos; those of an interrupted run that were finished.
fn measure(
    options: &MeasureOptions,
    plan: &Plan,
    segmenter: &mut dyn Segmenter,
    interrupted: &AtomicBool,
) -> Result<Vec<Option<PhotoResult>>, CommandError> {
    let settings = Settings {
        limits: Limits {
            max_pixels: options.max_pixels,
            max_bytes: options.max_bytes,
        },
        jobs: options.jobs,
        timeout: options.timeout,
        repeat: options.repeat,
        warmup: match &options.labeller {
            Labeller::Labels(_) => 0,
            Labeller::Network(choice) => choice.warmup,
        },
        estimator: options.estimator,
        full_frame_fallback: options.fallback == FallbackArg::FullFrame,
    };
    let progress = Progress::start(plan.jobs.len(), options.output.verbosity);
    let mut results: Vec<Option<PhotoResult>> = vec![None; plan.jobs.len()];
    pipeline::run(
        plan.jobs.clone(),
        &settings,
        segmenter,
        &|| interrupted.load(Ordering::Relaxed),
        &mut |index, result| {
            progress.finished(&result.file);
            results[index] = Some(result);
        },
    )
    .map_err(CommandError::failure)?;
    Ok(results)
}

/// Truth laid beside the results, after all measuring is done.
fn scored(results: Vec<Option<PhotoResult>>, plan: &Plan) -> Vec<PhotoResult> {
    let truth_of = |index: usize| {
        plan.truth
            .as_ref()
            .and_then(|all| all.get(index).copied().flatten())
    };
    results
        .into_iter()
        .enumerate()
        .filter_map(|(index, result)| {
            let mut result = result?;
            score_photo(&mut result, truth_of(index));
            Some(result)
        })
        .collect()
}

fn segmenter(labeller: &Labeller) -> Result<Box<dyn Segmenter>, CommandError> {
    match labeller {
        Labeller::Labels(dir) => Ok(Box::new(LabelDir::open(dir).map_err(CommandError::usage)?)),
        Labeller::Network(choice) => {
            let source =
                ModelSource::resolve(choice.model.as_deref()).map_err(CommandError::usage)?;
            let network = Network::open(source, &choice.options).map_err(CommandError::failure)?;
            Ok(Box::new(network))
        }
    }
}

fn model(info: SegmenterInfo) -> Model {
    Model {
        name: info.name,
        sha256: info.sha256,
        input_policy: info.input_policy,
        source: info.source,
        precision: info.precision,
    }
}

/// The first Ctrl-C ends the run after the photos in work, the second one at once.
fn watch_for_interrupt(verbosity: Verbosity) -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&flag);
    let watching = ctrlc::set_handler(move || {
        if seen.swap(true, Ordering::Relaxed) {
            std::process::exit(ExitCode::Interrupted.code().into());
        }
    });
    // Without a handler Ctrl-C ends the process at once, as it does everywhere; the run itself is not harmed.
    if let (Err(error), Verbosity::Verbose) = (watching, verbosity) {
        anstream::eprintln!("note: Ctrl-C will lose unfinished work: {error}");
    }
    flag
}
