//! What a sweep is saved as, and what it prints.

use std::io::Write;
use std::path::Path;

use anyhow::Context;
use tempfile::NamedTempFile;

use crate::cli::values::SweepForm;
use crate::commands::CommandError;
use crate::sweep::{Sweep, csv, png, svg, table};
use crate::whole_file;

/// The forms of a saved sweep.
#[derive(Debug, Clone, Copy)]
pub(super) enum SaveForm {
    Json,
    Csv,
    Svg,
    Png,
}

/// The form that the ending of `path` says.
pub(super) fn save_form(path: &Path) -> Result<SaveForm, CommandError> {
    let ending = path.extension().and_then(|ending| ending.to_str());
    match ending.map(str::to_ascii_lowercase).as_deref() {
        Some("json") => Ok(SaveForm::Json),
        Some("csv") => Ok(SaveForm::Csv),
        Some("svg") => Ok(SaveForm::Svg),
        Some("png") => Ok(SaveForm::Png),
        _ => Err(CommandError::usage(anyhow::anyhow!(
            "--save {}: the ending says the form of a sweep, and must be one of .json .csv .svg .png",
            path.display()
        ))),
    }
}

fn rendered(sweep: &Sweep, form: SaveForm) -> anyhow::Result<Vec<u8>> {
    Ok(match form {
        SaveForm::Json => (serde_json::to_string_pretty(sweep)? + "\n").into_bytes(),
        SaveForm::Csv => csv(sweep)?.into_bytes(),
        SaveForm::Svg => svg(sweep).into_bytes(),
        SaveForm::Png => png(sweep)?,
    })
}

/// What goes to standard output.
pub(super) fn summary(sweep: &Sweep, form: SweepForm) -> anyhow::Result<Vec<u8>> {
    match form {
        SweepForm::Table => Ok(table(sweep).into_bytes()),
        SweepForm::Json => rendered(sweep, SaveForm::Json),
        SweepForm::Csv => rendered(sweep, SaveForm::Csv),
    }
}

/// A file of the sweep, opened before the work begins: a folder that cannot be written to should not cost a grid first.
pub(super) struct Output<'a> {
    path: &'a Path,
    form: SaveForm,
    file: NamedTempFile,
}

impl<'a> Output<'a> {
    /// The file that is to be written.
    pub const fn path(&self) -> &Path {
        self.path
    }

    /// Whether there is such a file already.
    pub fn replaces(&self) -> bool {
        self.path.exists()
    }

    /// Opens a temporary file beside `path`.
    pub fn open(path: &'a Path, form: SaveForm) -> Result<Self, CommandError> {
        whole_file::remove_stale(path);
        let file = whole_file::begin(path)
            .with_context(|| cannot_write(path))
            .map_err(CommandError::Usage)?;
        Ok(Self { path, form, file })
    }

    /// Writes the file whole or not at all.
    pub fn write(self, sweep: &Sweep) -> anyhow::Result<()> {
        let Self {
            path,
            form,
            mut file,
        } = self;
        let context = || cannot_write(path);
        let content = rendered(sweep, form).with_context(context)?;
        file.write_all(&content).with_context(context)?;
        whole_file::finish(file, path).with_context(context)
    }
}

fn cannot_write(path: &Path) -> String {
    format!("cannot write --save {}", path.display())
}
