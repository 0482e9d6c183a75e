//! Who takes part, and when.

use jiff::Timestamp;
use serde::Serialize;

use crate::events::{People, Person};

/// The people on record, and whether those without a word on consent take part.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Roster<'a> {
    pub(crate) people: &'a People,
    pub(crate) assume_consent: bool,
}

/// Why an activity does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotCounted {
    /// The person is not on record, so there is no consent.
    NotOnRecord,
    /// The person had not opted in.
    NoConsent,
    /// The person was no active employee.
    NotActive,
    /// The program does not declare the kind.
    UndeclaredKind,
    /// The program does not declare the channel of the activity or of its post.
    UndeclaredChannel,
    /// The advocate is their own counterpart: nobody praises or helps themselves.
    OwnCounterpart,
}

impl Roster<'_> {
    pub(crate) fn admits(&self, advocate: &str, at: Timestamp) -> Result<(), NotCounted> {
        let Some(person) = self.people.get(advocate) else {
            return if self.assume_consent { Ok(()) } else { Err(NotCounted::NotOnRecord) };
        };
        if !self.consents(person, at) {
            return Err(NotCounted::NoConsent);
        }
        if !person.active.hold_at(at) {
            return Err(NotCounted::NotActive);
        }
        Ok(())
    }

    fn consents(&self, person: &Person, at: Timestamp) -> bool {
        person.consent.as_ref().map_or(self.assume_consent, |times| times.hold_at(at))
    }

    /// Whether the person can be seen as of a time: opting out hides everything while it lasts.
    pub(crate) fn shows(&self, advocate: &str, as_of: Timestamp) -> Result<(), NotCounted> {
        // As-of is exclusive: what counts is the last instant before it.
        let last = as_of.checked_sub(jiff::SignedDuration::from_nanos(1)).unwrap_or(as_of);
        match self.people.get(advocate) {
            Some(person) if self.consents(person, last) => Ok(()),
            Some(_) => Err(NotCounted::NoConsent),
            None if self.assume_consent => Ok(()),
            None => Err(NotCounted::NotOnRecord),
        }
    }
}
