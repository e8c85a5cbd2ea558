//! What a photo tells of a person stays in the photo.

use std::io::Cursor;
use std::path::Path;

use serde_json::{Value, json};

use super::support::{assert_ends, binary, fixtures, report};

const SERIAL: &str = "SERIAL-7391-XQ";
const GPS_DATE: &str = "2031:07:09";

/// A fixture with a position and a serial number in its EXIF.
fn tell_tale_photo() -> Vec<u8> {
    const GPS_POINTER: u16 = 0x8825;
    const EXIF_POINTER: u16 = 0x8769;
    const BODY_SERIAL: u16 = 0xa431;
    const GPS_DATE_STAMP: u16 = 0x001d;
    const ASCII: u16 = 2;
    const LONG: u16 = 4;
    let entry = |tag: u16, kind: u16, count: usize, value: u32| {
        let count = u32::try_from(count).unwrap();
        [
            &tag.to_be_bytes()[..],
            &kind.to_be_bytes(),
            &count.to_be_bytes(),
            &value.to_be_bytes(),
        ]
        .concat()
    };
    // The first directory at 8 has two entries (30 bytes); two directories of one entry each (18 bytes) follow.
    let (exif_at, gps_at, texts_at) = (38, 56, 74);
    let serial = format!("{SERIAL}\0");
    let date = format!("{GPS_DATE}\0");
    let tiff = [
        b"MM\0*\0\0\0\x08\0\x02".to_vec(),
        entry(EXIF_POINTER, LONG, 1, exif_at),
        entry(GPS_POINTER, LONG, 1, gps_at),
        vec![0; 4],
        b"\0\x01".to_vec(),
        entry(BODY_SERIAL, ASCII, serial.len(), texts_at),
        vec![0; 4],
        b"\0\x01".to_vec(),
        entry(
            GPS_DATE_STAMP,
            ASCII,
            date.len(),
            texts_at + u32::try_from(serial.len()).unwrap(),
        ),
        vec![0; 4],
        serial.into_bytes(),
        date.into_bytes(),
    ]
    .concat();
    let photo = std::fs::read(fixtures().join("no_exif.jpg")).unwrap();
    let length = u16::try_from(2 + 6 + tiff.len()).unwrap();
    [
        &photo[..2],
        b"\xff\xe1",
        &length.to_be_bytes(),
        b"Exif\0\0",
        &tiff,
        &photo[2..],
    ]
    .concat()
}

fn files_below(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files
}

#[test]
fn position_and_serial_reach_no_report_and_no_picture() {
    let dir = tempfile::tempdir().unwrap();
    let photo = tell_tale_photo();
    let parsed = exif::Reader::new()
        .read_from_container(&mut Cursor::new(&photo))
        .unwrap();
    for (tag, text) in [
        (exif::Tag::BodySerialNumber, SERIAL),
        (exif::Tag::GPSDateStamp, GPS_DATE),
    ] {
        let field = parsed.get_field(tag, exif::In::PRIMARY).unwrap();
        assert!(
            field.display_value().to_string().contains(&text[..4]),
            "the fixture is as meant"
        );
    }
    std::fs::write(dir.path().join("home.jpg"), photo).unwrap();
    std::fs::create_dir(dir.path().join("out")).unwrap();
    let mut command = binary();
    command.current_dir(dir.path()).args([
        "home.jpg",
        "--long-side",
        "64",
        "--debug-dir",
        "out/debug",
        "-v",
    ]);
    for form in ["json", "csv", "md", "xml", "html"] {
        command.arg("--save").arg(format!("out/r.{form}"));
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let files = files_below(&dir.path().join("out"));
    assert!(files.len() > 10, "{files:?}");
    let texts = files.iter().map(|path| std::fs::read(path).unwrap());
    for bytes in texts.chain([output.stdout, output.stderr]) {
        for secret in [SERIAL, GPS_DATE] {
            assert!(
                !bytes.windows(secret.len()).any(|w| w == secret.as_bytes()),
                "{secret}"
            );
        }
    }
    let pictures = files
        .iter()
        .filter(|path| path.extension().is_some_and(|e| e == "png" || e == "jpg"));
    let mut looked_at = 0;
    for path in pictures {
        let bytes = std::fs::read(path).unwrap();
        let exif = exif::Reader::new().read_from_container(&mut Cursor::new(bytes));
        assert!(
            matches!(exif, Err(exif::Error::NotFound(_))),
            "{}",
            path.display()
        );
        looked_at += 1;
    }
    assert!(
        looked_at >= 7,
        "masks, labels, overlay, thumbnail: {looked_at}"
    );
}

#[test]
fn an_anonymous_report_names_no_folder() {
    let dir = tempfile::Builder::new()
        .prefix("jane doe ")
        .tempdir()
        .unwrap();
    let folder = dir.path().join("photos");
    std::fs::create_dir(&folder).unwrap();
    for name in ["bedroom.jpg", "no_exif.jpg"] {
        std::fs::copy(fixtures().join(name), folder.join(name)).unwrap();
    }
    let maps = dir.path().join("maps");
    std::fs::create_dir(&maps).unwrap();
    std::fs::copy(
        fixtures().join("labels/bedroom.png"),
        maps.join("bedroom.png"),
    )
    .unwrap();
    let mut command = binary();
    command
        .current_dir(dir.path())
        .arg(folder.join("bedroom.jpg"))
        .arg(folder.join("no_exif.jpg"))
        .arg("--labels")
        .arg(&maps)
        .args([
            "--anonymous",
            "--max-errors",
            "1",
            "--summary",
            "json",
            "-q",
        ]);
    for form in ["csv", "md", "xml", "html"] {
        command.arg("--save").arg(format!("r.{form}"));
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["results"][0]["file"], "bedroom.jpg");
    let message = report["results"][1]["error"].as_str().unwrap();
    assert!(message.contains("looked for no_exif.jpg.png"), "{message}");
    let saved = ["csv", "md", "xml", "html"]
        .map(|form| std::fs::read(dir.path().join(format!("r.{form}"))).unwrap());
    for text in saved.into_iter().chain([output.stdout]) {
        let text = String::from_utf8(text).unwrap();
        assert!(!text.contains("jane"), "{text}");
    }
}

/// Ground truth names folders, too; and without its folder a photo may be called like another.
#[test]
fn an_anonymous_report_of_two_folders_names_neither_and_keeps_their_photos_apart() {
    const FORMS: [&str; 5] = ["json", "csv", "md", "xml", "html"];
    let dir = tempfile::Builder::new()
        .prefix("jane doe ")
        .tempdir()
        .unwrap();
    let at = |name: &str| dir.path().join(name);
    for (folder, photo) in [("a", "bedroom.jpg"), ("b", "corner.jpg")] {
        std::fs::create_dir(at(folder)).unwrap();
        std::fs::copy(fixtures().join(photo), at(folder).join("x.jpg")).unwrap();
    }
    std::fs::create_dir(at("none")).unwrap();
    let truth = [
        at("a/x.jpg").display().to_string(),
        at("secret/gone.jpg").display().to_string(),
        "C:\\Users\\jane\\away.jpg".to_owned(),
    ]
    .map(|file| json!({"file": file, "widthCm": 480}));
    std::fs::write(at("truth.json"), serde_json::to_vec(&truth).unwrap()).unwrap();
    let mut command = binary();
    command
        .current_dir(dir.path())
        .arg("--dir")
        .arg(at("a"))
        .arg("--dir")
        .arg(at("b"))
        .args(["--labels", "none", "--fallback", "full-frame"])
        .args(["--ground-truth", "truth.json", "--anonymous", "-q"]);
    for form in FORMS {
        command.arg("--save").arg(format!("r.{form}"));
    }
    let output = command.output().unwrap();
    assert_ends(&output, 0, "");
    let report = report(dir.path());
    assert_eq!(report["results"][0]["file"], "x.jpg");
    assert_eq!(report["results"][1]["file"], "x-2.jpg");
    let unmatched = &report["unmatched"];
    assert_eq!(unmatched["photosWithoutTruth"], json!(["x-2.jpg"]));
    assert_eq!(
        unmatched["entriesWithoutPhoto"],
        json!(["gone.jpg", "away.jpg"])
    );
    let saved = FORMS.map(|form| std::fs::read(at(&format!("r.{form}"))).unwrap());
    for text in saved.into_iter().chain([output.stdout]) {
        let text = String::from_utf8(text).unwrap();
        assert!(!text.contains("jane") && !text.contains("secret"), "{text}");
    }
    let names = ["x.jpg", "x-2.jpg"].map(|file| json!({"file": file, "widthCm": 480}));
    std::fs::write(at("names.json"), serde_json::to_vec(&names).unwrap()).unwrap();
    for command in [
        &["compare", "r.json", "r.json"][..],
        &["score", "r.json", "--ground-truth", "names.json"],
    ] {
        let output = binary()
            .current_dir(dir.path())
            .args(command)
            .output()
            .unwrap();
        assert_ends(&output, 0, "");
    }
}
