//! Puts other events in the place of some that are on record: in one transaction, with the checksums
//! of their commits; then the file is cleaned of what was there.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::problem::{Failed, corrupt};
use super::write::{Open, Writer, follow};
use super::{AT_A_TIME, entries, erased};
use crate::error::Error;
use crate::events::{Event, Log};
use crate::journal::checksum::Checksum;
use crate::journal::identities::{Identities, hash};
use crate::journal::prepared::Prepared;
use crate::journal::{Batch, Key, Rewrite, Rewritten, all_recorded, conflict};

impl Writer {
    /// Changes what is on record as `decide` asks for.
    pub(super) fn rewrite(
        &mut self,
        decide: &mut dyn FnMut(&Log, &Key) -> Result<Rewrite, Error>,
    ) -> Result<Rewritten, Error> {
        let receipts = self.transact(|open| {
            let key = match erased::key(open.transaction, open.file)? {
                Some(key) => key,
                None => {
                    let key = Key::random()?;
                    erased::keep_key(open.transaction, open.file, &key)?;
                    key
                }
            };
            let log = log_of(open.transaction, open.file)?;
            let rewrite = decide(&log, &key)?;
            rewrite.check(log.len() as u64)?;
            if !rewrite.replaced.is_empty() {
                replace(open, &rewrite.replaced)?;
            }
            let appended: Vec<Prepared> =
                rewrite.appended.iter().map(Prepared::of).collect::<Result<_, _>>()?;
            let receipts = open.take_in(&appended, Batch::Whole)?;
            all_recorded(&receipts)?;
            Ok(receipts)
        });
        // The table of identities was read anew in between: what it has is known only if all went well.
        let receipts = receipts.inspect_err(|_| self.forget())?;
        Ok(Rewritten { receipts, clean: self.clean() })
    }

    /// Cleans the file, as far as nobody is reading it for long; it is on record that it is to be
    /// done.
    pub(super) fn clean(&self) -> bool {
        self.patiently(erased::clean).unwrap_or(false)
    }
}

/// Everything on record.
fn log_of(connection: &Connection, file: &str) -> Result<Log, Error> {
    let mut log = Log::new();
    let mut some = Vec::new();
    loop {
        let after = log.len() as u64;
        entries(connection, file, after, AT_A_TIME, &mut some)?;
        if some.is_empty() {
            return Ok(log);
        }
        for entry in some.drain(..) {
            let position = entry.position;
            if log.add(entry.event).is_err() || log.len() as u64 != position {
                let what = format!("event {position} is on record twice");
                return Err(corrupt(file, &what).into());
            }
        }
    }
}

fn replace(open: &mut Open<'_>, replaced: &BTreeMap<u64, Event>) -> Result<(), Error> {
    let (transaction, file) = (open.transaction, open.file);
    let failed = Failed::writing(file);
    let because = |error: rusqlite::Error| failed.because(&error);
    // What stood there is written over, and not only forgotten.
    transaction.pragma_update(None, "secure_delete", true).map_err(because)?;
    let mut update =
        transaction.prepare("UPDATE events SET event = ?2 WHERE position = ?1").map_err(because)?;
    for (position, event) in replaced {
        update.execute((position, &Prepared::of(event)?.text)).map_err(because)?;
    }
    drop(update);
    commits(transaction, file, replaced)?;
    transaction.execute("DELETE FROM checkpoints", []).map_err(because)?;
    erased::is_unclean(transaction).map_err(because)?;
    *open.identities = Identities::default();
    follow(open.identities, transaction, file)?;
    // An identity that another event has would hide one of both.
    for event in replaced.values() {
        if open.count(&event.identity)? != 1 {
            return Err(conflict(&event.identity).into());
        }
    }
    Ok(())
}

/// Writes down anew what the commits of replaced events consist of.
fn commits(
    connection: &Connection,
    file: &str,
    replaced: &BTreeMap<u64, Event>,
) -> Result<(), Error> {
    let failed = Failed::writing(file);
    let because = |error: rusqlite::Error| failed.because(&error);
    let mut select = connection
        .prepare(
            "SELECT first, identities FROM commits WHERE first <= ?1 ORDER BY first DESC LIMIT 1",
        )
        .map_err(because)?;
    let mut update = connection
        .prepare("UPDATE commits SET identities = ?2, checksum = ?3 WHERE first = ?1")
        .map_err(because)?;
    let mut events = connection
        .prepare(
            "SELECT event FROM events WHERE position >= ?1 AND position < ?2 ORDER BY position",
        )
        .map_err(because)?;
    let mut done = 0;
    for place in replaced.keys() {
        if *place < done {
            continue;
        }
        let (first, mut hashes): (u64, Vec<u8>) =
            select.query_row([place], |row| Ok((row.get(0)?, row.get(1)?))).map_err(because)?;
        let end = first + hashes.len() as u64 / 4;
        if *place >= end {
            return Err(corrupt(file, &format!("event {place} belongs to no commit")).into());
        }
        for (position, event) in replaced.range(first..end) {
            let start = usize::try_from(position - first).unwrap_or(usize::MAX) * 4;
            hashes[start..start + 4].copy_from_slice(&hash(&event.identity).to_le_bytes());
        }
        let mut checksum = Checksum::default();
        let mut rows = events.query((first, end)).map_err(because)?;
        while let Some(row) = rows.next().map_err(because)? {
            checksum
                .add(row.get_ref(0).map_err(because)?.as_bytes().map_err(|it| because(it.into()))?);
        }
        drop(rows);
        update.execute((first, hashes, checksum.value())).map_err(because)?;
        done = end;
    }
    Ok(())
}
