//! What is measured beside the wall's size: its windows, the wall round the corner, the roof over it.

use super::*;

use image::{GrayImage, Luma};
use measure_bench::ade20k::{CEILING, FLOOR, WALL};

/// A fixture's result, with its label map.
fn measured(photo: &str) -> Value {
    only_result(
        measure_bench()
            .current_dir(fixtures())
            .args([photo, "--labels", "labels"]),
    )
}

fn only_result(command: &mut Command) -> Value {
    let run = command.args(["--summary", "json"]).assert().code(0);
    let report = json(&run.get_output().stdout);
    assert_eq!(report["results"].as_array().unwrap().len(), 1);
    report["results"][0].clone()
}

/// A fixture's truth.
fn truth(photo: &str) -> Value {
    let truth = json(&std::fs::read(fixtures().join("../ground_truth.json")).unwrap());
    let mut entries = truth.as_array().unwrap().iter();
    entries
        .find(|entry| entry["file"] == photo)
        .unwrap()
        .clone()
}

fn warns(result: &Value, warning: &str) -> bool {
    result["warnings"]
        .as_array()
        .unwrap()
        .contains(&warning.into())
}

#[test]
fn a_window_is_found_where_it_is() {
    // The wall's scale is off, too, and single cells of the map are some centimetres wide.
    const NEAR_CM: f64 = 15.0;
    for photo in ["bedroom.jpg", "hall_portrait.heic", "wild.webp"] {
        let (found, truth) = (measured(photo), truth(photo));
        assert_eq!(truth["windows"].as_array().unwrap().len(), 1, "{photo}");
        let windows = found["windows"].as_array().unwrap();
        assert_eq!(windows.len(), 1, "{photo}: {windows:?}");
        for key in ["widthCm", "heightCm", "sillCm", "leftCm"] {
            let [found, wanted] =
                [&windows[0], &truth["windows"][0]].map(|window| window[key].as_f64().unwrap());
            assert!(
                (found - wanted).abs() < NEAR_CM,
                "{photo}: {key} is {found}, not {wanted}"
            );
        }
        assert_eq!(windows[0]["isCut"], false, "{photo}");
    }
}

#[test]
fn a_wall_without_windows_has_none() {
    for photo in ["study_portrait.jpg", "upside_down.jpg"] {
        assert_eq!(truth(photo)["windows"], Value::Array(Vec::new()));
        let found = measured(photo);
        assert_eq!(found["windows"], Value::Array(Vec::new()), "{photo}");
        assert_eq!(found.get("adjacentWall"), None, "{photo}");
        assert_eq!(found.get("minHeightCm"), None, "{photo}");
    }
}

#[test]
fn a_wall_under_a_roof_has_its_lowest_height_too() {
    let (found, truth) = (measured("attic.jpg"), truth("attic.jpg"));
    assert!(warns(&found, "ceiling_not_parallel"), "{found}");
    let [lowest, highest] = ["minHeightCm", "wallHeightCm"].map(|key| found[key].as_f64().unwrap());
    assert!(lowest < 0.9 * highest, "{lowest} of {highest} cm");
    let wanted = truth["minHeightCm"].as_f64().unwrap();
    assert!(
        (lowest / wanted - 1.0).abs() < 0.15,
        "{lowest}, not {wanted}"
    );
}

#[test]
fn a_corner_out_of_view_shows_no_adjacent_wall() {
    let (found, truth) = (measured("corner.jpg"), truth("corner.jpg"));
    for end in ["leftEndVisible", "rightEndVisible"] {
        assert_eq!(truth[end], false);
    }
    assert_eq!(found.get("adjacentWall"), None, "{found}");
}

const CAMERA_CM: f64 = 150.0;
const CEILING_CM: f64 = 260.0;
const DISTANCE_CM: f64 = 285.0;
/// Of the corner and of the wall's other end, along the wall from its foot point, both in distances.
const CORNER: f64 = 1.3;
const OTHER_END: f64 = -0.6;
const FOV_DEG: f64 = 75.0;
const YAW_DEG: f64 = 38.0;
const SIZE: [u32; 2] = [400, 300];

/// Where the ray of a place in the picture, in half its widths from its middle, goes: along the wall, down, and into it.
fn ray(right: f64, down: f64) -> [f64; 3] {
    let half = (FOV_DEG / 2.0).to_radians().tan();
    let (sin, cos) = YAW_DEG.to_radians().sin_cos();
    let x = right * half;
    [x * cos + sin, down * half, cos - x * sin]
}

/// The labels of a bare box room by a level camera that is turned to its right corner.
fn corner_labels() -> GrayImage {
    let [width, height] = SIZE.map(f64::from);
    GrayImage::from_fn(SIZE[0], SIZE[1], |column, row| {
        let right = (f64::from(column) + 0.5) / (width / 2.0) - 1.0;
        let down = (f64::from(row) + 0.5 - height / 2.0) / (width / 2.0);
        let [along, down, ahead] = ray(right, down);
        let end = if along > 0.0 { CORNER } else { OTHER_END };
        let side = end * DISTANCE_CM / along;
        let opposite = DISTANCE_CM / ahead;
        let wall = if ahead > 0.0 {
            side.min(opposite)
        } else {
            side
        };
        let (class, level) = if down > 0.0 {
            (FLOOR, CAMERA_CM / down)
        } else {
            (CEILING, (CAMERA_CM - CEILING_CM) / down)
        };
        Luma([if wall <= level { WALL } else { class }])
    })
}

/// No fixture shows a corner and the wall behind it, so a room is drawn, and its reflection.
#[test]
fn round_a_corner_in_view_the_adjacent_wall_is_measured() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("labels")).unwrap();
    image::RgbImage::new(2 * SIZE[0], 2 * SIZE[1])
        .save(dir.path().join("room.png"))
        .unwrap();
    let labels = corner_labels();
    // What the picture's sides leave of the two walls.
    let [along, _, ahead] = ray(-1.0, 0.0);
    let opposite_cm = DISTANCE_CM * (CORNER - along / ahead);
    let [along, _, ahead] = ray(1.0, 0.0);
    let adjacent_cm = DISTANCE_CM * (1.0 - CORNER * ahead / along);
    for (side, labels) in [
        ("right", labels.clone()),
        ("left", image::imageops::flip_horizontal(&labels)),
    ] {
        labels.save(dir.path().join("labels/room.png")).unwrap();
        let found = only_result(
            measure_bench()
                .current_dir(dir.path())
                .args(["room.png", "--labels", "labels", "--no-config"])
                .args(["--fov", &FOV_DEG.to_string()])
                .args(["--camera-height", &CAMERA_CM.to_string()]),
        );
        assert!(warns(&found, "multiple_walls"), "{found}");
        let yaw_deg = found["camera"]["yawDeg"].as_f64().unwrap();
        assert!((yaw_deg.abs() - YAW_DEG).abs() < 2.0, "{yaw_deg}");
        let adjacent = &found["adjacentWall"];
        assert_eq!(adjacent["side"], side, "{found}");
        assert_eq!(adjacent["widthIsLowerBound"], true, "{found}");
        for (wall, wanted) in [(&found, opposite_cm), (adjacent, adjacent_cm)] {
            let seen = wall["visibleWidthCm"].as_f64().unwrap();
            assert!((seen / wanted - 1.0).abs() < 0.05, "{seen}, not {wanted}");
        }
        // How far it goes on is a guess, which the interval holds.
        let width = adjacent["widthCm"].as_f64().unwrap();
        let [low, high] = [0, 1].map(|end| adjacent["widthIntervalCm"][end].as_f64().unwrap());
        assert!(
            adjacent_cm < low && low < width && width < high,
            "{adjacent}"
        );
    }
}
