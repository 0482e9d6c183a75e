//! That a program was published: from then on it is the one that everything is worked out by.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::value::Whole;
use super::{Body, Event};

/// A program that was published, as it differs from the one before.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PublicationRecord")]
pub struct Publication {
    /// Its number: 1 for the first program of the journal, then one more each time.
    #[serde(deserialize_with = "number")]
    #[schemars(range(min = 1))]
    pub number: u64,
    /// The content hash of the program.
    pub program: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// What it is about, in the words of whoever published it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Arc<str>>,
    /// The number of the earlier one that it brings back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restores: Option<u64>,
    /// The files that differ from the program before, by path: with their text, or `null` where they are
    /// gone. Whoever follows changes is not told.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub files: BTreeMap<Arc<str>, Option<Arc<str>>>,
}

fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let number = Whole::deserialize(deserializer)?.0;
    let wrong = |_| serde::de::Error::custom("a number from 1");
    u64::try_from(number).ok().filter(|number| *number > 0).ok_or(()).map_err(wrong)
}

impl Event {
    /// The program that was published, where that is what the event says, and who published it.
    pub fn publication(&self) -> Option<(&Publication, &Arc<str>)> {
        match &self.body {
            Body::Publication { publication, by } => Some((publication, by)),
            _ => None,
        }
    }
}
