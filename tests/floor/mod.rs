//! A program written by hand in Rust: no scripts, no evidence, no settings.
//!
//! It serves twice. Tests take it as the independent calculation that the engine must agree with,
//! and the benchmark takes it as the floor: what the same work costs when nobody needs to change a
//! rule. So it shares no code with the engine, and it says in plain Rust what `program/` says in Rhai.
//!
//! That program is the starter program as it was when it had twelve guidelines and ten scoring rules.
//! It stays as it is: the starter's wording and word lists change with every lesson learned, while
//! figures of one year can be compared with those of another only where the work is the same. Whoever
//! does change it, changes the Rust beside it; the suite `rfcs` tells where that was forgotten.
//!
//! - `records` reads activities and people from JSON lines;
//! - `timeline` puts outcomes, edits and retractions to their activities, in the order of the fold;
//! - `scoring` gives points, `checking` gives findings, with `lists`, `text` and `scan` below it;
//! - `synthetic` makes activities that exercise every rule and cap, `posts` holds the benchmark's
//!   posts.

// Each target that includes this uses a part of it.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub(crate) mod checking;
mod lists;
pub(crate) mod posts;
pub(crate) mod records;
mod scan;
pub(crate) mod scoring;
pub(crate) mod synthetic;
mod text;
mod timeline;
