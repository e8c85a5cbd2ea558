//! Which model file runs: the bundled one, a path, or a name from `models/`.

use std::path::{Path, PathBuf};

use crate::hash::{sha256, sha256_of_file};

/// The model that is part of the binary.
pub(super) static BUNDLED: &[u8] = include_bytes!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/models/measure-bench-rooms.onnx"
));

/// Name of the bundled model; it can be asked for by this name too.
pub const BUNDLED_NAME: &str = "measure-bench-rooms";

/// Folder with models, in the project's root or beside the binary.
const MODELS_FOLDER: &str = "models";

/// Where a model comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub enum ModelSource {
    /// The model inside the binary.
    #[default]
    Bundled,
    /// An ONNX file.
    File(PathBuf),
}

/// A name or path that leads to no model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "no model '{name}': looked for {}; leave --model out for the bundled one, or export a checkpoint with models/export.py",
    list(searched)
)]
pub struct ModelNotFound {
    /// As given.
    pub name: String,
    /// The files looked for.
    pub searched: Vec<PathBuf>,
}

fn list(paths: &[PathBuf]) -> String {
    let shown: Vec<String> = paths
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    shown.join(", ")
}

impl ModelSource {
    /// What `--model` says: nothing or the bundled model's name, a file's path, or a name from a `models` folder.
    ///
    /// # Errors
    /// When no such file exists.
    pub fn resolve(model: Option<&str>) -> Result<Self, ModelNotFound> {
        let binary_folder = std::env::current_exe()
            .ok()
            .and_then(|binary| binary.parent().map(Path::to_path_buf));
        let roots = [
            Some(PathBuf::new()),
            binary_folder,
            Some(PathBuf::from(env!("CARGO_MANIFEST_DIR"))),
        ];
        let folders: Vec<PathBuf> = roots
            .into_iter()
            .flatten()
            .map(|root| root.join(MODELS_FOLDER))
            .collect();
        Self::resolve_in(model, &folders)
    }

    fn resolve_in(model: Option<&str>, folders: &[PathBuf]) -> Result<Self, ModelNotFound> {
        let Some(name) = model.filter(|name| !name.is_empty() && *name != BUNDLED_NAME) else {
            return Ok(Self::Bundled);
        };
        let mut searched = vec![PathBuf::from(name)];
        for folder in folders {
            searched.push(folder.join(name));
            searched.push(folder.join(format!("{name}.onnx")));
        }
        match searched.iter().find(|path| path.is_file()) {
            Some(path) => Ok(Self::File(path.clone())),
            None => Err(ModelNotFound {
                name: name.to_owned(),
                searched,
            }),
        }
    }

    /// The model's name: its file name without the ending.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Bundled => BUNDLED_NAME.to_owned(),
            Self::File(path) => path.file_stem().map_or_else(
                || path.display().to_string(),
                |stem| stem.to_string_lossy().into_owned(),
            ),
        }
    }

    /// SHA-256 of the model file, hexadecimal.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn sha256(&self) -> std::io::Result<String> {
        match self {
            Self::Bundled => Ok(sha256(BUNDLED)),
            Self::File(path) => sha256_of_file(path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_paths_resolve() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("tiny-fp32.onnx");
        std::fs::write(&file, b"model").unwrap();
        let folders = [root.path().to_path_buf()];
        let resolve = |name: &str| ModelSource::resolve_in(Some(name), &folders);
        assert_eq!(resolve("tiny-fp32"), Ok(ModelSource::File(file.clone())));
        assert_eq!(
            resolve("tiny-fp32.onnx"),
            Ok(ModelSource::File(file.clone()))
        );
        assert_eq!(
            resolve(file.to_str().unwrap()),
            Ok(ModelSource::File(file.clone()))
        );
        assert_eq!(resolve(BUNDLED_NAME), Ok(ModelSource::Bundled));
        assert_eq!(
            ModelSource::resolve_in(None, &folders),
            Ok(ModelSource::Bundled)
        );
        assert!(
            resolve("large")
                .unwrap_err()
                .to_string()
                .contains("large.onnx")
        );
        assert_eq!(ModelSource::File(file).name(), "tiny-fp32");
    }

    #[test]
    fn the_hash_is_that_of_the_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"abc").unwrap();
        // FIPS 180-2, appendix B.1.
        assert_eq!(
            ModelSource::File(file.path().to_path_buf())
                .sha256()
                .unwrap(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
