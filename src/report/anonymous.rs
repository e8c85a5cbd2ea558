//! `--anonymous`: reports that can be shown to strangers. They name photos, and no folder of the machine.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::Report;
use crate::dataset::names::{Distinct, base_name, normalised, stem};

/// Takes folders out of a report: paths of photos, names of photos and of truth that are paths from elsewhere, and in messages
/// `folders`, those of the photos, and all that lead out of the measured folder.
pub fn anonymise(report: &mut Report, folders: &[&Path]) {
    let mut known: Vec<PathBuf> = folders.iter().map(|f| f.to_path_buf()).collect();
    for result in &mut report.results {
        if let Some(path) = result.path.take() {
            known.extend(Path::new(&path).parent().map(Path::to_path_buf));
        }
    }
    let mut prefixes: Vec<String> = known
        .into_iter()
        .filter(|folder| !folder.as_os_str().is_empty() && folder != Path::new("."))
        .map(|folder| format!("{}{}", folder.display(), std::path::MAIN_SEPARATOR))
        .collect();
    // A folder before the one that it lies in.
    prefixes.sort_by_key(|prefix| std::cmp::Reverse(prefix.len()));
    prefixes.dedup();
    let mut names = Names::default();
    for result in &mut report.results {
        result.file = names.of(&result.file);
        if let Some(error) = &mut result.error {
            let text = prefixes.iter().fold(std::mem::take(error), |text, prefix| {
                without_prefix(&text, prefix)
            });
            *error = without_folders(&text);
        }
    }
    for skipped in &mut report.environment.skipped_devices {
        skipped.reason = without_folders(&skipped.reason);
    }
    if let Some(unmatched) = &mut report.unmatched {
        for photo in &mut unmatched.photos_without_truth {
            *photo = names.of(photo);
        }
        for entry in &mut unmatched.entries_without_photo {
            *entry = name(entry);
        }
    }
}

/// `text` without `prefix` where a path begins with it, not where one goes on with it.
fn without_prefix(text: &str, prefix: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(prefix) {
        let (before, found) = rest.split_at(at);
        out.push_str(before);
        let goes_on = |c: char| c.is_alphanumeric() || "/\\._-".contains(c);
        if out.ends_with(goes_on) {
            out.push_str(prefix);
        }
        rest = &found[prefix.len()..];
    }
    out.push_str(rest);
    out
}

/// `text` with the last part alone of every path in it that leads out of the measured folder: whose folders they are is not known
/// here. A folder's name may hold spaces, so that a path goes on to where a message would end it.
fn without_folders(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = first_path(rest) {
        let (before, path) = rest.split_at(start);
        let (path, after) = path.split_at(path_length(path));
        out.push_str(before);
        out.push_str(base_name(&normalised(path)));
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Where the first path in `text` begins that leads out of the measured folder.
fn first_path(text: &str) -> Option<usize> {
    let goes_on = |c: char| c.is_alphanumeric() || "/\\._-~".contains(c);
    text.char_indices().map(|(at, _)| at).find(|&at| {
        let before = text[..at].chars().next_back();
        !before.is_some_and(goes_on) && begins_outside(&text[at..])
    })
}

/// Whether `text` begins with `/home`, `~/`, `../`, `C:\` or `\\server`; the slashes of `https://` begin no path.
fn begins_outside(text: &str) -> bool {
    let on_drive =
        matches!(text.as_bytes(), [drive, b':', b'/' | b'\\', ..] if drive.is_ascii_alphabetic());
    let from_root = text
        .strip_prefix('/')
        .is_some_and(|next| next.starts_with(|c: char| c != '/' && !c.is_whitespace()));
    let relative = ["~/", "~\\", "../", "..\\", "\\\\"];
    on_drive || from_root || relative.iter().any(|start| text.starts_with(start))
}

/// Bytes of the path that `text` begins with.
fn path_length(text: &str) -> usize {
    let ends = |(at, c): (usize, char)| {
        let is_drive = at == 1 && c == ':';
        let before_another = c.is_whitespace() && begins_outside(&text[at + c.len_utf8()..]);
        !is_drive && (before_another || "'\"`:,;()[]<>|\n".contains(c))
    };
    text.char_indices()
        .find(|&place| ends(place))
        .map_or(text.len(), |(at, _)| at)
}

/// The names that photos go by, no two alike: what tells two photos apart may be their folders alone.
#[derive(Default)]
struct Names {
    /// By identity.
    given: HashMap<String, String>,
    distinct: Distinct,
}

impl Names {
    /// The photo's name without folders from elsewhere; where an earlier photo has taken it, with a number.
    fn of(&mut self, identity: &str) -> String {
        if let Some(given) = self.given.get(identity) {
            return given.clone();
        }
        let plain = name(identity);
        let own = self.distinct.name(&plain, |n| numbered(&plain, n));
        self.given.insert(identity.to_owned(), own.clone());
        own
    }
}

/// `a-2.jpg` of `a.jpg`.
fn numbered(name: &str, number: usize) -> String {
    let ending = &base_name(name)[stem(name).len()..];
    let front = name.strip_suffix(ending).unwrap_or(name);
    format!("{front}-{number}{ending}")
}

/// A name without what leads to it from outside the folder that was measured, with slashes of either kind: ground truth may
/// have been written on another machine.
fn name(identity: &str) -> String {
    if is_from_outside(identity) {
        base_name(&normalised(identity)).to_owned()
    } else {
        identity.to_owned()
    }
}

/// Whether a path leads to its file from outside the folder that was measured.
fn is_from_outside(path: &str) -> bool {
    let path = normalised(path);
    let on_drive = matches!(path.as_bytes(), [drive, b':', ..] if drive.is_ascii_alphabetic());
    on_drive || path.starts_with(['/', '~']) || path.split('/').any(|part| part == "..")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn names_inside_the_measured_folder_stay() {
        for inside in ["kitchen/a.jpg", "kitchen\\a.jpg", "a:b.jpg", "..a.jpg"] {
            assert_eq!(name(inside), inside);
        }
        for outside in [
            "/home/jane/a.jpg",
            "../jane/a.jpg",
            "b/../../jane/a.jpg",
            "~/jane/a.jpg",
            "C:\\Users\\jane\\a.jpg",
            "\\\\server\\jane\\a.jpg",
        ] {
            assert_eq!(name(outside), "a.jpg", "{outside}");
        }
    }

    #[test]
    fn messages_keep_what_only_looks_like_a_folder_of_the_run() {
        assert_eq!(without_prefix("a/x.png: no a/b/y", "a/"), "x.png: no b/y");
        assert_eq!(
            without_prefix("data/x and ../a/y", "a/"),
            "data/x and ../a/y"
        );
        let reason = "cannot load '/home/jane/lib/libcudart.so': see https://onnxruntime.ai/docs, C:\\jane\\x.dll";
        let told = "cannot load 'libcudart.so': see https://onnxruntime.ai/docs, x.dll";
        assert_eq!(without_folders(reason), told);
        for (message, told) in [
            ("no /home/jane doe/lib/x.so: gone", "no x.so: gone"),
            ("dlopen(/Users/jane/x.dylib, 2)", "dlopen(x.dylib, 2)"),
            (
                "looked for /tmp/a b/x.png.png and /tmp/a b/x.png",
                "looked for x.png.png and x.png",
            ),
            ("file:/home/jane/x", "file:x"),
            ("1 / 2 and/or rooms/a.jpg", "1 / 2 and/or rooms/a.jpg"),
        ] {
            assert_eq!(without_folders(message), told);
        }
    }

    #[test]
    fn photos_keep_names_of_their_own() {
        let mut names = Names::default();
        let given = [
            "/a/x.png", "/b/x.png", "x-2.png", "/c/x.png", "/b/y", "/c/y",
        ]
        .map(|identity| names.of(identity));
        assert_eq!(
            given,
            ["x.png", "x-2.png", "x-2-2.png", "x-3.png", "y", "y-2"]
        );
        assert_eq!(names.of("/b/x.png"), "x-2.png", "it has its name");
    }

    #[test]
    fn what_has_no_partner_goes_by_the_same_names_and_tells_no_folder() {
        let mut report = sample::report();
        for (result, folder) in report.results.iter_mut().zip(["a", "b"]) {
            result.file = format!("/home/jane/{folder}/x.png");
        }
        let unmatched = report.unmatched.as_mut().unwrap();
        unmatched.photos_without_truth = vec![report.results[1].file.clone()];
        unmatched.entries_without_photo = vec!["/home/jane/secret/gone.jpg".to_owned()];
        anonymise(&mut report, &[]);
        assert_eq!(report.results[0].file, "x.png");
        assert_eq!(report.results[1].file, "x-2.png");
        let unmatched = report.unmatched.unwrap();
        assert_eq!(unmatched.photos_without_truth, ["x-2.png"]);
        assert_eq!(unmatched.entries_without_photo, ["gone.jpg"]);
    }
}
