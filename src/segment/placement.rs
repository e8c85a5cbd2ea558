//! Which operators a device left to the processor, as ONNX Runtime's own profile of a run tells.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

/// ONNX Runtime's name of the provider that runs what no other takes.
const PROCESSOR: &str = "CPUExecutionProvider";

/// Number of nodes by operator.
pub type Operators = BTreeMap<String, usize>;

/// One event of a profile.
#[derive(Deserialize)]
struct Event {
    name: String,
    #[serde(default)]
    args: Arguments,
}

#[derive(Deserialize, Default)]
struct Arguments {
    op_name: Option<String>,
    provider: Option<String>,
}

/// The operators that ran on the processor, from the profile of one run; `None` where the file is no profile.
pub(super) fn on_processor(profile: &Path) -> Option<Operators> {
    let events: Vec<Event> = serde_json::from_slice(&std::fs::read(profile).ok()?).ok()?;
    let mut operators = Operators::new();
    for Event { name, args } in events {
        // A node has several events; this is the one of its computation.
        let is_run = name.ends_with("_kernel_time");
        if let (true, Some(PROCESSOR), Some(operator)) =
            (is_run, args.provider.as_deref(), args.op_name)
        {
            *operators.entry(operator).or_default() += 1;
        }
    }
    Some(operators)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_of_the_processor_are_counted_by_operator() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let profile = r#"[
            {"name": "model_run", "cat": "Session", "ts": 1},
            {"name": "a_kernel_time", "args": {"op_name": "Gather", "provider": "CPUExecutionProvider"}},
            {"name": "a_fence_before", "args": {"op_name": "Gather", "provider": "CPUExecutionProvider"}},
            {"name": "b_kernel_time", "args": {"op_name": "Gather", "provider": "CPUExecutionProvider"}},
            {"name": "c_kernel_time", "args": {"op_name": "Gemm", "provider": "CUDAExecutionProvider"}}
        ]"#;
        std::fs::write(file.path(), profile).unwrap();
        let operators = on_processor(file.path()).unwrap();
        assert_eq!(operators, Operators::from([("Gather".to_owned(), 2)]));
        std::fs::write(file.path(), "no profile").unwrap();
        assert_eq!(on_processor(file.path()), None);
    }
}
