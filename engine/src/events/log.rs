//! The accepted events: each identity once.

use std::sync::Arc;

use foldhash::HashMap;

use super::{Body, Event, Identity};
use crate::post::Content;

/// Accepted events. The same event again changes nothing; another event under the same identity
/// is a conflict, and the first one stays.
#[derive(Clone, Debug, Default)]
pub struct Log {
    pub(crate) events: Vec<Event>,
    index: HashMap<Identity, usize>,
    /// The event that describes each content: of several, the first in the order of the fold.
    contents: HashMap<Arc<str>, usize>,
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
                let index = self.events.len();
                self.index.insert(event.identity.clone(), index);
                if let Body::Content(Content { id: Some(id), .. }) = &event.body {
                    let first = self.contents.entry(Arc::clone(id)).or_insert(index);
                    if self.events.get(*first).is_some_and(|known| event.order() < known.order()) {
                        *first = index;
                    }
                }
                self.events.push(event);
                Ok(())
            }
        }
    }

    /// The content of an id.
    pub(crate) fn content(&self, id: &str) -> Option<&Content> {
        match &self.events.get(*self.contents.get(id)?)?.body {
            Body::Content(content) => Some(content),
            _ => None,
        }
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
