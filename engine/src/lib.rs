//! The engine of Plaudit: rules and scoring for employee-advocacy programs.
//!
//! A [`Program`] is a directory of rules, compiled once. It checks posts ([`Program::check`]) and
//! scores activities ([`Program::score`], [`Program::explain`]); every finding and every point
//! carries its evidence. The engine is pure: it has no clock, no network and no global state.
//!
//! Map of the folders, lowest first; nothing below knows what is above:
//!
//! - [`error`]: what can be wrong, in one table of codes;
//! - `time`: instants, local days and periods; `wire`: canonical JSON; [`severity`]: a word list;
//! - [`text`]: what can be told of a text, found in one pass;
//! - [`post`]: a post as it comes in;
//! - [`facts`]: what rules can see, declared once;
//! - [`events`]: what happened, and its reading from files;
//! - `script`: everything that names rhai: sandbox, static checks, coverage, the fast way;
//! - [`program`]: reads and compiles a program directory;
//! - [`fault`]: a rule that failed; `timeline`: from accepted events to what holds;
//! - [`scoring`], then `history`, [`guidelines`] and [`examples`]: one job each;
//!   [`scenarios`] tries all of them over time.

pub mod coaching;
pub mod error;
pub mod events;
pub mod examples;
pub mod facts;
pub mod fault;
pub mod guidelines;
mod history;
pub mod pairing;
pub mod post;
pub mod program;
#[cfg(test)]
mod promise;
pub mod recognition;
mod roster;
pub mod scenarios;
pub mod scoring;
mod script;
pub mod severity;
pub mod standings;
pub mod subjects;
pub mod text;
mod time;
mod timeline;
mod wire;

pub use error::{Code, Error, Problem};
pub use guidelines::{CheckContext, Verdict};
pub use history::History;
pub use post::Post;
pub use program::{Program, Sources};
pub use roster::{NotCounted, Roster};
pub use scoring::{Explanation, Scores};
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
