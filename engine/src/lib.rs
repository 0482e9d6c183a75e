//! The engine of Plaudit: rules and scoring for employee-advocacy programs.
//!
//! A [`Program`] is a directory of rules, compiled once. It checks posts ([`Program::check`]), scores
//! activities ([`Program::score`], [`Program::explain`]), tells what people and teams have become
//! ([`Program::standing`], [`Program::leaderboard`], [`Program::teams`]), what they are entitled to
//! ([`Program::recognize`]), what could help them along ([`Program::coach`], [`Program::pair`]) and
//! what another program would make of it all ([`Program::simulate`]);
//! every finding, point, figure, badge and suggestion carries its evidence. [`live::Live`] gives the
//! same answers while events come in. The engine is pure: it has no clock, no network and no global
//! state.
//!
//! Map of the folders, lowest first; nothing below knows what is above:
//!
//! - [`error`]: what can be wrong, in one table of codes; `threads`: many things over all cores;
//! - `time`: instants, local days and periods; `wire`: canonical JSON, `schema`: what it looks like; `table`: TOML with places;
//!   [`severity`]: a word list;
//! - [`text`]: what can be told of a text, found in one pass;
//! - [`post`]: a post as it comes in;
//! - [`facts`]: what rules can see, declared once;
//! - [`events`]: what happened, and its reading from files;
//! - `script`: everything that names rhai: sandbox, static checks, coverage, the fast way;
//! - [`program`]: reads and compiles a program directory;
//! - `links`: which events are about which; `roster`: who takes part, by all their names;
//!   `timeline`: from accepted events to what holds;
//!   [`disputes`]: what advocates object to; `snapshot`: from the complete list of people to what
//!   changed;
//! - [`fault`]: a rule that failed; `findings` in published posts; [`scoring`], then `history` and [`guidelines`];
//! - [`standings`]: figures of people and teams, boards, by the page `FORMULAS.md`;
//! - [`subjects`], then [`recognition`], [`coaching`] and [`pairing`]: one job each;
//! - [`live`]: the same as events come in; [`simulation`]: what another program would make of it; [`examples`] and [`scenarios`]: tests of a program;
//! - [`journal`]: the durable record of events; [`awards`]: entitlements made real;
//!   [`ledger`]: a program over a journal; [`pseudonyms`] in the place of people's ids;
//! - [`requests`]: what other languages ask in JSON.

pub mod awards;
mod care;
pub mod coaching;
pub mod disputes;
pub mod error;
pub mod events;
pub mod examples;
pub mod facts;
pub mod fault;
mod findings;
pub mod guidelines;
mod history;
pub mod journal;
pub mod ledger;
mod links;
pub mod live;
pub mod pairing;
pub mod post;
pub mod program;
#[cfg(test)]
mod promise;
pub mod pseudonyms;
pub mod publishing;
pub mod recognition;
pub mod requests;
mod roster;
pub mod scenarios;
mod schema;
pub mod scoring;
mod script;
pub mod severity;
pub mod simulation;
mod snapshot;
pub mod standings;
pub mod subjects;
mod table;
pub mod text;
mod threads;
mod time;
mod timeline;
mod wire;

pub use error::{Class, Code, Error, Problem};
pub use guidelines::{CheckContext, Verdict};
pub use history::History;
pub use post::Post;
pub use program::{Kpi, Program, Sources, Stats};
pub use pseudonyms::{KnownNames, Pseudonyms};
pub use roster::{NotCounted, Roster};
pub use scoring::{Explanation, Scores};
pub use snapshot::{FieldChange, SeenPerson, Snapshot, Taking};
pub use timeline::Records;
pub use wire::canonical;

/// A program is shared by any number of threads.
const _: () = {
    const fn shared_by_threads<T: Send + Sync>() {}
    shared_by_threads::<Program>();
};

/// The README's Rust is compiled and run with the documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
