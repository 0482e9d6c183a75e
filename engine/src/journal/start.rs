//! A quick start: the events of a journal from its last checkpoint on, instead of reading all.

use std::panic::resume_unwind;
use std::sync::mpsc;

use super::{Checkpoint, Entry, Journal};
use crate::error::{Code, Error, Problem};
use crate::events::{Image, Log};
use crate::threads;

/// A checkpoint is made where so many events have come since the last one, and a quarter of all.
const FEWEST: u64 = 50_000;

/// Room is made for so many events at most before they are seen: a damaged journal may say anything.
const MOST_AHEAD: u64 = 1 << 24;

/// Fewer entries than these are read sooner than another thread is there.
const FEWEST_AHEAD: u64 = 10_000;

/// How many entries are handed on at once, and how many such batches wait at most.
const BATCH: usize = 250;
const BATCHES_AHEAD: usize = 4;

/// Everything on record, and the place of the last event.
///
/// # Errors
///
/// The journal cannot be read.
pub fn log_of(journal: &dyn Journal) -> Result<(Log, u64), Error> {
    let (log, position, _) = read(journal)?;
    Ok((log, position))
}

/// The same, and keeps a checkpoint where reading it took long, if the journal can be written.
///
/// # Errors
///
/// The journal cannot be read.
pub(crate) fn log_and_keep(journal: &dyn Journal) -> Result<(Log, u64), Error> {
    let (log, position, since) = read(journal)?;
    if position - since >= FEWEST.max(position / 4) {
        // Without one, the next start takes as long as this one: no reason to fail.
        let _ = keep(journal, &log, position);
    }
    Ok((log, position))
}

/// Keeps a checkpoint, so that the next start need not read what is on record by now.
///
/// # Errors
///
/// The journal cannot be written.
pub(crate) fn keep(journal: &dyn Journal, log: &Log, position: u64) -> Result<(), Error> {
    let mut parts = |give: &mut dyn FnMut(Vec<u8>) -> Result<(), Error>| log.image(give);
    journal.keep(&mut Checkpoint { position, parts: &mut parts })
}

/// Everything on record, the place of the last event, and the place of the checkpoint.
fn read(journal: &dyn Journal) -> Result<(Log, u64, u64), Error> {
    match read_since(journal, true)? {
        Some(read) => Ok(read),
        // Events were erased since the checkpoint was read: nothing of it may be used.
        None => read_since(journal, false)?.ok_or_else(|| {
            Problem::new(Code::Internal, "what was read from the beginning is outdated").into()
        }),
    }
}

/// The same, from the checkpoint on or from the beginning; nothing where the checkpoint is outdated.
fn read_since(
    journal: &dyn Journal,
    from_checkpoint: bool,
) -> Result<Option<(Log, u64, u64)>, Error> {
    let mut image = Image::default();
    let kept =
        if from_checkpoint { journal.kept(&mut |part| image.part(part).is_some())? } else { None };
    let kept = kept.and_then(|position| {
        // One that has not as many events as it says is of no use.
        let log = image.finish().filter(|log| log.len() as u64 == position)?;
        Some((log, position))
    });
    let (mut log, since) = kept.unwrap_or_default();
    let more = journal.position()?.saturating_sub(since).min(MOST_AHEAD);
    log.reserve(usize::try_from(more).unwrap_or(0));
    let mut position = since;
    let mut is_outdated = false;
    read_ahead(journal, since, more, &mut |batch: Vec<Entry>| {
        log.fetch(batch.iter().map(|entry| &entry.event));
        batch.into_iter().try_for_each(|entry| {
            position = entry.position;
            is_outdated |= since > 0 && entry.event.erasure().is_some();
            log.add(entry.event).map_err(|_| {
                let message = format!("event {position} is on record twice, and differs");
                Problem::new(Code::JournalCorrupt, message).into()
            })
        })
    })?;
    Ok((!is_outdated).then_some((log, position, since)))
}

/// Reads a journal in batches; where there is much of it, in a thread of its own, so that entries are
/// put in their places while the next ones are read.
fn read_ahead(
    journal: &dyn Journal,
    after: u64,
    more: u64,
    each: &mut dyn FnMut(Vec<Entry>) -> Result<(), Error>,
) -> Result<(), Error> {
    if more < FEWEST_AHEAD || !threads::are_several() {
        return read_batches(journal, after, each);
    }
    std::thread::scope(|scope| {
        let (send, receive) = mpsc::sync_channel(BATCHES_AHEAD);
        let reading = scope.spawn(move || {
            // Whoever receives has ended where nothing can be sent, and says why.
            let gone = |_| Problem::new(Code::Internal, "nobody takes what is read");
            read_batches(journal, after, &mut |batch| Ok(send.send(batch).map_err(gone)?))
        });
        receive.into_iter().try_for_each(each)?;
        reading.join().unwrap_or_else(|panic| resume_unwind(panic))
    })
}

fn read_batches(
    journal: &dyn Journal,
    after: u64,
    each: &mut dyn FnMut(Vec<Entry>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut batch = Vec::with_capacity(BATCH);
    journal.read(after, &mut |entry| {
        batch.push(entry);
        match batch.len() < BATCH {
            true => Ok(()),
            false => each(std::mem::replace(&mut batch, Vec::with_capacity(BATCH))),
        }
    })?;
    each(batch)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::{Event, read_record};
    use crate::journal::{Batch, Memory};

    #[test]
    fn what_is_read_ahead_comes_whole_and_in_order_and_ends_where_it_is_refused() {
        let journal = Memory::new();
        let event = |number: u64| {
            let text = format!(
                r#"{{"id":"{number}","advocate":"ada","kind":"share","at":"2026-01-05T00:00:00Z"}}"#
            );
            read_record::<Event>(&text, "event").unwrap()
        };
        let last = FEWEST_AHEAD + 2_500;
        let events: Vec<Event> = (1..=last).map(event).collect();
        journal.append(&events, Batch::Each).unwrap();
        let mut expected = 0;
        read_ahead(&journal, 0, last, &mut |batch| {
            for entry in batch {
                expected += 1;
                assert_eq!(
                    (entry.position, &*entry.event.identity.id),
                    (expected, &*expected.to_string())
                );
            }
            Ok(())
        })
        .unwrap();
        assert_eq!(expected, last);
        let (log, position) = log_of(&journal).unwrap();
        assert_eq!((log.len() as u64, position), (last, last));
        let refused = read_ahead(&journal, 0, last, &mut |batch| match batch.first() {
            Some(entry) if entry.position > 10_000 => {
                Err(Problem::new(Code::JournalCorrupt, "the eleventh thousand").into())
            }
            _ => Ok(()),
        });
        assert!(refused.unwrap_err().to_string().contains("the eleventh thousand"));
    }
}
