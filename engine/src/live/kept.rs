//! What is kept of a person between two questions, and how long it holds.

use std::sync::Arc;

use foldhash::HashSet;
use jiff::Timestamp;

use super::index::names_with_edits;
use super::{Live, State};
use crate::error::Error;
use crate::events::{Log, Place};
use crate::links::Links;
use crate::scoring::Fold;
use crate::standings::{Tally, received};
use crate::timeline::{Adjusted, Settled, adjusted, in_order};

/// A person's tally, and what it was worked out from.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) tally: Arc<Tally>,
    /// It holds for every as-of behind the latest of the events that it was worked out from …
    after: Option<Timestamp>,
    /// … up to the first of those that were left out for being later.
    until: Option<Timestamp>,
    /// Whether published posts were judged, too.
    pub(super) judged: bool,
    /// Whether there is an activity or an adjustment at all.
    pub(super) has_done: bool,
}

impl Kept {
    /// Whether it is the same as of another time.
    pub(super) fn holds(&self, as_of: Timestamp) -> bool {
        self.after.is_none_or(|after| after < as_of)
            && self.until.is_none_or(|until| as_of <= until)
    }

    /// Works it out anew.
    pub(super) fn of(
        live: &Live,
        state: &State,
        fold: &mut Fold<'_>,
        id: &Arc<str>,
        as_of: Timestamp,
    ) -> Result<Self, Error> {
        let State { log, links, index, .. } = state;
        let roster = fold.roster();
        let names = index.kin_of([Arc::clone(id)]);
        let mut times = Times { log, links, as_of, after: None, until: None };
        let settle = |activity: Place, about: &[Place]| -> Option<Settled> {
            let mut settled = links.settle_by(log, activity, about, as_of)?;
            settled.resolve(roster);
            Some(settled)
        };

        let mut activities = std::mem::take(&mut fold.room);
        // Everyone whom these activities speak of: whom a name stands for may change with time.
        let mut people = names.clone();
        let mut note = |name: &Arc<str>| {
            if !people.contains(name) {
                people.insert(Arc::clone(name));
            }
        };
        let own = index.own(log, &names);
        links.fetch(log, &own);
        for activity in own {
            let Some(recorded) = log.names(activity) else { continue };
            let about = links.about(activity);
            times.add(recorded.at, about);
            names_with_edits(log, &recorded, about, &mut note);
            index.contents_of(log, activity, about, |content| {
                times.add(log.at(content), links.about(content));
            });
            activities.extend(settle(activity, about).filter(|settled| settled.advocate == *id));
        }
        in_order(log, &mut activities);

        let mut gifts = Vec::new();
        for activity in index.received(log, &names) {
            let Some(recorded) = log.names(activity) else { continue };
            let about = links.about(activity);
            times.add(recorded.at, about);
            names_with_edits(log, &recorded, about, &mut note);
            let Some(settled) = settle(activity, about) else { continue };
            if settled.counterpart.as_ref() == Some(id) {
                gifts.extend(received(&live.program, roster, &settled));
            }
        }

        let mut adjustments: Vec<Adjusted> = Vec::new();
        let people = index.kin_of(people);
        for (event, at) in index.persons(&people) {
            times.add(at, links.about(event));
        }
        for event in index.adjustments(&people) {
            times.add(log.at(event), links.about(event));
            let points = adjusted(log, links, roster, event, as_of);
            adjustments.extend(points.filter(|points| points.adjustment.advocate == *id));
        }
        adjustments.sort_by(|a, b| (a.at, &a.identity).cmp(&(b.at, &b.identity)));
        let dated = people.iter().flat_map(|name| live.people.get(name));
        dated.filter_map(|person| person.at).for_each(|at| times.take(at));

        let has_done = !activities.is_empty() || !adjustments.is_empty();
        let judged = fold.judge;
        let tally = Tally::of(&live.program, log, fold, id, &activities, &adjustments, gifts)?;
        activities.clear();
        fold.room = activities;
        let Times { after, until, .. } = times;
        Ok(Self { tally: Arc::new(tally), after, until, judged, has_done })
    }
}

/// Of the times of events and of all that is about them, those next to as-of.
struct Times<'a> {
    log: &'a Log,
    links: &'a Links,
    as_of: Timestamp,
    after: Option<Timestamp>,
    until: Option<Timestamp>,
}

impl Times<'_> {
    fn take(&mut self, at: Timestamp) {
        if at < self.as_of {
            self.after = self.after.max(Some(at));
        } else {
            self.until = Some(self.until.map_or(at, |until| until.min(at)));
        }
    }

    /// Takes the time of an event and those of all that names it.
    fn add(&mut self, at: Timestamp, about: &[Place]) {
        self.take(at);
        if about.is_empty() {
            return;
        }
        // What is about it may be named in turn, even in a circle.
        let mut known: HashSet<Place> = HashSet::default();
        let mut next = about.to_vec();
        while let Some(event) = next.pop() {
            if known.insert(event) {
                self.take(self.log.at(event));
                next.extend(self.links.about(event));
            }
        }
    }
}
