//! What a run, and what is made of reports, leaves behind.

use super::*;

#[test]
fn every_form_of_report_is_written_and_can_be_scored_again() {
    let dir = small_set();
    let files = ["r.json", "r.csv", "r.md", "r.html", "r.xml"];
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
    for file in ["study_portrait.jpg", "labels/study_portrait.png"] {
        std::fs::copy(fixtures().join(file), dir.path().join(file)).unwrap();
    }
    let first = measuring(dir.path())
        .args(["--debug-dir", "out", "--summary", "json"])
        .assert()
        .code(0);
    // Both are stored lying; one is displayed upside down, the other upright.
    for (photo, displayed) in [
        ("bedroom-jpg", (1600, 1200)),
        ("study-portrait-jpg", (1200, 1600)),
    ] {
        let folder = dir.path().join("out").join(photo);
        for mask in ["wall", "floor", "ceiling", "window"] {
            let picture = image::open(folder.join(format!("{mask}.png"))).unwrap();
            let size = (picture.width(), picture.height());
            assert_eq!(size, displayed, "{photo}: {mask}");
            assert!(
                picture
                    .into_luma8()
                    .pixels()
                    .all(|p| [0, 255].contains(&p.0[0]))
            );
        }
    }
    let folder = dir.path().join("out/bedroom-jpg");
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
