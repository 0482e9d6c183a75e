//! From a row to the records that it holds.

use std::collections::HashMap;

use csv::StringRecord;
use serde_json::{Map, Value as Json};

use super::{ColumnMap, Columns, End, Entry, Field, Filled, Others, Wanted};
use crate::error::{Code, Problem, choose};
use crate::events::csv::fill;
use crate::events::read::{Line, of_value};

/// A map with the columns of one file.
pub(in crate::events) struct Bound<'m> {
    map: &'m ColumnMap,
    places: HashMap<String, usize>,
    /// Columns that are kept under `ext`.
    kept: Vec<(usize, String)>,
}

impl ColumnMap {
    /// Finds the map's columns in a file.
    pub(in crate::events) fn bind(&self, names: Vec<String>) -> Result<Bound<'_>, Problem> {
        let named: Vec<&str> = self.entries.iter().flat_map(Entry::columns).collect();
        if let Some(missing) = named.iter().find(|name| !names.iter().any(|known| known == *name)) {
            let known: Vec<&str> = names.iter().map(String::as_str).collect();
            let message =
                format!("the file has no column `{missing}`, which the map `{}` names", self.file);
            return Err(Problem::new(Code::Missing, message)
                .maybe_help(choose(missing, known.iter().copied())));
        }
        let mut places = HashMap::new();
        let mut kept = Vec::new();
        for (place, name) in names.into_iter().enumerate() {
            let is_named = named.contains(&name.as_str());
            if !is_named && (self.others == Others::Ignored || self.ignore.contains(&name)) {
                continue;
            }
            if !is_named && (name.is_empty() || self.others == Others::Refused) {
                return Err(self.unknown(&name, place));
            }
            if places.contains_key(&name) {
                let message = format!("the column `{name}` stands there twice");
                return Err(Problem::new(Code::Duplicate, message));
            }
            if !is_named {
                kept.push((place, name.clone()));
            }
            places.insert(name, place);
        }
        Ok(Bound { map: self, places, kept })
    }

    fn unknown(&self, name: &str, place: usize) -> Problem {
        let message = match name {
            "" => format!("column {} of the file has no name", place + 1),
            name => format!("the map `{}` does not say what the column `{name}` is", self.file),
        };
        Problem::new(Code::UnknownField, message).help(format!(
            "name it in the map, or leave it alone with `ignore = [\"{name}\"]`; \
             `others = \"ignore\"` leaves alone every column that the map does not name"
        ))
    }
}

impl Entry {
    /// The columns that it names.
    pub(super) fn columns(&self) -> impl Iterator<Item = &str> {
        let when = self.when.iter().map(|(column, _)| column.as_str());
        when.chain(self.fields.iter().flat_map(|field| field.columns.names()))
    }
}

impl Bound<'_> {
    /// The records of a row.
    pub(in crate::events) fn records<T: Line>(
        &self,
        row: &StringRecord,
    ) -> impl Iterator<Item = Result<T, Problem>> {
        let of_row = self.map.entries.iter().filter(|entry| self.applies(entry, row));
        of_row.map(|entry| {
            let record = self.record::<T>(entry, row)?;
            of_value(record.into()).map_err(|problem| self.told(entry, problem))
        })
    }

    /// A cell without blanks around it; empty where it says as little as an empty one.
    fn cell<'r>(&self, row: &'r StringRecord, column: &str) -> &'r str {
        let cell = self.places.get(column).and_then(|place| row.get(*place));
        let cell = cell.unwrap_or_default().trim();
        if self.map.empty.iter().any(|empty| empty == cell) { "" } else { cell }
    }

    fn applies(&self, entry: &Entry, row: &StringRecord) -> bool {
        entry.when.iter().all(|(column, wanted)| {
            let cell = self.cell(row, column);
            match wanted {
                Wanted::Filled(filled) => cell.is_empty() != *filled,
                Wanted::OneOf(words) => words.contains(&cell.to_lowercase()),
            }
        })
    }

    fn record<T: Line>(
        &self,
        entry: &Entry,
        row: &StringRecord,
    ) -> Result<Map<String, Json>, Problem> {
        let mut record = Map::new();
        for (place, name) in &self.kept {
            let cell = row.get(*place).unwrap_or_default();
            if !cell.is_empty() {
                // Not `fill`: the column's own name may have dots.
                let ext = record.entry("ext").or_insert_with(|| Map::new().into());
                if let Some(ext) = ext.as_object_mut() {
                    ext.insert(name.clone(), cell.into());
                }
            }
        }
        if let Some(kind) = &entry.kind {
            record.insert("type".to_owned(), kind.as_str().into());
        }
        for (name, value) in &entry.constants {
            fill::<T>(&mut record, name, Filled::With(value.clone()));
        }
        for field in &entry.fields {
            let value = self.value(field, row).map_err(|message| {
                let (message, help) = match message.split_once("; ") {
                    Some((message, help)) => (message, Some(help.to_owned())),
                    None => (message.as_str(), None),
                };
                let message = format!("{}: {message}", called(field));
                Problem::new(Code::WrongValue, message).maybe_help(help).field(field.name.as_str())
            })?;
            fill::<T>(&mut record, &field.name, value);
        }
        if let (Some(_), Some(at)) = (&entry.kind, self.map.exported_at) {
            record.entry("at").or_insert_with(|| at.to_string().into());
        }
        if entry.kind.as_deref() == Some("outcome") && !record.contains_key("id") {
            let part = |name: &str| record.get(name).and_then(Json::as_str);
            if let (Some(target), Some(at)) = (part("target"), part("at")) {
                let id = format!("{target}@{at}");
                record.insert("id".to_owned(), id.into());
            }
        }
        Ok(record)
    }

    fn value(&self, field: &Field, row: &StringRecord) -> Result<Filled, String> {
        let (from, end) = match &field.columns {
            Columns::Joined(columns) => {
                let cells: Vec<&str> =
                    columns.iter().map(|column| self.cell(row, column)).collect();
                return field.reading.value(&cells);
            }
            Columns::Interval { from, end } => (from, end),
        };
        let mut interval = Map::new();
        let from = from.as_ref().map_or("", |column| self.cell(row, column));
        if !from.is_empty() {
            let from = field.reading.instant(from)?;
            interval.insert("from".to_owned(), from.to_string().into());
        }
        let until = match end {
            Some(End::Until(column)) => match self.cell(row, column) {
                "" => None,
                cell => Some(field.reading.instant(cell)?),
            },
            Some(End::Through(column)) => match self.cell(row, column) {
                "" => None,
                cell => Some(field.reading.day_after(cell)?),
            },
            None => None,
        };
        if let Some(until) = until {
            interval.insert("until".to_owned(), until.to_string().into());
        }
        if interval.is_empty() {
            return Ok(Filled::Empty);
        }
        Ok(Filled::With(vec![Json::from(interval)].into()))
    }

    /// A problem of a record in the words of the export: by the names of its columns.
    fn told(&self, entry: &Entry, mut problem: Problem) -> Problem {
        let of = |name: &str| entry.fields.iter().find(|field| field.name == name);
        // The path of a part, such as `aliases[1]`, belongs to the field.
        let path = problem.field.clone().unwrap_or_default();
        let path = path.split('[').next().unwrap_or_default();
        let missing = problem.message.split('`').nth(1).filter(|_| problem.code == Code::Missing);
        let message = match (of(path), missing.and_then(of), missing) {
            (Some(field), ..) => format!("{}: {}", called(field), problem.message),
            (None, Some(field), _) => format!("{}: the cell is empty", called(field)),
            (None, None, Some(name)) => {
                format!("the map `{}` names no column for the field `{name}`", self.map.file)
            }
            _ => return problem,
        };
        if let Some(name) = missing {
            problem = problem.clone().field(name);
        }
        problem.message = message;
        problem
    }
}

/// The columns of a field in a sentence.
fn called(field: &Field) -> String {
    let names: Vec<String> = field.columns.names().map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [one] => format!("in the column {one}"),
        several => format!("in the columns {}", several.join(" and ")),
    }
}
