//! Every request and every document has a JSON Schema that is exactly right: what is asked and told in
//! the shared corpus validates, and nothing that has one field more.
//!
//! - this file holds the schemas and says what all of them are like;
//! - `corpus` holds cases and stories to them, `records` events, people and posts.

mod corpus;
mod records;

use std::collections::BTreeMap;

use jsonschema::Validator;
use plaudit_engine::awards::{Closed, Grants};
use plaudit_engine::coaching::Coaching;
use plaudit_engine::disputes::Ruled;
use plaudit_engine::events::{Event, Person};
use plaudit_engine::journal::Receipt;
use plaudit_engine::ledger::{Disclosure, ErasedDocument, Restored, RetainedDocument};
use plaudit_engine::pairing::Pairing;
use plaudit_engine::publishing::Published;
use plaudit_engine::recognition::Entitlements;
use plaudit_engine::requests as ask;
use plaudit_engine::simulation::Simulation;
use plaudit_engine::standings::{FigureExplanation, Leaderboard, StandingDocument, TeamsDocument};
use plaudit_engine::{Explanation, Post, Problem, Scores, Snapshot, Verdict};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

/// What comes in.
fn reading() -> SchemaGenerator {
    SchemaSettings::draft2020_12().for_deserialize().into_generator()
}

/// What goes out.
fn writing() -> SchemaGenerator {
    SchemaSettings::draft2020_12().for_serialize().into_generator()
}

/// Holds requests and records to their schema.
fn asked<T: JsonSchema>() -> Validator {
    validator(reading().into_root_schema_for::<T>().into())
}

/// Holds documents to their schema.
fn told<T: JsonSchema>() -> Validator {
    validator(writing().into_root_schema_for::<T>().into())
}

fn validator(schema: Value) -> Validator {
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

/// Why a value does not validate.
fn held(validator: &Validator, value: &Value) -> Result<(), String> {
    let errors: Vec<String> = validator
        .iter_errors(value)
        .map(|error| format!("  {}: {error}", error.instance_path()))
        .collect();
    match errors.is_empty() {
        true => Ok(()),
        false => Err(format!("{}\n  in {value}", errors.join("\n"))),
    }
}

/// The same, and that with one field more, in whatever object of it, it does not validate.
fn closed(validator: &Validator, value: &Value) -> Result<(), String> {
    held(validator, value)?;
    let mut places = Vec::new();
    objects(value, &mut String::new(), &mut places);
    for place in places {
        let mut more = value.clone();
        if let Some(Value::Object(object)) = more.pointer_mut(&place) {
            object.insert("one_more".to_owned(), json!({}));
        }
        if validator.is_valid(&more) {
            return Err(format!("  `{place}` may have any field\n  in {value}"));
        }
    }
    Ok(())
}

/// Where the objects of a value are; what is somebody's own is left out.
fn objects(value: &Value, path: &mut String, places: &mut Vec<String>) {
    let length = path.len();
    let mut into = |name: &str, value: &Value| {
        path.push('/');
        path.push_str(&name.replace('~', "~0").replace('/', "~1"));
        objects(value, path, places);
        path.truncate(length);
    };
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                if !["ext", "before", "after"].contains(&name.as_str()) {
                    into(name, value);
                }
            }
            places.push(path.clone());
        }
        Value::Array(all) => {
            all.iter().enumerate().for_each(|(index, value)| into(&index.to_string(), value));
        }
        _ => {}
    }
}

/// Puts every schema of what comes in under its name; gives the names of requests and records.
fn all_asked(generator: &mut SchemaGenerator) -> Vec<String> {
    let mut names = Vec::new();
    macro_rules! each {
        ($($type:ty),+ $(,)?) => { $( names.push(named::<$type>(generator)); )+ };
    }
    each!(
        ask::Check,
        ask::CheckMany<'_>,
        ask::Score,
        ask::Explain,
        ask::Standing,
        ask::Leaderboard,
        ask::Team,
        ask::Coach,
        ask::Entitlements,
        ask::Pair,
        ask::Close,
        ask::ListGrants,
        ask::Decide,
        ask::Adjust,
        ask::Erase,
        ask::Retain,
        ask::Disclose,
        ask::Publish,
        ask::RollBack,
        ask::ListPublications,
        ask::Publication,
        ask::Object,
        ask::ListDisputes,
        ask::Resolve,
        ask::Export,
        ask::Sync,
        ask::Simulate,
        Event,
        Person,
        Post,
    );
    names
}

/// Puts every schema of what goes out under its name; gives the names of documents.
fn all_told(generator: &mut SchemaGenerator) -> Vec<String> {
    let mut names = Vec::new();
    macro_rules! each {
        ($($type:ty),+ $(,)?) => { $( names.push(named::<$type>(generator)); )+ };
    }
    each!(
        Verdict,
        ask::Checked,
        Scores,
        Explanation,
        FigureExplanation,
        StandingDocument,
        Leaderboard,
        TeamsDocument,
        Entitlements,
        Coaching,
        Pairing,
        Closed,
        Grants,
        ask::DecidedGrants,
        Receipt,
        Ruled,
        ask::Disputes,
        ask::Recorded,
        ask::Imported,
        Restored,
        ErasedDocument,
        RetainedDocument,
        Disclosure,
        Published,
        ask::PublishedFiles,
        Snapshot,
        ask::Description<'_>,
        ask::Exported,
        Simulation,
        ask::Refusal,
        Problem,
        Event,
        Person,
        Post,
    );
    names
}

fn named<T: JsonSchema>(generator: &mut SchemaGenerator) -> String {
    let reference = generator.subschema_for::<T>();
    let reference = reference.get("$ref").and_then(Value::as_str).expect("it has a name");
    let name = reference.rsplit('/').next().unwrap_or_default();
    assert_eq!(name, T::schema_name(), "two schemas have the name");
    name.to_owned()
}

/// Every schema by name, of what comes in and of what goes out.
fn every_schema() -> (Map<String, Value>, Map<String, Value>) {
    let (mut reading, mut writing) = (reading(), writing());
    all_asked(&mut reading);
    all_told(&mut writing);
    (reading.take_definitions(false), writing.take_definitions(false))
}

#[test]
fn a_name_is_that_of_one_schema_whether_it_is_read_or_written() {
    let (reading, writing) = every_schema();
    for (name, schema) in &reading {
        if let Some(written) = writing.get(name) {
            assert_eq!(schema, written, "`{name}` is read and written in two ways");
        }
    }
    for name in reading.keys().chain(writing.keys()) {
        let is_good = name.chars().all(char::is_alphabetic) && name.starts_with(char::is_uppercase);
        assert!(is_good, "`{name}` is no good name: another schema has it, or it is made up");
    }
}

#[test]
fn every_schema_and_every_property_says_what_it_means() {
    let (reading, writing) = every_schema();
    let all: BTreeMap<_, _> = reading.into_iter().chain(writing).collect();
    let mut silent = Vec::new();
    for (name, schema) in &all {
        if schema.get("description").is_none() {
            silent.push(name.clone());
        }
        properties(name, schema, &mut |place, property| match property
            .get("description")
            .and_then(Value::as_str)
        {
            None => silent.push(place),
            Some(text) if text.contains("[`") => silent.push(format!("{place}: {text}")),
            Some(_) => {}
        });
    }
    assert!(silent.is_empty(), "{silent:#?}");
}

/// Every property of a schema that is somewhere in it.
fn properties(path: &str, schema: &Value, each: &mut impl FnMut(String, &Value)) {
    match schema {
        Value::Object(keys) => {
            for (key, value) in keys {
                if let ("properties", Value::Object(all)) = (key.as_str(), value) {
                    all.iter()
                        .for_each(|(name, property)| each(format!("{path}.{name}"), property));
                }
                properties(path, value, each);
            }
        }
        Value::Array(all) => all.iter().for_each(|schema| properties(path, schema, each)),
        _ => {}
    }
}
