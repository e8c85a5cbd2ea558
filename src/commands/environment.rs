//! What a report says of the machine.

use crate::report::schema::Environment;

/// This machine. What inference adds (ONNX Runtime, device) the labeller knows.
pub(super) fn gather() -> Environment {
    let system = sysinfo::System::new_with_specifics(
        sysinfo::RefreshKind::nothing()
            .with_cpu(sysinfo::CpuRefreshKind::nothing())
            .with_memory(sysinfo::MemoryRefreshKind::nothing().with_ram()),
    );
    let cpu = system
        .cpus()
        .first()
        .map(|cpu| cpu.brand().trim().to_owned())
        .filter(|brand| !brand.is_empty());
    Environment {
        os: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        cpu,
        cores: std::thread::available_parallelism()
            .ok()
            .map(std::num::NonZero::get),
        memory_mb: Some(system.total_memory() / 1_000_000).filter(|mb| *mb > 0),
        ..Environment::default()
    }
}

/// Now, in the form of the report.
pub(super) fn now() -> String {
    let now = jiff::Timestamp::now();
    // Whole seconds: nobody compares reports by less.
    jiff::Timestamp::from_second(now.as_second())
        .unwrap_or(now)
        .to_string()
}
