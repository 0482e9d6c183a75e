//! Puts other events in the place of some that are on record, with the checksums of their commits.

use std::collections::BTreeMap;

use tokio_postgres::types::Type;

use super::link::Session;
use super::problem::{Fault, corrupt};
use super::{AT_A_TIME, entries, erased, place};
use crate::events::{Event, Log};
use crate::journal::checksum::Checksum;
use crate::journal::identities::hash;
use crate::journal::prepared::Prepared;

/// Everything on record, up to the last place.
pub(super) fn log_of(session: &Session, last: u64) -> Result<Log, Fault> {
    let mut log = Log::new();
    let mut some = Vec::new();
    while (log.len() as u64) < last {
        entries(session, log.len() as u64, last, AT_A_TIME, &mut some)?;
        for entry in some.drain(..) {
            let position = entry.position;
            if log.add(entry.event).is_err() || log.len() as u64 != position {
                let what = format!("event {position} is on record twice");
                return Err(corrupt(session.name(), &what).into());
            }
        }
    }
    Ok(log)
}

/// Replaces events, and forgets what was kept of them.
pub(super) fn replace(session: &Session, replaced: &BTreeMap<u64, Event>) -> Result<(), Fault> {
    let mut events = replaced.iter().peekable();
    while events.peek().is_some() {
        let (mut places, mut texts) = (Vec::new(), Vec::new());
        for (position, event) in events.by_ref().take(AT_A_TIME as usize) {
            places.push(place(*position));
            texts.push(Prepared::of(event)?.text);
        }
        session.execute(
            "UPDATE plaudit_events AS known SET event = new.event
             FROM unnest($1, $2) AS new (position, event) WHERE known.position = new.position",
            &[(&places, Type::INT8_ARRAY), (&texts, Type::TEXT_ARRAY)],
        )?;
    }
    commits(session, replaced)?;
    session.run("DELETE FROM plaudit_checkpoints")?;
    erased::is_unclean(session)
}

/// Writes down anew what the commits of replaced events consist of.
fn commits(session: &Session, replaced: &BTreeMap<u64, Event>) -> Result<(), Fault> {
    let mut done = 0;
    for position in replaced.keys() {
        if *position < done {
            continue;
        }
        let rows = session.query(
            "SELECT first, identities FROM plaudit_commits WHERE first <= $1
             ORDER BY first DESC LIMIT 1",
            &[(&place(*position), Type::INT8)],
        )?;
        let nowhere = || {
            let what = format!("event {position} belongs to no commit");
            Fault::from(corrupt(session.name(), &what))
        };
        let row = rows.first().ok_or_else(nowhere)?;
        let (first, mut hashes): (u64, Vec<u8>) = (session.number(row, 0)?, session.get(row, 1)?);
        let end = first + hashes.len() as u64 / 4;
        if *position >= end {
            return Err(nowhere());
        }
        for (position, event) in replaced.range(first..end) {
            let start = usize::try_from(position - first).unwrap_or(usize::MAX) * 4;
            hashes[start..start + 4].copy_from_slice(&hash(&event.identity).to_le_bytes());
        }
        let checksum = checksum(session, first, end)?;
        session.execute(
            "UPDATE plaudit_commits SET identities = $2, checksum = $3 WHERE first = $1",
            &[(&place(first), Type::INT8), (&hashes, Type::BYTEA), (&checksum.value(), Type::INT8)],
        )?;
        done = end;
    }
    Ok(())
}

/// The checksum of the events from a place up to another one.
fn checksum(session: &Session, first: u64, end: u64) -> Result<Checksum, Fault> {
    let mut checksum = Checksum::default();
    let mut next = first;
    while next < end {
        let until = end.min(next + AT_A_TIME);
        let rows = session.query(
            "SELECT event FROM plaudit_events WHERE position >= $1 AND position < $2
             ORDER BY position",
            &[(&place(next), Type::INT8), (&place(until), Type::INT8)],
        )?;
        for row in &rows {
            checksum.add(session.get::<&str>(row, 0)?);
        }
        next = until;
    }
    Ok(checksum)
}
