//! What award runs and the people who decide about grants leave on record.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::value::Whole;
use crate::facts::{Evidence, GROUPS, PersonFact};
use crate::script::GrantKind;

/// An entitlement that an award run made real: a badge, a reward or a spotlight.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "GrantRecord")]
pub struct Grant {
    /// The rule that gives it.
    pub rule: Arc<str>,
    /// What it is: `badge`, `reward` or `spotlight`.
    #[schemars(with = "GrantKind")]
    pub kind: Arc<str>,
    /// Its id.
    pub id: Arc<str>,
    /// What makes it one of its own for the rule and subject: id, level and period.
    pub key: Arc<str>,
    /// The period that the run fell into; a budget is spent by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Arc<str>>,
    /// The level of a badge, from 1.
    #[serde(default, deserialize_with = "whole", skip_serializing_if = "Option::is_none")]
    pub level: Option<i64>,
    /// What a reward is worth, in whole units of the currency.
    #[serde(default, deserialize_with = "whole", skip_serializing_if = "Option::is_none")]
    pub amount: Option<i64>,
    /// The currency of the amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Arc<str>>,
    /// The rule's title.
    pub title: Arc<str>,
    /// Words for whom it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Arc<str>>,
    /// The version of the program.
    pub program: Arc<str>,
    /// What the rule read, in reading order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
}

/// A whole number that may be missing, with words of ours where it is none.
fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    Ok(Option::<Whole>::deserialize(deserializer)?.map(|number| number.0))
}

/// A grant with whom it is for and who ran the award run.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Granted {
    pub(crate) to: Subject,
    pub(crate) grant: Grant,
    pub(crate) by: Arc<str>,
}

/// Whom or what a grant or a suggestion is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize)]
#[serde(untagged)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub enum Subject {
    /// A person.
    Advocate {
        /// The advocate's id.
        advocate: Arc<str>,
    },
    /// A team.
    Team {
        /// What it is a group by; `program` is everyone.
        #[schemars(extend("enum" = GROUPS))]
        by: &'static str,
        /// Its name; nothing for the whole program.
        #[serde(skip_serializing_if = "Option::is_none")]
        team: Option<Arc<str>>,
    },
}

impl Subject {
    /// A team by its name; everyone where there is none.
    pub(crate) fn team(named: Option<(PersonFact, Arc<str>)>) -> Self {
        match named {
            Some((by, name)) => Subject::Team { by: by.name(), team: Some(name) },
            None => Subject::Team { by: EVERYONE, team: None },
        }
    }

    /// The person, where it is one.
    pub(crate) fn advocate(&self) -> Option<&Arc<str>> {
        match self {
            Subject::Advocate { advocate } => Some(advocate),
            Subject::Team { .. } => None,
        }
    }

    /// What tells it from every other person and team.
    pub(crate) fn key(&self) -> String {
        match self {
            Subject::Advocate { advocate } => format!("advocate={advocate}"),
            Subject::Team { by, team } => format!("{by}={}", team.as_deref().unwrap_or_default()),
        }
    }
}

/// What the whole program is a group by.
pub(crate) const EVERYONE: &str = "program";

/// What a person decided about a grant.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "GrantDecision")]
pub enum Verb {
    /// The proposal is accepted.
    Approved,
    /// The proposal is turned down; what it reserved is free again.
    Declined,
    /// It was handed over.
    Issued,
    /// It is taken back.
    Revoked,
}

impl Verb {
    /// Every decision there is.
    pub const ALL: [Verb; 4] = [Verb::Approved, Verb::Declined, Verb::Issued, Verb::Revoked];

    /// The word in records.
    pub const fn name(self) -> &'static str {
        match self {
            Verb::Approved => "approved",
            Verb::Declined => "declined",
            Verb::Issued => "issued",
            Verb::Revoked => "revoked",
        }
    }

    pub(super) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verb| verb.name() == word)
    }
}

/// An award run: what it could not grant, and which earlier grants nobody would get now.
#[derive(Clone, Debug, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Closing {
    /// The version of the program.
    pub program: Arc<str>,
    /// The ids of the grants that it made.
    pub granted: Vec<Arc<str>>,
    /// The ids that entitlements would have had as grants, had they not been held back.
    pub held: Vec<Arc<str>>,
    /// The ids of earlier grants whose entitlement does not hold any more.
    pub lapsed: Vec<Arc<str>>,
}
