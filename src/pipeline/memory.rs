//! Peak memory of this process.

/// The most memory that this process ever held, MB; `None` where the system does not tell.
#[must_use]
pub fn peak_rss_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1024.0)
}

#[cfg(test)]
mod tests {
    #[cfg(target_os = "linux")]
    #[test]
    fn a_running_process_holds_some_memory() {
        let peak = super::peak_rss_mb().unwrap();
        assert!((1.0..100_000.0).contains(&peak), "{peak}");
    }
}
