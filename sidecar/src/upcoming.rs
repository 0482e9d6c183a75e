//! A journal that is made when the first event goes on record, so that nothing but refused events
//! leaves no empty one behind.

use std::sync::OnceLock;

use plaudit_engine::Error;
use plaudit_engine::events::{Event, Log};
use plaudit_engine::journal::{
    Access, Address, Batch, Entry, Erased, Journal, Key, Receipt, Rewrite, Rewritten, Store,
};

/// A journal that may not be there yet.
#[derive(Debug)]
pub(crate) struct Upcoming {
    address: Address,
    journal: OnceLock<Store>,
}

impl Upcoming {
    /// Opens what is there; what is not is made when it is needed.
    pub(crate) fn open(address: &Address) -> Result<Self, Error> {
        let upcoming = Self { address: address.clone(), journal: OnceLock::new() };
        if address.is_there()? {
            upcoming.made()?;
        }
        Ok(upcoming)
    }

    fn made(&self) -> Result<&Store, Error> {
        if let Some(journal) = self.journal.get() {
            return Ok(journal);
        }
        let journal = self.address.open(Access::Create)?;
        Ok(self.journal.get_or_init(|| journal))
    }
}

impl Journal for Upcoming {
    fn append(&self, events: &[Event], batch: Batch) -> Result<Vec<Receipt>, Error> {
        if events.is_empty() { Ok(Vec::new()) } else { self.made()?.append(events, batch) }
    }

    fn append_upon(
        &self,
        after: u64,
        decide: &mut dyn FnMut(Vec<Entry>) -> Result<Vec<Event>, Error>,
    ) -> Result<Vec<Receipt>, Error> {
        self.made()?.append_upon(after, decide)
    }

    fn rewrite(
        &self,
        decide: &mut dyn FnMut(&Log, &Key) -> Result<Rewrite, Error>,
    ) -> Result<Rewritten, Error> {
        self.made()?.rewrite(decide)
    }

    fn take_key(&self, key: &Key) -> Result<(), Error> {
        self.made()?.take_key(key)
    }

    fn erased(&self) -> Result<Erased, Error> {
        self.journal.get().map_or_else(|| Ok(Erased::default()), Journal::erased)
    }

    fn read(
        &self,
        after: u64,
        each: &mut dyn FnMut(Entry) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.journal.get().map_or(Ok(()), |journal| journal.read(after, each))
    }

    fn publications(&self) -> Result<Vec<Entry>, Error> {
        self.journal.get().map_or_else(|| Ok(Vec::new()), Journal::publications)
    }

    fn position(&self) -> Result<u64, Error> {
        self.journal.get().map_or(Ok(0), Journal::position)
    }

    fn kept(&self, each: &mut dyn FnMut(&[u8]) -> bool) -> Result<Option<u64>, Error> {
        self.journal.get().map_or(Ok(None), |journal| journal.kept(each))
    }
}
