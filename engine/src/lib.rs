//! The engine of Plaudit: rules and scoring for employee-advocacy programs.
//!
//! A [`Program`] is a directory of rules, compiled once. It checks posts ([`Program::check`]) and
//! scores activities ([`Program::score`], [`Program::explain`]); every finding and every point
//! carries its evidence. The engine is pure: it has no clock, no network and no global state.
//!
//! Map of the folders, lowest first; nothing below knows what is above:
//!
//! - [`error`]: what can be wrong, in one table of codes;
//! - `time`: instants, local days and periods; `wire`: canonical JSON;
//! - [`text`]: what can be told of a text, found in one pass;
//! - [`events`]: what happened, and its reading from files;
//! - [`facts`]: what rules can see, declared once;
//! - `script`: everything that names rhai: sandbox, static checks, coverage;
//! - [`program`]: reads and compiles a program directory;
//! - `timeline`: from accepted events to what holds;
//! - [`guidelines`], [`scoring`], `history`: one job each.

pub mod error;
pub mod events;
pub mod facts;
pub mod guidelines;
mod history;
pub mod program;
pub mod scoring;
mod script;
pub mod text;
mod time;
mod timeline;
mod wire;

pub use error::{Code, Error, Problem};
pub use guidelines::{CheckContext, Verdict};
pub use history::History;
pub use program::{Program, Sources};
pub use scoring::{Explanation, ScoreInput, Scores};
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
