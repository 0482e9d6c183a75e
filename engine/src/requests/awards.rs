//! Tasks about grants: award runs, and what people decide about them.

use std::sync::Arc;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sealed::Done;
use super::standings::one_team;
use super::{Task, When};
use crate::awards::{AwardRun, Choice, Decided, Filter, Signed, State};
use crate::error::{Code, Error, Problem, choose};
use crate::events::{LONGEST_TEXT, Verb};
use crate::ledger::Ledger;
use crate::script::GrantKind;
use crate::wire::canonical;

/// An award run: makes entitlements real, each once.
#[derive(Debug, JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CloseTask")]
pub struct Close {
    /// As of when: nothing later than the run itself.
    pub as_of: When,
    /// When the run is made: whoever has opted out by then, by everything on record, gets nothing.
    pub at: When,
    /// Who runs it.
    #[schemars(length(min = 1, max = LONGEST_TEXT), regex(pattern = r"\S"))]
    pub by: String,
    /// Whether it is only looked what would be granted.
    #[serde(default)]
    pub preview: bool,
}

impl Task for Close {}

impl Done for Close {
    fn answer(&self, ledger: &Ledger) -> Result<String, Error> {
        let as_of = self.as_of.instant(ledger.program());
        let at = self.at.instant(ledger.program());
        canonical(&ledger.close(&AwardRun { as_of, at, by: &self.by, preview: self.preview })?)
    }
}

/// The grants on record.
#[derive(Debug, JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ListGrantsTask")]
pub struct ListGrants {
    /// The time at which it is asked: of people who have opted out by then nothing is shown.
    pub as_of: When,
    /// Whose; everyone's where nobody is named.
    #[serde(default)]
    pub advocate: Option<String>,
    /// Those of a team and its people only, such as `department=Sales`.
    #[serde(default)]
    pub team: Option<String>,
    /// Those by a rule only, under any name that it had.
    #[serde(default)]
    pub rule: Option<String>,
    /// Those of a kind only: `badge`, `reward` or `spotlight`.
    #[serde(default)]
    #[schemars(with = "Option<GrantKind>")]
    pub kind: Option<String>,
    /// Those in a state only: `proposed`, `approved`, `declined`, `issued` or `revoked`.
    #[serde(default)]
    #[schemars(with = "Option<State>")]
    pub state: Option<String>,
}

impl Task for ListGrants {}

impl Done for ListGrants {
    fn answer(&self, ledger: &Ledger) -> Result<String, Error> {
        let states =
            [State::Proposed, State::Approved, State::Declined, State::Issued, State::Revoked];
        let state = self.state.as_deref().map(|name| {
            let found = states.iter().find(|state| state.name() == name);
            found.ok_or_else(|| {
                Problem::new(Code::WrongValue, format!("there is no state `{name}`"))
                    .maybe_help(choose(name, states.iter().map(|state| state.name())))
                    .field("state")
            })
        });
        let state = state.transpose()?;
        let as_of = self.as_of.instant(ledger.program());
        let team = self.team.as_deref().map(one_team).transpose()?;
        let (rule, kind) = (self.rule.as_deref(), self.kind.as_deref());
        let filter = Filter { team, rule, kind, state: state.copied() };
        canonical(&ledger.grants_where(self.advocate.as_deref(), filter, as_of)?)
    }
}

/// A decision about grants: all of them or none.
#[derive(Debug, JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "DecideTask")]
pub struct Decide {
    /// The ids of the grants, or unique beginnings of them.
    pub grants: Vec<String>,
    /// What is decided: `approved`, `declined`, `issued` or `revoked`.
    #[schemars(with = "Verb")]
    pub verb: Arc<str>,
    /// Who decides.
    #[schemars(length(min = 1, max = LONGEST_TEXT), regex(pattern = r"\S"))]
    pub by: String,
    /// Why, in words that those concerned may read.
    #[schemars(length(min = 1, max = LONGEST_TEXT), regex(pattern = r"\S"))]
    pub reason: String,
    /// When.
    pub at: When,
}

/// Grants after a decision about them.
#[derive(Debug, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct DecidedGrants {
    /// The grants, each as it stands now.
    pub grants: Vec<Decided>,
}

impl Task for Decide {}

impl Done for Decide {
    fn answer(&self, ledger: &Ledger) -> Result<String, Error> {
        let verb = Verb::ALL.into_iter().find(|verb| verb.name() == &*self.verb);
        let verb = verb.ok_or_else(|| {
            Problem::new(Code::WrongValue, format!("grants cannot be `{}`", self.verb))
                .maybe_help(choose(&self.verb, Verb::ALL.iter().map(|verb| verb.name())))
                .field("verb")
        })?;
        let at = self.at.instant(ledger.program());
        let signed = Signed { by: &self.by, reason: &self.reason, at };
        let grants = {
            // Whoever has opted out, whenever that is, is not shown: there is no clock here.
            let as_of = Timestamp::MAX;
            ledger.decide(&Choice { grants: &self.grants, verb, signed, as_of })?
        };
        canonical(&DecidedGrants { grants })
    }
}
