//! The values of a record: facts as they are declared, short texts, instants and intervals.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::{self, DeserializeSeed, Deserializer, Visitor};

use super::Times;
use crate::error::choose;
use crate::facts::{Fact, LARGEST, Type, Value, Words};

/// The longest id, name or free text of a record, in bytes.
const LONGEST_TEXT: usize = 1_000;

/// Reads one value as its declaration says.
pub(super) struct OfFact(pub(super) &'static Fact);

impl<'de> DeserializeSeed<'de> for OfFact {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl OfFact {
    fn number<E: de::Error>(self, number: Option<i64>) -> Result<Value, E> {
        match (self.0.kind, number) {
            (Type::Number(least, most), Some(number)) if (least..=most).contains(&number) => {
                Ok(Value::Number(number))
            }
            (Type::Number(..), _) => {
                Err(E::custom(format!("the number is out of range: {}", self.wanted())))
            }
            _ => Err(E::custom(format!("a number stands where {} belongs", self.wanted()))),
        }
    }

    fn wanted(&self) -> String {
        match self.0.kind {
            Type::Flag => "`true` or `false`".to_owned(),
            Type::Number(least, LARGEST) => format!("a whole number from {least}"),
            Type::Number(least, most) => format!("a whole number from {least} to {most}"),
            Type::Word(_) | Type::Text => "text".to_owned(),
        }
    }
}

impl<'de> Visitor<'de> for OfFact {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.wanted())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Unknown)
    }

    fn visit_bool<E: de::Error>(self, flag: bool) -> Result<Value, E> {
        match self.0.kind {
            Type::Flag => Ok(Value::Flag(flag)),
            _ => Err(E::custom(format!("`{flag}` stands where {} belongs", self.wanted()))),
        }
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Value, E> {
        self.number(Some(number))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Value, E> {
        self.number(i64::try_from(number).ok())
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Value, E> {
        if number.fract() != 0.0 {
            return Err(E::custom(format!("`{number}` stands where {} belongs", self.wanted())));
        }
        #[expect(clippy::cast_precision_loss, reason = "2^53 − 1 is a double")]
        let fits = number.abs() <= LARGEST as f64;
        #[expect(clippy::cast_possible_truncation, reason = "a whole number within ±(2^53−1)")]
        let whole = fits.then_some(number as i64);
        self.number(whole)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Value, E> {
        match self.0.kind {
            Type::Word(Words::Fixed(words)) => match words.contains(&text) {
                true => Ok(Value::from(text)),
                false => Err(E::custom(with_help(
                    format!("`{text}` is not one of the values"),
                    choose(text, words.iter().copied()),
                ))),
            },
            Type::Word(_) | Type::Text => checked(text).map(Value::Text),
            _ => Err(E::custom(format!("`{text}` stands where {} belongs", self.wanted()))),
        }
    }
}

pub(super) fn with_help(message: String, help: Option<String>) -> String {
    match help {
        Some(help) => format!("{message}; {help}"),
        None => message,
    }
}

fn checked<E: de::Error>(text: &str) -> Result<Arc<str>, E> {
    if text.is_empty() {
        return Err(E::custom("the text is empty; leave the field out where nothing is known"));
    }
    if text.len() > LONGEST_TEXT {
        return Err(E::custom(format!(
            "the text has {} bytes; at most {LONGEST_TEXT} are accepted here",
            text.len()
        )));
    }
    Ok(text.into())
}

/// A short text of a record: an id or a name.
pub(super) struct Short(pub(super) Arc<str>);

impl<'de> Deserialize<'de> for Short {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ShortText;
        impl Visitor<'_> for ShortText {
            type Value = Short;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Short, E> {
                checked(text).map(Short)
            }
        }
        deserializer.deserialize_str(ShortText)
    }
}

pub(super) struct Instant(pub(super) Timestamp);

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Time;
        impl Visitor<'_> for Time {
            type Value = Instant;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a time with an offset, such as 2026-06-30T12:00:00Z")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Instant, E> {
                crate::time::parse_instant(text).map(Instant).map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Time)
    }
}

/// `true`, `false` or a list of half-open intervals `{"from": …, "until": …}`.
impl<'de> Deserialize<'de> for Times {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Interval {
            #[serde(default, deserialize_with = "crate::post::instant")]
            from: Option<Timestamp>,
            #[serde(default, deserialize_with = "crate::post::instant")]
            until: Option<Timestamp>,
        }

        struct WhenTrue;
        impl<'de> Visitor<'de> for WhenTrue {
            type Value = Times;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`true`, `false` or a list of intervals with `from` and `until`")
            }
            fn visit_bool<E>(self, flag: bool) -> Result<Times, E> {
                Ok(if flag { Times::always() } else { Times::never() })
            }
            fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Times, A::Error> {
                let mut intervals = Vec::new();
                while let Some(interval) = seq.next_element::<Interval>()? {
                    let from = interval.from.unwrap_or(Timestamp::MIN);
                    let until = interval.until.unwrap_or(Timestamp::MAX);
                    if until <= from {
                        return Err(de::Error::custom("the interval ends before it begins"));
                    }
                    intervals.push((from, until));
                }
                intervals.sort_unstable();
                Ok(Times(intervals))
            }
        }
        deserializer.deserialize_any(WhenTrue)
    }
}
