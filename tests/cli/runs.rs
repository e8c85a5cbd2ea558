//! What a run tells beforehand, what it finds, and what it takes.

use super::*;

#[test]
fn a_dry_run_lists_photos_with_their_truth_and_measures_nothing() {
    let dir = small_set();
    let files = || std::fs::read_dir(dir.path()).unwrap().count();
    let before = files();
    measuring(dir.path())
        .args(["--dry-run", "--ground-truth", "truth.json"])
        .args(["--save", "r.json"])
        .assert()
        .code(0)
        .stdout(predicate::str::contains("bedroom.jpg  496.85 x 256.12 cm"));
    assert_eq!(files(), before, "nothing is saved");
    std::fs::write(
        dir.path().join("known.csv"),
        "file,fovDeg\nbedroom.jpg,70\ngone.jpg,70\n",
    )
    .unwrap();
    measuring(dir.path())
        .args(["--dry-run", "--known", "known.csv"])
        .assert()
        .code(0)
        .stdout(predicate::str::contains(
            "known values without a photo: gone.jpg",
        ));
}

#[test]
fn the_doctor_finds_the_runtime_and_the_model_and_names_what_is_missing() {
    let run = measure_bench()
        .args(["doctor", "--summary", "json"])
        .assert()
        .code(0);
    let report = json(&run.get_output().stdout);
    assert!(report["onnxRuntime"]["version"].is_string(), "{report}");
    assert!(report["model"].is_object(), "{report}");
    for provider in report["providers"].as_array().unwrap() {
        assert_eq!(provider["usable"] == true, provider["reason"].is_null());
    }
    measure_bench()
        .args(["doctor", "--model", "no-such-model"])
        .assert()
        .code(1)
        .stdout(predicate::str::contains("no-such-model"));
}

/// By hand: f35 / 43.267 mm, the diagonal of a 36 x 24 mm frame, times the picture's diagonal; the same lying and upright.
#[test]
fn the_focal_length_is_that_of_exif_by_the_diagonal() {
    for (photo, f35_mm, size) in [
        ("hall_portrait.heic", 23.0, (1200, 1600)),
        ("study_portrait.jpg", 26.0, (1200, 1600)),
        ("living_room.heic", 24.0, (1600, 1200)),
    ] {
        let run = measure_bench()
            .current_dir(fixtures())
            .args([photo, "--labels", "labels", "--summary", "json"])
            .assert()
            .code(0);
        let report = json(&run.get_output().stdout);
        let result = &report["results"][0];
        let (width, height) = size;
        assert_eq!(result["image"]["widthPx"], width, "{photo}");
        assert_eq!(result["image"]["heightPx"], height, "{photo}");
        assert_eq!(result["camera"]["focalSource"], "exif35mm", "{photo}");
        let expected = f35_mm / 43.267 * f64::from(width).hypot(f64::from(height));
        let found = result["camera"]["focalPx"].as_f64().unwrap();
        assert!(
            (found - expected).abs() < 0.01,
            "{photo}: {found}, not {expected}"
        );
    }
}

/// Peak memory as the system counts it. The label maps keep the network out of the second pair.
#[cfg(target_os = "linux")]
#[test]
fn memory_depends_on_the_size_of_a_photo_and_not_on_the_number_of_photos() {
    const LARGE: &str = "large_24mp.heic";
    let peak_mb = |command: &mut Command| {
        let run = command
            .args(["--jobs", "1", "--device", "cpu", "--summary", "json"])
            .assert()
            .code(0);
        let report = json(&run.get_output().stdout);
        report["metrics"]["peakRssMb"].as_f64().unwrap()
    };
    let alone = peak_mb(measure_bench().arg(fixtures().join(LARGE)));
    assert!(
        alone < 450.0,
        "24.5 megapixels with the bundled model: {alone} MB"
    );

    let of_photos = |count: usize| {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("labels")).unwrap();
        let map = fixtures().join("labels").join(LARGE).with_extension("png");
        for photo in 0..count {
            let place = dir.path().join(format!("{photo}.heic"));
            std::os::unix::fs::symlink(fixtures().join(LARGE), place).unwrap();
            std::fs::copy(&map, dir.path().join(format!("labels/{photo}.png"))).unwrap();
        }
        peak_mb(&mut measuring(dir.path()))
    };
    let (few, many) = (of_photos(2), of_photos(8));
    assert!(many < 1.15 * few, "2 photos: {few} MB, 8 photos: {many} MB");
}

#[test]
fn photos_that_go_through_the_network_together_are_measured_as_each_by_itself() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["attic.jpg", "bedroom.jpg", "corner.jpg", "tall.jpg"] {
        std::fs::copy(fixtures().join(name), dir.path().join(name)).unwrap();
    }
    std::fs::write(dir.path().join("broken.jpg"), b"no photo").unwrap();
    let run = |batch: &str| {
        let output = measure_bench()
            .current_dir(dir.path())
            .args([
                "--dir",
                ".",
                "--device",
                "cpu",
                "--summary",
                "json",
                "--quiet",
            ])
            .args(["--batch", batch])
            .assert()
            .code(1);
        json(&output.get_output().stdout)
    };
    let (together, alone) = (run("3"), run("1"));
    assert_eq!(together["options"]["batch"], 3);
    let results = |report: &Value| report["results"].as_array().unwrap().clone();
    assert_eq!(results(&together).len(), 5);
    for (one, other) in results(&together).iter().zip(results(&alone)) {
        let broken = one["file"].as_str().unwrap().contains("broken");
        assert_eq!(one["status"], if broken { "error" } else { "ok" });
        assert_eq!(one["inferences"], i32::from(!broken));
        assert_eq!(one["inferences"], other["inferences"]);
        for length in ["wallWidthCm", "wallHeightCm"] {
            let [a, b] = [one, &other].map(|result| result[length].as_f64());
            // The kernels of larger runs add in another order, and a cell or two may change sides.
            assert_eq!(a.is_some(), b.is_some());
            if let (Some(a), Some(b)) = (a, b) {
                assert!((a / b - 1.0).abs() < 0.005, "{one} {other}");
            }
        }
    }
}

/// A copy of a photo whose EXIF, in the byte order of phones, says Orientation 1: it is displayed as the sensor saw it.
fn without_orientation(photo: &Path, copy: &Path) {
    const ORIENTATION: &[u8] = &[0x01, 0x12, 0, 3, 0, 0, 0, 1, 0];
    let mut bytes = std::fs::read(photo).unwrap();
    let at = bytes
        .windows(ORIENTATION.len())
        .position(|window| window == ORIENTATION)
        .unwrap();
    bytes[at + ORIENTATION.len()] = 1;
    std::fs::write(copy, bytes).unwrap();
}

/// The results of a rendered iPhone photo that lost its tag, and of the photo as it was: number `index` of the seed.
fn lost_and_upright(index: usize) -> [Value; 2] {
    let dir = tempfile::tempdir().unwrap();
    measure_bench()
        .current_dir(dir.path())
        .args(["rooms", ".", "--scenario", "nominal", "--size", "512x384"])
        .args(["--count", &(index + 1).to_string(), "--seed", "5"])
        .assert()
        .code(0);
    let upright = dir.path().join(format!("room_{index:05}.jpg"));
    let lost = dir.path().join("lost.jpg");
    without_orientation(&upright, &lost);
    let run = measure_bench()
        .args([&upright, &lost])
        .args(["--device", "cpu", "--summary", "json"])
        .assert()
        .code(0);
    let report = json(&run.get_output().stdout);
    // In natural order of their names.
    [0, 1].map(|index| report["results"][index].clone())
}

/// Asserts that a photo that lies by `roll_deg`, to either side, is measured as the upright one is.
fn assert_turned(lost: &Value, upright: &Value, roll_deg: f64) {
    let centimetres = |result: &Value| result["wallWidthCm"].as_f64().unwrap();
    let ratio = centimetres(lost) / centimetres(upright);
    assert!((ratio - 1.0).abs() < 0.02, "{ratio}");
    let warns = |result: &Value| {
        let warnings = result["warnings"].as_array().unwrap();
        warnings.contains(&Value::from("picture_turned"))
    };
    assert!(warns(lost) && !warns(upright));
    assert_eq!(lost["inferences"], 1);
    let roll = lost["camera"]["rollDeg"].as_f64().unwrap();
    assert!((roll.abs() - roll_deg).abs() < 5.0, "{roll}");
}

/// The network never saw a room on its side: the picture has to be turned before.
#[test]
fn a_photo_that_lost_its_tag_is_turned_by_gravity_and_seen_as_the_upright_one() {
    let [lost, upright] = lost_and_upright(0);
    assert_turned(&lost, &upright, 90.0);
    assert_eq!(lost["image"]["widthPx"], upright["image"]["heightPx"]);
}

/// The accelerometer's reading fits the picture both ways up; this one looks down by 8 degrees, and its verticals converge below.
#[test]
fn a_photo_that_lost_its_tag_upside_down_is_told_by_where_its_verticals_converge() {
    let [lost, upright] = lost_and_upright(2);
    assert_turned(&lost, &upright, 180.0);
    assert_eq!(lost["image"]["widthPx"], upright["image"]["widthPx"]);
}
