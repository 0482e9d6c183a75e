//! What is put on record, in order, for whoever follows it.

use std::collections::BTreeSet;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sealed::Done;
use super::{LAST, Task, When};
use crate::error::{Code, Error, Problem};
use crate::events::{Body, Event, Log, Subject};
use crate::guidelines::Verdict;
use crate::journal::Entry;
use crate::ledger::Ledger;
use crate::live::Live;
use crate::post::Post;
use crate::roster::Roster;
use crate::time::Calendar;
use crate::wire::canonical;

/// So many changes are given where no number is said.
const USUAL: usize = 1_000;
/// So many at most.
const MOST: usize = 10_000;
/// An event may be about another one, and that about a third; no chain of ours is longer.
const LONGEST_CHAIN: usize = 8;

/// What was put on record after a place.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "ChangesQuestion")]
#[serde(deny_unknown_fields)]
pub struct Changes {
    /// The time at which it is asked: of people who have opted out by then nothing is told.
    pub as_of: When,
    /// The place of the last change that is known: `last` of the answer before. From the first on
    /// where it is not said.
    #[serde(default)]
    #[schemars(range(max = LAST))]
    pub after: u64,
    /// So many at most, from 1 to 10,000; 1,000 where it is not said.
    #[serde(default)]
    #[schemars(range(min = 1, max = 10_000))]
    pub at_most: Option<usize>,
}

/// What was put on record, in order.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Changes", deny_unknown_fields, transform = crate::schema::written)]
pub struct Changed {
    /// The changes.
    pub changes: Vec<Change>,
    /// The place of the last of them, to go on after.
    pub last: u64,
    /// Whether there are more by now.
    pub more: bool,
}

/// One thing that was put on record.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct Change {
    /// Its place in the journal, from 1.
    pub position: u64,
    /// The event; not told where somebody whom it is about has opted out, nor what a person was given
    /// where figures of single people are for themselves alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<Event>,
    /// What the guidelines say of the post that was published; not told where figures of single people
    /// are for themselves alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// Whether the event is not told.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub withheld: bool,
}

impl Task for Changes {}

impl Done for Changes {
    fn answer(&self, ledger: &Ledger) -> Result<String, Error> {
        if self.after > LAST {
            let problem = Problem::new(Code::WrongValue, "no place is that far behind");
            return Err(problem.help("`last` of the answer before").field("after").into());
        }
        let most = self.at_most.unwrap_or(USUAL);
        if !(1..=MOST).contains(&most) {
            let problem =
                Problem::new(Code::WrongValue, format!("{most} changes cannot be asked for"));
            return Err(problem.help(format!("a number from 1 to {MOST}")).field("at_most").into());
        }
        let as_of = self.as_of.instant(ledger.program());
        let (entries, more) = ledger.entries(self.after, most)?;
        let live = ledger.live()?;
        let roster = live.roster(as_of);
        let aggregate = ledger.program().is_aggregate_only();
        let last = entries.last().map_or(self.after, |entry| entry.position);
        let changes = entries
            .into_iter()
            .map(|Entry { position, event }| {
                let about = live.with_log(|log| people_of(log, &event));
                let at = Calendar::last_instant(as_of);
                let hidden =
                    about.iter().any(|name| roster.has_opted_out(roster.resolve(name, at), at));
                // Who was given what is for those who decide about grants.
                let given = aggregate && live.with_log(|log| is_of_a_persons_grant(log, &event));
                if hidden || given {
                    return Change { position, event: None, verdict: None, withheld: true };
                }
                let event = without_content(event);
                let verdict = if aggregate { None } else { verdict(live, &roster, &event) };
                Change { position, event: Some(event), verdict, withheld: false }
            })
            .collect();
        canonical(&Changed { changes, last, more })
    }
}

/// Whoever follows changes has to know that something was erased, or a program published, and not what
/// is kept of it.
fn without_content(mut event: Event) -> Event {
    match &mut event.body {
        Body::Erasure { erasure, .. } => {
            (erasure.rest, erasure.spent, erasure.names) = Default::default();
        }
        Body::Publication { publication, .. } => publication.files.clear(),
        _ => {}
    }
    event
}

/// Everyone whom an event speaks of, by the names it uses.
fn people_of(log: &Log, event: &Event) -> BTreeSet<Arc<str>> {
    let mut people = BTreeSet::new();
    let mut event = event.clone();
    for _ in 0..LONGEST_CHAIN {
        match &event.body {
            Body::Activity(activity) => {
                people.insert(Arc::clone(&activity.advocate));
                people.extend(activity.counterpart.clone());
            }
            Body::Update { set, .. } => {
                people.extend(set.advocate.clone());
                people.extend(set.counterpart.clone().flatten());
            }
            Body::Person(person) => drop(people.insert(Arc::clone(&person.id))),
            Body::Adjustment(adjustment) => drop(people.insert(Arc::clone(&adjustment.advocate))),
            Body::Dispute(dispute) => drop(people.insert(Arc::clone(&dispute.advocate))),
            Body::Grant(granted) => {
                if let Subject::Advocate { advocate } = &granted.to {
                    people.insert(Arc::clone(advocate));
                }
            }
            _ => {}
        }
        let Some(next) = event.target().and_then(|target| log.position(target.into())) else {
            break;
        };
        event = log.event(next);
    }
    people
}

/// What the guidelines say of the post that an event published. A rule that ran out of time leaves it
/// out: the post can be checked again.
fn verdict(live: &Live, roster: &Roster, event: &Event) -> Option<Verdict> {
    let Body::Activity(activity) = &event.body else { return None };
    let author = roster.resolve(&activity.advocate, event.at);
    let post = Post { author: Some(Arc::clone(author)), ..(**activity.post.as_ref()?).clone() };
    live.check(&post, event.at).ok()
}

/// Whether an event gives something to a person, or decides about that.
fn is_of_a_persons_grant(log: &Log, event: &Event) -> bool {
    let gives = |body: &Body| matches!(body, Body::Grant(granted) if matches!(granted.to, Subject::Advocate { .. }));
    match &event.body {
        Body::Decision { target, .. } => {
            let grant = log.position(target.into());
            grant.is_some_and(|place| gives(&log.event(place).body))
        }
        body => gives(body),
    }
}

impl Ledger {
    /// Some of the events on record after a place, and whether there are more.
    pub(crate) fn entries(&self, after: u64, most: usize) -> Result<(Vec<Entry>, bool), Error> {
        let mut entries = Vec::new();
        let mut more = false;
        let read = self.journal().read(after, &mut |entry| {
            if entries.len() == most {
                more = true;
                // Ends the reading, and is told to nobody.
                return Err(Problem::new(Code::Internal, "that is enough").into());
            }
            entries.push(entry);
            Ok(())
        });
        match read {
            Err(error) if !more => Err(error),
            _ => Ok((entries, more)),
        }
    }
}
