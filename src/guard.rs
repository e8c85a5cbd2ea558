//! Panics: caught where one may cost a photo and not the run, counted, and told with their place. Decoders and geometry are meant not
//! to panic; strangers' files find where they do.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering};

static PANICS: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// Whether a panic of this thread will be caught here.
    static GUARDED: Cell<bool> = const { Cell::new(false) };
    static LAST: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Panics of this process so far, those that were caught included.
#[must_use]
pub fn panics() -> u64 {
    PANICS.load(Ordering::Relaxed)
}

/// Counts every panic from now on. One that will be caught says nothing on standard error: the photo's error tells it.
pub fn count_panics() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            PANICS.fetch_add(1, Ordering::Relaxed);
            if GUARDED.get() {
                LAST.set(Some(panic.to_string().replace(['\n', '\r'], " ")));
            } else {
                usual(panic);
            }
        }));
    });
}

/// Runs `work`; of a panic, its message and place.
///
/// # Errors
/// When `work` panicked.
pub fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    count_panics();
    let outer = GUARDED.replace(true);
    let outcome = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(outer);
    outcome.map_err(|_| LAST.take().unwrap_or_else(|| "no message".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_counted_and_told_with_its_place() {
        let before = panics();
        let caught: Result<(), String> = guarded(|| panic!("a decoder's\nbug"));
        let message = caught.unwrap_err();
        assert!(
            message.contains("a decoder's bug") && message.contains("guard.rs"),
            "{message}"
        );
        assert!(panics() > before);
        assert_eq!(guarded(|| 7), Ok(7));
    }
}
