//! The formula of the system that this one replaces, kept so that a benchmark shows old and new on the same labels.
//!
//! One row for the floor, one for the ceiling, a range of columns for the wall, and a distance from the camera height as
//! if the camera looked level at a frontal wall. The focal length cancels from both results but for the distance's clamp.
//! The old code fell back on grey-level gradients where a mask was missing; an estimator sees labels alone, so the wall
//! mask's own first and last row stand in.

use super::{CameraEstimate, Estimate, Measurement, Observation, Outline, Warning, WindowEstimate};
use crate::ade20k::{CEILING, ClassIndex, FLOOR, RUG, WALL};
use crate::geometry::camera::{FocalSource, GravitySource};
use crate::label_map::LabelMap;

/// Camera height when the user gives none, cm.
const CAMERA_HEIGHT_CM: f64 = 150.0;
/// Horizontal field of view when the photo says nothing, degrees.
const DEFAULT_FOV_DEG: f64 = 74.0;
/// The distance is kept inside this range, cm.
const DISTANCE_RANGE_CM: [f64; 2] = [120.0, 800.0];
/// The distance when the floor row says nothing, cm.
const FALLBACK_DISTANCE_CM: f64 = 300.0;
/// A floor row nearer than this to the middle of the picture gives no distance, px of the photo.
const HORIZON_MARGIN_PX: f64 = 5.0;
/// Sizes outside these ranges cost confidence, cm and ratio.
const SANE_WIDTH_CM: [f64; 2] = [150.0, 900.0];
const SANE_HEIGHT_CM: [f64; 2] = [200.0, 400.0];
const SANE_ASPECT: [f64; 2] = [1.0, 6.0];
/// A wall mask smaller than this share of the picture costs confidence.
const SMALL_WALL_SHARE: f64 = 0.05;

/// Measures with the old formula. Refuses only when no pixel is wall.
#[must_use]
pub fn estimate(observation: &Observation) -> Measurement {
    let labels = observation.labels;
    let rows_per_label = f64::from(observation.image.height) / f64::from(labels.height());
    let columns_per_label = f64::from(observation.image.width) / f64::from(labels.width());

    let wall_rows = rows_with(labels, |c| c == WALL);
    let (Some(&wall_top), Some(&wall_bottom)) = (wall_rows.first(), wall_rows.last()) else {
        return Measurement::refused([Warning::NoWall]);
    };
    let mut warnings = Vec::new();
    let mut penalty: f64 = 0.0;

    let floor_rows = rows_with(labels, |c| matches!(c, FLOOR | RUG));
    let floor_seen = percentile(&floor_rows, 0.05);
    let floor_row = floor_seen.unwrap_or(f64::from(wall_bottom)) * rows_per_label;
    if floor_seen.is_none() {
        warnings.push(Warning::FloorLineMissing);
        penalty += 0.25;
    }
    let ceiling_rows = rows_with(labels, |c| c == CEILING);
    let ceiling_seen = percentile(&ceiling_rows, 0.95);
    let ceiling_row = ceiling_seen.unwrap_or(f64::from(wall_top)) * rows_per_label;
    if ceiling_seen.is_none() {
        warnings.push(Warning::CeilingLineMissing);
        penalty += 0.15;
    }

    let focal_px = if observation.focal.source == FocalSource::Default {
        penalty += 0.15;
        f64::from(observation.image.width) / (2.0 * (DEFAULT_FOV_DEG.to_radians() / 2.0).tan())
    } else {
        observation.focal.px
    };
    let camera_height = observation
        .known
        .camera_height_cm
        .unwrap_or(CAMERA_HEIGHT_CM);
    let below_horizon = floor_row - f64::from(observation.image.height) / 2.0;
    let distance_known = floor_seen.is_some() && below_horizon >= HORIZON_MARGIN_PX;
    let distance = if distance_known {
        (camera_height * focal_px / below_horizon).clamp(DISTANCE_RANGE_CM[0], DISTANCE_RANGE_CM[1])
    } else {
        penalty += 0.15;
        FALLBACK_DISTANCE_CM
    };

    let (first, last) = wall_columns(labels);
    if first == 0 || last + 1 >= labels.width() as usize {
        penalty += 0.30;
    }
    let to_cm = distance / focal_px;
    let left_px = first as f64 * columns_per_label;
    let right_px = (last + 1) as f64 * columns_per_label;
    let width_cm = (right_px - left_px) * to_cm;
    let height_cm = (floor_row - ceiling_row).max(0.0) * to_cm;

    if count(labels, |c| c == WALL) < SMALL_WALL_SHARE * labels.classes().len() as f64 {
        penalty += 0.20;
    }
    if !within(SANE_ASPECT, width_cm / height_cm.max(f64::MIN_POSITIVE)) {
        penalty += 0.15;
    }
    if !within(SANE_WIDTH_CM, width_cm) || !within(SANE_HEIGHT_CM, height_cm) {
        penalty += 0.40;
    }

    // The old system stated no interval.
    let plain = |cm: f64| {
        (cm.is_finite() && cm > 0.0).then_some(Estimate {
            cm,
            interval_cm: None,
        })
    };
    Measurement {
        wall_width: plain(width_cm),
        wall_height: plain(height_cm),
        visible_width_cm: Some(width_cm),
        windows: Vec::<WindowEstimate>::new(),
        confidence_pct: Some((100.0_f64 * (1.0 - penalty)).clamp(0.0, 100.0)),
        warnings,
        camera: Some(CameraEstimate {
            focal_px,
            focal_source: observation.focal.source,
            fitted_focal_px: None,
            pitch_deg: 0.0,
            roll_deg: 0.0,
            yaw_deg: Some(0.0),
            gravity_source: GravitySource::Prior,
            height_cm: Some(camera_height),
        }),
        outline: Outline {
            wall: vec![
                [left_px, ceiling_row],
                [right_px, ceiling_row],
                [right_px, floor_row],
                [left_px, floor_row],
            ],
            ..Outline::default()
        },
        ..Measurement::default()
    }
}

fn within([low, high]: [f64; 2], value: f64) -> bool {
    (low..=high).contains(&value)
}

fn count(labels: &LabelMap, wanted: impl Fn(ClassIndex) -> bool) -> f64 {
    labels.classes().iter().filter(|&&c| wanted(c)).count() as f64
}

/// The rows in which at least one pixel is wanted, ascending.
fn rows_with(labels: &LabelMap, wanted: impl Fn(ClassIndex) -> bool) -> Vec<u32> {
    (0..labels.height())
        .filter(|&y| labels.row(y).iter().any(|&c| wanted(c)))
        .collect()
}

fn percentile(sorted: &[u32], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    sorted
        .get((share * last as f64).round() as usize)
        .map(|&row| f64::from(row))
}

/// First and last column of the wall: from the peak of the smoothed column histogram of wall-minus-window pixels outwards
/// to 15 % of the peak, inside the central 80 % of the frame, then widened or narrowed to 30-80 % of the width.
fn wall_columns(labels: &LabelMap) -> (usize, usize) {
    let width = labels.width() as usize;
    let mut histogram = vec![0.0; width];
    for y in 0..labels.height() {
        for (sum, &class) in histogram.iter_mut().zip(labels.row(y)) {
            if class == WALL {
                *sum += 1.0;
            }
        }
    }
    let smooth = moving_average(&histogram, ((0.03 * width as f64) as usize).max(1));
    let margin = width / 10;
    let (start, end) = (margin, (width - margin).max(margin + 1).min(width));
    let peak = (start..end)
        .max_by(|&a, &b| smooth[a].total_cmp(&smooth[b]))
        .unwrap_or(width / 2);
    let level = 0.15 * smooth[peak];
    let mut first = peak;
    while first > start && smooth[first - 1] >= level {
        first -= 1;
    }
    let mut last = peak;
    while last + 1 < end && smooth[last + 1] >= level {
        last += 1;
    }

    let found = last + 1 - first;
    let wanted = found
        .clamp(
            (0.3 * width as f64).ceil() as usize,
            (0.8 * width as f64).ceil() as usize,
        )
        .min(width);
    let centre = usize::midpoint(first, last + 1);
    let first = if wanted == found {
        first
    } else {
        centre.saturating_sub(wanted / 2).min(width - wanted)
    };
    (first, first + wanted - 1)
}

fn moving_average(values: &[f64], window: usize) -> Vec<f64> {
    let half = window / 2;
    (0..values.len())
        .map(|i| {
            let around = &values[i.saturating_sub(half)..(i + half + 1).min(values.len())];
            around.iter().sum::<f64>() / around.len() as f64
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::camera::{Focal, ImageSize};
    use crate::geometry::quarter_turns::QuarterTurns;
    use crate::measure::Known;

    /// A level camera, a frontal wall between rows 20 and 80 and columns 30 to 70 of a 100 x 100 map.
    fn frontal() -> LabelMap {
        let classes = (0..100 * 100)
            .map(|i| match (i % 100, i / 100) {
                (_, 0..20) => CEILING,
                (_, 80..) => FLOOR,
                (30..70, _) => WALL,
                _ => crate::ade20k::WARDROBE,
            })
            .collect();
        LabelMap::new(100, 100, classes).unwrap()
    }

    fn observe(labels: &LabelMap, size: u32) -> Measurement {
        estimate(&Observation {
            labels,
            turns: QuarterTurns::NONE,
            image: ImageSize {
                width: size,
                height: size,
            },
            focal: Focal {
                px: f64::from(size),
                sigma_ln: 0.01,
                source: FocalSource::Exif35mm,
            },
            gravity: None,
            mask_cell_px: 0.0,
            segments: &[],
            known: Known::default(),
        })
    }

    #[test]
    fn follows_the_old_formula() {
        let m = observe(&frontal(), 1000);
        // Floor rows 80..=99: the 5th percentile is row 81; 310 px below the middle; distance 150 * 1000 / 310 cm.
        let distance = 150.0 * 1000.0 / 310.0;
        let width = m.wall_width.unwrap().cm;
        // The moving average over 3 columns widens the wall by one column at each end.
        assert!((width - 420.0 * distance / 1000.0).abs() < 1e-9, "{width}");
        // Ceiling rows 0..=19: the 95th percentile is row 18.
        let height = m.wall_height.unwrap().cm;
        assert!(
            (height - (810.0 - 180.0) * distance / 1000.0).abs() < 1e-9,
            "{height}"
        );
    }

    #[test]
    fn resizing_the_photo_changes_nothing() {
        let (a, b) = (observe(&frontal(), 1000), observe(&frontal(), 2000));
        assert!((a.wall_width.unwrap().cm - b.wall_width.unwrap().cm).abs() < 1e-9);
    }

    #[test]
    fn no_wall_is_refused() {
        let labels = LabelMap::new(4, 4, vec![FLOOR; 16]).unwrap();
        let m = observe(&labels, 400);
        assert!(m.wall_width.is_none() && m.warnings == [Warning::NoWall]);
    }

    #[test]
    fn a_missing_floor_means_the_fallback_distance() {
        let classes = vec![WALL; 100 * 100];
        let m = observe(&LabelMap::new(100, 100, classes).unwrap(), 1000);
        assert!(m.warnings.contains(&Warning::FloorLineMissing));
        assert!((m.wall_height.unwrap().cm - 990.0 * 0.3).abs() < 1e-9);
    }
}
