//! The grants on record, each with what was decided about it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::SOURCE;
use crate::events::{Body, Closing, Event, Grant, Identity, Spent, Subject, Verb};
use crate::standings::Withheld;

/// Where a grant stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "GrantState")]
pub enum State {
    /// It waits for somebody's yes or no; a reward reserves its amount meanwhile.
    Proposed,
    /// Somebody said yes; it has not been handed over yet.
    Approved,
    /// Somebody said no.
    Declined,
    /// It was given.
    Issued,
    /// It was taken back.
    Revoked,
}

impl State {
    /// The word in documents.
    pub const fn name(self) -> &'static str {
        match self {
            State::Proposed => "proposed",
            State::Approved => "approved",
            State::Declined => "declined",
            State::Issued => "issued",
            State::Revoked => "revoked",
        }
    }

    /// Where a grant of a kind begins: a badge takes nothing from anybody and is given at once, a
    /// reward costs something and a spotlight shows somebody, so people are asked first.
    pub(super) fn first(kind: &str) -> Self {
        if kind == "badge" { State::Issued } else { State::Proposed }
    }

    /// Where a decision leads; nowhere where it does not follow.
    pub(super) fn after(self, verb: Verb) -> Option<Self> {
        match (self, verb) {
            (State::Proposed, Verb::Approved) => Some(State::Approved),
            (State::Proposed, Verb::Declined) => Some(State::Declined),
            (State::Approved, Verb::Issued) => Some(State::Issued),
            (State::Approved | State::Issued, Verb::Revoked) => Some(State::Revoked),
            _ => None,
        }
    }

    /// Whether it is spent, or kept for it.
    pub(super) fn reserves(self) -> bool {
        !matches!(self, State::Declined | State::Revoked)
    }
}

/// A decision about a grant.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct Decision {
    /// What was decided.
    pub decision: Verb,
    /// When.
    pub at: Timestamp,
    /// Who decided.
    pub by: Arc<str>,
    /// Why.
    pub reason: Arc<str>,
}

/// A grant on record.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(rename = "Grant", deny_unknown_fields, transform = crate::schema::written)]
pub struct GrantDocument {
    /// Its id.
    pub grant: Arc<str>,
    /// Whom it is for.
    #[serde(flatten)]
    pub subject: Subject,
    /// Where it stands.
    pub state: State,
    /// The time as of which the award run gave it.
    pub as_of: Timestamp,
    /// Who ran the award run; `by` is what a team is a group by.
    pub granted_by: Arc<str>,
    /// What it is, and why.
    #[serde(flatten)]
    pub what: Grant,
    /// What was decided about it, in order of time.
    pub decisions: Vec<Decision>,
}

/// A grant after a decision: where it stands, and what it is, where the person may be shown. What
/// the rule read is not told again.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[serde(untagged)]
#[schemars(rename = "DecidedGrant", deny_unknown_fields, transform = crate::schema::written)]
pub enum Decided {
    /// A grant with what was decided about it.
    Shown(Box<GrantDocument>),
    /// A grant of somebody who has opted out.
    Hidden {
        /// Its id.
        grant: Arc<str>,
        /// Where it stands.
        state: State,
    },
}

impl Decided {
    pub(crate) fn of(mut grant: GrantDocument, hidden: bool) -> Self {
        if hidden {
            return Decided::Hidden { grant: grant.grant, state: grant.state };
        }
        grant.what.evidence.clear();
        Decided::Shown(Box::new(grant))
    }
}

/// Grants on record.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct Grants {
    /// The grants, in order of time.
    pub grants: Vec<GrantDocument>,
    /// How many more there are, of people who have opted out.
    pub hidden: usize,
    /// Why what rules read of people is not shown, where it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withheld: Option<Withheld>,
}

/// An award run on record.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Run {
    pub(super) as_of: Timestamp,
    pub(super) by: Arc<str>,
    pub(super) closing: Closing,
}

/// Grants, decisions and award runs, whatever the order in which they came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Register {
    grants: BTreeMap<Identity, Event>,
    decisions: BTreeMap<Identity, BTreeMap<(Timestamp, Verb, Identity), Decision>>,
    /// By the time that they were as of, and those as of the same time by their numbers: a longer
    /// number is a greater one.
    runs: BTreeMap<(Timestamp, usize, Identity), Run>,
    /// The ids that are taken in the engine's own source, whatever stands under them.
    taken: BTreeSet<Arc<str>>,
    /// What was spent on rewards of people who were erased.
    spent: Vec<Spent>,
}

impl Register {
    /// Takes in an event, where it is one of these.
    pub(crate) fn add(&mut self, event: &Event) {
        if *event.identity.source == *SOURCE {
            self.take(Arc::clone(&event.identity.id));
        }
        match &event.body {
            Body::Grant(_) => {
                self.grants.insert(event.identity.clone(), event.clone());
            }
            Body::Decision { target, verb, by, reason } => {
                let decision = Decision {
                    decision: *verb,
                    at: event.at,
                    by: Arc::clone(by),
                    reason: Arc::clone(reason),
                };
                let order = (event.at, *verb, event.identity.clone());
                self.decisions.entry(target.clone()).or_default().insert(order, decision);
            }
            // Only the latest record has it.
            Body::Erasure { erasure, .. } if !erasure.spent.is_empty() => {
                self.spent.clone_from(&erasure.spent);
            }
            Body::Close { closing, by } => {
                let run = Run { as_of: event.at, by: Arc::clone(by), closing: (**closing).clone() };
                let order = (event.at, event.identity.id.len(), event.identity.clone());
                self.runs.insert(order, run);
            }
            _ => {}
        }
    }

    /// Remembers that something is on record under an id of the engine's own source.
    pub(crate) fn take(&mut self, id: Arc<str>) {
        self.taken.insert(id);
    }

    /// An id that is free: this one, or else the same with a number. What somebody wrote into the
    /// journal under the name of a grant to come must not keep award runs from granting it.
    pub(super) fn free(&self, id: String) -> String {
        if !self.taken.contains(id.as_str()) {
            return id;
        }
        let numbered = (2_u64..).map(|number| format!("{id}-{number}"));
        numbered.into_iter().find(|id| !self.taken.contains(id.as_str())).unwrap_or(id)
    }

    /// The id of the next award run: the number of runs and one, or a later one that is free.
    pub(super) fn next_run(&self) -> String {
        let first = self.runs.len() as u64 + 1;
        let mut ids = (first..).map(|number| format!("close-{number}"));
        ids.find(|id| !self.taken.contains(id.as_str())).unwrap_or_else(|| "close".to_owned())
    }

    /// All grants, in order of time.
    pub(crate) fn grants(&self) -> Vec<GrantDocument> {
        in_order(self.grants.values().filter_map(|event| self.document(event)).collect())
    }

    /// What was spent on rewards of people who were erased.
    pub(super) fn spent(&self) -> &[Spent] {
        &self.spent
    }

    /// The rewards that are paid for, or that their amount is kept for.
    pub(crate) fn rewards(&self) -> Vec<GrantDocument> {
        let mut grants = self.grants();
        grants.retain(|grant| *grant.what.kind == *"reward" && grant.state.reserves());
        grants
    }

    /// Those of the grants that have one of these identities, in order of time.
    pub(super) fn grants_of(&self, identities: &[Identity]) -> Vec<GrantDocument> {
        let chosen = identities.iter().collect::<BTreeSet<_>>().into_iter();
        in_order(chosen.filter_map(|id| self.document(self.grants.get(id)?)).collect())
    }

    /// The identities and documents of grants whose id begins like this.
    pub(super) fn find(&self, id: &str) -> Vec<(&Identity, GrantDocument)> {
        let begins = self.grants.iter().filter(|(identity, _)| identity.id.starts_with(id));
        let exact = self.grants.keys().any(|identity| *identity.id == *id);
        begins
            .filter(|(identity, _)| !exact || *identity.id == *id)
            .filter_map(|(identity, event)| Some((identity, self.document(event)?)))
            .collect()
    }

    fn document(&self, event: &Event) -> Option<GrantDocument> {
        let Body::Grant(granted) = &event.body else { return None };
        let mut state = State::first(&granted.grant.kind);
        let mut decisions = Vec::new();
        for decision in self.decisions.get(&event.identity).into_iter().flat_map(BTreeMap::values) {
            // What does not follow, such as the approval of something declined, has no effect.
            if let Some(next) = state.after(decision.decision) {
                state = next;
                decisions.push(decision.clone());
            }
        }
        Some(GrantDocument {
            grant: Arc::clone(&event.identity.id),
            subject: granted.to.clone(),
            state,
            as_of: event.at,
            granted_by: Arc::clone(&granted.by),
            what: granted.grant.clone(),
            decisions,
        })
    }

    /// The latest award run, and how many there were.
    pub(super) fn last_run(&self) -> Option<&Run> {
        self.runs.values().next_back()
    }

    /// What the latest award run looked at: what happened before this time.
    pub(crate) fn last_as_of(&self) -> Option<Timestamp> {
        self.last_run().map(|run| run.as_of)
    }

    /// The latest award run as of a time.
    pub(super) fn last_run_as_of(&self, as_of: Timestamp) -> Option<&Run> {
        self.runs.values().rfind(|run| run.as_of == as_of)
    }
}

fn in_order(mut grants: Vec<GrantDocument>) -> Vec<GrantDocument> {
    grants.sort_by(|a, b| (a.as_of, &a.subject, &a.grant).cmp(&(b.as_of, &b.subject, &b.grant)));
    grants
}
