//! The accepted events: each identity once.
//!
//! Most events are packed into bytes (`pack`), with texts that come again by number (`symbols`,
//! `bytes`); those that are few or large are kept whole on the side. An event is known by its
//! place: how many were accepted before it.

mod bytes;
mod image;
mod pack;
mod symbols;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::hash::BuildHasher;
use std::hint::black_box;
use std::sync::Arc;

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use jiff::Timestamp;

use self::pack::{Head, Packed};
use self::symbols::Symbols;
use super::{Activity, Body, Event, Identity};

pub(crate) use self::image::Image;
pub(crate) use self::pack::Names;
use self::pack::Numbers;

/// How many events share one row of bytes.
const CHUNK: usize = 4_096;

/// How many events came before one.
pub(crate) type Place = u32;

#[expect(clippy::expect_used, reason = "so many events do not fit into memory")]
fn place(count: usize) -> Place {
    Place::try_from(count).expect("fewer than 2^32 events")
}

/// What kind of event it is, as far as it matters to find one's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Other = 0,
    Activity = 1,
    Outcome = 2,
    Retraction = 3,
    Update = 4,
}

impl Kind {
    const PACKED: [Kind; 4] = [Kind::Activity, Kind::Outcome, Kind::Retraction, Kind::Update];

    fn of(body: &Body) -> Self {
        match body {
            Body::Activity(_) => Kind::Activity,
            Body::Outcome { .. } => Kind::Outcome,
            Body::Retraction { .. } => Kind::Retraction,
            Body::Update { .. } => Kind::Update,
            _ => Kind::Other,
        }
    }
}

/// An identity that is borrowed; in the same order as [`Identity`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Named<'a> {
    source: &'a str,
    id: &'a [u8],
}

impl<'a> From<&'a Identity> for Named<'a> {
    fn from(identity: &'a Identity) -> Self {
        Self { source: &identity.source, id: identity.id.as_bytes() }
    }
}

/// Accepted events. The same event again changes nothing; another event under the same identity
/// is a conflict, and the first one stays.
#[derive(Clone, Debug, Default)]
pub struct Log {
    store: Store,
    /// Places by identity.
    index: HashTable<Place>,
    state: RandomState,
    /// Events that were there already.
    duplicates: usize,
}

/// The events themselves.
#[derive(Clone, Debug, Default)]
struct Store {
    chunks: Vec<Chunk>,
    symbols: Symbols,
    /// Events that are not packed, each with its place.
    whole: Vec<(Place, Box<Event>)>,
    len: usize,
}

/// Events in a row.
#[derive(Clone, Debug, Default)]
struct Chunk {
    bytes: Vec<u8>,
    /// Where each event begins.
    starts: Vec<u32>,
}

impl Store {
    fn push(&mut self, event: Event) {
        if self.len.is_multiple_of(CHUNK) {
            if let Some(full) = self.chunks.last_mut() {
                full.bytes.shrink_to_fit();
                full.starts.shrink_to_fit();
            }
            self.chunks.push(Chunk::default());
        }
        let Some(chunk) = self.chunks.last_mut() else { return };
        chunk.starts.push(place(chunk.bytes.len()));
        if pack::fits(&event) {
            pack::put_event(&mut chunk.bytes, &mut self.symbols, &event);
        } else {
            pack::put_whole(&mut chunk.bytes, &event.body, self.whole.len());
            self.whole.push((place(self.len), Box::new(event)));
        }
        self.len += 1;
    }

    #[inline]
    fn bytes(&self, place: Place) -> &[u8] {
        let (chunk, within) = (place as usize / CHUNK, place as usize % CHUNK);
        let chunk = &self.chunks[chunk];
        &chunk.bytes[chunk.starts[within] as usize..]
    }

    #[inline]
    fn head(&self, place: Place) -> Head<'_> {
        Head::read(self.bytes(place), &self.symbols)
    }

    fn whole(&self, place: usize) -> &Event {
        &self.whole[place].1
    }

    #[inline]
    fn named(&self, place: Place) -> Named<'_> {
        match self.head(place) {
            Head::Whole(whole) => Named::from(&self.whole(whole).identity),
            Head::Packed(mut packed) => packed.named(),
        }
    }
}

impl Log {
    /// A log without events.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes room for so many more events, which else takes finding all places anew again and again.
    pub(crate) fn reserve(&mut self, events: usize) {
        let Self { store, index, state, .. } = self;
        index.reserve(events, |place| state.hash_one(store.named(*place)));
    }

    /// Has everything near that adding some events will look up. In millions of events an identity
    /// and a name are far away in memory each; looked up in a row, many are on their way at once.
    pub(crate) fn fetch<'a>(&self, events: impl Iterator<Item = &'a Event> + Clone) {
        for event in events.clone() {
            black_box(self.position(Named::from(&event.identity)));
        }
        for event in events {
            if let Body::Activity(activity) = &event.body {
                black_box(self.store.symbols.known(&activity.advocate));
            }
        }
    }

    /// Takes an event in. A conflict gives back the place of the event that was there first.
    pub fn add(&mut self, event: Event) -> Result<(), usize> {
        let hash = self.hash(Named::from(&event.identity));
        match self.find(Named::from(&event.identity), hash) {
            Some(first) if self.event(first) == event => {
                self.duplicates += 1;
                Ok(())
            }
            Some(first) => Err(first as usize),
            None => {
                let Self { store, index, state, .. } = self;
                let hash_of = |place: &Place| state.hash_one(store.named(*place));
                index.insert_unique(hash, place(store.len), hash_of);
                store.push(event);
                Ok(())
            }
        }
    }

    /// Finds the places of all events by their identities.
    fn index_all(&mut self) {
        self.index.clear();
        self.reserve(self.store.len);
        let Self { store, index, state, .. } = self;
        let hash_of = |place: &Place| state.hash_one(store.named(*place));
        for place in 0..place(store.len) {
            index.insert_unique(hash_of(&place), place, hash_of);
        }
    }

    /// Hashes an identity, the same way for everyone who keeps places of this log by identity.
    #[inline]
    pub(crate) fn hash(&self, identity: Named<'_>) -> u64 {
        self.state.hash_one(identity)
    }

    fn find(&self, identity: Named<'_>, hash: u64) -> Option<Place> {
        self.index.find(hash, |place| self.store.named(*place) == identity).copied()
    }

    /// The place of an identity's event.
    pub(crate) fn position(&self, identity: Named<'_>) -> Option<Place> {
        self.find(identity, self.hash(identity))
    }

    /// How many different events there are.
    pub fn len(&self) -> usize {
        self.store.len
    }

    /// Whether there is no event.
    pub fn is_empty(&self) -> bool {
        self.store.len == 0
    }

    /// How often an event came again.
    pub fn duplicates(&self) -> usize {
        self.duplicates
    }

    /// The places of all events.
    pub(crate) fn places(&self) -> std::ops::Range<Place> {
        0..place(self.store.len)
    }

    /// The events that are neither activities nor about one, and a few others, with their places.
    pub(crate) fn others(&self) -> impl Iterator<Item = (Place, &Event)> {
        self.store.whole.iter().map(|(place, event)| (*place, &**event))
    }

    /// What kind of event one is.
    #[inline]
    pub(crate) fn kind(&self, place: Place) -> Kind {
        pack::kind(self.store.bytes(place))
    }

    /// When an event happened.
    #[inline]
    pub(crate) fn at(&self, place: Place) -> Timestamp {
        match self.store.head(place) {
            Head::Whole(whole) => self.store.whole(whole).at,
            Head::Packed(packed) => packed.at,
        }
    }

    /// The identity of an event, borrowed.
    #[inline]
    pub(crate) fn named(&self, place: Place) -> Named<'_> {
        self.store.named(place)
    }

    /// The ids of all events of a source.
    pub(crate) fn ids_of(&self, source: &str) -> impl Iterator<Item = Arc<str>> {
        let of_source = self.places().filter(move |place| self.named(*place).source == source);
        of_source.map(|place| self.identity(place).id)
    }

    /// The identity of an event.
    pub(crate) fn identity(&self, place: Place) -> Identity {
        match self.store.head(place) {
            Head::Whole(whole) => self.store.whole(whole).identity.clone(),
            Head::Packed(mut packed) => packed.identity(),
        }
    }

    /// The order of the fold: time, then source, then id.
    pub(crate) fn order(&self, place: Place) -> (Timestamp, Named<'_>) {
        match self.store.head(place) {
            Head::Whole(whole) => {
                let event = self.store.whole(whole);
                (event.at, Named::from(&event.identity))
            }
            Head::Packed(mut packed) => (packed.at, packed.named()),
        }
    }

    /// The event that one is about, where it is about one.
    pub(crate) fn target(&self, place: Place) -> Option<Named<'_>> {
        match self.store.head(place) {
            Head::Whole(whole) => self.store.whole(whole).target().map(Named::from),
            Head::Packed(_) if self.kind(place) == Kind::Activity => None,
            Head::Packed(packed) => Some(behind(packed).named()),
        }
    }

    /// The names of an activity; nothing for other events.
    pub(crate) fn names(&self, place: Place) -> Option<Names<'_>> {
        if self.kind(place) != Kind::Activity {
            return None;
        }
        match self.store.head(place) {
            Head::Packed(packed) => Some(behind(packed).names()),
            Head::Whole(whole) => {
                let event = self.store.whole(whole);
                let Body::Activity(activity) = &event.body else { return None };
                Some(Names::of(event.at, activity))
            }
        }
    }

    /// The names of a packed activity by their numbers; nothing for other events.
    pub(crate) fn numbers(&self, place: Place) -> Option<Numbers> {
        match self.store.head(place) {
            Head::Packed(packed) if self.kind(place) == Kind::Activity => {
                Some(behind(packed).numbers())
            }
            _ => None,
        }
    }

    /// The text that has a number.
    pub(crate) fn text(&self, number: usize) -> &Arc<str> {
        self.store.symbols.text(number)
    }

    /// An activity as it was recorded, with its time; nothing for other events.
    pub(crate) fn activity(&self, place: Place) -> Option<(Timestamp, Activity)> {
        if self.kind(place) != Kind::Activity {
            return None;
        }
        match self.store.head(place) {
            Head::Packed(packed) => Some((packed.at, behind(packed).activity())),
            Head::Whole(whole) => {
                let event = self.store.whole(whole);
                let Body::Activity(activity) = &event.body else { return None };
                Some((event.at, activity.clone()))
            }
        }
    }

    /// What happened.
    pub(crate) fn body(&self, place: Place) -> Cow<'_, Body> {
        match self.store.head(place) {
            Head::Whole(whole) => Cow::Borrowed(&self.store.whole(whole).body),
            Head::Packed(packed) => Cow::Owned(behind(packed).body()),
        }
    }

    /// An event, equal to the one that was added.
    pub(crate) fn event(&self, place: Place) -> Event {
        match self.store.head(place) {
            Head::Whole(whole) => self.store.whole(whole).clone(),
            Head::Packed(mut packed) => {
                let identity = packed.identity();
                Event { identity, at: packed.at, body: packed.body(), ext: None }
            }
        }
    }
}

/// A packed event behind its identity.
fn behind(mut packed: Packed<'_>) -> Packed<'_> {
    packed.named();
    packed
}
