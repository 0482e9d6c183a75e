//! The JSON Schema of codes, out of their table.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::json;

use super::Code;

/// Each code with what it means.
impl JsonSchema for Code {
    fn schema_name() -> Cow<'static, str> {
        "Code".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let codes = Code::ALL.iter();
        let codes =
            codes.map(|code| json!({ "const": code.name(), "description": code.meaning() }));
        json_schema!({
            "description": "A stable name for each thing that can be wrong. Names are never reused.",
            "type": "string",
            "oneOf": codes.collect::<Vec<_>>(),
        })
    }
}
