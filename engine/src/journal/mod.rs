//! The journal: the append-only record of events that everything is worked out from.
//!
//! An event has one place in it, from 1 without gaps. The same event again changes nothing, and
//! another event under the same identity is refused; both are answered event by event. What was
//! acknowledged stays.
//!
//! - `erased` knows what was erased, by hashes;
//! - `memory` keeps it for as long as the process lives;
//! - `start` reads it from its last checkpoint on;
//! - `sqlite` keeps it in one file that any number of processes may use at once;
//! - `postgres` keeps it in a database that any number of machines may use at once;
//! - `store` is whichever of the two an address names; `copy` makes one of the other.
//!
//! The two that last write the same: `prepared` is an event as it stands there, `checksum` tells that
//! it still does, `identities` knows which events are on record, `queue` lets callers that write at
//! the same time share a commit, and `health` looks for damage.

#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod checksum;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod copy;
mod erased;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod health;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod identities;
mod memory;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod prepared;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod queue;
#[cfg(feature = "sqlite")]
mod sqlite;
mod start;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod store;

use std::collections::{BTreeMap, hash_map};
use std::fmt::Debug;

use foldhash::HashMap;
use schemars::JsonSchema;
use serde::Serialize;

#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub use copy::{Copied, copy};
pub(crate) use erased::erased;
pub use erased::{Erased, Key, share_key};
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub use health::Health;
pub use memory::Memory;
#[cfg(feature = "postgres")]
pub use postgres::Postgres;
#[cfg(feature = "sqlite")]
pub use sqlite::Sqlite;
pub use start::log_of;
pub(crate) use start::{keep, log_and_keep};
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub use store::{Address, Store};

use crate::error::{Code, Error, Problem};
use crate::events::{Event, Identity, Log};

/// What a process may do with a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Read only: the journal must be there, and is not changed.
    Read,
    /// Read and write: the journal must be there.
    Write,
    /// Read and write: a journal that is not there is made.
    Create,
}

/// The append-only record of events.
///
/// Any number of threads may use a journal at once. What `append` has acknowledged is there after
/// a crash, as far as the kind of journal promises to outlive one.
pub trait Journal: Debug + Send + Sync {
    /// Takes events in, in this order, and answers for each.
    ///
    /// # Errors
    ///
    /// The journal cannot be written; then none of the events was taken in. A journal that
    /// somebody else is writing to for long is retryable.
    fn append(&self, events: &[Event], batch: Batch) -> Result<Vec<Receipt>, Error>;

    /// Takes in what is decided upon everything that is on record by then: `decide` is shown every
    /// entry after `after`, and nobody else's event comes between that and those it gives back.
    ///
    /// # Errors
    ///
    /// Those of `append`, and what `decide` refuses; nothing was taken in then.
    fn append_upon(
        &self,
        after: u64,
        decide: &mut dyn FnMut(Vec<Entry>) -> Result<Vec<Event>, Error>,
    ) -> Result<Vec<Receipt>, Error>;

    /// Puts other events in the place of some that are on record, and further events behind them:
    /// the one way in which what is on record changes. `decide` is shown everything on record with
    /// the key of the journal's hashes, and nobody else's event comes between that and what it asks
    /// for; what it asks for is done whole or not at all, wherever a process ends.
    ///
    /// Places stay as they are. Of what was replaced nothing is left: not in what was kept of it
    /// ([`Journal::keep`]), nor in the files, as far as a journal has files (see [`Rewritten`]).
    ///
    /// INVARIANT: whoever replaces events appends an [`Event::erasure`] with them. Those who follow
    /// the journal know by it that they have to forget all and read from the beginning; and from it
    /// the journal learns which names it takes nothing in of any more ([`Journal::erased`]).
    ///
    /// # Errors
    ///
    /// The journal cannot be read or written, what `decide` refuses, or it names a place that there
    /// is not or an identity that is taken; nothing was changed then.
    fn rewrite(
        &self,
        decide: &mut dyn FnMut(&Log, &Key) -> Result<Rewrite, Error>,
    ) -> Result<Rewritten, Error>;

    /// What was erased, as far as can be told. `append` and `append_upon` refuse it by themselves,
    /// with [`Code::Erased`], whatever came between: what was erased, what is about it, and whatever
    /// names somebody who was.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    fn erased(&self) -> Result<Erased, Error>;

    /// Takes over the key of another journal's hashes, so that what was erased there is known here when
    /// its events come; nothing is changed where it has the key already.
    ///
    /// # Errors
    ///
    /// Something was erased here under another key, or the journal cannot be written.
    fn take_key(&self, key: &Key) -> Result<(), Error>;

    /// Shows every entry after a place, in order, as of the time of the call.
    ///
    /// # Errors
    ///
    /// The journal cannot be read, or what `each` refuses, which ends it.
    fn read(
        &self,
        after: u64,
        each: &mut dyn FnMut(Entry) -> Result<(), Error>,
    ) -> Result<(), Error>;

    /// Every program that was published, in order, as of the time of the call.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    fn publications(&self) -> Result<Vec<Entry>, Error> {
        let mut publications = Vec::new();
        self.read(0, &mut |entry| {
            publications.extend(entry.event.publication().is_some().then_some(entry));
            Ok(())
        })?;
        Ok(publications)
    }

    /// The place of the last event; 0 where there is none.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    fn position(&self) -> Result<u64, Error>;

    /// Keeps what was worked out from the events up to a place, in the place of what was kept
    /// before; `parts` gives it piece by piece. A journal that has nowhere to keep it does not.
    ///
    /// # Errors
    ///
    /// The journal cannot be written, or what `parts` fails with; what was kept before stays.
    fn keep(&self, checkpoint: &mut Checkpoint<'_>) -> Result<(), Error> {
        let _ = checkpoint;
        Ok(())
    }

    /// Shows the parts of what was kept last, as long as `each` wants more, and gives the place up to
    /// which it is; nothing where there is nothing, or what was shown cannot be trusted.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    fn kept(&self, each: &mut dyn FnMut(&[u8]) -> bool) -> Result<Option<u64>, Error> {
        let _ = each;
        Ok(None)
    }
}

/// What was worked out from the events of a journal up to a place.
pub struct Checkpoint<'a> {
    /// The place.
    pub position: u64,
    /// Gives all parts, one after the other.
    pub parts: &'a mut Parts<'a>,
}

/// Gives parts to somebody who takes them.
pub type Parts<'a> =
    dyn FnMut(&mut dyn FnMut(Vec<u8>) -> Result<(), Error>) -> Result<(), Error> + 'a;

/// What is to change in a journal.
#[derive(Clone, Debug, Default)]
pub struct Rewrite {
    /// Events that take the place of those that are there.
    pub replaced: BTreeMap<u64, Event>,
    /// Events that are put on record behind all others.
    pub appended: Vec<Event>,
}

impl Rewrite {
    /// Refuses what would leave somebody with events that are gone.
    fn check(&self, last: u64) -> Result<(), Error> {
        let wrong = |message: &str| Err(Problem::new(Code::Internal, message).into());
        if !self.replaced.is_empty() && !self.appended.iter().any(|it| it.erasure().is_some()) {
            return wrong("events are replaced, and nobody is told");
        }
        if self.replaced.keys().any(|place| *place == 0 || *place > last) {
            return wrong("an event is replaced that is not there");
        }
        self.replaced.values().chain(&self.appended).try_for_each(Event::check)
    }
}

/// What became of a change of what is on record.
#[derive(Clone, Debug)]
pub struct Rewritten {
    /// What became of the events that were put on record.
    pub receipts: Vec<Receipt>,
    /// Whether nothing of what was replaced is left in the journal's files. Somebody who reads a file
    /// for long keeps it from being cleaned: that is made up for when it is opened or written to
    /// next.
    pub clean: bool,
}

/// An event and its place in the journal.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The place, from 1.
    pub position: u64,
    /// The event.
    pub event: Event,
}

/// How the events of one call belong together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Batch {
    /// Each stands for itself: one that is refused does not keep the others out.
    #[default]
    Each,
    /// All or nothing: where one is refused, none is taken in.
    Whole,
}

/// What became of an event.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct Receipt {
    /// The event's identity.
    #[serde(flatten)]
    pub identity: Identity,
    /// What became of it.
    pub result: Taken,
    /// Its place in the journal, where it is on record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<u64>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
}

/// What became of an event that was handed to a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Taken {
    /// It is on record now.
    Recorded,
    /// It was on record already, and changes nothing.
    Known,
    /// It was refused: the problem says why.
    Refused,
    /// Nothing is wrong with it, but another one of a batch that belongs together was refused.
    LeftOut,
}

impl Receipt {
    pub(crate) fn refused(identity: &Identity, problem: Problem) -> Self {
        Self {
            identity: identity.clone(),
            result: Taken::Refused,
            position: None,
            problem: Some(problem),
        }
    }
}

/// Another event is on record under the same identity; the first one stays.
pub(crate) fn conflict(identity: &Identity) -> Problem {
    let message = format!(
        "another event is on record under the id `{}` of `{}`",
        identity.id, identity.source
    );
    Problem::new(Code::Conflict, message).help(crate::events::EDITED).field("id")
}

/// Settles a batch: which events come where, and which are answered without being taken in.
/// `known` looks for what is on record under the identity of one of them.
fn settle<'e>(
    identities: impl Iterator<Item = &'e Identity>,
    batch: Batch,
    last: u64,
    mut known: impl FnMut(usize) -> Result<Option<Found>, Error>,
) -> Result<Vec<Receipt>, Error> {
    let mut next = last;
    let mut receipts: Vec<Receipt> = Vec::with_capacity(identities.size_hint().0);
    for (index, identity) in identities.enumerate() {
        let (result, position, problem) = match known(index)? {
            None => {
                next += 1;
                (Taken::Recorded, Some(next), None)
            }
            Some(Found::Same(position)) => (Taken::Known, Some(position), None),
            Some(Found::SameInBatch(earlier)) => (Taken::Known, receipts[earlier].position, None),
            Some(Found::Other) => (Taken::Refused, None, Some(conflict(identity))),
            Some(Found::Erased) => (Taken::Refused, None, Some(erased())),
        };
        receipts.push(Receipt { identity: identity.clone(), result, position, problem });
    }
    let refused = receipts.iter().any(|receipt| receipt.result == Taken::Refused);
    if batch == Batch::Whole && refused {
        for receipt in &mut receipts {
            let known = receipt.position.is_some_and(|position| position <= last);
            if receipt.result != Taken::Refused && !known {
                (receipt.result, receipt.position) = (Taken::LeftOut, None);
            }
        }
    }
    Ok(receipts)
}

/// Refuses a change of which something was not taken in.
fn all_recorded(receipts: &[Receipt]) -> Result<(), Error> {
    let mut refused = receipts.iter().filter(|receipt| receipt.result != Taken::Recorded);
    match refused.next() {
        None => Ok(()),
        Some(Receipt { problem: Some(problem), .. }) => Err(problem.clone().into()),
        Some(known) => Err(conflict(&known.identity).into()),
    }
}

/// What is known of an event's identity.
enum Found {
    /// The same event, at this place.
    Same(u64),
    /// The same event, earlier in the batch.
    SameInBatch(usize),
    /// Another event.
    Other,
    /// It was erased, or speaks of somebody who was.
    Erased,
}

/// The identities of a batch that are on record nowhere else, each with the place in the batch.
#[derive(Default)]
struct Fresh<'e> {
    places: HashMap<&'e Identity, usize>,
}

impl<'e> Fresh<'e> {
    /// The place of an earlier event of the batch under the same identity.
    fn earlier(&mut self, identity: &'e Identity, index: usize) -> Option<usize> {
        match self.places.entry(identity) {
            hash_map::Entry::Occupied(earlier) => Some(*earlier.get()),
            hash_map::Entry::Vacant(place) => {
                place.insert(index);
                None
            }
        }
    }
}
