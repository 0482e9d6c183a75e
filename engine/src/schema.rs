//! JSON Schemas (draft 2020-12), where the attributes that types have for JSON do not say all.
//!
//! A type that only leaves the engine has the schema of what is written, one that only comes in that
//! of what is read; one that does both has one schema for both.

use schemars::Schema;
use serde_json::{Map, Value as Json, json};

/// The properties of an object, with those that must be there.
#[derive(Debug, Default)]
pub(crate) struct Properties {
    properties: Map<String, Json>,
    required: Vec<Json>,
}

impl Properties {
    /// With one that must be there.
    pub(crate) fn need(mut self, name: &str, schema: impl Into<Json>, doc: &str) -> Self {
        self.required.push(name.into());
        self.may(name, schema, doc)
    }

    /// With one that may be there.
    pub(crate) fn may(mut self, name: &str, schema: impl Into<Json>, doc: &str) -> Self {
        self.properties.insert(name.to_owned(), described(schema.into(), doc));
        self
    }

    /// An object of these properties and no others.
    pub(crate) fn object(self, doc: &str) -> Schema {
        let mut object = Map::new();
        object.insert("type".to_owned(), "object".into());
        object.insert("description".to_owned(), doc.into());
        object.insert("properties".to_owned(), self.properties.into());
        if !self.required.is_empty() {
            object.insert("required".to_owned(), self.required.into());
        }
        object.insert("additionalProperties".to_owned(), false.into());
        object.into()
    }
}

/// The same with what it means.
pub(crate) fn described(mut schema: Json, doc: &str) -> Json {
    if let (Json::Object(schema), false) = (&mut schema, doc.is_empty()) {
        schema.insert("description".to_owned(), doc.into());
    }
    schema
}

/// The same, or null.
pub(crate) fn or_null(mut schema: Json) -> Json {
    if let Json::Object(keys) = &mut schema {
        if let Some(Json::Array(words)) = keys.get_mut("enum") {
            words.push(Json::Null);
        }
        if let Some(kind @ Json::String(_)) = keys.get_mut("type") {
            *kind = json!([kind.take(), "null"]);
            return schema;
        }
    }
    json!({ "anyOf": [schema, { "type": "null" }] })
}

/// One of these words.
pub(crate) fn words<'a>(words: impl IntoIterator<Item = &'a str>) -> Json {
    json!({ "type": "string", "enum": words.into_iter().collect::<Vec<_>>() })
}

/// A document that is only written: what is not known is left out and never null, so that null is no
/// value of what may be left out.
pub(crate) fn written(schema: &mut Schema) {
    if let Some(object) = schema.as_object_mut() {
        leave_out_null(object);
    }
}

fn leave_out_null(object: &mut Map<String, Json>) {
    let required = object.get("required").and_then(Json::as_array).cloned().unwrap_or_default();
    if let Some(Json::Object(properties)) = object.get_mut("properties") {
        for (name, property) in properties {
            if !required.iter().any(|known| known == name) {
                never_null(property);
            }
        }
    }
    for several in ["allOf", "anyOf", "oneOf"] {
        let Some(Json::Array(schemas)) = object.get_mut(several) else { continue };
        schemas.iter_mut().filter_map(Json::as_object_mut).for_each(leave_out_null);
    }
}

fn never_null(property: &mut Json) {
    let Json::Object(keys) = property else { return };
    if let Some(Json::Array(kinds)) = keys.get_mut("type") {
        kinds.retain(|kind| kind != "null");
        if let [kind] = kinds.as_slice() {
            let kind = kind.clone();
            keys.insert("type".to_owned(), kind);
        }
    }
    if let Some(Json::Array(words)) = keys.get_mut("enum") {
        words.retain(|word| !word.is_null());
    }
    let Some(Json::Array(choice)) = keys.get_mut("anyOf") else { return };
    choice.retain(|schema| schema.get("type").is_none_or(|kind| kind != "null"));
    if let [Json::Object(only)] = choice.as_slice() {
        let only = only.clone();
        keys.remove("anyOf");
        keys.extend(only);
    }
}
