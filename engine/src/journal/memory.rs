//! A journal that lives as long as its process.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::erased::may_take;
use super::{
    Batch, Entry, Erased, Found, Fresh, Journal, Key, Receipt, Rewrite, Rewritten, Taken, conflict,
    settle,
};
use crate::error::Error;
use crate::events::{Event, Log};

/// A journal in memory, for tests, trials and data that is kept elsewhere.
#[derive(Debug, Default)]
pub struct Memory {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    log: Log,
    erased: Erased,
}

impl Memory {
    /// A journal without events.
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn append(kept: &mut Kept, events: &[Event], batch: Batch) -> Result<Vec<Receipt>, Error> {
    let Kept { log, erased } = kept;
    let mut fresh = Fresh::default();
    let identities = events.iter().map(|event| &event.identity);
    let receipts = settle(identities, batch, log.len() as u64, |index| {
        let event = &events[index];
        let known = log.position((&event.identity).into());
        if let Some(place) = known.filter(|place| log.event(*place) == *event) {
            return Ok(Some(Found::Same(u64::from(place) + 1)));
        }
        if erased.refuses(event, |identity| Ok(log.position(identity.into()).is_some()))? {
            return Ok(Some(Found::Erased));
        }
        if let Some(place) = known {
            let is_wordless = log.event(place).is_wordless_of(event);
            return Ok(Some(if is_wordless { Found::Erased } else { Found::Other }));
        }
        let earlier = fresh.earlier(&event.identity, index);
        Ok(earlier.map(|earlier| match events[earlier] == *event {
            true => Found::SameInBatch(earlier),
            false => Found::Other,
        }))
    })?;
    let taken = events.iter().zip(&receipts);
    for (event, _) in taken.filter(|(_, receipt)| receipt.result == Taken::Recorded) {
        // Nothing is on record under its identity: that was just found out.
        let _ = log.add(event.clone());
    }
    Ok(receipts)
}

fn entries(log: &Log, after: u64) -> Vec<Entry> {
    let skip = usize::try_from(after).unwrap_or(usize::MAX);
    let places = log.places().skip(skip);
    places.map(|place| Entry { position: u64::from(place) + 1, event: log.event(place) }).collect()
}

/// The events as they are to be; packed anew, so that nothing of the others is left.
fn rewritten(log: &Log, rewrite: &Rewrite) -> Result<Log, Error> {
    let mut others = Log::new();
    for place in log.places() {
        let replaced = rewrite.replaced.get(&(u64::from(place) + 1)).cloned();
        let event = replaced.unwrap_or_else(|| log.event(place));
        let identity = event.identity.clone();
        let before = others.len();
        if others.add(event).is_err() || others.len() == before {
            return Err(conflict(&identity).into());
        }
    }
    Ok(others)
}

impl Journal for Memory {
    fn append(&self, events: &[Event], batch: Batch) -> Result<Vec<Receipt>, Error> {
        append(&mut self.lock(), events, batch)
    }

    fn append_upon(
        &self,
        after: u64,
        decide: &mut dyn FnMut(Vec<Entry>) -> Result<Vec<Event>, Error>,
    ) -> Result<Vec<Receipt>, Error> {
        let mut kept = self.lock();
        let events = decide(entries(&kept.log, after))?;
        events.iter().try_for_each(Event::check)?;
        append(&mut kept, &events, Batch::Whole)
    }

    fn rewrite(
        &self,
        decide: &mut dyn FnMut(&Log, &Key) -> Result<Rewrite, Error>,
    ) -> Result<Rewritten, Error> {
        let mut kept = self.lock();
        let key = kept.erased.key().cloned().map_or_else(Key::random, Ok)?;
        let rewrite = decide(&kept.log, &key)?;
        rewrite.check(kept.log.len() as u64)?;
        let log = rewritten(&kept.log, &rewrite)?;
        let mut next = Kept { log, erased: kept.erased.clone() };
        rewrite
            .appended
            .iter()
            .filter_map(Event::erasure)
            .for_each(|it| next.erased.learn(&key, it));
        let receipts = append(&mut next, &rewrite.appended, Batch::Whole)?;
        super::all_recorded(&receipts)?;
        *kept = next;
        Ok(Rewritten { receipts, clean: true })
    }

    fn take_key(&self, key: &Key) -> Result<(), Error> {
        let mut kept = self.lock();
        if may_take(kept.erased.key(), key)? {
            kept.erased = Erased::with(Some(key.clone()));
        }
        Ok(())
    }

    fn erased(&self) -> Result<Erased, Error> {
        Ok(self.lock().erased.clone())
    }

    fn read(
        &self,
        after: u64,
        each: &mut dyn FnMut(Entry) -> Result<(), Error>,
    ) -> Result<(), Error> {
        // What is shown may in turn be recorded: nothing is locked meanwhile.
        let entries = entries(&self.lock().log, after);
        entries.into_iter().try_for_each(each)
    }

    fn position(&self) -> Result<u64, Error> {
        Ok(self.lock().log.len() as u64)
    }
}
