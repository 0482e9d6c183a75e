//! `plaudit`: check posts, score activities and work on rules, from the command line.
//!
//! - `cli` declares the commands and their options, `values` what stands behind those;
//! - `commands` has one file a command;
//! - `input` opens files and standard input, `output` writes for people and for programs;
//!   `upcoming` is a journal that is made with its first event.

mod cli;
mod commands;
mod input;
mod output;
mod upcoming;
mod values;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    match commands::run(&cli) {
        Ok(exit) => exit.into(),
        Err(failure) => output::report(&failure).into(),
    }
}
