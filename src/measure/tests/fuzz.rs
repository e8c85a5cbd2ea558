//! Both estimators on label maps that no room makes.

use proptest::prelude::*;

use super::super::*;
use crate::ade20k::{CEILING, CURTAIN, DOOR, FLOOR, SOFA, UNKNOWN, WALL, WINDOWPANE};
use crate::geometry::camera::FocalSource;

const CLASSES: [u8; 8] = [
    WALL, FLOOR, CEILING, WINDOWPANE, DOOR, CURTAIN, SOFA, UNKNOWN,
];

fn both(labels: &LabelMap, image: ImageSize) -> [Measurement; 2] {
    let observation = Observation {
        labels,
        image,
        turns: turns_needed(labels, None),
        focal: Focal {
            px: 0.8 * f64::from(image.width),
            sigma_ln: 0.02,
            source: FocalSource::Exif35mm,
        },
        gravity: None,
        mask_cell_px: 0.0,
        segments: &[],
        known: Known::default(),
    };
    [EstimatorKind::Box, EstimatorKind::Predecessor].map(|kind| estimate(kind, &observation))
}

fn all_finite(m: &Measurement) -> bool {
    let estimates = [m.wall_width, m.wall_height];
    let ordered = estimates.iter().flatten().all(|e| {
        let [low, high] = e.interval_cm.unwrap_or([e.cm; 2]);
        0.0 < low && low <= e.cm && e.cm <= high
    });
    // Every number, however deep: JSON would show such a one as nothing.
    let text = format!("{m:?}");
    ordered && !text.contains("NaN") && !text.contains("inf")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Random blocks, stripes and single classes of any size.
    #[test]
    fn no_label_map_breaks_an_estimator(
        width in 1_u32..60,
        height in 1_u32..60,
        block in 1_u32..30,
        classes in prop::collection::vec(prop::sample::select(CLASSES.to_vec()), 64),
    ) {
        let cells = (0..width * height)
            .map(|i| {
                let (x, y) = (i % width / block, i / width / block);
                classes[((x * 7 + y * 13) % 64) as usize]
            })
            .collect();
        let labels = LabelMap::new(width, height, cells).unwrap();
        for m in both(&labels, ImageSize { width: width * 8, height: height * 8 }) {
            prop_assert!(all_finite(&m), "{m:?}");
        }
    }
}

#[test]
fn one_class_alone_is_refused_or_uncertain() {
    for class in CLASSES {
        let labels = LabelMap::new(64, 48, vec![class; 64 * 48]).unwrap();
        let [m, _] = both(
            &labels,
            ImageSize {
                width: 640,
                height: 480,
            },
        );
        assert!(
            all_finite(&m) && m.wall_width.is_none() && m.confidence_pct.is_none(),
            "{class}: {m:?}"
        );
        assert!(!m.warnings.is_empty());
    }
}
