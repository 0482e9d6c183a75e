//! Times as people write them.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserializer, Visitor};

use crate::program::Program;

/// An instant with an offset, or a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// An instant.
    Instant(Timestamp),
    /// The first instant of a date, in the program's time zone.
    Date(Date),
}

impl When {
    /// The instant.
    pub fn instant(self, program: &Program) -> Timestamp {
        match self {
            When::Instant(instant) => instant,
            When::Date(date) => program.start_of(date),
        }
    }
}

impl FromStr for When {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(instant) = text.parse() {
            return Ok(When::Instant(instant));
        }
        match text.parse() {
            Ok(date) if text.len() == "2026-07-01".len() => Ok(When::Date(date)),
            _ => Err("neither a date, such as 2026-07-01, nor a time with an offset, such as \
                      2026-06-30T12:00:00Z or 2026-06-30T14:00:00+02:00"),
        }
    }
}

impl JsonSchema for When {
    fn schema_name() -> Cow<'static, str> {
        "When".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A time with an offset, or a date: its first instant in the program's time zone.",
            "type": "string",
            "anyOf": [{ "format": "date-time" }, { "format": "date" }],
            "examples": ["2026-06-30T14:00:00+02:00", "2026-07-01"],
        })
    }
}

impl<'de> de::Deserialize<'de> for When {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfText;
        impl Visitor<'_> for OfText {
            type Value = When;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a date or a time with an offset, as text")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<When, E> {
                text.parse().map_err(|wrong| {
                    let shown: String = text.chars().take(100).collect();
                    E::custom(format!("`{shown}` is {wrong}"))
                })
            }
        }
        deserializer.deserialize_str(OfText)
    }
}
