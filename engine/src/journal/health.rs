//! Looks for damage in what a journal has: every commit is held against the events it consists of.

use serde::Serialize;

use super::checksum::Checksum;
use super::identities::hash;
use super::prepared::stored;
use crate::error::Error;

/// After so many findings the rest is likely of the same kind.
pub(super) const MOST_FINDINGS: usize = 100;

/// What was found in a journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Health {
    /// The version of its tables.
    pub schema: usize,
    /// How many events it has.
    pub events: u64,
    /// How many commits they came in.
    pub commits: u64,
    /// What is wrong with it, where something is.
    pub damage: Vec<String>,
}

/// A commit as it stands in a journal.
pub(super) struct Stated {
    pub(super) first: u64,
    pub(super) identities: Vec<u8>,
    pub(super) checksum: i64,
}

impl Health {
    /// Holds all commits against all events; both come in the order of their places.
    pub(super) fn compare(
        &mut self,
        mut commits: impl FnMut() -> Result<Option<Stated>, Error>,
        mut events: impl FnMut() -> Result<Option<(u64, String)>, Error>,
    ) -> Result<(), Error> {
        let mut next = 1;
        while let Some(Stated { first, identities, checksum: stated }) = commits()? {
            if self.damage.len() >= MOST_FINDINGS {
                return Ok(());
            }
            self.commits += 1;
            if first != next {
                let damage = format!("the commit of event {first} stands where {next} belongs");
                self.damage.push(damage);
                return Ok(());
            }
            if identities.is_empty() {
                self.damage.push(format!("the commit of event {first} has no events"));
            }
            let mut checksum = Checksum::default();
            for known in identities.chunks(4) {
                let Some((position, text)) = events()? else {
                    self.damage.push(format!("event {next} is missing"));
                    return Ok(());
                };
                if position != next {
                    self.damage.push(format!("event {position} stands where {next} belongs"));
                    return Ok(());
                }
                match stored(&text, position) {
                    Ok(event) if hash(&event.identity).to_le_bytes() == known => {}
                    Ok(_) => self.damage.push(format!("event {position} has another identity")),
                    Err(what) => self.damage.push(format!("the journal is damaged: {what}")),
                }
                checksum.add(text.as_bytes());
                next += 1;
            }
            if checksum.value() != stated {
                let last = next - 1;
                self.damage.push(format!(
                    "the events {first} to {last} are not what was acknowledged: their checksum \
                     differs"
                ));
            }
        }
        if let Some((position, _)) = events()? {
            self.damage.push(format!("event {position} belongs to no commit"));
        }
        Ok(())
    }
}
