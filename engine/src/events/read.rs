//! Reading files of records, with every problem placed.

use std::collections::HashMap;
use std::io::{BufRead, Read};
use std::sync::Arc;

use jiff::Timestamp;
use serde::de::{Deserialize, DeserializeOwned};

use super::person::{SnapshotLine, SnapshotLines};
use super::{ColumnMap, Event, Log, People, Person, cloud, csv};
use crate::error::{Code, Error, Place, Problem, Source, choose};
use crate::facts::Object;
use crate::post::Post;

/// How a file of records is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format<'m> {
    /// One JSON object a line; among events, one that has `specversion` is a CloudEvent.
    JsonLines,
    /// A line of column names, then a line a record.
    Csv,
    /// The same with columns named by another system; the map says what they mean.
    Mapped(&'m ColumnMap),
    /// CloudEvents: one JSON object a line, or all of them as one JSON list.
    CloudEvents,
}

impl Format<'_> {
    /// The format that a file name tells; JSON lines where it tells none.
    pub fn of_name(name: &str) -> Self {
        if name.to_ascii_lowercase().ends_with(".csv") { Format::Csv } else { Format::JsonLines }
    }
}

/// What came of reading a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Intake {
    /// Records that were read; a row of a mapped file may hold several.
    pub records: usize,
    /// Rows of a mapped file that its map has no record for.
    pub skipped: usize,
}

/// A kind of record that files hold.
pub(super) trait Line: DeserializeOwned {
    /// Whose facts and fields it has.
    const OBJECT: Object;
    /// Whether an empty cell says that a fact is not known any more.
    const CLEARS: bool = false;

    /// Reads a line of JSON; an error comes with its line and column in the text.
    fn of_json(text: &str) -> Result<Self, (Problem, usize, usize)> {
        parse(text)
    }

    /// Reads one CloudEvent.
    fn of_cloud_event(_: serde_json::Value) -> Result<Self, Problem> {
        Err(Problem::new(Code::WrongValue, "only events come as CloudEvents")
            .help("a CloudEvent of type `person` is one of the events"))
    }
}

impl Line for Event {
    const OBJECT: Object = Object::Activity;

    fn of_json(text: &str) -> Result<Self, (Problem, usize, usize)> {
        cloud::of_line(text).unwrap_or_else(|| parse(text))
    }

    fn of_cloud_event(event: serde_json::Value) -> Result<Self, Problem> {
        cloud::event(event)
    }
}

impl Line for Person {
    const OBJECT: Object = Object::Person;
}

impl Line for SnapshotLine {
    const OBJECT: Object = Object::Person;
    const CLEARS: bool = true;
}

impl Line for Post {
    const OBJECT: Object = Object::Post;
}

/// The longest line of a file of records, in bytes.
pub(crate) const LONGEST_LINE: u64 = 16 << 20;
/// After so many problems a file is given up: the rest is likely of the same kind.
const MOST_PROBLEMS: usize = 20;

/// Reads events into a log. All of the file is read or nothing is: problems are reported together,
/// conflicts name both lines.
///
/// # Errors
///
/// Every problem of the file with its line and field, up to twenty.
pub fn read_events(
    reader: impl BufRead,
    file: &str,
    format: Format<'_>,
    log: &mut Log,
) -> Result<Intake, Error> {
    let mut taken = EventLines::new(log.clone_if_filled());
    let intake = each_event(reader, file, format, |event, line| taken.take(event, line))?;
    *log = taken.log;
    Ok(intake)
}

/// Hands over the events of a file one by one, each with its line. A problem that the taker gives
/// back is placed in the file and told with those of the file itself; reading goes on behind it, so
/// that a taker who keeps events knows only at the end whether all of the file was right.
///
/// # Errors
///
/// Every problem of the file with its line and field, up to twenty.
pub fn each_event(
    reader: impl BufRead,
    file: &str,
    format: Format<'_>,
    take: impl FnMut(Event, usize) -> Result<(), Problem>,
) -> Result<Intake, Error> {
    records(reader, file, format, take)
}

/// Takes in the events of a file, line by line.
pub(crate) struct EventLines {
    pub(crate) log: Log,
    lines: Vec<usize>,
    known: usize,
}

impl EventLines {
    pub(crate) fn new(log: Log) -> Self {
        Self { known: log.len(), log, lines: Vec::new() }
    }

    pub(crate) fn take(&mut self, event: Event, line: usize) -> Result<(), Problem> {
        let identity = event.identity.clone();
        let before = self.log.len();
        match self.log.add(event) {
            Ok(()) => {
                if self.log.len() > before {
                    self.lines.push(line);
                }
                Ok(())
            }
            Err(first) => Err(Problem::new(
                Code::Conflict,
                match first.checked_sub(self.known).and_then(|index| self.lines.get(index)) {
                    Some(first) => format!(
                        "lines {first} and {line} say different things under the same id `{}`",
                        identity.id
                    ),
                    None => format!(
                        "line {line} says something else than an earlier file under the same id `{}`",
                        identity.id
                    ),
                },
            )
            .help(super::EDITED)
            .field("id")),
        }
    }
}

impl Log {
    fn clone_if_filled(&self) -> Log {
        if self.is_empty() { Log::new() } else { self.clone() }
    }
}

/// Reads people, by id. A line holds since ever, or from its own `at` on; two lines that say
/// different things of one person and time are refused.
///
/// # Errors
///
/// Every problem of the file with its line and field, up to twenty.
pub fn read_people(reader: impl BufRead, file: &str, format: Format<'_>) -> Result<People, Error> {
    let mut taken = PeopleLines::default();
    let intake = records::<Person>(reader, file, format, |person, line| taken.take(person, line))?;
    taken.people.skipped = intake.skipped;
    Ok(taken.people)
}

/// Reads the people of a full snapshot, for [`crate::Snapshot::take`]. An empty cell clears a fact,
/// as null does; what has no column stays as it was.
///
/// # Errors
///
/// Every problem of the file with its line and field, up to twenty.
pub fn read_snapshot(
    reader: impl BufRead,
    file: &str,
    format: Format<'_>,
) -> Result<SnapshotLines, Error> {
    let mut people = Vec::new();
    let intake = records::<SnapshotLine>(reader, file, format, |person, line| {
        people.push((line, person.0));
        Ok(())
    })?;
    Ok(SnapshotLines { file: file.to_owned(), people, skipped: intake.skipped, erased: 0 })
}

/// Takes in the people of a file, line by line.
#[derive(Default)]
pub(crate) struct PeopleLines {
    pub(crate) people: People,
    lines: HashMap<(Arc<str>, Option<Timestamp>), usize>,
    owners: HashMap<Arc<str>, (Arc<str>, usize)>,
}

impl PeopleLines {
    pub(crate) fn take(&mut self, person: Person, line: usize) -> Result<(), Problem> {
        let Self { people, lines, owners } = self;
        let key = (Arc::clone(&person.id), person.at);
        for alias in person.aliases.iter().filter(|_| person.at.is_none()) {
            match owners.get(alias) {
                Some((owner, first)) if *owner != person.id => {
                    return Err(Problem::new(
                        Code::Conflict,
                        format!(
                            "lines {first} and {line} give `{owner}` and `{}` the same alias `{alias}`",
                            person.id
                        ),
                    )
                    .help("say with `at` from when on it belongs to whom")
                    .field("aliases"));
                }
                _ => {
                    owners.insert(Arc::clone(alias), (Arc::clone(&person.id), line));
                }
            }
        }
        if people.add(person).is_err() {
            let first = lines.get(&key).copied().unwrap_or_default();
            return Err(Problem::new(
                Code::Conflict,
                format!("lines {first} and {line} describe `{}` differently", key.0),
            )
            .help("a line that holds from some time on says so with `at`")
            .field("id"));
        }
        lines.entry(key).or_insert(line);
        Ok(())
    }
}

/// Reads posts, one JSON object a line, with the line each came from.
///
/// # Errors
///
/// Every problem of the file with its line and field, up to twenty.
pub fn read_posts(reader: impl BufRead, file: &str) -> Result<Vec<(usize, Post)>, Error> {
    let mut posts = Vec::new();
    records::<Post>(reader, file, Format::JsonLines, |post, line| {
        posts.push((line, post));
        Ok(())
    })?;
    Ok(posts)
}

/// Reads one record that fills a whole file or string.
///
/// # Errors
///
/// What is wrong with it, with line, column and field.
pub fn read_record<'de, T: Deserialize<'de>>(text: &'de str, file: &str) -> Result<T, Error> {
    parse(text).map_err(|(problem, line, column)| {
        let source = Source { file, text };
        Error::from(problem.at(&source, Place { line, column, length: 1 }))
    })
}

/// Reads one event, or one CloudEvent that is one.
///
/// # Errors
///
/// What is wrong with it, with line, column and field.
pub fn read_event(text: &str, file: &str) -> Result<Event, Error> {
    Event::of_json(text).map_err(|(problem, line, column)| {
        let source = Source { file, text };
        Error::from(problem.at(&source, Place { line, column, length: 1 }))
    })
}

pub(super) fn records<T: Line>(
    reader: impl BufRead,
    file: &str,
    format: Format<'_>,
    mut take: impl FnMut(T, usize) -> Result<(), Problem>,
) -> Result<Intake, Error> {
    let mut problems = Vec::new();
    let mut intake = Intake::default();
    let mut each = |record: Result<T, Problem>, line: usize| {
        let taken = record.and_then(|record| take(record, line));
        match taken {
            Ok(()) => intake.records += 1,
            Err(problem) => {
                let column = problem.column.unwrap_or(1);
                let mut placed = problem.file(file);
                if placed.line.is_none() {
                    placed = placed.line(line, column);
                }
                problems.push(placed);
            }
        }
        problems.len() < MOST_PROBLEMS
    };
    let read = match format {
        Format::JsonLines => json_lines(reader, &mut each).map(|()| 0),
        Format::Csv => csv::lines(reader, &mut each).map(|()| 0),
        Format::Mapped(map) => csv::mapped_lines(reader, map, &mut each),
        Format::CloudEvents => cloud::lines(reader, &mut each).map(|()| 0),
    };
    match read {
        Ok(skipped) => intake.skipped = skipped,
        Err(problem) => problems.push(problem.file(file)),
    }
    Error::of(problems).map_or(Ok(intake), Err)
}

fn json_lines<T: Line>(
    reader: impl BufRead,
    each: &mut impl FnMut(Result<T, Problem>, usize) -> bool,
) -> Result<(), Problem> {
    text_lines(reader, |text, line| {
        let record = text.and_then(|text| {
            T::of_json(text).map_err(|(problem, _, column)| problem.line(line, column))
        });
        each(record, line)
    })
}

/// Hands over the lines of a file that are not blank, each with its number, as long as `each` wants
/// more.
///
/// # Errors
///
/// The file cannot be read, or a line is far too long. A line that is not UTF-8 is handed over as the
/// problem that it is.
pub fn each_line(
    reader: impl BufRead,
    file: &str,
    mut each: impl FnMut(Result<&str, Problem>, usize) -> bool,
) -> Result<(), Error> {
    let read =
        text_lines(reader, |text, line| each(text.map_err(|problem| problem.file(file)), line));
    read.map_err(|problem| problem.file(file).into())
}

/// The same for what places the problems itself.
pub(super) fn text_lines(
    mut reader: impl BufRead,
    mut each: impl FnMut(Result<&str, Problem>, usize) -> bool,
) -> Result<(), Problem> {
    let mut bytes = Vec::new();
    for line in 1.. {
        bytes.clear();
        let read = (&mut reader).take(LONGEST_LINE + 1).read_until(b'\n', &mut bytes);
        let read = read.map_err(|error| unreadable(&error))?;
        if read == 0 {
            break;
        }
        if bytes.len() as u64 > LONGEST_LINE {
            let message = format!("the line is longer than {} MiB", LONGEST_LINE >> 20);
            return Err(Problem::new(Code::TooLarge, message).line(line, 1));
        }
        let text = std::str::from_utf8(&bytes).map_err(|error| {
            Problem::new(Code::NotUtf8, "the line is not UTF-8 text")
                .help("save the file as UTF-8")
                .line(line, error.valid_up_to() + 1)
        });
        let text = match text {
            // A byte order mark opens files that some spreadsheets write.
            Ok(text) => match text.trim_start_matches('\u{feff}').trim() {
                "" => continue,
                text => Ok(text),
            },
            Err(problem) => Err(problem),
        };
        if !each(text, line) {
            break;
        }
    }
    Ok(())
}

/// Reads one JSON value; an error comes with its line and column in the text.
pub(super) fn parse<'de, T: Deserialize<'de>>(
    text: &'de str,
) -> Result<T, (Problem, usize, usize)> {
    if text.trim_start().starts_with('[') {
        // Serde would take a list for a record whose fields come in order.
        let problem = Problem::new(Code::Syntax, "a record is a JSON object, not a list")
            .help("write one JSON object a line, without brackets around them");
        return Err((problem, 1, 1));
    }
    serde_json::from_str(text).map_err(|plain| {
        // Only a failure pays for knowing the path of the field.
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let path = match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
            Err(error) => error.path().to_string(),
            Ok(_) => ".".to_owned(),
        };
        let code = match plain.classify() {
            serde_json::error::Category::Data => data_code(&plain.to_string()),
            _ => Code::Syntax,
        };
        let whole = plain.to_string();
        let message = whole.rfind(" at line ").map_or(whole.as_str(), |at| &whole[..at]);
        let message = match code {
            Code::Syntax => format!("this is not JSON: {message}"),
            _ => misfit(message).unwrap_or_else(|| message.to_owned()),
        };
        let (message, help) = match (unknown_field(&message), message.split_once("; ")) {
            (Some((message, help)), _) => (message, help),
            (None, Some((message, help))) => (message.to_owned(), Some(help.to_owned())),
            (None, None) => (message, None),
        };
        let mut problem = Problem::new(code, message).maybe_help(help);
        if path != "." && code != Code::Syntax {
            problem = problem.field(path);
        }
        (problem, plain.line().max(1), plain.column().max(1))
    })
}

/// Serde's own words for an unknown field, in ours: it lists every field there is.
fn unknown_field(message: &str) -> Option<(String, Option<String>)> {
    let mut names = message.strip_prefix("unknown field `")?.split('`').step_by(2);
    let unknown = names.next()?;
    let help = choose(unknown, names);
    Some((format!("there is no field `{unknown}`"), help))
}

/// Serde's own words for what does not fit, in ours: it speaks of types as programmers do.
fn misfit(message: &str) -> Option<String> {
    if let Some(field) = message.strip_prefix("missing field ") {
        return Some(format!("the field {field} is missing"));
    }
    let rest = ["invalid type: ", "invalid value: "];
    let rest = rest.iter().find_map(|start| message.strip_prefix(start))?;
    let (found, wanted) = rest.rsplit_once(", expected ")?;
    let (kind, value) = found.split_once(' ').unwrap_or((found, ""));
    let found = match kind {
        "sequence" => "a list".to_owned(),
        "map" => "an object".to_owned(),
        "string" => format!("the text {value}"),
        "boolean" | "integer" => value.to_owned(),
        "floating" => value.trim_start_matches("point ").to_owned(),
        "null" | "unit" => "null".to_owned(),
        _ => found.to_owned(),
    };
    let wanted = match wanted {
        "a map" => "an object in braces",
        "a sequence" => "a list in brackets",
        "a string" | "str" => "text",
        "a boolean" => "`true` or `false`",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number from 0",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        wanted if wanted.starts_with("struct ") => "an object in braces",
        wanted => wanted,
    };
    Some(format!("{found} stands where {wanted} belongs"))
}

fn data_code(message: &str) -> Code {
    if message.contains("there is no field") || message.starts_with("unknown field") {
        Code::UnknownField
    } else if message.contains("is missing") || message.starts_with("missing field") {
        Code::Missing
    } else {
        Code::WrongValue
    }
}

/// Reads a record that stands in something else than a line of its own.
pub(crate) fn of_value<T: DeserializeOwned>(value: serde_json::Value) -> Result<T, Problem> {
    // Through text, so that CSV and JSON share every check and every message.
    parse(&value.to_string()).map_err(|(mut problem, ..)| {
        problem.column = None;
        problem
    })
}

pub(super) fn unreadable(error: &std::io::Error) -> Problem {
    Problem::new(Code::Unreadable, format!("the file cannot be read: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::requests::Simulate;

    #[test]
    fn what_does_not_fit_is_told_in_plain_words() {
        for (request, field, message) in [
            (
                r#"{"as_of":"2026-07-01","samples":"many"}"#,
                "samples",
                "the text \"many\" stands where a whole number from 0 belongs",
            ),
            (
                r#"{"as_of":"2026-07-01","samples":-3}"#,
                "samples",
                "`-3` stands where a whole number from 0 belongs",
            ),
            (
                r#"{"as_of":"2026-07-01","samples":1.5}"#,
                "samples",
                "`1.5` stands where a whole number from 0 belongs",
            ),
            (
                r#"{"as_of":"2026-07-01","fail_if":"faults > 0"}"#,
                "fail_if",
                "the text \"faults > 0\" stands where a list in brackets belongs",
            ),
            (
                r#"{"as_of":"2026-07-01","fail_if":[5]}"#,
                "fail_if[0]",
                "`5` stands where text belongs",
            ),
            (r#"{"as_of":"2026-07-01","only":["a"]}"#, "only", "a list stands where text belongs"),
            (
                r#"{"as_of":"2026-07-01","assume_consent":"yes"}"#,
                "assume_consent",
                "the text \"yes\" stands where `true` or `false` belongs",
            ),
            ("{}", "", "the field `as_of` is missing"),
        ] {
            let error = read_record::<Simulate>(request, "request").unwrap_err();
            let [problem] = error.problems() else { panic!("{error}") };
            assert_eq!(problem.message, message);
            assert_eq!(problem.field.as_deref().unwrap_or_default(), field, "{request}");
        }
    }
}
