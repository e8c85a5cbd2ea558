//! Two charts: each photo's error against the interval that it states, and how often intervals of a given level hold the truth.

use std::fmt::Write;

use crate::Case;

/// One photo's width.
pub struct Point {
    stratum: String,
    half_width_percent: f64,
    error_percent: f64,
    /// The error's size in standard deviations, if the logarithm is normal within the 80 % interval.
    z: f64,
}

/// Standard deviations from the middle to an end of an 80 % interval.
const SIGMAS: f64 = 1.2816;

impl Point {
    pub fn of(stratum: &str, case: &Case) -> Option<Self> {
        let estimate = case.fitted.wall_width?;
        let truth = case.room.drawn.truth.width_cm;
        let [low, high] = estimate.interval_cm?;
        // The nearer end counts for its side: intervals need not be symmetric.
        let end = if truth > estimate.cm { high } else { low };
        Some(Self {
            stratum: stratum.to_owned(),
            half_width_percent: 50.0 * (high - low) / estimate.cm,
            error_percent: 100.0 * (estimate.cm - truth).abs() / truth,
            z: SIGMAS * (truth / estimate.cm).ln().abs() / (end / estimate.cm).ln().abs().max(1e-9),
        })
    }
}

const SIDE: f64 = 300.0;
const MARGIN: f64 = 46.0;
/// Range of both axes of the first chart, percent, logarithmic.
const RANGE: [f64; 2] = [0.1, 100.0];
const COLOURS: [&str; 6] = [
    "#1b6ca8", "#d1495b", "#3c8d5a", "#c98b1b", "#7a4fb0", "#5b6770",
];

/// The picture, an SVG document.
pub fn svg(points: &[Point]) -> String {
    let mut strata: Vec<&str> = Vec::new();
    for point in points {
        if !strata.contains(&point.stratum.as_str()) {
            strata.push(&point.stratum);
        }
    }
    let colour = |name: &str| {
        let index = strata.iter().position(|s| *s == name).unwrap_or(0);
        COLOURS[index % COLOURS.len()]
    };
    let (width, height) = (2.0 * SIDE + 3.0 * MARGIN + 120.0, SIDE + 2.0 * MARGIN);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"11\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
    );
    scatter(&mut out, points, &colour);
    calibration(&mut out, points, &strata, &colour);
    for (i, name) in strata.iter().enumerate() {
        let (x, y) = (2.0 * SIDE + 2.6 * MARGIN, MARGIN + 14.0 * i as f64);
        push(
            &mut out,
            format_args!(
                "<circle cx=\"{x}\" cy=\"{y}\" r=\"3\" fill=\"{}\"/><text x=\"{}\" y=\"{}\">{name}</text>\n",
                colour(name),
                x + 7.0,
                y + 4.0,
            ),
        );
    }
    out.push_str("</svg>\n");
    out
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = out.write_fmt(text);
}

/// Axes, a diagonal and labels of a square chart whose left border is at `left`.
fn frame(out: &mut String, left: f64, words: [&str; 2], ticks: &[(f64, &str)]) {
    let (bottom, right) = (MARGIN + SIDE, left + SIDE);
    push(
        out,
        format_args!(
            "<rect x=\"{left}\" y=\"{MARGIN}\" width=\"{SIDE}\" height=\"{SIDE}\" fill=\"none\" stroke=\"#888\"/>\n\
         <line x1=\"{left}\" y1=\"{bottom}\" x2=\"{right}\" y2=\"{MARGIN}\" stroke=\"#888\" stroke-dasharray=\"4 3\"/>\n\
         <text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n\
         <text x=\"{left}\" y=\"{}\">{}</text>\n",
            left + SIDE / 2.0,
            bottom + 32.0,
            words[0],
            MARGIN - 8.0,
            words[1],
        ),
    );
    for (share, label) in ticks {
        push(
            out,
            format_args!(
                "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{label}</text><text x=\"{}\" y=\"{}\" text-anchor=\"end\">{label}</text>\n",
                left + share * SIDE,
                bottom + 15.0,
                left - 4.0,
                bottom - share * SIDE + 4.0,
            ),
        );
    }
}

fn scatter(out: &mut String, points: &[Point], colour: &impl Fn(&str) -> &'static str) {
    let share = |value: f64| {
        ((value.max(RANGE[0]) / RANGE[0]).ln() / (RANGE[1] / RANGE[0]).ln()).clamp(0.0, 1.0)
    };
    frame(
        out,
        MARGIN,
        [
            "half of the 80 % interval, % of the width",
            "error of the width, % (inside below the diagonal)",
        ],
        &[0.1, 1.0, 10.0, 100.0].map(|v| {
            (
                share(v),
                if v < 1.0 {
                    "0.1"
                } else if v < 10.0 {
                    "1"
                } else if v < 100.0 {
                    "10"
                } else {
                    "100"
                },
            )
        }),
    );
    for point in points {
        push(
            out,
            format_args!(
                "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"1.6\" fill=\"{}\" fill-opacity=\"0.55\"/>\n",
                MARGIN + share(point.half_width_percent) * SIDE,
                MARGIN + SIDE - share(point.error_percent) * SIDE,
                colour(&point.stratum),
            ),
        );
    }
}

fn calibration(
    out: &mut String,
    points: &[Point],
    strata: &[&str],
    colour: &impl Fn(&str) -> &'static str,
) {
    let left = 2.0 * MARGIN + SIDE;
    frame(
        out,
        left,
        ["level of the interval", "share of the truths inside it"],
        &[(0.0, "0"), (0.5, "50 %"), (0.8, "80 %"), (1.0, "100 %")],
    );
    for name in strata {
        // The level at which each photo's interval would just reach the truth, ascending.
        let mut levels: Vec<f64> = points
            .iter()
            .filter(|p| p.stratum == *name)
            .map(|p| two_sided(p.z))
            .collect();
        levels.sort_by(f64::total_cmp);
        let line: Vec<String> = levels
            .iter()
            .enumerate()
            .map(|(i, level)| {
                let share = (i as f64 + 1.0) / levels.len() as f64;
                format!(
                    "{:.1},{:.1}",
                    left + level * SIDE,
                    MARGIN + SIDE - share * SIDE
                )
            })
            .collect();
        push(
            out,
            format_args!(
                "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.3\"/>\n",
                line.join(" "),
                colour(name),
            ),
        );
    }
}

/// Probability that a standard normal lies within ±`z`: Simpson's rule over its density.
fn two_sided(z: f64) -> f64 {
    const STEPS: usize = 40;
    let density = |x: f64| (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt();
    let step = z.min(6.0) / STEPS as f64;
    let sum: f64 = (0..=STEPS)
        .map(|i| {
            let weight = match i {
                0 | STEPS => 1.0,
                i if i % 2 == 1 => 4.0,
                _ => 2.0,
            };
            weight * density(i as f64 * step)
        })
        .sum();
    (2.0 * sum * step / 3.0).min(1.0)
}
