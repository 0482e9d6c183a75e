//! Reading files of records: JSON lines and CSV, with every problem placed.

use std::cell::Cell;
use std::collections::HashMap;
use std::io::{BufRead, Read};
use std::sync::Arc;

use jiff::Timestamp;
use serde::de::DeserializeOwned;

use super::record::{self, column_cell, column_problem};
use super::{Event, Log, People, Person};
use crate::error::{Code, Error, Place, Problem, Source, choose};
use crate::facts::Object;
use crate::post::Post;

/// How a file of records is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    JsonLines,
    /// A line of column names, then a line a record.
    Csv,
}

impl Format {
    /// The format that a file name tells; JSON lines where it tells none.
    pub fn of_name(name: &str) -> Self {
        if name.to_ascii_lowercase().ends_with(".csv") { Format::Csv } else { Format::JsonLines }
    }
}

/// The longest line of a file of records, in bytes.
const LONGEST_LINE: u64 = 16 << 20;
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
    format: Format,
    log: &mut Log,
) -> Result<(), Error> {
    let mut taken = EventLines::new(log.clone_if_filled());
    records::<Event>(reader, file, format, Object::Activity, |event, line| {
        taken.take(event, line)
    })?;
    *log = taken.log;
    Ok(())
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
            .help("an edit is an event of type `update` that names its target")
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
pub fn read_people(reader: impl BufRead, file: &str, format: Format) -> Result<People, Error> {
    let mut taken = PeopleLines::default();
    records::<Person>(reader, file, format, Object::Person, |person, line| {
        taken.take(person, line)
    })?;
    Ok(taken.people)
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
    records::<Post>(reader, file, Format::JsonLines, Object::Post, |post, line| {
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
pub fn read_record<T: DeserializeOwned>(text: &str, file: &str) -> Result<T, Error> {
    parse(text).map_err(|(problem, line, column)| {
        let source = Source { file, text };
        Error::from(problem.at(&source, Place { line, column, length: 1 }))
    })
}

fn records<T: DeserializeOwned>(
    reader: impl BufRead,
    file: &str,
    format: Format,
    object: Object,
    mut take: impl FnMut(T, usize) -> Result<(), Problem>,
) -> Result<(), Error> {
    let mut problems = Vec::new();
    let mut each = |record: Result<T, Problem>, line: usize| {
        let taken = record.and_then(|record| take(record, line));
        if let Err(problem) = taken {
            let column = problem.column.unwrap_or(1);
            let mut placed = problem.file(file);
            if placed.line.is_none() {
                placed = placed.line(line, column);
            }
            problems.push(placed);
        }
        problems.len() < MOST_PROBLEMS
    };
    let read = match format {
        Format::JsonLines => json_lines(reader, &mut each),
        Format::Csv => csv_lines(reader, object, &mut each),
    };
    if let Err(problem) = read {
        problems.push(problem.file(file));
    }
    Error::of(problems).map_or(Ok(()), Err)
}

fn json_lines<T: DeserializeOwned>(
    mut reader: impl BufRead,
    each: &mut impl FnMut(Result<T, Problem>, usize) -> bool,
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
        let record = std::str::from_utf8(&bytes).map_err(|error| {
            Problem::new(Code::NotUtf8, "the line is not UTF-8 text")
                .help("save the file as UTF-8")
                .line(line, error.valid_up_to() + 1)
        });
        let record = match record {
            // A byte order mark opens files that some spreadsheets write.
            Ok(text) => match text.trim_start_matches('\u{feff}').trim() {
                "" => continue,
                text => parse(text).map_err(|(problem, _, column)| problem.line(line, column)),
            },
            Err(problem) => Err(problem),
        };
        if !each(record, line) {
            break;
        }
    }
    Ok(())
}

/// Reads one JSON value; an error comes with its line and column in the text.
fn parse<T: DeserializeOwned>(text: &str) -> Result<T, (Problem, usize, usize)> {
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
            _ => message.to_owned(),
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

fn data_code(message: &str) -> Code {
    if message.contains("there is no field") || message.starts_with("unknown field") {
        Code::UnknownField
    } else if message.contains("is missing") || message.starts_with("missing field") {
        Code::Missing
    } else {
        Code::WrongValue
    }
}

fn csv_lines<T: DeserializeOwned>(
    mut reader: impl BufRead,
    object: Object,
    each: &mut impl FnMut(Result<T, Problem>, usize) -> bool,
) -> Result<(), Problem> {
    let state = Cell::new(CsvState::CellStart);
    let delimiter = delimiter(&mut reader);
    let watched = CsvWatch { reader, delimiter, state: &state };
    let mut csv =
        csv::ReaderBuilder::new().delimiter(delimiter).flexible(false).from_reader(watched);
    let mut last = 1;
    let headers: Vec<String> = match csv.headers() {
        Ok(headers) => headers
            .iter()
            .map(|name| name.trim_start_matches('\u{feff}').trim().to_owned())
            .collect(),
        Err(error) => return Err(csv_problem(&error)),
    };
    if let Some(twice) = headers.iter().enumerate().find(|(at, name)| headers[..*at].contains(name))
    {
        let message = format!("the column `{}` stands there twice", twice.1);
        return Err(Problem::new(Code::Duplicate, message).line(1, 1));
    }
    if let Some(problem) = headers.iter().find_map(|name| column_problem(object, name)) {
        return Err(problem.line(1, 1));
    }
    for row in csv.records() {
        let (record, line) = match row {
            Ok(row) => {
                let line = row.position().map_or(0, csv::Position::line);
                let line = usize::try_from(line).unwrap_or(usize::MAX);
                (csv_record(&headers, &row, object).and_then(of_value), line)
            }
            Err(error) => {
                let problem = csv_problem(&error);
                let line = problem.line.unwrap_or(0);
                (Err(problem), line)
            }
        };
        last = line;
        if !each(record, line) {
            return Ok(());
        }
    }
    if state.get() == CsvState::Quoted {
        let problem = Problem::new(Code::Syntax, "a quotation mark is opened and never closed")
            .help("what stands behind it was read as one cell; write a mark that is part of a text twice");
        return Err(problem.line(last, 1));
    }
    Ok(())
}

/// The sign between cells: what the first line has most of, commas, semicolons or tabs.
fn delimiter(reader: &mut impl BufRead) -> u8 {
    let start = reader.fill_buf().unwrap_or_default();
    let line = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |sign: u8| line.iter().filter(|byte| **byte == sign).count();
    [b'\t', b';', b','].into_iter().max_by_key(|sign| count(*sign)).unwrap_or(b',')
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CsvState {
    CellStart,
    Plain,
    Quoted,
    /// Behind a mark within quotes: the cell ends here, or the mark is doubled.
    Mark,
}

/// Passes a CSV file on and follows its quotes: whether one is open at the end, and which line
/// breaks end a line. Those of Windows become plain ones, so that lines are counted right.
struct CsvWatch<'a, R> {
    reader: R,
    delimiter: u8,
    state: &'a Cell<CsvState>,
}

impl<R: Read> Read for CsvWatch<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        loop {
            let read = self.reader.read(buffer)?;
            let mut kept = 0;
            for index in 0..read {
                let byte = buffer[index];
                let state = self.state.get();
                if byte == b'\r' && state != CsvState::Quoted {
                    continue;
                }
                self.state.set(match (state, byte) {
                    (CsvState::CellStart | CsvState::Mark, b'"') => CsvState::Quoted,
                    (CsvState::Quoted, b'"') => CsvState::Mark,
                    (CsvState::Quoted, _) => CsvState::Quoted,
                    (_, byte) if byte == self.delimiter || byte == b'\n' => CsvState::CellStart,
                    _ => CsvState::Plain,
                });
                buffer[kept] = byte;
                kept += 1;
            }
            // Nothing kept of something read is no end of the file.
            if kept > 0 || read == 0 {
                return Ok(kept);
            }
        }
    }
}

/// A row as the JSON object it stands for: empty cells are left out, `post.text` is nested.
fn csv_record(
    headers: &[String],
    row: &csv::StringRecord,
    object: Object,
) -> Result<serde_json::Value, Problem> {
    let mut record = serde_json::Map::new();
    for (name, cell) in headers.iter().zip(row) {
        if cell.is_empty() {
            continue;
        }
        let value = cell_value(object, name, cell)
            .map_err(|message| Problem::new(Code::WrongValue, message).field(name.as_str()))?;
        match name.split_once('.') {
            Some((outer, inner)) => {
                let nested = record.entry(outer).or_insert_with(|| serde_json::Map::new().into());
                if let Some(nested) = nested.as_object_mut() {
                    nested.insert(inner.to_owned(), value);
                }
            }
            None => {
                record.insert(name.clone(), value);
            }
        }
    }
    Ok(record.into())
}

fn cell_value(object: Object, name: &str, cell: &str) -> Result<serde_json::Value, String> {
    let cell_text = cell.trim();
    match column_cell(object, name) {
        record::Cell::Number => cell_text
            .parse::<i64>()
            .map(Into::into)
            .map_err(|_| format!("`{cell_text}` is not a whole number")),
        record::Cell::Flag => match cell_text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "y" | "1" | "wahr" | "ja" => Ok(true.into()),
            "false" | "no" | "n" | "0" | "falsch" | "nein" => Ok(false.into()),
            _ => Err(format!(
                "`{cell_text}` is neither `true` nor `false` (`yes`, `no`, `ja`, `nein`, `1` and `0` do, too)"
            )),
        },
        record::Cell::List => Ok(cell
            .split([',', ';', '|'])
            .map(str::trim)
            .filter(|word| !word.is_empty())
            .map(serde_json::Value::from)
            .collect()),
        record::Cell::Text => Ok(cell.into()),
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

fn csv_problem(error: &csv::Error) -> Problem {
    let line = error.position().map_or(1, csv::Position::line);
    let line = usize::try_from(line).unwrap_or(usize::MAX);
    match error.kind() {
        csv::ErrorKind::Io(error) => unreadable(error),
        csv::ErrorKind::Utf8 { .. } => Problem::new(Code::NotUtf8, "the line is not UTF-8 text")
            .help("save the file as UTF-8")
            .line(line, 1),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => Problem::new(
            Code::Syntax,
            format!("the line has {len} cells; the first line names {expected_len} columns"),
        )
        .help("put text with commas or line breaks in double quotes")
        .line(line, 1),
        _ => Problem::new(Code::Syntax, format!("this is not CSV: {error}")).line(line, 1),
    }
}

fn unreadable(error: &std::io::Error) -> Problem {
    Problem::new(Code::Unreadable, format!("the file cannot be read: {error}"))
}
