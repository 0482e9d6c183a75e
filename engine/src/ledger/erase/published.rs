//! Programs that were published: a person's name may stand in lists of words. It is taken out of those of
//! before. What the current program works by is not changed behind its owner's back: a program without
//! the name is to be published first.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::error::{Code, Error, Problem};
use crate::events::{Event, Log, Place};
use crate::publishing::Publications;

/// The files of publications that the current program still has.
pub(super) struct InUse {
    files: BTreeMap<Place, Vec<Arc<str>>>,
    /// Those of them that name the person.
    naming: Vec<Arc<str>>,
}

impl InUse {
    pub(super) fn of(log: &Log) -> Result<Self, Error> {
        let published = || log.others().filter(|(_, event)| event.publication().is_some());
        let events = published().map(|(_, event)| event.clone());
        let files = Publications::of_events(events, log.len() as u64)?.in_use();
        let files = published().map(|(place, _)| place).zip(files).collect();
        Ok(Self { files, naming: Vec::new() })
    }

    /// Takes notice of an event without the person's names.
    pub(super) fn notice(&mut self, place: Place, event: &Event, other: &Event) {
        let Some((known, _)) = event.publication() else { return };
        let Some((without, _)) = other.publication() else { return };
        let in_use = self.files.get(&place).into_iter().flatten();
        self.naming
            .extend(in_use.filter(|it| known.files.get(*it) != without.files.get(*it)).cloned());
    }

    /// Refuses where a file of the current program names the person.
    pub(super) fn names_nobody(&self) -> Result<(), Problem> {
        let Some(first) = self.naming.first() else { return Ok(()) };
        let message = format!(
            "the program that is published names the person, in {}",
            self.naming.join(", ")
        );
        let help =
            "publish a program without the name first; it is taken out of the programs of before";
        Err(Problem::new(Code::NotAllowed, message).help(help).file(&**first))
    }
}
