//! What a run works with: raw arguments checked once, in one place.

mod types;

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::CommandFactory;

pub use types::{
    Labeller, MeasureOptions, NetworkChoice, OutputOptions, SaveForm, SaveTarget, UsageError,
    Verbosity,
};

use crate::cli::alike::nearest;
use crate::cli::measure::{GateArgs, MeasureArgs, ModelArgs};
use crate::cli::values::{EstimatorArg, IsolationArg, value_name};
use crate::cli::{Cli, OutputArgs, measure};
use crate::compare::baseline;
use crate::dataset::Sources;
use crate::gate::GateLimits;
use crate::measure::{EstimatorKind, Known};
use crate::photo::Limits;
use crate::report::schema::RunOptions;
use crate::segment::NetworkOptions;

/// Decoding workers when nobody says: more would wait for the network on most machines, and hold memory.
const MOST_DEFAULT_JOBS: usize = 4;

impl TryFrom<MeasureArgs> for MeasureOptions {
    type Error = UsageError;

    fn try_from(args: MeasureArgs) -> Result<Self, UsageError> {
        let MeasureArgs {
            photos,
            input,
            model,
            geometry,
            run,
            output,
            gates,
        } = args;
        if let Some(error) = photos
            .first()
            .and_then(|word| taken_for_command(word, photos.len() == 1))
        {
            return Err(error);
        }
        let mut files = photos;
        files.extend(input.files);
        if files.is_empty() && input.dir.is_empty() {
            return Err(UsageError::NoPhotos);
        }
        let gates = GateLimits::from(&gates);
        if let (None, Some(gate)) = (&input.ground_truth, gates.needs_truth()) {
            return Err(UsageError::GateWithoutTruth(gate));
        }
        check_baseline(&gates, output.baseline.is_some())?;
        if let (Some(_), Some(name)) = (input.shard, &output.save_baseline) {
            return Err(UsageError::BaselineOfShard(name.clone()));
        }
        if run.resume && output.save.is_empty() && output.save_baseline.is_none() {
            return Err(UsageError::ResumeWithoutSave);
        }
        let folders = [&model.labels, &run.debug_dir];
        let folders = folders.into_iter().flatten().cloned();
        let folders = folders.chain(input.dir.iter().cloned()).collect();
        let output = OutputOptions {
            folders,
            ..OutputOptions::try_from(output)?
        };
        let outputs = [&run.debug_dir, &run.cache, &output.pictures, &model.labels];
        let outputs = outputs.into_iter().flatten().chain(&output.more_pictures);
        Ok(Self {
            sources: Sources {
                files,
                dirs: input.dir,
                recursive: input.recursive,
                outputs: outputs.cloned().collect(),
            },
            ground_truth: input.ground_truth,
            known: geometry.known.clone(),
            known_for_all: Known {
                camera_height_cm: geometry.camera_height,
                ceiling_height_cm: geometry.ceiling_height,
                fov_deg: geometry.fov,
            },
            fallback: model.fallback,
            cloud_url: model.cloud_url.clone(),
            labeller: labeller(model, &run)?,
            estimator: match geometry.estimator {
                EstimatorArg::Box => EstimatorKind::Box,
                EstimatorArg::Predecessor => EstimatorKind::Predecessor,
            },
            limits: Limits {
                max_pixels: millions(input.max_pixels),
                max_bytes: millions(input.max_bytes),
                max_aspect: input.max_aspect,
                max_decode_bytes: millions(input.max_decode_memory),
            },
            isolated: run.isolation == IsolationArg::Process,
            jobs: run.pace.jobs.map_or_else(default_jobs, usize::from),
            timeout: run
                .timeout
                .map(|s| Duration::from_secs_f64(s.min(MAX_TIMEOUT_S))),
            repeat: run.pace.repeat,
            shard: input.shard,
            dry_run: input.dry_run,
            resume: run.resume,
            debug_dir: run.debug_dir,
            cache: run.cache.filter(|_| !run.no_cache),
            output,
            gates,
        })
    }
}

/// The error where a photo's name is no file, but alike to a command's, or, where it is all that is named, a bare word.
fn taken_for_command(word: &str, is_alone: bool) -> Option<UsageError> {
    if word.contains(['.', '/', '*', '?', '[']) || Path::new(word).exists() {
        return None;
    }
    let commands = Cli::command();
    let names = commands.get_subcommands().map(clap::Command::get_name);
    let word = word.to_owned();
    match nearest(&word, names, ALIKE) {
        Some(command) => Some(UsageError::Command {
            command: command.to_owned(),
            word,
        }),
        None => is_alone.then_some(UsageError::NeitherPhotoNorCommand(word)),
    }
}

/// A photo's name that is as alike as this to a command is taken for it.
const ALIKE: f64 = 0.8;

/// Whether the gates that compare with a baseline have one.
///
/// # Errors
/// When they have none.
pub fn check_baseline(gates: &GateLimits, has_one: bool) -> Result<(), UsageError> {
    match gates.needs_baseline() {
        Some(gate) if !has_one => Err(UsageError::GateWithoutBaseline(gate)),
        _ => Ok(()),
    }
}

/// A timeout beyond a year is none; more seconds than this would overflow a clock.
const MAX_TIMEOUT_S: f64 = 366.0 * 24.0 * 3600.0;

fn labeller(model: ModelArgs, run: &measure::RunArgs) -> Result<Labeller, UsageError> {
    if let Some(dir) = model.labels {
        if !dir.is_dir() {
            return Err(UsageError::NoFolder {
                option: "--labels",
                dir,
            });
        }
        return Ok(Labeller::Labels(dir));
    }
    Ok(Labeller::Network(NetworkChoice {
        model: model.model,
        options: NetworkOptions {
            device: model.device,
            long_side: Some(model.long_side).filter(|side| *side > 0),
            threads: run.pace.threads.map(usize::from),
            // A photo that is measured again and again is timed by itself.
            batch: match run.pace.repeat {
                1 => run.pace.batch.map(usize::from),
                _ => Some(1),
            },
            post_processing: model.post_processing,
            model_config: model.model_config,
            profile: run.profile.clone(),
        },
        warmup: run.pace.warmup,
    }))
}

fn default_jobs() -> usize {
    std::thread::available_parallelism().map_or(1, |n| n.get().min(MOST_DEFAULT_JOBS))
}

/// Options give megapixels and megabytes; the float-to-integer cast saturates, which is what "no limit" should do.
fn millions(value: f64) -> u64 {
    (value * 1e6) as u64
}

impl TryFrom<OutputArgs> for OutputOptions {
    type Error = UsageError;

    fn try_from(args: OutputArgs) -> Result<Self, UsageError> {
        let mut saves: Vec<SaveTarget> = args
            .save
            .into_iter()
            .map(save_target)
            .collect::<Result<_, _>>()?;
        if let Some(name) = &args.save_baseline {
            saves.push(SaveTarget {
                path: baseline::named(name, &args.baselines)?,
                form: SaveForm::Json,
                is_baseline: true,
            });
        }
        let page = saves.iter().find(|target| target.form == SaveForm::Html);
        let of_baselines = args.baselines.join(PICTURES_FOLDER);
        let pictures = match (args.assets, &args.save_baseline, page) {
            (Some(folder), ..) => Some(folder),
            (None, Some(_), _) => Some(of_baselines),
            (None, None, Some(page)) => Some(assets_beside(&page.path)),
            (None, None, None) => None,
        };
        let baseline = args
            .baseline
            .map(|text| baseline::locate(&text, &args.baselines));
        let more_pictures = baseline.iter().flat_map(|path| pictures_of(path)).collect();
        Ok(Self {
            summary: args.summary,
            pictures,
            more_pictures,
            saves,
            baseline,
            anonymous: args.anonymous,
            folders: Vec::new(),
            verbosity: match (args.quiet, args.verbose) {
                (true, _) => Verbosity::Quiet,
                (false, false) => Verbosity::Normal,
                (false, true) => Verbosity::Verbose,
            },
            color: args.color,
        })
    }
}

/// Folder of pictures beside baselines.
const PICTURES_FOLDER: &str = "assets";

/// `report.html` keeps its pictures in `report.html.assets`.
fn assets_beside(page: &Path) -> PathBuf {
    let mut name = page.as_os_str().to_owned();
    name.push(".assets");
    PathBuf::from(name)
}

/// Where the pictures of a saved report are looked for: in the folder that baselines share, and where a page of the same
/// name keeps its own.
#[must_use]
pub fn pictures_of(report: &Path) -> [PathBuf; 2] {
    [
        report.with_file_name(PICTURES_FOLDER),
        assets_beside(&report.with_extension("html")),
    ]
}

fn save_target(path: PathBuf) -> Result<SaveTarget, UsageError> {
    let ending = path
        .extension()
        .and_then(|e| e.to_str())
        .map(str::to_ascii_lowercase);
    let form = match ending.as_deref() {
        Some("json") => SaveForm::Json,
        Some("csv") => SaveForm::Csv,
        Some("md") => SaveForm::Markdown,
        Some("xml") => SaveForm::Junit,
        Some("html") => SaveForm::Html,
        _ => return Err(UsageError::SaveForm(path)),
    };
    Ok(SaveTarget {
        path,
        form,
        is_baseline: false,
    })
}

impl From<&GateArgs> for GateLimits {
    fn from(args: &GateArgs) -> Self {
        Self {
            max_errors: args.max_errors,
            max_refusals: args.max_refusals,
            max_fallbacks: args.max_fallbacks,
            max_width_mape: args.max_width_mape,
            max_height_mape: args.max_height_mape,
            min_coverage: args.min_coverage,
            max_photo_error: args.max_photo_error,
            max_regression: args.change.max_regression,
            max_slowdown: args.change.max_slowdown,
        }
    }
}

impl MeasureOptions {
    /// The part of the options that bears on the results, as the report shows it.
    #[must_use]
    pub fn for_report(&self, known_photos: usize) -> RunOptions {
        let network = match &self.labeller {
            Labeller::Labels(_) => None,
            Labeller::Network(choice) => Some(choice),
        };
        RunOptions {
            estimator: match self.estimator {
                EstimatorKind::Box => "box",
                EstimatorKind::Predecessor => "predecessor",
            }
            .to_owned(),
            device: network.map(|n| value_name(n.options.device)),
            long_side: network.and_then(|n| n.options.long_side),
            labels: network.is_none(),
            camera_height_cm: self.known_for_all.camera_height_cm,
            ceiling_height_cm: self.known_for_all.ceiling_height_cm,
            fov_deg: self.known_for_all.fov_deg,
            known_photos,
            post_processing: network.map(|n| value_name(n.options.post_processing)),
            fallback: value_name(self.fallback),
            repeat: self.repeat,
            warmup: network.map_or(0, |n| n.warmup),
            jobs: self.jobs,
            threads: network.and_then(|n| n.options.threads),
            batch: network
                .and_then(|n| n.options.batch)
                .filter(|_| self.repeat == 1),
            shard: self.shard.map(|s| s.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    fn options(args: &[&str]) -> Result<MeasureOptions, UsageError> {
        let all = ["measure-bench"].iter().chain(args);
        MeasureOptions::try_from(crate::cli::Cli::try_parse_from(all).unwrap().measure)
    }

    #[test]
    fn limits_are_given_in_millions() {
        let options = options(&["a.jpg", "--max-pixels", "24.5", "--max-bytes", "1e300"]).unwrap();
        assert_eq!(options.limits.max_pixels, 24_500_000);
        assert_eq!(options.limits.max_bytes, u64::MAX);
    }

    #[test]
    fn the_limits_on_the_command_line_are_the_librarys() {
        assert_eq!(options(&["a.jpg"]).unwrap().limits, Limits::default());
    }

    #[test]
    fn a_long_side_of_zero_leaves_it_to_the_model() {
        let side = |text: &str| match options(&["a.jpg", "--long-side", text]).unwrap().labeller {
            Labeller::Network(network) => network.options.long_side,
            Labeller::Labels(_) => None,
        };
        assert_eq!(side("0"), None);
        assert_eq!(side("512"), Some(512));
    }

    #[test]
    fn one_folder_of_pictures_serves_all_that_a_run_saves() {
        let folder = |args: &[&str]| options(args).unwrap().output.pictures;
        let of = |path: &str| Some(PathBuf::from(path));
        assert_eq!(folder(&["a.jpg", "--save", "r.json"]), None);
        assert_eq!(folder(&["a.jpg", "--save", "r.html"]), of("r.html.assets"));
        let kept = ["a.jpg", "--save", "r.html", "--save-baseline", "main"];
        assert_eq!(folder(&kept), of("baselines/assets"));
        let asked = ["a.jpg", "--save", "r.json", "--assets", "x"];
        assert_eq!(folder(&asked), of("x"));
        let compared = options(&["a.jpg", "--baseline", "main"]).unwrap().output;
        assert!(
            compared
                .more_pictures
                .contains(&of("baselines/assets").unwrap())
        );
    }

    #[test]
    fn a_cache_can_be_left_out() {
        let cache = |args: &[&str]| options(args).unwrap().cache;
        assert!(cache(&["a.jpg", "--cache", "c"]).is_some());
        assert_eq!(cache(&["a.jpg", "--cache", "c", "--no-cache"]), None);
        assert_eq!(cache(&["a.jpg", "--no-cache"]), None);
    }

    #[test]
    fn what_makes_no_sense_is_said() {
        for (args, part) in [
            (&[][..], "no photos"),
            (&["a.jpg", "--save", "x.txt"][..], ".json .csv"),
            (&["compre", "a.json", "b.json"][..], "measure-bench compare"),
            (&["a.jpg", "--resume"][..], "--resume needs --save"),
            (
                &["a.jpg", "--shard", "1/2", "--save-baseline", "main"][..],
                "merge",
            ),
            (
                &["a.jpg", "--max-width-mape", "10"][..],
                "needs --ground-truth",
            ),
            (
                &["a.jpg", "--labels", "no/such/folder"][..],
                "no such folder",
            ),
        ] {
            let message = options(args).unwrap_err().to_string();
            assert!(message.contains(part), "{message}");
        }
    }
}
