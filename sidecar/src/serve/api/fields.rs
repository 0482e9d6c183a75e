//! The fields of a request, as its schema has them: what a query may say, and of which type.

use std::collections::BTreeMap;

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use super::{Body, Route, Shape};

/// What a field holds, as far as a query needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Flag,
    Number,
    Text,
}

/// A field of a request.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) schema: Value,
    pub(crate) required: bool,
    pub(crate) kind: Kind,
}

/// The fields that a request of records of its own has, which a ledger is not asked with.
pub(super) const RECORDS: [&str; 3] = ["assume_consent", "events", "people"];

/// Where the document keeps the schemas that have a name.
pub(super) const SCHEMAS: &str = "/components/schemas";

fn settings() -> SchemaSettings {
    SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = SCHEMAS.into();
        settings.meta_schema = None;
    })
}

/// Makes schemas of what is read.
pub(crate) fn of_requests() -> SchemaGenerator {
    settings().for_deserialize().into_generator()
}

/// Makes schemas of what is written.
pub(crate) fn of_documents() -> SchemaGenerator {
    settings().for_serialize().into_generator()
}

/// The fields of a shape, by name.
pub(crate) fn fields(shape: Shape, generator: &mut SchemaGenerator) -> BTreeMap<String, Field> {
    let schema = shape(generator).to_value();
    let object = resolved(&schema, generator);
    let required: Vec<&str> = object["required"]
        .as_array()
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let properties = object["properties"].as_object().cloned().unwrap_or_default();
    properties
        .into_iter()
        .map(|(name, schema)| {
            let kind = kind(&resolved(&schema, generator));
            let required = required.contains(&name.as_str());
            (name, Field { schema, required, kind })
        })
        .collect()
}

/// The parameters of a route's query: the fields of its request that are neither in its path nor
/// records.
pub(crate) fn parameters(
    route: &Route,
    generator: &mut SchemaGenerator,
) -> BTreeMap<String, Field> {
    let Some(shape) = route.query else { return BTreeMap::new() };
    let mut fields = fields(shape, generator);
    fields.retain(|name, _| {
        !RECORDS.contains(&name.as_str()) && !route.path_parameters().any(|known| known == name)
    });
    fields
}

/// The fields of a route's body.
pub(crate) fn of_body(route: &Route, generator: &mut SchemaGenerator) -> BTreeMap<String, Field> {
    match route.body {
        Some(Body::Json(shape)) => fields(shape, generator),
        _ => BTreeMap::new(),
    }
}

/// What a reference stands for.
pub(super) fn resolved(schema: &Value, generator: &SchemaGenerator) -> Value {
    let name = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next());
    match name.and_then(|name| generator.definitions().get(name)) {
        Some(definition) => definition.clone(),
        None => schema.clone(),
    }
}

fn kind(schema: &Value) -> Kind {
    let types = |schema: &Value| -> Vec<String> {
        match &schema["type"] {
            Value::String(one) => vec![one.clone()],
            Value::Array(several) => {
                several.iter().filter_map(Value::as_str).map(str::to_owned).collect()
            }
            _ => Vec::new(),
        }
    };
    let types = types(schema);
    let has = |name: &str| types.iter().any(|known| known == name);
    match (has("boolean"), has("integer"), has("string")) {
        (true, ..) => Kind::Flag,
        (_, true, false) => Kind::Number,
        _ => Kind::Text,
    }
}

/// A text of a query or path, as the field wants it. What does not fit stays text, so that the
/// reader of the request says what is wrong.
pub(crate) fn value(kind: Kind, text: &str) -> Value {
    match kind {
        Kind::Flag => text.parse().map_or_else(|_| text.into(), Value::Bool),
        Kind::Number => text.parse().map_or_else(|_| text.into(), |number: i64| number.into()),
        Kind::Text => text.into(),
    }
}

/// A request as one JSON object.
pub(crate) fn request(fields: impl IntoIterator<Item = (String, Value)>) -> String {
    Value::Object(fields.into_iter().collect::<Map<_, _>>()).to_string()
}
