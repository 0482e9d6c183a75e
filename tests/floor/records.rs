//! Activities, what changes them, and people: plain structs with string fields.
//!
//! The records own their strings, as those of a program that keeps them do. Two events with the same
//! identity are not looked for: files for the floor have each event once.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

/// One line of a file of activities, whatever its type.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Record {
    #[serde(rename = "type")]
    pub(crate) what: Option<String>,
    pub(crate) id: String,
    pub(crate) source: Option<String>,
    pub(crate) at: Timestamp,
    pub(crate) advocate: Option<String>,
    #[serde(default)]
    pub(crate) kind: String,
    pub(crate) channel: Option<String>,
    pub(crate) content: Option<String>,
    pub(crate) counterpart: Option<String>,
    pub(crate) post: Option<Box<Post>>,
    pub(crate) format: Option<String>,
    pub(crate) own_words: Option<i64>,
    #[serde(default)]
    pub(crate) ghostwritten: bool,
    #[serde(default)]
    pub(crate) customer: bool,
    pub(crate) minutes: Option<i64>,
    pub(crate) comments: Option<i64>,
    pub(crate) shares: Option<i64>,
    pub(crate) clicks: Option<i64>,
    pub(crate) conversions: Option<i64>,
    /// Of outcomes, edits and retractions: what they are about, and what an edit changes.
    pub(crate) target: Option<String>,
    pub(crate) target_source: Option<String>,
    pub(crate) set: Option<Box<Map<String, Value>>>,
    /// Of content: the supplied copy.
    pub(crate) copy: Option<String>,
    // What no starter rule reads is read over.
    embargo: Option<IgnoredAny>,
    campaign: Option<IgnoredAny>,
    origin: Option<IgnoredAny>,
    words: Option<IgnoredAny>,
    impressions: Option<IgnoredAny>,
    likes: Option<IgnoredAny>,
    leads: Option<IgnoredAny>,
    pipeline_value: Option<IgnoredAny>,
    ext: Option<IgnoredAny>,
}

impl Record {
    /// The source and id of the event; events that name no source are `local`.
    pub(crate) fn identity(&self) -> (&str, &str) {
        (self.source.as_deref().unwrap_or("local"), &self.id)
    }

    /// The source and id of the event that this one is about.
    pub(crate) fn target(&self) -> (&str, &str) {
        let source = self.target_source.as_deref().unwrap_or(self.identity().0);
        (source, self.target.as_deref().unwrap_or_default())
    }
}

/// A post, published or to be checked.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Post {
    pub(crate) id: Option<String>,
    pub(crate) text: String,
    pub(crate) channel: Option<String>,
    pub(crate) language: Option<String>,
    pub(crate) author: Option<String>,
    pub(crate) at: Option<Timestamp>,
    pub(crate) content: Option<Shared>,
    #[serde(default)]
    pub(crate) media: Vec<Medium>,
    #[serde(default)]
    pub(crate) labelled: bool,
    #[serde(default)]
    pub(crate) ghostwritten: bool,
    ext: Option<IgnoredAny>,
}

/// The content that a post shares: by its id, or itself.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Shared {
    Id(String),
    Inline { copy: Option<String>, embargo: Option<Timestamp> },
}

/// A picture, video or the like.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Medium {
    pub(crate) kind: String,
    pub(crate) alt: Option<String>,
    pub(crate) source: Option<String>,
    pub(crate) licence: Option<String>,
    pub(crate) credit: Option<String>,
}

/// A person.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) consent: Option<Times>,
    pub(crate) active: Option<Times>,
    #[serde(default)]
    pub(crate) leader: bool,
}

/// When something held.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Times {
    Always(bool),
    Within(Vec<Interval>),
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Interval {
    from: Option<Timestamp>,
    until: Option<Timestamp>,
}

impl Times {
    pub(crate) fn hold_at(&self, at: Timestamp) -> bool {
        match self {
            Times::Always(held) => *held,
            Times::Within(intervals) => intervals.iter().any(|interval| {
                interval.from.is_none_or(|from| from <= at)
                    && interval.until.is_none_or(|until| at < until)
            }),
        }
    }
}

pub(crate) fn read_activities(lines: &str) -> Vec<Record> {
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

pub(crate) fn read_people(lines: &str) -> HashMap<String, Person> {
    let people = lines.lines().map(|line| serde_json::from_str::<Person>(line).unwrap());
    people.map(|person| (person.id.clone(), person)).collect()
}
