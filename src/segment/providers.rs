//! Execution providers: which one runs the network, and why others do not.

use std::fmt;

use ort::ep::{self, ExecutionProvider, ExecutionProviderDispatch};
use ort::memory::{AllocationDevice, AllocatorType, MemoryInfo, MemoryType};
use serde::{Deserialize, Serialize};

use super::tensor_names::INPUT;
use super::tensor_rt::{Engines, ShapeRange};

/// What the user asks to compute on.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
    clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
#[value(rename_all = "lowercase")]
pub enum Device {
    /// The best that works on this machine.
    #[default]
    Auto,
    /// The processor.
    Cpu,
    /// NVIDIA, through CUDA and cuDNN.
    Cuda,
    /// NVIDIA, through TensorRT; the first run of a model builds its engine, which takes minutes.
    TensorRt,
    /// Apple's CoreML.
    CoreMl,
    /// Windows' DirectML; compiled in, not tested.
    DirectMl,
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::Cpu => "cpu",
            Self::Cuda => "cuda",
            Self::TensorRt => "tensorrt",
            Self::CoreMl => "coreml",
            Self::DirectMl => "directml",
        })
    }
}

/// A provider that `auto` passed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Skipped {
    /// Which.
    pub device: Device,
    /// Why it does not run here.
    pub reason: String,
}

impl Device {
    /// All real devices, the fastest first.
    pub const ALL: [Self; 5] = [
        Self::TensorRt,
        Self::Cuda,
        Self::CoreMl,
        Self::DirectMl,
        Self::Cpu,
    ];

    /// What is tried, in order. `auto` leaves TensorRT to those who name it: it would spend minutes on its first photo.
    #[must_use]
    pub fn candidates(self) -> &'static [Self] {
        match self {
            Self::Auto => &[Self::Cuda, Self::CoreMl, Self::DirectMl, Self::Cpu],
            Self::Cpu => &[Self::Cpu],
            Self::Cuda => &[Self::Cuda],
            Self::TensorRt => &[Self::TensorRt],
            Self::CoreMl => &[Self::CoreMl],
            Self::DirectMl => &[Self::DirectMl],
        }
    }

    /// Whether the loaded ONNX Runtime was built with the provider. It may still not work: see
    /// [`super::Network::open`], which runs it.
    #[must_use]
    pub fn is_compiled_in(self) -> bool {
        match self {
            Self::Auto | Self::Cpu => Ok(true),
            Self::Cuda => ep::CUDA::is_available(),
            Self::TensorRt => ep::TensorRT::is_available(),
            Self::CoreMl => ep::CoreML::is_available(),
            Self::DirectMl => ep::DirectML::is_available(),
        }
        .unwrap_or(false)
    }

    /// How to get an ONNX Runtime that has the provider.
    #[must_use]
    pub const fn advice(self) -> &'static str {
        match self {
            Self::Auto | Self::Cpu => "part of every ONNX Runtime",
            Self::Cuda => {
                "run make install RUNTIME=gpu; needs an NVIDIA driver, CUDA 13 and cuDNN 9"
            }
            Self::TensorRt => {
                "run make install RUNTIME=gpu; needs CUDA 13, cuDNN 9 and TensorRT 10"
            }
            Self::CoreMl => "only on macOS, where make runtime brings it",
            Self::DirectMl => "only on Windows, in the package onnxruntime-directml",
        }
    }

    /// Memory of the processor's that the device writes outputs to, without a copy on the way; `None` where there is none.
    pub(super) fn output_memory(self) -> Option<MemoryInfo<'static>> {
        match self {
            Self::Cuda | Self::TensorRt => MemoryInfo::new(
                AllocationDevice::CUDA_PINNED,
                0,
                AllocatorType::Device,
                MemoryType::CPUOutput,
            )
            .ok(),
            Self::Auto | Self::Cpu | Self::CoreMl | Self::DirectMl => None,
        }
    }

    /// The providers to register for this device, each of which fails loudly: a silent run on the processor is no answer to
    /// a request for a GPU.
    pub(super) fn dispatch(self, engines: Option<&Engines>) -> Vec<ExecutionProviderDispatch> {
        let providers = match self {
            Self::Auto | Self::Cpu => Vec::new(),
            Self::Cuda => vec![ep::CUDA::default().build()],
            // What TensorRT cannot run goes to CUDA rather than to the processor.
            Self::TensorRt => vec![tensor_rt(engines).build(), ep::CUDA::default().build()],
            Self::CoreMl => vec![ep::CoreML::default().build()],
            Self::DirectMl => vec![ep::DirectML::default().build()],
        };
        providers
            .into_iter()
            .map(ExecutionProviderDispatch::error_on_failure)
            .collect()
    }
}

/// TensorRT with half precision where it is faster, engines for a range of inputs, and its engines kept.
fn tensor_rt(engines: Option<&Engines>) -> ep::TensorRT {
    let mut provider = ep::TensorRT::default().with_fp16(true);
    let Some(Engines {
        shapes,
        batch,
        folder,
    }) = engines
    else {
        return provider;
    };
    provider = provider
        .with_profile_min_shapes(ShapeRange::spelt(INPUT, 1, shapes.least))
        .with_profile_opt_shapes(ShapeRange::spelt(INPUT, *batch, shapes.usual))
        .with_profile_max_shapes(ShapeRange::spelt(INPUT, *batch, shapes.most));
    if let Some(folder) = folder {
        provider = provider
            .with_engine_cache(true)
            .with_engine_cache_path(folder.display())
            .with_timing_cache(true)
            .with_timing_cache_path(folder.display());
    }
    provider
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;

    #[test]
    fn names_are_those_of_the_contract() {
        let names: Vec<String> = Device::value_variants()
            .iter()
            .map(Device::to_string)
            .collect();
        assert_eq!(
            names,
            ["auto", "cpu", "cuda", "tensorrt", "coreml", "directml"]
        );
        for device in Device::value_variants() {
            assert_eq!(Device::from_str(&device.to_string(), false), Ok(*device));
            assert_eq!(serde_json::to_value(device).unwrap(), device.to_string());
        }
    }

    #[test]
    fn auto_ends_at_the_processor_and_a_named_device_is_the_only_one() {
        assert_eq!(Device::Auto.candidates().last(), Some(&Device::Cpu));
        for device in Device::ALL {
            assert_eq!(device.candidates(), [device]);
        }
    }
}
