//! From a JSON object to facts and fields, by the tables of facts.
//!
//! A record is read in one pass without an intermediate map: each key is looked up once and its
//! value is read as what the declaration says it is.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use smallvec::SmallVec;

use super::event::EVENT;
use super::person::PERSON;
use super::value::OfFact;
use super::{Market, Stated};
use crate::error::{Code, Problem, did_you_mean};
use crate::facts::{Fact, Object, Type, Value};

/// The keys that a record may have: fields of its own, and facts that it may state.
pub(super) struct Keys {
    /// Fields of the record itself, frequent ones first.
    pub(super) own: &'static [&'static str],
    /// The object whose facts it states.
    pub(super) object: Object,
    /// Fields and facts of rarer types of the same record.
    pub(super) others: &'static [&'static str],
    pub(super) other: Option<Object>,
    /// Whether a fact that is set to null says something: that it is not known any more.
    pub(super) clears: bool,
}

/// What a key of a record is.
pub(super) enum Key {
    Own(&'static str),
    Stated(Object, u8, &'static Fact),
    Unknown(String),
}

impl<'de> DeserializeSeed<'de> for &Keys {
    type Value = Key;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for &Keys {
    type Value = Key;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }
    fn visit_str<E>(self, name: &str) -> Result<Key, E> {
        let among = |fields: &'static [&'static str]| {
            fields.iter().find(|known| **known == name).map(|known| Key::Own(known))
        };
        let stated = |object: Object| {
            let (slot, fact) = object.fact(name).filter(|(_, fact)| fact.given)?;
            Some(Key::Stated(object, slot, fact))
        };
        Ok(among(self.own)
            .or_else(|| stated(self.object))
            .or_else(|| among(self.others))
            .or_else(|| stated(self.other?))
            .unwrap_or_else(|| Key::Unknown(name.to_owned())))
    }
}

impl Keys {
    fn objects(&self) -> impl Iterator<Item = Object> + Clone {
        std::iter::once(self.object).chain(self.other)
    }

    fn names(&self) -> impl Iterator<Item = &'static str> + Clone {
        let facts = self.objects().flat_map(Object::facts).filter(|fact| fact.given);
        self.own.iter().chain(self.others).copied().chain(facts.map(|fact| fact.name))
    }

    /// Whether a record may have a field of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names().any(|known| known == name)
    }

    fn unknown<E: de::Error>(&self, name: &str) -> E {
        let why = match self.objects().find_map(|object| object.fact(name)) {
            Some(_) => format!("`{name}` is worked out and cannot be given"),
            None => format!("there is no field `{name}`"),
        };
        let help = did_you_mean(name, self.names())
            .unwrap_or_else(|| "fields of your own go under `ext`".to_owned());
        E::custom(format!("{why}; {help}"))
    }

    /// Reads a record's facts and, through `own`, its own fields.
    pub(super) fn read<'de, A: MapAccess<'de>>(
        &self,
        map: A,
        own: impl FnMut(&'static str, &mut A) -> Result<(), A::Error>,
    ) -> Result<Stated, A::Error> {
        self.read_both(map, own).map(|(stated, _)| stated)
    }

    /// Reads a record's facts, those of the other object apart, and its own fields.
    pub(super) fn read_both<'de, A: MapAccess<'de>>(
        &self,
        mut map: A,
        mut own: impl FnMut(&'static str, &mut A) -> Result<(), A::Error>,
    ) -> Result<(Stated, Stated), A::Error> {
        let (mut stated, mut others) = (Stated::new(), Stated::new());
        let mut seen: SmallVec<[&'static str; 16]> = SmallVec::new();
        let twice = |name: &str| Err(de::Error::custom(format!("`{name}` is given twice")));
        while let Some(key) = map.next_key_seed(self)? {
            match key {
                Key::Own(name) => {
                    // Names out of one list are the same where their addresses are.
                    if seen.iter().any(|known| std::ptr::eq(*known, name)) {
                        return twice(name);
                    }
                    seen.push(name);
                    own(name, &mut map)?;
                }
                Key::Stated(object, slot, fact) => {
                    let (list, keep_cleared) = match object == self.object {
                        true => (&mut stated, self.clears),
                        false => (&mut others, true),
                    };
                    if list.iter().any(|(known, _)| *known == slot) {
                        return twice(fact.name);
                    }
                    match map.next_value_seed(OfFact(fact))? {
                        Value::Unknown if !keep_cleared => {}
                        value => list.push((slot, value)),
                    }
                }
                Key::Unknown(name) => {
                    // Reading the value lets the error point behind the key.
                    map.next_value::<IgnoredAny>()?;
                    return Err(self.unknown(&name));
                }
            }
        }
        for list in [&mut stated, &mut others] {
            list.sort_unstable_by_key(|(slot, _)| *slot);
        }
        Ok((stated, others))
    }
}

/// What is wrong with a column's name, where it is none of the fields.
pub(super) fn column_problem(object: Object, name: &str) -> Option<Problem> {
    let keys = if object == Object::Person { &PERSON } else { &EVENT };
    let nested = match object {
        Object::Person => &["ext"][..],
        _ => &["ext", "post", "set"],
    };
    let known = match name.split_once('.') {
        Some((outer, _)) => nested.contains(&outer),
        None => keys.names().any(|known| known == name),
    };
    if known {
        return None;
    }
    let help = did_you_mean(name, keys.names())
        .unwrap_or_else(|| format!("a column of your own is called `ext.{name}`"));
    Some(Problem::new(Code::UnknownField, format!("there is no field `{name}`")).help(help))
}

/// How a CSV cell of a column is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    Text,
    Flag,
    Number,
    /// Words with commas, semicolons or bars between them.
    List,
}

/// How the cells of a column are to be read.
pub(super) fn column_cell(object: Object, name: &str) -> Cell {
    let name = name.strip_prefix("set.").unwrap_or(name);
    let keys = if object == Object::Person { &PERSON } else { &EVENT };
    match name {
        "consent" | "active" | "away" | "leaderboard" | "agenda" => return Cell::Flag,
        "post.labelled" | "post.ghostwritten" => return Cell::Flag,
        "points" => return Cell::Number,
        name if Market::FIGURES.contains(&name) => return Cell::Number,
        "aliases" => return Cell::List,
        _ => {}
    }
    let known = keys.objects().find_map(|object| object.fact(name)).filter(|(_, fact)| fact.given);
    match known {
        Some((_, fact)) if fact.is_list() => Cell::List,
        Some((_, Fact { kind: Type::Flag, .. })) => Cell::Flag,
        Some((_, Fact { kind: Type::Number(..), .. })) => Cell::Number,
        _ => Cell::Text,
    }
}

/// Whether a name is that of a fact, which a dated record can clear.
pub(super) fn is_fact(object: Object, name: &str) -> bool {
    object.fact(name).is_some_and(|(_, fact)| fact.given)
}
