//! What was erased, as the file knows it: the key of its hashes, and where the records of erasures are.

use rusqlite::{Connection, OptionalExtension};

use super::problem::{Failed, corrupt};
use super::stored;
use crate::error::Error;
use crate::journal::erased::may_take;
use crate::journal::{Erased, Key};

/// The row that has the key of the hashes.
const KEY: &str = "key of erasures";
/// The row that says that the file is still to be cleaned.
const UNCLEAN: &str = "unclean";

/// The place of the last erasure on record; 0 where there is none.
pub(super) fn last(connection: &Connection, failed: Failed<'_>) -> Result<u64, Error> {
    let last = connection
        .prepare_cached("SELECT coalesce(max(position), 0) FROM erasures")
        .and_then(|mut select| select.query_row([], |row| row.get(0)));
    last.map_err(|error| failed.because(&error).into())
}

/// The key of the hashes, where there is one.
pub(super) fn key(connection: &Connection, file: &str) -> Result<Option<Key>, Error> {
    let key: Option<Vec<u8>> = connection
        .query_row("SELECT value FROM secrets WHERE name = ?1", [KEY], |row| row.get(0))
        .optional()
        .map_err(|error| Failed::reading(file).because(&error))?;
    let of = |bytes: Vec<u8>| Key::of(&bytes).ok_or_else(|| corrupt(file, "its key is cut short"));
    Ok(key.map(of).transpose()?)
}

/// Where records of erasures are said to stand.
pub(super) fn places(connection: &Connection) -> rusqlite::Result<Vec<u64>> {
    let mut select = connection.prepare("SELECT position FROM erasures ORDER BY position")?;
    select.query_map([], |row| row.get(0))?.collect()
}

/// Keeps the key of the hashes.
pub(super) fn keep_key(connection: &Connection, file: &str, key: &Key) -> Result<(), Error> {
    let sql = "INSERT INTO secrets VALUES (?1, ?2)";
    let kept = connection.execute(sql, (KEY, key.bytes()));
    kept.map(drop).map_err(|error| Failed::writing(file).because(&error).into())
}

/// What was erased by now.
pub(super) fn read(connection: &Connection, file: &str) -> Result<Erased, Error> {
    let failed = Failed::reading(file);
    let key = key(connection, file)?;
    let mut erased = Erased::with(key.clone());
    let Some(key) = key else { return Ok(erased) };
    let mut select = connection
        .prepare_cached(
            "SELECT position, event FROM events WHERE position IN (SELECT position FROM erasures)",
        )
        .map_err(|error| failed.because(&error))?;
    let mut rows = select.query([]).map_err(|error| failed.because(&error))?;
    while let Some(row) = rows.next().map_err(|error| failed.because(&error))? {
        let position: u64 = row.get(0).map_err(|error| failed.because(&error))?;
        let text: String = row.get(1).map_err(|error| failed.because(&error))?;
        let event = stored(&text, position).map_err(|what| corrupt(file, &what))?;
        if let Some(erasure) = event.erasure() {
            erased.learn(&key, erasure);
        }
    }
    Ok(erased)
}

/// Notes that what was replaced may still stand somewhere in the files.
pub(super) fn is_unclean(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute("INSERT OR REPLACE INTO secrets VALUES (?1, x'01')", [UNCLEAN]).map(drop)
}

/// Leaves nothing in the files that is not on record: the file is written anew without the pages and
/// the parts of pages that are free, and the write-ahead log is worked into it and cut off. Nothing is
/// done where it is clean already. Says whether it is; somebody who is reading keeps it from that.
pub(super) fn clean(connection: &Connection) -> rusqlite::Result<bool> {
    let sql = "SELECT count(*) FROM secrets WHERE name = ?1";
    let unclean: i64 = connection.query_row(sql, [UNCLEAN], |row| row.get(0))?;
    if unclean == 0 {
        return Ok(true);
    }
    connection.execute_batch("VACUUM")?;
    if !cut_off(connection)? {
        return Ok(false);
    }
    connection.execute("DELETE FROM secrets WHERE name = ?1", [UNCLEAN])?;
    // What this has written says nothing of anybody.
    cut_off(connection).map(|_| true)
}

/// Works the write-ahead log into the file and cuts it off; says whether it could.
fn cut_off(connection: &Connection) -> rusqlite::Result<bool> {
    let busy: i64 =
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    Ok(busy == 0)
}

/// Takes over the key of another journal's hashes.
pub(super) fn take_key(connection: &Connection, file: &str, theirs: &Key) -> Result<(), Error> {
    let ours = key(connection, file)?;
    match may_take(ours.as_ref(), theirs).map_err(|problem| problem.file(file))? {
        true => keep_key(connection, file, theirs),
        false => Ok(()),
    }
}
