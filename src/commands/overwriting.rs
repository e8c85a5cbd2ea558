//! What a run reads must not be what it writes.

use std::path::Path;

use super::CommandError;

/// Refuses files of `--save` that are inputs of the run; each input is given with the words for it.
///
/// # Errors
/// Names the file and what it is.
pub(super) fn refuse<'a, S: AsRef<Path> + 'a>(
    saves: impl Iterator<Item = &'a S>,
    inputs: impl Iterator<Item = (&'static str, &'a Path)> + Clone,
) -> Result<(), CommandError> {
    for target in saves {
        let target: &Path = target.as_ref();
        let Ok(file) = target.canonicalize() else {
            continue; // A file that does not exist is no input.
        };
        let is_same = |input: &Path| {
            // Most inputs are told apart without asking the file system.
            input.file_name() == target.file_name()
                && input.canonicalize().is_ok_and(|path| path == file)
        };
        if let Some((what, _)) = inputs.clone().find(|(_, input)| is_same(input)) {
            return Err(CommandError::Usage(anyhow::anyhow!(
                "--save {} would overwrite {what}; give the report another name",
                target.display()
            )));
        }
    }
    Ok(())
}
