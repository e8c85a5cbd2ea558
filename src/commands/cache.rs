//! `--cache DIR`: results kept by the hash of everything that they follow from, so that an unchanged photo is measured once.
//!
//! An entry's name is a hash over this very program, the model, the runtime, the options, what the user knows of the photo,
//! its label map where one is given, and its bytes. What differs in any of them has another name: nothing has to be removed
//! when something changes, and there is nothing that runs at the same time could disagree about. Each file is written whole
//! under another name and then renamed.

use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;

use super::CommandError;
use super::plan::Plan;
use crate::cli::values::FallbackArg;
use crate::hash::{sha256, sha256_of_file};
use crate::isolation::program;
use crate::options::{Labeller, MeasureOptions};
use crate::photo::Limits;
use crate::photo_result::{PhotoResult, Status};
use crate::pipeline::{PhotoJob, Recall};
use crate::report::pictures;
use crate::report::schema::RunOptions;
use crate::segment::{LabelDir, SegmenterInfo};
use crate::whole_file;

/// An open cache.
#[derive(Debug)]
pub(super) struct Cache {
    folder: PathBuf,
    /// Hash of what is the same for all photos.
    run: String,
    labels: Option<LabelDir>,
    /// Where small overlays go, in a run that makes any.
    pictures: Option<PathBuf>,
}

/// What is the same for all photos of a run and bears on their results.
#[derive(Serialize)]
struct RunKey<'a> {
    program: String,
    model: Option<&'a str>,
    input_policy: &'a str,
    precision: Option<&'a str>,
    onnx_runtime: Option<&'a str>,
    device: Option<String>,
    model_config: Option<String>,
    cloud_url: Option<&'a str>,
    options: RunOptions,
    /// A photo that exceeds them has no result.
    limits: Limits,
}

impl Cache {
    /// The cache that the options ask for.
    pub fn open(
        options: &MeasureOptions,
        plan: &Plan,
        segmenter: &SegmenterInfo,
        run: &RunOptions,
    ) -> Result<Option<Arc<Self>>, CommandError> {
        let Some(folder) = &options.cache else {
            return Ok(None);
        };
        let failed = |what: String| CommandError::failure(anyhow::anyhow!("--cache: {what}"));
        std::fs::create_dir_all(folder)
            .map_err(|e| failed(format!("cannot make the folder {}: {e}", folder.display())))?;
        // A version number would not tell a program from the one that was built before the last change.
        let program = program()
            .and_then(|path| sha256_of_file(&path))
            .map_err(|e| failed(format!("cannot read this program to tell its version: {e}")))?;
        let (labels, model_config) = match &options.labeller {
            Labeller::Labels(dir) => (
                Some(LabelDir::open(dir, plan.cases()).map_err(CommandError::usage)?),
                None,
            ),
            Labeller::Network(choice) => (None, choice.options.model_config.as_deref()),
        };
        let key = RunKey {
            program,
            model: segmenter.sha256.as_deref(),
            input_policy: &segmenter.input_policy,
            precision: segmenter.precision.as_deref(),
            onnx_runtime: segmenter.onnx_runtime.as_deref(),
            device: segmenter.device.map(|d| d.to_string()),
            model_config: model_config.and_then(|file| sha256_of_file(file).ok()),
            cloud_url: cloud_url_of(options),
            options: run.bearing_on_results(),
            limits: options.limits,
        };
        let key = serde_json::to_vec(&key).map_err(CommandError::failure)?;
        Ok(Some(Arc::new(Self {
            folder: folder.clone(),
            run: sha256(&key),
            labels,
            pictures: options.output.pictures.clone(),
        })))
    }

    /// Keeps what a photo gave; errors and what stood in for them are not kept, since the next run may fare better.
    pub fn keep(&self, job: &PhotoJob, result: &PhotoResult) -> std::io::Result<()> {
        if result.cached || result.status == Status::Error || result.is_stand_in() {
            return Ok(());
        }
        let Some(file) = result.sha256.as_ref().and_then(|sha| self.file(job, sha)) else {
            return Ok(());
        };
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        if let (Some(folder), Some(name)) = (&self.pictures, &result.overlay) {
            let jpeg = std::fs::read(pictures::path(folder, name))?;
            whole_file::write(&file.with_extension("jpg"), &jpeg)?;
        }
        let entry = PhotoResult {
            path: None,
            ..result.clone()
        };
        whole_file::write(&file, &serde_json::to_vec(&entry)?)
    }

    /// The file of the entry for a photo; `None` where what its result follows from cannot be read.
    fn file(&self, job: &PhotoJob, photo: &str) -> Option<PathBuf> {
        let map = match &self.labels {
            Some(labels) => labels.sha256_of(&job.case.path)?,
            None => String::new(),
        };
        let key = sha256(format!("{}\n{photo}\n{map}\n{:?}", self.run, job.known).as_bytes());
        let (group, rest) = key.split_at(2);
        Some(self.folder.join(group).join(format!("{rest}.json")))
    }
}

impl Recall for Cache {
    fn recall(&self, job: &PhotoJob, sha256: &str) -> Option<PhotoResult> {
        let file = self.file(job, sha256)?;
        // An entry that cannot be read is none: the photo is measured, and the entry written anew.
        let mut result: PhotoResult = serde_json::from_slice(&std::fs::read(&file).ok()?).ok()?;
        result.overlay = match &self.pictures {
            None => None,
            Some(folder) => {
                let jpeg = std::fs::read(file.with_extension("jpg")).ok()?;
                Some(pictures::put(folder, &jpeg).ok()?)
            }
        };
        Some(result)
    }
}

/// The service whose labels a result may rest on.
pub(super) fn cloud_url_of(options: &MeasureOptions) -> Option<&str> {
    (options.fallback == FallbackArg::Cloud).then_some(options.cloud_url.as_str())
}
