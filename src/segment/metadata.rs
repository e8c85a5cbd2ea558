//! What a model file says of itself: labels, normalisation, size policy and origin.

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::size_policy::SizePolicy;
use crate::ade20k;

/// Custom metadata of an ONNX file, checked.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ModelMetadata {
    /// The network's classes in output order.
    pub labels: Vec<Label>,
    /// Mean of each channel (R, G, B) after `rescale`.
    pub mean: [f32; 3],
    /// Standard deviation of each channel after `rescale`.
    pub std: [f32; 3],
    /// Factor from 8-bit values to those that `mean` and `std` speak of, 1/255 as a rule.
    pub rescale: f32,
    /// From photo size to input size.
    pub size: SizePolicy,
    /// How photos are scaled.
    pub resample: Resample,
    /// Checkpoint or training run, with its hash.
    pub source: Option<Value>,
    /// Licence of the weights.
    pub licence: Option<String>,
    /// `fp32`, `fp16`, `fp16-gpu`, `int8`.
    pub precision: Option<String>,
}

/// One output class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Label {
    /// The model's name for it.
    pub name: String,
    /// Its 0-based ADE20K index.
    pub ade_index: u8,
}

/// How photos are scaled to the input; the one way that the published checkpoints use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Resample {
    /// Triangle filter, widened when scaling down.
    Bilinear,
}

/// A model that does not explain itself.
#[derive(Debug, thiserror::Error)]
pub enum MetadataError {
    /// Nothing is known of a field that inference needs.
    #[error(
        "the model's metadata has no `{field}`; write it with models/export.py, or give it with --model-config FILE, a JSON object \
         like {{\"{field}\": {example}}}"
    )]
    Missing {
        /// Key of the field.
        field: &'static str,
        /// A value as it might be.
        example: &'static str,
    },
    /// A field's value is not what the contract says.
    #[error(
        "the model's metadata field `{field}` is {value}: {reason}; expected something like {example}"
    )]
    Invalid {
        /// Key of the field.
        field: &'static str,
        /// The value found.
        value: String,
        /// What is wrong with it.
        reason: String,
        /// A value as it might be.
        example: &'static str,
    },
    /// The `--model-config` file cannot be read.
    #[error("--model-config {}: {reason}", path.display())]
    Config {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

const MEAN_EXAMPLE: &str = "[0.485, 0.456, 0.406]";
const STD_EXAMPLE: &str = "[0.229, 0.224, 0.225]";
const LABELS_EXAMPLE: &str = r#"[{"name": "wall", "adeIndex": 0}, ...]"#;
const SIZE_EXAMPLE: &str = r#"{"shortestEdge": 640, "longestEdge": 2560, "divisor": 32}"#;

/// Values from the model file, each replaced by that of the configuration file where it has one.
struct Fields<'a> {
    model: &'a dyn Fn(&str) -> Option<String>,
    config: serde_json::Map<String, Value>,
}

impl Fields<'_> {
    fn optional<T: DeserializeOwned>(
        &self,
        field: &'static str,
        example: &'static str,
    ) -> Result<Option<T>, MetadataError> {
        let invalid = |value: String, error: serde_json::Error| MetadataError::Invalid {
            field,
            value: shortened(&value),
            reason: error.to_string(),
            example,
        };
        if let Some(value) = self.config.get(field) {
            return T::deserialize(value)
                .map(Some)
                .map_err(|error| invalid(value.to_string(), error));
        }
        match (self.model)(field) {
            Some(text) => serde_json::from_str(&text)
                .map(Some)
                .map_err(|error| invalid(text, error)),
            None => Ok(None),
        }
    }

    fn required<T: DeserializeOwned>(
        &self,
        field: &'static str,
        example: &'static str,
    ) -> Result<T, MetadataError> {
        self.optional(field, example)?
            .ok_or(MetadataError::Missing { field, example })
    }
}

/// The start of a long value, so that a label table does not fill the screen.
fn shortened(value: &str) -> String {
    const SHOWN: usize = 60;
    match value.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", &value[..end]),
        None => value.to_owned(),
    }
}

impl ModelMetadata {
    /// Reads the metadata; `model` looks a key up in the ONNX file, `config` is the `--model-config` file.
    ///
    /// # Errors
    /// When the configuration cannot be read, a needed field is in neither, or a field has a value that cannot be.
    pub fn read(
        model: &dyn Fn(&str) -> Option<String>,
        config: Option<&Path>,
    ) -> Result<Self, MetadataError> {
        let config = config.map(read_config).transpose()?.unwrap_or_default();
        let fields = Fields { model, config };
        let metadata = Self {
            labels: fields.required("labels", LABELS_EXAMPLE)?,
            mean: fields.required("mean", MEAN_EXAMPLE)?,
            std: fields.required("std", STD_EXAMPLE)?,
            rescale: fields.required("rescale", "0.00392156862745098")?,
            size: fields.required("size", SIZE_EXAMPLE)?,
            resample: fields.required("resample", r#""bilinear""#)?,
            source: fields.optional("source", r#"{"checkpoint": "...", "sha256": "..."}"#)?,
            licence: fields.optional("licence", r#""MIT""#)?,
            precision: fields.optional("precision", r#""fp32""#)?,
        };
        metadata.check()
    }

    /// The ADE20K index of each output.
    #[must_use]
    pub fn ade_indices(&self) -> Vec<u8> {
        self.labels.iter().map(|label| label.ade_index).collect()
    }

    fn check(self) -> Result<Self, MetadataError> {
        let invalid = |field, value: String, reason: &str, example| MetadataError::Invalid {
            field,
            value,
            reason: reason.to_owned(),
            example,
        };
        if self.labels.is_empty() {
            return Err(invalid(
                "labels",
                "[]".to_owned(),
                "no label",
                LABELS_EXAMPLE,
            ));
        }
        if let Some(label) = (self.labels.iter())
            .find(|label| usize::from(label.ade_index) >= ade20k::CLASS_NAMES.len())
        {
            let value = format!("{}: {}", label.name, label.ade_index);
            return Err(invalid(
                "labels",
                value,
                "ADE20K has 150 classes, 0 to 149",
                LABELS_EXAMPLE,
            ));
        }
        let usable = |value: f32| value.is_finite() && value > 0.0;
        if !self.mean.into_iter().all(f32::is_finite) {
            let value = format!("{:?}", self.mean);
            return Err(invalid("mean", value, "must be finite", MEAN_EXAMPLE));
        }
        if !self.std.into_iter().all(usable) {
            let value = format!("{:?}", self.std);
            return Err(invalid("std", value, "must be positive", STD_EXAMPLE));
        }
        if !usable(self.rescale) {
            let value = self.rescale.to_string();
            return Err(invalid(
                "rescale",
                value,
                "must be positive",
                "0.00392156862745098",
            ));
        }
        self.size.validated().map_err(|error| {
            invalid(
                "size",
                format!("{:?}", self.size),
                &error.to_string(),
                SIZE_EXAMPLE,
            )
        })?;
        Ok(self)
    }
}

fn read_config(path: &Path) -> Result<serde_json::Map<String, Value>, MetadataError> {
    let failed = |reason: String| MetadataError::Config {
        path: path.to_path_buf(),
        reason,
    };
    let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| failed(format!("expected a JSON object: {error}")))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::io::Write;

    use super::*;

    fn complete() -> HashMap<&'static str, &'static str> {
        HashMap::from([
            (
                "labels",
                r#"[{"name": "wall", "adeIndex": 0}, {"name": "rug", "adeIndex": 28}]"#,
            ),
            ("mean", "[0.485, 0.456, 0.406]"),
            ("std", "[0.229, 0.224, 0.225]"),
            ("rescale", "0.00392156862745098"),
            (
                "size",
                r#"{"shortestEdge": 256, "longestEdge": 512, "divisor": 32}"#,
            ),
            ("resample", "\"bilinear\""),
        ])
    }

    fn read(
        fields: &HashMap<&str, &str>,
        config: Option<&Path>,
    ) -> Result<ModelMetadata, MetadataError> {
        ModelMetadata::read(
            &|key| fields.get(key).map(|text| (*text).to_owned()),
            config,
        )
    }

    #[test]
    fn a_complete_model_is_read() {
        let metadata = read(&complete(), None).unwrap();
        assert_eq!(metadata.ade_indices(), [0, 28]);
        assert_eq!(metadata.resample, Resample::Bilinear);
        assert_eq!(metadata.licence, None);
    }

    #[test]
    fn each_missing_field_is_named_with_the_way_to_give_it() {
        for field in ["labels", "mean", "std", "rescale", "size", "resample"] {
            let mut fields = complete();
            fields.remove(field);
            let message = read(&fields, None).unwrap_err().to_string();
            assert!(message.contains(&format!("no `{field}`")), "{message}");
            assert!(message.contains("--model-config"), "{message}");
        }
    }

    #[test]
    fn values_that_cannot_be_are_refused() {
        let cases = [
            ("labels", "[]"),
            ("labels", r#"[{"name": "x", "adeIndex": 150}]"#),
            ("labels", r#"["wall"]"#),
            ("mean", "[0.5]"),
            ("std", "[0, 1, 1]"),
            ("rescale", "-1"),
            ("size", r#"{"shortestEdge": 0, "divisor": 32}"#),
            ("resample", "\"lanczos\""),
        ];
        for (field, value) in cases {
            let mut fields = complete();
            fields.insert(field, value);
            let message = read(&fields, None).unwrap_err().to_string();
            assert!(
                message.contains(&format!("`{field}`")),
                "{field} {value}: {message}"
            );
        }
    }

    #[test]
    fn a_configuration_file_supplies_and_replaces_fields() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        write!(
            file,
            r#"{{"size": {{"height": 384, "width": 384, "divisor": 32}}, "rescale": 1}}"#
        )
        .unwrap();
        let mut fields = complete();
        fields.remove("size");
        let metadata = read(&fields, Some(file.path())).unwrap();
        assert!(matches!(
            metadata.size,
            SizePolicy::Fixed { height: 384, .. }
        ));
        assert!((metadata.rescale - 1.0).abs() < f32::EPSILON);
    }

    /// Beyond single precision a number of the configuration file is infinite; the model's own are refused as they are read.
    #[test]
    fn what_is_not_finite_is_laid_to_its_own_field() {
        for field in ["mean", "std"] {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            write!(file, r#"{{"{field}": [1e39, 1, 1]}}"#).unwrap();
            let message = read(&complete(), Some(file.path()))
                .unwrap_err()
                .to_string();
            let named = format!("field `{field}` is [inf, 1.0, 1.0]");
            assert!(message.contains(&named), "{message}");
        }
    }

    #[test]
    fn an_unreadable_configuration_is_an_error_that_names_it() {
        let message = read(&complete(), Some(Path::new("missing.json")))
            .unwrap_err()
            .to_string();
        assert!(message.contains("missing.json"), "{message}");
    }
}
