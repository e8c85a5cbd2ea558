//! A headless Chromium, driven over its debugging socket (the Chrome DevTools Protocol).

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine;
use serde_json::{Value, json};
use tungstenite::{Message, WebSocket};

/// Longer than any of this takes, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A browser with one page.
pub struct Browser {
    process: Child,
    socket: WebSocket<TcpStream>,
    session: Option<String>,
    calls: u64,
    /// What the browser told without being asked.
    events: Vec<Value>,
    _profile: tempfile::TempDir,
}

impl Browser {
    pub fn start(program: &Path) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let mut command = Command::new(program);
        // The program may be a script that starts the browser: with a group of their own, both can be ended.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut process = command
            .args([
                "--headless",
                // Its sandbox needs rights that containers do not give, and it opens nothing but this project's own page.
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--hide-scrollbars",
                "--remote-debugging-port=0",
                "--remote-allow-origins=*",
            ])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let address = lines
            .find_map(|line| {
                let line = line.unwrap();
                let (_, address) = line.split_once("DevTools listening on ws://")?;
                Some(address.to_owned())
            })
            .expect("the browser says where it listens");
        // A browser whose messages nobody reads would wait for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        let host = address.split('/').next().unwrap();
        let stream = TcpStream::connect(host).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let (socket, _) = tungstenite::client(format!("ws://{address}"), stream).unwrap();
        let mut browser = Self {
            process,
            socket,
            session: None,
            calls: 0,
            events: Vec::new(),
            _profile: profile,
        };
        let target = browser.call("Target.createTarget", json!({"url": "about:blank"}));
        let attach = json!({"targetId": target["targetId"], "flatten": true});
        let attached = browser.call("Target.attachToTarget", attach);
        browser.session = Some(attached["sessionId"].as_str().unwrap().to_owned());
        for domain in ["Page", "Runtime", "Network", "Log", "Accessibility"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        browser
    }

    /// Calls a method of the protocol.
    pub fn call(&mut self, method: &str, params: Value) -> Value {
        self.calls += 1;
        let id = self.calls;
        let mut request = json!({"id": id, "method": method, "params": params});
        if let Some(session) = &self.session {
            request["sessionId"] = json!(session);
        }
        self.socket
            .send(Message::text(request.to_string()))
            .unwrap();
        loop {
            let message = self.receive();
            if message["id"] == id {
                assert!(message["error"].is_null(), "{method}: {message}");
                return message["result"].clone();
            }
            self.events.push(message);
        }
    }

    fn receive(&mut self) -> Value {
        loop {
            if let Message::Text(text) = self.socket.read().unwrap() {
                return serde_json::from_str(text.as_str()).unwrap();
            }
        }
    }

    /// Opens a file and waits until it has loaded; how long that took.
    pub fn open(&mut self, file: &Path) -> Duration {
        self.events.clear();
        let start = Instant::now();
        let url = format!("file://{}", file.display());
        self.call("Page.navigate", json!({"url": url}));
        while !self
            .events
            .iter()
            .any(|e| e["method"] == "Page.loadEventFired")
        {
            let message = self.receive();
            self.events.push(message);
        }
        start.elapsed()
    }

    /// What the page complained of, and what it asked the network for, since it was opened.
    pub fn complaints(&mut self) -> Vec<String> {
        // An answered call means that everything before it has been told.
        self.run("0");
        self.events
            .iter()
            .filter(|event| {
                let url = event["params"]["request"]["url"]
                    .as_str()
                    .unwrap_or_default();
                match event["method"].as_str().unwrap_or_default() {
                    "Runtime.exceptionThrown" | "Log.entryAdded" | "Runtime.consoleAPICalled" => {
                        true
                    }
                    "Network.requestWillBeSent" => {
                        !url.starts_with("file:") && !url.starts_with("data:")
                    }
                    _ => false,
                }
            })
            .map(Value::to_string)
            .collect()
    }

    /// The value of a script.
    pub fn run(&mut self, script: &str) -> Value {
        let params = json!({"expression": script, "returnByValue": true, "awaitPromise": true});
        let result = self.call("Runtime.evaluate", params);
        assert!(result["exceptionDetails"].is_null(), "{script}: {result}");
        result["result"]["value"].clone()
    }

    /// A screen of this size, light or dark.
    pub fn screen(&mut self, [width, height]: [u32; 2], is_phone: bool, theme: &str) {
        let scale = if is_phone { 2 } else { 1 };
        self.call(
            "Emulation.setDeviceMetricsOverride",
            json!({"width": width, "height": height, "deviceScaleFactor": scale, "mobile": is_phone}),
        );
        let feature = json!({"name": "prefers-color-scheme", "value": theme});
        self.call("Emulation.setEmulatedMedia", json!({"features": [feature]}));
    }

    /// Presses a key.
    pub fn press(&mut self, key: &str) {
        let (code, text) = match key {
            "Tab" => (9, ""),
            "Enter" => (13, "\r"),
            "Escape" => (27, ""),
            "ArrowLeft" => (37, ""),
            "ArrowRight" => (39, ""),
            "ArrowDown" => (40, ""),
            "End" => (35, ""),
            other => (0, other),
        };
        for kind in ["keyDown", "keyUp"] {
            let mut params = json!({"type": kind, "key": key, "windowsVirtualKeyCode": code});
            if kind == "keyDown" && !text.is_empty() {
                params["text"] = json!(text);
            }
            self.call("Input.dispatchKeyEvent", params);
        }
    }

    /// Presses Tab until an element that `selector` matches has the focus.
    pub fn tab_to(&mut self, selector: &str) {
        const MOST: usize = 100;
        for _ in 0..MOST {
            self.press("Tab");
            if self.run(&format!("document.activeElement.matches({selector:?})")) == true {
                return;
            }
        }
        panic!("no way by keyboard to {selector}");
    }

    /// A picture of what is in view, or of the whole page.
    pub fn screenshot(&mut self, file: PathBuf, whole: bool) {
        let mut params = json!({"format": "jpeg", "quality": 75, "captureBeyondViewport": whole});
        if whole {
            let size = self.call("Page.getLayoutMetrics", json!({}))["cssContentSize"].clone();
            params["clip"] = size;
            params["clip"]["scale"] = json!(1);
        }
        let result = self.call("Page.captureScreenshot", params);
        let data = result["data"].as_str().unwrap();
        let picture = base64::engine::general_purpose::STANDARD
            .decode(data)
            .unwrap();
        std::fs::write(file, picture).unwrap();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // A browser that is gone already needs no end.
        #[cfg(unix)]
        let _ = i32::try_from(self.process.id())
            .ok()
            .and_then(rustix::process::Pid::from_raw)
            .map(|group| rustix::process::kill_process_group(group, rustix::process::Signal::KILL));
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
