//! A log as bytes and back, for a quick start: reading it is no parsing. It is thrown away where
//! another version wrote it, and never the only copy of anything.
//!
//! ```text
//! first part:  format, facts, number of events
//! later parts: a letter, then what it says, over and over
//!     s  a text: symbols in the order of their numbers
//!     w  place, JSON: an event that is kept whole
//!     c  number of events, length of each, bytes: a chunk
//! ```

use std::sync::{Arc, LazyLock};

use twox_hash::XxHash3_64;

use super::bytes::{Reader, put, put_bytes};
use super::{Chunk, Log, Place};
use crate::error::Error;
use crate::events::{Event, read_record};
use crate::facts::ActivityFact;

/// Changes with every change of the packing.
const FORMAT: u64 = 1;
/// How long a part becomes before the next one begins.
const PART: usize = 4 << 20;

/// Facts are packed by their places in the table: another table is another format.
static FACTS: LazyLock<u64> = LazyLock::new(|| {
    let names = ActivityFact::FACTS.iter().map(|fact| fact.name);
    names.fold(0, |hash, name| XxHash3_64::oneshot_with_seed(hash, name.as_bytes()))
});

/// Cuts what is written into parts.
struct Parts<'a> {
    part: Vec<u8>,
    give: &'a mut dyn FnMut(Vec<u8>) -> Result<(), Error>,
}

impl Parts<'_> {
    fn write(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> Result<(), Error> {
        write(&mut self.part);
        if self.part.len() >= PART { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), Error> {
        (self.give)(std::mem::take(&mut self.part))
    }
}

impl Log {
    /// Gives the parts of the image, in order.
    pub(crate) fn image(
        &self,
        give: &mut dyn FnMut(Vec<u8>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut parts = Parts { part: Vec::new(), give };
        parts.write(|part| {
            for number in [FORMAT, *FACTS, self.len() as u64] {
                put(part, number);
            }
        })?;
        for text in self.store.symbols.texts() {
            parts.write(|part| {
                part.push(b's');
                put_bytes(part, text.as_bytes());
            })?;
        }
        for (place, event) in &self.store.whole {
            let json = serde_json::to_vec(event).unwrap_or_default();
            parts.write(|part| {
                part.push(b'w');
                put(part, u64::from(*place));
                put_bytes(part, &json);
            })?;
        }
        for chunk in &self.store.chunks {
            parts.write(|part| {
                part.push(b'c');
                put(part, chunk.starts.len() as u64);
                let ends = chunk.starts.iter().skip(1).map(|start| *start as usize);
                let ends = ends.chain([chunk.bytes.len()]);
                for (start, end) in chunk.starts.iter().zip(ends) {
                    put(part, (end - *start as usize) as u64);
                }
                put_bytes(part, &chunk.bytes);
            })?;
        }
        parts.flush()
    }
}

/// A log that is read from its image, part by part.
#[derive(Debug, Default)]
pub(crate) struct Image {
    log: Log,
    /// How many events there are to be, once the first part was read.
    length: Option<usize>,
}

impl Image {
    /// Takes the next part; nothing where it is none, or one of another version.
    pub(crate) fn part(&mut self, part: &[u8]) -> Option<()> {
        let mut reader = Reader(part);
        if self.length.is_none() {
            if [reader.number(), reader.number()] != [FORMAT, *FACTS] {
                return None;
            }
            self.length = Some(reader.size());
        }
        while !reader.0.is_empty() {
            self.item(&mut reader)?;
        }
        Some(())
    }

    fn item(&mut self, reader: &mut Reader<'_>) -> Option<()> {
        let store = &mut self.log.store;
        match reader.byte() {
            b's' => {
                let text = std::str::from_utf8(reader.bytes()).ok()?;
                store.symbols.number(&Arc::from(text));
            }
            b'w' => {
                let place = Place::try_from(reader.number()).ok()?;
                let json = std::str::from_utf8(reader.bytes()).ok()?;
                let event: Event = read_record(json, "image").ok()?;
                store.whole.push((place, Box::new(event)));
            }
            b'c' => {
                let count = reader.size();
                if count > super::CHUNK {
                    return None;
                }
                let mut starts = Vec::with_capacity(count);
                let mut end = 0_usize;
                for _ in 0..count {
                    starts.push(u32::try_from(end).ok()?);
                    // No event takes no room.
                    let size = reader.size();
                    end = end.checked_add(size).filter(|_| size > 0)?;
                }
                let bytes = reader.bytes().to_vec();
                if bytes.len() != end {
                    return None;
                }
                store.len += starts.len();
                store.chunks.push(Chunk { bytes, starts });
            }
            _ => return None,
        }
        Some(())
    }

    /// The log, where all of it has come. Whoever calls knows that no part is damaged.
    pub(crate) fn finish(mut self) -> Option<Log> {
        if self.length != Some(self.log.store.len) {
            return None;
        }
        self.log.index_all();
        Some(self.log)
    }
}
