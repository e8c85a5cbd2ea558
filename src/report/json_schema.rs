//! The JSON Schema of the report, made from the types that write it, so that the two cannot differ.

use super::schema::{Report, SCHEMA_VERSION};

/// The schema, indented, with a newline at its end.
///
/// # Errors
/// Never for a schema of plain types; the serialiser's error is passed on rather than hidden.
pub fn render() -> Result<String, serde_json::Error> {
    let mut schema = schemars::schema_for!(Report);
    schema.insert(
        "title".to_owned(),
        format!("Report of measure-bench, schema version {SCHEMA_VERSION}").into(),
    );
    let mut text = serde_json::to_string_pretty(&schema)?;
    text.push('\n');
    Ok(text)
}
