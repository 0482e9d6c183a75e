//! The values of a record: facts as they are declared, short texts, instants and intervals.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::{self, DeserializeSeed, Deserializer, Visitor};

use crate::error::choose;
use crate::facts::{Argument, Fact, LARGEST, Type, Value, Words};

/// The longest id, name or free text of a record, in bytes.
pub(crate) const LONGEST_TEXT: usize = 1_000;
/// The most words of a list.
pub(crate) const MOST_WORDS: usize = 100;

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
        if self.0.is_list() {
            return "a list of texts".to_owned();
        }
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
            Type::Flag if !self.0.is_list() => Ok(Value::Flag(flag)),
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

    /// The words of a list, in order and each once: two lists that name the same are equal.
    fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        if !self.0.is_list() {
            return Err(de::Error::custom(format!(
                "a list stands where {} belongs",
                self.wanted()
            )));
        }
        let known = self.0.argument.and_then(Argument::words);
        let mut words: Vec<Arc<str>> = Vec::new();
        while let Some(Short(word)) = seq.next_element()? {
            if let Some(known) = known.filter(|known| !known.contains(&&*word)) {
                return Err(de::Error::custom(with_help(
                    format!("`{word}` is not one of the values"),
                    choose(&word, known.iter().copied()),
                )));
            }
            words.push(word);
            if words.len() > MOST_WORDS {
                return Err(de::Error::custom(format!("there are at most {MOST_WORDS} of them")));
            }
        }
        words.sort_unstable();
        words.dedup();
        Ok(Value::Words(words.into()))
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

/// A list of short texts: other names of a person.
#[derive(Default)]
pub(super) struct Names(pub(super) Vec<Arc<str>>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let names = Vec::<Short>::deserialize(deserializer)?;
        if names.len() > MOST_WORDS {
            return Err(de::Error::custom(format!("there are at most {MOST_WORDS} of them")));
        }
        // In order and each once: two lists that name the same are equal.
        let mut names: Vec<Arc<str>> = names.into_iter().map(|name| name.0).collect();
        names.sort_unstable();
        names.dedup();
        Ok(Names(names))
    }
}

/// A whole number of a record, with words of ours where it is none.
pub(super) struct Whole(pub(super) i64);

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfWhole;
        impl Visitor<'_> for OfWhole {
            type Value = Whole;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number")
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Whole, E> {
                Ok(Whole(number))
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Whole, E> {
                i64::try_from(number).map(Whole).map_err(|_| E::custom("the number is too large"))
            }
        }
        deserializer.deserialize_i64(OfWhole)
    }
}

/// Yes or no in a record, with words of ours where it is neither.
pub(super) struct Flag(pub(super) bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfFlag;
        impl Visitor<'_> for OfFlag {
            type Value = Flag;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`true` or `false`")
            }
            fn visit_bool<E>(self, flag: bool) -> Result<Flag, E> {
                Ok(Flag(flag))
            }
        }
        deserializer.deserialize_bool(OfFlag)
    }
}
