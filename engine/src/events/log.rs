//! The accepted events: each identity once.

use foldhash::HashMap;

use super::{Event, Identity};

/// Accepted events. The same event again changes nothing; another event under the same identity
/// is a conflict, and the first one stays.
#[derive(Clone, Debug, Default)]
pub struct Log {
    pub(crate) events: Vec<Event>,
    index: HashMap<Identity, usize>,
    /// Events that were there already.
    duplicates: usize,
}

impl Log {
    /// A log without events.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes an event in. A conflict gives back the place of the event that was there first.
    pub fn add(&mut self, event: Event) -> Result<(), usize> {
        match self.index.get(&event.identity) {
            Some(&first) if self.events[first] == event => {
                self.duplicates += 1;
                Ok(())
            }
            Some(&first) => Err(first),
            None => {
                self.index.insert(event.identity.clone(), self.events.len());
                self.events.push(event);
                Ok(())
            }
        }
    }

    /// The event of an identity.
    pub(crate) fn get(&self, identity: &Identity) -> Option<&Event> {
        self.index.get(identity).map(|&index| &self.events[index])
    }

    /// The place of an identity's event.
    pub(crate) fn position(&self, identity: &Identity) -> Option<usize> {
        self.index.get(identity).copied()
    }

    /// How many different events there are.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether there is no event.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// How often an event came again.
    pub fn duplicates(&self) -> usize {
        self.duplicates
    }
}
