//! A model file that came with a checksum is held to it: a damaged download would else measure, only wrongly.

use std::path::{Path, PathBuf};

use super::model::ModelSource;

/// Why a model's checksum does not let it run.
#[derive(Debug, thiserror::Error)]
pub enum ChecksumError {
    /// The file is another one than was exported.
    #[error(
        "model {} has SHA-256 {found}, but {} says {stated}: it is damaged or another file; copy or export it anew \
         (models/export.py), or remove the checksum", .model.display(), .stated_in.display()
    )]
    Differs {
        /// The model's file.
        model: PathBuf,
        /// Its own checksum, hexadecimal.
        found: String,
        /// The file with the checksum.
        stated_in: PathBuf,
        /// What that one says.
        stated: String,
    },
    /// The model or its checksum cannot be read.
    #[error("cannot read {}: {source}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

/// Holds a model's file to `FILE.sha256` or the `SHA256SUMS` beside it, where one of them names it. Gives the file's own checksum;
/// `None` where it cannot be read and nothing states one.
pub(super) fn verify(source: &ModelSource) -> Result<Option<String>, ChecksumError> {
    let found = source.sha256();
    let ModelSource::File(model) = source else {
        return Ok(found.ok()); // Part of the binary.
    };
    let Some((stated_in, stated)) = stated(model)? else {
        return Ok(found.ok());
    };
    let found = found.map_err(|source| ChecksumError::Read {
        path: model.clone(),
        source,
    })?;
    if found.eq_ignore_ascii_case(&stated) {
        return Ok(Some(found));
    }
    Err(ChecksumError::Differs {
        model: model.clone(),
        found,
        stated_in,
        stated,
    })
}

/// The checksum that stands beside the model, and where.
fn stated(model: &Path) -> Result<Option<(PathBuf, String)>, ChecksumError> {
    let Some(name) = model.file_name() else {
        return Ok(None);
    };
    let mut own = name.to_owned();
    own.push(".sha256");
    for (path, about_it_alone) in [
        (model.with_file_name(own), true),
        (model.with_file_name("SHA256SUMS"), false),
    ] {
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(source) => return Err(ChecksumError::Read { path, source }),
        };
        // As `sha256sum` writes them: the checksum, blanks, a star for binary files, the name. Some write the checksum alone.
        let mut lines = text.lines().filter_map(|line| {
            let (sum, named) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
            let named = named.trim().trim_start_matches('*');
            let meant = about_it_alone || Path::new(named).file_name() == Some(name);
            (meant && !sum.is_empty()).then(|| sum.to_owned())
        });
        if let Some(sum) = lines.next() {
            return Ok(Some((path, sum)));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 180-2, appendix B.1: of "abc".
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn model(sidecar: &str, text: &str) -> (tempfile::TempDir, ModelSource) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("rooms.onnx");
        std::fs::write(&path, "abc").unwrap();
        std::fs::write(dir.path().join(sidecar), text).unwrap();
        (dir, ModelSource::File(path))
    }

    #[test]
    fn a_model_is_held_to_the_checksum_that_names_it() {
        let other = ABC.replace('b', "0");
        for (sidecar, text, holds) in [
            ("rooms.onnx.sha256", ABC.to_owned(), true),
            ("rooms.onnx.sha256", format!("{ABC}  rooms.onnx\n"), true),
            ("rooms.onnx.sha256", ABC.to_uppercase(), true),
            ("rooms.onnx.sha256", format!("{other}  rooms.onnx\n"), false),
            (
                "SHA256SUMS",
                format!("{other}  a.onnx\n{ABC} *rooms.onnx\n"),
                true,
            ),
            (
                "SHA256SUMS",
                format!("{ABC}  a.onnx\n{other}  ./rooms.onnx\n"),
                false,
            ),
            ("SHA256SUMS", format!("{other}  a.onnx\n"), true),
        ] {
            let (_dir, source) = model(sidecar, &text);
            assert_eq!(verify(&source).is_ok(), holds, "{sidecar}: {text}");
        }
    }

    #[test]
    fn the_error_names_both_files() {
        let (_dir, source) = model("SHA256SUMS", "00  rooms.onnx\n");
        let message = verify(&source).unwrap_err().to_string();
        for part in [
            "rooms.onnx has SHA-256 ba7816",
            "SHA256SUMS says 00",
            "models/export.py",
        ] {
            assert!(message.contains(part), "{message}");
        }
    }
}
