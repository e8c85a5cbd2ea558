//! Machines that lack what others have.

use super::support::{assert_ends, binary, fixtures, measuring, two_photos};

fn run_in(folder: &str, more: &[&str]) -> std::process::Output {
    binary()
        .env_clear()
        .current_dir(folder)
        .arg(fixtures().join("bedroom.jpg"))
        .args(["--long-side", "64"])
        .args(more)
        .output()
        .unwrap()
}

#[test]
fn no_home_no_terminal_and_no_environment_at_all_are_enough() {
    let dir = tempfile::tempdir().unwrap();
    let output = run_in(dir.path().to_str().unwrap(), &[]);
    assert_ends(&output, 0, "");
    let table = String::from_utf8_lossy(&output.stdout);
    assert!(
        table.contains("bedroom.jpg") && !table.contains('\x1b'),
        "{table}"
    );
}

/// Nobody can write into /proc, whatever their rights.
#[test]
fn a_working_folder_that_cannot_be_written_to_does_not_matter_until_something_is_saved() {
    assert_ends(&run_in("/proc", &[]), 0, "");
    assert_ends(
        &run_in("/proc", &["--save", "r.json"]),
        2,
        "cannot write --save r.json",
    );
}

#[test]
fn a_working_folder_that_is_gone_does_not_matter_either() {
    let photo = fixtures().join("bedroom.jpg");
    let output = std::process::Command::new("sh")
        .args([
            "-c",
            "d=$(mktemp -d) && cd \"$d\" && rmdir \"$d\" && exec \"$@\"",
            "sh",
        ])
        .arg(binary().get_program())
        .arg(photo)
        .args(["--long-side", "64"])
        .output()
        .unwrap();
    assert_ends(&output, 0, "");
}

#[test]
fn few_open_files_are_enough() {
    let dir = two_photos();
    let limited = std::process::Command::new("sh")
        .args(["-c", "ulimit -n 32; exec \"$@\"", "sh"])
        .arg(binary().get_program())
        .args(measuring(dir.path()).get_args())
        .args(["--jobs", "2"])
        .current_dir(dir.path())
        .output()
        .unwrap();
    assert_ends(&limited, 0, "");
}
