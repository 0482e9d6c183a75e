//! The OpenAPI 3.1 document, out of the routes and the types that they read and write.

use std::collections::BTreeMap;
use std::sync::Arc;

use plaudit_engine::Code;
use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

use super::fields::{of_documents, resolved};
use super::{Answer, Body, Group, Needs, Route, Shape};
use crate::serve::doors::Door;
use crate::serve::problem::{self, Document};
use crate::serve::routes::records;

/// The document of all routes; `requests` has made the schemas of their parameters already.
pub(crate) fn document(doors: &[Arc<Door>], mut requests: SchemaGenerator) -> Value {
    let mut documents = of_documents();
    let refusal = documents.subschema_for::<Document<'_>>().to_value();
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for door in doors {
        let method = door.route.method.as_str().to_ascii_lowercase();
        let operation = operation(door, &mut requests, &mut documents, &refusal);
        paths.entry(door.route.path).or_default().insert(method, operation);
    }
    let tags: Vec<Value> = Group::ALL
        .iter()
        .map(|group| json!({ "name": group.name(), "description": group.about() }))
        .collect();
    // What is read and written under one name is the same: the engine holds itself to that.
    let mut definitions = requests.take_definitions(true);
    definitions.extend(documents.take_definitions(true));
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Plaudit",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Rules and scoring for employee-advocacy programs.",
            "description": "Every decision carries its evidence. Documents are canonical JSON (RFC \
                8785), the same as through the C library and the command line. Times are RFC 3339 \
                with an offset, or dates in the program's time zone.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": definitions,
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A key that `plaudit keys new` makes, or a token that a host mints \
                        for an advocate. Without any key the service is for its own machine alone, and \
                        asks for none.",
                },
            },
        },
    })
}

fn operation(
    door: &Door,
    requests: &mut SchemaGenerator,
    documents: &mut SchemaGenerator,
    refusal: &Value,
) -> Value {
    let route = &door.route;
    let mut operation = Map::new();
    operation.insert("operationId".to_owned(), route.operation().into());
    operation.insert("tags".to_owned(), json!([route.group.name()]));
    operation.insert("summary".to_owned(), route.title.into());
    let about = description(route);
    if !about.is_empty() {
        operation.insert("description".to_owned(), about.into());
    }
    let parameters = parameters(door);
    if !parameters.is_empty() {
        operation.insert("parameters".to_owned(), parameters.into());
    }
    if let Some(body) = body(door, requests) {
        operation.insert("requestBody".to_owned(), body);
    }
    operation.insert("responses".to_owned(), responses(route, documents, refusal));
    if route.needs != Needs::Nothing {
        // Without keys nobody is asked for one.
        operation.insert("security".to_owned(), json!([{ "key": [] }, {}]));
    }
    operation.into()
}

/// What is said of a route, and who may call it.
pub(crate) fn description(route: &Route) -> String {
    let needs = match route.needs {
        Needs::Nothing => String::new(),
        Needs::Key => "Needs any key.".to_owned(),
        Needs::Scope(scope) => format!("Needs a key that may `{}`.", scope.name()),
        Needs::Own(scope) => {
            format!("Needs a key that may `{}`, or an advocate's own token.", scope.name())
        }
    };
    [route.about, &needs]
        .iter()
        .filter(|part| !part.is_empty())
        .copied()
        .collect::<Vec<_>>()
        .join(" ")
}

fn parameters(door: &Door) -> Vec<Value> {
    let in_path = door.route.path_parameters().map(|name| {
        let about = match name {
            "advocate" => "The person, by any of their names.",
            "rule" => "The rule, by its id.",
            "dispute" => "The dispute, by its id or a unique beginning of it.",
            _ => "",
        };
        // What has no character is no part of a path, and what is too long is nobody's name.
        let schema = json!({ "type": "string", "minLength": 1, "maxLength": 256 });
        json!({ "name": name, "in": "path", "required": true, "description": about, "schema": schema })
    });
    let mut all: Vec<Value> = in_path.collect();
    for (name, field) in &door.parameters {
        let mut schema = field.schema.clone();
        let about = schema.as_object_mut().and_then(|schema| schema.remove("description"));
        // A query has no null: what is not said is left out.
        leave_out_null(&mut schema);
        // As of now, where it is not said.
        let required = field.required && name != "as_of" && name != "at";
        let mut parameter = json!({
            "name": name, "in": "query", "required": required, "schema": schema,
        });
        if let Some(about) = about {
            parameter["description"] = about;
        }
        all.push(parameter);
    }
    if let Some(Body::Records(_)) = door.route.body {
        all.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "Stands for the `id` of records that have none, so that they may be sent again.",
            "schema": { "type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$" },
        }));
    }
    all
}

fn leave_out_null(schema: &mut Value) {
    if let Some(Value::Array(kinds)) = schema.get_mut("type") {
        kinds.retain(|kind| kind != "null");
        if let [only] = kinds.as_slice() {
            schema["type"] = only.clone();
        }
    }
    if let Some(Value::Array(choice)) = schema.get_mut("anyOf") {
        choice.retain(|schema| schema["type"] != "null");
        if let [only] = choice.as_slice() {
            *schema = only.clone();
        }
    }
    if let Some(Value::Array(words)) = schema.get_mut("enum") {
        words.retain(|word| !word.is_null());
    }
}

fn body(door: &Door, schemas: &mut SchemaGenerator) -> Option<Value> {
    let content = match door.route.body? {
        Body::Json(shape) => {
            let schema = request(door, shape, schemas);
            json!({ "application/json": { "schema": schema } })
        }
        Body::Records(shape) => {
            let schema = shape(schemas).to_value();
            let mut content = Map::new();
            for media in records::MEDIA {
                // Only of JSON itself a schema can be told: lines are no JSON document, and envelopes
                // are described by CloudEvents.
                let schema = if media == super::JSON { schema.clone() } else { json!({}) };
                content.insert(media.to_owned(), json!({ "schema": schema }));
            }
            content.into()
        }
    };
    Some(json!({ "required": true, "content": content }))
}

/// The schema of a body: that of the request, where what the address says or the service knows need
/// not be said, and records are only for whoever has no ledger.
fn request(door: &Door, shape: Shape, schemas: &mut SchemaGenerator) -> Value {
    let schema = shape(schemas).to_value();
    let route = &door.route;
    let of_ledger = route.group == Group::Checks;
    let in_path: Vec<&str> = route.path_parameters().collect();
    if route.fills.is_empty() && in_path.is_empty() && !of_ledger {
        return schema;
    }
    let mut object = resolved(&schema, schemas);
    let gone = |name: &str| {
        in_path.contains(&name) || (of_ledger && super::fields::RECORDS.contains(&name))
    };
    if let Some(Value::Object(properties)) = object.get_mut("properties") {
        properties.retain(|name, _| !gone(name));
    }
    if let Some(Value::Array(required)) = object.get_mut("required") {
        required.retain(|name| {
            name.as_str().is_some_and(|name| !gone(name) && !route.fills.contains(&name))
        });
    }
    object
}

fn responses(route: &Route, schemas: &mut SchemaGenerator, refusal: &Value) -> Value {
    let mut responses = Map::new();
    for Answer { status, media, about, shape } in &route.answers {
        let schema = match shape {
            Some(shape) => shape(schemas).to_value(),
            None => json!({ "type": "string" }),
        };
        responses.insert(
            status.as_str().to_owned(),
            json!({ "description": about, "content": { *media: { "schema": schema } } }),
        );
    }
    let refused = json!({
        "description": "Why there is no answer (RFC 9457).",
        "content": { problem::MEDIA: { "schema": refusal } },
    });
    responses.insert("default".to_owned(), refused);
    responses.into()
}

/// The codes of refusals and the status of each, for the documentation.
pub(crate) fn codes() -> impl Iterator<Item = (&'static str, u16, &'static str)> {
    Code::ALL.iter().map(|code| (code.name(), problem::status(*code).as_u16(), code.meaning()))
}
