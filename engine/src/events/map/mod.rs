//! Saved maps: what the columns of another system's export mean (`IMPORT.md`).
//!
//! - `read` reads a map from TOML: its fields (`field`), and how they are written (`written`);
//! - `row` makes records of a row by it, `cell` reads a cell, `decode` a file in another encoding.

mod cell;
mod decode;
mod field;
mod read;
mod row;
#[cfg(test)]
mod tests;
mod written;

use encoding_rs::Encoding;
use jiff::Timestamp;
use serde_json::Value as Json;

use self::cell::Reading;
pub(super) use self::decode::Decoded;
use crate::error::{Code, Problem};
use crate::facts::Object;

/// What the columns of a CSV file mean, so that an export can be read as it is: which records a row
/// holds, which column is which field, and how its cells are written. `IMPORT.md` has the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnMap {
    /// The map's own file, for problems.
    file: String,
    encoding: &'static Encoding,
    delimiter: Option<u8>,
    skip_lines: usize,
    others: Others,
    /// Columns that are left alone.
    ignore: Vec<String>,
    /// Cells that say as little as an empty one, such as `N/A`.
    empty: Vec<String>,
    /// Whether rows describe people; else they are events.
    people: bool,
    entries: Vec<Entry>,
    exported_at: Option<Timestamp>,
}

/// What happens with columns that the map does not name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Others {
    Refused,
    Ignored,
    /// Kept under `ext`.
    Kept,
}

/// One record that a row may hold.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    /// The type of event; nothing for people.
    kind: Option<String>,
    /// The columns that decide whether a row holds it.
    when: Vec<(String, Wanted)>,
    constants: Vec<(String, Json)>,
    fields: Vec<Field>,
}

/// What a cell must be for a record to apply.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Wanted {
    Filled(bool),
    /// One of these, in small letters.
    OneOf(Vec<String>),
}

/// A field with the columns that it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Field {
    name: String,
    columns: Columns,
    reading: Reading,
}

/// Where the value of a field stands.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Columns {
    /// In one column, or in several together.
    Joined(Vec<String>),
    /// In two: the first instant of an interval, and where it ends.
    Interval { from: Option<String>, end: Option<End> },
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum End {
    /// The first instant that does not belong to it any more.
    Until(String),
    /// Its last day.
    Through(String),
}

impl Columns {
    fn names(&self) -> impl Iterator<Item = &str> {
        let (joined, from, end) = match self {
            Columns::Joined(names) => (names.as_slice(), None, None),
            Columns::Interval { from, end } => (&[][..], from.as_deref(), end.as_ref()),
        };
        let end = end.map(|end| match end {
            End::Until(name) | End::Through(name) => name.as_str(),
        });
        joined.iter().map(String::as_str).chain(from).chain(end)
    }
}

/// What a cell or several say of a field.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Filled {
    Empty,
    With(Json),
}

impl ColumnMap {
    /// The same map for a file that was exported at a time: records for which no column tells
    /// when something happened, such as results as they stood that day, get this time.
    #[must_use]
    pub fn exported_at(mut self, at: Timestamp) -> Self {
        self.exported_at = Some(at);
        self
    }

    pub(super) fn encoding(&self) -> &'static Encoding {
        self.encoding
    }

    pub(super) fn delimiter(&self) -> Option<u8> {
        self.delimiter
    }

    pub(super) fn skip_lines(&self) -> usize {
        self.skip_lines
    }

    /// Refuses a map of people where events are wanted, and the other way round.
    pub(super) fn is_of(&self, object: Object) -> Result<(), Problem> {
        if self.people == (object == Object::Person) {
            return Ok(());
        }
        let (is, wanted) = match self.people {
            true => ("describes people (`[[people]]`)", "a map of events has `[[records]]`"),
            false => ("describes events (`[[records]]`)", "a map of people has `[[people]]`"),
        };
        let message = format!("the map `{}` {is}", self.file);
        Err(Problem::new(Code::WrongValue, message).help(wanted))
    }
}
