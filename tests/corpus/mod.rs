//! The shared corpus (`tests/cases`): its cases, stories and texts as they stand in the files, and what they
//! are through the Rust door. Each door's own tests bring a way through that door.

pub(crate) mod cases;
pub(crate) mod stories;
#[allow(dead_code, reason = "only where texts are measured, all of them is read")]
pub(crate) mod texts;

use std::path::{Path, PathBuf};

use serde_json::Value;

/// The top of the workspace.
pub(crate) fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A `program.toml` that is as short as it can be.
pub(crate) const MANIFEST: &str = include_str!("program.toml");

/// Whether `found` has all that `expected` names.
pub(crate) fn contains(path: &str, expected: &Value, found: &Value) -> Result<(), String> {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            for (name, expected) in expected {
                let path = format!("{path}.{name}");
                let found = found.get(name).unwrap_or(&Value::Null);
                contains(&path, expected, found)?;
            }
            Ok(())
        }
        (Value::Array(expected), Value::Array(all)) => {
            if expected.len() != all.len() {
                return Err(format!(
                    "  {path}: {} items, expected {}: {found}",
                    all.len(),
                    expected.len()
                ));
            }
            for (index, (expected, found)) in expected.iter().zip(all).enumerate() {
                contains(&format!("{path}[{index}]"), expected, found)?;
            }
            Ok(())
        }
        (expected, found) if expected == found => Ok(()),
        (expected, found) => Err(format!("  {path}: {found}, expected {expected}")),
    }
}
