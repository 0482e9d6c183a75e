//! A journal that is made when the first event goes on record, so that nothing but refused events
//! leaves no empty file behind.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use plaudit_engine::Error;
use plaudit_engine::events::{Event, Log};
use plaudit_engine::journal::{
    Access, Batch, Entry, Erased, Journal, Key, Receipt, Rewrite, Rewritten, Sqlite,
};

/// A journal file that may not be there yet.
#[derive(Debug)]
pub(crate) struct Upcoming {
    path: PathBuf,
    journal: OnceLock<Sqlite>,
}

impl Upcoming {
    /// Opens what is there; what is not is made when it is needed.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let upcoming = Self { path: path.to_owned(), journal: OnceLock::new() };
        if path.exists() {
            upcoming.made()?;
        }
        Ok(upcoming)
    }

    fn made(&self) -> Result<&Sqlite, Error> {
        if let Some(journal) = self.journal.get() {
            return Ok(journal);
        }
        let journal = Sqlite::open(&self.path, Access::Create)?;
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

    fn position(&self) -> Result<u64, Error> {
        self.journal.get().map_or(Ok(0), Journal::position)
    }

    fn kept(&self, each: &mut dyn FnMut(&[u8]) -> bool) -> Result<Option<u64>, Error> {
        self.journal.get().map_or(Ok(None), |journal| journal.kept(each))
    }
}
