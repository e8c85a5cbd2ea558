//! Progress on standard error: a bar on a terminal, a line every 30 s elsewhere, nothing when asked to be quiet. The one module
//! that draws it.

use std::fmt::Write;
use std::io::IsTerminal;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, atomic::AtomicU64, atomic::Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, ProgressBar, ProgressState, ProgressStyle};

use crate::options::Verbosity;
use crate::say::{counted, say};

/// Between two lines where there is no terminal.
const LINE_INTERVAL: Duration = Duration::from_secs(30);
/// Between two redraws of the bar while nothing is finished, so that the clock runs.
const TICK: Duration = Duration::from_millis(250);

/// Shows how far a run is.
pub enum Progress {
    /// Nothing is shown.
    Silent,
    /// On a terminal.
    Bar(ProgressBar),
    /// Elsewhere.
    Lines(Lines),
}

/// A thread that writes a line now and then.
pub struct Lines {
    done: Arc<AtomicU64>,
    end: Option<Sender<()>>,
    writer: Option<JoinHandle<()>>,
}

impl Progress {
    /// Progress of a run over `total` photos.
    #[must_use]
    pub fn start(total: usize, verbosity: Verbosity) -> Self {
        if verbosity == Verbosity::Quiet {
            Self::Silent
        } else if std::io::stderr().is_terminal() {
            Self::Bar(bar(total as u64))
        } else {
            Self::Lines(Lines::start(total as u64))
        }
    }

    /// One more photo is `done`: measured, rendered.
    pub fn finished(&self, done: &str, file: &str) {
        match self {
            Self::Silent => {}
            Self::Bar(bar) => {
                bar.set_message(format!("{done} {}", crate::say::printable(file)));
                bar.inc(1);
            }
            Self::Lines(lines) => {
                lines.done.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Says something without tearing the bar.
    pub fn note(&self, text: &str) {
        match self {
            Self::Silent => {}
            Self::Bar(bar) => bar.suspend(|| say(text)),
            Self::Lines(_) => say(text),
        }
    }

    /// What is being done before the first photo is finished.
    pub fn stage(&self, text: &'static str) {
        if let Self::Bar(bar) = self {
            bar.set_message(text);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}

fn bar(total: u64) -> ProgressBar {
    let bar = ProgressBar::new(total);
    // The template is a constant; were it malformed, the plain default bar would do.
    if let Ok(style) =
        ProgressStyle::with_template("{bar:24} {pos}/{photos}, {rate}, {left} left  {wide_msg}")
    {
        let rate = |state: &ProgressState, out: &mut dyn Write| {
            // A rate that cannot be written is not shown.
            let _ = write!(out, "{:.2}/s", state.per_sec());
        };
        let left = |state: &ProgressState, out: &mut dyn Write| {
            let _ = match state.pos() {
                0 => write!(out, "unknown time"),
                _ => write!(out, "{:#}", HumanDuration(state.eta())),
            };
        };
        let photos = |state: &ProgressState, out: &mut dyn Write| {
            let _ = out.write_str(&counted(state.len().unwrap_or(0), "photo"));
        };
        let style = style.with_key("photos", photos);
        bar.set_style(style.with_key("rate", rate).with_key("left", left));
    }
    bar.enable_steady_tick(TICK);
    bar
}

impl Lines {
    fn start(total: u64) -> Self {
        let done = Arc::new(AtomicU64::new(0));
        let (end, ended) = channel();
        let counted = Arc::clone(&done);
        let start = Instant::now();
        let writer = std::thread::Builder::new()
            .name("progress".to_owned())
            .spawn(move || {
                while ended.recv_timeout(LINE_INTERVAL) == Err(RecvTimeoutError::Timeout) {
                    say(line(
                        counted.load(Ordering::Relaxed),
                        total,
                        start.elapsed(),
                    ));
                }
            })
            // Without a thread the run is silent, which harms nothing.
            .ok();
        Self {
            done,
            end: Some(end),
            writer,
        }
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

fn line(done: u64, total: u64, elapsed: Duration) -> String {
    let seconds = elapsed.as_secs_f64();
    let rate = done as f64 / seconds.max(1e-9);
    let left = match done {
        0 => "unknown time".to_owned(),
        _ => format!("{:.0} s", total.saturating_sub(done) as f64 / rate),
    };
    format!(
        "{done}/{}, {rate:.2}/s, {left} left",
        counted(total, "photo")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_far_how_fast_and_how_long() {
        assert_eq!(
            line(10, 40, Duration::from_secs(5)),
            "10/40 photos, 2.00/s, 15 s left"
        );
        assert_eq!(
            line(0, 40, Duration::ZERO),
            "0/40 photos, 0.00/s, unknown time left"
        );
        assert!(line(1, 1, Duration::from_secs(1)).starts_with("1/1 photo,"));
    }
}
