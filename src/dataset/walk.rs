//! Finds the photos that a run measures.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

use super::names::{identity_of, natural_order};

/// Extensions that a folder walk takes for photos, lower case; what a file really is, its bytes say later.
pub const PHOTO_EXTENSIONS: [&str; 13] = [
    "jpg", "jpeg", "jpe", "jfif", "png", "webp", "heic", "heif", "gif", "bmp", "tif", "tiff",
    "avif",
];

/// Extensions, lower case, of files that a folder walk passes over although their owner may mean them as photos: RAW, video,
/// other pictures, archives, and downloads that were not finished.
const MISTAKABLE_EXTENSIONS: [&str; 38] = [
    "dng",
    "cr2",
    "cr3",
    "nef",
    "arw",
    "raf",
    "orf",
    "rw2",
    "x3f",
    "pef",
    "srw",
    "mov",
    "mp4",
    "m4v",
    "avi",
    "mkv",
    "webm",
    "3gp",
    "mpg",
    "mts",
    "jxl",
    "jp2",
    "psd",
    "svg",
    "pdf",
    "heics",
    "zip",
    "rar",
    "7z",
    "tar",
    "tgz",
    "gz",
    "crdownload",
    "part",
    "partial",
    "download",
    "tmp",
    "icloud",
];

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// All photos in natural order of their identities, each file once.
    pub cases: Vec<Case>,
    /// What folders hold beside them that may be meant as photos, in natural order.
    pub passed_over: Vec<String>,
}

/// One photo of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Path relative to its folder, or as given; unique within a run.
    pub identity: String,
    /// Where the file is.
    pub path: PathBuf,
}

/// Where to look for photos.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sources {
    /// Files named one by one, or glob patterns.
    pub files: Vec<String>,
    /// Folders.
    pub dirs: Vec<PathBuf>,
    /// Whether folders are walked to their leaves.
    pub recursive: bool,
    /// Folders below them that hold what runs write, and no photos.
    pub outputs: Vec<PathBuf>,
}

/// Why photos could not be listed.
#[derive(Debug, thiserror::Error)]
pub enum WalkError {
    /// `--dir` names something that cannot be walked.
    #[error("cannot read the folder {}: {reason}", .dir.display())]
    Folder {
        /// The folder.
        dir: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// A malformed pattern.
    #[error("'{pattern}' is not a valid glob pattern: {reason}")]
    Pattern {
        /// The pattern as given.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A pattern without a match.
    #[error("no file matches '{0}'")]
    NoMatch(String),
    /// A folder was given where a photo was expected.
    #[error("{} is a folder: use --dir to measure every photo in it", .0.display())]
    IsFolder(PathBuf),
}

/// All photos of `sources`.
///
/// A file that was named but does not exist is kept: it becomes that photo's error, and the others are measured.
///
/// # Errors
/// See [`WalkError`].
pub fn find_cases(sources: &Sources) -> Result<Found, WalkError> {
    let mut found = Found::default();
    for given in &sources.files {
        expand(given, &mut found.cases)?;
    }
    for dir in &sources.dirs {
        walk(dir, sources, &mut found)?;
    }
    let Found { cases, passed_over } = &mut found;
    deduplicate(cases);
    qualify_collisions(cases);
    cases.sort_by(|a, b| natural_order(&a.identity, &b.identity));
    passed_over.sort_by(|a, b| natural_order(a, b));
    Ok(found)
}

fn expand(given: &str, found: &mut Vec<Case>) -> Result<(), WalkError> {
    let literal = Path::new(given);
    let is_pattern = given.contains(['*', '?', '[']) && !literal.exists();
    if !is_pattern {
        if literal.is_dir() {
            return Err(WalkError::IsFolder(literal.to_owned()));
        }
        found.push(Case {
            identity: identity_of(literal),
            path: literal.to_owned(),
        });
        return Ok(());
    }
    let paths = glob::glob(given).map_err(|e| WalkError::Pattern {
        pattern: given.to_owned(),
        reason: e.to_string(),
    })?;
    let before = found.len();
    // As in a shell, no wildcard finds what is hidden: macOS lays a `._x.png`, which is no photo, beside an `x.png`. The
    // crate's own option for this passes over what `.*` names, too, and panics where a name is no UTF-8.
    let named_hidden = hidden_parts(literal);
    let is_meant = |path: &PathBuf| !path.is_dir() && hidden_parts(path) <= named_hidden;
    // A match that cannot be read is no match: glob reports folders on the way that it may not enter.
    for path in paths.flatten().filter(is_meant) {
        found.push(Case {
            identity: identity_of(&path),
            path,
        });
    }
    if found.len() == before {
        return Err(WalkError::NoMatch(given.to_owned()));
    }
    Ok(())
}

fn walk(dir: &Path, sources: &Sources, found: &mut Found) -> Result<(), WalkError> {
    let folder_error = |reason: String| WalkError::Folder {
        dir: dir.to_owned(),
        reason,
    };
    if !dir.is_dir() {
        let reason = if dir.exists() {
            "it is not a folder"
        } else {
            "there is no such folder"
        };
        return Err(folder_error(reason.to_owned()));
    }
    let depth = if sources.recursive { usize::MAX } else { 1 };
    // One that is not there yet has nothing in it.
    let outputs = sources.outputs.iter();
    let outputs: Vec<PathBuf> = outputs
        .filter_map(|path| path.canonicalize().ok())
        .collect();
    let is_output = |entry: &walkdir::DirEntry| {
        !outputs.is_empty()
            && entry.file_type().is_dir()
            && (entry.path().canonicalize()).is_ok_and(|path| outputs.contains(&path))
    };
    let entries = walkdir::WalkDir::new(dir)
        .min_depth(1)
        .max_depth(depth)
        .follow_links(true)
        .into_iter()
        .filter_entry(|entry| {
            entry.depth() == 0
                || (!is_hidden(entry.file_name()) && !is_output(entry))
                || is_cloud_placeholder(entry)
        });
    let identity = |path: &Path| identity_of(path.strip_prefix(dir).unwrap_or(path));
    for entry in entries {
        let entry = match entry {
            Ok(entry) => entry,
            // A link that leads back up has nothing new below it.
            Err(e) if e.loop_ancestor().is_some() => continue,
            // It dangles, or the file has just been removed.
            Err(e) if is_missing(&e) => {
                let gone = e
                    .path()
                    .filter(|path| has_extension(path, &PHOTO_EXTENSIONS));
                found.passed_over.extend(gone.map(identity));
                continue;
            }
            Err(e) => return Err(folder_error(e.to_string())),
        };
        let (path, is_file) = (entry.path(), entry.file_type().is_file());
        if is_file && has_extension(path, &PHOTO_EXTENSIONS) {
            found.cases.push(Case {
                identity: identity(path),
                path: path.to_owned(),
            });
        } else if is_file && has_extension(path, &MISTAKABLE_EXTENSIONS) {
            found.passed_over.push(identity(path));
        }
    }
    Ok(())
}

/// What iCloud leaves in place of a file that it has moved away: `.NAME.icloud`.
fn is_cloud_placeholder(entry: &walkdir::DirEntry) -> bool {
    entry.file_type().is_file() && has_extension(entry.path(), &["icloud"])
}

fn is_hidden(name: &std::ffi::OsStr) -> bool {
    name.as_encoded_bytes().first() == Some(&b'.')
}

/// How many of the path's parts hide something, or of a pattern's parts name something hidden. Each of the latter matches
/// one of the former: where there are more of those, a wildcard found them.
fn hidden_parts(path: &Path) -> usize {
    path.components()
        .filter(|part| matches!(part, Component::Normal(name) if is_hidden(name)))
        .count()
}

fn is_missing(error: &walkdir::Error) -> bool {
    error
        .io_error()
        .is_some_and(|e| e.kind() == std::io::ErrorKind::NotFound)
}

fn has_extension(path: &Path, known: &[&str]) -> bool {
    path.extension()
        .and_then(|e| e.to_str())
        .is_some_and(|e| known.contains(&e.to_ascii_lowercase().as_str()))
}

/// Keeps the first mention of each path.
fn deduplicate(cases: &mut Vec<Case>) {
    // By the path itself: names that are no UTF-8 may look alike.
    let plain = |path: &Path| -> PathBuf {
        let parts = path.components();
        parts.filter(|part| *part != Component::CurDir).collect()
    };
    let mut seen = std::collections::HashSet::new();
    cases.retain(|case| seen.insert(plain(&case.path)));
}

/// Two folders may hold files of the same relative path; those photos go by their whole path instead.
fn qualify_collisions(cases: &mut [Case]) {
    // A whole path may be what a photo of another folder is called there: that one goes by its whole path next.
    loop {
        let mut counts: HashMap<String, usize> = HashMap::new();
        for case in cases.iter() {
            *counts.entry(case.identity.clone()).or_default() += 1;
        }
        let mut has_changed = false;
        for case in cases.iter_mut() {
            if counts.get(&case.identity).is_some_and(|n| *n > 1) {
                let whole = identity_of(&case.path);
                has_changed |= whole != case.identity;
                case.identity = whole;
            }
        }
        if !has_changed {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn tree(files: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for file in files {
            let path = dir.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, b"x").unwrap();
        }
        dir
    }

    fn identities(sources: &Sources) -> Vec<String> {
        find_cases(sources)
            .unwrap()
            .cases
            .into_iter()
            .map(|c| c.identity)
            .collect()
    }

    #[test]
    fn a_folder_yields_its_photos_in_natural_order() {
        let dir = tree(&[
            "p10.JPG",
            "p2.heic",
            ".hidden.jpg",
            "notes.txt",
            "sub/p1.jpg",
            ".git/x.jpg",
        ]);
        let mut sources = Sources {
            dirs: vec![dir.path().to_owned()],
            ..Sources::default()
        };
        assert_eq!(identities(&sources), ["p2.heic", "p10.JPG"]);
        sources.recursive = true;
        assert_eq!(identities(&sources), ["p2.heic", "p10.JPG", "sub/p1.jpg"]);
    }

    #[test]
    fn what_runs_write_is_no_photo() {
        let dir = tree(&["a.jpg", "out/a-jpg/wall.png", "sub/out/b.jpg"]);
        let sources = Sources {
            dirs: vec![dir.path().to_owned()],
            recursive: true,
            outputs: vec![dir.path().join("sub/../out"), dir.path().join("absent")],
            ..Sources::default()
        };
        assert_eq!(identities(&sources), ["a.jpg", "sub/out/b.jpg"]);
    }

    #[test]
    fn what_may_be_meant_as_a_photo_is_named() {
        let dir = tree(&[
            "a.jpg",
            "clip.MOV",
            "b.jpg.crdownload",
            ".IMG_1.HEIC.icloud",
            "._a.jpg",
            "notes.txt",
            "sub/raw.dng",
        ]);
        let mut sources = Sources {
            dirs: vec![dir.path().to_owned()],
            ..Sources::default()
        };
        let found = find_cases(&sources).unwrap();
        assert_eq!(found.cases.len(), 1);
        let names = [".IMG_1.HEIC.icloud", "b.jpg.crdownload", "clip.MOV"];
        assert_eq!(found.passed_over, names);
        sources.recursive = true;
        assert_eq!(find_cases(&sources).unwrap().passed_over.len(), 4);
    }

    #[test]
    fn two_folders_with_the_same_name_inside_stay_apart() {
        let dir = tree(&["a/x.jpg", "b/x.jpg", "b/y.jpg"]);
        let sources = Sources {
            dirs: vec![dir.path().join("a"), dir.path().join("b")],
            ..Sources::default()
        };
        let found = identities(&sources);
        assert!(found.contains(&"y.jpg".to_owned()));
        assert_eq!(found.iter().filter(|i| i.ends_with("/x.jpg")).count(), 2);
    }

    #[test]
    fn a_whole_path_is_no_other_photos_name() {
        let case = |identity: &str, path: &str| Case {
            identity: identity.to_owned(),
            path: path.into(),
        };
        let mut cases = [
            case("x.jpg", "a/x.jpg"),
            case("x.jpg", "b/x.jpg"),
            case("a/x.jpg", "c/a/x.jpg"),
        ];
        qualify_collisions(&mut cases);
        let identities = cases.map(|case| case.identity);
        assert_eq!(identities, ["a/x.jpg", "b/x.jpg", "c/a/x.jpg"]);
    }

    #[test]
    fn a_file_given_twice_is_measured_once() {
        let dir = tree(&["x.jpg"]);
        let file = dir.path().join("x.jpg").display().to_string();
        let glob = dir.path().join("*.jpg").display().to_string();
        let sources = Sources {
            files: vec![file, glob],
            dirs: vec![dir.path().to_owned()],
            recursive: false,
            ..Sources::default()
        };
        assert_eq!(identities(&sources).len(), 1);
    }

    #[test]
    fn a_missing_file_is_kept_but_a_pattern_without_match_is_an_error() {
        let missing = |s: &str| Sources {
            files: vec![s.to_owned()],
            ..Sources::default()
        };
        assert_eq!(identities(&missing("nowhere.jpg")), ["nowhere.jpg"]);
        assert!(matches!(
            find_cases(&missing("nowhere*.jpg")),
            Err(WalkError::NoMatch(_))
        ));
        assert!(matches!(
            find_cases(&missing(".")),
            Err(WalkError::IsFolder(_))
        ));
    }

    #[test]
    fn a_pattern_finds_nothing_hidden_unless_it_says_so() {
        let dir = tree(&["a/x.png", "a/._x.png", ".b/y.png", ".b/.z.png"]);
        // A neighbour that no pattern can match.
        #[cfg(target_os = "linux")]
        {
            use std::os::unix::ffi::OsStrExt as _;
            let name = std::ffi::OsStr::from_bytes(b"a/caf\xe9.png");
            fs::write(dir.path().join(name), b"x").unwrap();
        }
        let names = |pattern: &str| {
            let sources = Sources {
                files: vec![dir.path().join(pattern).display().to_string()],
                ..Sources::default()
            };
            let found = find_cases(&sources).unwrap().cases.into_iter();
            let relative = found.map(|case| identity_of(case.path.strip_prefix(&dir).unwrap()));
            relative.collect::<Vec<_>>()
        };
        assert_eq!(names("a/*.png"), ["a/x.png"]);
        assert_eq!(names("*/*.png"), ["a/x.png"]);
        assert_eq!(names("**/*.png"), ["a/x.png"]);
        assert_eq!(names("a/.*.png"), ["a/._x.png"]);
        assert_eq!(names(".b/*.png"), [".b/y.png"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_that_lead_back_up_end_the_walk_there() {
        let dir = tree(&["sub/x.jpg"]);
        std::os::unix::fs::symlink(dir.path(), dir.path().join("sub/loop")).unwrap();
        std::os::unix::fs::symlink("nowhere", dir.path().join("dangling.jpg")).unwrap();
        let sources = Sources {
            dirs: vec![dir.path().to_owned()],
            recursive: true,
            ..Sources::default()
        };
        assert_eq!(identities(&sources), ["sub/x.jpg"]);
        assert_eq!(find_cases(&sources).unwrap().passed_over, ["dangling.jpg"]);
    }
}
