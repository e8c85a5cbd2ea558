//! What differs between two runs apart from their results.

use serde::Serialize;
use serde_json::Value;

use crate::merge::SEVERAL;
use crate::report::Report;
use crate::report::comparison::Difference;
use crate::report::schema::Environment;

/// Differences of program, machine, model and options, in the order of the report.
pub fn between(old: &Report, new: &Report) -> Vec<Difference> {
    let mut found = of_values("tool", &old.tool, &new.tool);
    found.extend(of_values("environment", &old.environment, &new.environment));
    found.extend(of_values("model", &old.model, &new.model));
    found.extend(of_values("options", &old.options, &new.options));
    found
}

/// Differences of two values of the same kind, under the path `what`.
pub fn of_values<T: Serialize>(what: &str, old: &T, new: &T) -> Vec<Difference> {
    let mut found = Vec::new();
    collect(what, &value(old), &value(new), &mut found);
    found
}

/// What makes times of two machines incomparable; `None` where they are alike.
pub fn of_machines(old: &Environment, new: &Environment) -> Option<String> {
    let told = |what: &str, old: &str, new: &str| {
        if old != new {
            Some(format!("{what} was '{old}' and is '{new}'"))
        } else {
            // Two merged reports may be of quite other machines.
            (new == SEVERAL).then(|| format!("{what} is not one: {SEVERAL} were merged"))
        }
    };
    let processor = |e: &Environment| e.cpu.clone().unwrap_or_default();
    let cores = |e: &Environment| {
        e.cores
            .map_or_else(|| SEVERAL.to_owned(), |cores| cores.to_string())
    };
    let device = |e: &Environment| e.device.clone().unwrap_or_default();
    told("the processor", &processor(old), &processor(new))
        .or_else(|| told("the number of processors", &cores(old), &cores(new)))
        .or_else(|| told("the device", &device(old), &device(new)))
        .or_else(|| told("the system", &old.os, &new.os))
}

/// Reports are made of plain data: turning a part of one into a value cannot fail, and if it did, would differ in nothing.
fn value(part: &impl Serialize) -> Value {
    serde_json::to_value(part).unwrap_or_default()
}

fn collect(path: &str, old: &Value, new: &Value, found: &mut Vec<Difference>) {
    if let (Value::Object(before), Value::Object(now)) = (old, new) {
        let mut keys: Vec<&String> = before.keys().chain(now.keys()).collect();
        keys.sort_unstable();
        keys.dedup();
        for key in keys {
            let of =
                |map: &serde_json::Map<String, Value>| map.get(key).cloned().unwrap_or_default();
            let path = if path.is_empty() {
                key.clone()
            } else {
                format!("{path}.{key}")
            };
            collect(&path, &of(before), &of(now), found);
        }
    } else if old != new {
        found.push(Difference {
            what: path.to_owned(),
            old: worded(old),
            new: worded(new),
        });
    }
}

fn worded(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
