//! The checked options of a run.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::cli::values::{ColorChoice, FallbackArg, SummaryForm};
use crate::compare::baseline;
use crate::dataset::{Shard, Sources};
use crate::gate::GateLimits;
use crate::measure::{EstimatorKind, Known};
use crate::photo::Limits;
use crate::segment::NetworkOptions;

/// The command line makes no sense.
#[derive(Debug, thiserror::Error)]
pub enum UsageError {
    /// Nothing to measure.
    #[error("no photos: name some, or a folder with --dir (see --help)")]
    NoPhotos,
    /// `--save` with an ending that stands for no form.
    #[error("--save {}: the ending says the form, and must be one of .json .csv .md .html .xml", .0.display())]
    SaveForm(PathBuf),
    /// `--save-baseline` with a name that is none.
    #[error(transparent)]
    BaselineName(#[from] baseline::NameError),
    /// A command in the place of a photo.
    #[error("there is no photo '{word}'; the command comes first: measure-bench {command} ...")]
    Command {
        /// As given.
        word: String,
        /// The command that is meant.
        command: String,
    },
    /// A word that names nothing.
    #[error("there is neither a photo nor a command '{0}'; --help lists the commands")]
    NeitherPhotoNorCommand(String),
    /// A baseline of a part of the photos.
    #[error(
        "--save-baseline {0}: a shard is a part of the photos and no baseline; merge the shards with --save-baseline {0}"
    )]
    BaselineOfShard(String),
    /// A gate without the baseline it compares with.
    #[error("{0} needs --baseline")]
    GateWithoutBaseline(&'static str),
    /// A gate without the truth it compares with.
    #[error("{0} needs --ground-truth")]
    GateWithoutTruth(&'static str),
    /// `--resume` without a report, beside which the journal would lie.
    #[error("--resume needs --save or --save-baseline: the journal lies beside the report")]
    ResumeWithoutSave,
    /// A folder that does not exist.
    #[error("{option} {}: no such folder", .dir.display())]
    NoFolder {
        /// The option.
        option: &'static str,
        /// The folder.
        dir: PathBuf,
    },
}

/// A checked run.
#[derive(Debug, Clone)]
pub struct MeasureOptions {
    /// Where photos are looked for.
    pub sources: Sources,
    /// File of ground truth.
    pub ground_truth: Option<PathBuf>,
    /// File of known values of single photos.
    pub known: Option<PathBuf>,
    /// Known values of all photos.
    pub known_for_all: Known,
    /// What turns pixels into labels.
    pub labeller: Labeller,
    /// What turns labels into centimetres.
    pub estimator: EstimatorKind,
    /// When segmentation fails.
    pub fallback: FallbackArg,
    /// The service of `--fallback cloud`.
    pub cloud_url: String,
    /// What one photo may cost.
    pub limits: Limits,
    /// Whether photos are decoded in processes of their own.
    pub isolated: bool,
    /// Decoding workers.
    pub jobs: usize,
    /// Longest that a photo may take.
    pub timeout: Option<Duration>,
    /// Measurements of each photo.
    pub repeat: u32,
    /// The part of the photos to measure.
    pub shard: Option<Shard>,
    /// List, do not measure.
    pub dry_run: bool,
    /// Continue from the journal of an interrupted run.
    pub resume: bool,
    /// Folder of masks and overlays.
    pub debug_dir: Option<PathBuf>,
    /// Folder of earlier results.
    pub cache: Option<PathBuf>,
    /// Where results go.
    pub output: OutputOptions,
    /// Limits.
    pub gates: GateLimits,
}

/// What turns pixels into labels.
#[derive(Debug, Clone)]
pub enum Labeller {
    /// Label maps in a folder.
    Labels(PathBuf),
    /// A network.
    Network(NetworkChoice),
}

/// Which network, and how it runs.
#[derive(Debug, Clone)]
pub struct NetworkChoice {
    /// Path or name; the bundled model where absent.
    pub model: Option<String>,
    /// How it runs.
    pub options: NetworkOptions,
    /// Runs before the first photo.
    pub warmup: u32,
}

/// Where results go.
#[derive(Debug, Clone)]
pub struct OutputOptions {
    /// Standard output.
    pub summary: SummaryForm,
    /// Files.
    pub saves: Vec<SaveTarget>,
    /// Folder that this run's pictures go to; `None` where nothing needs any.
    pub pictures: Option<PathBuf>,
    /// Folders of the pictures of reports that are read.
    pub more_pictures: Vec<PathBuf>,
    /// The report to compare with.
    pub baseline: Option<PathBuf>,
    /// Leave paths out.
    pub anonymous: bool,
    /// Folders that messages may name, which an anonymous report does not.
    pub folders: Vec<PathBuf>,
    /// How much goes to standard error.
    pub verbosity: Verbosity,
    /// Colour.
    pub color: ColorChoice,
}

/// How much goes to standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Errors.
    Quiet,
    /// Progress and notes.
    Normal,
    /// Everything.
    Verbose,
}

/// A report file to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaveTarget {
    /// Where.
    pub path: PathBuf,
    /// In which form.
    pub form: SaveForm,
    /// Whether later runs are compared with it: its folder is made where there is none, and only a whole run replaces it.
    pub is_baseline: bool,
}

impl AsRef<Path> for SaveTarget {
    fn as_ref(&self) -> &Path {
        &self.path
    }
}

/// The forms of a saved report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum SaveForm {
    Json,
    Csv,
    Markdown,
    Junit,
    Html,
}
