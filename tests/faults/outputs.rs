//! Where results go: full disks, folders that are not there or vanish, readers that leave, two runs in one place.

use std::fs::File;
use std::os::unix::fs::FileTypeExt as _;
use std::process::{Command, Stdio};

use super::support::{
    PHOTOS, assert_ends, binary, finished, measuring, report, rooms, two_photos, wait_until,
};

#[test]
fn a_full_disk_fails_the_run_and_keeps_what_was_there() {
    let dir = two_photos();
    std::fs::write(dir.path().join("r.json"), "an older report").unwrap();
    // Files may have 1,024 bytes, room for the journal's header; then writing fails as on a full disk.
    let limited = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 2; exec \"$@\"", "sh"])
        .arg(binary().get_program())
        .args(["--dir", "rooms", "--labels", "rooms/labels", "-q"])
        .args(["--save", "r.json", "--save", "r.csv"])
        .current_dir(dir.path())
        .output()
        .unwrap();
    assert_ends(&limited, 1, "cannot write --save r.json");
    let table = String::from_utf8_lossy(&limited.stdout);
    assert!(
        table.contains("bedroom.jpg"),
        "the summary is still printed: {table}"
    );
    let kept = std::fs::read_to_string(dir.path().join("r.json")).unwrap();
    assert_eq!(kept, "an older report");
    let left: Vec<_> = std::fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with(".measure-bench-"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

/// The journal and the report have room for a part of the run; then the user makes room.
#[test]
fn a_disk_that_fills_up_in_the_middle_of_a_run_loses_no_finished_photo() {
    let dir = rooms();
    let save = ["--save", "r.json", "--jobs", "1"];
    let limited = Command::new("sh")
        // 512 bytes a block.
        .args(["-c", "trap '' XFSZ; ulimit -f 16; exec \"$@\"", "sh"])
        .arg(binary().get_program())
        .args(measuring(dir.path()).get_args())
        .args(save)
        .current_dir(dir.path())
        .output()
        .unwrap();
    assert_ends(&limited, 1, "cannot write --save r.json");
    let kept = finished(dir.path());
    assert!((2..PHOTOS).contains(&kept), "{kept} were journaled");
    let before = std::fs::read_to_string(dir.path().join("r.json.journal.jsonl")).unwrap();

    let resumed = measuring(dir.path()).args(save).arg("--resume").status();
    assert!(resumed.unwrap().success());
    let report = report(dir.path());
    assert_eq!(report["metrics"]["total"], PHOTOS);
    assert_eq!(report["metrics"]["errors"], 0);
    // Times differ from run to run: the same one shows that the photo was not measured again.
    let first: serde_json::Value = serde_json::from_str(before.lines().nth(1).unwrap()).unwrap();
    let same = report["results"].as_array().unwrap().iter();
    let same = same.filter(|result| result["timingsMs"] == first["result"]["timingsMs"]);
    assert_eq!(same.count(), 1, "{first}");
}

#[test]
fn what_a_killed_run_leaves_behind_is_removed_by_the_next_one() {
    let dir = rooms();
    let leftovers = || -> Vec<_> {
        let entries = std::fs::read_dir(dir.path()).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        let ours = |path: &std::path::PathBuf| {
            let name = path.file_name().unwrap().to_str().unwrap();
            name.starts_with(".measure-bench-")
        };
        paths.filter(ours).collect()
    };
    let save = ["--save", "r.json", "--jobs", "1"];
    let mut killed = measuring(dir.path()).args(save).spawn().unwrap();
    wait_until(|| finished(dir.path()) >= 2);
    killed.kill().unwrap();
    killed.wait().unwrap();
    let [left] = leftovers().try_into().unwrap();

    // Not at once: a file so young may belong to a process that has only just made it.
    let run = || measuring(dir.path()).args(save).status().unwrap();
    assert!(run().success());
    assert_eq!(leftovers(), [left.as_path()]);
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(600);
    let file = File::options().write(true).open(&left).unwrap();
    file.set_modified(long_ago).unwrap();
    drop(file);
    assert!(run().success());
    assert!(leftovers().is_empty());
}

#[test]
fn standard_output_that_cannot_be_written_to_is_a_failure() {
    let dir = two_photos();
    let full = File::options().write(true).open("/dev/full").unwrap();
    assert!(full.metadata().unwrap().file_type().is_char_device());
    let output = measuring(dir.path())
        .stdout(full)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    assert_ends(&output.wait_with_output().unwrap(), 1, "standard output");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let dir = two_photos();
    let mut run = measuring(dir.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(run.stdout.take());
    assert!(run.wait().unwrap().success());
}

#[test]
fn a_folder_that_is_not_there_is_told_before_anything_is_measured() {
    let dir = two_photos();
    for target in ["missing/r.json", "rooms/bedroom.jpg/r.json"] {
        let output = measuring(dir.path())
            .args(["--save", target])
            .output()
            .unwrap();
        assert_ends(&output, 2, &format!("cannot write --save {target}"));
        assert_ends(&output, 2, "make it first");
    }
    std::fs::create_dir(dir.path().join("d.json")).unwrap();
    for (option, target, said) in [
        ("--save", "d.json", "--save d.json: it is a folder"),
        (
            "--debug-dir",
            "rooms/bedroom.jpg/out",
            "the folder rooms/bedroom.jpg/out: ",
        ),
        ("--debug-dir", "rooms/bedroom.jpg", "one with --debug-dir"),
        ("--assets", "rooms/bedroom.jpg", "one with --assets"),
    ] {
        let output = measuring(dir.path())
            .args([option, target, "--save", "r.json"])
            .output()
            .unwrap();
        assert_ends(&output, 2, said);
    }
    let journal = dir.path().join("r.json.journal.jsonl");
    assert!(!journal.exists(), "no run has begun");
}

#[test]
fn a_folder_of_one_photo_that_cannot_be_made_costs_that_photo() {
    let dir = two_photos();
    std::fs::create_dir(dir.path().join("out")).unwrap();
    std::fs::write(dir.path().join("out/bedroom-jpg"), "no folder").unwrap();
    let output = measuring(dir.path())
        .args(["--debug-dir", "out", "--summary", "json"])
        .stdout(Stdio::piped())
        .output()
        .unwrap();
    assert_ends(&output, 1, "");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let message = report["results"][0]["error"].as_str().unwrap();
    assert!(
        message.contains("cannot write out/bedroom-jpg"),
        "{message}"
    );
    assert_eq!(report["metrics"]["errors"], 1);
}

#[test]
fn a_folder_that_vanishes_during_the_run_is_told_and_the_summary_still_printed() {
    let dir = rooms();
    let out = dir.path().join("out");
    std::fs::create_dir(&out).unwrap();
    let run = measuring(dir.path())
        .args(["--save", "out/r.json", "--jobs", "1"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_until(|| finished(&out) >= 2);
    std::fs::remove_dir_all(&out).unwrap();
    let output = run.wait_with_output().unwrap();
    assert_ends(&output, 1, "cannot write --save out/r.json");
    assert!(String::from_utf8_lossy(&output.stdout).contains("photos"));
}

#[test]
fn a_second_run_into_the_same_report_is_refused_and_harms_nothing() {
    let dir = rooms();
    let mut first = measuring(dir.path())
        .args(["--save", "r.json", "--jobs", "1"])
        .spawn()
        .unwrap();
    wait_until(|| finished(dir.path()) >= 2);
    let second = measuring(dir.path())
        .args(["--save", "r.json"])
        .output()
        .unwrap();
    assert_ends(&second, 2, "another run is writing the same report");
    assert!(first.wait().unwrap().success());
    assert_eq!(report(dir.path())["metrics"]["errors"], 0);
}

#[test]
fn two_runs_share_a_folder_of_debug_output() {
    let dir = two_photos();
    let start = |save: &str| {
        measuring(dir.path())
            .args(["--debug-dir", "out", "--save", save])
            .spawn()
            .unwrap()
    };
    let mut runs = [start("a.json"), start("b.json")];
    for run in &mut runs {
        assert!(run.wait().unwrap().success());
    }
    let mask = dir.path().join("out/bedroom-jpg/wall.png");
    assert!(image::open(mask).is_ok());
}
