//! The study's command line.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use measure_bench::render::Scenario;

use crate::rooms::Kind;

/// What to study.
pub struct Options {
    pub rooms: u64,
    pub seed: u64,
    pub first: u64,
    pub only: Option<Scenario>,
    pub kind: Option<Kind>,
    /// How many of the worst photos of each stratum are listed.
    pub worst: usize,
    /// Where pictures of those are written.
    pub pictures: Option<PathBuf>,
    /// Where table and plot are written.
    pub save: Option<PathBuf>,
}

/// Scenarios that plain rooms know.
const PLAIN: [Scenario; 7] = [
    Scenario::Nominal,
    Scenario::Tall,
    Scenario::Wild,
    Scenario::Furnished,
    Scenario::Cut,
    Scenario::Shifted,
    Scenario::Low,
];

impl Options {
    pub fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self> {
        let mut options = Self {
            rooms: 300,
            seed: 20_000,
            first: 0,
            only: None,
            kind: None,
            worst: 0,
            pictures: None,
            save: None,
        };
        while let Some(flag) = arguments.next() {
            let value = arguments
                .next()
                .with_context(|| format!("{flag} needs a value"))?;
            match flag.as_str() {
                "--rooms" => options.rooms = value.parse()?,
                "--seed" => options.seed = value.parse()?,
                "--first" => options.first = value.parse()?,
                "--only" => options.only = Some(value.parse()?),
                "--kind" => options.kind = Some(value.parse()?),
                "--worst" => options.worst = value.parse()?,
                "--pictures" => options.pictures = Some(value.into()),
                "--save" => options.save = Some(value.into()),
                _ => bail!("unknown option {flag}"),
            }
        }
        Ok(options)
    }

    /// The strata that were asked for.
    pub fn strata(&self) -> Vec<(Kind, Scenario)> {
        let plain = PLAIN.map(|scenario| (Kind::Plain, scenario));
        let rendered = Scenario::ALL.map(|scenario| (Kind::Rendered, scenario));
        plain
            .into_iter()
            .chain(rendered)
            .filter(|(kind, _)| self.kind.is_none_or(|only| only == *kind))
            .filter(|(_, scenario)| self.only.is_none_or(|only| only == *scenario))
            .collect()
    }
}
