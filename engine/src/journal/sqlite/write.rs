//! The one place that writes events: everything of a commit is on the disk, or nothing is.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, ErrorCode, OptionalExtension, Transaction, TransactionBehavior};

use super::problem::{Failed, corrupt};
use super::{PATIENCE, entries, keep};
use crate::error::Error;
use crate::events::Event;
use crate::journal::identities::Identities;
use crate::journal::prepared::{Commit, Prepared};
use crate::journal::{Batch, Checkpoint, Entry, Found, Fresh, Receipt, Taken, settle};

/// The connection that writes, and what it knows of the file.
#[derive(Debug)]
pub(super) struct Writer {
    connection: Connection,
    identities: Identities,
    file: String,
    /// How long it waits for others who are writing.
    pub(super) patience: Duration,
}

/// How long SQLite itself waits for its turn. It asks more and more seldom, and hardly ever meets
/// the moment between two commits of somebody who writes without pause.
const BEFORE_ASKING_ANEW: Duration = Duration::from_millis(2);

impl Writer {
    pub(super) fn new(connection: Connection, file: String) -> rusqlite::Result<Self> {
        connection.busy_timeout(BEFORE_ASKING_ANEW)?;
        Ok(Self { connection, identities: Identities::default(), file, patience: PATIENCE })
    }

    /// Takes in what several callers brought, in one transaction.
    pub(super) fn commit(
        &mut self,
        batches: &[(Vec<Prepared>, Batch)],
    ) -> Result<Vec<Vec<Receipt>>, Error> {
        self.transact(|open| {
            batches.iter().map(|(events, batch)| open.take_in(events, *batch)).collect()
        })
    }

    /// Takes in what is decided upon everything that is on record.
    pub(super) fn commit_upon(
        &mut self,
        after: u64,
        decide: &mut dyn FnMut(Vec<Entry>) -> Result<Vec<Event>, Error>,
    ) -> Result<Vec<Receipt>, Error> {
        self.transact(|open| {
            let mut known = Vec::new();
            entries(open.transaction, open.file, after, u32::MAX, &mut known)?;
            let events = decide(known)?;
            events.iter().try_for_each(Event::check)?;
            let events: Vec<Prepared> =
                events.iter().map(Prepared::of).collect::<Result<_, _>>()?;
            open.take_in(&events, Batch::Whole)
        })
    }

    /// Keeps a checkpoint.
    pub(super) fn keep(&mut self, checkpoint: &mut Checkpoint<'_>) -> Result<(), Error> {
        // Nothing is worth hurrying for: it waits for its turn, part by part.
        let failed = Failed::writing(&self.file);
        let set = self.connection.busy_timeout(self.patience);
        set.map_err(|error| failed.because(&error))?;
        let kept = keep::keep(&mut self.connection, &self.file, checkpoint);
        let set = self.connection.busy_timeout(BEFORE_ASKING_ANEW);
        kept.and(set.map_err(|error| failed.because(&error).into()))
    }

    fn transact<T>(
        &mut self,
        work: impl FnOnce(&mut Open<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let Self { connection, identities, file, patience } = self;
        let failed = Failed::writing(file);
        let transaction = begin(connection, *patience).map_err(|error| failed.because(&error))?;
        follow(identities, &transaction, file)?;
        let last = identities.last;
        let mut open =
            Open { transaction: &transaction, identities, file, commit: Commit::after(last) };
        let done = work(&mut open).and_then(|done| open.finish().map(|()| done));
        let done = done.and_then(|done| {
            transaction.commit().map_err(|error| failed.because(&error))?;
            Ok(done)
        });
        if done.is_err() && identities.last != last {
            // What the table has taken in is not on record; it is read again when it is needed.
            *identities = Identities::default();
        }
        done
    }
}

/// Begins to write, as soon as nobody else does.
fn begin(connection: &Connection, patience: Duration) -> rusqlite::Result<Transaction<'_>> {
    let since = Instant::now();
    loop {
        let begun = Transaction::new_unchecked(connection, TransactionBehavior::Immediate);
        let busy =
            |error: &rusqlite::Error| error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy);
        if since.elapsed() >= patience || !begun.as_ref().is_err_and(busy) {
            return begun;
        }
    }
}

/// Takes in what the file has beyond the table: all of it, or what others have written.
fn follow(identities: &mut Identities, connection: &Connection, file: &str) -> Result<(), Error> {
    let failed = Failed::reading(file);
    let mut statement = connection
        .prepare_cached("SELECT first, identities FROM commits WHERE first > ?1 ORDER BY first")
        .map_err(|error| failed.because(&error))?;
    let mut rows = statement.query([identities.last]).map_err(|error| failed.because(&error))?;
    while let Some(row) = rows.next().map_err(|error| failed.because(&error))? {
        let first: u64 = row.get(0).map_err(|error| failed.because(&error))?;
        let hashes = row.get_ref(1).map_err(|error| failed.because(&error))?;
        let hashes = hashes.as_blob().map_err(|error| corrupt(file, &error.to_string()))?;
        identities.commit(first, hashes, |what| corrupt(file, what))?;
    }
    Ok(())
}

/// An open transaction.
struct Open<'a> {
    transaction: &'a Transaction<'a>,
    identities: &'a mut Identities,
    file: &'a str,
    commit: Commit,
}

impl Open<'_> {
    /// Takes in a batch of events.
    fn take_in(&mut self, events: &[Prepared], batch: Batch) -> Result<Vec<Receipt>, Error> {
        let identities = events.iter().map(|event| &event.identity);
        let mut fresh = Fresh::default();
        let receipts = settle(identities, batch, self.identities.last, |index| {
            let event = &events[index];
            if let Some(found) = self.find(event)? {
                return Ok(Some(found));
            }
            let earlier = fresh.earlier(&event.identity, index);
            Ok(earlier.map(|earlier| match events[earlier].text == event.text {
                true => Found::SameInBatch(earlier),
                false => Found::Other,
            }))
        })?;
        let failed = Failed::writing(self.file);
        let mut insert = self
            .transaction
            .prepare_cached("INSERT INTO events (position, event) VALUES (?1, ?2)")
            .map_err(|error| failed.because(&error))?;
        let taken = events.iter().zip(&receipts);
        for (event, _) in taken.filter(|(_, receipt)| receipt.result == Taken::Recorded) {
            self.identities.add(event.hash)?;
            insert
                .execute((self.identities.last, &event.text))
                .map_err(|error| failed.because(&error))?;
            self.commit.add(event);
        }
        Ok(receipts)
    }

    /// What is on record under the identity of an event.
    fn find(&self, event: &Prepared) -> Result<Option<Found>, Error> {
        let failed = Failed::reading(self.file);
        for position in self.identities.candidates(event.hash) {
            let mut select = self
                .transaction
                .prepare_cached("SELECT event FROM events WHERE position = ?1")
                .map_err(|error| failed.because(&error))?;
            let text: Option<String> = select
                .query_row([position], |row| row.get(0))
                .optional()
                .map_err(|error| failed.because(&error))?;
            let text =
                text.ok_or_else(|| corrupt(self.file, &format!("event {position} is missing")))?;
            let found = event.beside(&text, position).map_err(|what| corrupt(self.file, &what))?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// Writes down what the commit consists of.
    fn finish(&self) -> Result<(), Error> {
        if self.commit.hashes.is_empty() {
            return Ok(());
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let mut insert = self
            .transaction
            .prepare_cached("INSERT INTO commits VALUES (?1, ?2, ?3, ?4)")
            .map_err(|error| Failed::writing(self.file).because(&error))?;
        let Commit { first, hashes, checksum } = &self.commit;
        insert
            .execute((first, now.cast_signed(), hashes, checksum.value()))
            .map_err(|error| Failed::writing(self.file).because(&error))?;
        Ok(())
    }
}
