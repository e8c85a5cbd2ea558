//! Reads and decodes the next photos while the current one is in the network.
//!
//! One feeder thread opens the photos in order and takes each one's pixels from the budget in order; decoding itself runs
//! on the pool. Since the budget is granted in order and the consumer takes photos in order, the photo that the consumer
//! waits for always has its share: nothing can wait in a circle.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::budget::{Permit, PixelBudget};
use crate::deadline::TimedOut;
use crate::guard::guarded;

/// Photos opened (bytes in memory) and waiting for their pixels, beyond those in work. More would only hold bytes.
const OPENED_AHEAD: usize = 2;

/// The work on one photo before the network, in two steps.
pub trait Prepare: Send + Sync + 'static {
    /// What opening yields: bytes.
    type Opened: Send + 'static;
    /// What decoding yields: pixels, or the photo's error.
    type Ready: Send + 'static;

    /// Reads photo `index` and says how many pixels decoding it will hold; an error is part of what is opened.
    fn open(&self, index: usize) -> (Self::Opened, u64);

    /// Decodes it; on a worker.
    fn decode(&self, index: usize, opened: Self::Opened) -> Self::Ready;

    /// Stands in for a photo whose decoding panicked or took longer than it may.
    fn failed(&self, index: usize, why: Failure) -> Self::Ready;
}

/// Why a photo was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The decoder panicked.
    Panicked,
    /// It took longer than it may.
    TimedOut(TimedOut),
}

/// A photo on its way to the consumer.
pub struct Slot<R> {
    index: usize,
    messages: Receiver<Message<R>>,
    /// When decoding began, once that is known.
    started: Option<Instant>,
}

enum Message<R> {
    Started(Instant),
    Ready(R, Permit, Instant),
}

/// A decoded photo with its share of the budget.
pub struct Prepared<R> {
    /// Place in the run.
    pub index: usize,
    /// The photo or its error.
    pub ready: R,
    /// Its pixels' share of the budget; absent when the photo was given up.
    pub permit: Option<Permit>,
    /// What it took so far, without the wait until now.
    pub spent: Duration,
}

/// The photos of a run, coming in order.
pub struct Ahead<P: Prepare> {
    prepare: Arc<P>,
    slots: Receiver<Slot<P::Ready>>,
    /// The next photo, where it was looked at before it was decoded.
    next: Option<Slot<P::Ready>>,
    budget: PixelBudget,
    feeder: Option<JoinHandle<()>>,
    timeout: Option<Duration>,
}

impl<P: Prepare> Ahead<P> {
    /// Starts on `count` photos, of which the consumer takes `together` at once.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(
        prepare: Arc<P>,
        count: usize,
        together: usize,
        pool: Arc<rayon::ThreadPool>,
        budget: PixelBudget,
        timeout: Option<Duration>,
    ) -> std::io::Result<Self> {
        let (send, slots) = sync_channel(OPENED_AHEAD.max(together));
        let feeder = {
            let (prepare, budget) = (Arc::clone(&prepare), budget.clone());
            std::thread::Builder::new()
                .name("read ahead".to_owned())
                .spawn(move || feed(&prepare, count, &pool, &budget, &send))?
        };
        Ok(Self {
            prepare,
            slots,
            next: None,
            budget,
            feeder: Some(feeder),
            timeout,
        })
    }

    /// The next photo in order; `None` after the last one, or when `stop` says so while waiting.
    pub fn next(&mut self, stop: impl Fn() -> bool) -> Option<Prepared<P::Ready>> {
        let slot = match self.next.take() {
            Some(slot) => slot,
            None => poll(&self.slots, &stop)?,
        };
        let (index, mut started) = (slot.index, slot.started);
        loop {
            let wait = match (self.timeout, started) {
                (Some(limit), Some(start)) => {
                    POLL.min((limit + GRACE).saturating_sub(Instant::elapsed(&start)))
                }
                _ => POLL,
            };
            let why = match slot.messages.recv_timeout(wait) {
                Ok(Message::Started(at)) => {
                    started = Some(at);
                    continue;
                }
                Ok(Message::Ready(ready, permit, at)) => {
                    return Some(Prepared::decoded(index, ready, permit, started, at));
                }
                Err(RecvTimeoutError::Disconnected) => Failure::Panicked,
                Err(RecvTimeoutError::Timeout) if stop() => return None,
                Err(RecvTimeoutError::Timeout) => match (self.timeout, started) {
                    (Some(limit), Some(start)) if start.elapsed() >= limit + GRACE => {
                        Failure::TimedOut(TimedOut { limit })
                    }
                    _ => continue,
                },
            };
            return Some(Prepared {
                index,
                ready: self.prepare.failed(index, why),
                permit: None,
                spent: started.map_or(Duration::ZERO, |started| started.elapsed()),
            });
        }
    }
}

impl<P: Prepare> Ahead<P> {
    /// The next photo in order where it is decoded already.
    pub fn ready(&mut self) -> Option<Prepared<P::Ready>> {
        let mut slot = match self.next.take() {
            Some(slot) => slot,
            None => self.slots.try_recv().ok()?,
        };
        while let Ok(message) = slot.messages.try_recv() {
            match message {
                Message::Started(at) => slot.started = Some(at),
                Message::Ready(ready, permit, at) => {
                    let Slot { index, started, .. } = slot;
                    return Some(Prepared::decoded(index, ready, permit, started, at));
                }
            }
        }
        // Not yet, or never: whoever waits for it will see.
        self.next = Some(slot);
        None
    }
}

impl<R> Prepared<R> {
    fn decoded(
        index: usize,
        ready: R,
        permit: Permit,
        started: Option<Instant>,
        at: Instant,
    ) -> Self {
        Self {
            index,
            ready,
            permit: Some(permit),
            spent: started.map_or(Duration::ZERO, |started| at - started),
        }
    }
}

impl<P: Prepare> Drop for Ahead<P> {
    fn drop(&mut self) {
        self.budget.close();
        // Lets a feeder that waits to hand over a slot see that nobody takes it.
        let (_, nothing) = channel();
        self.slots = nothing;
        if let Some(feeder) = self.feeder.take() {
            // Panics of single photos are contained in it; the run counts what it got.
            let _ = feeder.join();
        }
    }
}

/// Whoever decodes ends by itself at the timeout; this much later it is given up.
const GRACE: Duration = Duration::from_millis(250);

/// How often a waiting consumer looks whether it should stop.
const POLL: Duration = Duration::from_millis(50);

fn poll<T>(receiver: &Receiver<T>, stop: &impl Fn() -> bool) -> Option<T> {
    loop {
        match receiver.recv_timeout(POLL) {
            Ok(value) => return Some(value),
            Err(RecvTimeoutError::Disconnected) => return None,
            Err(RecvTimeoutError::Timeout) if stop() => return None,
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

fn feed<P: Prepare>(
    prepare: &Arc<P>,
    count: usize,
    pool: &rayon::ThreadPool,
    budget: &PixelBudget,
    slots: &SyncSender<Slot<P::Ready>>,
) {
    for index in 0..count {
        // A panic loses this photo, as one of the decoder does, not those behind it.
        let (opened, pixels) = match guarded(|| prepare.open(index)) {
            Ok((opened, pixels)) => (Some(opened), pixels),
            Err(_) => (None, 0),
        };
        let Some(permit) = budget.acquire(pixels) else {
            return;
        };
        let (send, messages) = channel();
        if slots
            .send(Slot {
                index,
                messages,
                started: None,
            })
            .is_err()
        {
            return;
        }
        // The sender is dropped unused, which the consumer takes for a panic.
        let Some(opened) = opened else {
            continue;
        };
        let prepare = Arc::clone(prepare);
        pool.spawn(move || {
            // A consumer that gave up on the photo no longer listens; that is no error of the worker.
            let _ = send.send(Message::Started(Instant::now()));
            let decoded = guarded(|| prepare.decode(index, opened));
            // On a panic the sender is dropped unused, which the consumer takes for one.
            if let Ok(ready) = decoded {
                let _ = send.send(Message::Ready(ready, permit, Instant::now()));
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Photos whose opening panics, or whose decoding sleeps, panics or hangs, by index.
    struct Fake {
        decoding: AtomicUsize,
        most: AtomicUsize,
    }

    impl Prepare for Fake {
        type Opened = usize;
        type Ready = Result<usize, Failure>;

        fn open(&self, index: usize) -> (usize, u64) {
            assert!(index != 3, "a reader's bug");
            (index, 10)
        }

        fn decode(&self, index: usize, opened: usize) -> Self::Ready {
            assert_eq!(index, opened);
            let now = self.decoding.fetch_add(1, Ordering::SeqCst) + 1;
            self.most.fetch_max(now, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(if index == 7 {
                2000
            } else {
                (index % 3) as u64
            }));
            self.decoding.fetch_sub(1, Ordering::SeqCst);
            assert!(index != 5, "a decoder's bug");
            Ok(index)
        }

        fn failed(&self, _: usize, why: Failure) -> Self::Ready {
            Err(why)
        }
    }

    fn start(count: usize, timeout: Option<Duration>) -> (Arc<Fake>, Ahead<Fake>) {
        let fake = Arc::new(Fake {
            decoding: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
        });
        let pool = Arc::new(
            rayon::ThreadPoolBuilder::new()
                .num_threads(4)
                .build()
                .unwrap(),
        );
        let ahead = Ahead::start(
            Arc::clone(&fake),
            count,
            1,
            pool,
            PixelBudget::new(20),
            timeout,
        )
        .unwrap();
        (fake, ahead)
    }

    #[test]
    fn photos_come_in_order_and_the_budget_bounds_how_many_are_decoded_at_once() {
        let (fake, mut ahead) = start(5, None);
        for expected in 0..5 {
            let prepared = ahead.next(|| false).unwrap();
            assert_eq!(prepared.index, expected);
            let ready = match expected {
                3 => Err(Failure::Panicked),
                _ => Ok(expected),
            };
            assert_eq!(prepared.ready, ready);
        }
        assert!(ahead.next(|| false).is_none());
        assert!(fake.most.load(Ordering::SeqCst) <= 2);
    }

    #[test]
    fn panics_and_a_hang_lose_one_photo_each() {
        let (_, mut ahead) = start(9, Some(Duration::from_millis(500)));
        let mut got = Vec::new();
        while let Some(prepared) = ahead.next(|| false) {
            got.push(prepared.ready);
        }
        assert_eq!(got.len(), 9);
        assert_eq!(got[3], Err(Failure::Panicked));
        assert_eq!(got[5], Err(Failure::Panicked));
        assert!(matches!(got[7], Err(Failure::TimedOut(_))));
        assert_eq!(got.iter().filter(|r| r.is_ok()).count(), 6);
    }

    #[test]
    fn what_is_ready_comes_in_order_and_nothing_is_waited_for_or_lost() {
        let (_, mut ahead) = start(9, Some(Duration::from_millis(500)));
        let mut got = Vec::new();
        while let Some(prepared) = ahead.next(|| false) {
            got.push(prepared.index);
            let before = Instant::now();
            while let Some(prepared) = ahead.ready() {
                got.push(prepared.index);
            }
            // The hanging photo takes 2 s.
            assert!(before.elapsed() < Duration::from_secs(1));
        }
        assert_eq!(got, (0..9).collect::<Vec<_>>());
    }

    #[test]
    fn stopping_early_ends_all_threads() {
        let (_, mut ahead) = start(1000, None);
        assert!(ahead.next(|| false).is_some());
        drop(ahead);
    }
}
