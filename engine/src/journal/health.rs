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
    /// Holds all commits against all events; both come in the order of their places. Where it comes to
    /// the end, it gives the places of the records of erasures.
    pub(super) fn compare(
        &mut self,
        mut commits: impl FnMut() -> Result<Option<Stated>, Error>,
        mut events: impl FnMut() -> Result<Option<(u64, String)>, Error>,
    ) -> Result<Option<Vec<u64>>, Error> {
        let mut next = 1;
        let mut erasures = Vec::new();
        while let Some(Stated { first, identities, checksum: stated }) = commits()? {
            if self.damage.len() >= MOST_FINDINGS {
                return Ok(None);
            }
            self.commits += 1;
            if first != next {
                let damage = format!("the commit of event {first} stands where {next} belongs");
                self.damage.push(damage);
                return Ok(None);
            }
            if identities.is_empty() {
                self.damage.push(format!("the commit of event {first} has no events"));
            }
            let mut checksum = Checksum::default();
            for known in identities.chunks(4) {
                let Some((position, text)) = events()? else {
                    self.damage.push(format!("event {next} is missing"));
                    return Ok(None);
                };
                if position != next {
                    self.damage.push(format!("event {position} stands where {next} belongs"));
                    return Ok(None);
                }
                let event = stored(&text, position);
                let erases = event.as_ref().is_ok_and(|event| event.erasure().is_some());
                erasures.extend(erases.then_some(position));
                match event {
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
        Ok(Some(erasures))
    }

    /// Holds where erasures are said to stand against where they do: what is left out would be taken in
    /// again.
    pub(super) fn erasures(&mut self, found: &[u64], said: &[u64], has_key: bool) {
        if said != found {
            self.damage.push("the places of erasures are not where erasures are".to_owned());
        }
        if !found.is_empty() && !has_key {
            let damage = "the key of erasures is missing: what was erased is not known";
            self.damage.push(damage.to_owned());
        }
    }
}
