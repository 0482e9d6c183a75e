//! Erasure: what is on record of a person is taken out of the journal, and not taken in again; which
//! events that are says `somebody`.
//!
//! - `words` takes the person's names out of what is about others, `published` out of programs that
//!   were published;
//! - `rest` is what totals and budgets keep.

mod published;
mod rest;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use self::published::InUse;
use self::rest::{rest, spent};
pub(super) use self::words::{NAMES, Words};
use super::Ledger;
use super::corrections::own;
use super::somebody::Somebody;
use crate::awards::said;
use crate::error::{Code, Error, Problem};
use crate::events::{Body, ERASED, Erasure, Event, Log, Place};
use crate::journal::{Key, Rewrite, erased};

/// Who is to be erased.
#[derive(Clone, Copy, Debug)]
pub struct Erase<'a> {
    /// The person, by any name.
    pub advocate: &'a str,
    /// Who erases them.
    pub by: &'a str,
    /// When.
    pub at: Timestamp,
}

/// What became of an erasure. It does not say who was erased.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[schemars(rename = "Erased", deny_unknown_fields, transform = crate::schema::written)]
pub struct ErasedDocument {
    /// The id of the record of it.
    pub erasure: Arc<str>,
    /// When it was.
    pub at: Timestamp,
    /// How many events became tombstones.
    pub events: usize,
    /// How many events of others were changed, since they named the person.
    pub changed: usize,
    /// How many names nothing is taken in of any more.
    pub names: usize,
    /// Whether nothing of it is left in the journal's files; where somebody is reading them for long,
    /// they are cleaned when the journal is opened or written to next.
    pub clean: bool,
}

impl Ledger {
    /// Erases a person: whatever is about them becomes a tombstone, their names are taken out of what
    /// is about others, and nothing about them is taken in again. It cannot be undone.
    ///
    /// # Errors
    ///
    /// Nobody is on record under that name, or somebody was who is erased already; a file of the program
    /// that is published names them; the journal cannot be read or written. Nothing was changed then.
    pub fn erase(&self, asked: &Erase<'_>) -> Result<ErasedDocument, Error> {
        let Erase { advocate, by, .. } = *asked;
        said("by", by)?;
        if self.journal.erased()?.has(advocate) {
            return Err(erased().into());
        }
        let mut done = None;
        let rewritten = self.journal.rewrite(&mut |log, key| {
            let (rewrite, told) = self.erasure(log, key, asked)?;
            done = Some(told);
            Ok(rewrite)
        })?;
        // Whatever was known of the person is forgotten here, too.
        self.refresh()?;
        let nobody = || Problem::new(Code::Internal, "nothing was decided about the erasure");
        Ok(ErasedDocument { clean: rewritten.clean, ..done.ok_or_else(nobody)? })
    }

    /// What is to change so that a person is erased, and what is told of it.
    fn erasure(
        &self,
        log: &Log,
        key: &Key,
        asked: &Erase<'_>,
    ) -> Result<(Rewrite, ErasedDocument), Error> {
        let person = Somebody::find(log, asked.advocate)?;
        let gone = person.events();
        let tombstones = |place: &Place| (*place, tombstone(log, key, *place, asked.at));
        let mut replaced: BTreeMap<Place, Event> = gone.iter().map(tombstones).collect();
        let words = Words::of(&person, &gone, Some(key))?;
        let mut published = InUse::of(log)?;
        for place in log.places().filter(|place| !gone.contains(place)) {
            let event = log.event(place);
            if let Some(other) = words.without(&event)? {
                published.notice(place, &event, &other);
                (other != event).then(|| replaced.insert(place, other));
            }
        }
        published.names_nobody()?;
        let before =
            log.others().filter_map(|(place, event)| Some((place, event, event.erasure()?)));
        let (mut kept, mut paid) = (Vec::new(), Vec::new());
        for (place, event, erasure) in before {
            kept.extend(erasure.rest.iter().cloned());
            paid.extend(erasure.spent.iter().cloned());
            // The sums stand in the new record.
            if !erasure.rest.is_empty() || !erasure.spent.is_empty() {
                let mut event = replaced.get(&place).unwrap_or(event).clone();
                if let Body::Erasure { erasure, .. } = &mut event.body {
                    (erasure.rest, erasure.spent) = (Vec::new(), Vec::new());
                }
                replaced.insert(place, event);
            }
        }
        let after = with(log, &replaced)?;
        let names: BTreeSet<Arc<str>> = person.names().map(|name| key.name(name)).collect();
        let erasure = Erasure {
            key: key.fingerprint(),
            names: names.into_iter().collect(),
            events: i64::try_from(gone.len()).unwrap_or(i64::MAX),
            rest: rest(self, log, &after, asked.at, kept)?,
            spent: spent(log, &gone, paid),
            aged: Vec::new(),
        };
        let names = erasure.names.len();
        let by = if person.is(&asked.by.into(), asked.at) { ERASED } else { asked.by };
        let body = Body::Erasure { erasure: Box::new(erasure), by: by.into() };
        let record = own(free(log), asked.at, body);
        let told = ErasedDocument {
            erasure: Arc::clone(&record.identity.id),
            at: asked.at,
            events: gone.len(),
            changed: replaced.len() - gone.len(),
            names,
            clean: false,
        };
        let replaced = replaced.into_iter().map(|(place, event)| (u64::from(place) + 1, event));
        let rewrite = Rewrite { replaced: replaced.collect(), appended: vec![record] };
        Ok((rewrite, told))
    }
}

/// What stands in the place of an event that is gone.
pub(super) fn tombstone(log: &Log, key: &Key, place: Place, at: Timestamp) -> Event {
    Event { identity: key.tombstone(&log.identity(place)), at, body: Body::Tombstone, ext: None }
}

/// The log as it is to be.
pub(super) fn with(log: &Log, replaced: &BTreeMap<Place, Event>) -> Result<Log, Error> {
    let mut after = Log::new();
    for place in log.places() {
        let event = replaced.get(&place).cloned().unwrap_or_else(|| log.event(place));
        if after.add(event).is_err() {
            let message = "two events would be one once they are erased";
            return Err(Problem::new(Code::Internal, message).into());
        }
    }
    Ok(after)
}

/// An id for the record of an erasure that nothing has yet, and that says nothing.
pub(super) fn free(log: &Log) -> String {
    let first = log.len() as u64 + 1;
    let id = |number: u64| format!("erasure-{number}");
    let is_free = |id: &String| {
        let record = own(id.clone(), Timestamp::MIN, Body::Tombstone);
        log.position((&record.identity).into()).is_none()
    };
    (first..).map(id).find(is_free).unwrap_or_else(|| id(first))
}
