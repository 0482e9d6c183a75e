//! What advocates object to, and how that ended.
//!
//! A dispute is about an activity, about what a rule said of it, or about what a rule said of a
//! draft, which nobody keeps; or about what a rule of recognition gave or did not give. A finding whose dispute is upheld counts no longer; points are put
//! right by hand.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::events::{Body, Dispute, Event, Identity, Log, Resolution, Resolved};
use crate::links::Links;
use crate::roster::Roster;

/// Where a dispute stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "DisputeState")]
pub enum Standing {
    /// Nobody has resolved it yet.
    Open,
    /// The advocate is right.
    Upheld,
    /// It stays as it is.
    Dismissed,
    /// The advocate has taken it back.
    Withdrawn,
}

impl Standing {
    /// The word in documents.
    pub const fn name(self) -> &'static str {
        match self {
            Standing::Open => "open",
            Standing::Upheld => "upheld",
            Standing::Dismissed => "dismissed",
            Standing::Withdrawn => "withdrawn",
        }
    }

    /// Where a word on it leads.
    pub(crate) const fn of(verb: Resolved) -> Self {
        match verb {
            Resolved::Upheld => Standing::Upheld,
            Resolved::Dismissed => Standing::Dismissed,
        }
    }
}

/// How a dispute ended.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(rename = "DisputeEnding", deny_unknown_fields, transform = crate::schema::written)]
pub struct Ending {
    /// When.
    pub at: Timestamp,
    /// Who resolved it.
    pub by: Arc<str>,
    /// Why.
    pub reason: Arc<str>,
}

/// A dispute on record.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(rename = "Dispute", deny_unknown_fields, transform = crate::schema::written)]
pub struct DisputeDocument {
    /// Its id.
    pub dispute: Arc<str>,
    /// The source of its identity.
    pub source: Arc<str>,
    /// Who objects.
    pub advocate: Arc<str>,
    /// The activity that it is about, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activity: Option<Identity>,
    /// The rule whose line or finding it is about, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<Arc<str>>,
    /// Why, in the advocate's own words.
    pub reason: Arc<str>,
    /// When it was raised.
    pub at: Timestamp,
    /// Where it stands.
    pub state: Standing,
    /// How it was resolved, where it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolution: Option<Ending>,
}

/// A dispute after a word on it: where it stands, and what it is about, where the person may be
/// shown.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[serde(untagged)]
#[schemars(rename = "RuledDispute", deny_unknown_fields, transform = crate::schema::written)]
pub enum Ruled {
    /// The dispute and how it ended.
    Shown(Box<DisputeDocument>),
    /// A dispute of somebody who has opted out.
    Hidden {
        /// Its id.
        dispute: Arc<str>,
        /// Where it stands.
        state: Standing,
    },
}

impl Ruled {
    pub(crate) fn of(dispute: DisputeDocument, hidden: bool) -> Self {
        match hidden {
            true => Ruled::Hidden { dispute: dispute.dispute, state: dispute.state },
            false => Ruled::Shown(Box::new(dispute)),
        }
    }
}

impl DisputeDocument {
    fn of(
        roster: &Roster,
        event: &Event,
        dispute: &Dispute,
        resolution: Option<(Timestamp, Resolution)>,
        withdrawn: bool,
    ) -> Self {
        let state = match &resolution {
            _ if withdrawn => Standing::Withdrawn,
            Some((_, ended)) => Standing::of(ended.verb),
            None => Standing::Open,
        };
        Self {
            dispute: Arc::clone(&event.identity.id),
            source: Arc::clone(&event.identity.source),
            advocate: Arc::clone(roster.resolve(&dispute.advocate, event.at)),
            activity: dispute.activity.clone(),
            rule: dispute.rule.clone(),
            reason: Arc::clone(&dispute.reason),
            at: event.at,
            state,
            resolution: resolution.map(|(at, ended)| Ending {
                at,
                by: ended.by,
                reason: ended.reason,
            }),
        }
    }
}

/// The disputes on record as of a time, in order of time.
pub(crate) fn disputes(
    log: &Log,
    links: &Links,
    roster: &Roster,
    as_of: Timestamp,
) -> Vec<DisputeDocument> {
    let mut found: BTreeMap<(Timestamp, Identity), DisputeDocument> = BTreeMap::new();
    for (place, event) in log.others().filter(|(_, event)| event.at < as_of) {
        if let Body::Dispute(dispute) = &event.body {
            let resolution = links.resolution(log, place, as_of);
            let withdrawn = links.retracted(log, place, as_of);
            let document = DisputeDocument::of(roster, event, dispute, resolution, withdrawn);
            found.insert((event.at, event.identity.clone()), document);
        }
    }
    found.into_values().collect()
}
