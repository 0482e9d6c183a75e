//! `plaudit completions`: what a shell needs to complete commands and options.

use std::io::Write;

use clap::CommandFactory;

use crate::cli::{Cli, Completions};
use crate::input::Failure;
use crate::output::Exit;

pub(super) fn run(options: &Completions) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut Cli::command(), "plaudit", &mut script);
    std::io::stdout().write_all(&script)?;
    Ok(Exit::Success)
}
