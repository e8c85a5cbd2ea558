//! What the user knows of a room or a camera moves what is measured.

use super::*;

const CEILING: &str = "MEASURE_CEILING_HEIGHT_CM";

/// The photos' results, without what differs from run to run.
fn results(command: &mut Command) -> Vec<Value> {
    let run = command.args(["--summary", "json"]).assert().code(0);
    let mut report = json(&run.get_output().stdout);
    let mut results = std::mem::take(report["results"].as_array_mut().unwrap());
    for result in &mut results {
        for key in ["timingsMs", "rssMb"] {
            result.as_object_mut().unwrap().remove(key);
        }
    }
    results
}

fn cm(result: &Value, key: &str) -> f64 {
    result[key].as_f64().unwrap()
}

/// How wide an interval is, cm.
fn spread(interval: &Value) -> f64 {
    interval[1].as_f64().unwrap() - interval[0].as_f64().unwrap()
}

fn is_within(found: f64, wanted: f64, percent: f64) -> bool {
    (found / wanted - 1.0).abs() * 100.0 <= percent
}

#[test]
fn a_known_ceiling_sets_the_scale_and_narrows_the_intervals() {
    let dir = small_set();
    let without = results(&mut measuring(dir.path()));
    let with = results(measuring(dir.path()).args(["--ceiling-height", "265"]));
    assert_eq!((without.len(), with.len()), (2, 2));
    for (without, with) in without.iter().zip(&with) {
        let photo = &with["file"];
        let height = cm(with, "wallHeightCm");
        assert!(is_within(height, 265.0, 2.0), "{photo}: {height} cm");
        assert!(
            !is_within(cm(without, "wallHeightCm"), 265.0, 2.0),
            "{photo}: nothing is told by this height"
        );
        for key in ["widthIntervalCm", "heightIntervalCm"] {
            let [before, after] = [without, with].map(|result| spread(&result[key]));
            assert!(after < before, "{photo}: {key} {before} -> {after} cm");
        }
        // The room has the form that it had: its width moves as its height does.
        let [before, after] =
            [without, with].map(|result| cm(result, "wallWidthCm") / cm(result, "wallHeightCm"));
        assert!(
            is_within(after, before, 3.0),
            "{photo}: {before} -> {after}"
        );
    }
}

#[test]
fn a_ceiling_of_the_environment_counts_as_the_flag_does_and_the_flag_wins() {
    let dir = small_set();
    let flag = results(measuring(dir.path()).args(["--ceiling-height", "265"]));
    let variable = results(measuring(dir.path()).env(CEILING, "265"));
    assert_eq!(variable, flag);
    let other = results(measuring(dir.path()).env(CEILING, "240"));
    assert_ne!(other, flag, "the variable's value is read");
    let mut both = measuring(dir.path());
    both.env(CEILING, "240").args(["--ceiling-height", "265"]);
    assert_eq!(results(&mut both), flag);
}

#[test]
fn what_is_known_of_one_photo_moves_that_photo_alone() {
    let dir = small_set();
    std::fs::write(
        dir.path().join("known.csv"),
        "file,ceilingHeightCm\nbedroom.jpg,275\n",
    )
    .unwrap();
    let without = results(&mut measuring(dir.path()));
    let with = results(measuring(dir.path()).args(["--known", "known.csv"]));
    assert_eq!(with[0]["file"], "bedroom.jpg");
    let [before, after] = [&without[0], &with[0]].map(|result| cm(result, "wallHeightCm"));
    assert!(!is_within(before, 275.0, 2.0), "{before} cm");
    assert!(is_within(after, 275.0, 2.0), "{after} cm");
    assert_eq!(with[1]["file"], "no_exif.jpg");
    assert_eq!(with[1..], without[1..]);
}

#[test]
fn a_field_of_view_is_that_of_the_upright_photos_width() {
    // The first lies on its side in the file.
    for (photo, upright_width) in [
        ("study_portrait.jpg", 1200.0),
        ("bedroom.jpg", 1600.0),
        ("no_exif.jpg", 1200.0),
    ] {
        let found = results(
            measure_bench()
                .current_dir(fixtures())
                .args([photo, "--labels", "labels", "--fov", "70"]),
        );
        let camera = &found[0]["camera"];
        assert_eq!(camera["focalSource"], "user", "{photo}");
        let expected = upright_width / 2.0 / 35.0_f64.to_radians().tan();
        let focal_px = camera["focalPx"].as_f64().unwrap();
        assert!(
            (focal_px - expected).abs() < 0.01,
            "{photo}: {focal_px}, not {expected}"
        );
    }
}
