//! Checkpoints in the file: parts of a few megabytes, each a transaction of its own, so that nobody
//! waits long; the last one makes them count. One that was cut short counts for nothing.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use super::problem::Failed;
use crate::error::{Code, Error, Problem};
use crate::journal::Checkpoint;
use crate::journal::checksum::Checksum;

/// The name of the row that says which checkpoint counts.
const CURRENT: &str = "current";

/// Keeps a part, unless events that it has were erased since they were read.
const INSERT: &str = "INSERT INTO checkpoints (name, part, position, data) SELECT ?1, ?2, ?3, ?4 \
     WHERE NOT EXISTS (SELECT 1 FROM erasures WHERE position > ?3)";

/// Whoever keeps it has to follow the journal first.
fn outdated() -> Error {
    let message = "events were erased while a checkpoint was kept";
    Problem::new(Code::JournalBusy, message).help("nothing is lost: it is made another time").into()
}

/// Keeps a checkpoint in the place of the one before.
pub(super) fn keep(
    connection: &mut Connection,
    file: &str,
    checkpoint: &mut Checkpoint<'_>,
) -> Result<(), Error> {
    let failed = Failed::writing(file);
    let position = checkpoint.position;
    let name = format!("log {position}");
    let sql = "DELETE FROM checkpoints WHERE name = ?1";
    connection.execute(sql, [&name]).map_err(|error| failed.because(&error))?;
    let (mut number, mut checksum) = (0_i64, Checksum::default());
    (checkpoint.parts)(&mut |part| {
        checksum.add(&part);
        let kept = connection
            .execute(INSERT, (&name, number, position, &part))
            .map_err(|error| failed.because(&error))?;
        number += 1;
        if kept == 0 { Err(outdated()) } else { Ok(()) }
    })?;
    let count = |transaction: &rusqlite::Transaction<'_>| {
        let says = [number.to_le_bytes(), checksum.value().to_le_bytes()].concat();
        transaction.execute("DELETE FROM checkpoints WHERE name = ?1", [CURRENT])?;
        if transaction.execute(INSERT, (CURRENT, 0, position, says))? == 0 {
            return Ok(false);
        }
        let sql = "DELETE FROM checkpoints WHERE name NOT IN (?1, ?2)";
        transaction.execute(sql, (CURRENT, &name)).map(|_| true)
    };
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(|error| failed.because(&error))?;
    if !count(&transaction).map_err(|error| failed.because(&error))? {
        return Err(outdated());
    }
    transaction.commit().map_err(|error| failed.because(&error).into())
}

/// Shows the parts of the checkpoint that counts, and gives its place if it is whole.
pub(super) fn kept(
    connection: &mut Connection,
    file: &str,
    each: &mut dyn FnMut(&[u8]) -> bool,
) -> Result<Option<u64>, Error> {
    read(connection, each).map_err(|error| Failed::reading(file).because(&error).into())
}

fn read(
    connection: &mut Connection,
    each: &mut dyn FnMut(&[u8]) -> bool,
) -> rusqlite::Result<Option<u64>> {
    // One state of the file, whoever keeps another one meanwhile.
    let transaction = connection.transaction()?;
    let current = transaction
        .query_row("SELECT position, data FROM checkpoints WHERE name = ?1", [CURRENT], |row| {
            Ok((row.get::<_, u64>(0)?, row.get::<_, Vec<u8>>(1)?))
        })
        .optional()?;
    let Some((position, says)) = current else { return Ok(None) };
    let mut select =
        transaction.prepare("SELECT data FROM checkpoints WHERE name = ?1 ORDER BY part")?;
    let (mut number, mut checksum) = (0_i64, Checksum::default());
    let mut rows = select.query([format!("log {position}")])?;
    while let Some(row) = rows.next()? {
        let part = row.get_ref(0)?.as_blob()?;
        number += 1;
        checksum.add(part);
        if !each(part) {
            return Ok(None);
        }
    }
    let found = [number.to_le_bytes(), checksum.value().to_le_bytes()].concat();
    Ok((found == says).then_some(position))
}
