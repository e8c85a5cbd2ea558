use super::*;

const SIZES: [Field; 2] = [Field(&["widthCm", "width", "w"]), Field(&["heightCm", "h"])];

fn parsed(file: &str, text: &str) -> Result<Vec<Record<2>>, RecordsError> {
    let is_csv = file.ends_with(".csv");
    let others = OtherKeys::PassedOver;
    parse(Path::new(file), text.as_bytes(), is_csv, SIZES, others)
}

fn json(text: &str) -> Result<Vec<Record<2>>, RecordsError> {
    parsed("truth.json", text)
}

fn csv(text: &str) -> Result<Vec<Record<2>>, RecordsError> {
    parsed("truth.csv", text)
}

#[test]
fn all_forms_say_the_same() {
    let expected = [
        ("a.jpg", [Some(480.0), Some(250.5)]),
        ("b.jpg", [Some(300.0), None]),
    ];
    let forms = [
        json(
            r#"[{"file":"a.jpg","widthCm":480,"heightCm":250.5},{"image":"b.jpg","W":300,"h":null}]"#,
        ),
        json(r#"{"a.jpg":{"width":480,"h":250.5,"extra":"x"},"b.jpg":{"w":300}}"#),
        csv("name,w,h\na.jpg,480,250.5\nb.jpg,300,\n"),
        csv("\u{feff}File;widthCm;heightCm\r\na.jpg; 480;250.5\r\nb.jpg;300;\r\n"),
        csv("file;w;h\na.jpg;480,0;250,5\n;;\nb.jpg;300;\n;;\n"),
    ];
    for form in forms {
        let records = form.unwrap();
        let got: Vec<_> = records
            .iter()
            .map(|r| (r.file.as_str(), r.values))
            .collect();
        assert_eq!(got, expected);
    }
}

#[test]
fn what_is_wrong_is_named() {
    for (result, part) in [
        (
            json(r#"[{"file":"a.jpg","widthCm":-4}]"#),
            "entry 1 (a.jpg): widthCm is -4",
        ),
        (
            json(r#"[{"file":"a.jpg","widthCm":"wide"}]"#),
            "not a positive number",
        ),
        (
            json(r#"[{"file":"a.jpg","widthCm":0}]"#),
            "not a positive number",
        ),
        (json(r#"[{"widthCm":3}]"#), "entry 1: no file name"),
        (json(r#"[{"file":7,"widthCm":3}]"#), "not text"),
        (json(r#"[{"file":"a","w":3,"width":4}]"#), "twice"),
        (
            json(r#"[{"file":"a.jpg","w":3,"w":4}]"#),
            "entry 1 (a.jpg): 'w' and 'w' say the same thing twice",
        ),
        (json(r#"{"a.jpg":{"w":3,"w":4}}"#), "twice"),
        (csv("file;w\na.jpg;1.234,5\n"), "not a positive number"),
        (json(r#"{"a.jpg":5}"#), "'a.jpg' is not an object"),
        (json("[1]"), "not an object"),
        (json("\"x\""), "JSON"),
        (csv("photo,w\na,1\n"), "no column is named"),
        (csv("file,w\na.jpg,12 cm\n"), "entry 1 (a.jpg)"),
        (csv("file,w\na.jpg\n"), "CSV"),
        (csv("file,w\na.jpg,NaN\n"), "not a positive number"),
    ] {
        let message = result.unwrap_err().to_string();
        assert!(message.contains(part), "{message} does not contain {part}");
    }
}

#[test]
fn a_doubled_key_of_an_object_is_not_lost() {
    let records = json(r#"{"a.jpg":{"w":1},"a.jpg":{"w":2}}"#).unwrap();
    assert_eq!(records.len(), 2);
}

#[test]
fn the_key_of_an_object_is_the_file_whatever_a_room_is_called() {
    let records = json(r#"{"a.jpg": {"w": 400, "name": "Salon"}}"#).unwrap();
    assert_eq!(records[0].file, "a.jpg");
}

#[test]
fn a_csv_file_name_that_looks_like_a_number_stays_text() {
    assert_eq!(csv("file,w\n2024,5\n").unwrap()[0].file, "2024");
}
