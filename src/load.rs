//! Who used the machine's processors during a run: times taken on a busy machine say little.

use std::time::{Duration, Instant};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

/// Shorter runs are not judged: the system counts in steps of 10 ms.
const SHORTEST: Duration = Duration::from_millis(500);
/// With less idle than this, percent, a program that wants a processor has to wait for one.
const LITTLE_IDLE_PCT: f64 = 15.0;
/// Other programs that use more than this, percent, are worth a note.
const MUCH_USED_PCT: f64 = 15.0;

/// Shares of all processors' time over a run, percent.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProcessorUse {
    /// This program.
    pub own_pct: f64,
    /// All others.
    pub others_pct: f64,
    /// Nobody.
    pub idle_pct: f64,
}

impl ProcessorUse {
    /// Whether other programs took processors that this one could have used.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.idle_pct < LITTLE_IDLE_PCT && self.others_pct > MUCH_USED_PCT
    }

    fn of(busy_pct: f64, own_pct: f64) -> Self {
        let tenth = |pct: f64| (pct * 10.0).round() / 10.0;
        let busy = busy_pct.clamp(0.0, 100.0);
        // The two counters are read one after the other, and disagree by a little.
        let own = own_pct.clamp(0.0, busy);
        Self {
            own_pct: tenth(own),
            others_pct: tenth(busy - own),
            idle_pct: tenth(100.0 - busy),
        }
    }
}

/// Counts from its start to its end.
#[derive(Debug)]
pub struct LoadWatch {
    system: System,
    start: Instant,
    own_ms: u64,
}

impl LoadWatch {
    /// Starts counting.
    #[must_use]
    pub fn start() -> Self {
        let mut system = System::new();
        system.refresh_cpu_usage();
        let own_ms = own_ms(&mut system);
        Self {
            system,
            start: Instant::now(),
            own_ms,
        }
    }

    /// What was counted; `None` where the run was too short to tell.
    #[must_use]
    pub fn finish(mut self) -> Option<ProcessorUse> {
        let elapsed = self.start.elapsed();
        if elapsed < SHORTEST {
            return None;
        }
        self.system.refresh_cpu_usage();
        let busy_pct = f64::from(self.system.global_cpu_usage());
        let own_ms = own_ms(&mut self.system).saturating_sub(self.own_ms);
        let all_ms = elapsed.as_secs_f64() * 1e3 * self.system.cpus().len().max(1) as f64;
        Some(ProcessorUse::of(busy_pct, 100.0 * own_ms as f64 / all_ms))
    }
}

/// Processor time that this process has used so far, and on Linux the finished processes that it had started, too.
fn own_ms(system: &mut System) -> u64 {
    if let Some(ms) = with_children_ms() {
        return ms;
    }
    let pid = Pid::from_u32(std::process::id());
    let wanted = ProcessRefreshKind::nothing().with_cpu();
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), false, wanted);
    system.process(pid).map_or(0, |p| p.accumulated_cpu_time())
}

/// As Linux tells it, in hundredths of a second: `utime`, `stime`, `cutime` and `cstime` of proc(5).
fn with_children_ms() -> Option<u64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The program's name stands in brackets, and may hold anything.
    let (_, after_name) = stat.rsplit_once(") ")?;
    let times = after_name.split(' ').skip(11).take(4);
    times
        .map(|ticks| ticks.parse::<u64>().ok())
        .sum::<Option<u64>>()
        .map(|ticks| ticks * 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_is_busy_where_others_take_what_is_needed() {
        assert!(ProcessorUse::of(100.0, 55.0).is_busy());
        assert!(
            !ProcessorUse::of(100.0, 97.0).is_busy(),
            "all of it is our own"
        );
        assert!(
            !ProcessorUse::of(40.0, 5.0).is_busy(),
            "processors were free"
        );
        let overcounted = ProcessorUse::of(50.0, 50.4);
        assert_eq!(overcounted.others_pct, 0.0);
    }

    #[test]
    fn what_this_process_burns_is_its_own() {
        let watch = LoadWatch::start();
        let start = Instant::now();
        let mut sum = 0.0_f64;
        while start.elapsed() < SHORTEST + Duration::from_millis(200) {
            sum += (sum + 1.0).sqrt();
        }
        assert!(sum > 0.0);
        let used = watch.finish().unwrap();
        // Other tests run in this process, too: a lower bound is all that can be told, on at most a few processors.
        assert!(used.own_pct > 0.5, "{used:?}");
        let total = used.own_pct + used.others_pct + used.idle_pct;
        assert!((total - 100.0).abs() < 0.2, "{used:?}");
    }
}
