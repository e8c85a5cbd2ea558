//! A budget of decoded pixels: what bounds memory, whatever the number of photos and however large each one is.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Pixels that may be decoded at one time. Clones share one budget.
#[derive(Debug, Clone)]
pub struct PixelBudget {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    capacity: u64,
    state: Mutex<State>,
    freed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    in_use: u64,
    closed: bool,
}

/// A share of the budget, given back when dropped.
#[derive(Debug)]
pub struct Permit {
    shared: Arc<Shared>,
    pixels: u64,
}

impl PixelBudget {
    /// A budget of `capacity` pixels.
    #[must_use]
    pub fn new(capacity: u64) -> Self {
        let shared = Shared {
            capacity,
            state: Mutex::default(),
            freed: Condvar::new(),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Waits until `pixels` are free and takes them; a photo larger than the whole budget waits until it is alone.
    /// `None` once the budget is closed.
    #[must_use]
    pub fn acquire(&self, pixels: u64) -> Option<Permit> {
        let pixels = pixels.min(self.shared.capacity);
        let mut state = self.shared.lock();
        while !state.closed && state.in_use + pixels > self.shared.capacity {
            state = self
                .shared
                .freed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        if state.closed {
            return None;
        }
        state.in_use += pixels;
        Some(Permit {
            shared: Arc::clone(&self.shared),
            pixels,
        })
    }

    /// Ends all waiting, now and later.
    pub fn close(&self) {
        self.shared.lock().closed = true;
        self.shared.freed.notify_all();
    }
}

impl Shared {
    /// The state stays true even if a holder of the lock panicked: each update is one assignment.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.shared.lock().in_use -= self.pixels;
        self.shared.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::thread;

    #[test]
    fn what_is_in_use_never_exceeds_the_capacity() {
        let budget = PixelBudget::new(100);
        let (now, most) = (AtomicU64::new(0), AtomicU64::new(0));
        thread::scope(|scope| {
            for worker in 0..8_u64 {
                let (budget, now, most) = (budget.clone(), &now, &most);
                scope.spawn(move || {
                    for step in 0..50 {
                        let pixels = 10 + (worker * 7 + step * 13) % 60;
                        let permit = budget.acquire(pixels).unwrap();
                        most.fetch_max(
                            now.fetch_add(pixels, Ordering::SeqCst) + pixels,
                            Ordering::SeqCst,
                        );
                        now.fetch_sub(pixels, Ordering::SeqCst);
                        drop(permit);
                    }
                });
            }
        });
        assert!(most.load(Ordering::SeqCst) <= 100);
    }

    #[test]
    fn a_photo_larger_than_the_budget_goes_through_alone() {
        let budget = PixelBudget::new(10);
        let permit = budget.acquire(1000).unwrap();
        drop(permit);
        assert!(budget.acquire(10).is_some());
    }

    #[test]
    fn closing_ends_the_wait() {
        let budget = PixelBudget::new(10);
        let _all = budget.acquire(10);
        thread::scope(|scope| {
            let waiting = scope.spawn(|| budget.acquire(1).is_none());
            budget.close();
            assert!(waiting.join().unwrap());
        });
    }
}
