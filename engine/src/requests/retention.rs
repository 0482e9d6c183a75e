//! The task that takes off the record what is past its age.

use schemars::JsonSchema;
use serde::Deserialize;

use super::sealed::Done;
use super::{Task, When};
use crate::error::Error;
use crate::events::LONGEST_TEXT;
use crate::ledger::{self, Ledger};
use crate::wire::canonical;

/// What is past its age by `[privacy.retention]` of the program is to go, for good.
#[derive(Debug, JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "RetainTask")]
pub struct Retain {
    /// The time from which ages are counted back: nothing later than `at`, which it is where it is left
    /// out.
    #[serde(default)]
    pub as_of: Option<When>,
    /// When it is done.
    pub at: When,
    /// Who asks for it.
    #[schemars(length(min = 1, max = LONGEST_TEXT), regex(pattern = r"\S"))]
    pub by: String,
    /// Whether it is only told what would go.
    #[serde(default)]
    pub dry_run: bool,
}

impl Task for Retain {}

impl Done for Retain {
    fn answer(&self, ledger: &Ledger) -> Result<String, Error> {
        let at = self.at.instant(ledger.program());
        let as_of = self.as_of.map_or(at, |as_of| as_of.instant(ledger.program()));
        let asked = ledger::Retain { as_of, at, by: &self.by, dry_run: self.dry_run };
        canonical(&ledger.retain(&asked)?)
    }
}
