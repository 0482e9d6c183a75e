//! Which outcomes, edits and retractions belong to which event.

use std::hint::black_box;

use foldhash::HashMap;
use hashbrown::HashTable;
use jiff::Timestamp;

use crate::events::{Body, Kind, Log, Named, Place, Resolution};

/// Outcomes, edits and retractions by the event they name, each list in the order of the fold.
#[derive(Clone, Debug, Default)]
pub(crate) struct Links {
    named: Marks,
    /// Most events that are named are named once, and there may be millions of them.
    once: HashMap<Place, Place>,
    often: HashMap<Place, Vec<Place>>,
    /// An event may be named before it comes: lists by the identity that they are about, which is
    /// read off their first event.
    waiting: HashTable<Vec<Place>>,
}

/// Which events are named at all: most are not, and a bit says so sooner than a map does.
#[derive(Clone, Debug, Default)]
struct Marks(Vec<u64>);

impl Marks {
    const BITS: Place = u64::BITS;

    fn set(&mut self, place: Place) {
        let word = (place / Self::BITS) as usize;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (place % Self::BITS);
    }

    #[inline]
    fn has(&self, place: Place) -> bool {
        let word = self.0.get((place / Self::BITS) as usize);
        word.is_some_and(|word| word & (1 << (place % Self::BITS)) != 0)
    }
}

/// The event that a list is about.
fn target<'a>(log: &'a Log, list: &[Place]) -> Option<Named<'a>> {
    log.target(*list.first()?)
}

/// Puts an event where it belongs in the order of the fold.
fn insert(log: &Log, list: &mut Vec<Place>, event: Place) {
    let place = list.partition_point(|known| log.order(*known) < log.order(event));
    list.insert(place, event);
}

impl Links {
    pub(crate) fn of(log: &Log) -> Self {
        let mut links = Self::default();
        for event in log.places() {
            links.link(log, event);
        }
        links
    }

    /// Takes in an event that has just come into the log.
    pub(crate) fn add(&mut self, log: &Log, event: Place) {
        if !self.waiting.is_empty() {
            self.arrived(log, event);
        }
        self.link(log, event);
    }

    /// Finds out what an event names.
    fn link(&mut self, log: &Log, event: Place) {
        if log.kind(event) == Kind::Activity {
            return;
        }
        let Some(named) = log.target(event) else { return };
        match log.position(named) {
            Some(place) => self.put(log, place, event),
            None => {
                let hash = log.hash(named);
                let same = |list: &Vec<Place>| target(log, list) == Some(named);
                if let Some(list) = self.waiting.find_mut(hash, same) {
                    return insert(log, list, event);
                }
                let hash_of =
                    |list: &Vec<Place>| target(log, list).map_or(0, |named| log.hash(named));
                self.waiting.insert_unique(hash, vec![event], hash_of);
            }
        }
    }

    fn put(&mut self, log: &Log, place: Place, event: Place) {
        self.named.set(place);
        if let Some(list) = self.often.get_mut(&place) {
            insert(log, list, event);
        } else if let Some(first) = self.once.remove(&place) {
            let mut list = vec![first];
            insert(log, &mut list, event);
            self.often.insert(place, list);
        } else {
            self.once.insert(place, event);
        }
    }

    /// What waited for an event waits no more.
    fn arrived(&mut self, log: &Log, event: Place) {
        let named = log.named(event);
        let same = |list: &Vec<Place>| target(log, list) == Some(named);
        if let Ok(list) = self.waiting.find_entry(log.hash(named), same) {
            self.named.set(event);
            self.often.insert(event, list.remove().0);
        }
    }

    /// The events that name an event, in the order of the fold.
    #[inline]
    pub(crate) fn about(&self, event: Place) -> &[Place] {
        if !self.named.has(event) {
            return &[];
        }
        match self.once.get(&event) {
            Some(later) => std::slice::from_ref(later),
            None => self.often.get(&event).map_or(&[], Vec::as_slice),
        }
    }

    /// Has everything near that is about some events: far away in memory each, they are on their way
    /// at once where they are asked for in a row.
    pub(crate) fn fetch(&self, log: &Log, events: &[Place]) {
        for later in events.iter().flat_map(|event| self.about(*event)) {
            black_box(log.kind(*later));
        }
    }

    /// Whether an event is taken back as of a time. A retraction may itself be taken back, by a
    /// later one.
    pub(crate) fn retracted(&self, log: &Log, event: Place, as_of: Timestamp) -> bool {
        self.about(event).iter().any(|&later| self.takes_back(log, later, as_of))
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
            let about = self.about(event).iter().copied();
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
        let about = self.about(dispute).iter().filter(|&&later| log.at(later) < as_of);
        about.into_iter().find_map(|&later| match &*log.body(later) {
            Body::Resolution(resolution) => Some((log.at(later), resolution.clone())),
            _ => None,
        })
    }

    /// Whether nothing but results may be known of an event since it was recorded.
    pub(crate) fn is_as_recorded(&self, log: &Log, event: Place) -> bool {
        self.about(event).iter().all(|&later| log.kind(later) == Kind::Outcome)
    }

    /// How many events before a time name one that has not come yet, and how many outcomes and
    /// edits name one that has neither results nor edits.
    pub(crate) fn loose(&self, log: &Log, as_of: Timestamp) -> (usize, usize) {
        let before = |event: &Place| log.at(*event) < as_of;
        let waiting = self.waiting.iter().flatten().copied().filter(before).count();
        let once = self.once.iter().map(|(place, event)| (*place, *event));
        let often = self.often.iter();
        let often = often.flat_map(|(place, list)| list.iter().map(|event| (*place, *event)));
        let in_vain = |(place, event): &(Place, Place)| {
            log.kind(*place) != Kind::Activity
                && matches!(log.kind(*event), Kind::Outcome | Kind::Update)
                && before(event)
        };
        (waiting, once.chain(often).filter(in_vain).count())
    }
}
