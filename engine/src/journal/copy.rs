//! Copies a journal into another one, event by event and with their places, such as from a file to a
//! database and back. One that was cut short is gone on with; nothing of the copy is taken on trust.

use schemars::JsonSchema;
use serde::Serialize;

use super::checksum::Checksum;
use super::{Batch, Entry, Journal, Taken};
use crate::error::{Code, Error, Problem};
use crate::events::Event;

/// So many events are put on record at a time.
const AT_A_TIME: usize = 10_000;
/// So many events have a mark of their own, by which a difference is found.
const MARKED: u64 = 1_000;

/// What a copy consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields)]
pub struct Copied {
    /// Events that were copied.
    pub copied: u64,
    /// Events that were there already, from an earlier copy.
    pub known: u64,
}

/// Copies what one journal has into another one, which must be empty or have the beginning of the same;
/// `told` is shown how far it is. At the end everything is read from the copy and held against what it
/// is a copy of.
///
/// # Errors
///
/// The other journal has something else, somebody else is writing to it, one of them cannot be read or
/// written, or the copy is not what it should be.
pub fn copy(
    from: &dyn Journal,
    to: &dyn Journal,
    told: &mut dyn FnMut(u64),
) -> Result<Copied, Error> {
    if let Some(key) = from.erased()?.key() {
        // What was erased stays so in the copy.
        to.take_key(key)?;
    }
    let known = to.position()?;
    let beginning = marks(to, known)?;
    let mut marks_of_source = Marks::default();
    let mut some: Vec<Event> = Vec::new();
    let mut next = known + 1;
    let mut put = |events: &mut Vec<Event>| {
        let receipts = to.append(events, Batch::Whole)?;
        for receipt in receipts {
            if receipt.result != Taken::Recorded || receipt.position != Some(next) {
                return Err(different("somebody else is writing to it"));
            }
            next += 1;
        }
        events.clear();
        told(next - 1);
        Ok(())
    };
    from.read(0, &mut |Entry { position, event }| {
        marks_of_source.add(&event)?;
        if position <= known {
            let is_marked = position.is_multiple_of(MARKED) || position == known;
            return match is_marked && !beginning.begins_like(&marks_of_source) {
                true => Err(other_events(position)),
                false => Ok(()),
            };
        }
        some.push(event);
        if some.len() < AT_A_TIME { Ok(()) } else { put(&mut some) }
    })?;
    if marks_of_source.events < known {
        return Err(different("it has more events"));
    }
    if !some.is_empty() {
        put(&mut some)?;
    }
    let found = marks(to, u64::MAX)?;
    if found != marks_of_source {
        return Err(different("what was copied is not what can be read there"));
    }
    Ok(Copied { copied: marks_of_source.events - known, known })
}

fn other_events(position: u64) -> Error {
    let from = (position - 1) / MARKED * MARKED + 1;
    different(&format!("its events {from} to {position} are others"))
}

fn different(what: &str) -> Error {
    let message = format!("the journal that is copied to is another one: {what}");
    let help = "name a journal that is not there, or a copy that was cut short";
    Problem::new(Code::Conflict, message).help(help).into()
}

/// What tells some thousands of events from others.
#[derive(Default, PartialEq)]
struct Marks {
    checksum: Checksum,
    events: u64,
    /// The checksums at every thousandth event.
    at: Vec<i64>,
}

impl Marks {
    fn add(&mut self, event: &Event) -> Result<(), Error> {
        let text = serde_json::to_string(event).map_err(|error| {
            Problem::new(Code::Internal, format!("the event cannot be written: {error}"))
        })?;
        self.checksum.add(text);
        self.events += 1;
        if self.events.is_multiple_of(MARKED) {
            self.at.push(self.checksum.value());
        }
        Ok(())
    }

    /// Whether these have others at their beginning, as far as there are marks.
    fn begins_like(&self, others: &Marks) -> bool {
        let same = others.at.iter().zip(&self.at).all(|(one, other)| one == other);
        same && (others.events != self.events || others.checksum == self.checksum)
    }
}

/// The marks of a journal up to a place.
fn marks(journal: &dyn Journal, last: u64) -> Result<Marks, Error> {
    let mut marks = Marks::default();
    journal.read(0, &mut |entry| {
        if entry.position <= last { marks.add(&entry.event) } else { Ok(()) }
    })?;
    Ok(marks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::read_record;
    use crate::journal::Memory;

    fn journal(events: std::ops::Range<usize>) -> Memory {
        let journal = Memory::new();
        add(&journal, events);
        journal
    }

    fn add(journal: &Memory, events: std::ops::Range<usize>) {
        let event = |number| {
            let line = format!(
                r#"{{"id": "{number}", "advocate": "ada", "kind": "share", "at": "2026-06-01T09:00:00Z"}}"#
            );
            read_record(&line, "event").unwrap()
        };
        let events: Vec<Event> = events.map(event).collect();
        journal.append(&events, Batch::Each).unwrap();
    }

    fn events(journal: &Memory) -> Vec<Entry> {
        let mut entries = Vec::new();
        let each = &mut |entry| {
            entries.push(entry);
            Ok(())
        };
        journal.read(0, each).unwrap();
        entries
    }

    #[test]
    fn a_copy_has_the_same_places_and_is_gone_on_with_where_it_was_cut_short() {
        for known in [0, 1, 999, 1_000, 1_001, 2_500] {
            let (from, to) = (journal(0..2_500), journal(0..known));
            let copied = copy(&from, &to, &mut |_| ()).unwrap();
            assert_eq!(copied, Copied { copied: 2_500 - known as u64, known: known as u64 });
            assert_eq!(events(&from), events(&to));
        }
    }

    #[test]
    fn another_journal_is_not_copied_to() {
        let from = journal(0..2_500);
        let more = journal(0..2_501);
        let other_first = journal(3..4);
        let other_last = journal(0..1_500);
        add(&other_last, 2_000..2_001);
        for (to, told) in [
            (&more, "more events"),
            (&other_first, "events 1 to 1 are others"),
            (&other_last, "events 1001 to 1501 are others"),
        ] {
            let before = events(to);
            let error = copy(&from, to, &mut |_| ()).unwrap_err();
            assert!(error.to_string().contains(told), "{error}");
            assert_eq!(events(to), before);
        }
    }
}
