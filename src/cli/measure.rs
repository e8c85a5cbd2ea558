//! The options of measuring.

use std::path::PathBuf;

use clap::Args;

use super::OutputArgs;
use super::values::{
    EstimatorArg, FallbackArg, IsolationArg, field_of_view, height_cm, not_negative, positive,
    provider, share,
};
use crate::cloud;
use crate::dataset::Shard;
use crate::segment::{Device, PostProcessing};
use crate::tolerance::Tolerance;

/// Raw arguments of `measure-bench [OPTIONS] [PHOTO]...`.
#[derive(Debug, Args)]
pub struct MeasureArgs {
    /// Photos, by path or glob pattern
    #[arg(value_name = "PHOTO")]
    pub photos: Vec<String>,
    /// Which photos are measured
    #[command(flatten)]
    pub input: InputArgs,
    /// What turns pixels into labels
    #[command(flatten)]
    pub model: ModelArgs,
    /// What turns labels into centimetres
    #[command(flatten)]
    pub geometry: GeometryArgs,
    /// How a run goes
    #[command(flatten)]
    pub run: RunArgs,
    /// Where results go
    #[command(flatten)]
    pub output: OutputArgs,
    /// Limits
    #[command(flatten)]
    pub gates: GateArgs,
}

/// Which photos are measured.
#[derive(Debug, Args)]
#[command(next_help_heading = "Photos")]
pub struct InputArgs {
    /// More photos, by path or glob pattern
    #[arg(long, num_args = 1.., value_name = "GLOB")]
    pub files: Vec<String>,
    /// Every photo in a folder, in natural order; hidden files and other files are passed over; repeatable
    #[arg(long, value_name = "DIR")]
    pub dir: Vec<PathBuf>,
    /// Folders below --dir, too
    #[arg(short, long, requires = "dir")]
    pub recursive: bool,
    /// True sizes to score against, JSON or CSV
    #[arg(long, value_name = "FILE")]
    pub ground_truth: Option<PathBuf>,
    /// Only the I-th of N parts of the photos
    #[arg(long, value_name = "I/N")]
    pub shard: Option<Shard>,
    /// List the photos and what truth each one matches; measure nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Largest photo, megapixels
    #[arg(long, value_name = "MP", default_value = "100", value_parser = positive)]
    pub max_pixels: f64,
    /// Largest file, MB
    #[arg(long, value_name = "MB", default_value = "100", value_parser = positive)]
    pub max_bytes: f64,
    /// Most elongated photo, long side over short side
    #[arg(long, value_name = "R", default_value = "20", value_parser = positive)]
    pub max_aspect: f64,
    /// Most memory that decoding one photo may take, MB
    #[arg(long, value_name = "MB", default_value = "1200", value_parser = positive)]
    pub max_decode_memory: f64,
}

/// What turns pixels into labels.
#[derive(Debug, Args)]
#[command(next_help_heading = "Segmentation")]
pub struct ModelArgs {
    /// A Mask2Former ONNX file, or a name from models/ [default: the bundled model]
    #[arg(
        long,
        value_name = "PATH|NAME",
        env = "MEASURE_MODEL",
        conflicts_with = "labels"
    )]
    pub model: Option<String>,
    /// JSON file that stands in for metadata missing from the model
    #[arg(long, value_name = "FILE", conflicts_with = "labels")]
    pub model_config: Option<PathBuf>,
    /// Execution provider
    #[arg(long, value_enum, default_value_t, value_name = "NAME")]
    pub device: Device,
    /// Long side of the network's input, px; 0: the model's own size policy
    #[arg(long, value_name = "N", env = "M2F_LONG_SIDE", default_value_t = 0)]
    pub long_side: u32,
    /// Label maps from this folder instead of a model
    #[arg(long, value_name = "DIR")]
    pub labels: Option<PathBuf>,
    /// Steps after the network
    #[arg(long, value_enum, default_value_t, value_name = "STEPS")]
    pub post_processing: PostProcessing,
    /// When segmentation fails
    #[arg(long, value_enum, default_value_t, value_name = "WHAT")]
    pub fallback: FallbackArg,
    /// The service of --fallback cloud
    #[arg(long, value_name = "URL", env = "MEASURE_CLOUD_URL", default_value = cloud::DEFAULT_URL, hide_short_help = true)]
    pub cloud_url: String,
    /// Accepted for old scripts; 'noreref' is the only provider
    #[arg(long, value_name = "NAME", value_parser = provider, hide_short_help = true)]
    pub provider: Option<String>,
}

/// What turns labels into centimetres.
#[derive(Debug, Args)]
#[command(next_help_heading = "Geometry")]
pub struct GeometryArgs {
    /// The geometry
    #[arg(long, value_enum, default_value_t, value_name = "NAME")]
    pub estimator: EstimatorArg,
    /// Height of the lens above the floor, for all photos
    #[arg(long, value_name = "CM", env = "MEASURE_CAMERA_HEIGHT_CM", value_parser = height_cm)]
    pub camera_height: Option<f64>,
    /// Height of the room, for all photos
    #[arg(long, value_name = "CM", env = "MEASURE_CEILING_HEIGHT_CM", value_parser = height_cm)]
    pub ceiling_height: Option<f64>,
    /// Horizontal field of view of the upright photo, for all photos
    #[arg(long, value_name = "DEG", env = "MEASURE_DEFAULT_FOV_DEG", value_parser = field_of_view)]
    pub fov: Option<f64>,
    /// The same for single photos: file, ceilingHeightCm, cameraHeightCm, fovDeg; JSON or CSV
    #[arg(long, value_name = "FILE")]
    pub known: Option<PathBuf>,
}

/// How a run goes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Run")]
pub struct RunArgs {
    /// What a sweep takes, too
    #[command(flatten)]
    pub pace: PaceArgs,
    /// Where photos are decoded: in processes of their own, which a file that crashes or hangs a decoder cannot leave, or in
    /// this one
    #[arg(long, value_enum, default_value_t, value_name = "HOW")]
    pub isolation: IsolationArg,
    /// ONNX Runtime's own profile, for chrome://tracing; the file's name begins with PREFIX
    #[arg(long, value_name = "PREFIX", conflicts_with = "labels")]
    pub profile: Option<PathBuf>,
    /// Longest that a photo may take in all stages together, waiting for other photos left out
    #[arg(long, value_name = "SECONDS", value_parser = positive)]
    pub timeout: Option<f64>,
    /// Continue an interrupted run: finished photos are taken from the journal beside the first --save FILE
    #[arg(long)]
    pub resume: bool,
    /// Keep results in this folder, and take from it those of photos that the same program, model and options have measured
    #[arg(long, value_name = "DIR")]
    pub cache: Option<PathBuf>,
    /// Measure every photo, whatever --cache or the configuration file say
    #[arg(long)]
    pub no_cache: bool,
    /// Per photo a folder of masks, labels, overlay and measurement.json
    #[arg(long, value_name = "DIR")]
    pub debug_dir: Option<PathBuf>,
}

/// How often a photo is measured, and by how many workers and threads: of a measuring run and of each run of a sweep.
#[derive(Debug, Clone, Copy, Args)]
#[command(next_help_heading = "Run")]
pub struct PaceArgs {
    /// Measure each photo N times, for timing
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub repeat: u32,
    /// Inferences before the first photo
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub warmup: u32,
    /// Decoding workers; memory grows with them [default: cores, 4 at most]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
    /// Threads of one inference [default: the runtime's choice]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
    /// Photos of one inference, of those that are decoded and of one size: for GPUs; it may change single labels, and which go together
    /// hangs on time; one with --repeat [default: 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub batch: Option<u16>,
}

/// Limits that a run is held to; a gate that is missed ends in exit code 3.
#[derive(Debug, Args)]
#[command(next_help_heading = "Gates")]
pub struct GateArgs {
    /// Photos that may fail without the run failing, a number or a share [default: 0]
    #[arg(long, value_name = "N|P%")]
    pub max_errors: Option<Tolerance>,
    /// Photos whose width may be refused, a number or a share
    #[arg(long, value_name = "N|P%")]
    pub max_refusals: Option<Tolerance>,
    /// Photos whose labels may have come from a stand-in (--fallback), a number or a share
    #[arg(long, value_name = "N|P%")]
    pub max_fallbacks: Option<Tolerance>,
    /// Largest MAPE of the widths, percent
    #[arg(long, value_name = "P", value_parser = not_negative)]
    pub max_width_mape: Option<f64>,
    /// Largest MAPE of the heights, percent
    #[arg(long, value_name = "P", value_parser = not_negative)]
    pub max_height_mape: Option<f64>,
    /// Least share of truths inside the 80 % intervals, percent
    #[arg(long, value_name = "P", value_parser = share)]
    pub min_coverage: Option<f64>,
    /// Largest error of any one photo, percent
    #[arg(long, value_name = "P", value_parser = not_negative)]
    pub max_photo_error: Option<f64>,
    /// Limits of what changed since the baseline
    #[command(flatten)]
    pub change: ChangeGateArgs,
}

/// Limits of what changed between two reports.
#[derive(Debug, Clone, Copy, Args)]
#[command(next_help_heading = "Gates")]
pub struct ChangeGateArgs {
    /// Most by which the MAPE of widths or heights may grow since the baseline, percentage points
    #[arg(long, value_name = "P", value_parser = not_negative)]
    pub max_regression: Option<f64>,
    /// Most by which the time a photo may grow since the baseline, as a ratio: missed only where the whole interval of the ratio lies
    /// above; skipped where the machines differ or were busy, and for fewer than six photos
    #[arg(long, value_name = "R", value_parser = positive)]
    pub max_slowdown: Option<f64>,
}
