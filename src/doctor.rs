//! What this machine offers, and how to get what is missing (`measure-bench doctor`).

use std::fmt;
use std::path::PathBuf;

use serde::Serialize;

use crate::geometry::camera::ImageSize;
use crate::segment::{
    Device, ModelSource, Network, NetworkOptions, Segmenter, SegmenterInfo, runtime,
};

/// The state of everything that measuring depends on.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DoctorReport {
    /// ONNX Runtime, if it was found.
    pub onnx_runtime: Option<RuntimeReport>,
    /// Every execution provider.
    pub providers: Vec<ProviderReport>,
    /// The model, if it loads.
    pub model: Option<SegmenterInfo>,
    /// Formats of photos.
    pub codecs: Vec<CodecReport>,
    /// Threads that can run at once.
    pub cores: usize,
    /// Memory of the machine, MB of 10^6 bytes.
    pub memory_mb: u64,
    /// Memory that is free at the moment, MB.
    pub available_memory_mb: u64,
    /// What to do about each thing that is missing; empty when nothing is.
    pub advice: Vec<String>,
}

/// The library that was found.
#[derive(Debug, Clone, Serialize)]
pub struct RuntimeReport {
    /// Its version.
    pub version: String,
    /// Its file.
    pub path: PathBuf,
}

/// One execution provider.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProviderReport {
    /// Which.
    pub device: Device,
    /// Whether the library was built with it.
    pub compiled_in: bool,
    /// Whether the model really ran on it.
    pub usable: bool,
    /// Why it did not, and how to get it.
    pub reason: Option<String>,
}

/// One family of formats.
#[derive(Debug, Clone, Serialize)]
pub struct CodecReport {
    /// The formats.
    pub formats: &'static str,
    /// Whether they can be decoded.
    pub available: bool,
}

impl DoctorReport {
    /// Whether photos can be measured on this machine.
    #[must_use]
    pub fn can_measure(&self) -> bool {
        self.model.is_some()
    }
}

/// Photo size of the trial run; its shape does not matter.
const TRIAL: ImageSize = ImageSize {
    width: 4,
    height: 3,
};
/// Long side of the trial run's input, px: small, so that the examination takes no time.
const TRIAL_LONG_SIDE: u32 = 64;

/// Examines this machine, with the model that `--model` names; runs the model once on each provider.
#[must_use]
pub fn inspect(model: Option<&str>) -> DoctorReport {
    let mut advice = Vec::new();
    let onnx_runtime = match runtime::load() {
        Ok(runtime) => Some(RuntimeReport {
            version: runtime.version.clone(),
            path: runtime.path.clone(),
        }),
        Err(error) => {
            advice.push(error.to_string());
            None
        }
    };
    let source = ModelSource::resolve(model)
        .map_err(|error| advice.push(error.to_string()))
        .ok();
    let mut info = None;
    let mut providers = Vec::new();
    if let (Some(_), Some(source)) = (&onnx_runtime, source) {
        for device in Device::ALL {
            let trial = try_device(&source, device);
            if device == Device::Cpu
                && let Err(reason) = &trial
            {
                advice.push(reason.clone());
            }
            providers.push(ProviderReport {
                device,
                compiled_in: device.is_compiled_in(),
                usable: trial.is_ok(),
                reason: trial.as_ref().err().cloned(),
            });
            // The devices come fastest first: the model is described as it would run by default.
            if info.is_none() && Device::Auto.candidates().contains(&device) {
                info = trial.ok();
            }
        }
    }
    let codecs = codecs();
    if codecs.iter().any(|codec| !codec.available) {
        advice.push(format!("AVIF: {}", crate::photo::AV1_ADVICE));
    }
    let foreign = crate::photo::foreign_codecs();
    if !foreign.is_empty() {
        advice.push(format!(
            "libheif holds codecs that are not meant to be in it ({}): {}",
            foreign.join(", "),
            crate::photo::FOREIGN_CODECS_ADVICE
        ));
    }
    let memory = sysinfo::System::new_with_specifics(
        sysinfo::RefreshKind::nothing().with_memory(sysinfo::MemoryRefreshKind::everything()),
    );
    DoctorReport {
        onnx_runtime,
        providers,
        model: info,
        codecs,
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        memory_mb: memory.total_memory() / 1_000_000,
        available_memory_mb: memory.available_memory() / 1_000_000,
        advice,
    }
}

/// Runs the model once on the device.
fn try_device(source: &ModelSource, device: Device) -> Result<SegmenterInfo, String> {
    let options = NetworkOptions {
        device,
        long_side: Some(TRIAL_LONG_SIDE),
        ..NetworkOptions::default()
    };
    let mut network = Network::open(source.clone(), &options).map_err(|error| error.to_string())?;
    network
        .warm_up(TRIAL, None)
        .map_err(|error| error.to_string())?;
    let policy = network.metadata().size.to_string();
    Ok(SegmenterInfo {
        input_policy: policy,
        ..network.describe()
    })
}

fn codecs() -> Vec<CodecReport> {
    let codec = |formats, available| CodecReport { formats, available };
    vec![
        codec("JPEG, PNG, WebP, TIFF, BMP, GIF", true),
        codec("HEIC, HEIF", true),
        codec("AVIF", crate::photo::decodes_avif()),
    ]
}

impl fmt::Display for DoctorReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = |good: bool| if good { "ok" } else { "--" };
        match &self.onnx_runtime {
            Some(runtime) => writeln!(
                f,
                "ok  ONNX Runtime {} ({})",
                runtime.version,
                runtime.path.display()
            )?,
            None => writeln!(f, "--  ONNX Runtime")?,
        }
        for provider in &self.providers {
            let reason = provider.reason.as_deref().unwrap_or("works");
            writeln!(
                f,
                "{}  provider {}: {reason}",
                mark(provider.usable),
                provider.device
            )?;
        }
        match &self.model {
            Some(model) => writeln!(
                f,
                "ok  model {}: {} classes, {}, input {}, licence {}",
                model.name,
                model.labels.len(),
                model.precision.as_deref().unwrap_or("precision unknown"),
                model.input_policy,
                model.licence.as_deref().unwrap_or("unknown")
            )?,
            None => writeln!(f, "--  model")?,
        }
        for codec in &self.codecs {
            writeln!(f, "{}  {}", mark(codec.available), codec.formats)?;
        }
        writeln!(
            f,
            "    {} cores, {} MB of memory, {} MB available",
            self.cores, self.memory_mb, self.available_memory_mb
        )?;
        for advice in &self.advice {
            writeln!(f, "\n{advice}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_can_measure_and_the_text_says_what_is_missing() {
        let report = inspect(None);
        assert!(report.can_measure(), "{report}");
        let text = report.to_string();
        assert_eq!(report.providers.len(), Device::ALL.len());
        for provider in &report.providers {
            assert!(text.contains(&provider.device.to_string()), "{text}");
            assert_eq!(provider.usable, provider.reason.is_none());
        }
        let json = serde_json::to_value(&report).unwrap();
        assert!(json["onnxRuntime"]["version"].is_string());
        assert!(json["cores"].as_u64().unwrap() >= 1);
    }

    #[test]
    fn a_missing_model_is_advice_not_an_error() {
        let report = inspect(Some("no-such-model"));
        assert!(!report.can_measure());
        assert!(
            report
                .advice
                .iter()
                .any(|advice| advice.contains("no-such-model"))
        );
    }
}
