//! The tables of a journal file, and how an older file becomes a current one.
//!
//! A new file takes the same steps as an old one. Each step is one transaction: a process that is
//! killed on the way leaves a file that the next one takes further.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::problem::{Failed, newer, no_journal};
use crate::error::Error;

/// What marks a file as a journal of ours: "Plau".
const APPLICATION: i32 = 0x506C_6175;

/// The steps to the current schema; the version of a file is the number of steps it has taken.
/// A step is never changed after a release: what comes later is a further step.
const STEPS: &[&str] = &[
    // Events, in the order in which they were accepted, as the JSON that is read from files, and
    // one row for each commit: when it was, the hashes of the identities of its events (four bytes
    // each, in their order) and a checksum of their JSON.
    "CREATE TABLE events (
         position INTEGER PRIMARY KEY,
         event TEXT NOT NULL
     ) STRICT;
     CREATE TABLE commits (
         first INTEGER PRIMARY KEY,
         recorded_at INTEGER NOT NULL,
         identities BLOB NOT NULL,
         checksum INTEGER NOT NULL
     ) STRICT;",
    // What was worked out from the events up to a position, for a quick start; never the truth.
    "CREATE TABLE checkpoints (
         name TEXT NOT NULL,
         part INTEGER NOT NULL,
         position INTEGER NOT NULL,
         data BLOB NOT NULL,
         PRIMARY KEY (name, part)
     ) STRICT;",
    // Where the records of erasures stand, and what the file keeps to itself: the key of their
    // hashes, and whether something that was replaced may still stand on a free page.
    "CREATE TABLE erasures (position INTEGER PRIMARY KEY) STRICT;
     CREATE TABLE secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;",
    // Which events are programs that were published: there are few, and each start asks for them.
    "CREATE INDEX publications ON events (position)
     WHERE substr(event, 1, 21) = '{\"type\":\"publication\"';",
];

/// The version that this engine reads and writes.
pub(super) const CURRENT: usize = STEPS.len();

/// The version of a file: 0 for an empty one.
pub(super) fn version(connection: &Connection, failed: Failed<'_>) -> Result<usize, Error> {
    // One statement sees one state of the file, whoever takes a step meanwhile.
    let asked = connection.query_row(
        "SELECT (SELECT application_id FROM pragma_application_id),
                (SELECT user_version FROM pragma_user_version),
                (SELECT count(*) FROM sqlite_schema)",
        [],
        |row| Ok((row.get::<_, i32>(0)?, row.get::<_, i32>(1)?, row.get::<_, i64>(2)?)),
    );
    let (application, version, tables) = asked.map_err(|error| failed.because(&error))?;
    let file = failed.file;
    match (application, usize::try_from(version)) {
        (0, Ok(0)) if tables == 0 => Ok(0),
        (APPLICATION, Ok(version)) if version <= CURRENT => Ok(version),
        (APPLICATION, Ok(version)) => Err(newer(file, version, CURRENT).into()),
        _ => Err(no_journal(file, "it is a SQLite file of something else").into()),
    }
}

/// Takes a file to the current version, step by step.
pub(super) fn migrate(connection: &mut Connection, file: &str) -> Result<(), Error> {
    migrate_to(connection, file, CURRENT)
}

pub(super) fn migrate_to(
    connection: &mut Connection,
    file: &str,
    target: usize,
) -> Result<(), Error> {
    let failed = Failed::writing(file);
    while version(connection, failed)? < target {
        let step = |transaction: &Transaction<'_>, version: usize| {
            transaction.execute_batch(STEPS[version])?;
            transaction.pragma_update(None, "application_id", APPLICATION)?;
            transaction.pragma_update(None, "user_version", version + 1)
        };
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|error| failed.because(&error))?;
        // Another process may have taken the step while this one waited.
        let reached = version(&transaction, failed)?;
        if reached < target {
            step(&transaction, reached).map_err(|error| failed.because(&error))?;
        }
        transaction.commit().map_err(|error| failed.because(&error))?;
    }
    Ok(())
}
