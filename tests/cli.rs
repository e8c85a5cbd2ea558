//! The binary from outside: exit codes, what goes where, and that one bad photo is one photo's error.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set itself up has failed"
)]

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use predicates::prelude::*;
use serde_json::Value;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// The binary, free of the developer's own environment.
fn measure_bench() -> Command {
    let mut command = Command::cargo_bin("measure-bench").unwrap();
    for variable in [
        "MEASURE_MODEL",
        "M2F_LONG_SIDE",
        "MEASURE_CAMERA_HEIGHT_CM",
        "MEASURE_CEILING_HEIGHT_CM",
        "MEASURE_DEFAULT_FOV_DEG",
    ] {
        command.env_remove(variable);
    }
    command.env("COLUMNS", "120");
    command
}

/// A folder with two good photos, their label maps in `labels`, and truth for both.
fn small_set() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("labels")).unwrap();
    for name in ["bedroom.jpg", "no_exif.jpg"] {
        std::fs::copy(fixtures().join(name), dir.path().join(name)).unwrap();
        let map = Path::new(name).with_extension("png");
        let labels = Path::new("labels").join(map);
        std::fs::copy(fixtures().join(&labels), dir.path().join(&labels)).unwrap();
    }
    std::fs::copy(
        fixtures().join("../ground_truth.json"),
        dir.path().join("truth.json"),
    )
    .unwrap();
    dir
}

fn measuring(dir: &Path) -> Command {
    let mut command = measure_bench();
    command
        .current_dir(dir)
        .args(["--dir", ".", "--labels", "labels"]);
    command
}

fn json(output: &[u8]) -> Value {
    serde_json::from_slice(output).unwrap()
}

#[test]
fn good_photos_are_measured_and_scored() {
    let dir = small_set();
    let run = measuring(dir.path())
        .args(["--ground-truth", "truth.json", "--summary", "json"])
        .assert()
        .code(0);
    let report = json(&run.get_output().stdout);
    assert_eq!(report["metrics"]["total"], 2);
    assert_eq!(report["metrics"]["withTruth"], 2);
    for result in report["results"].as_array().unwrap() {
        assert_eq!(result["decodes"], 1, "{result}");
        assert_eq!(
            result["inferences"], 0,
            "label maps need no network: {result}"
        );
    }
    let unmatched = report["unmatched"]["entriesWithoutPhoto"]
        .as_array()
        .unwrap();
    assert!(unmatched.contains(&"attic.jpg".into()));
}

#[test]
fn one_bad_file_is_one_error_and_everything_else_is_measured() {
    let dir = small_set();
    std::fs::write(dir.path().join("broken.jpg"), b"").unwrap();
    let run = measuring(dir.path())
        .args(["--summary", "json"])
        .assert()
        .code(1);
    let report = json(&run.get_output().stdout);
    assert_eq!(report["metrics"]["errors"], 1);
    assert_eq!(report["metrics"]["total"], 3);
    let broken = &report["results"][1];
    assert_eq!(broken["file"], "broken.jpg");
    assert_eq!(broken["status"], "error");
    assert!(broken["error"].as_str().unwrap().contains("empty"));
    measuring(dir.path())
        .args(["--max-errors", "1"])
        .assert()
        .code(0);
}

#[test]
fn a_missed_gate_ends_in_3_unless_photos_failed() {
    let dir = small_set();
    let gate = [
        "--ground-truth",
        "truth.json",
        "--max-width-mape",
        "0.000001",
    ];
    measuring(dir.path())
        .args(gate)
        .assert()
        .code(3)
        .stdout(predicate::str::contains("MISSED"));
    std::fs::write(dir.path().join("broken.jpg"), b"").unwrap();
    measuring(dir.path()).args(gate).assert().code(1);
}

#[test]
fn bad_usage_ends_in_2_and_says_what_to_do() {
    for (arguments, message) in [
        (&[][..], "--dir"),
        (&["--no-such-flag"][..], "--no-such-flag"),
        (&["a.jpg", "--save", "report.txt"][..], ".json"),
        (&["--dir", "no/such/folder"][..], "no such folder"),
        (&["nothing*.jpg"][..], "no file matches"),
        (
            &["--dir", "src"][..],
            "no photos found in src (folders below are looked into with --recursive)",
        ),
        (&["--dir", "src", "-r"][..], "no photos found in src\n"),
        (&["a.jpg", "--min-coverage", "101"][..], "0 to 100"),
        (&["a.jpg", "--provider", "other"][..], "noreref"),
        (
            &["a.jpg", "--ground-truth", "none.json"][..],
            "cannot read none.json",
        ),
        (&["a.jpg", "--long-side", "9000"][..], "1 to 8192"),
        (
            &["a.jpg", "--ceiling-height", "250", "--camera-height", "300"][..],
            "a.jpg: the camera's height, 300 cm, is not below the ceiling's, 250 cm",
        ),
        (
            &["a.jpg", "--model-config", "none.json"][..],
            "--model-config none.json",
        ),
    ] {
        measure_bench()
            .args(arguments)
            .assert()
            .code(2)
            .stdout("")
            .stderr(predicate::str::contains(message));
    }
}

#[test]
fn a_displacement_that_is_none_ends_in_2_and_draws_nothing() {
    let dir = tempfile::tempdir().unwrap();
    for value in ["nan", "-5", "inf"] {
        measure_bench()
            .current_dir(dir.path())
            .args(["rooms", "rooms", "--count", "1", "--labels-only"])
            .args(["--roughen", value])
            .assert()
            .code(2)
            .stderr(predicate::str::contains("0 or greater"));
        assert!(!dir.path().join("rooms").exists(), "{value}");
    }
}

#[test]
fn an_empty_variable_is_none_and_a_flag_wins_over_a_variable() {
    let dir = small_set();
    let mut empty = measuring(dir.path());
    for variable in [
        "MEASURE_MODEL",
        "M2F_LONG_SIDE",
        "MEASURE_CAMERA_HEIGHT_CM",
        "MEASURE_CLOUD_URL",
    ] {
        empty.env(variable, "");
    }
    empty.arg("--dry-run").assert().code(0);
    let config = |command: &mut Command| {
        let run = command.arg("--print-config").assert().code(0);
        String::from_utf8(run.get_output().stdout.clone()).unwrap()
    };
    let named = config(measure_bench().env("MEASURE_MODEL", "mine.onnx"));
    assert!(named.contains("model = \"mine.onnx\""), "{named}");
    let labels = config(measuring(dir.path()).env("MEASURE_MODEL", "mine.onnx"));
    assert!(labels.contains("labels = \"labels\""), "{labels}");
    assert!(!labels.contains("mine.onnx"), "{labels}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_standard_error_that_cannot_be_written_to_changes_no_exit_code() {
    let dir = small_set();
    let run = |arguments: &[&str]| {
        let full = std::fs::File::options().write(true).open("/dev/full");
        let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin("measure-bench"));
        command
            .current_dir(dir.path())
            .args(arguments)
            .stdout(std::process::Stdio::null())
            .stderr(full.unwrap());
        command.status().unwrap().code()
    };
    assert_eq!(run(&["nothing*.jpg"]), Some(2));
    assert_eq!(
        run(&["rooms", "rooms", "--count", "1", "--seed", "1"]),
        Some(0)
    );
}

#[test]
fn a_wrong_entry_of_the_ground_truth_is_named() {
    let dir = small_set();
    std::fs::write(
        dir.path().join("truth.csv"),
        "file,widthCm\nbedroom.jpg,-4\n",
    )
    .unwrap();
    measuring(dir.path())
        .args(["--ground-truth", "truth.csv"])
        .assert()
        .code(2)
        .stderr(predicate::str::contains("bedroom.jpg").and(predicate::str::contains("-4")));
}

#[test]
fn every_form_of_report_is_written_and_can_be_scored_again() {
    let dir = small_set();
    let files = ["r.json", "r.csv", "r.md", "r.xml"];
    let mut command = measuring(dir.path());
    for file in files {
        command.args(["--save", file]);
    }
    command.assert().code(0);
    for file in files {
        assert!(
            std::fs::metadata(dir.path().join(file)).unwrap().len() > 100,
            "{file}"
        );
    }
    let run = measure_bench()
        .current_dir(dir.path())
        .args([
            "score",
            "r.json",
            "--ground-truth",
            "truth.json",
            "--summary",
            "json",
        ])
        .assert()
        .code(0);
    assert_eq!(json(&run.get_output().stdout)["metrics"]["withTruth"], 2);
}

#[test]
fn the_debug_folder_holds_masks_of_the_photos_size_and_labels_that_measure_the_same() {
    let dir = small_set();
    let first = measuring(dir.path())
        .args(["--debug-dir", "out", "--summary", "json"])
        .assert()
        .code(0);
    let folder = dir.path().join("out/bedroom-jpg");
    let photo = image::image_dimensions(dir.path().join("bedroom.jpg")).unwrap();
    for mask in ["wall", "floor", "ceiling", "window"] {
        let picture = image::open(folder.join(format!("{mask}.png"))).unwrap();
        let (width, height) = (picture.width(), picture.height());
        assert!(
            (width, height) == photo || (height, width) == photo,
            "{mask}"
        );
        assert!(
            picture
                .into_luma8()
                .pixels()
                .all(|p| [0, 255].contains(&p.0[0]))
        );
    }
    assert!(folder.join("overlay.png").is_file());
    let file = json(&std::fs::read(folder.join("measurement.json")).unwrap());
    let reported = json(&first.get_output().stdout)["results"][0]["timingsMs"].clone();
    assert_eq!(file["timingsMs"], reported);
    assert!(reported["total"].as_f64().unwrap() > 0.0, "{reported}");
    std::fs::create_dir(dir.path().join("again")).unwrap();
    std::fs::copy(
        folder.join("labels.png"),
        dir.path().join("again/bedroom.png"),
    )
    .unwrap();
    let second = measure_bench()
        .current_dir(dir.path())
        .args(["bedroom.jpg", "--labels", "again", "--summary", "json"])
        .assert()
        .code(0);
    let width = |output: &[u8]| json(output)["results"][0]["wallWidthCm"].clone();
    assert_eq!(
        width(&first.get_output().stdout),
        width(&second.get_output().stdout)
    );
}

#[test]
fn a_photo_measured_by_fallback_says_why_and_has_a_debug_folder_of_its_own() {
    let dir = small_set();
    let debug = ["--debug-dir", "out"];
    measuring(dir.path()).args(debug).assert().code(0);
    std::fs::create_dir(dir.path().join("none")).unwrap();
    let reason = predicate::str::contains("By fallback\n  bedroom.jpg: no label map: looked for");
    measure_bench()
        .current_dir(dir.path())
        .args(["bedroom.jpg", "--labels", "none"])
        .args(["--fallback", "full-frame", "--save", "r.html"])
        .args(debug)
        .assert()
        .code(0)
        .stdout(reason.and(predicate::str::contains("Not measured").not()));
    let folder = dir.path().join("out/bedroom-jpg");
    let wall = image::open(folder.join("wall.png")).unwrap().into_luma8();
    assert!(wall.pixels().all(|p| p.0[0] == 255), "the whole frame");
    let entry = json(&std::fs::read(folder.join("measurement.json")).unwrap());
    assert_eq!(entry["status"], "fallback", "{entry}");
    let page = std::fs::read_to_string(dir.path().join("r.html")).unwrap();
    assert!(page.contains("data:image/jpeg;base64,"), "its picture");
}

#[test]
fn truth_without_a_photo_is_listed_in_the_report_or_beside_it() {
    const NOTE: &str = "note: ground truth without a photo: gone.jpg";
    let dir = small_set();
    std::fs::write(
        dir.path().join("truth.csv"),
        "file,widthCm\nbedroom.jpg,480\ngone.jpg,400\n",
    )
    .unwrap();
    let truth = ["--ground-truth", "truth.csv"];
    let files = ["r.json", "r.md", "r.xml", "r.html"];
    let mut command = measuring(dir.path());
    for file in files {
        command.args(["--save", file]);
    }
    command
        .args(truth)
        .assert()
        .code(0)
        .stdout(predicate::str::contains(
            "Ground truth without a photo\n  gone.jpg",
        ))
        .stderr(predicate::str::contains("gone.jpg").not());
    for file in files {
        let text = std::fs::read_to_string(dir.path().join(file)).unwrap();
        assert!(text.contains("gone.jpg"), "{file}");
    }
    let score = |command: &mut Command| {
        command
            .args(truth)
            .args(["--summary", "csv"])
            .assert()
            .code(0)
            .stdout(predicate::str::contains("gone.jpg").not())
            .stderr(predicate::str::contains(NOTE));
    };
    score(&mut measuring(dir.path()));
    let mut anew = measure_bench();
    score(anew.current_dir(dir.path()).args(["score", "r.json"]));
}

#[test]
fn photos_with_one_label_map_are_refused_until_each_has_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let put = |fixture: &str, place: &str| {
        let place = dir.path().join(place);
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::copy(fixtures().join(fixture), place).unwrap();
    };
    let run = || {
        measure_bench()
            .current_dir(dir.path())
            .args(["--dir", "k", "-r", "--labels", "lb"])
            .assert()
    };
    put("bedroom.jpg", "k/one/i.jpg");
    put("no_exif.jpg", "k/two/i.jpg");
    put("labels/bedroom.png", "lb/i.png");
    run().code(2).stdout("").stderr(predicate::str::contains(
        "one/i.jpg and two/i.jpg have the same label map, lb/i.png; \
         name their maps lb/one/i.jpg.png and lb/two/i.jpg.png",
    ));
    put("labels/bedroom.png", "lb/one/i.jpg.png");
    // One lies and the other stands: with the wrong map it would be an error.
    put("labels/no_exif.png", "lb/two/i.jpg.png");
    run().code(0);
}

#[test]
fn merging_and_scoring_leave_what_they_read_as_it_is() {
    let dir = small_set();
    let at = |name: &str| dir.path().join(name);
    let with_truth = ["--ground-truth", "truth.json"];
    measuring(dir.path())
        .args(with_truth)
        .args(["--save-baseline", "main"])
        .assert()
        .code(0);
    for (shard, save) in [("1/2", "p1.json"), ("2/2", "p2.json")] {
        measuring(dir.path())
            .args(with_truth)
            .args(["--shard", shard, "--save", save])
            .assert()
            .code(0);
    }
    let merge: &[&str] = &["merge", "p1.json", "p2.json"];
    let score: &[&str] = &["score", "p1.json", "--ground-truth", "truth.json"];
    let baseline: &[&str] = &["--baseline", "main"];
    for (command, more, save, what) in [
        (merge, &[][..], "p1.json", "a report that is merged"),
        (merge, baseline, "baselines/main.json", "--save-baseline"),
        (score, baseline, "baselines/main.json", "--save-baseline"),
    ] {
        let before = std::fs::read(at(save)).unwrap();
        measure_bench()
            .current_dir(dir.path())
            .args(command)
            .args(more)
            .args(["--save", save])
            .assert()
            .code(2)
            .stderr(predicate::str::contains(format!(
                "--save {save} would overwrite"
            )))
            .stderr(predicate::str::contains(what));
        assert!(before == std::fs::read(at(save)).unwrap(), "{save}");
    }
}

#[test]
fn a_score_of_an_interrupted_run_says_why_it_fails() {
    let dir = small_set();
    let path = dir.path().join("r.json");
    measuring(dir.path())
        .args(["--save", "r.json"])
        .assert()
        .code(0);
    let mut report = json(&std::fs::read(&path).unwrap());
    report["interrupted"] = true.into();
    std::fs::write(&path, report.to_string()).unwrap();
    measure_bench()
        .current_dir(dir.path())
        .args(["score", "r.json", "--ground-truth", "truth.json"])
        .assert()
        .code(3)
        .stderr(predicate::str::contains(
            "exit code 3: 1 gate missed: whole-run",
        ));
}

#[test]
fn a_dry_run_lists_photos_with_their_truth_and_measures_nothing() {
    let dir = small_set();
    measuring(dir.path())
        .args(["--dry-run", "--ground-truth", "truth.json"])
        .assert()
        .code(0)
        .stdout(predicate::str::contains("bedroom.jpg").and(predicate::str::contains(" x ")));
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
            .args(["--jobs", "1", "--summary", "json"])
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
