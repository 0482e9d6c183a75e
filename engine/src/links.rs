//! Which outcomes, edits and retractions belong to which event.

use hashbrown::HashTable;
use jiff::Timestamp;

use crate::events::{Body, Kind, Log, Named, Place, Resolution};

/// Outcomes, edits and retractions by the event they name, each list in the order of the fold.
///
/// An event may be named before it comes, so lists are found by the identity that they are about;
/// it is read off their first event.
#[derive(Clone, Debug, Default)]
pub(crate) struct Links {
    by_target: HashTable<About>,
}

/// The events that name one event. Most often there is one, and there may be millions of lists.
#[derive(Clone, Debug)]
enum About {
    One(Place),
    Several(Vec<Place>),
}

impl About {
    fn places(&self) -> &[Place] {
        match self {
            About::One(place) => std::slice::from_ref(place),
            About::Several(places) => places,
        }
    }

    fn target<'a>(&self, log: &'a Log) -> Option<Named<'a>> {
        log.target(*self.places().first()?)
    }

    fn add(&mut self, log: &Log, event: Place) {
        let place = self.places().partition_point(|known| log.order(*known) < log.order(event));
        if let About::One(first) = self {
            *self = About::Several(vec![*first]);
        }
        if let About::Several(places) = self {
            places.insert(place, event);
        }
    }
}

impl Links {
    pub(crate) fn of(log: &Log) -> Self {
        let mut links = Self::default();
        for event in log.places() {
            links.add(log, event);
        }
        links
    }

    /// Takes in an event of the log.
    pub(crate) fn add(&mut self, log: &Log, event: Place) {
        if log.kind(event) == Kind::Activity {
            return;
        }
        let Some(target) = log.target(event) else { return };
        let hash = log.hash(target);
        match self.by_target.find_mut(hash, |about| about.target(log) == Some(target)) {
            Some(about) => about.add(log, event),
            None => {
                let hash_of =
                    |about: &About| about.target(log).map_or(0, |target| log.hash(target));
                self.by_target.insert_unique(hash, About::One(event), hash_of);
            }
        }
    }

    /// The events that name an event, in the order of the fold.
    #[inline]
    pub(crate) fn about(&self, log: &Log, event: Place) -> &[Place] {
        if self.by_target.is_empty() {
            return &[];
        }
        let identity = log.named(event);
        let same = |about: &About| about.target(log) == Some(identity);
        self.by_target.find(log.hash(identity), same).map_or(&[], About::places)
    }

    /// Whether an event is taken back as of a time. A retraction may itself be taken back, by a
    /// later one.
    pub(crate) fn retracted(&self, log: &Log, event: Place, as_of: Timestamp) -> bool {
        self.about(log, event).iter().any(|&later| self.takes_back(log, later, as_of))
    }

    pub(crate) fn takes_back(&self, log: &Log, event: Place, as_of: Timestamp) -> bool {
        let counts = |event: Place| log.kind(event) == Kind::Retraction && log.at(event) < as_of;
        if !counts(event) {
            return false;
        }
        // Every retraction that may matter, each with the place of the one it takes back; without
        // recursion, since there may be any number of them in a row.
        let mut found: Vec<(Place, usize)> = vec![(event, 0)];
        let mut next = 0;
        while let Some(&(event, _)) = found.get(next) {
            let about = self.about(log, event).iter().copied();
            let later = about.filter(|later| log.order(*later) > log.order(event));
            found.extend(later.filter(|later| counts(*later)).map(|later| (later, next)));
            next += 1;
        }
        let mut stands = vec![true; found.len()];
        for place in (1..found.len()).rev() {
            if stands[place] {
                stands[found[place].1] = false;
            }
        }
        stands[0]
    }

    /// The first word on a dispute as of a time, which is the last.
    pub(crate) fn resolution(
        &self,
        log: &Log,
        dispute: Place,
        as_of: Timestamp,
    ) -> Option<(Timestamp, Resolution)> {
        let about = self.about(log, dispute).iter().filter(|&&later| log.at(later) < as_of);
        about.into_iter().find_map(|&later| match &*log.body(later) {
            Body::Resolution(resolution) => Some((log.at(later), resolution.clone())),
            _ => None,
        })
    }

    /// Whether nothing but results may be known of an event since it was recorded.
    pub(crate) fn is_as_recorded(&self, log: &Log, event: Place) -> bool {
        self.about(log, event).iter().all(|&later| log.kind(later) == Kind::Outcome)
    }

    /// How many events before a time name one that has not come yet, and how many outcomes and
    /// edits name one that has neither results nor edits.
    pub(crate) fn loose(&self, log: &Log, as_of: Timestamp) -> (usize, usize) {
        let (mut waiting, mut without_effect) = (0, 0);
        for about in &self.by_target {
            let target = about.target(log).and_then(|target| log.position(target));
            let before = about.places().iter().filter(|&&event| log.at(event) < as_of);
            match target.map(|target| log.kind(target)) {
                None => waiting += before.count(),
                Some(Kind::Activity) => {}
                Some(_) => {
                    let vain =
                        |event: Place| matches!(log.kind(event), Kind::Outcome | Kind::Update);
                    without_effect += before.filter(|event| vain(**event)).count();
                }
            }
        }
        (waiting, without_effect)
    }
}
