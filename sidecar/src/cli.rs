//! The commands and their options.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use jiff::Timestamp;

/// Check posts, score participation, and try rules before you publish them.
///
/// Exit codes: 0 all well; 1 the answer is no (a finding at or above --fail-on, a failed example,
/// a problem in a program); 2 the command was called wrongly; 3 a file or record could not be
/// used; 4 it may work when tried again.
#[derive(Debug, Parser)]
#[command(name = "plaudit", version, max_term_width = 100)]
pub(crate) struct Cli {
    /// The program directory.
    #[arg(long, global = true, default_value = "rules", value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) rules: PathBuf,
    #[command(subcommand)]
    pub(crate) command: Command,
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
    /// Explain one person's points, line by line
    Explain(Explain),
    /// Suggest what could help people and teams along
    Coach(Coach),
    /// Show what people and teams are entitled to; nothing is granted
    Entitlements(Entitlements),
    /// Propose pairs of mentors and newcomers
    Pair(Pair),
    /// List what rules can see
    Facts(Facts),
    /// Print completions for a shell
    Completions(Completions),
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
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub(crate) at: Option<Timestamp>,
    #[command(flatten)]
    pub(crate) records: Records,
    /// Exit with 1 where a verdict is this grave or graver.
    #[arg(long, value_enum, default_value = "revise", value_name = "SEVERITY")]
    pub(crate) fail_on: FailOn,
    /// Print canonical JSON, a line a verdict.
    #[arg(long)]
    pub(crate) json: bool,
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
    /// Take people for willing where the file says nothing about consent.
    #[arg(long)]
    pub(crate) assume_consent: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Score {
    #[command(flatten)]
    pub(crate) records: Records,
    /// Look at what happened before this time; the clock's where it is not given.
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub(crate) as_of: Option<Timestamp>,
    /// Show everyone, not only those with the most points.
    #[arg(long)]
    pub(crate) all: bool,
    /// Print canonical JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The person.
    pub(crate) advocate: String,
    #[command(flatten)]
    pub(crate) records: Records,
    /// Look at what happened before this time; the clock's where it is not given.
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub(crate) as_of: Option<Timestamp>,
    /// Print canonical JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Coach {
    /// The person; everyone and every team where nobody is named.
    pub(crate) advocate: Option<String>,
    #[command(flatten)]
    pub(crate) records: Records,
    /// Look at what happened before this time; the clock's where it is not given.
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub(crate) as_of: Option<Timestamp>,
    /// Print canonical JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Entitlements {
    /// The person; everyone and every team where nobody is named.
    pub(crate) advocate: Option<String>,
    #[command(flatten)]
    pub(crate) records: Records,
    /// Look at what happened before this time; the clock's where it is not given.
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub(crate) as_of: Option<Timestamp>,
    /// Print canonical JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Pair {
    #[command(flatten)]
    pub(crate) records: Records,
    /// Look at what happened before this time; the clock's where it is not given.
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub(crate) as_of: Option<Timestamp>,
    /// Print canonical JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Facts {
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell.
    pub(crate) shell: clap_complete::Shell,
}

fn instant(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| {
        "not a time with an offset, such as 2026-06-30T12:00:00Z or 2026-06-30T14:00:00+02:00"
            .to_owned()
    })
}
