//! The people and events that a request brings along.

use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::{self, Deserializer, SeqAccess, Visitor};

use crate::error::{Code, Error, Problem};
use crate::events::{Event, Log, People, PeopleLines, Person};

/// The records of a request. `serde(flatten)` would lose the places of problems, so that each
/// question has the three fields itself, through the macro `question`.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    pub(super) people: Option<&'a Listed<People>>,
    pub(super) events: Option<&'a Listed<Log>>,
    pub(super) assume_consent: Option<bool>,
}

/// A list of records, with the first thing in it that contradicts another.
#[derive(Debug, Default)]
pub(super) struct Listed<T> {
    all: T,
    conflict: Option<Problem>,
}

impl<'a> Given<'a> {
    /// Whether the records can be used and, where they are needed, there are any.
    pub(super) fn check(self, needed: bool) -> Result<(), Error> {
        if needed && self.people.is_none() && self.events.is_none() {
            let problem = Problem::new(Code::Missing, "there are no records to look at")
                .help("a program is asked with `events` and `people`; a ledger has its own");
            return Err(problem.field("events").into());
        }
        let of_people = self.people.and_then(|people| people.conflict.as_ref());
        let of_events = self.events.and_then(|events| events.conflict.as_ref());
        match of_people.or(of_events) {
            Some(conflict) => Err(conflict.clone().into()),
            None => Ok(()),
        }
    }

    /// What is on record in a ledger is not brought along.
    pub(super) fn refuse(self) -> Result<(), Error> {
        let fields = [
            ("people", self.people.is_some()),
            ("events", self.events.is_some()),
            ("assume_consent", self.assume_consent.is_some()),
        ];
        match fields.iter().find(|(_, given)| *given) {
            None => Ok(()),
            Some((field, _)) => {
                let message = format!("a ledger is not asked with `{field}`");
                let help = match *field {
                    "assume_consent" => "it is said once, when the ledger is opened",
                    _ => "it answers upon what is on record; record it first, or ask the program",
                };
                Err(Problem::new(Code::UnknownField, message).help(help).field(*field).into())
            }
        }
    }

    pub(super) fn log(self) -> &'a Log {
        static NOTHING: LazyLock<Log> = LazyLock::new(Log::new);
        self.events.map_or(&NOTHING, |events| &events.all)
    }

    pub(super) fn people(self) -> &'a People {
        static NOBODY: LazyLock<People> = LazyLock::new(People::new);
        self.people.map_or(&NOBODY, |people| &people.all)
    }

    pub(super) fn assumes_consent(self) -> bool {
        self.assume_consent.unwrap_or(false)
    }
}

/// Whose records are listed.
pub(super) trait Records {
    /// One of them.
    type One: JsonSchema;
}

impl Records for Log {
    type One = Event;
}

impl Records for People {
    type One = Person;
}

impl<T: Records> JsonSchema for Listed<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Vec::<T::One>::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Vec::<T::One>::json_schema(generator)
    }
}

impl<'de> Deserialize<'de> for Listed<Log> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Events;
        impl<'de> Visitor<'de> for Events {
            type Value = Listed<Log>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of events")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut listed = Listed::<Log>::default();
                // Where each event stands that was not there already.
                let mut items: Vec<u32> = Vec::new();
                let mut item: u32 = 0;
                while let Some(event) = seq.next_element::<Event>()? {
                    let before = listed.all.len();
                    // The sender's mistake is told by its identity, which only a failure pays for.
                    match listed.all.add(event) {
                        Ok(()) if listed.all.len() > before => items.push(item),
                        Ok(()) => {}
                        Err(first) if listed.conflict.is_none() => {
                            let first = items.get(first).copied().unwrap_or_default();
                            listed.conflict = Some(conflict(first, item));
                        }
                        Err(_) => {}
                    }
                    item =
                        item.checked_add(1).ok_or_else(|| de::Error::custom("too many events"))?;
                }
                Ok(listed)
            }
        }
        deserializer.deserialize_seq(Events)
    }
}

fn conflict(first: u32, item: u32) -> Problem {
    let message =
        format!("`events[{first}]` and `events[{item}]` say different things under the same id");
    Problem::new(Code::Conflict, message)
        .help(crate::events::EDITED)
        .field(format!("events[{item}].id"))
}

impl<'de> Deserialize<'de> for Listed<People> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Everyone;
        impl<'de> Visitor<'de> for Everyone {
            type Value = Listed<People>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of people")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut lines = PeopleLines::default();
                let mut conflict = None;
                for item in 0.. {
                    let Some(person) = seq.next_element::<Person>()? else { break };
                    if let Err(problem) = lines.take(person, item)
                        && conflict.is_none()
                    {
                        conflict = Some(in_list(problem, item));
                    }
                }
                Ok(Listed { all: lines.people, conflict })
            }
        }
        deserializer.deserialize_seq(Everyone)
    }
}

/// A problem between two lines of a file, as one between two items of a list.
fn in_list(mut problem: Problem, item: usize) -> Problem {
    let items = problem.message.replacen("lines ", "items ", 1);
    problem.message = format!("{items} (counted from 0)");
    let field = problem.field.take().unwrap_or_default();
    problem.field(format!("people[{item}].{field}"))
}

/// A question with its own fields and those that all questions share.
macro_rules! question {
    ($(#[$doc:meta])* $name:ident as $outside:literal { $( $(#[$about:meta])* $field:ident: $type:ty, )* }) => {
        $(#[$doc])*
        ///
        /// A program is asked with `events` and `people`, too, lists of records as files have them
        /// one a line, and may be asked with `assume_consent`, which takes people for willing where
        /// the records say nothing about consent. A ledger has its own.
        #[derive(Debug, schemars::JsonSchema, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        #[schemars(rename = $outside)]
        pub struct $name {
            /// What happened before this time is looked at.
            pub as_of: $crate::requests::When,
            $( $(#[$about])* pub $field: $type, )*
            /// What is known of people, where a program is asked.
            #[serde(default)]
            people: Option<$crate::requests::given::Listed<$crate::events::People>>,
            /// What happened, where a program is asked.
            #[serde(default)]
            events: Option<$crate::requests::given::Listed<$crate::events::Log>>,
            /// Whether people are taken for willing where nothing is known of their consent.
            #[serde(default)]
            assume_consent: Option<bool>,
        }

        impl $crate::requests::Question for $name {}

        impl $crate::requests::sealed::Asked for $name {
            fn given(&self) -> $crate::requests::given::Given<'_> {
                $crate::requests::given::Given {
                    people: self.people.as_ref(),
                    events: self.events.as_ref(),
                    assume_consent: self.assume_consent,
                }
            }

            fn as_of(&self) -> Option<$crate::requests::When> {
                Some(self.as_of)
            }

            fn answer(
                &self,
                past: &$crate::requests::past::Past<'_>,
            ) -> Result<String, $crate::error::Error> {
                self.told(past)
            }
        }
    };
}
pub(super) use question;
