//! From accepted events to what holds: activities with their latest outcomes and edits, without
//! what was taken back, each under the advocate whom its name stands for, in the order of the fold.

mod links;

use std::collections::BTreeMap;
use std::sync::Arc;

use foldhash::HashMap;
use jiff::Timestamp;

pub(crate) use links::Links;

use crate::error::Error;
use crate::events::{Activity, Adjustment, Body, Event, Identity, Log, Meeting, People, Stated};
use crate::facts::{ActivityFact, Value};
use crate::post::{Content, Post};
use crate::roster::{Roster, find_in};

/// What to look at: events, people and the time as of which to look.
#[derive(Clone, Copy, Debug)]
pub struct Records<'a> {
    /// The accepted events.
    pub log: &'a Log,
    /// The people on record.
    pub people: &'a People,
    /// Events at this time and later are not looked at.
    pub as_of: Timestamp,
    /// Takes people without a consent on record for willing; for files that have no such field.
    pub assume_consent: bool,
}

/// An activity as it stands as of a time.
#[derive(Clone, Debug)]
pub(crate) struct Settled {
    pub(crate) identity: Identity,
    pub(crate) at: Timestamp,
    pub(crate) advocate: Arc<str>,
    pub(crate) content: Option<Arc<str>>,
    pub(crate) counterpart: Option<Arc<str>>,
    pub(crate) post: Option<Arc<Post>>,
    pub(crate) stated: Stated,
}

impl Settled {
    fn of(event: &Event, activity: &Activity) -> Self {
        Self {
            identity: event.identity.clone(),
            at: event.at,
            advocate: Arc::clone(&activity.advocate),
            content: activity.content.clone(),
            counterpart: activity.counterpart.clone(),
            post: activity.post.clone(),
            stated: activity.stated.clone(),
        }
    }

    /// The order of the fold: time, then source, then id.
    pub(crate) fn order(&self) -> (Timestamp, &Identity) {
        (self.at, &self.identity)
    }

    /// A text that the record states.
    pub(crate) fn text(&self, fact: ActivityFact) -> Option<&Arc<str>> {
        match self.stated.iter().find(|(slot, _)| *slot == fact as u8) {
            Some((_, Value::Text(text))) => Some(text),
            _ => None,
        }
    }

    /// Puts advocates in the place of the names that stand for them.
    pub(crate) fn resolve(&mut self, roster: &Roster) {
        self.advocate = roster.resolve(&self.advocate, self.at);
        if let Some(counterpart) = &mut self.counterpart {
            *counterpart = roster.resolve(counterpart, self.at);
        }
    }
}

/// Content by its id.
pub(crate) type Contents = HashMap<Arc<str>, Published>;

/// Content on record, and since when.
#[derive(Clone, Debug)]
pub(crate) struct Published {
    pub(crate) at: Timestamp,
    pub(crate) content: Content,
}

/// Everyone's activities before a time, each person's in the order of the fold.
#[derive(Debug, Default)]
pub(crate) struct Timeline {
    pub(crate) roster: Arc<Roster>,
    pub(crate) by_advocate: BTreeMap<Arc<str>, Vec<Settled>>,
    /// Points by hand, each person's in the order of the fold.
    pub(crate) adjustments: BTreeMap<Arc<str>, Vec<Adjusted>>,
    /// The content on record, by id: of several, the first in the order of the fold.
    pub(crate) contents: Arc<Contents>,
    pub(crate) meetings: Arc<[(Timestamp, Meeting)]>,
    /// Outcomes, edits and retractions whose target has not come yet.
    pub(crate) waiting: usize,
    /// Outcomes and edits of something that has neither.
    pub(crate) without_effect: usize,
    /// Activities at as-of or later.
    pub(crate) later: usize,
}

/// Points by hand that stand as of a time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Adjusted {
    pub(crate) identity: Identity,
    pub(crate) at: Timestamp,
    pub(crate) adjustment: Adjustment,
}

impl Timeline {
    /// What holds as of the time that is asked for.
    pub(crate) fn of(records: &Records<'_>) -> Self {
        let Records { log, people, as_of, assume_consent } = *records;
        let links = Links::of(log);
        let roster = Roster::linked(people, log, &links, as_of, assume_consent);
        Self::before(log, &links, Arc::new(roster), as_of)
    }

    /// The advocate whom a name stands for, where there is one who may be seen.
    pub(crate) fn find(&self, name: &str, as_of: Timestamp) -> Result<Arc<str>, Error> {
        find_in(&self.roster, name, as_of, self.by_advocate.keys().chain(self.adjustments.keys()))
    }

    /// What holds before `as_of`, by the time of events, whenever they arrived.
    pub(crate) fn before(log: &Log, links: &Links, roster: Arc<Roster>, as_of: Timestamp) -> Self {
        let (waiting, without_effect) = links.loose(log, as_of);
        let contents = Arc::new(contents(log, links, as_of));
        let meetings = meetings(log, links, as_of);
        let mut timeline =
            Self { roster, contents, meetings, waiting, without_effect, ..Self::default() };
        for (index, event) in log.events.iter().enumerate() {
            match &event.body {
                Body::Activity(_) => {
                    timeline.later += usize::from(event.at >= as_of);
                    if let Some(mut settled) = links.settle(log, index, as_of) {
                        settled.resolve(&timeline.roster);
                        let advocate = Arc::clone(&settled.advocate);
                        timeline.by_advocate.entry(advocate).or_default().push(settled);
                    }
                }
                Body::Adjustment(_) => {
                    if let Some(adjusted) = adjusted(log, links, &timeline.roster, index, as_of) {
                        let advocate = Arc::clone(&adjusted.adjustment.advocate);
                        timeline.adjustments.entry(advocate).or_default().push(adjusted);
                    }
                }
                _ => {}
            }
        }
        for activities in timeline.by_advocate.values_mut() {
            activities.sort_by(|a, b| a.order().cmp(&b.order()));
        }
        for adjustments in timeline.adjustments.values_mut() {
            adjustments.sort_by(|a, b| (a.at, &a.identity).cmp(&(b.at, &b.identity)));
        }
        timeline
    }
}

/// Points by hand of the log as they stand as of a time.
pub(crate) fn adjusted(
    log: &Log,
    links: &Links,
    roster: &Roster,
    index: usize,
    as_of: Timestamp,
) -> Option<Adjusted> {
    let event = &log.events[index];
    let Body::Adjustment(adjustment) = &event.body else { return None };
    if event.at >= as_of || links.retracted(log, &event.identity, as_of) {
        return None;
    }
    let mut adjustment = adjustment.clone();
    adjustment.advocate = roster.resolve(&adjustment.advocate, event.at);
    Some(Adjusted { identity: event.identity.clone(), at: event.at, adjustment })
}

/// The content on record as of a time.
pub(crate) fn contents(log: &Log, links: &Links, as_of: Timestamp) -> Contents {
    let mut found: Vec<(&Event, &Content)> = log
        .events
        .iter()
        .filter(|event| event.at < as_of)
        .filter_map(|event| match &event.body {
            Body::Content(content) => Some((event, content)),
            _ => None,
        })
        .filter(|(event, _)| !links.retracted(log, &event.identity, as_of))
        .collect();
    found.sort_by(|(a, _), (b, _)| a.order().cmp(&b.order()));
    let mut contents = Contents::default();
    for (event, content) in found {
        if let Some(id) = &content.id {
            let published = || Published { at: event.at, content: content.clone() };
            contents.entry(Arc::clone(id)).or_insert_with(published);
        }
    }
    contents
}

/// The meetings that stand as of a time, in the order of the fold.
pub(crate) fn meetings(log: &Log, links: &Links, as_of: Timestamp) -> Arc<[(Timestamp, Meeting)]> {
    let mut found: Vec<(&Event, &Meeting)> = log
        .events
        .iter()
        .filter(|event| event.at < as_of)
        .filter_map(|event| match &event.body {
            Body::Meeting(meeting) => Some((event, meeting)),
            _ => None,
        })
        .filter(|(event, _)| !links.retracted(log, &event.identity, as_of))
        .collect();
    found.sort_by(|(a, _), (b, _)| a.order().cmp(&b.order()));
    found.into_iter().map(|(event, meeting)| (event.at, meeting.clone())).collect()
}
