//! Which identities are on record, by hashes: a random text key in a journal would slow writing
//! down twentyfold, so it keeps four bytes an event, in order, and a table is built in memory.

use hashbrown::HashTable;
use twox_hash::XxHash3_64;

use crate::error::{Code, Error, Problem};
use crate::events::Identity;

/// The most events of a journal.
const STOPPED: &str = "a journal has at most 4,294,967,295 events";

/// What an identity hashes to in a journal; part of its format.
pub(super) fn hash(identity: &Identity) -> u32 {
    let source = XxHash3_64::oneshot(identity.source.as_bytes());
    let id = XxHash3_64::oneshot_with_seed(source, identity.id.as_bytes());
    // The upper half is as good as any.
    (id >> 32) as u32
}

/// The places of all events by the hashes of their identities.
#[derive(Debug, Default)]
pub(super) struct Identities {
    table: HashTable<Slot>,
    /// The place of the last event that the table has.
    pub(super) last: u64,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    hash: u32,
    position: u32,
}

/// A hash table wants its bits at both ends.
fn spread(hash: u32) -> u64 {
    u64::from(hash).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ u64::from(hash)
}

impl Identities {
    /// Takes in the hashes of a commit, which must follow the one before.
    pub(super) fn commit(
        &mut self,
        first: u64,
        hashes: &[u8],
        corrupt: impl FnOnce(&str) -> Problem,
    ) -> Result<(), Error> {
        if first != self.last + 1 || hashes.is_empty() || !hashes.len().is_multiple_of(4) {
            let what = format!("the commit of event {first} does not follow the one before");
            return Err(corrupt(&what).into());
        }
        for hash in hashes.chunks_exact(4) {
            self.add(u32::from_le_bytes([hash[0], hash[1], hash[2], hash[3]]))?;
        }
        Ok(())
    }

    /// Takes in the next event.
    pub(super) fn add(&mut self, hash: u32) -> Result<(), Error> {
        let position =
            u32::try_from(self.last + 1).map_err(|_| Problem::new(Code::TooLarge, STOPPED))?;
        self.last += 1;
        let slot = Slot { hash, position };
        self.table.insert_unique(spread(hash), slot, |slot| spread(slot.hash));
        Ok(())
    }

    /// The places of events whose identities have a hash: there may be others among them.
    pub(super) fn candidates(&self, hash: u32) -> impl Iterator<Item = u64> {
        let found = self.table.iter_hash(spread(hash)).filter(move |slot| slot.hash == hash);
        found.map(|slot| u64::from(slot.position))
    }
}
