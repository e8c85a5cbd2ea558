//! Finding and loading ONNX Runtime's shared library, once a process.

mod library;
mod search;

use std::fmt;
use std::path::PathBuf;
use std::sync::OnceLock;

use ort::environment::Environment;

use library::{OLDEST_MINOR, examine};
pub use search::{DYLIB_VARIABLE, Place, SearchPaths};
use search::{library_in, library_name};

/// A loaded ONNX Runtime.
#[derive(Debug)]
pub struct Runtime {
    /// Everything that sessions share; lives as long as the process.
    pub environment: Environment,
    /// The file that was loaded; a bare name when the system's loader found it.
    pub path: PathBuf,
    /// The version it gives itself, for example `1.32.0`.
    pub version: String,
}

/// A place that was looked at without success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// What kind of place.
    pub place: Place,
    /// The file or folder.
    pub path: PathBuf,
    /// Why it did not serve.
    pub reason: String,
}

/// No usable ONNX Runtime was found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct RuntimeError {
    /// All places, in the order of the search.
    pub attempts: Vec<Attempt>,
}

impl fmt::Display for RuntimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "no usable ONNX Runtime (1.{OLDEST_MINOR} or newer); searched, in this order:"
        )?;
        for attempt in &self.attempts {
            writeln!(
                f,
                "  {}: {}: {}",
                attempt.place,
                attempt.path.display(),
                attempt.reason
            )?;
        }
        write!(
            f,
            "get it with `make runtime` in the project's folder, or set {DYLIB_VARIABLE} to the library inside the Python \
             package onnxruntime (`pip download --no-deps onnxruntime`, then unzip)"
        )
    }
}

/// A library that can be used, as far as its version tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What kind of place it lies in.
    pub place: Place,
    /// The file; a bare name when the system's loader found it.
    pub path: PathBuf,
    /// The version it gives itself.
    pub version: String,
}

impl Found {
    /// The error of a library that was found and does not start.
    fn failed(&self, reason: String) -> RuntimeError {
        RuntimeError {
            attempts: vec![Attempt {
                place: self.place,
                path: self.path.clone(),
                reason,
            }],
        }
    }
}

/// The first usable library.
///
/// # Errors
/// When none of the places holds a usable library.
pub fn find(paths: &SearchPaths) -> Result<Found, RuntimeError> {
    let mut attempts = Vec::new();
    for (place, candidate) in paths.candidates() {
        let file = match place {
            Place::System => Some(candidate.clone()),
            Place::Variable if candidate.is_file() => Some(candidate.clone()),
            _ => library_in(&candidate),
        };
        let outcome = match &file {
            Some(file) => examine(file),
            None if candidate.exists() => Err(format!("holds no {}", library_name())),
            None => Err("does not exist".to_owned()),
        };
        match (file, outcome) {
            (Some(path), Ok(version)) => {
                return Ok(Found {
                    place,
                    path,
                    version,
                });
            }
            (file, outcome) => attempts.push(Attempt {
                place,
                path: file.unwrap_or(candidate),
                reason: outcome.err().unwrap_or_default(),
            }),
        }
    }
    Err(RuntimeError { attempts })
}

/// The process's ONNX Runtime; loaded at the first call, and the same afterwards.
///
/// # Errors
/// When no usable library is found; the error lists what was searched.
pub fn load() -> Result<&'static Runtime, RuntimeError> {
    static RUNTIME: OnceLock<Result<Runtime, RuntimeError>> = OnceLock::new();
    RUNTIME
        .get_or_init(|| {
            let found = find(&SearchPaths::from_environment())?;
            let environment = ort::init_from(&found.path)
                .map_err(|error| found.failed(error.to_string()))?
                .with_name(env!("CARGO_PKG_NAME"))
                .with_telemetry(false)
                .build()
                .map_err(|error| found.failed(error.to_string()))?;
            Ok(Runtime {
                environment,
                path: found.path,
                version: found.version,
            })
        })
        .as_ref()
        .map_err(Clone::clone)
}

#[cfg(test)]
mod tests {
    use super::library::is_new_enough;
    use super::search::VENDOR_FOLDER;
    use super::search::tests::paths;
    use super::*;

    #[test]
    fn the_variable_is_the_only_place_when_set() {
        let root = tempfile::tempdir().unwrap();
        let named = SearchPaths {
            variable: Some(root.path().join("missing.so")),
            ..paths(root.path())
        };
        let error = find(&named).unwrap_err();
        assert_eq!(error.attempts.len(), 1);
        assert!(error.to_string().contains("missing.so: does not exist"));
    }

    #[test]
    fn the_error_lists_every_place_and_the_command() {
        let root = tempfile::tempdir().unwrap();
        let vendor = root.path().join("project").join(VENDOR_FOLDER);
        std::fs::create_dir_all(&vendor).unwrap();
        std::fs::write(vendor.join(library_name()), b"no library").unwrap();
        let mut paths = paths(root.path());
        paths.binary_folder = Some(root.path().join("bin"));
        let Err(error) = find(&paths) else {
            // A machine with ONNX Runtime installed system-wide finds that one, rightly.
            return;
        };
        let message = error.to_string();
        for part in [
            "bin",
            "vendor",
            "cache",
            "system",
            "make runtime",
            DYLIB_VARIABLE,
        ] {
            assert!(message.contains(part), "{part} is missing in:\n{message}");
        }
    }

    #[test]
    fn a_library_that_does_not_start_is_reported_where_it_was_found() {
        let paths = SearchPaths::from_environment();
        let found = find(&paths).expect("ONNX Runtime, as `make runtime` provides it");
        let holds_it = |(place, candidate): &(Place, PathBuf)| {
            *place == found.place && found.path.starts_with(candidate)
        };
        assert!(paths.candidates().iter().any(holds_it), "{found:?}");
        let elsewhere = Found {
            place: Place::Vendor,
            ..found
        };
        let message = elsewhere.failed("no memory".to_owned()).to_string();
        let line = format!("project: {}: no memory", elsewhere.path.display());
        assert!(message.contains(&line), "{message}");
    }

    #[test]
    fn the_project_has_a_usable_library() {
        let runtime = load().expect("ONNX Runtime, as `make runtime` provides it");
        assert!(is_new_enough(&runtime.version));
    }
}
