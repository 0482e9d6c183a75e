//! Opens what a command reads: program, records and posts.

use std::fs::File;
use std::io::{BufRead, BufReader, IsTerminal, Read, Write};
use std::path::Path;
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use plaudit_engine::events::{
    ColumnMap, Format, Log, People, read_events, read_people, read_posts, read_record,
};
use plaudit_engine::journal::{Access, Address, Store, log_of};
use plaudit_engine::ledger::Ledger;
use plaudit_engine::{Code, Error, Problem, Program};
use plaudit_engine::{Post, Roster};

use crate::cli::{Past, Records};
use crate::output::{count, on_one_line};
use crate::rules::Rules;

/// The clock's time, to the second: the one place where a time comes from nowhere else.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_second(Timestamp::now().as_second()).unwrap_or_default()
}

/// The end of the running second: as-of is exclusive, and what was just recorded is there.
pub(crate) fn by_now() -> Timestamp {
    Timestamp::from_second(now().as_second() + 1).unwrap_or_else(|_| now())
}

/// Refuses a time that has not come yet.
pub(crate) fn not_later(at: Timestamp) -> Result<Timestamp, Problem> {
    let now = now();
    if at > now {
        let message = format!("{at} has not come yet");
        let help = format!("now it is {now}: say a time up to then, or come back when it has come");
        return Err(Problem::new(Code::WrongValue, message).help(help));
    }
    Ok(at)
}

/// The most of a map that is read, in bytes.
const LARGEST_MAP: u64 = 1 << 20;
/// What standard input is called on the command line.
const DASH: &str = "-";
/// What it is called in problems.
pub(crate) const STANDARD_INPUT: &str = "standard input";

/// Why a command could not do its work.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Something the engine refused.
    Engine(Error),
    /// The output could not be written.
    Output(std::io::Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Engine(error)
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Failure::Engine(problem.into())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Failure::Output(error)
    }
}

/// Loads the program.
pub(crate) fn program(directory: &Path) -> Result<Program, Failure> {
    Ok(Program::load(directory)?)
}

/// A program over a journal that is there already.
pub(crate) fn ledger(
    rules: Rules<'_>,
    journal: &Address,
    access: Access,
) -> Result<Ledger, Failure> {
    let journal = Arc::new(journal.open(access)?);
    let program = rules.over(&*journal)?;
    Ok(Ledger::open(Arc::new(program), journal, false)?)
}

/// The events and people that a command works on.
pub(crate) struct Loaded {
    pub(crate) log: Log,
    pub(crate) people: People,
}

/// A program with the records that are to be looked at, and as of when.
pub(crate) struct Asked {
    pub(crate) program: Program,
    loaded: Loaded,
    pub(crate) as_of: Timestamp,
    assume_consent: bool,
}

impl Asked {
    /// Loads the program and reads the records.
    pub(crate) fn open(rules: Rules<'_>, past: &Past) -> Result<Self, Failure> {
        let journal = open_journal(&past.records)?;
        let program = match &journal {
            Some(journal) => rules.over(journal)?,
            None => program(rules.folder())?,
        };
        Self::of(program, journal.as_ref(), past)
    }

    /// Reads the records that a program is to look at.
    pub(crate) fn of(
        program: Program,
        journal: Option<&Store>,
        past: &Past,
    ) -> Result<Self, Failure> {
        need_records(&past.records)?;
        let loaded = read(journal, &past.records)?;
        let as_of = past.as_of.map_or_else(by_now, |when| when.instant(&program));
        Ok(Self { program, loaded, as_of, assume_consent: past.records.assume_consent })
    }

    /// As of when, as people of the program read it.
    pub(crate) fn clock(&self) -> String {
        clock(&self.program, self.as_of)
    }

    /// What the engine is to look at.
    pub(crate) fn records(&self) -> plaudit_engine::Records<'_> {
        plaudit_engine::Records {
            log: &self.loaded.log,
            people: &self.loaded.people,
            as_of: self.as_of,
            assume_consent: self.assume_consent,
        }
    }

    /// Who takes part, by all their names.
    pub(crate) fn roster(&self) -> Roster {
        Roster::new(&self.loaded.people, &self.loaded.log, self.as_of, self.assume_consent)
    }
}

/// A time as people of the program read it: by its clock, with the zone.
pub(crate) fn clock(program: &Program, at: Timestamp) -> String {
    let zone = program.time_zone().iana_name().unwrap_or("local time");
    format!("{} ({zone})", program.local_time(at))
}

/// Reads the files of records.
pub(crate) fn records(records: &Records) -> Result<Loaded, Failure> {
    read(open_journal(records)?.as_ref(), records)
}

/// Opens the journal that records are read from, where there is one.
pub(crate) fn open_journal(records: &Records) -> Result<Option<Store>, Failure> {
    Ok(records.journal.as_ref().map(|journal| journal.open(Access::Read)).transpose()?)
}

fn read(journal: Option<&Store>, records: &Records) -> Result<Loaded, Failure> {
    let map = records.map.as_deref().map(map_of).transpose()?;
    let mut log = journal.map(|journal| log_of(journal)).transpose()?.unwrap_or_default().0;
    for path in &records.activities {
        let (reader, name, bar) = open(path, "reading activities")?;
        let intake = read_events(reader, &name, format(&name, map.as_ref()), &mut log)?;
        bar.finish_and_clear();
        tell_skipped(&name, intake.skipped);
    }
    let people_map = records.people_map.as_deref().map(map_of).transpose()?;
    let people = match &records.people {
        Some(path) => {
            let (reader, name, bar) = open(path, "reading people")?;
            let people = read_people(reader, &name, format(&name, people_map.as_ref()))?;
            bar.finish_and_clear();
            tell_skipped(&name, people.skipped());
            people
        }
        None => People::new(),
    };
    Ok(Loaded { log, people })
}

/// Says how many rows of a file its map has no record for.
pub(crate) fn tell_skipped(name: &str, skipped: usize) {
    if skipped > 0 {
        let told =
            format!("{name}: {} passed over, as the map says", count(skipped, "row", "rows"));
        // Nothing can be done where even standard error is closed.
        let _ = writeln!(anstream::stderr(), "{}", on_one_line(&told));
    }
}

/// Reads a saved map of columns.
pub(crate) fn map_of(path: &Path) -> Result<ColumnMap, Failure> {
    let (reader, name, bar) = open(path, "reading the map")?;
    bar.finish_and_clear();
    let mut text = String::new();
    reader.take(LARGEST_MAP).read_to_string(&mut text).map_err(|error| {
        Problem::new(Code::Unreadable, format!("`{name}` cannot be read: {error}")).file(&name)
    })?;
    Ok(ColumnMap::read(&text, &name)?)
}

/// How a file is written: by its name, or by a map of its columns. JSON has no columns.
pub(crate) fn format<'m>(name: &str, map: Option<&'m ColumnMap>) -> Format<'m> {
    let lower = name.to_ascii_lowercase();
    let is_json = lower.ends_with(".jsonl") || lower.ends_with(".ndjson");
    match map {
        Some(map) if !is_json => Format::Mapped(map),
        _ => Format::of_name(name),
    }
}

/// An advocate as a table shows them: by name, where one is known.
pub(crate) fn called(roster: &Roster, advocate: &str) -> String {
    match roster.name(advocate) {
        Some(name) => format!("{} ({})", on_one_line(name), on_one_line(advocate)),
        None => on_one_line(advocate),
    }
}

/// Activities and people must be given for what is worked out from them.
fn need_records(records: &Records) -> Result<(), Failure> {
    if records.journal.is_some() {
        return Ok(());
    }
    if records.activities.is_empty() {
        let problem = Problem::new(Code::Missing, "there are no activities to look at")
            .help("name a file of them: --activities FILE, or a journal: --journal FILE");
        return Err(problem.into());
    }
    if records.people.is_none() && !records.assume_consent {
        let problem = Problem::new(Code::Missing, "there are no people, so nobody has consented")
            .help(
                "name a file of them: --people FILE; --assume-consent is for data without consent",
            );
        return Err(problem.into());
    }
    Ok(())
}

pub(crate) type Reader = Box<dyn BufRead>;

/// Asks on a terminal whether what cannot be undone is meant: the answer has to be this word. Elsewhere
/// it must have been said.
pub(crate) fn is_meant(
    what: &str,
    looks: impl FnOnce() -> Result<(), Failure>,
    asks: &str,
    word: &str,
) -> Result<bool, Failure> {
    if !std::io::stdin().is_terminal() {
        let problem = Problem::new(Code::Missing, format!("{what} cannot be undone"))
            .help("say that it is meant: --yes");
        return Err(problem.into());
    }
    looks()?;
    let mut terminal = anstream::stderr();
    write!(terminal, "{asks}")?;
    terminal.flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(answer.trim() == word)
}

/// A file that cannot be read.
pub(crate) fn unreadable(name: &str, error: &std::io::Error) -> Problem {
    Problem::new(Code::Unreadable, format!("`{name}` cannot be read: {error}")).file(name)
}

/// Output that cannot be written.
pub(crate) fn unwritten(error: &std::io::Error) -> Problem {
    Problem::new(Code::Unwritable, format!("the output cannot be written: {error}"))
}

/// Opens a file, or standard input, with a progress bar on a terminal.
pub(crate) fn open(
    path: &Path,
    what: &'static str,
) -> Result<(Reader, String, ProgressBar), Failure> {
    let name = path.display().to_string();
    if name == DASH {
        let bar = ProgressBar::hidden();
        return Ok((Box::new(BufReader::new(std::io::stdin())), STANDARD_INPUT.to_owned(), bar));
    }
    let refused = |error: std::io::Error| unreadable(&name, &error);
    let file = File::open(path).map_err(refused)?;
    let metadata = file.metadata().map_err(refused)?;
    if metadata.is_dir() {
        let problem =
            Problem::new(Code::Unreadable, format!("`{name}` is a directory, not a file"));
        return Err(problem.file(&name).into());
    }
    let bar = progress(metadata.len(), what);
    let reader = BufReader::with_capacity(1 << 16, bar.wrap_read(file));
    Ok((Box::new(reader), name, bar))
}

/// A progress bar on a terminal, nothing elsewhere.
pub(crate) fn progress(length: u64, what: &'static str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(length);
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {percent:>3} %") {
        bar.set_style(style);
    }
    bar.set_message(what);
    bar
}

/// A post and the name that its reader knows it by.
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) post: Post,
}

/// Reads the posts of a file: the name or the content tells how they are written.
pub(crate) fn posts(path: &Path) -> Result<Vec<Named>, Failure> {
    let (mut reader, name, bar) = open(path, "reading posts")?;
    // Posts are few and short: a bar would only flicker.
    bar.finish_and_clear();
    let lower = name.to_ascii_lowercase();
    if lower.ends_with(".jsonl") || lower.ends_with(".ndjson") {
        return lines(reader, &name);
    }
    if lower.ends_with(".csv") {
        let problem = Problem::new(Code::WrongValue, format!("`{name}` is a table, not a post"))
            .help("posts come as a text, as JSON (.json) or as one JSON object a line (.jsonl)");
        return Err(problem.file(&name).into());
    }
    let mut bytes = Vec::new();
    let limit = Post::LONGEST as u64 + (64 << 10);
    let read = reader.by_ref().take(limit).read_to_end(&mut bytes);
    read.map_err(|error| unreadable(&name, &error))?;
    let is_json = lower.ends_with(".json");
    let looks_like_json =
        bytes.trim_ascii_start().starts_with(b"{") || bytes.trim_ascii_start().starts_with(b"[{");
    if path.as_os_str() == DASH && looks_like_json {
        let all = std::io::Cursor::new(bytes).chain(reader);
        return lines(BufReader::new(all), &name);
    }
    if bytes.len() as u64 >= limit {
        let problem = Problem::new(
            Code::TooLarge,
            format!("`{name}` is longer than a post can be: {} bytes", Post::LONGEST),
        );
        return Err(problem.file(&name).into());
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(&error.as_bytes()[..good]).into_owned();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
        Problem::new(Code::NotUtf8, format!("`{name}` is not UTF-8 text"))
            .help("save the file as UTF-8")
            .file(&name)
            .line(line, column)
    })?;
    let post = if is_json { read_record(&text, &name)? } else { text_post(&text, &name)? };
    Ok(vec![Named { name, post }])
}

/// A post of a plain text; the line break that ends a file is not part of it.
pub(crate) fn text_post(text: &str, name: &str) -> Result<Post, Failure> {
    let text = text.trim_start_matches('\u{feff}').trim_end_matches(['\n', '\r']);
    if text.trim().is_empty() {
        let problem = Problem::new(Code::Missing, "there is nothing to check: the text is empty");
        return Err(problem.file(name).into());
    }
    if text.len() > Post::LONGEST {
        let message =
            format!("the text has {} bytes; at most {} are checked", text.len(), Post::LONGEST);
        return Err(Problem::new(Code::TooLarge, message).file(name).into());
    }
    Ok(Post { text: Arc::from(text), ..Post::default() })
}

fn lines(reader: impl BufRead, name: &str) -> Result<Vec<Named>, Failure> {
    let posts = read_posts(reader, name)?;
    Ok(posts
        .into_iter()
        .map(|(line, post)| Named { name: format!("{name}:{line}"), post })
        .collect())
}
