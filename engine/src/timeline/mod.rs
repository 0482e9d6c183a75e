//! From accepted events to what holds: activities with their latest outcomes and edits, without
//! what was taken back, each under the advocate whom its name stands for, in the order of the fold.

mod settled;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use foldhash::HashMap;
use jiff::Timestamp;

pub(crate) use settled::Settled;

use crate::error::Error;
use crate::events::{Adjustment, Body, Event, Identity, Log, Market, Meeting, People, Place};
use crate::links::Links;
use crate::post::Content;
use crate::roster::{Roster, find_in};
use crate::threads::{each_surely, shares};

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

/// Content by its id.
pub(crate) type Contents = HashMap<Arc<str>, Published>;

/// Content on record, and since when.
#[derive(Clone, Debug)]
pub(crate) struct Published {
    pub(crate) at: Timestamp,
    pub(crate) content: Content,
}

/// Puts activities of a log in the order of the fold: time, then source, then id.
pub(crate) fn in_order(log: &Log, activities: &mut [Settled]) {
    activities
        .sort_by(|a, b| a.at.cmp(&b.at).then_with(|| log.named(a.place).cmp(&log.named(b.place))));
}

/// Everyone's activities before a time: where they are, so that each person's are put together
/// when it is their turn.
#[derive(Debug)]
pub(crate) struct Timeline {
    links: Arc<Links>,
    pub(crate) as_of: Timestamp,
    pub(crate) roster: Arc<Roster>,
    by_advocate: BTreeMap<Arc<str>, Vec<Place>>,
    /// Activities that somebody else took part in.
    with_counterpart: Vec<Place>,
    /// Points by hand, each person's in the order of the fold.
    pub(crate) adjustments: BTreeMap<Arc<str>, Vec<Adjusted>>,
    /// The content on record, by id: of several, the first in the order of the fold.
    pub(crate) contents: Arc<Contents>,
    pub(crate) meetings: Arc<[(Timestamp, Meeting)]>,
    pub(crate) market: Arc<[(Timestamp, Market)]>,
    /// Outcomes, edits and retractions whose target has not come yet.
    pub(crate) waiting: usize,
    /// Outcomes and edits of something that has neither.
    pub(crate) without_effect: usize,
    /// Activities at as-of or later.
    pub(crate) later: usize,
}

/// So many places are looked through at a time, over all cores.
const AT_A_TIME: usize = 1 << 16;

/// Whose activities some of the places have.
#[derive(Default)]
struct Found {
    by_advocate: HashMap<Arc<str>, Vec<Place>>,
    with_counterpart: Vec<Place>,
    later: usize,
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
        Self::before(log, Arc::new(links), Arc::new(roster), as_of)
    }

    /// The advocate whom a name stands for, where there is one who may be seen.
    pub(crate) fn find(&self, name: &str, as_of: Timestamp) -> Result<Arc<str>, Error> {
        find_in(&self.roster, name, as_of, self.advocates().chain(self.adjustments.keys()))
    }

    /// What holds before `as_of`, by the time of events, whenever they arrived.
    pub(crate) fn before(
        log: &Log,
        links: Arc<Links>,
        roster: Arc<Roster>,
        as_of: Timestamp,
    ) -> Self {
        let (waiting, without_effect) = links.loose(log, as_of);
        let mut timeline = Self {
            by_advocate: BTreeMap::new(),
            with_counterpart: Vec::new(),
            adjustments: BTreeMap::new(),
            contents: Arc::new(contents(log, &links, as_of)),
            meetings: meetings(log, &links, as_of),
            market: market(log, &links, as_of),
            waiting,
            without_effect,
            later: 0,
            links,
            as_of,
            roster,
        };
        timeline.find_activities(log);
        for (place, _) in log.others() {
            if let Some(adjusted) = adjusted(log, &timeline.links, &timeline.roster, place, as_of) {
                let advocate = Arc::clone(&adjusted.adjustment.advocate);
                timeline.adjustments.entry(advocate).or_default().push(adjusted);
            }
        }
        for adjustments in timeline.adjustments.values_mut() {
            adjustments.sort_by(|a, b| (a.at, &a.identity).cmp(&(b.at, &b.identity)));
        }
        timeline
    }

    /// Finds out whose activities are where.
    fn find_activities(&mut self, log: &Log) {
        let mut by_advocate: HashMap<Arc<str>, Vec<Place>> = HashMap::default();
        for found in each_surely(&shares(log.places()), |places| self.found(log, places.clone())) {
            self.later += found.later;
            self.with_counterpart.extend(found.with_counterpart);
            for (advocate, places) in found.by_advocate {
                by_advocate.entry(advocate).or_default().extend(places);
            }
        }
        by_advocate.values_mut().for_each(Vec::shrink_to_fit);
        self.by_advocate = by_advocate.into_iter().collect();
    }

    fn found(&self, log: &Log, places: Range<Place>) -> Found {
        let mut found = Found::default();
        for place in places {
            let Some(names) = log.names(place) else { continue };
            found.later += usize::from(names.at >= self.as_of);
            // Most are as they were recorded, and need not be put together to know whose they are.
            let settled;
            let (advocate, has_counterpart) = if self.links.is_as_recorded(log, place) {
                if names.at >= self.as_of {
                    continue;
                }
                (self.roster.resolve(names.advocate, names.at), names.counterpart.is_some())
            } else {
                let Some(stands) = self.settled(log, place) else { continue };
                settled = stands;
                (&settled.advocate, settled.counterpart.is_some())
            };
            match found.by_advocate.get_mut(advocate) {
                Some(places) => places.push(place),
                None => drop(found.by_advocate.insert(Arc::clone(advocate), vec![place])),
            }
            if has_counterpart {
                found.with_counterpart.push(place);
            }
        }
        found
    }

    /// An activity as it stands, with advocates in the place of the names that stand for them.
    fn settled(&self, log: &Log, place: Place) -> Option<Settled> {
        let mut settled = self.links.settle(log, place, self.as_of)?;
        settled.resolve(&self.roster);
        Some(settled)
    }

    /// The people who did something that stands, in order.
    pub(crate) fn advocates(&self) -> impl Iterator<Item = &Arc<str>> + Clone {
        self.by_advocate.keys()
    }

    /// Whether a person did something that stands.
    pub(crate) fn has_activities(&self, advocate: &str) -> bool {
        self.by_advocate.contains_key(advocate)
    }

    /// A person's activities, in the order of the fold.
    pub(crate) fn activities(&self, log: &Log, advocate: &str) -> Vec<Settled> {
        let mut activities = Vec::new();
        self.put_activities(log, advocate, &mut activities);
        activities
    }

    /// Puts a person's activities, in the order of the fold, where none are.
    pub(crate) fn put_activities(&self, log: &Log, advocate: &str, room: &mut Vec<Settled>) {
        let places = self.by_advocate.get(advocate).map_or(&[][..], Vec::as_slice);
        room.extend(places.iter().filter_map(|place| self.settled(log, *place)));
        in_order(log, room);
    }

    /// What is made of the activities with a counterpart whose kind may fit, in order.
    pub(crate) fn with_counterpart<R: Send>(
        &self,
        log: &Log,
        fits: impl Fn(&str) -> bool + Sync,
        make: impl Fn(Settled) -> Option<R> + Sync,
    ) -> impl Iterator<Item = R> {
        let may_fit = |place: Place| {
            let kind = log.names(place).and_then(|names| names.kind);
            !self.links.is_as_recorded(log, place) || kind.is_some_and(|kind| fits(kind))
        };
        let parts: Vec<&[Place]> = self.with_counterpart.chunks(AT_A_TIME).collect();
        let made = each_surely(&parts, |places| -> Vec<R> {
            let places = places.iter().copied().filter(|place| may_fit(*place));
            places.filter_map(|place| self.settled(log, place)).filter_map(&make).collect()
        });
        made.into_iter().flatten()
    }

    /// A person's points by hand, in the order of the fold.
    pub(crate) fn adjustments_of(&self, advocate: &str) -> &[Adjusted] {
        self.adjustments.get(advocate).map_or(&[], Vec::as_slice)
    }
}

/// Points by hand of the log as they stand as of a time.
pub(crate) fn adjusted(
    log: &Log,
    links: &Links,
    roster: &Roster,
    place: Place,
    as_of: Timestamp,
) -> Option<Adjusted> {
    let body = log.body(place);
    let Body::Adjustment(adjustment) = &*body else { return None };
    let (identity, at) = (log.identity(place), log.at(place));
    if at >= as_of || links.retracted(log, place, as_of) {
        return None;
    }
    let mut adjustment = adjustment.clone();
    adjustment.advocate = Arc::clone(roster.resolve(&adjustment.advocate, at));
    Some(Adjusted { identity, at, adjustment })
}

/// What stands of some kind of events as of a time, in the order of the fold.
fn standing<'a, T>(
    log: &'a Log,
    links: &Links,
    as_of: Timestamp,
    pick: impl Fn(&'a Body) -> Option<&'a T>,
) -> Vec<(&'a Event, &'a T)> {
    let mut found: Vec<(&Event, &T)> = log
        .others()
        .filter(|(_, event)| event.at < as_of)
        .filter_map(|(place, event)| Some((place, event, pick(&event.body)?)))
        .filter(|(place, ..)| !links.retracted(log, *place, as_of))
        .map(|(_, event, picked)| (event, picked))
        .collect();
    found.sort_by(|(a, _), (b, _)| a.order().cmp(&b.order()));
    found
}

/// The content on record as of a time.
pub(crate) fn contents(log: &Log, links: &Links, as_of: Timestamp) -> Contents {
    let found = standing(log, links, as_of, |body| match body {
        Body::Content(content) => Some(content),
        _ => None,
    });
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
    let found = standing(log, links, as_of, |body| match body {
        Body::Meeting(meeting) => Some(meeting),
        _ => None,
    });
    found.into_iter().map(|(event, meeting)| (event.at, meeting.clone())).collect()
}

/// The figures of the market that stand as of a time, in the order of the fold.
pub(crate) fn market(log: &Log, links: &Links, as_of: Timestamp) -> Arc<[(Timestamp, Market)]> {
    let found = standing(log, links, as_of, |body| match body {
        Body::Market(market) => Some(market),
        _ => None,
    });
    found.into_iter().map(|(event, market)| (event.at, *market)).collect()
}
