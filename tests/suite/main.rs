//! The end-to-end suites: each file states one promise.
//!
//! - `cases` runs the shared corpus (`tests/cases`, read by `corpus`) through Rust and the command line;
//! - `coaching`: suggestions, entitlements and pairs through every door, pairs against brute force;
//! - `program`, `rules` and `gifts`: settings, files and rules that are wrong in one way each;
//! - `hostile_rules`, `hostile_records`, `hostile_crowds`, `hostile_posts`: what ends in a clear error or a right answer, never a panic;
//! - `guidelines`: what the starter program remarks on, measured on texts; the same through every door;
//! - `imports`: exports of other systems, read by a map;
//! - `order`: the same events in any order give the same bytes;
//! - `independent`: standings, teams and boards against a second calculation in Python;
//! - `pages`: what standings, boards and teams look like to people;
//! - `live`: standings that follow events equal a rebuild, whatever the order, batches and threads;
//! - `privacy`: no number of a few people can be told from all that is shown;
//! - `rfcs`: real data against an independent calculation;
//! - `journal`: what every journal promises; `journal_shared`: one that many use at once;
//! - `server` runs PostgreSQL for these, which are over files and databases alike;
//! - `moved`: from a file to a database and back; commands do with one what they do with the other;
//! - `database`: networks that are cut, servers that die (`proxy`, `server_crash`), TLS, damage;
//! - `files`: which files are taken for what, and what is left behind where something is refused;
//! - `crash`, `damage`, `disk`: killed processes, damaged files, disks that are full or read-only;
//! - `publishing`: programs that are published in a journal, whom everybody follows;
//! - `desk`: what whoever looks after a journal is told;
//! - `stories` runs those of the corpus that go on over time (`tests/cases/ledger`) so;
//! - `awards`: nothing is granted twice and budgets are kept; `ledger`: answers over a journal;
//! - `works_council`: figures of groups alone, through every door;
//! - `erasure`: whoever is erased cannot be found anywhere;
//! - `pseudonyms`: a journal without anybody's name says the same;
//! - `retention`: what is past its age goes, and points stay what they were;
//! - `schemas`: what is asked and told is as the JSON Schemas say, and nothing else is;
//! - `simulate`: what a change of the program would do, as a command;
//! - `serve`: the same over HTTP;
//! - `ways`: the same bytes however rules are run, and which way they went;
//! - `children` are other processes for these;
//! - `readme`: its commands print what it says they print.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod awards;
mod cases;
mod children;
mod coaching;
#[path = "../corpus/mod.rs"]
mod corpus;
mod crash;
mod damage;
mod database;
mod desk;
mod disk;
mod erasure;
mod files;
mod gifts;
mod guide;
mod guidelines;
mod hostile_crowds;
mod hostile_posts;
mod hostile_records;
mod hostile_rules;
mod imports;
mod independent;
mod journal;
mod journal_shared;
mod ledger;
mod live;
mod moved;
mod order;
mod pages;
mod privacy;
mod program;
mod proxy;
mod pseudonyms;
mod publishing;
mod readme;
mod retention;
mod rfcs;
mod rules;
mod schemas;
mod serve;
mod server;
mod server_crash;
mod simulate;
mod stories;
mod support;
mod ways;
mod works_council;
