//! The task that gives a person what is on record of them.

use schemars::JsonSchema;
use serde::Deserialize;

use super::sealed::Done;
use super::{Task, When};
use crate::error::Error;
use crate::ledger::Ledger;

/// Everything that is on record of a person, whether or not they take part; other people are told by
/// numbers.
#[derive(Debug, JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "DiscloseTask")]
pub struct Disclose {
    /// The person, by any name.
    pub advocate: String,
    /// The time as of which points and figures are worked out.
    pub as_of: When,
}

impl Task for Disclose {}

impl Done for Disclose {
    fn answer(&self, ledger: &Ledger) -> Result<String, Error> {
        ledger.disclose(&self.advocate, self.as_of.instant(ledger.program()))
    }
}
