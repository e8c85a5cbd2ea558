//! A run with its journal, where it has one: only a run that saves a report can be continued.

use super::CommandError;
use super::cache::cloud_url_of;
use super::plan::Plan;
use crate::hash::sha256_of_file;
use crate::journal::{Header, Journal, JournalError};
use crate::options::{Labeller, MeasureOptions};
use crate::pipeline::PhotoJob;
use crate::report::PhotoResult;
use crate::report::schema::{Model, RunOptions, Tool};

/// The journal, if any, and what it held at the start.
pub(super) struct Journaled {
    journal: Option<Journal>,
    finished: Vec<(usize, PhotoResult)>,
}

impl Journaled {
    /// Opens the journal beside the first `--save`.
    pub fn open(
        options: &MeasureOptions,
        plan: &Plan,
        model: &Model,
        run: &RunOptions,
    ) -> Result<Self, CommandError> {
        let Some(save) = options.output.saves.first() else {
            return Ok(Self {
                journal: None,
                finished: Vec::new(),
            });
        };
        let described = |job: &PhotoJob| format!("{}\n{:?}", job.case.identity, job.known);
        let (labels, model_config) = match &options.labeller {
            // One folder has many names, seen from several folders.
            Labeller::Labels(dir) => (Some(dir.canonicalize().unwrap_or(dir.clone())), None),
            Labeller::Network(choice) => (None, choice.options.model_config.as_deref()),
        };
        let header = Header {
            tool: Tool::this(),
            model: model.clone(),
            options: run.clone(),
            labels,
            model_config_sha256: model_config.and_then(|file| sha256_of_file(file).ok()),
            cloud_url: cloud_url_of(options).map(str::to_owned),
            limits: options.limits,
            timeout_s: options.timeout.map(|limit| limit.as_secs_f64()),
            photos: plan.jobs.len(),
            pictures: options.output.pictures.is_some(),
            photos_sha256: Header::hash(plan.jobs.iter().map(described)),
        };
        let path = Journal::path_for(&save.path);
        let (journal, finished) =
            Journal::open(path, &header, options.resume).map_err(|error| match error {
                JournalError::Io { .. } => CommandError::failure(error),
                _ => CommandError::usage(error),
            })?;
        Ok(Self {
            journal: Some(journal),
            finished,
        })
    }

    /// The results of the run that is continued, with their places; once. Those of photos that have other bytes by now are left out.
    pub fn take_finished(&mut self, jobs: &[PhotoJob]) -> Vec<(usize, PhotoResult)> {
        let mut finished = std::mem::take(&mut self.finished);
        finished.retain(|(index, result)| {
            let file = jobs.get(*index).map(|job| job.case.path.as_path());
            let hash = file.and_then(|file| sha256_of_file(file).ok());
            // A file that could not be read then has no hash, and may be mended now.
            hash.is_some() && hash == result.sha256
        });
        finished
    }

    /// Keeps a result.
    pub fn add(&mut self, index: usize, result: &PhotoResult) -> Result<(), JournalError> {
        match &mut self.journal {
            Some(journal) => journal.add(index, result),
            None => Ok(()),
        }
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
