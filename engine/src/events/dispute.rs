//! What an advocate objects to, and how that ends.

use std::sync::Arc;

use super::Identity;

/// An advocate objects to a line of points or to a finding.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Dispute {
    pub(crate) advocate: Arc<str>,
    /// The activity that it is about; nothing where it is about a draft, which nobody keeps.
    pub(crate) activity: Option<Identity>,
    /// The rule whose line or finding it is about; nothing where it is about the whole activity.
    pub(crate) rule: Option<Arc<str>>,
    /// Why, in the advocate's own words.
    pub(crate) reason: Arc<str>,
}

/// How a dispute ends.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Resolution {
    /// The dispute.
    pub(crate) target: Identity,
    pub(crate) verb: Resolved,
    /// Who resolved it.
    pub(crate) by: Arc<str>,
    /// Why, in words that the advocate may read.
    pub(crate) reason: Arc<str>,
}

/// How a dispute was resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, schemars::JsonSchema, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "Resolved")]
pub enum Resolved {
    /// The advocate is right: a disputed finding counts no longer.
    Upheld,
    /// It stays as it is.
    Dismissed,
}

impl Resolved {
    /// Every way in which a dispute may end.
    pub const ALL: [Resolved; 2] = [Resolved::Upheld, Resolved::Dismissed];

    /// The word in records.
    pub const fn name(self) -> &'static str {
        match self {
            Resolved::Upheld => "upheld",
            Resolved::Dismissed => "dismissed",
        }
    }

    pub(super) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verb| verb.name() == word)
    }
}
