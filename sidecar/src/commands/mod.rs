//! One file a command; `figures` has what the pages of figures share, `subjects` what those share
//! that speak of people and teams; `ways` are options of those that run rules.

mod adjust;
mod check;
mod close;
mod coach;
mod completions;
mod disputes;
mod entitlements;
mod explain;
mod facts;
mod figures;
mod grants;
mod import;
mod journal;
mod keys;
mod leaderboard;
mod lint;
mod new;
mod pair;
mod person;
mod processing;
mod program;
mod pseudonym;
mod record;
mod retain;
mod score;
mod serve;
mod simulate;
mod standing;
mod subjects;
mod sync;
mod team;
mod test;
mod ways;

pub(crate) use self::new::starter;
use crate::cli::{Cli, Command};
use crate::input::Failure;
use crate::output::Exit;

/// Does what the command line asks for.
pub(crate) fn run(cli: &Cli) -> Result<Exit, Failure> {
    match &cli.command {
        Command::New(options) => new::run(options),
        Command::Lint(options) => lint::run(cli.rules().folder(), options),
        Command::Test(options) => test::run(cli.rules().folder(), options),
        Command::Check(options) => check::run(cli.rules().folder(), options),
        Command::Score(options) => score::run(cli.rules(), options),
        Command::Standing(options) => standing::run(cli.rules(), options),
        Command::Leaderboard(options) => leaderboard::run(cli.rules(), options),
        Command::Team(options) => team::run(cli.rules(), options),
        Command::Explain(options) => explain::run(cli.rules(), options),
        Command::Coach(options) => coach::run(cli.rules(), options),
        Command::Entitlements(options) => entitlements::run(cli.rules(), options),
        Command::Pair(options) => pair::run(cli.rules(), options),
        Command::Simulate(options) => simulate::run(cli.rules(), options),
        Command::Program(options) => program::run(cli.rules(), options),
        Command::Record(options) => record::run(options),
        Command::Import(options) => import::run(options),
        Command::Sync(options) => sync::run(cli.rules().folder(), options),
        Command::Close(options) => close::run(cli.rules(), options),
        Command::Grants(options) => grants::run(cli.rules(), options),
        Command::Adjust(options) => adjust::run(cli.rules(), options),
        Command::Disputes(options) => disputes::run(cli.rules(), options),
        Command::Person(options) => person::run(cli.rules(), options),
        Command::Serve(options) => serve::run(cli.rules.as_deref(), options),
        Command::Keys(options) => keys::run(options),
        Command::Journal(options) => journal::run(cli.rules(), options),
        Command::Pseudonym(options) => pseudonym::run(options),
        Command::Facts(options) => facts::run(cli.rules().folder(), options),
        Command::Completions(options) => completions::run(options),
    }
}
