//! Where ONNX Runtime is looked for: where the user says (`ORT_DYLIB_PATH`), beside the binary, in the project's `vendor`
//! folder, in the user's cache, and where the system's loader looks, in this order. The working directory is not searched: a
//! library that happens to lie beside somebody's photos is not to be run.

use std::fmt;
use std::path::{Path, PathBuf};

/// The variable that names the library to load.
pub const DYLIB_VARIABLE: &str = "ORT_DYLIB_PATH";

/// Folder below the project's root, and below the user's cache, that holds the library.
pub(super) const VENDOR_FOLDER: &str = "vendor/onnxruntime";
const CACHE_FOLDER: &str = "measure-bench/onnxruntime";

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
pub(super) fn library_name() -> String {
    format!(
        "{}onnxruntime{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    )
}

/// The library in `folder`: by its plain name, else the highest version among versioned names.
pub(super) fn library_in(folder: &Path) -> Option<PathBuf> {
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

#[cfg(test)]
pub(super) mod tests {
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

    pub(in crate::segment::runtime) fn paths(root: &Path) -> SearchPaths {
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
}
