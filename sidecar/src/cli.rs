//! The commands and their options; those that work on a journal are in `journal`, those that publish
//! programs in `program`.

mod journal;
mod program;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use jiff::Timestamp;
use plaudit_engine::journal::Address;
use plaudit_engine::simulation::{Limit, USUAL_SAMPLES};

pub(crate) use self::journal::{
    Adjust, Backup, Close, Copy, Decide, Dispute, Disputes, ErasePerson, ExportPerson, GrantKind,
    GrantState, Grants, Import, Journal, ListDisputes, ListGrants, OneJournal, Person, Record,
    Resolve, Restore, RetainJournal, Said, Signed, Sync,
};
pub(crate) use self::program::{History, Program, Publish, Publishes, Rollback, Save};
use crate::rules::Rules;
use crate::serve::{CONFIG, Level, Role};
use crate::values::{
    AskedFigure, OneTeam, SomeTeams, When, figure, instant, kind_of_team, limit, one_team, samples,
    some_teams, source, when,
};

/// Check posts, score participation, and try rules before you publish them.
///
/// Exit codes: 0 all well; 1 the answer is no (a finding at or above --fail-on, a failed example,
/// a problem in a program, a limit that is exceeded); 2 the command was called wrongly; 3 a file or record could not be
/// used; 4 it may work when tried again.
#[derive(Debug, Parser)]
#[command(name = "plaudit", version, max_term_width = 100)]
pub(crate) struct Cli {
    /// The program directory [default: the program published in the journal, or rules].
    #[arg(long, global = true, value_name = "DIR", value_hint = ValueHint::DirPath, display_order = 900)]
    pub(crate) rules: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Cli {
    /// Which program it is about.
    pub(crate) fn rules(&self) -> Rules<'_> {
        Rules { named: self.rules.as_deref() }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a program directory to start with
    New(New),
    /// Look for problems in a program, without running it
    Lint(Lint),
    /// Run the examples and scenarios of a program and tell what they cover
    Test(Test),
    /// Check posts against the guidelines
    Check(Check),
    /// Score activities: points per person
    Score(Score),
    /// Show what a person has become: points, level, regularity, voice, reach, learning
    Standing(Standing),
    /// Show who brought how much, in order
    Leaderboard(Leaderboard),
    /// Show how a team, or all teams of a kind, take part
    Team(Team),
    /// Explain one person's points line by line, or how one figure comes about
    Explain(Explain),
    /// Suggest what could help people and teams along
    Coach(Coach),
    /// Show what people and teams are entitled to; nothing is granted
    Entitlements(Entitlements),
    /// Propose pairs of mentors and newcomers
    Pair(Pair),
    /// Show what a change of the program would do: who gains and loses, levels, boards, cost, posts
    Simulate(Simulate),
    /// Publish a program in a journal, show what was published, roll back
    #[command(subcommand)]
    Program(Program),
    /// Put events on record in a journal, one by one
    Record(Record),
    /// Put the events of files on record in a journal
    Import(Import),
    /// Bring the people of a journal in line with a complete list
    Sync(Sync),
    /// Run awards: make entitlements real, once
    Close(Close),
    /// Show grants and decide about them
    #[command(subcommand)]
    Grants(Grants),
    /// Give or take points by hand
    Adjust(Adjust),
    /// Object to points, findings and awards, and resolve what people object to
    #[command(subcommand)]
    Disputes(Disputes),
    /// Give a person what is on record of them, or erase it
    #[command(subcommand)]
    Person(Person),
    /// Serve all of this over HTTP
    Serve(Serve),
    /// Make and revoke the keys of those who may call the service
    #[command(subcommand)]
    Keys(Keys),
    /// Make a key of pseudonyms, and tell people's pseudonyms
    Pseudonym(Pseudonym),
    /// Look after a journal: check, back up, export, restore, retain, copy
    #[command(subcommand)]
    Journal(Journal),
    /// List what rules can see, or what the program's rules read of people
    Facts(Facts),
    /// Print completions for a shell
    Completions(Completions),
}

#[derive(Debug, Args)]
pub(crate) struct Pseudonym {
    /// The file with the key, which nobody else may read.
    #[arg(value_hint = ValueHint::FilePath, required_unless_present = "new")]
    pub(crate) keyfile: Option<PathBuf>,
    /// Ids of people; without any, one a line from standard input.
    #[arg(value_name = "ID")]
    pub(crate) ids: Vec<String>,
    /// Make a key in this file, which must not be there yet.
    #[arg(long, value_name = "KEYFILE", value_hint = ValueHint::FilePath, conflicts_with_all = ["keyfile", "ids", "find"])]
    pub(crate) new: Option<PathBuf>,
    /// Print which of the ids has this pseudonym.
    #[arg(long, value_name = "PSEUDONYM")]
    pub(crate) find: Option<String>,
    /// Print JSON: a line an id.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct New {
    /// The directory to make; it must be empty or not exist.
    #[arg(value_hint = ValueHint::DirPath)]
    pub(crate) directory: PathBuf,
    /// The name of the brand.
    #[arg(long)]
    pub(crate) brand: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Lint {
    /// Print which facts each rule may read, and which of them are about people.
    #[arg(long)]
    pub(crate) data_use: bool,
    /// Take warnings for problems.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Test {
    /// Fail, too, where a rule never fires or a way through it is not covered.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Posts: a text, a JSON object (.json), or one JSON object a line (.jsonl); `-` is standard
    /// input.
    #[arg(value_hint = ValueHint::FilePath, default_value = "-")]
    pub(crate) files: Vec<PathBuf>,
    /// Check this text instead of a file.
    #[arg(long, conflicts_with = "files")]
    pub(crate) text: Option<String>,
    /// The channel, where the post does not name one.
    #[arg(long)]
    pub(crate) channel: Option<String>,
    /// The language, where the post does not name one.
    #[arg(long)]
    pub(crate) language: Option<String>,
    /// The author, where the post does not name one.
    #[arg(long, value_name = "ADVOCATE")]
    pub(crate) author: Option<String>,
    /// The time to check for; the clock's where neither this nor the post names one.
    #[arg(long, value_name = "TIME", value_parser = when)]
    pub(crate) at: Option<When>,
    #[command(flatten)]
    pub(crate) records: Records,
    /// Exit with 1 where a verdict is this grave or graver.
    #[arg(long, value_enum, default_value = "revise", value_name = "SEVERITY")]
    pub(crate) fail_on: FailOn,
    /// Print canonical JSON, a line a verdict.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) ways: Ways,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum FailOn {
    Advise,
    Revise,
    Review,
    Block,
    Never,
}

/// Files of records.
#[derive(Debug, Args)]
pub(crate) struct Records {
    /// Activities and other events, as JSON lines or CSV; may be given several times.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) activities: Vec<PathBuf>,
    /// People, as JSON lines or CSV.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) people: Option<PathBuf>,
    /// A journal, instead of files of activities and people: a file or the address of a database.
    #[arg(long, value_name = "FILE|URL", value_hint = ValueHint::FilePath, value_parser = crate::values::journal(), conflicts_with_all = ["activities", "people"])]
    pub(crate) journal: Option<Address>,
    /// What the columns of the activities' CSV mean, where they are not called as fields are (TOML).
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) map: Option<PathBuf>,
    /// The same for people.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "people")]
    pub(crate) people_map: Option<PathBuf>,
    /// Take people for willing where the file says nothing about consent.
    #[arg(long)]
    pub(crate) assume_consent: bool,
}

/// How rules are run, which changes no result.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Ways {
    /// Run every rule by the interpreter alone: slower, and with the same results.
    #[arg(long)]
    pub(crate) interpret: bool,
    /// Say on standard error how rules were run: how often, and how often by the interpreter.
    #[arg(long)]
    pub(crate) stats: bool,
}

/// What to look at, and how to tell of it.
#[derive(Debug, Args)]
pub(crate) struct Past {
    #[command(flatten)]
    pub(crate) records: Records,
    /// Look at what happened before this time or date; the clock's where it is not given.
    #[arg(long, value_name = "TIME", value_parser = when)]
    pub(crate) as_of: Option<When>,
    /// Print canonical JSON, which leaves nothing out.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Score {
    #[command(flatten)]
    pub(crate) past: Past,
    /// Show everyone, not only those with the most points.
    #[arg(long)]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) ways: Ways,
}

#[derive(Debug, Args)]
pub(crate) struct Standing {
    /// The person.
    #[arg(required_unless_present = "everyone", conflicts_with = "everyone")]
    pub(crate) advocate: Option<String>,
    /// Show everyone: a table, or with --json one document a line.
    #[arg(long)]
    pub(crate) everyone: bool,
    #[command(flatten)]
    pub(crate) past: Past,
    /// Show every figure, with the name that rules know it by.
    #[arg(long)]
    pub(crate) all: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Leaderboard {
    #[command(flatten)]
    pub(crate) span: BoardSpan,
    #[command(flatten)]
    pub(crate) among: BoardAmong,
    #[command(flatten)]
    pub(crate) past: Past,
    /// Show so many places, and whoever shares the last of them; JSON always has all.
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) top: usize,
    /// Show every place.
    #[arg(long, conflicts_with = "top")]
    pub(crate) all: bool,
}

/// Which dates a board is about.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct BoardSpan {
    /// The dates of a window, such as 30_days; without any of these, the current period, and
    /// for --teams the window 90_days or else the longest.
    #[arg(long, value_name = "WINDOW")]
    pub(crate) window: Option<String>,
    /// The dates of a period, such as 2026-Q2, or of the one that a date falls into.
    #[arg(long, value_name = "NAME", num_args = 0..=1)]
    #[expect(clippy::option_option, reason = "not given, given, or given with a name")]
    pub(crate) period: Option<Option<String>>,
    /// Every date.
    #[arg(long)]
    pub(crate) all_time: bool,
}

/// Who stands on a board.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct BoardAmong {
    /// Points of activities of a style only, such as creator.
    #[arg(long, value_name = "STYLE")]
    pub(crate) style: Option<String>,
    /// The people of one team, such as department=Sales.
    #[arg(long, value_name = "BY=NAME", value_parser = one_team)]
    pub(crate) team: Option<OneTeam>,
    /// All teams by something, such as department, by points for each active person.
    #[arg(long, value_name = "BY", value_parser = kind_of_team)]
    pub(crate) teams: Option<Arc<str>>,
}

#[derive(Debug, Args)]
pub(crate) struct Team {
    /// All teams by something (department) or one of them (department=Sales); without it, the
    /// whole program.
    #[arg(value_name = "BY[=NAME]", value_parser = some_teams)]
    pub(crate) which: Option<SomeTeams>,
    /// Look at one window, such as 30_days, against the window before.
    #[arg(long, value_name = "WINDOW")]
    pub(crate) window: Option<String>,
    #[command(flatten)]
    pub(crate) past: Past,
    /// Show every figure and every member.
    #[arg(long)]
    pub(crate) all: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The person.
    pub(crate) advocate: String,
    /// A figure of their standing, such as streak or 'points_in("30_days")'; without it, points
    /// line by line.
    #[arg(value_parser = figure)]
    pub(crate) figure: Option<AskedFigure>,
    /// What the figure is asked with, such as 30_days.
    pub(crate) argument: Option<String>,
    /// Show totals by rule and by month only.
    #[arg(long, conflicts_with_all = ["figure", "json"])]
    pub(crate) summary: bool,
    #[command(flatten)]
    pub(crate) past: Past,
    /// Show everything that went into a figure.
    #[arg(long)]
    pub(crate) all: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Coach {
    /// The person; everyone and every team where nobody is named.
    pub(crate) advocate: Option<String>,
    #[command(flatten)]
    pub(crate) past: Past,
}

#[derive(Debug, Args)]
pub(crate) struct Entitlements {
    /// The person; everyone and every team where nobody is named.
    pub(crate) advocate: Option<String>,
    #[command(flatten)]
    pub(crate) past: Past,
}

#[derive(Debug, Args)]
pub(crate) struct Pair {
    #[command(flatten)]
    pub(crate) past: Past,
}

#[derive(Debug, Args)]
pub(crate) struct Simulate {
    /// The program to compare with [default: the one published in the journal, or rules]; --rules names
    /// the one to try out.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) against: Option<PathBuf>,
    /// One rule of the program: what it does, beside the same program without it.
    #[arg(long, value_name = "RULE", conflicts_with = "against")]
    pub(crate) only: Option<Arc<str>>,
    /// Exit with 1 where this is so, such as 'levels_lost > 5%' or 'cost > budget'; may be given
    /// several times.
    #[arg(long, value_name = "LIMIT", value_parser = limit)]
    pub(crate) fail_if: Vec<Limit>,
    /// Name so many people, entitlements and posts of each kind of change.
    #[arg(long, value_name = "N", default_value_t = USUAL_SAMPLES, value_parser = samples)]
    pub(crate) samples: usize,
    /// Write a report as a page, too.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) html: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) past: Past,
    #[command(flatten)]
    pub(crate) ways: Ways,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// The address to listen on [default: 127.0.0.1:8080]; port 0 takes any that is free.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<SocketAddr>,
    /// The journal, which is made where it is not there: a file or the address of a PostgreSQL
    /// database, postgres://USER@HOST/DATABASE [default: plaudit.db].
    #[arg(long, value_name = "FILE|URL", value_hint = ValueHint::FilePath)]
    pub(crate) journal: Option<PathBuf>,
    /// The file of keys [default: plaudit-keys.json].
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) keys: Option<PathBuf>,
    /// A file of settings (TOML). Every setting may come from the environment, too:
    /// PLAUDIT_JOURNAL, PLAUDIT_LIMITS_BODY_BYTES and so on.
    #[arg(long, value_name = "FILE", env = CONFIG, value_hint = ValueHint::FilePath)]
    pub(crate) config: Option<PathBuf>,
    /// Show the settings as they are, look whether everything that they name can be used, and serve
    /// nothing.
    #[arg(long)]
    pub(crate) check_config: bool,
    /// How much to tell while it runs [default: info].
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub(crate) log: Option<Level>,
    /// Take people for willing where nothing is on record about consent.
    #[arg(long)]
    pub(crate) assume_consent: bool,
}

/// The file of keys that a command works on.
#[derive(Debug, Args)]
pub(crate) struct KeysFile {
    /// The file of keys.
    #[arg(long, value_name = "FILE", default_value = "plaudit-keys.json", env = "PLAUDIT_KEYS", value_hint = ValueHint::FilePath)]
    pub(crate) keys: PathBuf,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// Make a key; it is shown this once
    New(NewKey),
    /// List the keys there are
    List(ListKeys),
    /// Revoke a key, and the tokens that were minted with it
    Revoke(RevokeKey),
}

#[derive(Debug, Args)]
pub(crate) struct NewKey {
    /// Who or what will hold it.
    pub(crate) name: String,
    /// What it is for.
    #[arg(long, value_enum, value_name = "ROLE")]
    pub(crate) role: Role,
    /// A system whose events it may record, such as `hr`; may be given several times. Any where none is.
    #[arg(long, value_name = "SOURCE", value_parser = source)]
    pub(crate) source: Vec<String>,
    /// When it expires; never where it is not said.
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub(crate) expires: Option<Timestamp>,
    #[command(flatten)]
    pub(crate) file: KeysFile,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ListKeys {
    #[command(flatten)]
    pub(crate) file: KeysFile,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RevokeKey {
    /// The id or name of the key.
    pub(crate) key: String,
    #[command(flatten)]
    pub(crate) file: KeysFile,
}

#[derive(Debug, Args)]
pub(crate) struct Facts {
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// Print a page of Markdown.
    #[arg(long, conflicts_with = "json")]
    pub(crate) markdown: bool,
    /// Print what the program's rules read of people, why, and who learns of it: the record of
    /// processing that Article 30 GDPR asks for, as Markdown or, with --json, as JSON.
    #[arg(long, conflicts_with = "markdown")]
    pub(crate) record: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell.
    pub(crate) shell: clap_complete::Shell,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }
}
