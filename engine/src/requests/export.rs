//! Events as they stand on record, piece by piece.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sealed::Done;
use super::{LAST, Task};
use crate::error::{Code, Error, Problem};
use crate::events::Event;
use crate::ledger::Ledger;
use crate::wire::canonical;

/// So many events are given where no number is said: some megabytes.
const USUAL: usize = 10_000;

/// The events on record in the order in which they were taken in, each as its record.
#[derive(Debug, Default, JsonSchema, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "ExportTask")]
pub struct Export {
    /// Events after this place; from the first on where it is not said.
    #[schemars(range(max = LAST))]
    pub after: u64,
    /// So many at most, from 1; 10,000 where it is not said.
    #[schemars(range(min = 1))]
    pub at_most: Option<usize>,
}

impl Task for Export {}

/// A piece of a journal.
#[derive(Debug, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct Exported {
    /// Its events, in the order in which they were taken in.
    pub events: Vec<Event>,
    /// The place of the last of them, which the next piece is asked with.
    pub last: u64,
    /// Whether there are more.
    pub more: bool,
}

impl Done for Export {
    fn answer(&self, ledger: &Ledger) -> Result<String, Error> {
        if self.after > LAST {
            let problem = Problem::new(Code::WrongValue, "no place is that far behind");
            return Err(problem.help("`last` of the answer before").field("after").into());
        }
        let most = self.at_most.unwrap_or(USUAL);
        if most == 0 {
            let problem = Problem::new(Code::WrongValue, "no events are asked for");
            return Err(problem.help("a number from 1").field("at_most").into());
        }
        let (entries, more) = ledger.entries(self.after, most)?;
        let last = entries.last().map_or(self.after, |entry| entry.position);
        let events = entries.into_iter().map(|entry| entry.event).collect();
        canonical(&Exported { events, last, more })
    }
}
