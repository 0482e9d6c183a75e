//! Tasks about corrections: points by hand, and what advocates object to.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sealed::Done;
use super::{Task, When};
use crate::awards::Signed;
use crate::disputes::DisputeDocument;
use crate::error::Error;
use crate::events::{ByHand, Identity, LOCAL, LONGEST_TEXT, Resolved};
use crate::ledger::{Ledger, Objection, Ruling};
use crate::wire::canonical;

/// Points that are given or taken by hand.
#[derive(Debug, JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AdjustTask")]
pub struct Adjust {
    /// Whose.
    pub advocate: String,
    /// How many; below 0 where they are taken.
    #[schemars(with = "ByHand")]
    pub points: i64,
    /// Who gives or takes them.
    #[schemars(length(min = 1, max = LONGEST_TEXT), regex(pattern = r"\S"))]
    pub by: String,
    /// Why, in words that the person may read.
    #[schemars(length(min = 1, max = LONGEST_TEXT), regex(pattern = r"\S"))]
    pub reason: String,
    /// When.
    pub at: When,
}

impl Task for Adjust {}

impl Done for Adjust {
    fn answer(&self, ledger: &Ledger) -> Result<String, Error> {
        let at = self.at.instant(ledger.program());
        let signed = Signed { by: &self.by, reason: &self.reason, at };
        canonical(&ledger.adjust(&self.advocate, self.points, &signed)?)
    }
}

/// An advocate objects: to an activity's points, to what a rule said, or both.
#[derive(Debug, JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
#[schemars(
    rename = "ObjectTask",
    extend("anyOf" = [{ "required": ["activity"] }, { "required": ["rule"] }])
)]
pub struct Object {
    /// Who objects.
    pub advocate: String,
    /// The activity, by its id.
    #[serde(default)]
    pub activity: Option<String>,
    /// The source of the activity; `local` where it is not said.
    #[serde(default)]
    pub source: Option<String>,
    /// The rule whose line or finding it is about.
    #[serde(default)]
    pub rule: Option<String>,
    /// Why, in the advocate's own words.
    #[schemars(length(min = 1, max = LONGEST_TEXT), regex(pattern = r"\S"))]
    pub reason: String,
    /// When.
    pub at: When,
}

impl Task for Object {}

impl Done for Object {
    fn answer(&self, ledger: &Ledger) -> Result<String, Error> {
        let source = self.source.as_deref().unwrap_or(LOCAL);
        let activity = self.activity.as_deref();
        let activity = activity.map(|id| Identity { source: source.into(), id: id.into() });
        canonical(&ledger.dispute(&Objection {
            advocate: &self.advocate,
            activity: activity.as_ref(),
            rule: self.rule.as_deref(),
            reason: &self.reason,
            at: self.at.instant(ledger.program()),
        })?)
    }
}

/// What people object to, and how it ended.
#[derive(Debug, JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ListDisputesTask")]
pub struct ListDisputes {
    /// The time at which it is asked: of people who have opted out by then nothing is shown.
    pub as_of: When,
    /// Whose; everyone's where nobody is named.
    #[serde(default)]
    pub advocate: Option<String>,
}

/// Disputes on record.
#[derive(Debug, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct Disputes {
    /// The disputes, those of people who have opted out left out.
    pub disputes: Vec<DisputeDocument>,
}

impl Task for ListDisputes {}

impl Done for ListDisputes {
    fn answer(&self, ledger: &Ledger) -> Result<String, Error> {
        let as_of = self.as_of.instant(ledger.program());
        canonical(&Disputes { disputes: ledger.disputes(self.advocate.as_deref(), as_of)? })
    }
}

/// The end of a dispute.
#[derive(Debug, JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ResolveTask")]
pub struct Resolve {
    /// The dispute's id, or a unique beginning of it.
    pub dispute: String,
    /// Whether the advocate is right.
    pub uphold: bool,
    /// Points by hand that go with it, as an adjustment gives them.
    #[serde(default)]
    #[schemars(with = "Option<ByHand>")]
    pub points: Option<i64>,
    /// Who resolves it.
    #[schemars(length(min = 1, max = LONGEST_TEXT), regex(pattern = r"\S"))]
    pub by: String,
    /// Why, in words that the advocate may read.
    #[schemars(length(min = 1, max = LONGEST_TEXT), regex(pattern = r"\S"))]
    pub reason: String,
    /// When.
    pub at: When,
}

impl Task for Resolve {}

impl Done for Resolve {
    fn answer(&self, ledger: &Ledger) -> Result<String, Error> {
        let at = self.at.instant(ledger.program());
        let signed = Signed { by: &self.by, reason: &self.reason, at };
        let verb = if self.uphold { Resolved::Upheld } else { Resolved::Dismissed };
        // Whoever has opted out, whenever that is, is not shown: there is no clock here.
        let (dispute, points, as_of) = (&*self.dispute, self.points, Timestamp::MAX);
        canonical(&ledger.resolve(&Ruling { dispute, verb, points, signed, as_of })?)
    }
}
