//! A journal in a PostgreSQL database: any number of machines may use it at once, and what is
//! acknowledged outlives all of them.
//!
//! - `address` says which database is meant, `password` where its password comes from, `tls` whom it
//!   is trusted by;
//! - `link` makes connections, and makes them anew where they are lost;
//! - `schema` has the tables and the steps from older ones;
//! - `write` is the commit that callers share who write at the same time, one after the other over
//!   all machines: places have no gaps and become visible in their order;
//! - `rewrite` puts other events in the place of some, `erased` knows what is gone;
//! - `keep` has checkpoints; `health` looks for damage; `problem` puts PostgreSQL's errors in words.
//!
//! What is acknowledged is on the disk of the server that acknowledged it. Where another server may
//! take its place, it is there, too, if that one is kept up synchronously (`synchronous_standby_names`).

mod address;
mod erased;
mod health;
mod keep;
mod link;
mod password;
mod problem;
mod rewrite;
mod schema;
mod tls;
mod write;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio_postgres::Row;
use tokio_postgres::types::Type;

use self::address::Database;
use self::link::{Driver, Link, Session};
use self::problem::{Fault, corrupt, unreachable};
use self::write::Writer;
use super::prepared::{Prepared, stored};
use super::queue::Queue;
use super::{
    Access, Batch, Checkpoint, Entry, Erased, Health, Journal, Key, Receipt, Rewrite, Rewritten,
};
use crate::error::{Code, Error, Problem};
use crate::events::{Event, Log};

/// How long a process waits for another one that is writing, and for a database that is away.
const PATIENCE: Duration = Duration::from_secs(10);
/// So many events are read before they are shown.
const AT_A_TIME: u64 = 1_000;
/// Begins to read as of one moment.
const READ_ONE_STATE: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// A journal in a PostgreSQL database.
///
/// Any number of processes may use the database at once, and any number of threads a value of this
/// type, also those of an asynchronous runtime. An acknowledged event is on record; callers that append
/// at the same time share commits. While another process writes, or the database is away, a call waits
/// up to ten seconds and then fails as retryable.
#[derive(Debug)]
pub struct Postgres {
    database: Arc<Database>,
    driver: Arc<Driver>,
    queue: Queue,
    /// Nothing where the journal may only be read.
    writer: Option<Mutex<Writer>>,
    reader: Mutex<Link>,
}

impl Postgres {
    /// Opens a journal by the address of its database, such as
    /// `postgres://plaudit@db.example/plaudit?sslmode=verify-full`; tables that an older version made
    /// are brought up to date first.
    ///
    /// The address may name several hosts (`one,two:5433`), of which the first that can be used is, and
    /// have these parameters of libpq's: `sslmode` (`disable`, `prefer`, `require`, `verify-ca`,
    /// `verify-full`), `sslrootcert`, `target_session_attrs`, `connect_timeout`, `passfile`, `hostaddr`,
    /// `options`, `application_name`, `channel_binding`, `tcp_user_timeout` and those of keepalives; and
    /// two of our own: `schema`, that of the tables, and `answer_timeout`, the seconds after which a
    /// connection without an answer counts as lost (30). A password comes from `PGPASSWORD` or
    /// `~/.pgpass` where the address has none.
    ///
    /// # Errors
    ///
    /// The address cannot be read, the database cannot be reached or refuses it, is damaged, has no
    /// journal and none may be made, or was made by a later version.
    pub fn open(address: &str, access: Access) -> Result<Self, Error> {
        let database = Arc::new(Database::read(address, access != Access::Read)?);
        let driver = Arc::new(Driver::start()?);
        let link = || Link::new(Arc::clone(&database), Arc::clone(&driver), PATIENCE);
        let mut reader = link();
        reader.ask(Instant::now(), |session| schema::ready(session, access))?;
        let writer = (access != Access::Read).then(|| Mutex::new(Writer::new(link())));
        let (queue, reader) = (Queue::default(), Mutex::new(reader));
        let journal = Self { database, driver, queue, writer, reader };
        if journal.writer.is_some() {
            // Whoever erased something may have been kept from it.
            let _ = journal.clean();
        }
        Ok(journal)
    }

    /// Whether there is a journal in a database; none is made.
    ///
    /// # Errors
    ///
    /// The address cannot be read, or the database cannot be reached or refuses it.
    pub fn is_there(address: &str) -> Result<bool, Error> {
        let database = Arc::new(Database::read(address, false)?);
        let mut link = Link::new(database, Arc::new(Driver::start()?), PATIENCE);
        Ok(link.ask(Instant::now(), schema::version)? > 0)
    }

    /// Sets how long a call waits for another process that is writing, or for a database that is away;
    /// ten seconds at first.
    pub fn wait_at_most(&self, patience: Duration) {
        if let Some(writer) = &self.writer {
            writer.lock().unwrap_or_else(PoisonError::into_inner).wait_at_most(patience);
        }
        self.reader().patience = patience;
    }

    /// Looks at every event and every checksum.
    ///
    /// # Errors
    ///
    /// The database cannot be read so far as to look for damage.
    pub fn check(&self) -> Result<Health, Error> {
        self.aside().ask(Instant::now(), health::check)
    }

    fn reader(&self) -> MutexGuard<'_, Link> {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection of its own, for what takes long.
    fn aside(&self) -> Link {
        let patience = self.reader().patience;
        Link::new(Arc::clone(&self.database), Arc::clone(&self.driver), patience)
    }

    fn writer(&self) -> Result<MutexGuard<'_, Writer>, Error> {
        let Some(writer) = &self.writer else { return Err(self.read_only()) };
        Ok(writer.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn read_only(&self) -> Error {
        let problem = Problem::new(Code::Unwritable, "the journal was opened to be read only");
        problem.file(&self.database.name).into()
    }
}

/// A place, or a number of events, as the database has it.
fn place(place: u64) -> i64 {
    i64::try_from(place).unwrap_or(i64::MAX)
}

/// The place of the last event.
fn position(session: &Session) -> Result<u64, Fault> {
    let rows = session.query("SELECT last FROM plaudit_journal", &[])?;
    match rows.first() {
        Some(row) => session.number(row, 0),
        None => Err(corrupt(session.name(), "the row that says where it ends is missing").into()),
    }
}

/// The entry that a row has: its place and its event.
fn entry(session: &Session, row: &Row) -> Result<Entry, Fault> {
    let position = session.number(row, 0)?;
    let event = stored(session.get(row, 1)?, position);
    let event = event.map_err(|what| corrupt(session.name(), &what))?;
    Ok(Entry { position, event })
}

/// Adds the entries after a place and up to another one to others, so many at most.
fn entries(
    session: &Session,
    mut after: u64,
    last: u64,
    most: u64,
    entries: &mut Vec<Entry>,
) -> Result<(), Fault> {
    let last = last.min(after.saturating_add(most));
    while after < last {
        let until = last.min(after + AT_A_TIME);
        let rows = session.query(
            "SELECT position, event FROM plaudit_events WHERE position > $1 AND position <= $2
             ORDER BY position",
            &[(&place(after), Type::INT8), (&place(until), Type::INT8)],
        )?;
        for row in &rows {
            if session.number(row, 0)? != after + 1 {
                break;
            }
            entries.push(entry(session, row)?);
            after += 1;
        }
        if after != until {
            let what = format!("event {} is missing", after + 1);
            return Err(corrupt(session.name(), &what).into());
        }
    }
    Ok(())
}

impl Journal for Postgres {
    fn append(&self, events: &[Event], batch: Batch) -> Result<Vec<Receipt>, Error> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let began = Instant::now();
        let prepared = events.iter().map(Prepared::of).collect::<Result<_, _>>()?;
        self.queue.append(prepared, batch, |jobs| self.writer()?.commit(began, jobs))
    }

    fn append_upon(
        &self,
        after: u64,
        decide: &mut dyn FnMut(Vec<Entry>) -> Result<Vec<Event>, Error>,
    ) -> Result<Vec<Receipt>, Error> {
        let began = Instant::now();
        self.writer()?.commit_upon(began, after, decide)
    }

    fn rewrite(
        &self,
        decide: &mut dyn FnMut(&Log, &Key) -> Result<Rewrite, Error>,
    ) -> Result<Rewritten, Error> {
        let receipts = self.writer()?.rewrite(Instant::now(), decide)?;
        Ok(Rewritten { receipts, clean: self.clean().unwrap_or(false) })
    }

    fn erased(&self) -> Result<Erased, Error> {
        self.reader().ask(Instant::now(), erased::read)
    }

    fn take_key(&self, key: &Key) -> Result<(), Error> {
        self.writer()?.take_key(Instant::now(), key)
    }

    fn read(
        &self,
        after: u64,
        each: &mut dyn FnMut(Entry) -> Result<(), Error>,
    ) -> Result<(), Error> {
        // What is shown may in turn be recorded: nothing is locked meanwhile.
        let (mut after, last) = (after, self.position()?);
        while after < last {
            let mut some = Vec::new();
            let began = Instant::now();
            let read = self.reader().ask(began, |session| {
                some.clear();
                entries(session, after, last, AT_A_TIME, &mut some)
            });
            after = some.last().map_or(last, |entry| entry.position);
            some.into_iter().try_for_each(&mut *each)?;
            read?;
        }
        Ok(())
    }

    fn publications(&self) -> Result<Vec<Entry>, Error> {
        self.reader().ask(Instant::now(), |session| {
            let rows = session.query(
                "SELECT position, event FROM plaudit_events
                 WHERE left(event, 21) = '{\"type\":\"publication\"' ORDER BY position",
                &[],
            )?;
            rows.iter().map(|row| entry(session, row)).collect()
        })
    }

    fn position(&self) -> Result<u64, Error> {
        let began = Instant::now();
        self.reader().ask(began, position)
    }

    fn keep(&self, checkpoint: &mut Checkpoint<'_>) -> Result<(), Error> {
        if self.writer.is_none() {
            return Err(self.read_only());
        }
        let session = self.aside().take(Instant::now())?;
        keep::keep(&session, checkpoint).map_err(|fault| self.ended(fault))?;
        // Whoever erased something may have been kept from it.
        let _ = self.clean();
        Ok(())
    }

    fn kept(&self, each: &mut dyn FnMut(&[u8]) -> bool) -> Result<Option<u64>, Error> {
        // It is shown once: what was shown cannot be shown again.
        let session = self.aside().take(Instant::now())?;
        keep::kept(&session, each).map_err(|fault| self.ended(fault))
    }
}

impl Postgres {
    /// Leaves nothing in the tables' files that is not on record; says whether that is so.
    fn clean(&self) -> Result<bool, Error> {
        let session = self.aside().take(Instant::now())?;
        let cleaned = erased::is_clean(&session).and_then(|clean| match clean {
            true => Ok(()),
            false => erased::clean(&session),
        });
        cleaned.map(|()| true).map_err(|fault| self.ended(fault))
    }

    /// The error that a fault is, where nothing is tried again.
    fn ended(&self, fault: Fault) -> Error {
        match fault {
            Fault::Refused(error) => error,
            Fault::Lost(why) => unreachable(&self.database.name, &why).into(),
        }
    }
}
