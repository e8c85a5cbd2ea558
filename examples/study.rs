//! The accuracy study: rendered rooms by scenario, measured with roughened true labels, beside the predecessor's formula and
//! a constant guess.
//!
//! `cargo run --release --example study -- [--rooms N] [--seed S] [--only SCENARIO] [--worst N]`

use std::time::Instant;

use anyhow::{Context, Result, bail};
use measure_bench::ade20k::DOOR;
use measure_bench::geometry::camera::{Focal, FocalSource};
use measure_bench::measure::{self, Estimate, EstimatorKind, Known, Measurement, Observation};
use measure_bench::render::{LabelledRoom, Scenario, labelled_room};
use rayon::prelude::*;

/// The guess that any method must beat, cm.
const CONSTANT_CM: [f64; 2] = [420.0, 260.0];
/// Long and short side of the rendered label maps, px.
const SIZE: [u32; 2] = [512, 384];
/// Boundary noise in px at 1024 px; rooms take these in turn.
const ROUGHENING_PX: [f32; 5] = [2.0, 3.0, 4.0, 5.0, 6.0];

struct Options {
    rooms: u64,
    seed: u64,
    only: Option<Scenario>,
    worst: usize,
    first: u64,
}

fn options() -> Result<Options> {
    let mut options = Options {
        rooms: 300,
        seed: 20_000,
        only: None,
        worst: 0,
        first: 0,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(flag) = arguments.next() {
        let value = arguments
            .next()
            .with_context(|| format!("{flag} needs a value"))?;
        match flag.as_str() {
            "--rooms" => options.rooms = value.parse()?,
            "--seed" => options.seed = value.parse()?,
            "--only" => options.only = Some(value.parse()?),
            "--first" => options.first = value.parse()?,
            "--worst" => options.worst = value.parse()?,
            _ => bail!("unknown option {flag}"),
        }
    }
    Ok(options)
}

/// One room with what the estimators made of it.
struct Case {
    index: u64,
    room: LabelledRoom,
    fitted: Measurement,
    known_ceiling: Measurement,
    old: Measurement,
    millis: f64,
}

fn case(options: &Options, scenario: Scenario, index: u64) -> Result<Case> {
    let roughening = ROUGHENING_PX[index as usize % ROUGHENING_PX.len()];
    let room = labelled_room(options.seed, index, Some(scenario), SIZE, roughening)?;
    let observe = |known| Observation {
        labels: &room.labels,
        image: room.size,
        focal: Focal {
            px: room.truth.focal_px,
            sigma_ln: 0.015,
            source: FocalSource::Exif35mm,
        },
        gravity: None,
        segments: &[],
        known,
    };
    let start = Instant::now();
    let fitted = measure::estimate(EstimatorKind::Box, &observe(Known::default()));
    let millis = start.elapsed().as_secs_f64() * 1e3;
    let known_ceiling = measure::estimate(
        EstimatorKind::Box,
        &observe(Known {
            ceiling_height_cm: Some(room.truth.ceiling_height_cm),
            ..Known::default()
        }),
    );
    let old = measure::estimate(EstimatorKind::Predecessor, &observe(Known::default()));
    Ok(Case {
        index,
        fitted,
        known_ceiling,
        old,
        millis,
        room,
    })
}

/// Errors of one quantity over a stratum.
#[derive(Default)]
struct Errors {
    percent: Vec<f64>,
    covered: usize,
    half_widths: Vec<f64>,
    refused: usize,
}

impl Errors {
    fn add(&mut self, estimate: Option<Estimate>, truth: f64) {
        let Some(e) = estimate else {
            self.refused += 1;
            self.percent.push(100.0);
            return;
        };
        self.percent.push(100.0 * (e.cm - truth).abs() / truth);
        let [low, high] = e.interval_cm;
        self.covered += usize::from((low..=high).contains(&truth));
        self.half_widths.push(50.0 * (high - low) / e.cm);
    }

    fn mape(&self) -> f64 {
        self.percent.iter().sum::<f64>() / self.percent.len().max(1) as f64
    }

    fn coverage(&self) -> f64 {
        100.0 * self.covered as f64 / self.percent.len().max(1) as f64
    }
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

fn row(name: &str, cases: &[&Case], pick: impl Fn(&Case) -> &Measurement) {
    let (mut width, mut height, mut constant) = (Errors::default(), Errors::default(), [0.0; 2]);
    let mut old = [Errors::default(), Errors::default()];
    for case in cases {
        let truth = [case.room.truth.width_cm, case.room.truth.height_cm];
        let m = pick(case);
        width.add(m.wall_width, truth[0]);
        height.add(m.wall_height, truth[1]);
        old[0].add(case.old.wall_width, truth[0]);
        old[1].add(case.old.wall_height, truth[1]);
        for i in 0..2 {
            constant[i] += 100.0 * (CONSTANT_CM[i] - truth[i]).abs() / truth[i];
        }
    }
    let n = cases.len().max(1) as f64;
    println!(
        "| {name} | {} | {:.1} / {:.1} | {:.1} / {:.1} | {:.0} / {:.0} | {:.1} / {:.1} | {} | {} | {:.0} / {:.0} | {:.1} / {:.1} |",
        cases.len(),
        width.mape(),
        height.mape(),
        median(&width.percent),
        median(&height.percent),
        width.coverage(),
        height.coverage(),
        median(&width.half_widths),
        median(&height.half_widths),
        width.refused,
        cases
            .iter()
            .filter(|c| pick(c).width_is_lower_bound)
            .count(),
        old[0].mape(),
        old[1].mape(),
        constant[0] / n,
        constant[1] / n,
    );
}

fn main() -> Result<()> {
    let options = options()?;
    println!(
        "| stratum | rooms | MAPE width / height % | median % | coverage % | median half-width % | refused | cut | predecessor % | constant % |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    let mut millis = Vec::new();
    for scenario in Scenario::ALL {
        if options.only.is_some_and(|only| only != scenario) {
            continue;
        }
        let cases: Vec<Case> = (options.first..options.first + options.rooms)
            .into_par_iter()
            .map(|index| case(&options, scenario, index))
            .collect::<Result<_>>()?;
        millis.extend(cases.iter().map(|c| c.millis));
        let all: Vec<&Case> = cases.iter().collect();
        row(scenario.name(), &all, |c| &c.fitted);
        if scenario == Scenario::Nominal {
            let doors: Vec<&Case> = all
                .iter()
                .copied()
                .filter(|c| {
                    c.room
                        .labels
                        .classes()
                        .iter()
                        .filter(|&&l| l == DOOR)
                        .count()
                        > 2000
                })
                .collect();
            row("  a door visible", &doors, |c| &c.fitted);
            row("  ceiling height known", &all, |c| &c.known_ceiling);
        }
        worst(&cases, options.worst);
    }
    println!("\nmedian {:.1} ms a photo", median(&millis));
    Ok(())
}

/// Prints the photos with the largest width errors.
fn worst(cases: &[Case], count: usize) {
    let error = |c: &Case| {
        c.fitted.wall_width.map_or(1.0, |w| {
            (w.cm - c.room.truth.width_cm).abs() / c.room.truth.width_cm
        })
    };
    let mut order: Vec<&Case> = cases.iter().collect();
    order.sort_by(|a, b| error(b).total_cmp(&error(a)));
    for c in order.into_iter().take(count) {
        let (t, m) = (&c.room.truth, &c.fitted);
        println!(
            "#{} {}x{} {:.0}%: W {:.0} got {:?}, H {:.0} got {:?}, yaw {:.1} got {:?}, pitch {:.1} got {:?}, ends {} {}, doors {:?} {:?}",
            c.index,
            c.room.size.width,
            c.room.size.height,
            100.0 * error(c),
            t.width_cm,
            m.wall_width
                .map(|w| [w.interval_cm[0], w.cm, w.interval_cm[1]].map(f64::round)),
            t.height_cm,
            m.wall_height.map(|h| h.cm.round()),
            t.yaw_deg,
            m.camera
                .and_then(|c| c.yaw_deg)
                .map(|y| (y * 10.0).round() / 10.0),
            t.pitch_deg,
            m.camera.map(|c| (c.pitch_deg * 10.0).round() / 10.0),
            t.left_end_visible,
            t.right_end_visible,
            t.door_height_cm,
            m.warnings,
        );
    }
}
