//! Whether a library is an ONNX Runtime that this binary can use.

use std::path::Path;

/// The oldest minor version of ONNX Runtime 1.x whose interface this binary can use.
pub(super) const OLDEST_MINOR: u32 = ort::MINOR_VERSION;

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
pub(super) fn is_new_enough(version: &str) -> bool {
    let mut numbers = version.split('.').map(|number| number.parse::<u32>().ok());
    matches!((numbers.next().flatten(), numbers.next().flatten()), (Some(1), Some(minor)) if minor >= OLDEST_MINOR)
}

/// The library's version if it can be used, else why not.
pub(super) fn examine(path: &Path) -> Result<String, String> {
    let version = version_of(path)?;
    if is_new_enough(&version) {
        Ok(version)
    } else {
        Err(format!("is version {version}, older than 1.{OLDEST_MINOR}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_versions_are_refused() {
        assert!(is_new_enough("1.24.4"));
        assert!(is_new_enough("1.32.0"));
        for version in ["1.23.2", "0.99.0", "2.0.0", "", "abc"] {
            assert!(!is_new_enough(version), "{version}");
        }
    }
}
