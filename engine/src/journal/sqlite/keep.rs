//! Checkpoints in the file: parts of a few megabytes, each a transaction of its own, so that nobody
//! waits long; the last one makes them count. One that was cut short counts for nothing.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use super::problem::Failed;
use crate::error::Error;
use crate::journal::Checkpoint;
use crate::journal::checksum::Checksum;

/// The name of the row that says which checkpoint counts.
const CURRENT: &str = "current";

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
        let sql = "INSERT INTO checkpoints (name, part, position, data) VALUES (?1, ?2, ?3, ?4)";
        connection
            .execute(sql, (&name, number, position, &part))
            .map_err(|error| failed.because(&error))?;
        number += 1;
        Ok(())
    })?;
    let count = |transaction: &rusqlite::Transaction<'_>| {
        let says = [number.to_le_bytes(), checksum.value().to_le_bytes()].concat();
        let sql = "INSERT OR REPLACE INTO checkpoints VALUES (?1, 0, ?2, ?3)";
        transaction.execute(sql, (CURRENT, position, says))?;
        let sql = "DELETE FROM checkpoints WHERE name NOT IN (?1, ?2)";
        transaction.execute(sql, (CURRENT, &name))
    };
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(|error| failed.because(&error))?;
    count(&transaction).map_err(|error| failed.because(&error))?;
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
