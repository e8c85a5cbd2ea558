use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use super::*;

fn options(out: &Path, count: usize) -> RoomsOptions {
    RoomsOptions {
        out: out.to_owned(),
        count,
        seed: 11,
        scenario: None,
        size: [64, 48],
        format: PhotoFormat::Jpg,
        labels_only: false,
        roughen_px: 0.0,
    }
}

fn go_on(_: &str) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// All files under the folder, by relative path.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let name = entry.path().strip_prefix(folder).unwrap().to_owned();
            (name, fs::read(entry.path()).unwrap())
        })
        .collect()
}

fn render(threads: usize, count: usize) -> BTreeMap<PathBuf, Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap();
    pool.install(|| write_rooms(&options(folder.path(), count), go_on))
        .unwrap();
    files(folder.path())
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_any_number_of_threads() {
    let one = render(1, 6);
    assert_eq!(one.len(), 13, "six photos, six label maps and the truth");
    assert_eq!(one, render(3, 6));
}

#[test]
fn a_folder_holds_nothing_of_what_was_rendered_there_before() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("notes.txt");
    fs::write(&own, "mine").unwrap();
    let earlier = RoomsOptions {
        seed: 12,
        format: PhotoFormat::Png,
        ..options(folder.path(), 5)
    };
    write_rooms(&earlier, go_on).unwrap();
    write_rooms(&options(folder.path(), 3), go_on).unwrap();
    fs::remove_file(&own).unwrap();
    assert_eq!(files(folder.path()), render(1, 3));
}

#[test]
fn what_was_not_rendered_is_not_overwritten() {
    let photo = |folder: &Path| folder.join("room_00001.jpg");
    let truth = |folder: &Path| folder.join("ground_truth.json");
    for (path, bytes) in [
        (photo as fn(&Path) -> PathBuf, b"mine".as_slice()),
        (truth, b"[]"),
        (truth, br#"[{"file": "a.jpg", "widthCm": 400}]"#),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let own = path(folder.path());
        fs::write(&own, bytes).unwrap();
        let error = write_rooms(&options(folder.path(), 2), go_on).unwrap_err();
        assert!(error.to_string().contains(own.to_str().unwrap()), "{error}");
        assert_eq!(files(folder.path()).len(), 1);
        assert_eq!(fs::read(&own).unwrap(), bytes);
    }
}

#[test]
fn truth_goes_before_its_photos_do() {
    let folder = tempfile::tempdir().unwrap();
    write_rooms(&options(folder.path(), 2), go_on).unwrap();
    // A folder where a label map should go, as a disk that is full would, ends the second call early.
    fs::create_dir(folder.path().join("labels/room_00002.png")).unwrap();
    write_rooms(&options(folder.path(), 3), go_on).unwrap_err();
    assert!(!folder.path().join("ground_truth.json").exists());
}

#[test]
fn a_photo_does_not_depend_on_how_many_are_rendered() {
    let (few, many) = (render(2, 2), render(2, 4));
    for (name, bytes) in few {
        if !name.ends_with("ground_truth.json") {
            assert_eq!(many[&name], bytes, "{}", name.display());
        }
    }
}

#[test]
fn label_maps_have_the_displayed_size_and_photos_the_stored_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(folder.path(), 8);
    options.labels_only = true;
    write_rooms(&options, go_on).unwrap();
    let mut portraits = 0;
    for index in 0..8 {
        let stem = format!("room_{index:05}");
        let photo_path = folder.path().join(format!("{stem}.jpg"));
        let bytes = fs::read(&photo_path).unwrap();
        let tags = ::exif::Reader::new()
            .read_from_container(&mut std::io::Cursor::new(&bytes))
            .unwrap();
        let orientation = tags
            .get_field(::exif::Tag::Orientation, ::exif::In::PRIMARY)
            .and_then(|field| field.value.get_uint(0))
            .unwrap();
        let photo = image::load_from_memory(&bytes).unwrap();
        let map_path = folder.path().join("labels").join(format!("{stem}.png"));
        let labels = image::open(map_path).unwrap();
        assert_eq!(labels.color(), image::ColorType::L8);
        portraits += usize::from(labels.height() > labels.width());
        let turned = orientation >= 5;
        let upright = if turned {
            [photo.height(), photo.width()]
        } else {
            [photo.width(), photo.height()]
        };
        assert_eq!(upright, [labels.width(), labels.height()]);
    }
    assert!((1..8).contains(&portraits), "{portraits} portraits");
}

#[test]
fn sizes_are_read_and_bad_ones_refused() {
    assert_eq!(parse_size("512x384"), Ok([512, 384]));
    assert_eq!(parse_size("384X512"), Ok([512, 384]));
    for bad in ["", "512", "512x", "0x10", "512x9000", "axb", "512x-3"] {
        assert!(parse_size(bad).is_err(), "{bad}");
    }
}

#[test]
fn strips_in_which_no_wall_is_seen_are_refused() {
    assert_eq!(parse_size("16x320"), Ok([320, 16]));
    for strip in ["16x321", "321x16", "8192x16", "409x8192"] {
        let message = parse_size(strip).unwrap_err().to_string();
        assert!(message.contains("at most 20 times"), "{strip}: {message}");
    }
}

#[test]
fn what_is_stopped_has_no_truth_and_is_rendered_anew() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(folder.path(), 8);
    let error = write_rooms(&options, |_| ControlFlow::Break(())).unwrap_err();
    assert!(matches!(error, RenderError::Stopped), "{error}");
    assert!(!folder.path().join("ground_truth.json").exists());
    write_rooms(&options, go_on).unwrap();
    assert_eq!(files(folder.path()), render(1, 8));
}
