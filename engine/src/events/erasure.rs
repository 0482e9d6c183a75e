//! What is left where something was erased: a tombstone in the place of each event that is gone, and
//! the record of it, which names nobody.

use std::sync::Arc;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::value::Whole;
use super::{Body, Event};
use crate::facts::{PersonFact, Value};

/// What stands in the place of a name that was erased. Nobody has it: people who are called so are
/// not taken in.
pub const ERASED: &str = "erased";

/// What was erased, without a word on whose it was.
#[derive(Clone, Debug, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ErasureRecord")]
pub struct Erasure {
    /// What tells the key of the journal's hashes from other keys; the key itself is never told.
    pub key: Arc<str>,
    /// The names that nothing is taken in of any more, each as a hash under the journal's key. None
    /// where events went because of their age.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<Arc<str>>,
    /// How many events became tombstones.
    #[serde(deserialize_with = "whole")]
    pub events: i64,
    /// What totals keep of everyone who was erased up to now; only the latest record has it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rest: Vec<Rest>,
    /// What was spent on rewards of everyone who was erased up to now, so that no budget is there
    /// anew; only the latest record has it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spent: Vec<Spent>,
    /// What went because of its age, setting by setting; nothing where somebody was erased.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aged: Vec<Aged>,
}

/// What went because of its age under one setting of `[privacy.retention]`.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PastRetention")]
pub struct Aged {
    /// The setting, such as `posts` or `kinds.kudos`.
    pub setting: Arc<str>,
    /// What happened before this time is past its age.
    pub before: Timestamp,
    /// How many events became tombstones.
    #[serde(deserialize_with = "whole")]
    pub events: i64,
    /// How many events stay with less in them.
    #[serde(deserialize_with = "whole")]
    pub changed: i64,
}

/// What the totals of a group keep of people who were erased.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ErasureRest")]
pub struct Rest {
    /// What it is a group by; `program` is everyone.
    pub by: Arc<str>,
    /// Its name; nothing for the whole program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<Arc<str>>,
    /// How many people it is of.
    #[serde(deserialize_with = "whole")]
    pub people: i64,
    /// Their activities that counted.
    #[serde(deserialize_with = "whole")]
    pub activities: i64,
    /// Their points, as they counted when each was erased.
    #[serde(deserialize_with = "whole")]
    pub points: i64,
    /// The version of the program that they were counted by last.
    pub program: Arc<str>,
}

/// Rewards that people who were erased were given by award runs as of a time.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ErasureSpent")]
pub struct Spent {
    /// The time as of which the award run gave them.
    pub as_of: Timestamp,
    /// How many there were.
    #[serde(deserialize_with = "whole")]
    pub rewards: i64,
    /// What they are worth, in whole units of the currency.
    #[serde(deserialize_with = "whole")]
    pub amount: i64,
    /// The currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Arc<str>>,
}

/// A whole number, with words of ours where it is none.
fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    Ok(Whole::deserialize(deserializer)?.0)
}

impl Event {
    /// What was erased, where that is what the event says.
    pub fn erasure(&self) -> Option<&Erasure> {
        match &self.body {
            Body::Erasure { erasure, .. } => Some(erasure),
            _ => None,
        }
    }

    /// Shows every name of a person that stands in a field of its own; what is said in free words, and
    /// in `ext`, is not looked at.
    pub(crate) fn people<'a>(&'a self, mut show: impl FnMut(&'a Arc<str>)) {
        match &self.body {
            Body::Activity(activity) => {
                show(&activity.advocate);
                activity.counterpart.iter().for_each(&mut show);
                let author = activity.post.as_ref().and_then(|post| post.author.as_ref());
                author.into_iter().for_each(show);
            }
            Body::Update { set, .. } => {
                set.advocate.iter().for_each(&mut show);
                set.counterpart.iter().flatten().for_each(&mut show);
                let post = set.post.iter().flatten();
                post.filter_map(|post| post.author.as_ref()).for_each(show);
            }
            Body::Person(person) => {
                show(&person.id);
                person.aliases.iter().for_each(&mut show);
                let mentor = person.stated.iter().filter_map(|(slot, value)| match value {
                    Value::Text(name) if *slot == PersonFact::Mentor as u8 => Some(name),
                    _ => None,
                });
                mentor.for_each(show);
            }
            Body::Adjustment(adjustment) => {
                show(&adjustment.advocate);
                adjustment.by.iter().for_each(show);
            }
            Body::Grant(granted) => {
                granted.to.advocate().into_iter().for_each(&mut show);
                show(&granted.by);
            }
            Body::Dispute(dispute) => show(&dispute.advocate),
            Body::Resolution(resolution) => show(&resolution.by),
            Body::Decision { by, .. }
            | Body::Close { by, .. }
            | Body::Erasure { by, .. }
            | Body::Publication { by, .. } => show(by),
            Body::Outcome { .. }
            | Body::Retraction { .. }
            | Body::Content(_)
            | Body::Meeting(_)
            | Body::Market(_)
            | Body::Tombstone => {}
        }
    }
}
