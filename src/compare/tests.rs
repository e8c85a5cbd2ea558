use super::*;
use crate::report::{comparison_text, sample};
use crate::score::score_photo;

fn with(change: impl FnOnce(&mut Report)) -> Report {
    let mut report = sample::report();
    change(&mut report);
    report
}

fn change_of(comparison: &Comparison, file: &str) -> Change {
    comparison
        .photos
        .iter()
        .find(|p| p.file == file)
        .map(|p| p.change)
        .unwrap()
}

#[test]
fn a_report_compared_with_itself_has_no_change() {
    let report = sample::report();
    let comparison = compare(&report, &report).unwrap();
    assert!(comparison.photos.iter().all(|p| p.change == Change::Same));
    assert!(comparison.differences.is_empty());
    let width = comparison.width.unwrap();
    assert_eq!(width.difference, 0.0);
    assert!(!width.is_beyond_chance());
    assert_eq!(comparison.time.unwrap().ratio, 1.0);
}

#[test]
fn photos_are_matched_by_name_and_judged_by_their_errors() {
    let new = with(|r| {
        r.results[0].score.width_pct_err = Some(9.0);
        r.results[1].score.width_pct_err = Some(1.0);
        r.results[2].status = Status::Ok;
        r.results[3].file = "other.webp".into();
        r.results.reverse();
    });
    let comparison = compare(&sample::report(), &new).unwrap();
    assert_eq!(change_of(&comparison, "living room.heic"), Change::Worse);
    assert_eq!(
        change_of(&comparison, &new.results[3].file),
        Change::Improved
    );
    assert_eq!(change_of(&comparison, "corner.png"), Change::Recovered);
    assert_eq!(change_of(&comparison, "dark.webp"), Change::Gone);
    assert_eq!(change_of(&comparison, "other.webp"), Change::New);
    assert_eq!(change_of(&comparison, "broken <1>.jpg"), Change::Same);
    assert_eq!(
        comparison.photos[0].file, "living room.heic",
        "what is worst comes first"
    );
}

/// `photos/a.jpg` by its path is the `a.jpg` of `--dir photos`.
#[test]
fn a_photo_under_another_path_is_known_by_its_bytes_and_base_name() {
    let old = sample::report();
    let by_path = with(|r| {
        for result in &mut r.results {
            result.file = format!("photos/{}", result.file);
        }
        r.results[0].score.width_pct_err = Some(9.0);
    });
    let comparison = compare(&old, &by_path).unwrap();
    let of = |file: &str| change_of(&comparison, file);
    assert_eq!(of("photos/living room.heic"), Change::Worse);
    assert_eq!(of("photos/corner.png"), Change::Same);
    assert_eq!(of("photos/broken <1>.jpg"), Change::New, "of unknown bytes");
    assert_eq!(of("broken <1>.jpg"), Change::Gone);
    assert_eq!(comparison.photos.len(), old.results.len() + 1);
}

#[test]
fn which_of_several_alike_a_photo_is_cannot_be_told() {
    let old = sample::report();
    let renamed = |files: &'static [&'static str]| {
        with(|r| {
            let photo = r.results.remove(0);
            r.results.extend(files.iter().map(|file| PhotoResult {
                file: (*file).to_owned(),
                ..photo.clone()
            }));
        })
    };
    let twice = renamed(&["a/living room.heic", "b/living room.heic"]);
    for (report, other) in [(&old, &twice), (&twice, &old)] {
        let paired = paired(report, other);
        let left = paired.new.len() + paired.gone.len();
        assert_eq!((paired.both.len(), left), (4, 3));
    }
    let beside = renamed(&["living room.heic", "b/living room.heic"]);
    let paired = paired(&old, &beside);
    assert_eq!(paired.new.len(), 1, "the same path comes first");
    assert_eq!(paired.new[0].file, "b/living room.heic");
    assert!(paired.gone.is_empty());
}

#[test]
fn a_photo_that_lost_its_width_is_failing() {
    let new = with(|r| {
        r.results[0].status = Status::Refused;
        r.results[0].score.width_pct_err = None;
    });
    let comparison = compare(&sample::report(), &new).unwrap();
    assert_eq!(
        change_of(&comparison, "living room.heic"),
        Change::NowFailing
    );
    let back = compare(&new, &sample::report()).unwrap();
    assert_eq!(change_of(&back, "living room.heic"), Change::Recovered);
}

#[test]
fn other_photos_other_truth_and_nothing_shared_are_refused_by_name() {
    let old = sample::report();
    let bytes = with(|r| r.results[0].sha256 = Some("00".repeat(32)));
    let refused = compare(&old, &bytes).unwrap_err().to_string();
    assert!(
        refused.contains("living room.heic") && refused.contains("other photos"),
        "{refused}"
    );
    let truth = with(|r| r.results[1].score.expected_width_cm = Some(1.0));
    let refused = compare(&old, &truth).unwrap_err();
    assert!(refused.to_string().contains("kitchen.jpg"), "{refused}");
    let advice = refused.advice(Path::new("a/old.json"));
    assert!(
        advice.contains("measure-bench score a/old.json"),
        "{advice}"
    );
    let none = with(|r| r.results.clear());
    let refused = compare(&old, &none).unwrap_err();
    assert!(matches!(refused, Incomparable::NothingShared { .. }));
    let advice = refused.advice(Path::new("a/old.json"));
    assert!(advice.contains("their bytes and base name"), "{advice}");
}

/// The old report would lose the truth that it has.
#[test]
fn a_new_report_without_truth_is_no_reason_to_score_the_old_one() {
    let old = sample::report();
    let without = with(|r| {
        for result in &mut r.results {
            score_photo(result, None);
        }
    });
    let told = |old: &Report, new: &Report| {
        let refused = compare(old, new).unwrap_err();
        format!("{refused}; {}", refused.advice(Path::new("a/old.json")))
    };
    let lacking = told(&old, &without);
    assert!(lacking.contains("give --ground-truth"), "{lacking}");
    assert!(lacking.contains("the new one against none"), "{lacking}");
    assert!(!lacking.contains("a/old.json"), "{lacking}");
    let lacking = told(&without, &old);
    assert!(lacking.contains("score a/old.json"), "{lacking}");
}

/// Its time is of half a photo.
#[test]
fn a_photo_that_failed_in_either_report_is_not_timed() {
    let old = sample::report();
    let failed = with(|r| {
        r.results[0].status = Status::Error;
        r.results[0].timings_ms.total = 1.0;
    });
    for (old, new) in [(&old, &failed), (&failed, &old)] {
        let time = compare(old, new).unwrap().time.unwrap();
        assert_eq!((time.photos, time.ratio, time.interval.low), (3, 1.0, 1.0));
    }
}

#[test]
fn settings_and_machines_that_differ_are_named() {
    let new = with(|r| {
        r.options.long_side = Some(768);
        r.environment.cpu = Some("Another CPU".into());
    });
    let comparison = compare(&sample::report(), &new).unwrap();
    let named: Vec<&str> = comparison
        .differences
        .iter()
        .map(|d| d.what.as_str())
        .collect();
    assert_eq!(named, ["environment.cpu", "options.longSide"]);
    let why = comparison.time.unwrap().not_comparable.unwrap();
    assert!(why.contains("Another CPU"), "{why}");
}

#[test]
fn markdown_and_table_name_what_is_worse_and_escape_names() {
    let new = with(|r| {
        r.results[0].file = "a|b.jpg".into();
        r.results[1].score.width_pct_err = Some(60.0);
    });
    let comparison = compare(&sample::report(), &new).unwrap();
    let markdown = comparison_text::markdown(&comparison);
    assert!(markdown.contains("a\\|b.jpg"), "{markdown}");
    assert!(markdown.contains("| worse |"), "{markdown}");
    assert!(comparison_text::table(&comparison).contains("worse"));
}
