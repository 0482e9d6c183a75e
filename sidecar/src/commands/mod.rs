//! One file a command; `figures` has what the pages of figures share.

mod check;
mod completions;
mod explain;
mod facts;
mod figures;
mod leaderboard;
mod lint;
mod new;
mod score;
mod standing;
mod team;
mod test;

use crate::cli::{Cli, Command};
use crate::input::Failure;
use crate::output::Exit;

/// Does what the command line asks for.
pub(crate) fn run(cli: &Cli) -> Result<Exit, Failure> {
    match &cli.command {
        Command::New(options) => new::run(options),
        Command::Lint(options) => lint::run(&cli.rules, options),
        Command::Test(options) => test::run(&cli.rules, options),
        Command::Check(options) => check::run(&cli.rules, options),
        Command::Score(options) => score::run(&cli.rules, options),
        Command::Standing(options) => standing::run(&cli.rules, options),
        Command::Leaderboard(options) => leaderboard::run(&cli.rules, options),
        Command::Team(options) => team::run(&cli.rules, options),
        Command::Explain(options) => explain::run(&cli.rules, options),
        Command::Facts(options) => facts::run(options),
        Command::Completions(options) => completions::run(options),
    }
}
