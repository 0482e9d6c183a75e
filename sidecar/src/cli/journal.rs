//! The commands that work on a journal.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum, ValueHint};
use jiff::Timestamp;
use plaudit_engine::journal::Address;

use crate::values::{OneTeam, When, instant, journal, journal_file, one_team, source, when};

/// The journal that a command works on.
#[derive(Debug, Args)]
pub(crate) struct JournalFile {
    /// The journal: one file, which any number of processes may use at once, or the address of a
    /// PostgreSQL database: postgres://USER@HOST/DATABASE, with the password in PGPASSWORD or ~/.pgpass.
    #[arg(long, value_name = "FILE|URL", value_hint = ValueHint::FilePath, value_parser = journal())]
    pub(crate) journal: Address,
}

/// Whether people stand on record under pseudonyms.
#[derive(Debug, Args)]
pub(crate) struct UnderPseudonyms {
    /// Put pseudonyms in the place of people's ids, under the key in this file; names are dropped.
    #[arg(long, value_name = "KEYFILE", value_hint = ValueHint::FilePath)]
    pub(crate) pseudonyms: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Record {
    /// Events as JSON; without any, one a line from standard input, each answered at once.
    #[arg(value_name = "EVENT")]
    pub(crate) events: Vec<String>,
    #[command(flatten)]
    pub(crate) file: JournalFile,
    #[command(flatten)]
    pub(crate) under: UnderPseudonyms,
    /// Print JSON: a line an event, with what became of it.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// Events as JSON lines, CSV or CloudEvents; `-` is standard input.
    #[arg(required = true, value_hint = ValueHint::FilePath)]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) file: JournalFile,
    #[command(flatten)]
    pub(crate) under: UnderPseudonyms,
    /// What the columns of a CSV mean, where they are not called as fields are (TOML).
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) map: Option<PathBuf>,
    /// When the files were exported, for records that no column of the map has a time for.
    #[arg(long, value_name = "TIME", value_parser = instant, requires = "map")]
    pub(crate) exported_at: Option<Timestamp>,
    /// The files hold CloudEvents: one a line, or all as one JSON list.
    #[arg(long, conflicts_with = "map")]
    pub(crate) cloud_events: bool,
    /// Take in all events or, where one is refused, none.
    #[arg(long)]
    pub(crate) all_or_nothing: bool,
    /// Print JSON: a line an event, with what became of it.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Sync {
    /// Everyone, as JSON lines or CSV: who is missing leaves.
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) people: PathBuf,
    #[command(flatten)]
    pub(crate) file: JournalFile,
    #[command(flatten)]
    pub(crate) under: UnderPseudonyms,
    /// From when on the list holds: a time that has come, or a date of the program's time zone.
    #[arg(long, value_name = "TIME", value_parser = when)]
    pub(crate) at: When,
    /// The system that the list comes from: only people whom it has reported leave by it.
    #[arg(long, value_name = "NAME", default_value = "hr", value_parser = source)]
    pub(crate) source: String,
    /// What the columns of a CSV mean, where they are not called as fields are (TOML).
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) map: Option<PathBuf>,
    /// Refuse the list where more leave than so many percent of those whom the source reports.
    #[arg(long, value_name = "PERCENT", default_value_t = 20, value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(crate) at_most_leave: u8,
    /// Show what would change; change nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Print canonical JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Close {
    #[command(flatten)]
    pub(crate) file: JournalFile,
    /// Look at what happened before this time or date.
    #[arg(long, value_name = "TIME", value_parser = when)]
    pub(crate) as_of: When,
    /// Who runs the awards.
    #[arg(long, value_name = "WHO", default_value = "award run")]
    pub(crate) by: String,
    /// Show what would be granted; grant nothing.
    #[arg(long)]
    pub(crate) preview: bool,
    /// Print canonical JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Grants {
    /// List the grants on record
    List(ListGrants),
    /// Say yes to proposals
    Approve(Decide),
    /// Say no to proposals; what they reserved is free again
    Decline(Decide),
    /// Say that approved rewards and spotlights were handed over
    Issue(Decide),
    /// Take back what was approved or issued
    Revoke(Decide),
}

#[derive(Debug, Args)]
pub(crate) struct ListGrants {
    /// The person; everyone and every team where nobody is named.
    pub(crate) advocate: Option<String>,
    #[command(flatten)]
    pub(crate) file: JournalFile,
    /// Only those of a team and of its members, such as department=Sales.
    #[arg(long, value_name = "BY=NAME", value_parser = one_team)]
    pub(crate) team: Option<OneTeam>,
    /// Only those by this rule, under any name that it had.
    #[arg(long)]
    pub(crate) rule: Option<String>,
    /// Only those of this kind.
    #[arg(long, value_enum)]
    pub(crate) kind: Option<GrantKind>,
    /// Only those that stand so.
    #[arg(long, value_enum)]
    pub(crate) state: Option<GrantState>,
    /// Print canonical JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GrantState {
    Proposed,
    Approved,
    Declined,
    Issued,
    Revoked,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GrantKind {
    Badge,
    Reward,
    Spotlight,
}

/// A decision, by whom, and why.
#[derive(Debug, Args)]
pub(crate) struct Decide {
    /// The ids of the grants, or unique beginnings of them: all are decided, or none.
    #[arg(required = true, value_name = "ID")]
    pub(crate) grants: Vec<String>,
    #[command(flatten)]
    pub(crate) file: JournalFile,
    #[command(flatten)]
    pub(crate) signed: Signed,
}

/// Why something is said, when, and how to answer.
#[derive(Debug, Args)]
pub(crate) struct Said {
    /// Why, in words that those concerned may read.
    #[arg(long, value_name = "WHY")]
    pub(crate) reason: String,
    /// When it was; the clock's time where it is not given.
    #[arg(long, value_name = "TIME", value_parser = when)]
    pub(crate) at: Option<When>,
    /// Print canonical JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Who says so, why, and when.
#[derive(Debug, Args)]
pub(crate) struct Signed {
    /// Who decides.
    #[arg(long, value_name = "WHO")]
    pub(crate) by: String,
    #[command(flatten)]
    pub(crate) said: Said,
}

#[derive(Debug, Args)]
pub(crate) struct Adjust {
    /// The person.
    pub(crate) advocate: String,
    /// The points: below 0 takes them.
    #[arg(allow_negative_numbers = true)]
    pub(crate) points: i64,
    #[command(flatten)]
    pub(crate) file: JournalFile,
    #[command(flatten)]
    pub(crate) signed: Signed,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Disputes {
    /// List what people object to, and how it ended
    List(ListDisputes),
    /// Object to an activity's points, to a line or a finding, or to what was given or not
    Open(Dispute),
    /// Resolve what somebody objects to
    Resolve(Resolve),
}

#[derive(Debug, Args)]
pub(crate) struct ListDisputes {
    /// The person; everyone where nobody is named.
    pub(crate) advocate: Option<String>,
    #[command(flatten)]
    pub(crate) file: JournalFile,
    /// Also those that are resolved.
    #[arg(long)]
    pub(crate) all: bool,
    /// Print canonical JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Dispute {
    /// The person who objects.
    pub(crate) advocate: String,
    #[command(flatten)]
    pub(crate) file: JournalFile,
    /// The activity that it is about.
    #[arg(long, value_name = "ID", required_unless_present = "rule")]
    pub(crate) activity: Option<String>,
    /// The source of the activity.
    #[arg(long, value_name = "NAME", requires = "activity")]
    pub(crate) source: Option<String>,
    /// The rule whose line or finding it is about; alone, what it said of a draft, or what a rule of
    /// recognition gave or did not give.
    #[arg(long)]
    pub(crate) rule: Option<String>,
    #[command(flatten)]
    pub(crate) said: Said,
}

#[derive(Debug, Args)]
pub(crate) struct Resolve {
    /// The id of the dispute, or a unique beginning of it.
    pub(crate) dispute: String,
    #[command(flatten)]
    pub(crate) how: How,
    /// Points to give or take along with it.
    #[arg(long, allow_negative_numbers = true)]
    pub(crate) points: Option<i64>,
    #[command(flatten)]
    pub(crate) file: JournalFile,
    #[command(flatten)]
    pub(crate) signed: Signed,
}

/// How a dispute ends.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct How {
    /// The person is right: a disputed finding counts no longer.
    #[arg(long)]
    pub(crate) uphold: bool,
    /// It stays as it is.
    #[arg(long)]
    pub(crate) dismiss: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Person {
    /// Print everything that is on record of a person, for that person: one JSON document
    Export(ExportPerson),
    /// Erase whatever is on record of a person, for good; nothing of them is taken in again
    Erase(ErasePerson),
}

#[derive(Debug, Args)]
pub(crate) struct ExportPerson {
    /// The person, by any name.
    pub(crate) advocate: String,
    #[command(flatten)]
    pub(crate) file: JournalFile,
    /// Work points and figures out of what happened before this time or date; the clock's where it is
    /// not given.
    #[arg(long, value_name = "TIME", value_parser = when)]
    pub(crate) as_of: Option<When>,
}

#[derive(Debug, Args)]
pub(crate) struct ErasePerson {
    /// The person, by any name.
    pub(crate) advocate: String,
    #[command(flatten)]
    pub(crate) file: JournalFile,
    /// Who erases them.
    #[arg(long, value_name = "WHO")]
    pub(crate) by: String,
    /// When it is; the clock's time where it is not given.
    #[arg(long, value_name = "TIME", value_parser = when)]
    pub(crate) at: Option<When>,
    /// Do not ask whether it is meant.
    #[arg(long)]
    pub(crate) yes: bool,
    /// Print canonical JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Journal {
    /// Look for damage in every page, event and checksum
    Check(OneJournal),
    /// Copy a journal, also one in use
    Backup(Backup),
    /// Print all events as JSON lines
    Export(OneJournal),
    /// Make a journal out of an export
    Restore(Restore),
    /// Take out what is past its age by the program's `[privacy.retention]`; points stay
    Retain(RetainJournal),
    /// Copy all events into another journal, such as from a file to a database or back
    Copy(Copy),
}

#[derive(Debug, Args)]
pub(crate) struct RetainJournal {
    #[command(flatten)]
    pub(crate) file: JournalFile,
    /// Who asks for it.
    #[arg(long, value_name = "WHO")]
    pub(crate) by: String,
    /// Count ages back from this time or date, which has come; from now where it is not given.
    #[arg(long, value_name = "TIME", value_parser = when)]
    pub(crate) as_of: Option<When>,
    /// Show what would go; change nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not ask whether it is meant.
    #[arg(long)]
    pub(crate) yes: bool,
    /// Print canonical JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Copy {
    /// The journal, which nobody should be writing to meanwhile: a file or the address of a database.
    #[arg(value_hint = ValueHint::FilePath, value_parser = journal())]
    pub(crate) from: Address,
    /// The other journal; it must not be there yet, or be a copy that was cut short.
    #[arg(value_hint = ValueHint::FilePath, value_parser = journal())]
    pub(crate) to: Address,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct OneJournal {
    /// The journal: a file or the address of a database.
    #[arg(value_name = "JOURNAL", value_hint = ValueHint::FilePath, value_parser = journal())]
    pub(crate) journal: Address,
    /// Print JSON, which an export is in any case.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// The journal, a file: a database is copied by its own tools (`pg_dump`).
    #[arg(value_hint = ValueHint::FilePath, value_parser = journal())]
    pub(crate) file: Address,
    /// The copy; it must not be there yet.
    #[arg(value_hint = ValueHint::FilePath, value_parser = journal_file())]
    pub(crate) copy: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The export, as JSON lines; `-` is standard input.
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) export: PathBuf,
    /// The journal to make; it must not be there yet, or have the beginning of the same export.
    #[arg(value_name = "JOURNAL", value_hint = ValueHint::FilePath, value_parser = journal())]
    pub(crate) journal: Address,
    /// The journal that was exported, or a copy of it: where people were erased from it, they are not
    /// taken in again.
    #[arg(long, value_name = "JOURNAL", value_hint = ValueHint::FilePath, value_parser = journal())]
    pub(crate) key_of: Option<Address>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
