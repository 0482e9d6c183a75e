//! Tasks that look something up as it is on record: who takes part, and what there is to share.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sealed::Done;
use super::{Task, When};
use crate::error::{Code, Error, Problem, did_you_mean};
use crate::events::Person;
use crate::ledger::Ledger;
use crate::post::Content;
use crate::time::Calendar;
use crate::wire::canonical;

/// The people on record, as whoever looks after them needs to see them: those who do not take part,
/// too.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "PeopleQuestion")]
#[serde(deny_unknown_fields)]
pub struct ListPeople {
    /// What was on record before this time.
    pub as_of: When,
    /// One of them, by any name; everyone where nobody is named.
    #[serde(default)]
    pub advocate: Option<String>,
}

/// People as they were on record.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct OnRecord {
    /// The people, by id.
    pub people: Vec<Person>,
}

impl Task for ListPeople {}

impl Done for ListPeople {
    fn answer(&self, ledger: &Ledger) -> Result<String, Error> {
        let as_of = self.as_of.instant(ledger.program());
        let roster = ledger.roster(as_of)?;
        let last = Calendar::last_instant(as_of);
        let person = |name: &str| roster.person(name, last);
        let people = match &self.advocate {
            None => roster.ids().filter_map(|id| person(id)).collect(),
            Some(name) => vec![person(name).ok_or_else(|| {
                Problem::new(Code::UnknownAdvocate, format!("nobody is on record as `{name}`"))
                    .maybe_help(did_you_mean(name, roster.ids().map(|id| &**id)))
                    .field("advocate")
            })?],
        };
        canonical(&OnRecord { people })
    }
}

/// The content that there is to share.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "ContentQuestion")]
#[serde(deny_unknown_fields)]
pub struct ListContent {
    /// What was on record before this time.
    pub as_of: When,
}

/// Content as it was on record.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct ContentOnRecord {
    /// The content, by id.
    pub content: Vec<Content>,
}

impl Task for ListContent {}

impl Done for ListContent {
    fn answer(&self, ledger: &Ledger) -> Result<String, Error> {
        let as_of = self.as_of.instant(ledger.program());
        let contents = ledger.live()?.contents(as_of);
        let mut ids: Vec<&Arc<str>> = contents.keys().collect();
        ids.sort();
        let content = ids.into_iter().filter_map(|id| Some(contents.get(id)?.content.clone()));
        canonical(&ContentOnRecord { content: content.collect() })
    }
}
