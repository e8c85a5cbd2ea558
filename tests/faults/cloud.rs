//! `--fallback cloud` against a server on this machine that answers as the real service is documented to.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Output;
use std::sync::mpsc::{Receiver, channel};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::support::{assert_ends, binary, fixtures};

const TOKEN: &str = "hf_TheSecretOfThisTest";

/// A request as the server saw it.
struct Request {
    head: String,
    body: Vec<u8>,
}

/// Serves the answers in turn, each as a status line's end and a body, and hands over what was asked.
fn serve(answers: Vec<(&'static str, String)>) -> (String, Receiver<Request>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!(
        "http://{}/models/nvidia/segformer",
        listener.local_addr().unwrap()
    );
    let (send, seen) = channel();
    std::thread::spawn(move || {
        for (status, body) in answers {
            let Ok((mut stream, _)) = listener.accept() else {
                return;
            };
            let _ = send.send(read(&mut stream));
            let answer = format!(
                "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    (url, seen)
}

fn read(stream: &mut TcpStream) -> Request {
    let mut bytes = Vec::new();
    let mut buffer = [0; 65536];
    loop {
        let end = bytes.windows(4).position(|w| w == b"\r\n\r\n");
        if let Some(end) = end {
            let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
            let length = head
                .lines()
                .filter_map(|line| line.split_once(':'))
                .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .map_or(0, |(_, value)| value.trim().parse().unwrap());
            if bytes.len() >= end + 4 + length {
                let body = bytes[end + 4..].to_vec();
                return Request { head, body };
            }
        }
        let count = stream.read(&mut buffer).unwrap();
        assert!(count > 0, "the request ended early");
        bytes.extend_from_slice(&buffer[..count]);
    }
}

/// The documented answer, made of a fixture's true labels.
fn segments(name: &str) -> String {
    let map = image::open(fixtures().join("labels").join(name))
        .unwrap()
        .into_luma8();
    let names = [
        (0, "wall"),
        (3, "floor"),
        (5, "ceiling"),
        (8, "windowpane"),
        (14, "door"),
    ];
    let all: Vec<Value> = names
        .iter()
        .map(|(class, label)| {
            let mask = image::GrayImage::from_fn(map.width(), map.height(), |x, y| {
                image::Luma([if map.get_pixel(x, y).0[0] == *class {
                    255
                } else {
                    0
                }])
            });
            let mut png = std::io::Cursor::new(Vec::new());
            mask.write_to(&mut png, image::ImageFormat::Png).unwrap();
            json!({"score": 1.0, "label": label, "mask": STANDARD.encode(png.into_inner())})
        })
        .collect();
    Value::from(all).to_string()
}

/// Measures a photo that has no label map, so that its segmentation fails.
fn run(dir: &Path, url: &str, more: &[&str]) -> Output {
    std::fs::create_dir_all(dir.join("none")).unwrap();
    binary()
        .current_dir(dir)
        .env("HF_TOKEN", TOKEN)
        .arg(fixtures().join("bedroom.jpg"))
        .args([
            "--labels",
            "none",
            "--fallback",
            "cloud",
            "--cloud-url",
            url,
        ])
        .args(["--save", "r.json", "--save", "r.html", "-v"])
        .args(more)
        .output()
        .unwrap()
}

fn result(dir: &Path) -> Value {
    super::support::report(dir)["results"][0].clone()
}

/// The token is in nothing that the run said or left.
fn assert_secret(dir: &Path, output: &Output) {
    let secret = TOKEN.as_bytes();
    let holds = |bytes: &[u8]| bytes.windows(secret.len()).any(|w| w == secret);
    assert!(!holds(&output.stdout) && !holds(&output.stderr));
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            assert!(!holds(&std::fs::read(&path).unwrap()), "{}", path.display());
        }
    }
}

#[test]
fn labels_from_the_service_are_measured_and_marked() {
    let dir = tempfile::tempdir().unwrap();
    let (url, seen) = serve(vec![("200 OK", segments("bedroom.png"))]);
    let output = run(dir.path(), &url, &[]);
    assert_ends(&output, 0, "");
    let result = result(dir.path());
    assert_eq!(result["status"], "fallback", "{result}");
    assert!(
        result["wallWidthCm"].as_f64().is_some_and(|cm| cm > 100.0),
        "{result}"
    );
    assert!(
        result["warnings"]
            .as_array()
            .unwrap()
            .contains(&"cloud_labels".into())
    );
    assert!(result["error"].as_str().unwrap().contains("no label map"));

    let request = seen.recv().unwrap();
    assert!(
        request
            .head
            .starts_with("POST /models/nvidia/segformer HTTP/1.1"),
        "{}",
        request.head
    );
    let head = request.head.to_ascii_lowercase();
    assert!(head.contains(&format!(
        "authorization: bearer {}",
        TOKEN.to_ascii_lowercase()
    )));
    assert!(head.contains("content-type: image/jpeg"));
    let sent = image::load_from_memory(&request.body).unwrap();
    assert!(sent.width().max(sent.height()) <= 1024);
    let exif = exif::Reader::new().read_from_container(&mut std::io::Cursor::new(&request.body));
    assert!(
        matches!(exif, Err(exif::Error::NotFound(_))),
        "nothing but pixels is sent"
    );
    assert!(seen.recv().is_err(), "one request a photo");
    assert_secret(dir.path(), &output);
}

#[test]
fn a_service_that_is_loading_is_asked_again_after_a_while() {
    let dir = tempfile::tempdir().unwrap();
    let loading = r#"{"error": "Model is currently loading", "estimated_time": 0.1}"#;
    let (url, seen) = serve(vec![
        ("503 Service Unavailable", loading.to_owned()),
        ("200 OK", segments("bedroom.png")),
    ]);
    let output = run(dir.path(), &url, &[]);
    assert_ends(&output, 0, "");
    assert_eq!(result(dir.path())["status"], "fallback");
    assert_eq!(seen.iter().count(), 2);
}

#[test]
fn what_the_service_refuses_is_the_photo_s_error() {
    for (answer, part) in [
        (
            (
                "401 Unauthorized",
                r#"{"error": "Invalid credentials"}"#.to_owned(),
            ),
            "refuses the token",
        ),
        (
            (
                "400 Bad Request",
                r#"{"error": "cannot identify image"}"#.to_owned(),
            ),
            "cannot identify image",
        ),
        (("200 OK", "<html>".to_owned()), "not understood"),
        (("307 Temporary Redirect", String::new()), "HTTP 307"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let (url, _seen) = serve(vec![answer]);
        let output = run(dir.path(), &url, &[]);
        assert_ends(&output, 1, "");
        let message = result(dir.path())["error"].as_str().unwrap().to_owned();
        assert!(
            message.contains("no label map") && message.contains(part),
            "{message}"
        );
        assert_secret(dir.path(), &output);
    }
}

#[test]
fn a_service_that_never_answers_is_given_up_at_the_timeout() {
    let dir = tempfile::tempdir().unwrap();
    // Accepts, and says nothing.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let start = std::time::Instant::now();
    let output = run(dir.path(), &url, &["--timeout", "3"]);
    assert_ends(&output, 1, "");
    assert!(start.elapsed() < std::time::Duration::from_secs(20));
    assert_eq!(result(dir.path())["status"], "error");
}

#[test]
fn without_a_token_nothing_is_started() {
    let dir = tempfile::tempdir().unwrap();
    let output = binary()
        .current_dir(dir.path())
        .env_remove("HF_TOKEN")
        .arg(fixtures().join("bedroom.jpg"))
        .args(["--fallback", "cloud"])
        .output()
        .unwrap();
    assert_ends(&output, 2, "HF_TOKEN");
    let output = run(dir.path(), "http://example.org/", &[]);
    assert_ends(&output, 2, "--cloud-url http://example.org/");
    assert_secret(dir.path(), &output);
}
