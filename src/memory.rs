//! Memory of this process and of its workers.

/// The most memory that this process ever held, MB; `None` where the system does not tell.
#[must_use]
pub fn peak_rss_mb() -> Option<f64> {
    peak_of("self")
}

/// The same of a running process that this one started.
#[must_use]
pub fn peak_rss_mb_of(process: u32) -> Option<f64> {
    peak_of(&process.to_string())
}

/// The memory that this process holds now, MB; `None` where the system does not tell.
#[must_use]
pub fn rss_mb() -> Option<f64> {
    status_kib("self", "VmRSS:").map(|kib| (kib as f64 / 1024.0).round())
}

/// Address space that this process occupies at the moment.
#[must_use]
pub fn address_space_bytes() -> Option<u64> {
    status_kib("self", "VmSize:").map(|kib| kib * 1024)
}

fn peak_of(process: &str) -> Option<f64> {
    status_kib(process, "VmHWM:").map(|kib| kib as f64 / 1024.0)
}

fn status_kib(process: &str, name: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix(name))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    #[cfg(target_os = "linux")]
    #[test]
    fn a_running_process_holds_some_memory() {
        let peak = super::peak_rss_mb().unwrap();
        let now = super::rss_mb().unwrap();
        assert!((1.0..100_000.0).contains(&now), "{now}");
        assert!(now <= peak.round(), "{now} of at most {peak}");
    }
}
