//! Finding and loading ONNX Runtime's shared library, once a process.
//!
//! The library is searched where the user says (`ORT_DYLIB_PATH`), beside the binary, in the project's `vendor` folder, in
//! the user's cache, and where the system's loader looks, in this order. The working directory is not searched: a library
//! that happens to lie beside somebody's photos is not to be run.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use ort::environment::Environment;

/// The variable that names the library to load.
pub const DYLIB_VARIABLE: &str = "ORT_DYLIB_PATH";

/// Folder below the project's root, and below the user's cache, that holds the library.
const VENDOR_FOLDER: &str = "vendor/onnxruntime";
const CACHE_FOLDER: &str = "measure-bench/onnxruntime";

/// The oldest minor version of ONNX Runtime 1.x whose interface this binary can use.
const OLDEST_MINOR: u32 = ort::MINOR_VERSION;

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

/// Where a library may lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The path in `ORT_DYLIB_PATH`; when it is set, nothing else is tried.
    Variable,
    /// The folder of the running binary, or `lib` in or beside it.
    BesideBinary,
    /// `vendor/onnxruntime` of the project.
    Vendor,
    /// The user's cache folder.
    Cache,
    /// Wherever the system's loader looks.
    System,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Variable => DYLIB_VARIABLE,
            Self::BesideBinary => "beside the binary",
            Self::Vendor => "project",
            Self::Cache => "user cache",
            Self::System => "system",
        })
    }
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

/// The folders that the search depends on.
#[derive(Debug, Clone, Default)]
pub struct SearchPaths {
    /// Value of `ORT_DYLIB_PATH`, when set and not empty.
    pub variable: Option<PathBuf>,
    /// Folder of the running binary.
    pub binary_folder: Option<PathBuf>,
    /// Root folder of the project that this binary was built from.
    pub project: Option<PathBuf>,
    /// The user's cache folder.
    pub cache: Option<PathBuf>,
}

impl SearchPaths {
    /// As the environment of this process says.
    #[must_use]
    pub fn from_environment() -> Self {
        let folder = |name: &str| {
            std::env::var_os(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        };
        let home_cache = if cfg!(target_os = "windows") {
            folder("LOCALAPPDATA")
        } else if cfg!(target_os = "macos") {
            folder("HOME").map(|home| home.join("Library/Caches"))
        } else {
            folder("XDG_CACHE_HOME").or_else(|| folder("HOME").map(|home| home.join(".cache")))
        };
        Self {
            variable: folder(DYLIB_VARIABLE),
            binary_folder: std::env::current_exe()
                .ok()
                .and_then(|binary| binary.parent().map(Path::to_path_buf)),
            project: Some(PathBuf::from(env!("CARGO_MANIFEST_DIR"))),
            cache: home_cache,
        }
    }

    /// All folders and files to try, in order.
    #[must_use]
    pub fn candidates(&self) -> Vec<(Place, PathBuf)> {
        if let Some(path) = &self.variable {
            return vec![(Place::Variable, path.clone())];
        }
        let mut candidates = Vec::new();
        if let Some(folder) = &self.binary_folder {
            candidates.push((Place::BesideBinary, folder.clone()));
            candidates.push((Place::BesideBinary, folder.join("lib")));
            if let Some(parent) = folder.parent() {
                candidates.push((Place::BesideBinary, parent.join("lib")));
            }
            // A binary in the project's own `target`, also when the project was moved after the build.
            candidates.extend(
                folder
                    .ancestors()
                    .skip(1)
                    .map(|ancestor| ancestor.join(VENDOR_FOLDER))
                    .filter(|vendor| vendor.is_dir())
                    .map(|vendor| (Place::Vendor, vendor)),
            );
        }
        if let Some(project) = &self.project {
            let vendor = project.join(VENDOR_FOLDER);
            if candidates.iter().all(|(_, known)| *known != vendor) {
                candidates.push((Place::Vendor, vendor));
            }
        }
        if let Some(cache) = &self.cache {
            candidates.push((Place::Cache, cache.join(CACHE_FOLDER)));
        }
        candidates.push((Place::System, PathBuf::from(library_name())));
        if cfg!(target_os = "linux") {
            // Linux's loader knows installed libraries by their ABI's name; the plain one belongs to development packages.
            candidates.push((Place::System, PathBuf::from(library_name() + ".1")));
        }
        candidates
    }
}

/// File name of the library on this system, without a version.
fn library_name() -> String {
    format!(
        "{}onnxruntime{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    )
}

/// The library in `folder`: by its plain name, else the highest version among versioned names.
fn library_in(folder: &Path) -> Option<PathBuf> {
    let plain = folder.join(library_name());
    if plain.is_file() {
        return Some(plain);
    }
    let versioned = |name: &str| {
        let rest = name.strip_prefix(std::env::consts::DLL_PREFIX)?;
        let rest = rest.strip_prefix("onnxruntime")?;
        // Linux puts the version after the suffix, macOS before it.
        let version = match rest.strip_prefix(std::env::consts::DLL_SUFFIX) {
            Some(version) => version,
            None => rest.strip_suffix(std::env::consts::DLL_SUFFIX)?,
        };
        version
            .strip_prefix('.')?
            .split('.')
            .map(|number| number.parse::<u32>().ok())
            .collect::<Option<Vec<_>>>()
    };
    std::fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter_map(|name| Some((versioned(&name)?, name)))
        .max()
        .map(|(_, name)| folder.join(name))
}

/// Opens the library and asks it for its version, before anything else is called in it.
#[allow(unsafe_code)] // loading foreign code, and calling the one function of it that tells its version
fn version_of(path: &Path) -> Result<String, String> {
    // SAFETY: the library is ONNX Runtime by its name and its place; its initialisers have no preconditions.
    let library = unsafe { libloading::Library::new(path) }.map_err(|error| {
        if is_of_another_architecture(path) {
            "is built for another architecture than this machine's".to_owned()
        } else {
            error.to_string()
        }
    })?;
    // SAFETY: `OrtGetApiBase` has this signature in every release of ONNX Runtime.
    let get_base = unsafe {
        library.get::<unsafe extern "C" fn() -> *const ort::sys::OrtApiBase>(b"OrtGetApiBase")
    }
    .map_err(|_| "is not ONNX Runtime: it has no OrtGetApiBase".to_owned())?;
    // SAFETY: the returned structure and the version text are static data of the library, which is still open here.
    let version = unsafe {
        let base = get_base().as_ref().ok_or("gives no interface")?;
        std::ffi::CStr::from_ptr((base.GetVersionString)())
    };
    Ok(version.to_string_lossy().into_owned())
}

/// Whether the file is an ELF library for another kind of processor than this program; the system's loader says of those
/// that they do not exist.
fn is_of_another_architecture(path: &Path) -> bool {
    /// Magic number, class and byte order at the start; the machine at 18.
    fn header(path: &Path) -> Option<([u8; 6], [u8; 2])> {
        use std::io::Read as _;
        let mut head = [0; 20];
        std::fs::File::open(path).ok()?.read_exact(&mut head).ok()?;
        Some((head[..6].try_into().ok()?, head[18..].try_into().ok()?))
    }
    let this = std::env::current_exe().ok().and_then(|path| header(&path));
    matches!((header(path), this), (Some(library), Some(this)) if library.0.starts_with(b"\x7fELF") && library != this)
}

/// Whether `version` (`1.32.0`) is one that this binary can use.
fn is_new_enough(version: &str) -> bool {
    let mut numbers = version.split('.').map(|number| number.parse::<u32>().ok());
    matches!((numbers.next().flatten(), numbers.next().flatten()), (Some(1), Some(minor)) if minor >= OLDEST_MINOR)
}

/// The library's version if it can be used, else why not.
fn examine(path: &Path) -> Result<String, String> {
    let version = version_of(path)?;
    if is_new_enough(&version) {
        Ok(version)
    } else {
        Err(format!("is version {version}, older than 1.{OLDEST_MINOR}"))
    }
}

/// The first usable library, its version, and what was tried before it.
///
/// # Errors
/// When none of the places holds a usable library.
pub fn find(paths: &SearchPaths) -> Result<(PathBuf, String), RuntimeError> {
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
            (Some(file), Ok(version)) => return Ok((file, version)),
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
            let (path, version) = find(&SearchPaths::from_environment())?;
            let failed = |reason: String| RuntimeError {
                attempts: vec![Attempt {
                    place: Place::System,
                    path: path.clone(),
                    reason,
                }],
            };
            let environment = ort::init_from(&path)
                .map_err(|error| failed(error.to_string()))?
                .with_name(env!("CARGO_PKG_NAME"))
                .with_telemetry(false)
                .build()
                .map_err(|error| failed(error.to_string()))?;
            Ok(Runtime {
                environment,
                path,
                version,
            })
        })
        .as_ref()
        .map_err(Clone::clone)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(paths: &SearchPaths) -> Vec<Place> {
        let mut places: Vec<Place> = paths
            .candidates()
            .into_iter()
            .map(|(place, _)| place)
            .collect();
        places.dedup();
        places
    }

    fn paths(root: &Path) -> SearchPaths {
        SearchPaths {
            variable: None,
            binary_folder: Some(root.join("bin")),
            project: Some(root.join("project")),
            cache: Some(root.join("cache")),
        }
    }

    #[test]
    fn places_are_tried_in_the_documented_order() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(
            places(&paths(root.path())),
            [
                Place::BesideBinary,
                Place::Vendor,
                Place::Cache,
                Place::System
            ]
        );
    }

    #[test]
    fn the_variable_is_the_only_place_when_set() {
        let root = tempfile::tempdir().unwrap();
        let named = SearchPaths {
            variable: Some(root.path().join("missing.so")),
            ..paths(root.path())
        };
        assert_eq!(places(&named), [Place::Variable]);
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
    fn a_versioned_name_serves_and_the_highest_version_wins() {
        let folder = tempfile::tempdir().unwrap();
        let name = |version: &str| {
            if cfg!(target_os = "macos") {
                format!("libonnxruntime.{version}.dylib")
            } else {
                format!("{}.{version}", library_name())
            }
        };
        for version in ["1.9.0", "1.32.0", "1.24.4"] {
            std::fs::write(folder.path().join(name(version)), b"").unwrap();
        }
        std::fs::write(
            folder.path().join("libonnxruntime_providers_shared.so"),
            b"",
        )
        .unwrap();
        assert_eq!(
            library_in(folder.path()),
            Some(folder.path().join(name("1.32.0")))
        );
        std::fs::write(folder.path().join(library_name()), b"").unwrap();
        assert_eq!(
            library_in(folder.path()),
            Some(folder.path().join(library_name()))
        );
    }

    #[test]
    fn old_versions_are_refused() {
        assert!(is_new_enough("1.24.4"));
        assert!(is_new_enough("1.32.0"));
        for version in ["1.23.2", "0.99.0", "2.0.0", "", "abc"] {
            assert!(!is_new_enough(version), "{version}");
        }
    }

    #[test]
    fn the_project_has_a_usable_library() {
        let runtime = load().expect("ONNX Runtime, as `make runtime` provides it");
        assert!(is_new_enough(&runtime.version));
    }
}
