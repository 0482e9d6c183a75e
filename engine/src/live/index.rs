//! Where to find what a person's standing is worked out from, without going through the log.
//!
//! It may name more than is needed, never less: who is meant by a name, and what stands as of a
//! time, is settled when it is asked for.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use foldhash::{HashMap, HashSet};
use jiff::Timestamp;

use crate::events::{Body, Kind, Log, Named, Names, People, Person, Place};
use crate::links::Links;
use crate::post::{Post, Shared};
use crate::threads::{each_surely, shares};

type Name = Arc<str>;

/// Events by the names that they speak of.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// Activities by whose they are; edits that say so, too.
    by_person: HashMap<Name, Vec<Place>>,
    /// Adjustments by whom they are about.
    adjustments: HashMap<Name, Vec<Place>>,
    /// Person events by whom they are about, with their times: of everyone whom a person's activities
    /// speak of, nothing else is asked.
    persons: HashMap<Name, Vec<(Place, Timestamp)>>,
    /// Activities, and edits of them, by whom they name as counterpart.
    by_counterpart: HashMap<Name, Vec<Place>>,
    /// Activities, and edits of them, by the content they name.
    by_content: HashMap<Name, Vec<Place>>,
    /// Content by its id.
    contents: HashMap<Name, Vec<Place>>,
    /// Names that may stand for the same person, each with those next to it.
    kin: HashMap<Name, HashSet<Name>>,
}

/// Places by the numbers that the log has for the names of packed activities: it is by number that
/// millions of them are gathered soonest.
#[derive(Default)]
struct ByNumber(Vec<Vec<Place>>);

impl ByNumber {
    fn put(&mut self, number: usize, event: Place) {
        if self.0.len() <= number {
            self.0.resize_with(number + 1, Vec::new);
        }
        self.0[number].push(event);
    }

    /// Moves all to where they are found by name.
    fn hand_over(self, log: &Log, by_name: &mut HashMap<Name, Vec<Place>>) {
        let named = self.0.into_iter().enumerate().filter(|(_, places)| !places.is_empty());
        for (number, mut places) in named {
            let known = by_name.entry(Arc::clone(log.text(number))).or_default();
            match known.is_empty() {
                true => *known = places,
                false => known.append(&mut places),
            }
        }
    }
}

/// What a part of the log has.
#[derive(Default)]
struct Gathered {
    by_person: ByNumber,
    by_counterpart: ByNumber,
    by_content: ByNumber,
    /// Of everything but packed activities.
    others: Index,
}

impl Gathered {
    fn of(log: &Log, places: Range<Place>) -> Self {
        let mut gathered = Self::default();
        for event in places {
            let Some(numbers) = log.numbers(event) else {
                gathered.others.add(log, event);
                continue;
            };
            gathered.by_person.put(numbers.advocate, event);
            numbers.counterpart.into_iter().for_each(|it| gathered.by_counterpart.put(it, event));
            numbers.content.into_iter().for_each(|it| gathered.by_content.put(it, event));
        }
        gathered
    }
}

impl Index {
    pub(super) fn of(people: &People, log: &Log) -> Self {
        let found = each_surely(&shares(log.places()), |places| Gathered::of(log, places.clone()));
        let mut index = Self::default();
        for Gathered { by_person, by_counterpart, by_content, others } in found {
            by_person.hand_over(log, &mut index.by_person);
            by_counterpart.hand_over(log, &mut index.by_counterpart);
            by_content.hand_over(log, &mut index.by_content);
            index.take(others);
        }
        for person in people.records() {
            index.relate(person);
        }
        let Self { by_person, by_counterpart, by_content, .. } = &mut index;
        for lists in [by_person, by_counterpart, by_content] {
            lists.values_mut().for_each(Vec::shrink_to_fit);
        }
        index
    }

    /// Takes in what was found elsewhere.
    fn take(&mut self, other: Self) {
        let Self { by_person, adjustments, persons, by_counterpart, by_content, contents, kin } =
            other;
        for (places, others) in [
            (&mut self.by_person, by_person),
            (&mut self.adjustments, adjustments),
            (&mut self.by_counterpart, by_counterpart),
            (&mut self.by_content, by_content),
            (&mut self.contents, contents),
        ] {
            for (name, others) in others {
                places.entry(name).or_default().extend(others);
            }
        }
        for (name, others) in persons {
            self.persons.entry(name).or_default().extend(others);
        }
        for (name, kin) in kin {
            self.kin.entry(name).or_default().extend(kin);
        }
    }

    fn relate(&mut self, person: &Person) {
        for alias in &person.aliases {
            self.kin.entry(Arc::clone(alias)).or_default().insert(Arc::clone(&person.id));
            self.kin.entry(Arc::clone(&person.id)).or_default().insert(Arc::clone(alias));
        }
    }

    /// Takes in an event of the log.
    pub(super) fn add(&mut self, log: &Log, event: Place) {
        let put = |map: &mut HashMap<Name, Vec<Place>>, name: &Name| {
            map.entry(Arc::clone(name)).or_default().push(event);
        };
        if let Some(names) = log.names(event) {
            put(&mut self.by_person, names.advocate);
            if let Some(counterpart) = names.counterpart {
                put(&mut self.by_counterpart, counterpart);
            }
            let named = content_of(names.content, names.post);
            named.for_each(|content| put(&mut self.by_content, content));
            return;
        }
        match &*log.body(event) {
            Body::Update { set, .. } => {
                if let Some(advocate) = &set.advocate {
                    put(&mut self.by_person, advocate);
                }
                if let Some(Some(counterpart)) = &set.counterpart {
                    put(&mut self.by_counterpart, counterpart);
                }
                let post = set.post.as_ref().and_then(Option::as_deref);
                let named = content_of(set.content.as_ref().and_then(Option::as_ref), post);
                named.for_each(|content| put(&mut self.by_content, content));
            }
            Body::Adjustment(adjustment) => put(&mut self.adjustments, &adjustment.advocate),
            Body::Person(person) => {
                let about = self.persons.entry(Arc::clone(&person.id)).or_default();
                about.push((event, log.at(event)));
                self.relate(person);
            }
            Body::Content(content) => {
                if let Some(id) = &content.id {
                    put(&mut self.contents, id);
                }
            }
            // What names another event is found by that, and the rest is nobody's standing.
            _ => {}
        }
    }

    /// All names that may stand for the same person as one of these at some time.
    pub(super) fn kin_of(&self, names: impl IntoIterator<Item = Name>) -> HashSet<Name> {
        let mut known: HashSet<Name> = HashSet::default();
        let mut next: Vec<Name> = names.into_iter().collect();
        while let Some(name) = next.pop() {
            if !known.contains(&name) {
                next.extend(self.kin.get(&name).into_iter().flatten().cloned());
                known.insert(name);
            }
        }
        known
    }

    /// The people, by all their names, whose standing an event may change.
    pub(super) fn touched(&self, log: &Log, links: &Links, event: Place) -> HashSet<Name> {
        let event = root(log, event);
        let mut names: Vec<Name> = Vec::new();
        match &*log.body(event) {
            Body::Activity(_) => {
                names_in(log, event, links.about(event), |name| names.push(Arc::clone(name)));
            }
            Body::Adjustment(adjustment) => names.push(Arc::clone(&adjustment.advocate)),
            Body::Person(person) => {
                let own = self.kin_of([Arc::clone(&person.id)]);
                // Those for whom the person did something: it counts for them, or not. And those who
                // did something for the person, who may have another name by now.
                let done = self.activities(log, &self.by_person, &own);
                for activity in done.into_iter().chain(self.received(log, &own)) {
                    let about = links.about(activity);
                    names_in(log, activity, about, |name| names.push(Arc::clone(name)));
                }
                names.extend(own);
            }
            Body::Content(content) => {
                let id: HashSet<Name> = content.id.iter().cloned().collect();
                for activity in self.activities(log, &self.by_content, &id) {
                    let about = links.about(activity);
                    names_in(log, activity, about, |name| names.push(Arc::clone(name)));
                }
            }
            // What waits for its target changes nothing yet, and the rest is nobody's standing.
            _ => {}
        }
        self.kin_of(names)
    }

    /// The activities that a map has under some names, by themselves or by an edit.
    fn activities(
        &self,
        log: &Log,
        map: &HashMap<Name, Vec<Place>>,
        names: &HashSet<Name>,
    ) -> Vec<Place> {
        let events = names.iter().filter_map(|name| map.get(name)).flatten();
        let mut activities: Vec<Place> = events
            .filter_map(|event| match log.kind(*event) {
                Kind::Activity => Some(*event),
                _ => Some(root(log, *event)).filter(|event| log.kind(*event) == Kind::Activity),
            })
            .collect();
        activities.sort_unstable();
        activities.dedup();
        activities
    }

    /// The activities that may be those of a person.
    pub(super) fn own(&self, log: &Log, names: &HashSet<Name>) -> Vec<Place> {
        self.activities(log, &self.by_person, names)
    }

    /// The activities that may have a person as counterpart.
    pub(super) fn received(&self, log: &Log, names: &HashSet<Name>) -> Vec<Place> {
        self.activities(log, &self.by_counterpart, names)
    }

    /// The adjustments of some names.
    pub(super) fn adjustments(&self, names: &HashSet<Name>) -> impl Iterator<Item = Place> {
        names.iter().filter_map(|name| self.adjustments.get(name)).flatten().copied()
    }

    /// The person events of some names, with their times.
    pub(super) fn persons(
        &self,
        names: &HashSet<Name>,
    ) -> impl Iterator<Item = (Place, Timestamp)> {
        names.iter().filter_map(|name| self.persons.get(name)).flatten().copied()
    }

    /// Shows the events of content that an activity names, before and after its edits.
    pub(super) fn contents_of(
        &self,
        log: &Log,
        activity: Place,
        about: &[Place],
        mut show: impl FnMut(Place),
    ) {
        if self.contents.is_empty() {
            return;
        }
        let mut find = |content: Option<&Name>, post: Option<&Post>| {
            let events = content_of(content, post).filter_map(|id| self.contents.get(id));
            events.flatten().for_each(|event| show(*event));
        };
        if let Some(recorded) = log.names(activity) {
            find(recorded.content, recorded.post);
        }
        for edit in edits(log, about) {
            if let Body::Update { set, .. } = &*edit {
                let post = set.post.as_ref().and_then(Option::as_deref);
                find(set.content.as_ref().and_then(Option::as_ref), post);
            }
        }
    }

    /// Every name that something is recorded of.
    pub(super) fn people(&self) -> impl Iterator<Item = &Name> + Clone {
        self.by_person.keys().chain(self.adjustments.keys()).chain(self.persons.keys())
    }
}

/// The content that an activity or its post names.
fn content_of<'a>(
    content: Option<&'a Name>,
    post: Option<&'a Post>,
) -> impl Iterator<Item = &'a Name> {
    let of_post = post.and_then(|post| match &post.content {
        Some(Shared::Id(id)) => Some(id),
        _ => None,
    });
    content.into_iter().chain(of_post)
}

/// Shows everyone whom an activity speaks of, before and after its edits.
fn names_in(log: &Log, activity: Place, about: &[Place], show: impl FnMut(&Name)) {
    if let Some(recorded) = log.names(activity) {
        names_with_edits(log, &recorded, about, show);
    }
}

/// The same, where it is at hand which names the activity was recorded with.
pub(super) fn names_with_edits(
    log: &Log,
    recorded: &Names<'_>,
    about: &[Place],
    mut show: impl FnMut(&Name),
) {
    show(recorded.advocate);
    recorded.counterpart.into_iter().for_each(&mut show);
    for edit in edits(log, about) {
        if let Body::Update { set, .. } = &*edit {
            set.advocate.iter().for_each(&mut show);
            set.counterpart.iter().flatten().for_each(&mut show);
        }
    }
}

/// The edits among what names an event.
fn edits<'a>(log: &'a Log, about: &'a [Place]) -> impl Iterator<Item = Cow<'a, Body>> {
    about.iter().filter(|later| log.kind(**later) == Kind::Update).map(|later| log.body(*later))
}

/// What an event is about in the end: itself, or what it names, as far as that has come.
fn root(log: &Log, event: Place) -> Place {
    let mut event = event;
    let mut known: HashSet<Named<'_>> = HashSet::default();
    while let Some(target) = log.target(event) {
        match log.position(target) {
            // Retractions that name each other in a circle are about nothing.
            Some(next) if known.insert(target) => event = next,
            _ => return event,
        }
    }
    event
}
