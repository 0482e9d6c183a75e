//! Events as they will stand in a journal, and what a commit of them consists of.

use super::Found;
use super::checksum::Checksum;
use super::identities::hash;
use crate::error::{Code, Error, Problem};
use crate::events::{Event, Identity, read_record};

/// An event as it will stand in a journal.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) identity: Identity,
    pub(super) hash: u32,
    pub(super) text: String,
    /// Whether it is the record of an erasure.
    pub(super) erases: bool,
}

impl Prepared {
    pub(super) fn of(event: &Event) -> Result<Self, Error> {
        let text = serde_json::to_string(event).map_err(|error| {
            Problem::new(Code::Internal, format!("the event cannot be written: {error}"))
        })?;
        let identity = event.identity.clone();
        Ok(Self { hash: hash(&identity), identity, text, erases: event.erasure().is_some() })
    }

    /// What an event on record, whose identity hashes alike, is to this one: nothing where it has
    /// another identity. An older version may have written the same event differently. Where it
    /// cannot be read, it is said why.
    pub(super) fn beside(&self, text: &str, position: u64) -> Result<Option<Found>, String> {
        if self.text == text {
            return Ok(Some(Found::Same(position)));
        }
        let stored = stored(text, position)?;
        if stored.identity != self.identity {
            return Ok(None);
        }
        let this = self::stored(&self.text, 0)?;
        Ok(Some(match stored == this {
            true => Found::Same(position),
            false if stored.is_wordless_of(&this) => Found::Erased,
            false => Found::Other,
        }))
    }
}

/// The event that stands at a place, or why it cannot be read.
pub(super) fn stored(text: &str, position: u64) -> Result<Event, String> {
    read_record(text, "").map_err(|error: Error| {
        let what = error.problems().first().map_or_else(String::new, |it| it.message.clone());
        format!("event {position} cannot be read: {what}")
    })
}

/// What one commit takes in.
pub(super) struct Commit {
    pub(super) first: u64,
    pub(super) hashes: Vec<u8>,
    pub(super) checksum: Checksum,
}

impl Commit {
    pub(super) fn after(last: u64) -> Self {
        Self { first: last + 1, hashes: Vec::new(), checksum: Checksum::default() }
    }

    pub(super) fn add(&mut self, event: &Prepared) {
        self.hashes.extend(event.hash.to_le_bytes());
        self.checksum.add(&event.text);
    }
}
