//! What was erased, as the database knows it: the key of its hashes, and where the records of erasures
//! are.

use tokio_postgres::types::Type;

use super::link::Session;
use super::problem::{Fault, corrupt};
use crate::journal::erased::may_take;
use crate::journal::prepared::stored;
use crate::journal::{Erased, Key};

/// The row that has the key of the hashes.
const KEY: &str = "key of erasures";
/// The row that says that the tables' files are still to be cleaned.
const UNCLEAN: &str = "unclean";

/// The key of the hashes, where there is one.
pub(super) fn key(session: &Session) -> Result<Option<Key>, Fault> {
    let rows = session
        .query("SELECT value FROM plaudit_secrets WHERE name = $1", &[(&KEY, Type::TEXT)])?;
    let Some(row) = rows.first() else { return Ok(None) };
    let key = Key::of(session.get(row, 0)?);
    let key = key.ok_or_else(|| corrupt(session.name(), "its key is cut short"))?;
    Ok(Some(key))
}

/// Where records of erasures are said to stand: one by one, and the last of them.
pub(super) fn places(session: &Session) -> Result<Vec<u64>, Fault> {
    let rows = session.query("SELECT position FROM plaudit_erasures ORDER BY position", &[])?;
    let places: Vec<u64> =
        rows.iter().map(|row| session.number(row, 0)).collect::<Result<_, _>>()?;
    let last = session.query("SELECT erased FROM plaudit_journal", &[])?;
    let last = last.first().map_or(Ok(0), |row| session.number(row, 0))?;
    match places.last().copied().unwrap_or(0) == last {
        true => Ok(places),
        false => Ok(vec![last]),
    }
}

/// Keeps the key of the hashes.
pub(super) fn keep_key(session: &Session, key: &Key) -> Result<(), Fault> {
    let sql = "INSERT INTO plaudit_secrets VALUES ($1, $2)";
    session.execute(sql, &[(&KEY, Type::TEXT), (&key.bytes(), Type::BYTEA)]).map(drop)
}

/// Takes over the key of another journal's hashes, within a transaction that nobody else writes in.
pub(super) fn take_key(session: &Session, theirs: &Key) -> Result<(), Fault> {
    let ours = key(session)?;
    match may_take(ours.as_ref(), theirs).map_err(|problem| problem.file(session.name()))? {
        true => keep_key(session, theirs),
        false => Ok(()),
    }
}

/// What was erased by now.
pub(super) fn read(session: &Session) -> Result<Erased, Fault> {
    let key = key(session)?;
    let mut erased = Erased::with(key.clone());
    let Some(key) = key else { return Ok(erased) };
    let rows = session.query(
        "SELECT position, event FROM plaudit_events
         WHERE position IN (SELECT position FROM plaudit_erasures) ORDER BY position",
        &[],
    )?;
    for row in &rows {
        let event = stored(session.get(row, 1)?, session.number(row, 0)?);
        let event = event.map_err(|what| corrupt(session.name(), &what))?;
        if let Some(erasure) = event.erasure() {
            erased.learn(&key, erasure);
        }
    }
    Ok(erased)
}

/// Notes that what was replaced may still stand in the tables' files.
pub(super) fn is_unclean(session: &Session) -> Result<(), Fault> {
    let sql = "INSERT INTO plaudit_secrets VALUES ($1, '\\x01') ON CONFLICT DO NOTHING";
    session.execute(sql, &[(&UNCLEAN, Type::TEXT)]).map(drop)
}

/// Whether nothing that was replaced stands in the tables' files any more.
pub(super) fn is_clean(session: &Session) -> Result<bool, Fault> {
    let sql = "SELECT 1 FROM plaudit_secrets WHERE name = $1";
    Ok(session.query(sql, &[(&UNCLEAN, Type::TEXT)])?.is_empty())
}

/// Writes the tables anew without the rows that are not on record. Others wait meanwhile; the
/// database's own log and its backups are not reached.
pub(super) fn clean(session: &Session) -> Result<(), Fault> {
    for table in ["plaudit_events", "plaudit_commits", "plaudit_checkpoints"] {
        session.run_long(&format!("VACUUM (FULL, ANALYZE) {table}"))?;
    }
    let sql = "DELETE FROM plaudit_secrets WHERE name = $1";
    session.execute(sql, &[(&UNCLEAN, Type::TEXT)]).map(drop)
}
