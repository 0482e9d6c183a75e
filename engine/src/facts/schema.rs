//! JSON Schemas of facts and their values, out of the declarations.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value as Json, json};

use super::{Fact, LARGEST, StandingFact, TeamFact, Type, Value, Words};
use crate::schema::{Properties, or_null, words};

impl Fact {
    /// As a document tells it: one value, or one for each thing that it can be asked with.
    fn figure(&self) -> Json {
        let mut value = self.kind.schema(json!({ "type": "string" }));
        if self.optional {
            value = or_null(value);
        }
        match self.argument {
            None => value,
            Some(_) => json!({ "type": "object", "additionalProperties": value }),
        }
    }
}

impl Type {
    /// One value of the type; free text, and words that programs declare, have the schema that is
    /// given.
    pub(crate) fn schema(self, text: Json) -> Json {
        match self {
            Type::Flag => json!({ "type": "boolean" }),
            Type::Number(least, most) => {
                json!({ "type": "integer", "format": "int64", "minimum": least, "maximum": most })
            }
            Type::Word(Words::Fixed(known)) => words(known.iter().copied()),
            Type::Word(_) | Type::Text => text,
        }
    }
}

impl JsonSchema for Value {
    fn schema_name() -> Cow<'static, str> {
        "Value".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "The value of a fact: null where it is not known; yes or no; a whole number; \
                            a word or text; the words of a list.",
            "type": ["null", "boolean", "integer", "string", "array"],
            "minimum": -LARGEST,
            "maximum": LARGEST,
            "items": { "type": "string" },
        })
    }
}

/// Every figure of a person by name.
pub(crate) struct StandingFigures;

impl JsonSchema for StandingFigures {
    fn schema_name() -> Cow<'static, str> {
        "StandingFigures".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let facts = StandingFact::FACTS.iter();
        let all = facts
            .fold(Properties::default(), |all, fact| all.need(fact.name, fact.figure(), fact.doc));
        all.object(StandingFact::DOC)
    }
}

/// Every figure of a team by name; none where they are withheld.
pub(crate) struct TeamFigures;

impl JsonSchema for TeamFigures {
    fn schema_name() -> Cow<'static, str> {
        "TeamFigures".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let facts = TeamFact::FACTS.iter();
        let all = facts
            .fold(Properties::default(), |all, fact| all.may(fact.name, fact.figure(), fact.doc));
        all.object(TeamFact::DOC)
    }
}
