//! Tables: a line of column names, then a line a record.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io::{BufRead, Cursor, Read};

use serde_json::{Map, Value as Json};

use super::ColumnMap;
use super::map::{Decoded, Filled};
use super::read::{LONGEST_LINE, Line, of_value, unreadable};
use super::record::{self, column_cell, column_problem, is_fact};
use crate::error::{Code, Problem};

/// Reads a table whose columns are called as fields are.
pub(super) fn lines<T: Line>(
    mut reader: impl BufRead,
    each: &mut impl FnMut(Result<T, Problem>, usize) -> bool,
) -> Result<(), Problem> {
    let table = Table {
        delimiter: delimiter(reader.fill_buf().unwrap_or_default()),
        before: 0,
        not_text: ("UTF-8", "save the file as UTF-8"),
    };
    let head = |names: Vec<String>| {
        if let Some(twice) = names.iter().enumerate().find(|(at, name)| names[..*at].contains(name))
        {
            let message = format!("the column `{}` stands there twice", twice.1);
            return Err(Problem::new(Code::Duplicate, message));
        }
        match names.iter().find_map(|name| column_problem(T::OBJECT, name)) {
            Some(problem) => Err(problem),
            None => Ok(names),
        }
    };
    table.read(reader, head, |names, row, line| {
        each(row.and_then(|row| record::<T>(names, row)).and_then(of_value), line)
    })
}

/// Reads a table by a map; gives back how many rows it has no record for.
pub(super) fn mapped_lines<T: Line>(
    reader: impl BufRead,
    map: &ColumnMap,
    each: &mut impl FnMut(Result<T, Problem>, usize) -> bool,
) -> Result<usize, Problem> {
    map.is_of(T::OBJECT)?;
    let mut reader = Decoded::new(reader, map.encoding());
    for line in 1..=map.skip_lines() {
        if next_line(&mut reader, line)?.is_empty() {
            let message = format!("the file has no line {line}, and `skip_lines` passes over it");
            return Err(Problem::new(Code::Missing, message).line(line, 1));
        }
    }
    let names = next_line(&mut reader, map.skip_lines() + 1)?;
    let table = Table {
        delimiter: map.delimiter().unwrap_or_else(|| delimiter(&names)),
        before: map.skip_lines(),
        not_text: (
            map.encoding().name(),
            "say in the map how the file is written, such as `encoding = \"windows-1252\"`",
        ),
    };
    let mut skipped = 0;
    let reader = Cursor::new(names).chain(reader);
    table.read(
        reader,
        |names| map.bind(names),
        |bound, row, line| {
            let row = match row {
                Ok(row) => row,
                Err(problem) => return each(Err(problem), line),
            };
            // Spreadsheets end in rows that hold delimiters only.
            if row.iter().all(|cell| cell.trim().is_empty()) {
                return true;
            }
            let mut of_row = bound.records::<T>(row).peekable();
            skipped += usize::from(of_row.peek().is_none());
            of_row.all(|record| each(record, line))
        },
    )?;
    Ok(skipped)
}

/// The next line with its end; empty at the end of the file.
fn next_line(reader: &mut impl BufRead, line: usize) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    let read = reader.take(LONGEST_LINE).read_until(b'\n', &mut bytes);
    read.map_err(|error| unreadable(&error).line(line, 1))?;
    Ok(bytes)
}

/// How a table is written.
struct Table {
    delimiter: u8,
    /// Lines that were passed over.
    before: usize,
    /// What the text should have been, and what helps where it is not.
    not_text: (&'static str, &'static str),
}

impl Table {
    /// Reads the names of columns, then row by row.
    fn read<C>(
        &self,
        reader: impl Read,
        head: impl FnOnce(Vec<String>) -> Result<C, Problem>,
        mut each: impl FnMut(&C, Result<&csv::StringRecord, Problem>, usize) -> bool,
    ) -> Result<(), Problem> {
        let state = Cell::new(State::CellStart);
        let rows = Rows::default();
        let first = self.before + 1;
        let watched = Watch {
            reader,
            delimiter: self.delimiter,
            state: &state,
            length: 0,
            line: first,
            rows: &rows,
        };
        let mut csv = csv::ReaderBuilder::new()
            .delimiter(self.delimiter)
            .flexible(false)
            .from_reader(watched);
        // Blank lines may stand above the names.
        let headers = csv.headers();
        let first = rows.next(first);
        let names = headers.map_err(|error| self.problem(&error, first))?;
        let names = names.iter().map(|name| name.trim_start_matches('\u{feff}').trim().to_owned());
        let columns = head(names.collect()).map_err(|problem| problem.line(first, 1))?;
        let mut last = first;
        for row in csv.records() {
            last = rows.next(last);
            let row = row.map_err(|error| self.problem(&error, last));
            if !each(&columns, row.as_ref().map_err(Clone::clone), last) {
                return Ok(());
            }
        }
        if state.get() == State::Quoted {
            let problem = Problem::new(Code::Syntax, "a quotation mark is opened and never closed")
                .help("what stands behind it was read as one cell; write a mark that is part of a text twice");
            return Err(problem.line(last, 1));
        }
        Ok(())
    }

    fn problem(&self, error: &csv::Error, line: usize) -> Problem {
        match error.kind() {
            csv::ErrorKind::Io(error) => unreadable(error),
            csv::ErrorKind::Utf8 { .. } => {
                let (wanted, help) = self.not_text;
                Problem::new(Code::NotUtf8, format!("the line is not {wanted} text"))
                    .help(help)
                    .line(line, 1)
            }
            csv::ErrorKind::UnequalLengths { expected_len, len, .. } => Problem::new(
                Code::Syntax,
                format!("the line has {len} cells; the first line names {expected_len} columns"),
            )
            .help("put text with commas or line breaks in double quotes")
            .line(line, 1),
            _ => Problem::new(Code::Syntax, format!("this is not CSV: {error}")).line(line, 1),
        }
    }
}

/// The sign between cells: what the first line has most of, commas, semicolons or tabs.
fn delimiter(start: &[u8]) -> u8 {
    let line = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |sign: u8| line.iter().filter(|byte| **byte == sign).count();
    [b'\t', b';', b','].into_iter().max_by_key(|sign| count(*sign)).unwrap_or(b',')
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    CellStart,
    Plain,
    Quoted,
    /// Behind a mark within quotes: the cell ends here, or the mark is doubled.
    Mark,
}

/// The lines on which rows begin that were read and not asked for yet. The reader of tables does not
/// count the blank lines that it passes over.
#[derive(Debug, Default)]
struct Rows(RefCell<VecDeque<usize>>);

impl Rows {
    /// The line of the next row; that of the one before where there is none.
    fn next(&self, before: usize) -> usize {
        self.0.borrow_mut().pop_front().unwrap_or(before)
    }
}

/// Passes a CSV file on and follows its quotes: whether one is open at the end, and which line
/// breaks end a line. Those of Windows become plain ones, so that lines are counted right.
struct Watch<'a, R> {
    reader: R,
    delimiter: u8,
    state: &'a Cell<State>,
    /// Bytes of the row so far.
    length: u64,
    /// The line that it is at.
    line: usize,
    rows: &'a Rows,
}

impl<R: Read> Read for Watch<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        loop {
            let read = self.reader.read(buffer)?;
            let mut kept = 0;
            for index in 0..read {
                let byte = buffer[index];
                let state = self.state.get();
                if byte == b'\r' && state != State::Quoted {
                    continue;
                }
                let next = match (state, byte) {
                    (State::CellStart | State::Mark, b'"') => State::Quoted,
                    (State::Quoted, b'"') => State::Mark,
                    (State::Quoted, _) => State::Quoted,
                    (_, byte) if byte == self.delimiter || byte == b'\n' => State::CellStart,
                    _ => State::Plain,
                };
                self.state.set(next);
                if self.length == 0 && byte != b'\n' {
                    self.rows.0.borrow_mut().push_back(self.line);
                }
                self.line += usize::from(byte == b'\n');
                let ends = byte == b'\n' && next == State::CellStart;
                self.length = if ends { 0 } else { self.length + 1 };
                if self.length > LONGEST_LINE {
                    let message = format!("a row is longer than {} MiB", LONGEST_LINE >> 20);
                    return Err(std::io::Error::other(message));
                }
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
fn record<T: Line>(names: &[String], row: &csv::StringRecord) -> Result<Json, Problem> {
    let mut record = Map::new();
    for (name, cell) in names.iter().zip(row) {
        let filled =
            if cell.is_empty() {
                Filled::Empty
            } else {
                Filled::With(cell_value(column_cell(T::OBJECT, name), cell).map_err(|message| {
                    Problem::new(Code::WrongValue, message).field(name.as_str())
                })?)
            };
        fill::<T>(&mut record, name, filled);
    }
    Ok(record.into())
}

/// Writes a value where a name such as `post.text` says.
pub(super) fn fill<T: Line>(record: &mut Map<String, Json>, name: &str, value: Filled) {
    let value = match value {
        Filled::With(value) => value,
        Filled::Empty if T::CLEARS && is_fact(T::OBJECT, name) => Json::Null,
        Filled::Empty => return,
    };
    match name.split_once('.') {
        Some((outer, inner)) => {
            let nested = record.entry(outer).or_insert_with(|| Map::new().into());
            if let Some(nested) = nested.as_object_mut() {
                nested.insert(inner.to_owned(), value);
            }
        }
        None => {
            record.insert(name.to_owned(), value);
        }
    }
}

/// A cell that is not empty, as what its field takes.
pub(super) fn cell_value(kind: record::Cell, cell: &str) -> Result<Json, String> {
    let cell_text = cell.trim();
    match kind {
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
        record::Cell::List => Ok(words(cell).map(Json::from).collect()),
        record::Cell::Text => Ok(cell.into()),
    }
}

/// The words of a cell that holds a list.
pub(super) fn words(cell: &str) -> impl Iterator<Item = &str> {
    cell.split([',', ';', '|']).map(str::trim).filter(|word| !word.is_empty())
}

/// Whether a value may stand in a field; what is wrong with it, where it may not.
pub(super) fn value_problem<T: Line>(name: &str, value: Json) -> Option<Problem> {
    let mut record = Map::new();
    fill::<T>(&mut record, name, Filled::With(value));
    // The rest of the record is missing: only what is said of this field matters.
    let problem = of_value::<T>(record.into()).err()?;
    problem.field.as_deref().is_some_and(|field| field.starts_with(name)).then_some(problem)
}

#[cfg(test)]
mod tests {
    use crate::events::{Event, read_record};

    /// The events of a table, as they are.
    fn events(table: &str) -> Result<Vec<Event>, String> {
        let mut events = Vec::new();
        let mut failed = None;
        super::lines(table.as_bytes(), &mut |event: Result<Event, _>, _| {
            match event {
                Ok(event) => events.push(event),
                Err(problem) => {
                    let help = problem.help.unwrap_or_default();
                    failed = Some(format!("{} {help}", problem.message).trim_end().to_owned());
                }
            }
            true
        })
        .map_err(|problem| problem.message)?;
        failed.map_or(Ok(events), Err)
    }

    #[test]
    fn numbers_of_every_type_of_event_are_read_from_cells() {
        let table = "type,id,at,closed_deals,brand_mentions,market_mentions,advocate,points,reason\n\
                     market,m,2026-06-30T12:00:00Z,3,10,40,,,\n\
                     adjustment,a,2026-06-30T12:00:00Z,,,,ada, -5 ,thanks\n";
        let market = r#"{"type":"market","id":"m","at":"2026-06-30T12:00:00Z","closed_deals":3,"brand_mentions":10,"market_mentions":40}"#;
        let adjustment = r#"{"type":"adjustment","id":"a","at":"2026-06-30T12:00:00Z","advocate":"ada","points":-5,"reason":"thanks"}"#;
        let same: Vec<Event> =
            [market, adjustment].map(|line| read_record(line, "event").unwrap()).into();
        assert_eq!(events(table).unwrap(), same);
        let wrong = events(&table.replace("3,10", "three,10")).unwrap_err();
        assert_eq!(wrong, "`three` is not a whole number");
    }

    #[test]
    fn a_date_without_a_time_is_told_what_it_lacks() {
        let table = "type,id,at,closed_deals\nmarket,m,2026-06-30,3\n";
        let wrong = events(table).unwrap_err();
        assert!(wrong.contains("is not a time but a date add the time of day"), "{wrong}");
        assert!(wrong.contains("2026-06-30T14:00:00+02:00"), "{wrong}");
    }
}
