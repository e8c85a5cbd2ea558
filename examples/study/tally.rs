//! Errors of one stratum, as a line of the table.

use std::fmt;

use measure_bench::geometry::side::Side;
use measure_bench::measure::{Estimate, Measurement};
use measure_bench::score::metrics::{CONSTANT_HEIGHT_CM, CONSTANT_WIDTH_CM};

use crate::Case;

/// The guess that any method must beat, cm.
const CONSTANT_CM: [f64; 2] = [CONSTANT_WIDTH_CM, CONSTANT_HEIGHT_CM];

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
        if let Some([low, high]) = e.interval_cm {
            self.covered += usize::from((low..=high).contains(&truth));
            self.half_widths.push(50.0 * (high - low) / e.cm);
        }
    }

    fn mape(&self) -> f64 {
        self.percent.iter().sum::<f64>() / self.percent.len().max(1) as f64
    }

    /// Share of the truths inside the interval among the photos that have one.
    fn coverage(&self) -> f64 {
        100.0 * self.covered as f64 / self.half_widths.len().max(1) as f64
    }
}

/// The middle of `values`; not a number when there is none.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

/// How well the other walls of corner views are measured, in words; `None` where no such view is among `cases`.
pub fn adjacent_walls(cases: &[Case]) -> Option<String> {
    let mut errors = Errors::default();
    for case in cases {
        if let Some(wall) = case.fitted.adjacent_wall {
            let truth = &case.room.drawn.truth;
            let truth_cm = match wall.side {
                Side::Left => truth.left_wall_cm,
                Side::Right => truth.right_wall_cm,
            };
            let (cm, interval_cm) = (wall.width_cm, Some(wall.width_interval_cm));
            errors.add(Some(Estimate { cm, interval_cm }), truth_cm);
        }
    }
    let count = errors.percent.len();
    (count > 0).then(|| {
        format!(
            "adjacent walls of {count} corner views: MAPE {:.1} %, median {:.1} %, {:.0} % inside the interval, half-width {:.1} %",
            errors.mape(),
            median(&errors.percent),
            errors.coverage(),
            median(&errors.half_widths),
        )
    })
}

/// A line of the table.
pub struct Row {
    name: String,
    rooms: usize,
    ours: [Errors; 2],
    old: [Errors; 2],
    constant: [f64; 2],
    /// Photos that tell so of a cut wall.
    told_cut: usize,
}

impl Row {
    pub const HEADER: &str = "| stratum | rooms | MAPE width / height % | median % | truth inside the 80 % interval % | \
        median half-width % | no width | said to be cut | predecessor MAPE % | constant guess MAPE % |\n\
        |---|---:|---:|---:|---:|---:|---:|---:|---:|---:|";

    pub fn new(name: &str, cases: &[&Case], pick: fn(&Case) -> &Measurement) -> Self {
        let mut row = Self {
            name: name.to_owned(),
            rooms: cases.len(),
            ours: Default::default(),
            old: Default::default(),
            constant: [0.0; 2],
            told_cut: 0,
        };
        for case in cases {
            let truth = [
                case.room.drawn.truth.width_cm,
                case.room.drawn.truth.height_cm,
            ];
            for (errors, m) in [(&mut row.ours, pick(case)), (&mut row.old, &case.old)] {
                errors[0].add(m.wall_width, truth[0]);
                errors[1].add(m.wall_height, truth[1]);
            }
            row.told_cut += usize::from(pick(case).width_is_lower_bound);
            for ((sum, guess), truth) in row.constant.iter_mut().zip(CONSTANT_CM).zip(truth) {
                *sum += 100.0 * (guess - truth).abs() / truth / cases.len() as f64;
            }
        }
        row
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [width, height] = &self.ours;
        write!(
            f,
            "| {} | {} | {:.1} / {:.1} | {:.1} / {:.1} | {:.0} / {:.0} | {:.1} / {:.1} | {} | {} | {:.0} / {:.0} | {:.1} / {:.1} |",
            self.name,
            self.rooms,
            width.mape(),
            height.mape(),
            median(&width.percent),
            median(&height.percent),
            width.coverage(),
            height.coverage(),
            median(&width.half_widths),
            median(&height.half_widths),
            width.refused,
            self.told_cut,
            self.old[0].mape(),
            self.old[1].mape(),
            self.constant[0],
            self.constant[1],
        )
    }
}
