//! From a JSON object to an event or a person, by the tables of facts.
//!
//! A record is read in one pass without an intermediate map: each key is looked up once and its
//! value is read as what the declaration says it is.

use std::fmt;
use std::sync::{Arc, LazyLock};

use serde::Deserialize;
use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::value::{Instant, OfFact, Short, with_help};
use super::{Activity, Body, Change, Event, Identity, LOCAL, Person, Stated, Times};
use crate::error::{Code, Problem, choose, did_you_mean};
use crate::facts::{ActivityFact, Fact, Object, Type, Value};
use crate::post::{Content, Origin, Post};

static LOCAL_SOURCE: LazyLock<Arc<str>> = LazyLock::new(|| LOCAL.into());

/// What a key of a record is.
enum Key {
    /// A field of the record itself, by its place in the list of names.
    Own(usize),
    /// A fact that the record may state.
    Stated(u8, &'static Fact),
    Unknown(String),
}

struct Keys {
    own: &'static [&'static str],
    object: Object,
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
        if let Some(own) = self.own.iter().position(|known| *known == name) {
            return Ok(Key::Own(own));
        }
        Ok(match self.object.fact(name) {
            Some((slot, fact)) if fact.given => Key::Stated(slot, fact),
            _ => Key::Unknown(name.to_owned()),
        })
    }
}

impl Keys {
    fn names(&self) -> impl Iterator<Item = &'static str> + Clone {
        let facts = self.object.facts().iter().filter(|fact| fact.given).map(|fact| fact.name);
        self.own.iter().copied().chain(facts)
    }

    fn unknown<E: de::Error>(&self, name: &str) -> E {
        let why = match self.object.fact(name) {
            Some(_) => format!("`{name}` is worked out and cannot be given"),
            None => format!("there is no field `{name}`"),
        };
        let help = did_you_mean(name, self.names())
            .unwrap_or_else(|| "fields of your own go under `ext`".to_owned());
        E::custom(format!("{why}; {help}"))
    }
}

/// Reads an object's facts and, through `own`, its own fields.
fn read_object<'de, A: MapAccess<'de>>(
    keys: &Keys,
    mut map: A,
    keep_cleared: bool,
    mut own: impl FnMut(usize, &mut A) -> Result<(), A::Error>,
) -> Result<Stated, A::Error> {
    let mut stated = Stated::new();
    let mut seen: u64 = 0;
    while let Some(key) = map.next_key_seed(keys)? {
        match key {
            Key::Own(index) => {
                if seen & (1 << index) != 0 {
                    return Err(de::Error::custom(format!("`{}` is given twice", keys.own[index])));
                }
                seen |= 1 << index;
                own(index, &mut map)?;
            }
            Key::Stated(slot, fact) => {
                if stated.iter().any(|(known, _)| *known == slot) {
                    return Err(de::Error::custom(format!("`{}` is given twice", fact.name)));
                }
                match map.next_value_seed(OfFact(fact))? {
                    Value::Unknown if !keep_cleared => {}
                    value => stated.push((slot, value)),
                }
            }
            Key::Unknown(name) => {
                // Reading the value lets the error point behind the key.
                map.next_value::<IgnoredAny>()?;
                return Err(keys.unknown(&name));
            }
        }
    }
    stated.sort_unstable_by_key(|(slot, _)| *slot);
    Ok(stated)
}

const EVENT: Keys = Keys {
    own: &[
        "type",
        "id",
        "source",
        "at",
        "advocate",
        "content",
        "counterpart",
        "post",
        "target",
        "target_source",
        "set",
        "copy",
        "embargo",
        "ext",
    ],
    object: Object::Activity,
};

/// The kinds of events that a file may hold.
const TYPES: &[&str] = &["activity", "outcome", "update", "retraction", "content"];

#[derive(Default)]
struct RawEvent {
    kind: Option<String>,
    id: Option<Short>,
    source: Option<Short>,
    at: Option<Instant>,
    advocate: Option<Short>,
    content: Option<Short>,
    counterpart: Option<Short>,
    post: Option<Post>,
    target: Option<Short>,
    target_source: Option<Short>,
    set: Option<Change>,
    copy: Option<Arc<str>>,
    embargo: Option<Instant>,
    ext: Option<serde_json::Value>,
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfEvent;
        impl<'de> Visitor<'de> for OfEvent {
            type Value = Event;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an event as a JSON object")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Event, A::Error> {
                let mut raw = RawEvent::default();
                let stated = read_object(&EVENT, map, false, |index, map| {
                    match EVENT.own[index] {
                        "type" => raw.kind = Some(map.next_value()?),
                        "id" => raw.id = Some(map.next_value()?),
                        "source" => raw.source = map.next_value()?,
                        "at" => raw.at = Some(map.next_value()?),
                        "advocate" => raw.advocate = Some(map.next_value()?),
                        "content" => raw.content = map.next_value()?,
                        "counterpart" => raw.counterpart = map.next_value()?,
                        "post" => raw.post = map.next_value()?,
                        "target" => raw.target = Some(map.next_value()?),
                        "target_source" => raw.target_source = map.next_value()?,
                        "set" => raw.set = Some(map.next_value()?),
                        "copy" => raw.copy = map.next_value()?,
                        "embargo" => raw.embargo = map.next_value()?,
                        _ => raw.ext = Some(map.next_value::<serde_json::Map<_, _>>()?.into()),
                    }
                    Ok(())
                })?;
                raw.event(stated).map_err(de::Error::custom)
            }
        }
        deserializer.deserialize_map(OfEvent)
    }
}

impl RawEvent {
    /// Sorts the fields by what the event is; what does not belong to it is an error.
    fn event(mut self, mut stated: Stated) -> Result<Event, String> {
        let kind = self.kind.take().unwrap_or_else(|| "activity".to_owned());
        let need = |field: Option<Short>, name: &str| {
            field.map(|text| text.0).ok_or_else(|| format!("the field `{name}` is missing"))
        };
        let id = need(self.id.take(), "id")?;
        let source = self.source.take().map_or_else(|| Arc::clone(&LOCAL_SOURCE), |text| text.0);
        let at = self.at.take().ok_or("the field `at` is missing: when it happened")?.0;
        let ext = self.ext.take();
        let target = |raw: &mut Self, source: &Arc<str>| {
            Ok::<_, String>(Identity {
                id: need(raw.target.take(), "target")?,
                source: raw.target_source.take().map_or_else(|| Arc::clone(source), |text| text.0),
            })
        };
        let body = match kind.as_str() {
            "activity" => {
                if !stated.iter().any(|(slot, _)| *slot == ActivityFact::Kind as u8) {
                    return Err("the field `kind` is missing: what was done".to_owned());
                }
                Body::Activity(Activity {
                    advocate: need(self.advocate.take(), "advocate")?,
                    content: self.content.take().map(|text| text.0),
                    counterpart: self.counterpart.take().map(|text| text.0),
                    post: self.post.take().map(Arc::new),
                    stated: std::mem::take(&mut stated),
                })
            }
            "outcome" => {
                let outcomes = ActivityFact::OUTCOMES;
                let (results, others) = stated
                    .into_iter()
                    .partition(|(slot, _)| outcomes.iter().any(|fact| *fact as u8 == *slot));
                stated = others;
                Body::Outcome { target: target(&mut self, &source)?, stated: results }
            }
            "update" => Body::Update {
                target: target(&mut self, &source)?,
                set: Box::new(self.set.take().ok_or("the field `set` is missing: what changes")?),
            },
            "retraction" => Body::Retraction { target: target(&mut self, &source)? },
            "content" => {
                let mut word = |fact: ActivityFact| {
                    let at = stated.iter().position(|(slot, _)| *slot == fact as u8)?;
                    Some(stated.remove(at).1)
                };
                let origin = word(ActivityFact::Origin);
                let campaign = word(ActivityFact::Campaign);
                Body::Content(Content {
                    id: Some(Arc::clone(&id)),
                    copy: self.copy.take(),
                    origin: origin.and_then(|value| Origin::of(value.text()?)),
                    campaign: campaign.and_then(|value| match value {
                        Value::Text(text) => Some(text),
                        _ => None,
                    }),
                    embargo: self.embargo.take().map(|instant| instant.0),
                })
            }
            other => {
                let help = choose(other, TYPES.iter().copied());
                return Err(with_help(format!("there is no event type `{other}`"), help));
            }
        };
        match self.left_over(&stated) {
            Some(field) => {
                Err(format!("the field `{field}` does not belong to an event of type `{kind}`"))
            }
            None => Ok(Event { identity: Identity { source, id }, at, body, ext }),
        }
    }

    /// A field that nothing of this type took.
    fn left_over(&self, stated: &Stated) -> Option<&'static str> {
        let own = [
            ("advocate", self.advocate.is_some()),
            ("content", self.content.is_some()),
            ("counterpart", self.counterpart.is_some()),
            ("post", self.post.is_some()),
            ("target", self.target.is_some()),
            ("target_source", self.target_source.is_some()),
            ("set", self.set.is_some()),
            ("copy", self.copy.is_some()),
            ("embargo", self.embargo.is_some()),
        ];
        let fact = stated.first().map(|(slot, _)| ActivityFact::FACTS[usize::from(*slot)].name);
        own.iter().find(|(_, given)| *given).map(|(name, _)| *name).or(fact)
    }
}

const CHANGE: Keys =
    Keys { own: &["at", "advocate", "content", "counterpart", "post"], object: Object::Activity };

impl<'de> Deserialize<'de> for Change {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfChange;
        impl<'de> Visitor<'de> for OfChange {
            type Value = Change;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the fields that change, as an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Change, A::Error> {
                let mut change = Change::default();
                let short = |text: Option<Short>| Some(text.map(|text| text.0));
                let stated = read_object(&CHANGE, map, true, |index, map| {
                    match CHANGE.own[index] {
                        "at" => change.at = Some(map.next_value::<Instant>()?.0),
                        "advocate" => change.advocate = Some(map.next_value::<Short>()?.0),
                        "content" => change.content = short(map.next_value()?),
                        "counterpart" => change.counterpart = short(map.next_value()?),
                        _ => change.post = Some(map.next_value::<Option<Post>>()?.map(Arc::new)),
                    }
                    Ok(())
                })?;
                if stated.iter().any(|(slot, value)| {
                    *slot == ActivityFact::Kind as u8 && *value == Value::Unknown
                }) {
                    return Err(de::Error::custom("`kind` cannot be cleared"));
                }
                change.stated = stated;
                Ok(change)
            }
        }
        deserializer.deserialize_map(OfChange)
    }
}

const PERSON: Keys =
    Keys { own: &["id", "name", "consent", "active", "ext"], object: Object::Person };

impl<'de> Deserialize<'de> for Person {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfPerson;
        impl<'de> Visitor<'de> for OfPerson {
            type Value = Person;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a person as a JSON object")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Person, A::Error> {
                let (mut id, mut name, mut consent, mut active, mut ext) =
                    (None::<Short>, None::<Short>, None, None, None);
                let stated = read_object(&PERSON, map, false, |index, map| {
                    match PERSON.own[index] {
                        "id" => id = Some(map.next_value()?),
                        "name" => name = map.next_value()?,
                        "consent" => consent = map.next_value()?,
                        "active" => active = map.next_value()?,
                        _ => ext = Some(map.next_value::<serde_json::Map<_, _>>()?.into()),
                    }
                    Ok(())
                })?;
                Ok(Person {
                    id: id.ok_or_else(|| de::Error::custom("the field `id` is missing"))?.0,
                    name: name.map(|text| text.0),
                    consent,
                    active: active.unwrap_or_else(Times::always),
                    stated,
                    ext,
                })
            }
        }
        deserializer.deserialize_map(OfPerson)
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

/// How a CSV cell of a column is to be read, where it is not text.
pub(super) fn column_type(object: Object, name: &str) -> Option<Type> {
    let name = name.strip_prefix("set.").unwrap_or(name);
    match (object, name) {
        (Object::Person, "consent" | "active") => Some(Type::Flag),
        (Object::Activity, "post.labelled" | "post.ghostwritten") => Some(Type::Flag),
        _ => object.fact(name).filter(|(_, fact)| fact.given).map(|(_, fact)| fact.kind),
    }
}
