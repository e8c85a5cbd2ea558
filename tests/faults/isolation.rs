//! A decoding process that dies, crashes or hangs costs at most its photo, and the run goes on. The processes are real, and so is what
//! befalls them.

use std::path::Path;
use std::process::Child;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::support::{
    PHOTOS, binary, children, finished, fixtures, measuring, report, rooms, wait_until,
};

/// One decoding process.
const ONE: [&str; 2] = ["--jobs", "1"];

fn start(dir: &Path, more: &[&str]) -> Child {
    measuring(dir)
        .args(["--save", "r.json", "--max-errors", "1"])
        .args(more)
        .spawn()
        .unwrap()
}

/// The one decoding process of a run, once the run has finished some photos with it.
fn busy_worker(dir: &Path, run: &Child) -> Pid {
    wait_until(|| finished(dir) > 2 && children(run.id()).len() == 1);
    children(run.id())[0]
}

#[test]
fn a_worker_killed_from_outside_is_replaced_and_no_photo_is_lost() {
    let dir = rooms();
    let mut run = start(dir.path(), &ONE);
    kill_process(busy_worker(dir.path(), &run), Signal::KILL).unwrap();
    assert!(run.wait().unwrap().success());
    let metrics = &report(dir.path())["metrics"];
    assert_eq!(metrics["errors"], 0, "{metrics}");
    assert_eq!(metrics["total"], PHOTOS);
    assert_eq!(metrics["workers"]["started"], 2, "{metrics}");
    assert_eq!(metrics["workers"]["lost"], 1, "{metrics}");
}

#[test]
fn a_crash_of_the_decoder_costs_one_photo_and_says_so() {
    let dir = rooms();
    let mut run = start(dir.path(), &ONE);
    kill_process(busy_worker(dir.path(), &run), Signal::ABORT).unwrap();
    assert!(run.wait().unwrap().success());
    let report = report(dir.path());
    assert_eq!(report["metrics"]["errors"], 1);
    assert_eq!(report["metrics"]["total"], PHOTOS);
    let results = report["results"].as_array().unwrap();
    let lost: Vec<&Value> = results.iter().filter(|r| r["status"] == "error").collect();
    let message = lost[0]["error"].as_str().unwrap();
    assert!(message.contains("crash (signal: 6"), "{message}");
    assert!(message.contains("export the photo as JPEG"), "{message}");
}

#[test]
fn a_hung_decoder_is_ended_at_the_timeout_and_the_run_goes_on() {
    let dir = rooms();
    let mut run = start(dir.path(), &["--jobs", "1", "--timeout", "20"]);
    let worker = busy_worker(dir.path(), &run);
    kill_process(worker, Signal::STOP).unwrap();
    assert!(run.wait().unwrap().success());
    let report = report(dir.path());
    assert_eq!(report["metrics"]["errors"], 1, "{}", report["metrics"]);
    assert_eq!(report["metrics"]["total"], PHOTOS);
    let results = report["results"].as_array().unwrap();
    let late = results.iter().find(|r| r["status"] == "error").unwrap();
    assert_eq!(late["error"], "took longer than 20 s (see --timeout)");
    assert!(late["sha256"].is_string(), "what was known stays: {late}");
    assert!(!Path::new(&format!("/proc/{}", worker.as_raw_nonzero())).exists());
}

#[test]
fn no_worker_outlives_a_killed_run() {
    let dir = rooms();
    let mut run = start(dir.path(), &ONE);
    let worker = busy_worker(dir.path(), &run);
    // It is busy for ever, so that it cannot notice the end of its input.
    kill_process(worker, Signal::STOP).unwrap();
    run.kill().unwrap();
    run.wait().unwrap();
    let gone = || {
        let status = std::fs::read_to_string(format!("/proc/{}/status", worker.as_raw_nonzero()));
        status.map_or(true, |status| status.contains("State:\tZ"))
    };
    wait_until(gone);
}

/// What a report says of its photos, apart from what measuring took.
fn said(report: &Value) -> Vec<Value> {
    let mut results = report["results"].as_array().unwrap().clone();
    for result in &mut results {
        let result = result.as_object_mut().unwrap();
        for name in ["timingsMs", "rssMb"] {
            result.remove(name);
        }
    }
    results
}

#[test]
fn all_photos_of_a_run_share_their_workers_and_are_measured_alike_by_any_number() {
    let dir = rooms();
    let run = |more: &[&str]| {
        let mut run = start(dir.path(), more);
        assert!(run.wait().unwrap().success());
        report(dir.path())
    };
    let [one, three] = ["1", "3"].map(|jobs| {
        let report = run(&["--jobs", jobs]);
        let metrics = &report["metrics"];
        let started = metrics["workers"]["started"].as_u64().unwrap();
        assert!((1..=jobs.parse().unwrap()).contains(&started), "{metrics}");
        assert_eq!(metrics["workers"]["lost"], 0);
        report
    });
    let none = run(&["--isolation", "none"]);
    assert!(none["metrics"]["workers"].is_null());
    assert_eq!(said(&one).len(), PHOTOS);
    assert_eq!(said(&one), said(&three));
    assert_eq!(said(&one), said(&none));
}

#[test]
fn memory_beyond_the_limit_costs_one_photo_and_names_the_flag() {
    let dir = tempfile::tempdir().unwrap();
    let output = binary()
        .current_dir(dir.path())
        .args(["large_24mp.heic", "bedroom.jpg"].map(|name| fixtures().join(name)))
        .arg("--labels")
        .arg(fixtures().join("labels"))
        .args(["--max-decode-memory", "30", "--summary", "json", "-q"])
        .args(["--jobs", "1", "--estimator", "predecessor"])
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let results = report["results"].as_array().unwrap();
    let of = |name: &str| {
        let named = |r: &&Value| r["file"].as_str().unwrap().ends_with(name);
        results.iter().find(named).unwrap()
    };
    let message = of("large_24mp.heic")["error"].as_str().unwrap();
    assert!(message.contains("--max-decode-memory"), "{message}");
    assert_ne!(of("bedroom.jpg")["status"], "error");
}
