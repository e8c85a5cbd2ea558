//! The report as JSON, written and read.

use std::path::{Path, PathBuf};

use super::schema::{Report, SCHEMA_VERSION};

/// Why a saved report cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file cannot be read.
    #[error("cannot read the report {}: {source}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// It is not a report.
    #[error("{} is not a report of this program: {reason}; give the .json that --save wrote", .path.display())]
    Form {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// It was written by a newer version.
    #[error("{} has schema version {found}; this program reads up to {SCHEMA_VERSION}: use a newer one", .path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u64,
    },
}

impl ReadError {
    /// Whether there is no such file.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Read { source, .. } if source.kind() == std::io::ErrorKind::NotFound)
    }
}

/// The report, indented, with a newline at its end.
///
/// # Errors
/// Never for a report built by this program; the serialiser's error is passed on rather than hidden.
pub fn render(report: &Report) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(report)?;
    text.push('\n');
    Ok(text)
}

/// Reads a saved report.
///
/// # Errors
/// When the file cannot be read, is no report, or is of a newer schema.
pub fn read(path: &Path) -> Result<Report, ReadError> {
    let bytes = std::fs::read(path).map_err(|source| ReadError::Read {
        path: path.to_owned(),
        source,
    })?;
    let form_error = |reason: String| ReadError::Form {
        path: path.to_owned(),
        reason,
    };
    let value: serde_json::Value =
        serde_json::from_slice(&bytes).map_err(|e| form_error(e.to_string()))?;
    let found = value["schemaVersion"]
        .as_u64()
        .ok_or_else(|| form_error("it has no schemaVersion".to_owned()))?;
    if found > u64::from(SCHEMA_VERSION) {
        return Err(ReadError::Newer {
            path: path.to_owned(),
            found,
        });
    }
    serde_json::from_value(value).map_err(|e| form_error(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn read_text(text: &str) -> Result<Report, ReadError> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("report.json");
        std::fs::write(&path, text).unwrap();
        read(&path)
    }

    #[test]
    fn a_report_is_read_as_it_was_written() {
        let report = sample::report();
        assert_eq!(read_text(&render(&report).unwrap()).unwrap(), report);
    }

    #[test]
    fn the_names_of_the_contract_are_used() {
        let value: serde_json::Value =
            serde_json::from_str(&render(&sample::report()).unwrap()).unwrap();
        let first = &value["results"][0];
        for name in [
            "file",
            "sha256",
            "status",
            "error",
            "wallWidthCm",
            "wallHeightCm",
            "widthIntervalCm",
            "heightIntervalCm",
            "visibleWidthCm",
            "widthIsLowerBound",
            "windows",
            "confidencePct",
            "warnings",
            "camera",
            "image",
            "inputSize",
            "inferences",
            "decodes",
            "timingsMs",
            "expectedWidthCm",
            "expectedHeightCm",
            "widthDiffCm",
            "widthAbsErrCm",
            "widthPctErr",
            "heightDiffCm",
            "heightAbsErrCm",
            "heightPctErr",
        ] {
            assert!(first.get(name).is_some(), "{name}");
        }
        let metrics = &value["metrics"];
        for name in [
            "total",
            "successful",
            "withTruth",
            "errors",
            "width",
            "height",
            "constantBaseline",
            "byVisibility",
            "timingsMs",
            "wallSeconds",
            "photosPerSecond",
            "peakRssMb",
        ] {
            assert!(metrics.get(name).is_some(), "{name}");
        }
        for name in [
            "count",
            "meanDiff",
            "mae",
            "rmse",
            "maxAbs",
            "p95",
            "mape",
            "medianPctErr",
            "coverage80",
        ] {
            assert!(metrics["width"].get(name).is_some(), "{name}");
        }
        assert_eq!(first["camera"]["focalSource"], "exif35mm");
    }

    #[test]
    fn what_is_no_report_says_so() {
        assert!(matches!(read_text("{}"), Err(ReadError::Form { .. })));
        assert!(matches!(read_text("[1"), Err(ReadError::Form { .. })));
        assert!(matches!(
            read_text(r#"{"schemaVersion":99}"#),
            Err(ReadError::Newer { found: 99, .. })
        ));
        assert!(read(Path::new("no/such.json")).is_err_and(|error| error.is_missing()));
    }

    /// CSV, say, which `--save` writes, too.
    #[test]
    fn what_is_no_report_is_told_from_the_file_that_is() {
        for text in ["file,status\n", "{}", r#"{"schemaVersion":1}"#] {
            let error = read_text(text).unwrap_err();
            assert!(!error.is_missing());
            let told = error.to_string();
            assert!(told.ends_with("give the .json that --save wrote"), "{told}");
        }
    }
}
