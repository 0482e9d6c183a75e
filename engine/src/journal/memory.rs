//! A journal that lives as long as its process.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Batch, Entry, Found, Fresh, Journal, Receipt, Taken, settle};
use crate::error::Error;
use crate::events::{Event, Log};

/// A journal in memory, for tests, trials and data that is kept elsewhere.
#[derive(Debug, Default)]
pub struct Memory {
    log: Mutex<Log>,
}

impl Memory {
    /// A journal without events.
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn append(log: &mut Log, events: &[Event], batch: Batch) -> Result<Vec<Receipt>, Error> {
    let mut fresh = Fresh::default();
    let identities = events.iter().map(|event| &event.identity);
    let receipts = settle(identities, batch, log.len() as u64, |index| {
        let event = &events[index];
        if let Some(place) = log.position((&event.identity).into()) {
            let same = log.event(place) == *event;
            return Ok(Some(if same { Found::Same(u64::from(place) + 1) } else { Found::Other }));
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

impl Journal for Memory {
    fn append(&self, events: &[Event], batch: Batch) -> Result<Vec<Receipt>, Error> {
        append(&mut self.lock(), events, batch)
    }

    fn append_upon(
        &self,
        after: u64,
        decide: &mut dyn FnMut(Vec<Entry>) -> Result<Vec<Event>, Error>,
    ) -> Result<Vec<Receipt>, Error> {
        let mut log = self.lock();
        let events = decide(entries(&log, after))?;
        events.iter().try_for_each(Event::check)?;
        append(&mut log, &events, Batch::Whole)
    }

    fn read(
        &self,
        after: u64,
        each: &mut dyn FnMut(Entry) -> Result<(), Error>,
    ) -> Result<(), Error> {
        // What is shown may in turn be recorded: nothing is locked meanwhile.
        let entries = entries(&self.lock(), after);
        entries.into_iter().try_for_each(each)
    }

    fn position(&self) -> Result<u64, Error> {
        Ok(self.lock().len() as u64)
    }
}
