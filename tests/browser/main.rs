//! The HTML report in a real browser: light and dark, on a desk and on a phone, by mouse, by keyboard, and as a screen reader
//! meets it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set itself up has failed"
)]

mod chromium;
#[path = "../common/mod.rs"]
mod common;

use std::path::{Path, PathBuf};

use chromium::Browser;
use common::{TEST_TOOLS, WORSENED, measure, repository, spoil_labels, tool};
use serde_json::{Value, json};

const DESK: [u32; 2] = [1280, 900];
const PHONE: [u32; 2] = [390, 844];

/// A page with everything on it: gates that hold and gates that are missed, photos that got worse, an error, pictures of before
/// and now.
fn page() -> tempfile::TempDir {
    let dir = repository();
    measure(dir.path(), &["--save-baseline", "main"])
        .assert()
        .code(0);
    for name in WORSENED {
        spoil_labels(dir.path(), name);
    }
    std::fs::write(dir.path().join("broken.jpg"), b"").unwrap();
    let arguments = [
        "--baseline",
        "main",
        "--max-regression",
        "0.5",
        "--max-height-mape",
        "90",
        "--max-errors",
        "1",
        "--save",
        "page.html",
    ];
    measure(dir.path(), &arguments).assert().code(3);
    dir
}

fn browser() -> Option<Browser> {
    let names = ["chromium-headless-shell", "chromium", "google-chrome"];
    tool(&names, TEST_TOOLS).map(|program| Browser::start(&program))
}

/// Where screenshots go, for whoever wants to see them.
fn screenshots() -> Option<PathBuf> {
    std::env::var_os("MEASURE_BENCH_SCREENSHOTS").map(PathBuf::from)
}

fn opened() -> Option<(Browser, tempfile::TempDir)> {
    let mut browser = browser()?;
    let dir = page();
    browser.screen(DESK, false, "light");
    browser.open(&dir.path().join("page.html"));
    Some((browser, dir))
}

#[test]
fn the_page_fits_and_is_legible_on_every_screen() {
    let Some(mut browser) = browser() else { return };
    let dir = page();
    let file = dir.path().join("page.html");
    for (screen, size, is_phone) in [("desk", DESK, false), ("phone", PHONE, true)] {
        for theme in ["light", "dark"] {
            browser.screen(size, is_phone, theme);
            browser.open(&file);
            assert_eq!(
                browser.complaints(),
                Vec::<String>::new(),
                "{screen} {theme}"
            );
            let wide = browser.run("document.documentElement.scrollWidth");
            assert_eq!(wide, size[0], "{screen} {theme}: nothing sticks out");
            let faint = browser.run(FAINT_TEXTS);
            assert_eq!(faint, json!([]), "{screen} {theme}: contrast below 4.5");
            let small = browser.run(SMALL_TARGETS);
            assert_eq!(small, json!([]), "{screen} {theme}: smaller than 24 px");
            let is_dark = browser.run("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).every((c) => c < 60)");
            assert_eq!(is_dark, theme == "dark", "{screen} {theme}");
            if let Some(folder) = screenshots() {
                browser.screenshot(folder.join(format!("report-{screen}-{theme}.jpg")), false);
                browser.screenshot(
                    folder.join(format!("report-{screen}-{theme}-whole.jpg")),
                    true,
                );
                browser.run("document.querySelector('.overlay:has(.before)').click()");
                browser.screenshot(
                    folder.join(format!("report-{screen}-{theme}-viewer.jpg")),
                    false,
                );
            }
        }
    }
}

/// Texts whose colour differs too little from what lies behind them (WCAG 2.2, 1.4.3).
const FAINT_TEXTS: &str = r#"(() => {
    const parse = (colour) => colour.match(/[\d.]+/g).map(Number);
    const luminance = ([r, g, b]) => [r, g, b].map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    const behind = (element) => {
        for (let e = element; e; e = e.parentElement) {
            const colour = parse(getComputedStyle(e).backgroundColor);
            if (colour[3] === undefined || colour[3] > 0) return colour;
        }
        return [255, 255, 255];
    };
    const contrast = (a, b) => { const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
    return [...document.querySelectorAll("body *")]
        .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()) && e.checkVisibility())
        .filter((e) => !["SCRIPT", "STYLE", "TITLE", "title", "OPTION"].includes(e.tagName))
        .filter((e) => { const s = getComputedStyle(e); return contrast(parse(e.closest("svg") ? s.fill : s.color), behind(e)) < 4.5; })
        .map((e) => e.tagName + ": " + e.textContent.slice(0, 40));
})()"#;

/// Controls that a finger would miss (WCAG 2.2, 2.5.8).
const SMALL_TARGETS: &str = r#"[...document.querySelectorAll("button, select, input:not([type=checkbox]), nav a")]
    .filter((e) => e.checkVisibility())
    .filter((e) => { const r = e.getBoundingClientRect(); return r.width < 24 || r.height < 24; })
    .map((e) => e.outerHTML.slice(0, 60))"#;

#[test]
fn the_gallery_sorts_and_filters() {
    let Some((mut browser, _dir)) = opened() else {
        return;
    };
    let names =
        "[...document.querySelectorAll('#gallery li:not([hidden]) h3')].map((h) => h.textContent)";
    let choose = |browser: &mut Browser, control: &str, value: &str| {
        browser.run(&format!(
            "(() => {{ const c = document.getElementById({control:?}); c.value = {value:?}; c.dispatchEvent(new Event('input')); }})()"
        ))
    };
    assert_eq!(browser.run(names).as_array().unwrap().len(), 5);
    choose(&mut browser, "kind", "worse");
    let worse = browser.run(names);
    let mut worse: Vec<&str> = worse
        .as_array()
        .unwrap()
        .iter()
        .map(|n| n.as_str().unwrap())
        .collect();
    worse.sort_unstable();
    assert_eq!(worse, ["bedroom.jpg", "no_exif.jpg"]);
    choose(&mut browser, "kind", "error");
    assert_eq!(browser.run(names), json!(["broken.jpg"]));
    assert_eq!(
        browser.run("document.getElementById('shown').textContent"),
        "1 of 5 photos"
    );
    choose(&mut browser, "kind", "");
    choose(&mut browser, "find", "TALL");
    assert_eq!(browser.run(names), json!(["tall.jpg"]));
    choose(&mut browser, "find", "");
    choose(&mut browser, "order", "error");
    let errors = browser.run(
        "[...document.querySelectorAll('#gallery article')].map((a) => Number(a.dataset.error))",
    );
    let errors: Vec<f64> = errors
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e.as_f64().unwrap())
        .collect();
    assert!(errors.is_sorted_by(|a, b| a >= b), "{errors:?}");
    choose(&mut browser, "order", "name");
    assert_eq!(
        browser.run(names),
        json!([
            "bedroom.jpg",
            "broken.jpg",
            "cut_left.jpg",
            "no_exif.jpg",
            "tall.jpg"
        ])
    );
}

#[test]
fn everything_is_within_reach_of_the_keyboard() {
    let Some((mut browser, _dir)) = opened() else {
        return;
    };
    let focused =
        |browser: &mut Browser, what: &str| browser.run(&format!("document.activeElement.{what}"));
    browser.press("Tab");
    assert_eq!(
        focused(&mut browser, "className"),
        "skip",
        "the way past the charts comes first"
    );
    browser.press("Enter");
    browser.tab_to("#order");
    browser.tab_to("#find");
    for key in "no_exif".chars() {
        browser.press(&key.to_string());
    }
    assert_eq!(
        browser.run("document.getElementById('shown').textContent"),
        "1 of 5 photos"
    );
    let clear = "(() => { const f = document.getElementById('find'); f.value = ''; f.dispatchEvent(new Event('input')); })()";
    browser.run(clear);

    browser.tab_to(".overlay");
    let first = focused(&mut browser, "getAttribute('aria-label')");
    browser.press("Enter");
    assert_eq!(browser.run("document.getElementById('viewer').open"), true);
    assert_eq!(
        browser.run("document.getElementById('viewer').contains(document.activeElement)"),
        true
    );
    let title = "document.getElementById('viewed').textContent";
    let shown = browser.run(title);
    assert_eq!(first, format!("Enlarge {}", shown.as_str().unwrap()));
    if browser.run("document.activeElement.type") == "range" {
        browser.tab_to("#next");
    }
    browser.press("ArrowRight");
    assert_ne!(browser.run(title), shown, "the next photo");
    browser.press("ArrowLeft");
    assert_eq!(browser.run(title), shown);

    let cut = "getComputedStyle(document.querySelector('.stage')).getPropertyValue('--cut')";
    browser.tab_to(".slider input");
    let before = browser.run(cut);
    browser.press("End");
    assert_eq!(
        (before, browser.run(cut)),
        (json!("50"), json!("100")),
        "the baseline's overlay whole"
    );
    assert_eq!(browser.run(title), shown, "the slider's keys are its own");
    browser.press("Escape");
    assert_eq!(browser.run("document.getElementById('viewer').open"), false);
    assert_eq!(
        focused(&mut browser, "className"),
        "overlay",
        "back where it was opened"
    );
}

#[test]
fn a_dot_of_a_chart_leads_to_its_photo() {
    let Some((mut browser, _dir)) = opened() else {
        return;
    };
    let title = browser.run("(() => { const dot = document.querySelector('circle[data-photo]'); dot.dispatchEvent(new MouseEvent('click', { bubbles: true })); return dot.textContent; })()");
    let viewed = browser.run("document.getElementById('viewed').textContent");
    assert!(
        title
            .as_str()
            .unwrap()
            .starts_with(viewed.as_str().unwrap()),
        "{title} {viewed}"
    );
    assert_eq!(browser.run("document.getElementById('viewer').open"), true);
}

#[test]
fn a_screen_reader_finds_names_headings_and_landmarks() {
    let Some((mut browser, _dir)) = opened() else {
        return;
    };
    let tree = browser.call("Accessibility.getFullAXTree", json!({}));
    let nodes: Vec<(String, String)> = tree["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|node| node["ignored"] != true)
        .map(|node| {
            let text = |part: &str| node[part]["value"].as_str().unwrap_or_default().to_owned();
            (text("role"), text("name"))
        })
        .collect();
    let needs_name = [
        "image",
        "button",
        "link",
        "combobox",
        "searchbox",
        "checkbox",
        "slider",
        "heading",
        "navigation",
        "search",
        "article",
        "region",
    ];
    for (role, name) in &nodes {
        assert!(
            !needs_name.contains(&role.as_str()) || !name.trim().is_empty(),
            "a {role} without a name"
        );
    }
    let count = |wanted: &str| nodes.iter().filter(|(role, _)| role == wanted).count();
    assert_eq!(
        (count("main"), count("banner"), count("navigation")),
        (1, 1, 1)
    );
    assert_eq!(count("article"), 5, "one a photo");
    let charts: Vec<&String> = nodes
        .iter()
        .filter(|(role, _)| role == "image")
        .map(|(_, name)| name)
        .collect();
    assert!(
        charts
            .iter()
            .any(|name| name.contains("measured against true")
                && name.contains("photos within 10 %")),
        "charts say in words what they show: {charts:?}"
    );
    let levels = browser.run("[...document.querySelectorAll('h1, h2, h3')].filter((h) => h.checkVisibility()).map((h) => Number(h.tagName[1]))");
    let levels: Vec<i64> = levels
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_i64)
        .collect();
    assert_eq!(levels.first(), Some(&1));
    assert_eq!(levels.iter().filter(|l| **l == 1).count(), 1);
    assert!(
        levels.windows(2).all(|pair| pair[1] <= pair[0] + 1),
        "no level is skipped: {levels:?}"
    );
}

/// A page that a team would really get: 200 photos, all of which changed, each with two pictures.
#[test]
fn two_hundred_photos_stay_under_20_mb() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let run = |arguments: &[&str]| {
        assert_cmd::Command::cargo_bin("measure-bench")
            .unwrap()
            .current_dir(dir)
            .args(arguments)
            .arg("-q")
            .output()
            .unwrap()
    };
    let rendered = std::process::Command::new(assert_cmd::cargo::cargo_bin("measure-bench"))
        .current_dir(dir)
        .args([
            "rooms", "rooms", "--count", "25", "--seed", "3", "--size", "640x480",
        ])
        .output()
        .unwrap();
    assert!(rendered.status.success(), "{rendered:?}");
    multiply(&dir.join("rooms"), 8);
    let common = [
        "--dir",
        "rooms",
        "--labels",
        "rooms/labels",
        "--ground-truth",
        "rooms/ground_truth.json",
        "--max-errors",
        "100%",
    ];
    run(&[
        &common[..],
        &["--save-baseline", "old", "--estimator", "predecessor"],
    ]
    .concat());
    let output = run(&[&common[..], &["--baseline", "old", "--save", "page.html"]].concat());
    assert!(output.status.success(), "{output:?}");
    let page = std::fs::read(dir.join("page.html")).unwrap();
    let text = String::from_utf8(page).unwrap();
    assert_eq!(text.matches("<article").count(), 200);
    assert!(
        text.matches("data:image/jpeg").count() > 200,
        "most changed, and show before and now"
    );
    assert!(text.len() < 20_000_000, "{} bytes", text.len());
    if let Some(mut browser) = browser() {
        browser.screen(DESK, false, "light");
        let took = browser.open(&dir.join("page.html"));
        assert_eq!(browser.complaints(), Vec::<String>::new());
        println!(
            "{:.1} MB open in {:.2} s",
            text.len() as f64 / 1e6,
            took.as_secs_f64()
        );
    }
}

/// Makes `times` as many photos of those in a folder of rendered rooms, each different from the next in its last bytes.
fn multiply(rooms: &Path, times: usize) {
    let truth: Value =
        serde_json::from_slice(&std::fs::read(rooms.join("ground_truth.json")).unwrap()).unwrap();
    let mut all = Vec::new();
    for entry in truth.as_array().unwrap() {
        let name = entry["file"].as_str().unwrap();
        let stem = Path::new(name).file_stem().unwrap().to_str().unwrap();
        let mut bytes = std::fs::read(rooms.join(name)).unwrap();
        for copy in 0..times {
            let mut entry = entry.clone();
            entry["file"] = json!(format!("{stem}-{copy}.jpg"));
            // What follows the end of a JPEG is nobody's.
            bytes.push(copy as u8);
            std::fs::write(rooms.join(format!("{stem}-{copy}.jpg")), &bytes).unwrap();
            std::fs::copy(
                rooms.join(format!("labels/{stem}.png")),
                rooms.join(format!("labels/{stem}-{copy}.png")),
            )
            .unwrap();
            all.push(entry);
        }
        std::fs::remove_file(rooms.join(name)).unwrap();
    }
    std::fs::write(
        rooms.join("ground_truth.json"),
        serde_json::to_vec(&all).unwrap(),
    )
    .unwrap();
}
