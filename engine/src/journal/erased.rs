//! What was erased from a journal, as far as can be told: by hashes under a key that the journal keeps
//! to itself. Whoever has the key and a name can find out whether it was erased; whoever has but one
//! of them cannot.

use std::fmt;
use std::sync::Arc;

use foldhash::HashSet;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::Journal;
use crate::error::{Code, Error, Problem};
use crate::events::{Body, Erasure, Event, Identity, OWN};
use crate::wire::hex;

/// As long as a block of the hash, so that it is used as it is.
const LENGTH: usize = 64;
/// So many bytes of a hash are kept: enough that no two things ever have the same.
const KEPT: usize = 16;

/// The key of a journal's hashes, drawn by chance when something is erased for the first time.
#[derive(Clone, PartialEq, Eq)]
pub struct Key([u8; LENGTH]);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Key {
    /// A key that nobody knows.
    ///
    /// # Errors
    ///
    /// The operating system has no randomness.
    pub fn random() -> Result<Self, Error> {
        let mut bytes = [0; LENGTH];
        getrandom::fill(&mut bytes).map_err(|error| {
            Problem::new(Code::Internal, format!("there is no randomness: {error}"))
        })?;
        Ok(Self(bytes))
    }

    #[cfg(any(feature = "sqlite", feature = "postgres"))]
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        Some(Self(bytes.try_into().ok()?))
    }

    #[cfg(any(feature = "sqlite", feature = "postgres"))]
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The hash of texts, none of which can be taken for part of another.
    fn hash(&self, what: &str, parts: &[&str]) -> Arc<str> {
        let mut hash = <Hmac<Sha256> as KeyInit>::new((&self.0).into());
        for part in [&[what], parts].concat() {
            hash.update(&(part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        hex(&hash.finalize().into_bytes()[..KEPT]).into()
    }

    /// What tells it from other keys.
    pub fn fingerprint(&self) -> Arc<str> {
        self.hash("key", &[])
    }

    /// A name. Addresses and handles are the same in capitals; ids may differ in nothing else.
    pub(crate) fn name(&self, name: &str) -> Arc<str> {
        match name.contains('@') {
            true => self.hash("name", &[&name.to_lowercase()]),
            false => self.hash("name", &[name]),
        }
    }

    /// The identity of what stands in the place of an event.
    pub(crate) fn tombstone(&self, identity: &Identity) -> Identity {
        let id = self.hash("event", &[&identity.source, &identity.id]);
        Identity { source: OWN.into(), id }
    }
}

/// What was erased from a journal.
#[derive(Clone, Debug, Default)]
pub struct Erased {
    /// Nothing where nothing was erased yet.
    key: Option<Key>,
    names: HashSet<Arc<str>>,
}

impl Erased {
    pub(super) fn with(key: Option<Key>) -> Self {
        Self { key, names: HashSet::default() }
    }

    /// The journal's key, once there is one.
    pub(crate) fn key(&self) -> Option<&Key> {
        self.key.as_ref()
    }

    /// Takes in a record of what was erased, under the journal's key. What another journal's key
    /// hashes says nothing here.
    pub(super) fn learn(&mut self, key: &Key, erasure: &Erasure) {
        let key = self.key.get_or_insert_with(|| key.clone());
        if erasure.key == key.fingerprint() {
            self.names.extend(erasure.names.iter().cloned());
        }
    }

    /// Whether a name is that of somebody who was erased.
    pub fn has(&self, name: &str) -> bool {
        let key = self.key.as_ref().filter(|_| !self.names.is_empty());
        key.is_some_and(|key| self.names.contains(&key.name(name)))
    }

    /// Whether an event must not be taken in: it was erased, is about one that was, or names
    /// somebody who was. `on_record` says whether there is an event of an identity.
    pub(super) fn refuses(
        &self,
        event: &Event,
        mut on_record: impl FnMut(&Identity) -> Result<bool, Error>,
    ) -> Result<bool, Error> {
        let Some(key) = &self.key else { return Ok(false) };
        if matches!(event.body, Body::Tombstone | Body::Erasure { .. }) {
            return Ok(false);
        }
        let mut named = false;
        event.people(|name| named |= self.has(name));
        if named || on_record(&key.tombstone(&event.identity))? {
            return Ok(true);
        }
        event.target().map_or(Ok(false), |target| on_record(&key.tombstone(target)))
    }
}

/// Whether a key can be taken over by a journal that has one, or none: nothing is to be done where it has
/// the same.
pub(super) fn may_take(ours: Option<&Key>, theirs: &Key) -> Result<bool, Problem> {
    match ours {
        None => Ok(true),
        Some(ours) if ours == theirs => Ok(false),
        Some(_) => {
            let message = "people were erased from this journal under a key of its own";
            let help = "name a journal that is not there yet: it takes the key over";
            Err(Problem::new(Code::Conflict, message).help(help))
        }
    }
}

/// Makes what was erased from a journal known to another one.
///
/// # Errors
///
/// The other one has a key of its own, nothing was ever erased from the first one, or one of them cannot
/// be read or written.
pub fn share_key(from: &dyn Journal, to: &dyn Journal) -> Result<(), Error> {
    let erased = from.erased()?;
    let Some(key) = erased.key() else {
        let message = "nothing was ever erased from the journal whose key is asked for";
        let help = "leave it out: there is no key to take over";
        return Err(Problem::new(Code::Missing, message).help(help).into());
    };
    to.take_key(key)
}

/// Why what was erased is not taken in again. It is not said who it is about.
pub(crate) fn erased() -> Problem {
    let message = "what this is about was erased, and nothing of it is taken in again";
    Problem::new(Code::Erased, message).help(
        "leave it out at its source; where it was not erased for its age (`[privacy.retention]`), \
         whoever takes part again does so with an id and aliases that they never had here",
    )
}
