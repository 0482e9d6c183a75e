//! The one place that writes events: everything of a commit is on the disk, or nothing is.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, ErrorCode, OptionalExtension, Transaction, TransactionBehavior};

use super::problem::{Failed, corrupt};
use super::{PATIENCE, entries, erased, keep};
use crate::error::Error;
use crate::events::{Event, Identity};
use crate::journal::identities::{Identities, hash};
use crate::journal::prepared::{Commit, Prepared, stored};
use crate::journal::{Batch, Checkpoint, Entry, Erased, Found, Fresh, Receipt, Taken, settle};

/// The connection that writes, and what it knows of the file.
#[derive(Debug)]
pub(super) struct Writer {
    connection: Connection,
    identities: Identities,
    erased: Erased,
    /// The place of the last erasure that both know of.
    seen: u64,
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
        let (identities, erased) = (Identities::default(), Erased::default());
        Ok(Self { connection, identities, erased, seen: 0, file, patience: PATIENCE })
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
        kept.and(set.map_err(|error| failed.because(&error).into()))?;
        self.clean();
        Ok(())
    }

    /// Does something that waits for its turn as long as SQLite itself waits.
    pub(super) fn patiently<T>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        self.connection.busy_timeout(self.patience)?;
        let done = work(&self.connection);
        self.connection.busy_timeout(BEFORE_ASKING_ANEW)?;
        done
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Forgets what it knows of the file; it is read again when it is needed.
    pub(super) fn forget(&mut self) {
        (self.identities, self.erased, self.seen) = Default::default();
    }

    pub(super) fn transact<T>(
        &mut self,
        work: impl FnOnce(&mut Open<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let Self { connection, identities, erased, seen, file, patience } = self;
        let failed = Failed::writing(file);
        let transaction = begin(connection, *patience).map_err(|error| failed.because(&error))?;
        let newest = erased::last(&transaction, failed)?;
        if newest != *seen {
            // Events that the table has are others by now.
            *identities = Identities::default();
            *erased = erased::read(&transaction, file)?;
            *seen = newest;
        }
        follow(identities, &transaction, file)?;
        let last = identities.last;
        let commit = Commit::after(last);
        let mut open = Open { transaction: &transaction, identities, erased, file, commit };
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
pub(super) fn follow(
    identities: &mut Identities,
    connection: &Connection,
    file: &str,
) -> Result<(), Error> {
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
pub(super) struct Open<'a> {
    pub(super) transaction: &'a Transaction<'a>,
    pub(super) identities: &'a mut Identities,
    erased: &'a Erased,
    pub(super) file: &'a str,
    commit: Commit,
}

impl Open<'_> {
    /// Takes in a batch of events.
    pub(super) fn take_in(
        &mut self,
        events: &[Prepared],
        batch: Batch,
    ) -> Result<Vec<Receipt>, Error> {
        let identities = events.iter().map(|event| &event.identity);
        let mut fresh = Fresh::default();
        let receipts = settle(identities, batch, self.identities.last, |index| {
            let event = &events[index];
            let found = self.find(event)?;
            if !matches!(found, Some(Found::Same(_))) && self.refuses(event)? {
                return Ok(Some(Found::Erased));
            }
            if found.is_some() {
                return Ok(found);
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
            if event.erases {
                self.transaction
                    .execute("INSERT INTO erasures VALUES (?1)", [self.identities.last])
                    .map_err(|error| failed.because(&error))?;
            }
        }
        Ok(receipts)
    }

    /// Whether an event was erased, or speaks of what was.
    fn refuses(&self, event: &Prepared) -> Result<bool, Error> {
        if self.erased.key().is_none() {
            return Ok(false);
        }
        let event = stored(&event.text, 0).map_err(|what| corrupt(self.file, &what))?;
        self.erased.refuses(&event, |identity| Ok(self.count(identity)? > 0))
    }

    /// How many events of an identity there are.
    pub(super) fn count(&self, identity: &Identity) -> Result<usize, Error> {
        let mut count = 0;
        for position in self.identities.candidates(hash(identity)) {
            let text = self.text(position)?;
            let event = stored(&text, position).map_err(|what| corrupt(self.file, &what))?;
            count += usize::from(event.identity == *identity);
        }
        Ok(count)
    }

    /// An event as it stands in the file.
    fn text(&self, position: u64) -> Result<String, Error> {
        let text = self
            .transaction
            .prepare_cached("SELECT event FROM events WHERE position = ?1")
            .and_then(|mut select| select.query_row([position], |row| row.get(0)).optional())
            .map_err(|error| Failed::reading(self.file).because(&error))?;
        Ok(text.ok_or_else(|| corrupt(self.file, &format!("event {position} is missing")))?)
    }

    /// What is on record under the identity of an event.
    fn find(&self, event: &Prepared) -> Result<Option<Found>, Error> {
        for position in self.identities.candidates(event.hash) {
            let text = self.text(position)?;
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
