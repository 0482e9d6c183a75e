//! A journal in one SQLite file: what is acknowledged is on the disk, whatever happens then.
//!
//! - `schema` has the tables and the steps from older ones;
//! - `rewrite` puts other events in the place of some, `erased` knows what is gone;
//! - `write` is the commit that callers share who write at the same time;
//! - `keep` has checkpoints; `health` looks for damage and copies a journal in use; `fresh` makes one
//!   that is whole or not there; `path` says which file is meant; `problem` puts SQLite's errors in words.

mod erased;
mod fresh;
mod health;
mod keep;
mod path;
mod problem;
mod rewrite;
mod schema;
#[cfg(test)]
mod tests;
mod write;

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, Params};

use self::path::{must_be_regular, plain};
use self::problem::{Failed, corrupt, no_journal};
use self::write::Writer;
use super::prepared::{Prepared, stored};
use super::queue::Queue;
use super::{Access, Batch, Checkpoint, Entry, Erased, Journal, Key, Receipt, Rewrite, Rewritten};
use crate::error::{Code, Error, Problem};
use crate::events::{Event, Log};

/// How long a process waits for another one that is writing.
const PATIENCE: Duration = Duration::from_secs(10);
/// So many events are read before they are shown.
const AT_A_TIME: u32 = 1_000;

/// A journal in one SQLite file.
///
/// Any number of processes may use the file at once, and any number of threads a value of this
/// type. An acknowledged event is on the disk (write-ahead log, synchronised at every commit);
/// callers that append at the same time share commits. While another process writes, a call waits
/// up to ten seconds and then fails as retryable.
#[derive(Debug)]
pub struct Sqlite {
    file: String,
    queue: Queue,
    /// Nothing where the file may only be read.
    writer: Option<Mutex<Writer>>,
    reader: Mutex<Connection>,
}

impl Sqlite {
    /// Opens a journal file; one that an older version made is brought up to date first.
    ///
    /// # Errors
    ///
    /// The file is not there, cannot be read or written, is damaged, is something else, or was
    /// made by a later version.
    pub fn open(path: &Path, access: Access) -> Result<Self, Error> {
        let file = path.display().to_string();
        if access != Access::Create && !path.exists() {
            let problem = Problem::new(Code::Unreadable, format!("there is no journal `{file}`"))
                .help("`plaudit sync`, `plaudit import` and `plaudit record` make one")
                .file(&file);
            return Err(problem.into());
        }
        let code = if access == Access::Read { Code::Unreadable } else { Code::Unwritable };
        must_be_regular(path, &file, code)?;
        let path = &plain(path);
        let reading = Failed::reading(&file);
        if access == Access::Read {
            let reader = open_to_read(path, &file)?;
            match schema::version(&reader, reading)? {
                0 => return Err(no_journal(&file, "it is empty").into()),
                schema::CURRENT => {}
                older => return Err(problem::older(&file, older, schema::CURRENT).into()),
            }
            let (queue, reader) = (Queue::default(), Mutex::new(reader));
            return Ok(Self { file, queue, writer: None, reader });
        }
        let writing = Failed::writing(&file);
        let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        flags.set(OpenFlags::SQLITE_OPEN_CREATE, access == Access::Create);
        let mut connection =
            Connection::open_with_flags(path, flags).map_err(|error| writing.because(&error))?;
        connection.busy_timeout(PATIENCE).map_err(|error| writing.because(&error))?;
        // What is no journal must not be touched.
        schema::version(&connection, writing)?;
        configure(&connection).map_err(|error| writing.because(&error))?;
        schema::migrate(&mut connection, &file)?;
        let reader = Connection::open_with_flags(path, flags);
        let reader = reader.map_err(|error| reading.because(&error))?;
        reader.busy_timeout(PATIENCE).map_err(|error| reading.because(&error))?;
        let writer = Writer::new(connection, file.clone());
        let writer = writer.map_err(|error| writing.because(&error))?;
        // Whoever erased something may have been kept from it.
        writer.clean();
        let writer = Some(Mutex::new(writer));
        Ok(Self { file, queue: Queue::default(), writer, reader: Mutex::new(reader) })
    }

    /// Sets how long a call waits for another process that is writing; ten seconds at first.
    ///
    /// # Errors
    ///
    /// SQLite refuses the time.
    pub fn wait_at_most(&self, patience: Duration) -> Result<(), Error> {
        let failed = Failed::reading(&self.file);
        if let Some(writer) = &self.writer {
            writer.lock().unwrap_or_else(PoisonError::into_inner).patience = patience;
        }
        self.reader().busy_timeout(patience).map_err(|error| failed.because(&error).into())
    }

    fn reader(&self) -> MutexGuard<'_, Connection> {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn writer(&self) -> Result<MutexGuard<'_, Writer>, Error> {
        let Some(writer) = &self.writer else {
            let problem = Problem::new(Code::Unwritable, "the journal was opened to be read only");
            return Err(problem.file(&self.file).into());
        };
        Ok(writer.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Opens a file that is not to be changed, also one on a disk that cannot be.
fn open_to_read(path: &Path, file: &str) -> Result<Connection, Error> {
    let failed = Failed::reading(file);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let open = || {
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(PATIENCE)?;
        // Opening reads nothing yet.
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        Ok(connection)
    };
    let error: rusqlite::Error = match open() {
        Ok(connection) => return Ok(connection),
        Err(error) => error,
    };
    // A write-ahead log needs files beside the journal. Where they cannot be made, and nobody has
    // left a log behind, nobody is writing: the file is all there is.
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let left_behind = std::fs::metadata(&log).is_ok_and(|log| log.len() > 0);
    let cannot = matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::DiskFull)
    ) || problem::no_room_for_index(&error);
    if !cannot || left_behind {
        return Err(failed.because(&error).into());
    }
    let uri = format!("file:{}?immutable=1", uri_path(path));
    Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI)
        .map_err(|error| failed.because(&error).into())
}

/// A path as part of a URI: what has a meaning there is written as its number.
fn uri_path(path: &Path) -> String {
    let text = path.to_string_lossy();
    text.chars()
        .map(|character| match character {
            '?' | '#' | '%' => format!("%{:02X}", u32::from(character)),
            other => other.to_string(),
        })
        .collect()
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    write_ahead(connection)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "trusted_schema", false)?;
    // Of 4 KiB each: the log grows to 16 MiB before it is worked into the file.
    connection.pragma_update(None, "wal_autocheckpoint", 4_096)
}

/// Turns the write-ahead log on. SQLite does not wait for others who do so at the same moment.
fn write_ahead(connection: &Connection) -> rusqlite::Result<()> {
    let pause = Duration::from_millis(5);
    let mut left = PATIENCE.as_millis() / pause.as_millis();
    loop {
        let set = connection.pragma_update(None, "journal_mode", "WAL");
        let busy =
            |error: &rusqlite::Error| error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy);
        if left == 0 || !set.as_ref().is_err_and(busy) {
            return set;
        }
        left -= 1;
        std::thread::sleep(pause);
    }
}

/// The event that a row holds.
fn event_of(file: &str, position: u64, text: &str) -> Result<Event, Error> {
    stored(text, position).map_err(|what| corrupt(file, &what).into())
}

/// Adds the entries after a place to others, so many at most.
fn entries(
    connection: &Connection,
    file: &str,
    after: u64,
    most: u32,
    entries: &mut Vec<Entry>,
) -> Result<(), Error> {
    let sql = "SELECT position, event FROM events WHERE position > ?1 ORDER BY position LIMIT ?2";
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    selected(connection, file, sql, (after, most), entries)
}

/// Adds the entries that a statement selects to others.
fn selected(
    connection: &Connection,
    file: &str,
    sql: &str,
    parameters: impl Params,
    entries: &mut Vec<Entry>,
) -> Result<(), Error> {
    let failed = Failed::reading(file);
    let mut statement = connection.prepare_cached(sql).map_err(|error| failed.because(&error))?;
    let mut rows = statement.query(parameters).map_err(|error| failed.because(&error))?;
    while let Some(row) = rows.next().map_err(|error| failed.because(&error))? {
        let position = row.get(0).map_err(|error| failed.because(&error))?;
        let text = row.get_ref(1).map_err(|error| failed.because(&error))?;
        let text = text.as_str().map_err(|error| corrupt(file, &error.to_string()))?;
        entries.push(Entry { position, event: event_of(file, position, text)? });
    }
    Ok(())
}

/// The place of the last event.
fn position(connection: &Connection, file: &str) -> Result<u64, Error> {
    let last =
        connection.query_row("SELECT coalesce(max(position), 0) FROM events", [], |row| row.get(0));
    last.map_err(|error| Failed::reading(file).because(&error).into())
}

impl Journal for Sqlite {
    fn append(&self, events: &[Event], batch: Batch) -> Result<Vec<Receipt>, Error> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let prepared = events.iter().map(Prepared::of).collect::<Result<_, _>>()?;
        self.queue.append(prepared, batch, |batches| self.writer()?.commit(batches))
    }

    fn append_upon(
        &self,
        after: u64,
        decide: &mut dyn FnMut(Vec<Entry>) -> Result<Vec<Event>, Error>,
    ) -> Result<Vec<Receipt>, Error> {
        self.writer()?.commit_upon(after, decide)
    }

    fn rewrite(
        &self,
        decide: &mut dyn FnMut(&Log, &Key) -> Result<Rewrite, Error>,
    ) -> Result<Rewritten, Error> {
        self.writer()?.rewrite(decide)
    }

    fn take_key(&self, key: &Key) -> Result<(), Error> {
        erased::take_key(self.writer()?.connection(), &self.file, key)
    }

    fn erased(&self) -> Result<Erased, Error> {
        erased::read(&self.reader(), &self.file)
    }

    fn read(
        &self,
        after: u64,
        each: &mut dyn FnMut(Entry) -> Result<(), Error>,
    ) -> Result<(), Error> {
        // What is shown may in turn be recorded: nothing is locked meanwhile.
        let (mut after, last) = (after, self.position()?);
        while after < last {
            let most = u32::try_from(last - after).map_or(AT_A_TIME, |left| left.min(AT_A_TIME));
            let mut some = Vec::with_capacity(most as usize);
            let read = entries(&self.reader(), &self.file, after, most, &mut some);
            after = some.last().map_or(last, |entry| entry.position);
            some.into_iter().try_for_each(&mut *each)?;
            read?;
        }
        Ok(())
    }

    fn publications(&self) -> Result<Vec<Entry>, Error> {
        let mut published = Vec::new();
        let sql = "SELECT position, event FROM events \
                   WHERE substr(event, 1, 21) = '{\"type\":\"publication\"' ORDER BY position";
        selected(&self.reader(), &self.file, sql, (), &mut published)?;
        Ok(published)
    }

    fn position(&self) -> Result<u64, Error> {
        position(&self.reader(), &self.file)
    }

    fn keep(&self, checkpoint: &mut Checkpoint<'_>) -> Result<(), Error> {
        self.writer()?.keep(checkpoint)
    }

    fn kept(&self, each: &mut dyn FnMut(&[u8]) -> bool) -> Result<Option<u64>, Error> {
        keep::kept(&mut self.reader(), &self.file, each)
    }
}
