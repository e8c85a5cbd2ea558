//! A run with its journal, where it has one: only a run that saves a report can be continued.

use std::path::PathBuf;
use std::time::Instant;

use super::CommandError;
use super::cache::cloud_url_of;
use super::plan::Plan;
use crate::hash::sha256_of_file;
use crate::journal::{Entry, Header, Journal, JournalError};
use crate::options::{Labeller, MeasureOptions, Verbosity};
use crate::photo_result::{PhotoResult, Status};
use crate::pipeline::PhotoJob;
use crate::report::pictures;
use crate::report::schema::{Model, RunOptions, Tool};
use crate::say::say;
use crate::segment::{LabelDir, SegmenterInfo};

/// The journal, if any, and what it held at the start.
pub(super) struct Journaled {
    journal: Option<Journal>,
    finished: Vec<Entry>,
    labels: Option<LabelDir>,
    /// The folder that photos' pictures go to.
    pictures: Option<PathBuf>,
    clock: Clock,
}

/// The time of a run and of those that it continues: results of all of them are in its report.
struct Clock {
    start: Instant,
    before_s: f64,
}

impl Clock {
    fn elapsed_s(&self) -> f64 {
        self.before_s + self.start.elapsed().as_secs_f64()
    }
}

impl Journaled {
    /// Opens the journal beside the first `--save`. The run's time counts from here.
    pub fn open(
        options: &MeasureOptions,
        plan: &Plan,
        segmenter: &SegmenterInfo,
        run: &RunOptions,
    ) -> Result<Self, CommandError> {
        let mut clock = Clock {
            start: Instant::now(),
            before_s: 0.0,
        };
        let Some(save) = options.output.saves.first() else {
            return Ok(Self {
                journal: None,
                finished: Vec::new(),
                labels: None,
                pictures: None,
                clock,
            });
        };
        let described = |job: &PhotoJob| format!("{}\n{:?}", job.case.identity, job.known);
        let (labels, model_config) = match &options.labeller {
            Labeller::Labels(dir) => (Some(dir), None),
            Labeller::Network(choice) => (None, choice.options.model_config.as_deref()),
        };
        let header = Header {
            tool: Tool::this(),
            model: Model::from(segmenter.clone()),
            onnx_runtime: segmenter.onnx_runtime.clone(),
            device: segmenter.device,
            options: run.bearing_on_results(),
            // One folder has many names, seen from several folders.
            labels: labels.map(|dir| dir.canonicalize().unwrap_or(dir.clone())),
            model_config_sha256: model_config.and_then(|file| sha256_of_file(file).ok()),
            cloud_url: cloud_url_of(options).map(str::to_owned),
            limits: options.limits,
            timeout_s: options.timeout.map(|limit| limit.as_secs_f64()),
            photos: plan.jobs.len(),
            pictures: options.output.pictures.is_some(),
            debug: options.debug_dir.is_some(),
            photos_sha256: Header::hash(plan.jobs.iter().map(described)),
        };
        let path = Journal::path_for(&save.path);
        let (journal, finished) =
            Journal::open(path, &header, options.resume).map_err(|error| match error {
                JournalError::Io { .. } => CommandError::failure(error),
                _ => CommandError::usage(error),
            })?;
        if options.output.verbosity > Verbosity::Quiet
            && let Some(old) = journal.put_aside()
        {
            say(format!(
                "note: a run that ended early had left its journal; it is kept as {}, and --resume would have gone on from it",
                old.display()
            ));
        }
        clock.before_s = finished.last().map_or(0.0, |entry| entry.elapsed_s);
        let labels = labels.map(|dir| LabelDir::open(dir, plan.cases()));
        Ok(Self {
            journal: Some(journal),
            finished,
            labels: labels.transpose().map_err(CommandError::usage)?,
            pictures: options.output.pictures.clone(),
            clock,
        })
    }

    /// The results of the run that is continued, with their places; once. What the same run would not give again is left out.
    pub fn take_finished(&mut self, jobs: &[PhotoJob]) -> Vec<(usize, PhotoResult)> {
        let finished = std::mem::take(&mut self.finished).into_iter();
        let current = finished.filter(|entry| {
            let job = jobs.get(entry.index);
            job.is_some_and(|job| {
                is_current(entry, job, self.labels.as_ref()) && self.has_pictures(entry, job)
            })
        });
        current.map(|entry| (entry.index, entry.result)).collect()
    }

    /// Whether what was drawn of a photo lies where this run draws it.
    fn has_pictures(&self, entry: &Entry, job: &PhotoJob) -> bool {
        let name = entry.result.overlay.as_ref();
        let picture = self.pictures.as_ref().zip(name);
        picture.is_none_or(|(folder, name)| pictures::path(folder, name).is_file())
            && job.debug_dir.as_ref().is_none_or(|folder| folder.is_dir())
    }

    /// Keeps the result of a photo.
    pub fn add(
        &mut self,
        index: usize,
        job: &PhotoJob,
        result: &PhotoResult,
    ) -> Result<(), JournalError> {
        let Some(journal) = &mut self.journal else {
            return Ok(());
        };
        journal.add(&Entry {
            index,
            result: result.clone(),
            elapsed_s: self.clock.elapsed_s(),
            label_map_sha256: label_map_of(job, self.labels.as_ref()),
        })
    }

    /// What the run has taken so far, and those that it continues, s.
    pub fn elapsed_s(&self) -> f64 {
        self.clock.elapsed_s()
    }

    /// Whether a later run can go on from here.
    pub fn is_kept(&self) -> bool {
        self.journal.is_some()
    }

    /// The report is written: the journal has served.
    pub fn finish(self) -> Result<(), CommandError> {
        match self.journal {
            Some(journal) => journal.remove().map_err(CommandError::failure),
            None => Ok(()),
        }
    }
}

/// Whether a photo and its label map are what they were when the entry was made. An error never is what it was, nor what stood in for
/// one: the next run may fare better.
fn is_current(entry: &Entry, job: &PhotoJob, labels: Option<&LabelDir>) -> bool {
    entry.result.status != Status::Error
        && !entry.result.is_stand_in()
        && entry.result.sha256 == sha256_of_file(&job.case.path).ok()
        && entry.label_map_sha256 == label_map_of(job, labels)
}

fn label_map_of(job: &PhotoJob, labels: Option<&LabelDir>) -> Option<String> {
    labels?.sha256_of(&job.case.path)
}
