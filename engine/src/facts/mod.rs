//! What rules can see: every fact is declared once, here.
//!
//! From one declaration come the parsing of records, the reading of facts with evidence, the
//! static checker, and the fact reference for program owners. One file an object; this file has
//! what they share.

mod activity;
mod folder;
mod period;
mod person;
mod post;
mod program;
mod schema;
mod so_far;
mod standing;
mod team;
mod world;

use std::fmt;
use std::sync::{Arc, LazyLock};

pub use activity::ActivityFact;
pub(crate) use activity::{FORMATS, ORIGINS};
pub use folder::Folder;
pub use period::PeriodFact;
pub use person::PersonFact;
pub use post::PostFact;
pub(crate) use post::{DISCLOSURE, PLACES, PostView};
pub use program::ProgramFact;
pub(crate) use schema::{StandingFigures, TeamFigures};
pub use so_far::SoFarFact;
pub(crate) use so_far::{SoFar, Step};
pub use standing::StandingFact;
pub(crate) use team::GROUPS;
pub use team::TeamFact;
pub use world::{Evidence, World};
pub(crate) use world::{Figures, ProgramView, Read, Stubs, dense};

use serde::{Deserialize, Serialize, Serializer};

/// A value of a fact.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// Not known. Every comparison with it but `!=` is false, so it triggers nothing.
    #[default]
    Unknown,
    /// Yes or no.
    Flag(bool),
    /// A whole number within ±(2^53−1).
    Number(i64),
    /// A word of a closed list, or free text.
    Text(Arc<str>),
    /// The words of a list that a record states; rules ask for one of them.
    Words(Arc<[Arc<str>]>),
}

impl Value {
    /// The number, where it is one.
    pub fn number(&self) -> Option<i64> {
        match self {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The text, where it is one.
    pub fn text(&self) -> Option<&Arc<str>> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Value::Flag(flag)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Number(number)
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Value::Number(i64::try_from(number).unwrap_or(LARGEST).min(LARGEST))
    }
}

impl From<u8> for Value {
    fn from(number: u8) -> Self {
        Value::Number(number.into())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.into())
    }
}

impl From<Arc<str>> for Value {
    fn from(text: Arc<str>) -> Self {
        Value::Text(text)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Unknown, Into::into)
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Unknown => serializer.serialize_unit(),
            Value::Flag(flag) => serializer.serialize_bool(*flag),
            Value::Number(number) => serializer.serialize_i64(*number),
            Value::Text(text) => serializer.serialize_str(text),
            Value::Words(words) => serializer.collect_seq(words.iter()),
        }
    }
}

/// A value as it stands in a record that the engine wrote itself.
impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "null, `true`, `false`, a whole number, text or texts")]
        enum Plain {
            Unknown(()),
            Flag(bool),
            Number(i64),
            Text(Arc<str>),
            Words(Arc<[Arc<str>]>),
        }
        Ok(match Plain::deserialize(deserializer)? {
            Plain::Unknown(()) => Value::Unknown,
            Plain::Flag(flag) => Value::Flag(flag),
            Plain::Number(number) => Value::Number(number),
            Plain::Text(text) => Value::Text(text),
            Plain::Words(words) => Value::Words(words),
        })
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Unknown => f.write_str("not known"),
            Value::Flag(true) => f.write_str("yes"),
            Value::Flag(false) => f.write_str("no"),
            Value::Number(number) => write!(f, "{number}"),
            Value::Text(text) => write!(f, "“{text}”"),
            Value::Words(words) => f.write_str(&words.join(", ")),
        }
    }
}

/// The largest whole number that every door can carry: 2^53 − 1 (RFC 8785 numbers are doubles).
pub const LARGEST: i64 = (1 << 53) - 1;

/// The closed lists of words that a fact may be limited to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    /// The activity kinds that `program.toml` declares.
    Kinds,
    /// The channels that `program.toml` declares.
    Channels,
    /// The levels that `program.toml` declares.
    Levels,
    /// A list that is the same for every program.
    Fixed(&'static [&'static str]),
}

/// The type of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// Yes or no.
    Flag,
    /// A whole number, from … to, both included.
    Number(i64, i64),
    /// A word of a closed list.
    Word(Words),
    /// Free text, to be compared only.
    Text,
}

/// A count: a whole number from 0.
pub const COUNT: Type = Type::Number(0, LARGEST);
/// A percentage, rounded down.
pub const PERCENT: Type = Type::Number(0, 100);

/// What a fact that is asked with an argument takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argument {
    /// The name of a lexicon.
    Lexicon,
    /// The name of a pattern.
    Pattern,
    /// The name of a lexicon or a pattern.
    Expression,
    /// A declared activity kind.
    Kind,
    /// A threshold of the rule, set in `program.toml`.
    Threshold,
    /// A window of days that `program.toml` declares, such as `30_days`.
    Window,
    /// A style of taking part.
    Style,
    /// A format of posts.
    Format,
    /// A result of activities, such as `clicks`.
    Metric,
    /// A guideline rule.
    Guideline,
    /// What teams are groups by, such as `function`.
    Group,
    /// What moves people to take part.
    Motivator,
    /// A skill that `program.toml` declares.
    Skill,
}

impl Argument {
    /// What it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Argument::Lexicon => "lexicon",
            Argument::Pattern => "pattern",
            Argument::Expression => "lexicon or pattern",
            Argument::Kind => "kind",
            Argument::Threshold => "threshold",
            Argument::Window => "window",
            Argument::Style => "style",
            Argument::Format => "format",
            Argument::Metric => "result",
            Argument::Guideline => "guideline",
            Argument::Group => "group",
            Argument::Motivator => "motivator",
            Argument::Skill => "skill",
        }
    }

    /// One that could be, for examples in messages.
    pub const fn example(self) -> &'static str {
        match self {
            Argument::Lexicon | Argument::Expression => "brand",
            Argument::Pattern => "email",
            Argument::Kind => "share",
            Argument::Threshold => "limit",
            Argument::Window => "30_days",
            Argument::Style => "creator",
            Argument::Format => "story",
            Argument::Metric => "clicks",
            Argument::Guideline => "add_value",
            Argument::Group => "function",
            Argument::Motivator => "learning",
            Argument::Skill => "technical",
        }
    }

    /// The words it may be, where they are the same for every program.
    pub fn words(self) -> Option<&'static [&'static str]> {
        Some(match self {
            Argument::Style => STYLES,
            Argument::Format => FORMATS,
            Argument::Metric => activity::METRICS,
            Argument::Motivator => MOTIVATORS,
            // Everyone is a team, but none among others.
            Argument::Group => &team::GROUPS[1..],
            _ => return None,
        })
    }
}

/// One fact: everything that is known about it.
#[derive(Clone, Copy, Debug)]
pub struct Fact {
    /// The name in rules and, where it is given, in records.
    pub name: &'static str,
    /// What it is asked with; nothing for a property.
    pub argument: Option<Argument>,
    /// The type of its value.
    pub kind: Type,
    /// Whether records may state it; otherwise it is worked out.
    pub given: bool,
    /// Whether it may be unknown.
    pub optional: bool,
    /// Whether it tells something about a person.
    pub personal: bool,
    /// What it means.
    pub doc: &'static str,
}

impl Fact {
    /// A worked-out fact that is always known.
    pub(crate) const fn new(name: &'static str, kind: Type, doc: &'static str) -> Self {
        Self { name, argument: None, kind, given: false, optional: false, personal: false, doc }
    }

    pub(crate) const fn given(mut self) -> Self {
        self.given = true;
        self
    }

    pub(crate) const fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    pub(crate) const fn personal(mut self) -> Self {
        self.personal = true;
        self
    }

    pub(crate) const fn asked(mut self, argument: Argument) -> Self {
        self.argument = Some(argument);
        self
    }

    /// Whether records state it as a list of words, of which rules ask for one.
    pub(crate) const fn is_list(&self) -> bool {
        self.given && self.argument.is_some()
    }

    /// The value of the fact where a record does not state it.
    pub(crate) fn default(&self) -> Value {
        match (self.optional, self.kind) {
            (true, _) | (false, Type::Word(_) | Type::Text) => Value::Unknown,
            (false, Type::Flag) => Value::Flag(false),
            (false, Type::Number(least, most)) => Value::Number(0.clamp(least, most)),
        }
    }
}

/// Declares an object's facts: an enum of slots for the engine and the table for everyone else.
macro_rules! facts {
    ($(#[doc = $doc:literal])+ $slots:ident { $( #[doc = $fact_doc:literal] $slot:ident = $name:literal : $kind:expr $(, $flag:ident $(($argument:ident))? )* ; )+ }) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $slots { $( #[doc = $fact_doc] $slot, )+ }

        impl $slots {
            /// Every slot, in the order of the table.
            #[allow(dead_code)]
            pub(crate) const ALL: &'static [$slots] = &[$( $slots::$slot, )+];
            /// The table of facts, in the order of the slots.
            pub const FACTS: &'static [$crate::facts::Fact] = &[
                $( $crate::facts::Fact::new($name, $kind, $fact_doc.trim_ascii())
                    $( .$flag( $($crate::facts::Argument::$argument)? ) )* , )+
            ];
            /// What the object is.
            pub const DOC: &'static str = concat!($($doc),+).trim_ascii();
        }
    };
}
pub(crate) use facts;

/// The things that rules are given; each is a parameter name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Object {
    /// The post under check.
    Post,
    /// The person who wrote the post (guidelines) or did the activity (scoring).
    Person,
    /// The activity to score.
    Activity,
    /// What the person did before.
    SoFar,
    /// The program itself.
    Program,
    /// What the person has become.
    Standing,
    /// A group of people.
    Team,
    /// The period that is looked at.
    Period,
}

impl Object {
    /// Every object.
    pub const ALL: [Object; 8] = [
        Object::Post,
        Object::Person,
        Object::Activity,
        Object::SoFar,
        Object::Program,
        Object::Standing,
        Object::Team,
        Object::Period,
    ];

    /// The facts of the object, in the order of their slots.
    pub const fn facts(self) -> &'static [Fact] {
        match self {
            Object::Post => PostFact::FACTS,
            Object::Person => PersonFact::FACTS,
            Object::Activity => ActivityFact::FACTS,
            Object::SoFar => SoFarFact::FACTS,
            Object::Program => ProgramFact::FACTS,
            Object::Standing => StandingFact::FACTS,
            Object::Team => TeamFact::FACTS,
            Object::Period => PeriodFact::FACTS,
        }
    }

    /// The values of its facts where a record states nothing.
    pub(crate) fn defaults(self) -> &'static [Value] {
        static OF_ALL: LazyLock<[Vec<Value>; Object::ALL.len()]> = LazyLock::new(|| {
            Object::ALL.map(|object| object.facts().iter().map(Fact::default).collect())
        });
        &OF_ALL[self as usize]
    }

    /// What the object is, in a sentence.
    pub const fn doc(self) -> &'static str {
        match self {
            Object::Post => PostFact::DOC,
            Object::Person => PersonFact::DOC,
            Object::Activity => ActivityFact::DOC,
            Object::SoFar => SoFarFact::DOC,
            Object::Program => ProgramFact::DOC,
            Object::Standing => StandingFact::DOC,
            Object::Team => TeamFact::DOC,
            Object::Period => PeriodFact::DOC,
        }
    }

    /// The slot and declaration of a fact.
    pub fn fact(self, name: &str) -> Option<(u8, &'static Fact)> {
        let slot = self.facts().iter().position(|fact| fact.name == name)?;
        Some((u8::try_from(slot).ok()?, &self.facts()[slot]))
    }
}

/// The styles of taking part that people choose from, and that each activity kind belongs to.
pub const STYLES: &[&str] = &["listener", "curator", "commenter", "creator", "supporter"];

/// What moves people to take part: being seen, being thanked, learning, and giving to others.
pub const MOTIVATORS: &[&str] = &["status", "recognition", "learning", "giving"];
