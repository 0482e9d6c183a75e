//! The task that takes a person off the record.

use schemars::JsonSchema;
use serde::Deserialize;

use super::sealed::Done;
use super::{Task, When};
use crate::error::Error;
use crate::events::LONGEST_TEXT;
use crate::ledger::{self, Ledger};
use crate::wire::canonical;

/// A person who is to be erased: whatever is on record about them is gone then, and nothing about them
/// is taken in again.
#[derive(Debug, JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "EraseTask")]
pub struct Erase {
    /// The person, by any name.
    pub advocate: String,
    /// Who erases them.
    #[schemars(length(min = 1, max = LONGEST_TEXT), regex(pattern = r"\S"))]
    pub by: String,
    /// When.
    pub at: When,
}

impl Task for Erase {}

impl Done for Erase {
    fn answer(&self, ledger: &Ledger) -> Result<String, Error> {
        let at = self.at.instant(ledger.program());
        canonical(&ledger.erase(&ledger::Erase { advocate: &self.advocate, by: &self.by, at })?)
    }
}
