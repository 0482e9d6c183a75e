//! What happened: the events that standings are worked out from, and their reading from files.
//!
//! Identity is (source, id). Intake checks the schema and nothing else: a kind that the program
//! does not declare is kept, so that tomorrow's program can replay today's events.

mod log;
mod read;
mod record;
mod value;

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

pub use log::Log;
pub use read::{Format, read_events, read_people, read_posts, read_record};

use crate::facts::Value;
use crate::post::{Content, Post};

/// Who says so, and under which name: two events with the same identity are the same event.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Identity {
    /// The system that the event comes from; `local` where it did not say.
    pub source: Arc<str>,
    /// The name of the event within its source.
    pub id: Arc<str>,
}

/// The source of events that name none.
pub const LOCAL: &str = "local";

/// Facts that a record states, by slot and in the order of the slots.
pub(crate) type Stated = Vec<(u8, Value)>;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its identity.
    pub identity: Identity,
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    pub(crate) body: Body,
    /// What the sender added for itself; rules never see it.
    pub(crate) ext: Option<serde_json::Value>,
}

impl Event {
    /// The order of the fold: time, then source, then id.
    pub(crate) fn order(&self) -> (Timestamp, &Identity) {
        (self.at, &self.identity)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Body {
    Activity(Activity),
    /// A later snapshot of an activity's results.
    Outcome {
        target: Identity,
        stated: Stated,
    },
    /// An edit of an activity; a field that is set to null is cleared.
    Update {
        target: Identity,
        set: Box<Change>,
    },
    /// Takes the target back.
    Retraction {
        target: Identity,
    },
    /// Something to share.
    Content(Content),
}

/// Something an advocate did.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Activity {
    pub(crate) advocate: Arc<str>,
    pub(crate) content: Option<Arc<str>>,
    pub(crate) counterpart: Option<Arc<str>>,
    pub(crate) post: Option<Arc<Post>>,
    pub(crate) stated: Stated,
}

/// The fields that an update names; the inner option is empty where the field is cleared.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Change {
    pub(crate) at: Option<Timestamp>,
    pub(crate) advocate: Option<Arc<str>>,
    pub(crate) content: Option<Option<Arc<str>>>,
    pub(crate) counterpart: Option<Option<Arc<str>>>,
    pub(crate) post: Option<Option<Arc<Post>>>,
    pub(crate) stated: Stated,
}

/// A person as the HR system knows them.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// The advocate's id.
    pub id: Arc<str>,
    /// What to call them; rules never see it.
    pub name: Option<Arc<str>>,
    /// When the person had opted in; nothing where there is no consent on record.
    pub(crate) consent: Option<Times>,
    /// When the person was an active employee.
    pub(crate) active: Times,
    pub(crate) stated: Stated,
    pub(crate) ext: Option<serde_json::Value>,
}

/// People by id.
pub type People = HashMap<Arc<str>, Person>;

/// When something held: always, never, or in half-open intervals.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Times(pub(crate) Vec<(Timestamp, Timestamp)>);

impl Times {
    pub(crate) fn always() -> Self {
        Self(vec![(Timestamp::MIN, Timestamp::MAX)])
    }

    pub(crate) fn never() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn hold_at(&self, at: Timestamp) -> bool {
        self.0.iter().any(|(from, until)| *from <= at && at < *until)
    }
}
