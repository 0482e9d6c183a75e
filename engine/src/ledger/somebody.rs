//! Which events are about somebody, and which names are theirs: as standings have it, where a name may
//! be one person's today and was another's before.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use crate::error::{Code, Error, Problem, did_you_mean};
use crate::events::{Body, Event, Kind, Log, People, Place};
use crate::links::Links;
use crate::roster::Roster;
use crate::time::Calendar;

/// Somebody who is on record, by everything that is.
pub(super) struct Somebody<'a> {
    pub(super) log: &'a Log,
    links: Links,
    roster: Roster,
    id: Arc<str>,
    /// Every name that may ever have been theirs: who is meant is settled by the time.
    ever: BTreeSet<Arc<str>>,
}

/// The last instant there is.
fn last() -> Timestamp {
    Calendar::last_instant(Timestamp::MAX)
}

impl<'a> Somebody<'a> {
    /// Whom a name stands for.
    pub(super) fn find(log: &'a Log, name: &str) -> Result<Self, Error> {
        let links = Links::of(log);
        let roster = Roster::linked(&People::new(), log, &links, Timestamp::MAX, false);
        let id = Arc::clone(roster.resolve(&name.into(), last()));
        let ever = names_with(log, &id);
        let somebody = Self { log, links, roster, id, ever };
        if somebody.events().is_empty() {
            let known = somebody.roster.ids().map(|id| &**id);
            let message = format!("nobody is on record as `{name}`");
            return Err(Problem::new(Code::UnknownAdvocate, message)
                .maybe_help(did_you_mean(name, known))
                .field("advocate")
                .into());
        }
        Ok(somebody)
    }

    /// Whether a name is theirs at a time, or by now.
    pub(super) fn is(&self, name: &Arc<str>, at: Timestamp) -> bool {
        self.ever.contains(name)
            && (*self.roster.resolve(name, at) == self.id
                || *self.roster.resolve(name, last()) == self.id)
    }

    /// The same at the time alone: what somebody did then is theirs, whoever has the name by now.
    fn was(&self, name: &Arc<str>, at: Timestamp) -> bool {
        self.ever.contains(name) && *self.roster.resolve(name, at) == self.id
    }

    pub(super) fn id(&self) -> &Arc<str> {
        &self.id
    }

    /// Whether a name may ever have been theirs.
    pub(super) fn was_ever(&self, name: &Arc<str>) -> bool {
        self.ever.contains(name)
    }

    /// Whether a name is that of anybody on record.
    pub(super) fn knows(&self, name: &Arc<str>) -> bool {
        self.roster.member(self.roster.resolve(name, last())).is_some()
    }

    /// Whether an event was taken back.
    pub(super) fn is_taken_back(&self, place: Place) -> bool {
        self.links.retracted(self.log, place, Timestamp::MAX)
    }

    /// The names that are theirs by now.
    pub(super) fn names(&self) -> impl Iterator<Item = &Arc<str>> {
        self.ever.iter().filter(|name| *self.roster.resolve(name, last()) == self.id)
    }

    /// Every name that may ever have been theirs.
    pub(super) fn ever(&self) -> impl Iterator<Item = &Arc<str>> {
        self.ever.iter()
    }

    /// The places of all events about them, and of those that are about such an event in turn.
    pub(super) fn events(&self) -> BTreeSet<Place> {
        let mut gone = BTreeSet::new();
        let mut next: Vec<Place> =
            self.log.places().filter(|place| self.is_about(*place)).collect();
        while let Some(place) = next.pop() {
            if gone.insert(place) {
                next.extend(self.links.about(place));
            }
        }
        gone
    }

    fn is_about(&self, place: Place) -> bool {
        let log = self.log;
        if log.kind(place) == Kind::Activity {
            return self.did(place);
        }
        let at = log.at(place);
        match &*log.body(place) {
            Body::Person(person) => self.was(&person.id, last()),
            Body::Adjustment(adjustment) => self.was(&adjustment.advocate, at),
            Body::Dispute(dispute) => self.was(&dispute.advocate, at),
            Body::Grant(granted) => granted.to.advocate().is_some_and(|name| self.was(name, at)),
            // An edit that is known before what it edits.
            Body::Update { target, set } if log.position(target.into()).is_none() => {
                set.advocate.as_ref().is_some_and(|name| self.was(name, at))
            }
            _ => false,
        }
    }

    /// Whether an activity is theirs as it stands; of one that was taken back, as it was recorded.
    fn did(&self, place: Place) -> bool {
        let Some(recorded) = self.log.names(place) else { return false };
        let is_edited = |later: &Place| self.log.kind(*later) == Kind::Update;
        if !self.links.about(place).iter().any(is_edited) {
            return self.was(recorded.advocate, recorded.at);
        }
        match self.links.settle(self.log, place, Timestamp::MAX) {
            Some(settled) => self.was(&settled.advocate, settled.at),
            None => self.was(recorded.advocate, recorded.at),
        }
    }

    /// What people were called, by the records of them that are gone.
    pub(super) fn called(&self, gone: &BTreeSet<Place>) -> BTreeSet<Arc<str>> {
        let name = |place: &Place| match &*self.log.body(*place) {
            Body::Person(person) => person.name.clone(),
            _ => None,
        };
        gone.iter().filter_map(name).collect()
    }
}

/// A name with every one that is said to be the same person's, over however many others.
fn names_with(log: &Log, id: &Arc<str>) -> BTreeSet<Arc<str>> {
    let mut kin: BTreeMap<&Arc<str>, Vec<&Arc<str>>> = BTreeMap::new();
    let records = log.others().filter_map(|(_, Event { body, .. })| match body {
        Body::Person(person) => Some(person),
        _ => None,
    });
    for person in records {
        for alias in &person.aliases {
            kin.entry(alias).or_default().push(&person.id);
            kin.entry(&person.id).or_default().push(alias);
        }
    }
    let mut known = BTreeSet::new();
    let mut next = vec![id];
    while let Some(name) = next.pop() {
        if known.insert(Arc::clone(name)) {
            next.extend(kin.get(name).into_iter().flatten());
        }
    }
    known
}
