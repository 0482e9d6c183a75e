//! What other languages ask, in JSON: one type a request, one canonical JSON answer each. The C
//! library and the HTTP service read and answer the same requests here, so that a question means
//! the same through every door.
//!
//! A [`Question`] is asked of a program, with the people and events that it brings along
//! ([`Program::answer`]), or of a ledger, which has its own ([`Ledger::answer`]). A [`Task`] is for
//! a ledger alone: it asks for or changes what is on record. Requests have no clock: every time is
//! in them, as an instant with an offset or as a date in the program's time zone.
//!
//! A list is answered as one JSON array; the command line prints the same documents a line each.
//!
//! Every request, record and document has a JSON Schema (`schemars::JsonSchema`): of requests the one
//! for reading is meant, of documents the one for writing; records have one for both. A field that is
//! null counts as one that is left out; documents have no such fields.
//!
//! - `given`: the people and events that a request brings along; `past`: what can be asked of them
//!   or of a ledger; `time`: instants and dates;
//! - `check`, `points`, `standings`, `subjects`: questions; `simulate`: one that takes two programs; `awards`, `corrections`,
//!   `erasure`, `retention`, `person`, `publishing`: tasks;
//! - `intake`: events and people that come as text; `records`, `changes`, `export`: and leave so;
//!   `description`: what a program is; `facts`: what rules can see.

mod awards;
mod changes;
mod check;
mod corrections;
mod description;
mod erasure;
mod export;
mod facts;
mod given;
mod intake;
mod past;
mod person;
mod points;
mod publishing;
mod records;
mod retention;
mod simulate;
mod standings;
mod subjects;
mod time;

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use awards::{Close, Decide, DecidedGrants, ListGrants};
pub use changes::{Change, Changed, Changes};
pub use check::{Check, CheckMany, Checked, Looking, check_many, check_many_in};
pub use corrections::{Adjust, Disputes, ListDisputes, Object, Resolve};
pub use description::{Described, Description, Fact};
pub use erasure::Erase;
pub use export::{Export, Exported};
pub use facts::{ListedFact, OBJECTS, facts, facts_of, functions, language};
pub use intake::{
    Form, Imported, Incoming, Layout, Recorded, Sync, import, pseudonymize, record, restore, sync,
};
pub use person::Disclose;
pub use points::{Explain, Score};
pub use publishing::{ListPublications, Publication, Publish, PublishedFiles, RollBack};
pub use records::{ContentOnRecord, ListContent, ListPeople, OnRecord};
pub use retention::Retain;
pub use simulate::{Simulate, simulate};
pub use standings::{Leaderboard, Standing, Team};
pub use subjects::{Coach, Entitlements, Pair};
pub use time::When;

use self::given::Given;
use self::past::Past;
use crate::error::{Code, Error, Problem};
use crate::events::read_record;
use crate::ledger::Ledger;
use crate::program::Program;
use crate::timeline::Records;
use crate::wire::canonical;

/// What a request is called where its problems are placed.
const REQUEST: &str = "request";

/// The last place that a document can name: whole numbers of JSON end there.
const LAST: u64 = (1 << 53) - 1;

/// A request that a program answers upon records of the request's own, and a ledger upon what is on
/// record.
pub trait Question: DeserializeOwned + sealed::Asked {}

/// A request that only a ledger answers.
pub trait Task: DeserializeOwned + sealed::Done {}

/// How requests are answered is nobody's business outside.
pub(crate) mod sealed {
    use super::{Error, Given, Ledger, Past, When};

    pub trait Asked {
        /// The records that it brings along.
        fn given(&self) -> Given<'_>;
        /// Whether it makes no sense without records.
        fn needs_records(&self) -> bool {
            true
        }
        /// The time as of which records are looked at.
        fn as_of(&self) -> Option<When>;
        fn answer(&self, past: &Past<'_>) -> Result<String, Error>;
    }

    pub trait Done {
        fn answer(&self, ledger: &Ledger) -> Result<String, Error>;
    }
}

/// An answer to several things at once, each with its own end.
#[derive(Clone, Debug, PartialEq)]
pub struct Answers {
    /// All documents, as one JSON array.
    pub document: String,
    /// What became of each thing, in order.
    pub items: Vec<Item>,
}

/// What became of one of several things.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The answer, as it stands in the whole.
    pub document: String,
    /// Why there is no better answer; empty where all is well.
    pub problems: Vec<Problem>,
}

impl Answers {
    fn of(items: Vec<Item>) -> Self {
        let documents: Vec<&str> = items.iter().map(|item| item.document.as_str()).collect();
        Self { document: format!("[{}]", documents.join(",")), items }
    }
}

/// What stands in the place of an answer where there is none.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct Refusal {
    /// Why there is none; there is at least one problem.
    pub problems: Vec<Problem>,
}

/// The document that says why there is no answer: `{"problems":[…]}`.
///
/// # Errors
///
/// As [`canonical`].
pub fn refusal(problems: &[Problem]) -> Result<String, Error> {
    canonical(&Refusal { problems: problems.to_vec() })
}

impl Program {
    /// Answers a question upon the people and events that it brings along.
    ///
    /// # Errors
    ///
    /// The request is no such question, its records cannot be used, or what the question itself
    /// ends in, such as a person who is not in the records.
    ///
    /// # Examples
    ///
    /// ```
    /// # fn main() -> Result<(), plaudit_engine::Error> {
    /// use plaudit_engine::Program;
    /// use plaudit_engine::requests::Standing;
    ///
    /// let program = Program::load("../rules")?;
    /// let request = r#"{"advocate": "ada", "as_of": "2026-07-01",
    ///     "people": [{"id": "ada", "consent": true}],
    ///     "events": [{"id": "1", "advocate": "ada", "kind": "share", "at": "2026-06-01T09:00:00Z"}]}"#;
    /// let document = program.answer::<Standing>(request)?;
    /// assert!(document.starts_with(r#"{"advocate":"ada","#));
    /// # Ok(())
    /// # }
    /// ```
    pub fn answer<Q: Question>(&self, request: &str) -> Result<String, Error> {
        let question: Q = read_record(request, REQUEST)?;
        let given = question.given();
        given.check(question.needs_records())?;
        let as_of = question.as_of().map_or(jiff::Timestamp::MAX, |when| when.instant(self));
        let records = Records {
            log: given.log(),
            people: given.people(),
            as_of,
            assume_consent: given.assumes_consent(),
        };
        question.answer(&Past::Records(self, records))
    }
}

impl Ledger {
    /// Answers a question upon what is on record.
    ///
    /// # Errors
    ///
    /// The request is no such question or brings records along, the journal cannot be read, or what
    /// the question itself ends in.
    pub fn answer<Q: Question>(&self, request: &str) -> Result<String, Error> {
        let question: Q = read_record(request, REQUEST)?;
        question.given().refuse()?;
        let as_of =
            question.as_of().map_or(jiff::Timestamp::MAX, |when| when.instant(self.program()));
        question.answer(&Past::Live(self.program(), self.live()?, as_of))
    }

    /// Does what a request asks of a ledger alone.
    ///
    /// # Errors
    ///
    /// The request is no such task, the journal cannot be read or written, or what the task itself
    /// ends in; nothing was done then.
    pub fn perform<T: Task>(&self, request: &str) -> Result<String, Error> {
        read_record::<T>(request, REQUEST)?.answer(self)
    }
}

/// A request may name one of these fields at most.
fn one_of(fields: &[(&'static str, bool)]) -> Result<(), Problem> {
    let given: Vec<&str> =
        fields.iter().filter(|(_, given)| *given).map(|(name, _)| *name).collect();
    match given.as_slice() {
        [first, second, ..] => {
            let message = format!("`{first}` and `{second}` do not go together");
            Err(Problem::new(Code::WrongArguments, message).help("name one of them").field(*second))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
