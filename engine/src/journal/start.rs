//! A quick start: the events of a journal from its last checkpoint on, instead of reading all.

use super::{Checkpoint, Entry, Journal};
use crate::error::{Code, Error, Problem};
use crate::events::{Image, Log};

/// A checkpoint is made where so many events have come since the last one, and a quarter of all.
const FEWEST: u64 = 50_000;

/// Room is made for so many events at most before they are seen: a damaged journal may say anything.
const MOST_AHEAD: u64 = 1 << 24;

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
    journal.read(since, &mut |entry: Entry| {
        position = entry.position;
        is_outdated |= since > 0 && entry.event.erasure().is_some();
        log.add(entry.event).map_err(|_| {
            let message = format!("event {position} is on record twice, and differs");
            Problem::new(Code::JournalCorrupt, message).into()
        })
    })?;
    Ok((!is_outdated).then_some((log, position, since)))
}
