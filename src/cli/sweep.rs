//! The arguments of `measure-bench sweep`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::measure::{GeometryArgs, InputArgs, PaceArgs};
use super::values::{SweepForm, positive, value_name};
use crate::segment::Device;

/// Arguments of `sweep`.
#[derive(Debug, Args)]
pub struct SweepArgs {
    /// Photos, by path or glob pattern
    #[arg(value_name = "PHOTO")]
    pub photos: Vec<String>,
    /// Which photos are measured
    #[command(flatten)]
    pub input: InputArgs,
    /// What is varied
    #[command(flatten)]
    pub grid: GridArgs,
    /// What turns labels into centimetres
    #[command(flatten)]
    pub geometry: GeometryArgs,
    /// How often and by how many threads
    #[command(flatten)]
    pub pace: PaceArgs,
    /// Name the most accurate configuration whose median time a photo is at most this; needs --ground-truth
    #[arg(long, value_name = "MS", value_parser = positive, requires = "ground_truth")]
    pub max_ms: Option<f64>,
    /// What goes to standard output
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    pub summary: SweepForm,
    /// Write the sweep; its form follows the ending: .json .csv .svg .png; repeatable
    #[arg(long, value_name = "FILE")]
    pub save: Vec<PathBuf>,
    /// Nothing on standard error but errors
    #[arg(short, long)]
    pub quiet: bool,
}

/// The grid.
#[derive(Debug, Args)]
#[command(next_help_heading = "Grid")]
pub struct GridArgs {
    /// Models, by path or name, repeated or separated by commas [default: the bundled model]
    #[arg(
        long,
        value_name = "PATH|NAME",
        env = "MEASURE_MODEL",
        value_delimiter = ','
    )]
    pub model: Vec<String>,
    /// Long sides of the network's input, px; 0: the model's own size policy
    #[arg(
        long,
        value_name = "N",
        env = "M2F_LONG_SIDE",
        value_delimiter = ',',
        default_value = "0"
    )]
    pub long_side: Vec<u32>,
    /// Precisions: of model NAME the file NAME-PRECISION, as `make model` writes it [default: the models as named]
    #[arg(long, value_enum, value_name = "P", value_delimiter = ',')]
    pub precision: Vec<Precision>,
    /// Execution provider
    #[arg(long, value_enum, default_value_t, value_name = "NAME")]
    pub device: Device,
}

/// Number formats that the exporter writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs)]
pub enum Precision {
    Fp32,
    Fp16,
    #[value(name = "fp16-gpu")]
    Fp16Gpu,
    Int8,
}

impl std::fmt::Display for Precision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&value_name(*self))
    }
}

impl SweepArgs {
    /// What a measuring run is given for the same photos, truth and geometry.
    #[must_use]
    pub fn for_measuring(&self) -> Vec<OsString> {
        let mut arguments = Arguments::default();
        let input = &self.input;
        for dir in &input.dir {
            arguments.option("--dir", Some(dir));
        }
        arguments.switch("--recursive", input.recursive);
        arguments.option("--ground-truth", input.ground_truth.as_ref());
        arguments.option("--shard", input.shard.map(|s| s.to_string()).as_ref());
        arguments.option("--max-pixels", Some(&input.max_pixels.to_string()));
        arguments.option("--max-bytes", Some(&input.max_bytes.to_string()));
        arguments.option("--max-aspect", Some(&input.max_aspect.to_string()));
        arguments.option(
            "--max-decode-memory",
            Some(&input.max_decode_memory.to_string()),
        );
        let number = |value: Option<f64>| value.map(|v| v.to_string());
        let geometry = &self.geometry;
        arguments.option("--estimator", Some(&value_name(geometry.estimator)));
        arguments.option("--camera-height", number(geometry.camera_height).as_ref());
        arguments.option("--ceiling-height", number(geometry.ceiling_height).as_ref());
        arguments.option("--fov", number(geometry.fov).as_ref());
        arguments.option("--known", geometry.known.as_ref());
        arguments.option("--device", Some(&value_name(self.grid.device)));
        arguments.option("--repeat", Some(&self.pace.repeat.to_string()));
        arguments.option("--warmup", Some(&self.pace.warmup.to_string()));
        arguments.option("--jobs", self.pace.jobs.map(|n| n.to_string()).as_ref());
        arguments.option(
            "--threads",
            self.pace.threads.map(|n| n.to_string()).as_ref(),
        );
        arguments.option("--batch", self.pace.batch.map(|n| n.to_string()).as_ref());
        arguments.0.push("--".into());
        arguments
            .0
            .extend(self.photos.iter().chain(&input.files).map(OsString::from));
        arguments.0
    }
}

/// A command line in the making.
#[derive(Default)]
struct Arguments(Vec<OsString>);

impl Arguments {
    fn option<T: AsRef<std::ffi::OsStr>>(&mut self, name: &str, value: Option<&T>) {
        if let Some(value) = value {
            // In one word, so that a value that begins with a dash stays a value.
            let mut word = OsString::from(name);
            word.push("=");
            word.push(value);
            self.0.push(word);
        }
    }

    fn switch(&mut self, name: &str, on: bool) {
        if on {
            self.0.push(name.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::super::{Cli, Command};
    use super::*;

    #[test]
    fn a_measuring_run_gets_the_same_photos_and_geometry() {
        let words = "m sweep a.jpg --files b.jpg --dir -d --dir e -r --ground-truth t.json --max-pixels 50 --max-aspect 30 --max-decode-memory 900 --camera-height 150.5 \
                     --estimator predecessor --known k.csv --shard 1/2 --repeat 3 --warmup 0 --jobs 1 --threads 2 --batch 2 --device cpu \
                     --model x,y --long-side 128,256 --precision fp32,fp16-gpu,int8";
        let words = words
            .split_whitespace()
            .map(|w| if w == "-d" { "./-d" } else { w });
        let Some(Command::Sweep(sweep)) = Cli::try_parse_from(words).unwrap().command else {
            panic!("sweep was asked for");
        };
        assert_eq!(sweep.grid.model, ["x", "y"]);
        assert_eq!(sweep.grid.long_side, [128, 256]);
        assert_eq!(sweep.grid.precision[1].to_string(), "fp16-gpu");
        let argv = std::iter::once(OsString::from("m")).chain(sweep.for_measuring());
        let measure = Cli::try_parse_from(argv).unwrap().measure;
        assert_eq!(measure.photos, ["a.jpg", "b.jpg"]);
        assert_eq!(
            format!("{:?}", measure.geometry),
            format!("{:?}", sweep.geometry)
        );
        let expected = InputArgs {
            files: Vec::new(),
            ..sweep.input
        };
        assert_eq!(format!("{:?}", measure.input), format!("{expected:?}"));
        let pace = measure.run.pace;
        assert_eq!((pace.repeat, pace.warmup), (3, 0));
        assert_eq!(
            (pace.jobs, pace.threads, pace.batch),
            (Some(1), Some(2), Some(2))
        );
        assert_eq!(measure.model.device, Device::Cpu);
    }
}
