//! What is past its age: which events go, and which stay with less in them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::carry::is_carried;
use crate::events::{
    Aged, Body, ERASED, Event, Granted, Kind, Log, People, Person, Place, Statement,
};
use crate::facts::ActivityFact;
use crate::links::Links;
use crate::program::Program;
use crate::roster::Roster;
use crate::time::Calendar;

/// What stands in the place of the reasons of a decision that are past their age.
const REASON: &str = "past its retention";

/// What is past its age, by a program as of a time.
pub(super) struct Past {
    /// What went under each setting.
    pub(super) aged: Vec<Aged>,
    /// The events that go.
    pub(super) gone: BTreeSet<Place>,
    /// The events that stay with less in them, as they are then.
    pub(super) changed: BTreeMap<Place, Event>,
}

/// A setting with the time before which it is past.
struct Setting {
    name: String,
    before: Timestamp,
}

/// Looks for what is past its age.
struct Search<'a> {
    log: &'a Log,
    links: Links,
    settings: Vec<Setting>,
    gone: BTreeMap<Place, usize>,
    changed: BTreeMap<Place, (usize, Event)>,
}

impl Past {
    /// What of a log is past its age by `[privacy.retention]`.
    pub(super) fn of(program: &Program, log: &Log, as_of: Timestamp) -> Self {
        let calendar = &program.manifest.calendar;
        let settings = program.manifest.retention.all().map(|(name, _, age)| {
            let before = age.before(calendar, as_of);
            Setting { name, before }
        });
        let mut search = Search {
            log,
            links: Links::of(log),
            settings: settings.collect(),
            gone: BTreeMap::new(),
            changed: BTreeMap::new(),
        };
        search.activities();
        search.waiting();
        search.corrections();
        search.disputes();
        search.grants();
        search.profiles();
        search.told()
    }

    /// Whether nothing is past its age.
    pub(super) fn is_empty(&self) -> bool {
        self.gone.is_empty() && self.changed.is_empty()
    }
}

impl Search<'_> {
    fn told(self) -> Past {
        let Self { settings, gone, changed, .. } = self;
        let changed: BTreeMap<Place, (usize, Event)> =
            changed.into_iter().filter(|(place, _)| !gone.contains_key(place)).collect();
        let count = |many: usize| i64::try_from(many).unwrap_or(i64::MAX);
        let aged = settings.into_iter().enumerate().map(|(number, setting)| Aged {
            setting: setting.name.into(),
            before: setting.before,
            events: count(gone.values().filter(|of| **of == number).count()),
            changed: count(changed.values().filter(|(of, _)| *of == number).count()),
        });
        Past {
            aged: aged.filter(|aged| aged.events > 0 || aged.changed > 0).collect(),
            gone: gone.into_keys().collect(),
            changed: changed.into_iter().map(|(place, (_, event))| (place, event)).collect(),
        }
    }

    /// A setting by its name, where there is an age for it.
    fn setting(&self, name: &str) -> Option<(usize, Timestamp)> {
        let number = self.settings.iter().position(|setting| setting.name == name)?;
        Some((number, self.settings[number].before))
    }

    /// The setting of activities of a kind.
    fn of_kind(&self, kind: &str) -> Option<(usize, Timestamp)> {
        self.setting(&format!("kinds.{kind}")).or_else(|| self.setting("activities"))
    }

    /// An event with everything that is about it, about that, and so on.
    fn with_all_about(&self, place: Place) -> BTreeSet<Place> {
        let (mut all, mut next) = (BTreeSet::new(), vec![place]);
        while let Some(place) = next.pop() {
            if all.insert(place) {
                next.extend(self.links.about(place));
            }
        }
        all
    }

    fn goes(&mut self, setting: usize, places: BTreeSet<Place>) {
        for place in places {
            self.gone.entry(place).or_insert(setting);
        }
    }

    /// Whether somebody objects and has no answer yet.
    fn is_open(&self, place: Place) -> bool {
        matches!(*self.log.body(place), Body::Dispute(_))
            && self.links.resolution(self.log, place, Timestamp::MAX).is_none()
            && !self.links.retracted(self.log, place, Timestamp::MAX)
    }

    /// What people did goes with all that is about it. What somebody objects to stays until that has
    /// ended.
    fn activities(&mut self) {
        let mut of_kinds: BTreeMap<Arc<str>, Option<(usize, Timestamp)>> = BTreeMap::new();
        let posts = self.setting("posts");
        for place in self.log.places() {
            let Some(names) = self.log.names(place) else { continue };
            let (mut at, mut kind) = (names.at, names.kind.cloned());
            if !self.links.is_as_recorded(self.log, place)
                && let Some(settled) = self.links.settle(self.log, place, Timestamp::MAX)
            {
                at = settled.at;
                kind = settled.text(ActivityFact::Kind).cloned();
            }
            let kind = kind.unwrap_or_default();
            let age = match of_kinds.get(&kind) {
                Some(age) => *age,
                None => *of_kinds.entry(Arc::clone(&kind)).or_insert(self.of_kind(&kind)),
            };
            let age = age.filter(|(_, before)| at < *before);
            let posts = posts.filter(|(_, before)| at < *before);
            if age.is_none() && posts.is_none() {
                continue;
            }
            let all = self.with_all_about(place);
            if all.iter().any(|place| self.is_open(*place)) {
                continue;
            }
            match (age, posts) {
                (Some((setting, _)), _) => self.goes(setting, all),
                (None, Some((setting, _))) => {
                    for place in all {
                        if let Some(event) = self.log.event(place).wordless() {
                            self.changed.insert(place, (setting, event));
                        }
                    }
                }
                (None, None) => {}
            }
        }
    }

    /// Results and edits of what never came.
    fn waiting(&mut self) {
        let (activities, posts) = (self.setting("activities"), self.setting("posts"));
        for place in self.log.places() {
            let waits =
                matches!(self.log.kind(place), Kind::Outcome | Kind::Update | Kind::Retraction)
                    && self
                        .log
                        .target(place)
                        .is_some_and(|target| self.log.position(target).is_none());
            if !waits {
                continue;
            }
            let at = self.log.at(place);
            let is_past = |age: &(usize, Timestamp)| at < age.1;
            if let Some((setting, _)) = activities.filter(is_past) {
                self.goes(setting, self.with_all_about(place));
            } else if let Some((setting, _)) = posts.filter(is_past)
                && let Some(event) = self.log.event(place).wordless()
            {
                self.changed.insert(place, (setting, event));
            }
        }
    }

    /// Points by hand; what was carried forward stays, since it stands for what is gone.
    fn corrections(&mut self) {
        let Some((setting, before)) = self.setting("corrections") else { return };
        let is_past = |(_, event): &(Place, &Event)| {
            matches!(event.body, Body::Adjustment(_)) && event.at < before && !is_carried(event)
        };
        let past: Vec<Place> = self.log.others().filter(is_past).map(|(place, _)| place).collect();
        for place in past {
            self.goes(setting, self.with_all_about(place));
        }
    }

    /// What somebody objects to, once the last word on it is past the age.
    fn disputes(&mut self) {
        let Some((setting, before)) = self.setting("disputes") else { return };
        let disputes = self.log.others().filter(|(_, it)| matches!(it.body, Body::Dispute(_)));
        let disputes: Vec<Place> = disputes.map(|(place, _)| place).collect();
        for place in disputes {
            let all = self.with_all_about(place);
            let last = all.iter().map(|place| self.log.at(*place)).max();
            if !self.is_open(place) && last.is_some_and(|last| last < before) {
                self.goes(setting, all);
            }
        }
    }

    /// Of a grant it stays that it was given, so that it is not given again: what rules read for it,
    /// the words that went with it, and who decided why, go once the last decision is past the age.
    fn grants(&mut self) {
        let Some((setting, before)) = self.setting("grants") else { return };
        let grants = self.log.others().filter(|(_, it)| matches!(it.body, Body::Grant(_)));
        let grants: Vec<Place> = grants.map(|(place, _)| place).collect();
        for place in grants {
            let all = self.with_all_about(place);
            if all.iter().any(|place| self.log.at(*place) >= before) {
                continue;
            }
            for place in all {
                let event = self.log.event(place);
                let bare = bare(&event);
                if bare != event {
                    self.changed.insert(place, (setting, bare));
                }
            }
        }
    }

    /// Of records of people goes what later ones have replaced, as far as those are past the age, too:
    /// whatever held since then is still known. Consent, employment and other names stay.
    fn profiles(&mut self) {
        let Some((setting, before)) = self.setting("profiles") else { return };
        let roster = Roster::linked(&People::new(), self.log, &self.links, Timestamp::MAX, true);
        let last = Calendar::last_instant(Timestamp::MAX);
        let mut by_person: BTreeMap<Arc<str>, Vec<(Place, &Event, &Person)>> = BTreeMap::new();
        let mut taken_back = Vec::new();
        for (place, event) in self.log.others().filter(|(_, event)| event.at < before) {
            let Body::Person(person) = &event.body else { continue };
            if self.links.retracted(self.log, place, Timestamp::MAX) {
                taken_back.push(self.with_all_about(place));
                continue;
            }
            let id = roster.resolve(&person.id, last);
            by_person.entry(Arc::clone(id)).or_default().push((place, event, person));
        }
        for all in taken_back {
            if all.iter().all(|place| self.log.at(*place) < before) {
                self.goes(setting, all);
            }
        }
        for (id, mut records) in by_person {
            // In the order in which records are laid over each other.
            records
                .sort_by_key(|(_, event, person)| (event.at, *person.id == *id, &event.identity));
            let mut later = Later::default();
            for (place, event, person) in records.into_iter().rev() {
                let Some(less) = later.without_what_they_say(person) else { continue };
                if says_nothing(&less) {
                    self.goes(setting, self.with_all_about(place));
                } else {
                    let body = Body::Person(Box::new(less));
                    let event = Event { body, ext: None, ..event.clone() };
                    self.changed.insert(place, (setting, event));
                }
            }
        }
    }
}

/// What later records of a person say.
#[derive(Default)]
struct Later {
    slots: BTreeSet<u8>,
    name: bool,
    leaderboard: bool,
    /// Whether one says all times away that there are.
    away: bool,
}

impl Later {
    /// A record without what later ones say anew; nothing where that is all of it. What it says is
    /// known as said later from then on.
    fn without_what_they_say(&mut self, person: &Person) -> Option<Person> {
        let mut less = person.clone();
        less.stated.retain(|(slot, _)| !self.slots.contains(slot));
        if self.name {
            less.name = None;
        }
        if self.leaderboard {
            less.leaderboard = None;
        }
        if self.away {
            less.away = None;
        }
        self.slots.extend(person.stated.iter().map(|(slot, _)| *slot));
        self.name |= person.name.is_some();
        self.leaderboard |= person.leaderboard.is_some();
        self.away |= matches!(person.away, Some(Statement::Intervals(_)));
        (less != *person).then_some(less)
    }
}

fn says_nothing(person: &Person) -> bool {
    let Person { name, consent, active, away, leaderboard, aliases, stated, .. } = person;
    name.is_none()
        && consent.is_none()
        && active.is_none()
        && away.is_none()
        && leaderboard.is_none()
        && aliases.is_empty()
        && stated.is_empty()
}

/// A grant, or a decision about one, without words about anybody.
fn bare(event: &Event) -> Event {
    let mut bare = event.clone();
    match &mut bare.body {
        Body::Grant(granted) => {
            let Granted { grant, by, .. } = &mut **granted;
            grant.evidence.clear();
            grant.message = None;
            *by = ERASED.into();
        }
        Body::Decision { by, reason, .. } => {
            *by = ERASED.into();
            *reason = REASON.into();
        }
        _ => return bare,
    }
    bare.ext = None;
    bare
}
