//! What happened: the events that standings are worked out from, and their reading from files.
//!
//! Identity is (source, id). Intake checks the schema and nothing else: a kind that the program
//! does not declare is kept, so that tomorrow's program can replay today's events.
//!
//! - `log` keeps accepted events, each identity once;
//! - `person` is what records say of people, and when it held (`times`); `award` is what award runs
//!   and those who decide about grants leave, `dispute` what advocates object to, `erasure` what is
//!   left where something was erased, `wordless` an activity without what somebody wrote,
//!   `publication` a program that everything is worked out by;
//! - `read` reads files; `csv` tables, by a saved [`ColumnMap`] (`map`) where columns have names of
//!   their own; `cloud` CloudEvents;
//! - `record` reads an object by the tables of facts, `event` sorts its fields by the type of event,
//!   `value` reads a single value; `write` writes what they read, `schema` says which they are.

mod award;
mod cloud;
mod csv;
mod dispute;
mod erasure;
mod event;
mod log;
mod map;
mod person;
mod publication;
mod read;
mod record;
mod schema;
mod times;
mod value;
mod wordless;
mod write;

use std::sync::Arc;

use jiff::Timestamp;

pub use award::{Closing, Grant, Subject, Verb};
pub(crate) use award::{EVERYONE, Granted};
pub use cloud::{of_cloud_event, of_cloud_parts};
pub use dispute::Resolved;
pub(crate) use dispute::{Dispute, Resolution};
pub use erasure::{Aged, ERASED, Erasure, Rest, Spent};
pub(crate) use event::MOST_POINTS;
pub use log::Log;
pub(crate) use log::{Image, Kind, Named, Names, Place};
pub use map::ColumnMap;
pub use person::{People, Person, SnapshotLines};
pub use publication::Publication;
pub(crate) use read::{EventLines, LONGEST_LINE, PeopleLines, of_value};
pub use read::{
    Format, Intake, each_event, each_line, read_event, read_events, read_people, read_posts,
    read_record, read_snapshot,
};
pub(crate) use schema::ByHand;
pub(crate) use times::{Statement, Times};
pub(crate) use value::LONGEST_TEXT;

use crate::error::{Code, Problem};
use crate::facts::{PersonFact, Value};
use crate::post::{Content, Post};

/// Who says so, and under which name: two events with the same identity are the same event.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, schemars::JsonSchema, serde::Serialize,
)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct Identity {
    /// The system that the event comes from; `local` where it did not say.
    pub source: Arc<str>,
    /// The name of the event within its source.
    pub id: Arc<str>,
}

/// The source of events that name none.
pub const LOCAL: &str = "local";

/// The source of what the engine writes into a journal by itself.
pub const OWN: &str = "plaudit";

/// What helps whoever records something else under an identity that is taken.
pub(crate) const EDITED: &str = "an activity is edited by an event of type `update` that names its target; anything else is taken \
     back (`retraction`) and recorded anew under another id";

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

    /// A warning where it is of a time that has not come yet. What is planned may well be: meetings,
    /// and what there will be to share.
    pub fn not_yet(&self, now: Timestamp) -> Option<Problem> {
        if self.at <= now || matches!(self.body, Body::Meeting(_) | Body::Content(_)) {
            return None;
        }
        let message = format!(
            "`{}` is of {}, which has not come yet: until then it is as if it were not there",
            self.identity.id, self.at
        );
        let help = format!("now it is {now}; where the time is wrong, take it back (`retraction`)");
        Some(Problem::new(Code::WrongValue, message).warning().help(help).field("at"))
    }

    /// What type of event it is, as records name it: `activity`, `person` and so on.
    pub fn type_name(&self) -> &'static str {
        self.body.name()
    }

    /// The event that this one takes back, where it takes one back.
    pub fn takes_back(&self) -> Option<&Identity> {
        match &self.body {
            Body::Retraction { target } => Some(target),
            _ => None,
        }
    }

    /// The event that this one takes back or edits, where it does.
    pub fn alters(&self) -> Option<&Identity> {
        match &self.body {
            Body::Update { target, .. } => Some(target),
            _ => self.takes_back(),
        }
    }

    /// The event that this one is about, where it is about one.
    pub(crate) fn target(&self) -> Option<&Identity> {
        match &self.body {
            Body::Outcome { target, .. }
            | Body::Update { target, .. }
            | Body::Retraction { target }
            | Body::Decision { target, .. }
            | Body::Resolution(Resolution { target, .. }) => Some(target),
            Body::Dispute(dispute) => dispute.activity.as_ref(),
            _ => None,
        }
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
    /// What is known of a person from this time on.
    Person(Box<Person>),
    /// Something to share.
    Content(Content),
    /// People came together.
    Meeting(Meeting),
    /// Figures of the company and its market.
    Market(Market),
    /// Points that a person gave or took by hand.
    Adjustment(Adjustment),
    /// An award run made an entitlement real.
    Grant(Box<Granted>),
    /// A person decided about a grant.
    Decision {
        target: Identity,
        verb: Verb,
        by: Arc<str>,
        reason: Arc<str>,
    },
    /// An award run as of the time of the event.
    Close {
        closing: Box<Closing>,
        by: Arc<str>,
    },
    /// An advocate objects to a line or a finding.
    Dispute(Box<Dispute>),
    /// How a dispute ends.
    Resolution(Resolution),
    /// Events were erased.
    Erasure {
        erasure: Box<Erasure>,
        by: Arc<str>,
    },
    /// What is left of an event that was erased: its place, and a hash as its id.
    Tombstone,
    /// A program was published.
    Publication {
        publication: Box<Publication>,
        by: Arc<str>,
    },
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

/// A meeting of a team, or of everyone.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Meeting {
    /// Whether advocacy was on the agenda.
    pub(crate) agenda: bool,
    /// The team that met; nothing where it was everyone.
    pub(crate) team: Option<(PersonFact, Arc<str>)>,
}

/// Figures from outside the program that its own are held against; each counts for the date of its
/// event, and is not known where it is not stated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Market {
    /// Deals that were closed, as the CRM has them.
    pub(crate) closed_deals: Option<i64>,
    /// Times the brand was mentioned.
    pub(crate) brand_mentions: Option<i64>,
    /// Times any brand of the market was mentioned, this one included.
    pub(crate) market_mentions: Option<i64>,
}

impl Market {
    /// The names in records.
    pub(crate) const FIGURES: [&str; 3] = ["closed_deals", "brand_mentions", "market_mentions"];

    /// The figures in the order of their names.
    pub(crate) fn figures(&self) -> [Option<i64>; 3] {
        [self.closed_deals, self.brand_mentions, self.market_mentions]
    }
}

/// Points by hand, such as a correction, with the reason that everyone can read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Adjustment {
    pub(crate) advocate: Arc<str>,
    pub(crate) points: i64,
    pub(crate) reason: Arc<str>,
    /// Who made it.
    pub(crate) by: Option<Arc<str>>,
}
