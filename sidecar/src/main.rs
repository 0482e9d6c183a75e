//! `plaudit`: check posts, score activities and work on rules, from the command line and over HTTP.
//!
//! - `cli` declares the commands and their options, `values` what stands behind those;
//! - `commands` has one file a command;
//! - `rules` knows which program a command works by;
//! - `input` opens files and standard input, `output` writes for people and for programs;
//!   `upcoming` is a journal that is made with its first event; `simulated` says what a simulation
//!   found, on a terminal and as a page;
//! - `serve` is the same over HTTP.

mod cli;
mod commands;
mod input;
mod output;
mod pseudonyms;
mod rules;
mod serve;
mod simulated;
mod upcoming;
mod values;

use std::process::ExitCode;

use clap::Parser;

// What one thread made another one often gives back: events that are read ahead, answers. The
// allocator of the C library makes threads wait for each other there.
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    match commands::run(&cli) {
        Ok(exit) => exit.into(),
        Err(failure) => output::report(&failure).into(),
    }
}
