//! Ctrl-C, at any time: the first saves what is finished, the second ends at once.

use std::process::{Child, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::support::{
    PHOTOS, binary, children, finished, fixtures, measuring, report, rooms, wait_until,
};

fn signal(run: &Child, signal: Signal) {
    kill_process(
        Pid::from_raw(i32::try_from(run.id()).unwrap()).unwrap(),
        signal,
    )
    .unwrap();
}

/// Bytes that a process has written so far.
fn written(process: Pid) -> u64 {
    let io = std::fs::read_to_string(format!("/proc/{}/io", process.as_raw_nonzero()));
    let io = io.unwrap_or_default();
    let count = io.lines().find_map(|line| line.strip_prefix("wchar: "));
    count.and_then(|count| count.parse().ok()).unwrap_or(0)
}

#[test]
fn an_interrupted_run_saves_what_is_finished_and_can_be_resumed() {
    let dir = rooms();
    for (kind, others) in [(Signal::INT, 2), (Signal::TERM, 5)] {
        let mut run = measuring(dir.path())
            .args(["--save", "r.json", "--jobs", "1"])
            .spawn()
            .unwrap();
        wait_until(|| finished(dir.path()) >= others);
        signal(&run, kind);
        assert_eq!(run.wait().unwrap().code(), Some(130), "{kind:?}");
        let part = report(dir.path());
        assert_eq!(part["interrupted"], true);
        let kept = part["results"].as_array().unwrap().len();
        assert!((others..PHOTOS).contains(&kept), "{kept}");
        let resumed = measuring(dir.path())
            .args(["--save", "r.json", "--jobs", "1", "--resume"])
            .status()
            .unwrap();
        assert!(resumed.success());
        assert_eq!(report(dir.path())["metrics"]["total"], PHOTOS);
        std::fs::remove_file(dir.path().join("r.json")).unwrap();
    }
}

/// A part of the next report is no reason to lose a whole one: the journal keeps it.
#[test]
fn an_interrupted_run_leaves_the_report_that_was_there() {
    let dir = rooms();
    let saved = dir.path().join("r.json");
    std::fs::write(&saved, "a whole report").unwrap();
    for resume in [None, Some("--resume")] {
        let before = finished(dir.path());
        let mut run = measuring(dir.path())
            .args(["--save", "r.json", "--jobs", "1"])
            .args(resume)
            .spawn()
            .unwrap();
        wait_until(|| finished(dir.path()) >= before + 2);
        signal(&run, Signal::INT);
        assert_eq!(run.wait().unwrap().code(), Some(130));
        assert_eq!(std::fs::read_to_string(&saved).unwrap(), "a whole report");
    }
}

#[test]
fn an_interrupt_does_not_wait_for_a_hung_decoder() {
    let dir = rooms();
    let mut run = measuring(dir.path())
        .args(["--save", "r.json", "--jobs", "1"])
        .spawn()
        .unwrap();
    wait_until(|| finished(dir.path()) >= 2);
    let worker = children(run.id())[0];
    kill_process(worker, Signal::STOP).unwrap();
    signal(&run, Signal::INT);
    // Without an end to the wait this would never end.
    assert_eq!(run.wait().unwrap().code(), Some(130));
    assert_eq!(report(dir.path())["interrupted"], true);
}

#[test]
fn an_interrupt_before_the_first_photo_leaves_a_report_too() {
    let dir = rooms();
    let mut run = measuring(dir.path())
        .args(["--save", "r.json", "--jobs", "1"])
        .spawn()
        .unwrap();
    // The journal is there once the run listens.
    wait_until(|| dir.path().join("r.json.journal.jsonl").exists());
    signal(&run, Signal::INT);
    assert_eq!(run.wait().unwrap().code(), Some(130));
    let part = report(dir.path());
    assert_eq!(part["interrupted"], true);
    assert!(part["results"].as_array().unwrap().len() < PHOTOS);
}

#[test]
fn a_second_interrupt_ends_at_once() {
    let dir = tempfile::tempdir().unwrap();
    // One photo for minutes: the first interrupt waits for it.
    let mut run = binary()
        .current_dir(dir.path())
        .arg(fixtures().join("bedroom.jpg"))
        .args(["--repeat", "100000", "--save", "r.json", "-q"])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    // Its pixels are here: what follows is not cut short.
    const PIXEL_BYTES: u64 = 1600 * 1200 * 3;
    wait_until(|| children(run.id()).into_iter().map(written).sum::<u64>() >= PIXEL_BYTES);
    std::thread::sleep(Duration::from_millis(300));
    signal(&run, Signal::INT);
    std::thread::sleep(Duration::from_millis(300));
    assert!(
        run.try_wait().unwrap().is_none(),
        "the first one waits for the photo in work"
    );
    signal(&run, Signal::INT);
    assert_eq!(run.wait().unwrap().code(), Some(130));
    let report = dir.path().join("r.json");
    assert!(!report.exists(), "what is not finished is not saved");
}

/// A supervisor signals the process that it knows; a sweep's measuring runs are its own business.
#[test]
fn a_sweep_takes_its_measuring_run_with_it() {
    let dir = rooms();
    std::fs::write(dir.path().join("sweep.json"), "a whole sweep").unwrap();
    let mut run = binary()
        .current_dir(dir.path())
        .args(["sweep", "--dir", "rooms", "--long-side", "64,96"])
        .args(["--repeat", "1000", "--save", "sweep.json"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_until(|| !children(run.id()).is_empty());
    let measuring = children(run.id())[0];
    signal(&run, Signal::TERM);
    assert_eq!(run.wait().unwrap().code(), Some(130));
    assert!(
        !std::path::Path::new(&format!("/proc/{}", measuring.as_raw_nonzero())).exists(),
        "it goes on by itself"
    );
    let said = std::io::read_to_string(run.stderr.take().unwrap()).unwrap();
    assert!(
        said.contains("sweep.json holds a whole sweep and stays as it was"),
        "{said}"
    );
    let kept = std::fs::read_to_string(dir.path().join("sweep.json")).unwrap();
    assert_eq!(kept, "a whole sweep");
}
