//! The photos with the largest width errors: a line and a picture of each.

use std::path::Path;

use anyhow::Result;
use image::{Rgb, RgbImage};
use imageproc::drawing::{draw_filled_circle_mut, draw_line_segment_mut};
use measure_bench::ade20k::{CEILING, CURTAIN, DOOR, FLOOR, RUG, UNKNOWN, WALL, WINDOWPANE};
use measure_bench::measure::EvidenceKind;

use crate::Case;

/// Describes the `count` worst of `cases`, and draws them into `folder`.
pub fn print(cases: &[Case], count: usize, folder: Option<&Path>) -> Result<()> {
    let mut order: Vec<&Case> = cases.iter().collect();
    order.sort_by(|a, b| error(b).total_cmp(&error(a)));
    for case in order.into_iter().take(count) {
        println!("{}", describe(case));
        if let Some(folder) = folder {
            std::fs::create_dir_all(folder)?;
            let name = format!("{}_{}.png", case.room.drawn.truth.scenario, case.room.index);
            picture(case).save(folder.join(name))?;
        }
    }
    Ok(())
}

fn error(c: &Case) -> f64 {
    let truth = c.room.drawn.truth.width_cm;
    c.fitted
        .wall_width
        .map_or(1.0, |w| (w.cm - truth).abs() / truth)
}

fn describe(c: &Case) -> String {
    let (t, m) = (&c.room.drawn.truth, &c.fitted);
    let yaw = m.camera.and_then(|c| c.yaw_deg).unwrap_or(f64::NAN);
    let pitch = m.camera.map_or(f64::NAN, |c| c.pitch_deg);
    let doors: Vec<f64> = (m.evidence.iter())
        .filter(|e| e.kind == EvidenceKind::Door)
        .map(|e| (e.ratio * t.camera_height_cm).round())
        .collect();
    format!(
        "#{} {}x{} {:.0}%: W {:.0} got {:?}, H {:.0} got {:?}, yaw {:.1} got {yaw:.1}, pitch {:.1} got {pitch:.1}, ends {} {}, doors {:?} seen as {doors:?} {:?}",
        c.room.index,
        c.room.drawn.size.width,
        c.room.drawn.size.height,
        100.0 * error(c),
        t.width_cm,
        m.wall_width
            .map(|w| (w.cm.round(), w.interval_cm.map(|ends| ends.map(f64::round)))),
        t.height_cm,
        m.wall_height.map(|h| h.cm.round()),
        t.yaw_deg,
        t.pitch_deg,
        t.left_end_visible,
        t.right_end_visible,
        t.door_height_cm,
        m.warnings,
    )
}

/// The label map with the fitted box over it.
fn picture(c: &Case) -> RgbImage {
    let labels = &c.room.drawn.labels;
    let mut picture = RgbImage::from_fn(labels.width(), labels.height(), |x, y| {
        Rgb(match labels.at(x, y) {
            WALL => [90, 120, 200],
            WINDOWPANE => [230, 230, 255],
            DOOR => [150, 60, 200],
            CURTAIN => [60, 170, 170],
            FLOOR | RUG => [200, 140, 60],
            CEILING => [90, 180, 90],
            UNKNOWN => [0, 0, 0],
            _ => [150, 50, 60],
        })
    });
    let outline = &c.fitted.outline;
    let mut line = |[a, b]: [[f64; 2]; 2], colour| {
        let point = |p: [f64; 2]| (p[0] as f32, p[1] as f32);
        draw_line_segment_mut(&mut picture, point(a), point(b), Rgb(colour));
    };
    for edge in &outline.edges {
        line(*edge, [255, 170, 0]);
    }
    for (a, b) in outline.wall.iter().zip(outline.wall.iter().cycle().skip(1)) {
        line([*a, *b], [255, 255, 0]);
    }
    for (points, colour) in [
        (&outline.inliers, [0, 255, 0]),
        (&outline.outliers, [255, 0, 0]),
    ] {
        for p in points {
            draw_filled_circle_mut(&mut picture, (p[0] as i32, p[1] as i32), 1, Rgb(colour));
        }
    }
    picture
}
