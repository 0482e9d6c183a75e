//! The end-to-end suites: each file states one promise.
//!
//! - `cases` runs the shared corpus (`tests/cases`) through every door;
//! - `program` loads programs that are wrong in one way each;
//! - `hostile_rules`, `hostile_input`: what ends in a clear error or a right answer, never a panic;
//! - `order`: the same events in any order give the same bytes;
//! - `pages`: what standings, boards and teams look like to people;
//! - `evidence`: a rule's result depends on what it read, and on nothing else;
//! - `rfcs`: real data against an independent calculation;
//! - `readme`: its commands print what it says they print.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod cases;
mod hostile_input;
mod hostile_rules;
mod order;
mod pages;
mod program;
mod readme;
mod rfcs;
mod support;
