//! How accurate the geometry is, stratum by stratum, on rooms with roughened true labels, beside the predecessor's formula and
//! a constant guess: the plain rooms of the metrology study, and the renderer's, with openings, curtains and furniture.
//!
//! `cargo run --release --example study -- [--rooms N] [--seed S] [--only SCENARIO] [--kind plain|rendered] [--worst N] [--save DIR]`

mod floor;
mod options;
mod plot;
mod rooms;
mod tally;
mod worst;

use std::time::Instant;

use anyhow::Result;
use measure_bench::measure::{self, EstimatorKind, Known, Measurement, Observation};
use measure_bench::render::Scenario;
use options::Options;
use rayon::prelude::*;
use rooms::{Kind, Room};
use tally::{Row, median};

/// One room with what the estimators made of it.
pub struct Case {
    room: Room,
    fitted: Measurement,
    known_ceiling: Measurement,
    old: Measurement,
    millis: f64,
}

fn case(options: &Options, kind: Kind, scenario: Scenario, index: u64) -> Result<Case> {
    let room = Room::new(kind, options.seed, index, scenario)?;
    let observe = |known| Observation {
        labels: &room.drawn.labels,
        image: room.drawn.size,
        turns: measure::turns_needed(&room.drawn.labels, None),
        focal: room.focal,
        gravity: None,
        mask_cell_px: 0.0,
        segments: &[],
        known,
    };
    let start = Instant::now();
    let fitted = measure::estimate(EstimatorKind::Box, &observe(Known::default()));
    let millis = start.elapsed().as_secs_f64() * 1e3;
    let known = Known {
        ceiling_height_cm: Some(room.drawn.truth.ceiling_height_cm + room.ceiling_error_cm),
        ..Known::default()
    };
    Ok(Case {
        fitted,
        known_ceiling: measure::estimate(EstimatorKind::Box, &observe(known)),
        old: measure::estimate(EstimatorKind::Predecessor, &observe(Known::default())),
        millis,
        room,
    })
}

fn main() -> Result<()> {
    let options = Options::parse(std::env::args().skip(1))?;
    let mut rows = Vec::new();
    let mut points = Vec::new();
    let mut millis = Vec::new();
    let mut floors = Vec::new();
    let mut adjacent = Vec::new();
    println!("{}", Row::HEADER);
    for (kind, scenario) in options.strata() {
        let cases: Vec<Case> = (options.first..options.first + options.rooms)
            .into_par_iter()
            .map(|index| case(&options, kind, scenario, index))
            .collect::<Result<_>>()?;
        millis.extend(cases.iter().map(|c| c.millis));
        let mut add = |name: &str, chosen: &[&Case], pick: fn(&Case) -> &Measurement| {
            if !chosen.is_empty() {
                let row = Row::new(&format!("{kind}: {name}"), chosen, pick);
                println!("{row}");
                rows.push(row);
            }
        };
        let all: Vec<&Case> = cases.iter().collect();
        add(scenario.name(), &all, |c| &c.fitted);
        if scenario == Scenario::Nominal {
            let doors: Vec<&Case> = cases.iter().filter(|c| c.room.shows_door()).collect();
            add("nominal, a door visible", &doors, |c| &c.fitted);
            add("nominal, ceiling height known", &all, |c| &c.known_ceiling);
        }
        if kind == Kind::Plain {
            floors.push((scenario, floor::of(options.seed, scenario)?));
            let stratum = scenario.name();
            points.extend(cases.iter().filter_map(|c| plot::Point::of(stratum, c)));
        }
        let beside = tally::adjacent_walls(&cases);
        adjacent.extend(beside.map(|words| format!("{kind}: {}: {words}", scenario.name())));
        worst::print(&cases, options.worst, options.pictures.as_deref())?;
    }
    println!("\nmedian {:.1} ms a photo", median(&millis));
    adjacent.iter().for_each(|line| println!("{line}"));
    for (scenario, mape) in floors {
        println!(
            "{}: {mape:.1} % is what the priors allow without a door",
            scenario.name()
        );
    }
    if let Some(folder) = &options.save {
        std::fs::create_dir_all(folder)?;
        let lines: Vec<String> = rows.iter().map(ToString::to_string).collect();
        let table = format!("{}\n{}\n", Row::HEADER, lines.join("\n"));
        std::fs::write(folder.join("study.md"), table)?;
        std::fs::write(folder.join("study.svg"), plot::svg(&points))?;
    }
    Ok(())
}
