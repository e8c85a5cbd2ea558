//! `measure-bench [OPTIONS] [PHOTO]...`: the main job.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::baseline::Baseline;
use super::cache::Cache;
use super::deliver::{Delivered, Outputs, deliver, prepare_folder};
use super::journaled::Journaled;
use super::plan::Plan;
use super::{CommandError, environment, interrupt, overwriting, texts};
use crate::cli::MeasureArgs;
use crate::cli::values::FallbackArg;
use crate::cloud::{self, Cloud};
use crate::exit_code::ExitCode;
use crate::guard::{count_panics, panics};
use crate::isolation::WorkerTotals;
use crate::load::LoadWatch;
use crate::memory::peak_rss_mb;
use crate::options::{Labeller, MeasureOptions, Verbosity};
use crate::photo_result::PhotoResult;
use crate::pipeline::{self, Fallback, PhotoJob, Recall, Settings};
use crate::progress::Progress;
use crate::report::schema::{Environment, Report, SCHEMA_VERSION, Tool};
use crate::report::{duration, status_word};
use crate::say::{counted, printable, say};
use crate::score::{RunTotals, score_photo, summarise};
use crate::segment::metadata::MetadataError;
use crate::segment::{
    LabelDir, ModelSource, Network, SegmentError, Segmenter, SegmenterInfo, Skipped,
};

/// Measures the photos and, with ground truth, scores them.
pub(super) fn run(args: MeasureArgs) -> Result<ExitCode, CommandError> {
    let options = MeasureOptions::try_from(args).map_err(CommandError::usage)?;
    let plan = Plan::make(&options)?;
    if options.dry_run {
        return texts::print(plan.listing().as_bytes());
    }
    refuse_overwriting(&options, &plan)?;
    let fallback = fallback(&options)?;
    let baseline = Baseline::read(&options.output, None)?;
    let outputs = Outputs::open(&options.output, &baseline)?;
    prepare_folders(&options)?;
    count_panics();
    let interrupted = interrupt::watch(options.output.verbosity);
    let mut segmenter = segmenter(&options.labeller, &plan)?;
    let load = LoadWatch::start();
    let info = segmenter.describe();
    if options.output.verbosity == Verbosity::Verbose {
        say(set_up(&info));
    }
    let run_options = options.for_report(plan.known_photos);
    let mut journal = Journaled::open(&options, &plan, &info, &run_options)?;
    let cache = Cache::open(&options, &plan, &info, &run_options)?;
    let (results, workers) = measure(
        &options,
        fallback,
        &plan,
        segmenter.as_mut(),
        Keepers {
            journal: &mut journal,
            cache: cache.as_ref(),
        },
        &interrupted,
    )?;
    // A device that failed during the run was left.
    let info = segmenter.describe();
    let missing = results.iter().filter(|result| result.is_none()).count();
    // An interrupt that came when all was done has cut nothing short.
    let is_cut_short = missing > 0 && interrupted.load(Ordering::Relaxed);
    if missing > 0 && !is_cut_short {
        return Err(CommandError::Failure(anyhow::anyhow!(
            "{} were not measured, which is a defect of this program: please report it; with --save, --resume measures them",
            counted(missing, "photo")
        )));
    }
    let results = scored(results, &plan);
    let totals = RunTotals {
        wall_seconds: journal.elapsed_s(),
        peak_rss_mb: peak_rss_mb().map(|own| own + workers.map_or(0.0, |all| all.peak_rss_mb)),
        panics: panics() + workers.map_or(0, |all| all.panics),
        workers,
        processors: load.finish(),
    };
    let report = Report {
        schema_version: SCHEMA_VERSION,
        generated_at: environment::now(),
        tool: Tool::this(),
        environment: Environment {
            onnx_runtime: info.onnx_runtime.clone(),
            device: info.device.map(|d| d.to_string()),
            operators_on_cpu: info.operators_on_cpu.clone(),
            skipped_devices: info.skipped_devices.clone(),
            ..environment::gather()
        },
        model: info.into(),
        options: run_options,
        metrics: summarise(&results, totals),
        results,
        unmatched: plan.unmatched(),
        gates: Vec::new(),
        comparison: None,
        interrupted: is_cut_short,
    };
    let delivered = deliver(
        report,
        baseline,
        outputs,
        &options.output,
        &options.gates,
        is_cut_short,
    );
    let may_say = options.output.verbosity > Verbosity::Quiet;
    if is_cut_short {
        if may_say {
            say(if journal.is_kept() {
                "interrupted; the same command with --resume goes on from here"
            } else {
                "interrupted; without --save nothing is kept to go on from"
            });
        }
        return Ok(delivered?.code.worst(ExitCode::Interrupted));
    }
    let Delivered { code, is_saved } = delivered?;
    if is_saved {
        journal.finish()?;
    } else if journal.is_kept() && may_say {
        say("note: nothing was saved; the same command with --resume gives these results again");
    }
    Ok(code)
}

/// What keeps results for later runs.
struct Keepers<'a> {
    journal: &'a mut Journaled,
    cache: Option<&'a Arc<Cache>>,
}

/// All results in the order of the photos, those of an interrupted run that were finished; and what became of the processes
/// that decoded them.
fn measure(
    options: &MeasureOptions,
    fallback: Fallback,
    plan: &Plan,
    segmenter: &mut dyn Segmenter,
    keepers: Keepers,
    interrupted: &AtomicBool,
) -> Result<(Vec<Option<PhotoResult>>, Option<WorkerTotals>), CommandError> {
    let settings = Settings {
        limits: options.limits,
        jobs: options.jobs,
        isolated: options.isolated,
        timeout: options.timeout,
        repeat: options.repeat,
        warmup: match &options.labeller {
            Labeller::Labels(_) => 0,
            Labeller::Network(choice) => choice.warmup,
        },
        estimator: options.estimator,
        thumbnails: options.output.pictures.clone(),
        fallback,
        // What --debug-dir asks for can only be had by measuring.
        recall: keepers
            .cache
            .filter(|_| options.debug_dir.is_none())
            .map(|cache| Arc::clone(cache) as Arc<dyn Recall>),
    };
    let Keepers { journal, cache } = keepers;
    let mut results: Vec<Option<PhotoResult>> = vec![None; plan.jobs.len()];
    for (index, result) in journal.take_finished(&plan.jobs) {
        results[index] = Some(result);
    }
    let (places, jobs): (Vec<usize>, Vec<PhotoJob>) = plan
        .jobs
        .iter()
        .enumerate()
        .filter(|(index, _)| results[*index].is_none())
        .map(|(index, job)| (index, job.clone()))
        .unzip();
    let progress = Progress::start(jobs.len(), options.output.verbosity);
    if jobs.len() < plan.jobs.len() {
        let finished = plan.jobs.len() - jobs.len();
        let are = if finished == 1 { "is" } else { "are" };
        progress.note(&format!(
            "{} {are} finished already",
            counted(finished, "photo")
        ));
    }
    for note in plan.notes() {
        progress.note(&format!("note: {note}"));
    }
    progress.stage(match &options.labeller {
        Labeller::Labels(_) => "reading the first photos",
        Labeller::Network(_) => "reading the first photos, warming up the network",
    });
    let mut failed_journal = None;
    let mut failed_cache = None;
    let workers = pipeline::run(
        jobs,
        &settings,
        segmenter,
        &|| interrupted.load(Ordering::Relaxed),
        &mut |place, result| {
            interrupt::stop_if_ending();
            progress.finished("measured", &result.file);
            if options.output.verbosity == Verbosity::Verbose {
                progress.note(&one_line(&result));
            }
            let index = places[place];
            let job = &plan.jobs[index];
            if let Err(error) = journal.add(index, job, &result) {
                failed_journal.get_or_insert(error);
            }
            let kept = cache.map_or(Ok(()), |cache| cache.keep(job, &result));
            if let Err(error) = kept {
                failed_cache.get_or_insert(error);
            }
            results[index] = Some(result);
        },
    );
    interrupt::stop_if_ending();
    let workers = workers.map_err(CommandError::failure)?;
    if let Some(error) = failed_cache {
        progress.note(&format!(
            "note: the cache will not know all photos: {error}"
        ));
    }
    // The run itself is not harmed, and its report may still find room elsewhere.
    if let Some(error) = failed_journal {
        progress.note(&format!(
            "note: --resume will not know all of this run: {error}"
        ));
    }
    Ok((results, workers))
}

/// What is going to label the photos, for those who want to know more.
fn set_up(info: &SegmenterInfo) -> String {
    let mut text = format!("labels from {}", printable(&info.name));
    if let (Some(device), Some(version)) = (info.device, &info.onnx_runtime) {
        text.push_str(&format!(", on {device}, by ONNX Runtime {version}"));
    }
    for Skipped { device, reason } in &info.skipped_devices {
        text.push_str(&format!("\nnot on {device}: {}", printable(reason)));
    }
    text
}

/// How a photo fared and what it took, likewise.
fn one_line(result: &PhotoResult) -> String {
    let took = if result.cached {
        "from the cache".to_owned()
    } else {
        duration(result.timings_ms.total)
    };
    let (name, status) = (printable(&result.file), status_word(result.status));
    format!("{name}: {status}, {took}")
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

/// A report must not take the place of a photo, the truth, the known values, the model or its configuration.
fn refuse_overwriting(options: &MeasureOptions, plan: &Plan) -> Result<(), CommandError> {
    let (model, model_config) = match &options.labeller {
        Labeller::Labels(_) => (None, None),
        Labeller::Network(choice) => (
            choice.model.as_deref().map(Path::new),
            choice.options.model_config.as_deref(),
        ),
    };
    let named = [
        ("the ground truth", options.ground_truth.as_deref()),
        ("the known values", options.known.as_deref()),
        ("the model", model),
        ("the model's configuration", model_config),
    ];
    let named = named
        .into_iter()
        .filter_map(|(what, path)| Some((what, path?)));
    let photos = plan
        .jobs
        .iter()
        .map(|job| ("a photo", job.case.path.as_path()));
    overwriting::refuse(options.output.saves.iter(), named.chain(photos))
}

/// The folders that photos' pictures go to.
fn prepare_folders(options: &MeasureOptions) -> Result<(), CommandError> {
    let folders = [
        ("--debug-dir", &options.debug_dir),
        ("--assets", &options.output.pictures),
    ];
    folders
        .into_iter()
        .filter_map(|(option, folder)| Some((option, folder.as_deref()?)))
        .try_for_each(|(option, folder)| prepare_folder(option, folder))
}

fn fallback(options: &MeasureOptions) -> Result<Fallback, CommandError> {
    Ok(match options.fallback {
        FallbackArg::None => Fallback::None,
        FallbackArg::FullFrame => Fallback::FullFrame,
        FallbackArg::Cloud => {
            let token = std::env::var(cloud::TOKEN_VARIABLE).ok();
            let cloud = Cloud::new(&options.cloud_url, token).map_err(CommandError::usage)?;
            Fallback::Cloud(Arc::new(cloud))
        }
    })
}

fn segmenter(labeller: &Labeller, plan: &Plan) -> Result<Box<dyn Segmenter>, CommandError> {
    match labeller {
        Labeller::Labels(dir) => {
            let labels = LabelDir::open(dir, plan.cases()).map_err(CommandError::usage)?;
            Ok(Box::new(labels))
        }
        Labeller::Network(choice) => {
            let source =
                ModelSource::resolve(choice.model.as_deref()).map_err(CommandError::usage)?;
            let network = Network::open(source, &choice.options).map_err(|error| match error {
                // What the user named is wrong on every machine and with every model.
                SegmentError::LongSide { .. }
                | SegmentError::Metadata {
                    error: MetadataError::Config { .. },
                    ..
                } => CommandError::usage(error),
                _ => CommandError::failure(error),
            })?;
            Ok(Box::new(network))
        }
    }
}
