//! One worker, from the measuring process's side.

use std::io;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use super::{COMMAND, confine, wire};
use crate::deadline::{Deadline, TimedOut};
use crate::memory;
use crate::photo::{DecodeError, DisplayedPixels, PixelRequest};

/// How often a wait looks whether it was cancelled.
const POLL: Duration = Duration::from_millis(100);

/// A photo's pixels, or why that photo has none.
pub(super) type Answer = Result<DisplayedPixels, DecodeError>;

/// A running worker. A thread of its own talks to it, so that the wait for its answer can end.
pub(super) struct Process {
    child: Child,
    jobs: Sender<(PixelRequest, Arc<Vec<u8>>)>,
    answers: Receiver<io::Result<Answer>>,
}

/// A worker that gave no answer, and is no more.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Loss {
    /// It was killed at the deadline.
    TimedOut(TimedOut),
    /// It was killed because nobody wants its answer any more.
    Cancelled,
    /// It ended by itself, or was killed by somebody else.
    Died {
        /// The signal or exit code.
        how: String,
        /// It was ended from outside, as by a user or a system short of memory: another one may fare better.
        from_outside: bool,
    },
}

impl Process {
    /// Starts a worker.
    pub fn start() -> io::Result<Self> {
        let (jobs, todo) = channel();
        let (done, answers) = channel();
        let (hand_over, started) = channel();
        // On Linux a worker dies with the thread that started it, so that has to be the thread that stays.
        std::thread::Builder::new()
            .name("decoding process".to_owned())
            .spawn(move || match spawn() {
                Ok((child, stdin, stdout)) => {
                    if hand_over.send(Ok(child)).is_ok() {
                        converse(stdin, stdout, &todo, &done);
                    }
                }
                Err(error) => {
                    // Who asked is waiting.
                    let _ = hand_over.send(Err(error));
                }
            })?;
        let child = started.recv().map_err(io::Error::other)??;
        Ok(Self {
            child,
            jobs,
            answers,
        })
    }

    /// Decodes a photo; without an answer until `deadline`, or once `cancelled`, the worker is killed.
    pub fn decode(
        &mut self,
        request: &PixelRequest,
        bytes: &Arc<Vec<u8>>,
        deadline: Option<Deadline>,
        cancelled: &AtomicBool,
    ) -> Result<Answer, Loss> {
        // A thread that is gone shows when its answer is waited for.
        let _ = self.jobs.send((*request, Arc::clone(bytes)));
        let answer = loop {
            let left = deadline.map_or(POLL, |d| d.left().min(POLL));
            match self.answers.recv_timeout(left) {
                Err(RecvTimeoutError::Timeout) => {}
                other => break other.ok(),
            }
            if let Some(Err(missed)) = deadline.map(|d| d.check()) {
                self.end();
                return Err(Loss::TimedOut(missed));
            }
            if cancelled.load(Ordering::Relaxed) {
                self.end();
                return Err(Loss::Cancelled);
            }
        };
        answer.and_then(Result::ok).ok_or_else(|| {
            // Its pipe has ended or told nonsense; in the second case it may still run.
            let status = self.ended_by_itself().or_else(|| self.end());
            died(status)
        })
    }

    /// Most memory that the worker ever held, MB.
    pub fn peak_rss_mb(&self) -> Option<f64> {
        memory::peak_rss_mb_of(self.child.id())
    }

    /// The system closes the pipe of a dying process a moment before it tells of its death.
    fn ended_by_itself(&mut self) -> Option<ExitStatus> {
        const PATIENCE: Duration = Duration::from_millis(500);
        const STEP: Duration = Duration::from_millis(5);
        let start = Instant::now();
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return Some(status),
                Ok(None) if start.elapsed() < PATIENCE => std::thread::sleep(STEP),
                _ => return None,
            }
        }
    }

    fn end(&mut self) -> Option<ExitStatus> {
        // It may have ended by itself already.
        let _ = self.child.kill();
        self.child.wait().ok()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

fn spawn() -> io::Result<(Child, ChildStdin, ChildStdout)> {
    let mut command = Command::new(program()?);
    command
        .arg(COMMAND)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        // Each arena reserves address space, which is what the worker is limited in.
        .env("MALLOC_ARENA_MAX", "2");
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        // Ctrl-C at a terminal goes to the foreground group: it is for the measuring process, which lets photos in work
        // be finished.
        command.process_group(0);
        command.arg0(env!("CARGO_PKG_NAME"));
    }
    let mut child = command.spawn()?;
    let pipes = (child.stdin.take(), child.stdout.take());
    let (Some(stdin), Some(stdout)) = pipes else {
        return Err(io::Error::other("no pipes"));
    };
    confine::widen(&stdin);
    confine::widen(&stdout);
    Ok((child, stdin, stdout))
}

/// This binary; on Linux also when its file has been replaced meanwhile.
pub fn program() -> io::Result<std::path::PathBuf> {
    if cfg!(target_os = "linux") {
        Ok("/proc/self/exe".into())
    } else {
        std::env::current_exe()
    }
}

fn converse(
    mut stdin: ChildStdin,
    mut stdout: ChildStdout,
    todo: &Receiver<(PixelRequest, Arc<Vec<u8>>)>,
    done: &Sender<io::Result<Answer>>,
) {
    for (request, bytes) in todo {
        let answer = wire::write_request(&mut stdin, &request, &bytes)
            .and_then(|()| wire::read_reply(&mut stdout, &request));
        let failed = answer.is_err();
        // Nobody waits any longer for the answer of a worker that was killed.
        let _ = done.send(answer);
        if failed {
            return;
        }
    }
}

fn died(status: Option<ExitStatus>) -> Loss {
    let how = status.map_or_else(|| "its end is unknown".to_owned(), |s| s.to_string());
    Loss::Died {
        how,
        from_outside: status.is_some_and(ended_from_outside),
    }
}

/// Signals that no decoder raises by a fault of its own.
#[cfg(unix)]
fn ended_from_outside(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    let signal = status
        .signal()
        .and_then(rustix::process::Signal::from_named_raw);
    matches!(
        signal,
        Some(
            rustix::process::Signal::KILL
                | rustix::process::Signal::TERM
                | rustix::process::Signal::INT
                | rustix::process::Signal::HUP
        )
    )
}

#[cfg(not(unix))]
fn ended_from_outside(_: ExitStatus) -> bool {
    false
}
