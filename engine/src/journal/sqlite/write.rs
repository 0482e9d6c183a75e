//! The one place that writes events: everything of a commit is on the disk, or nothing is.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, ErrorCode, OptionalExtension, Transaction, TransactionBehavior};

use super::checksum::Checksum;
use super::identities::{Identities, hash};
use super::problem::{Failed, corrupt};
use super::{PATIENCE, entries, erased, event_of, keep};
use crate::error::{Code, Error, Problem};
use crate::events::{Event, Identity};
use crate::journal::{Batch, Checkpoint, Entry, Erased, Found, Fresh, Receipt, Taken, settle};

/// An event as it will stand in the file.
#[derive(Debug)]
pub(super) struct Prepared {
    identity: Identity,
    hash: u32,
    pub(super) text: String,
    /// Whether it is the record of an erasure.
    erases: bool,
}

impl Prepared {
    pub(super) fn of(event: &Event) -> Result<Self, Error> {
        let text = serde_json::to_string(event).map_err(|error| {
            Problem::new(Code::Internal, format!("the event cannot be written: {error}"))
        })?;
        let identity = event.identity.clone();
        Ok(Self { hash: hash(&identity), identity, text, erases: event.erasure().is_some() })
    }

    /// Whether it is the event that a row holds; a row of an older version may be written
    /// differently and still be the same.
    fn is(&self, text: &str, position: u64, file: &str) -> Result<bool, Error> {
        Ok(self.text == text || event_of(file, position, text)? == event_of(file, 0, &self.text)?)
    }
}

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
        identities.follow(&transaction, file)?;
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

/// What one commit takes in.
struct Commit {
    first: u64,
    hashes: Vec<u8>,
    checksum: Checksum,
}

impl Commit {
    fn after(last: u64) -> Self {
        Self { first: last + 1, hashes: Vec::new(), checksum: Checksum::default() }
    }
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
            self.commit.hashes.extend(event.hash.to_le_bytes());
            self.commit.checksum.add(&event.text);
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
        let event = event_of(self.file, 0, &event.text)?;
        self.erased.refuses(&event, |identity| Ok(self.count(identity)? > 0))
    }

    /// How many events of an identity there are.
    pub(super) fn count(&self, identity: &Identity) -> Result<usize, Error> {
        let mut count = 0;
        for position in self.identities.candidates(hash(identity)) {
            let text = self.text(position)?;
            count += usize::from(event_of(self.file, position, &text)?.identity == *identity);
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
            if event.text == text {
                return Ok(Some(Found::Same(position)));
            }
            if event_of(self.file, position, &text)?.identity == event.identity {
                let same = event.is(&text, position, self.file)?;
                return Ok(Some(if same { Found::Same(position) } else { Found::Other }));
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
