//! From TOML to a field: its columns, and how their cells are read.

use std::ops::Range;

use serde_json::Value as Json;
use toml::Spanned;
use toml::de::DeValue;

use super::cell::{OtherWords, Reading, Takes};
use super::read::{json, texts};
use super::written::{WRITTEN, Written};
use super::{Columns, End, Field};
use crate::error::{Code, Problem};
use crate::events::csv::value_problem;
use crate::events::read::Line;
use crate::events::record::{Cell, column_cell};
use crate::table::{Set, Table};

/// The settings of a field, beside how it is written.
pub(super) const OF_FIELD: &[&str] =
    &["column", "columns", "from", "until", "through", "words", "other_words", "join"];

/// Reads a field; what is wrong with it is reported.
pub(super) fn field<T: Line>(
    table: &Table<'_, '_>,
    name: String,
    value: &Spanned<DeValue<'_>>,
    place: Range<usize>,
    written: &Written,
) -> Option<Field> {
    let takes = takes::<T>(&name);
    let join = if takes == Takes::Id { ":" } else { " " };
    let mut reading = Reading {
        takes,
        words: Vec::new(),
        other_words: OtherWords::Refused,
        join: join.to_owned(),
        times: Vec::new(),
        zone: None,
        decimal: '.',
        round: false,
    };
    let mut written = written.clone();
    let columns = match value.get_ref() {
        DeValue::Table(_) => {
            let inner = table.within(&name, place.clone(), value)?;
            inner.only(&[OF_FIELD, &WRITTEN].concat());
            written = Written::of(&inner, &written);
            if let Some(join) = inner.get("join").and_then(|join| join.get_ref().as_str()) {
                join.clone_into(&mut reading.join);
            }
            if let Some(words) = inner.table("words") {
                reading.words = translations::<T>(&words, &name, takes);
            }
            reading.other_words = match inner
                .word("other_words", &["refuse", "keep", "empty"])
                .map(|set| set.value)
            {
                Some("keep") => OtherWords::Kept,
                Some("empty") => OtherWords::Empty,
                _ => OtherWords::Refused,
            };
            unused(&inner, &name, takes);
            columns_of(&inner, &name)?
        }
        _ => joined(table, &texts(table, &name, value))?,
    };
    let is_interval = matches!(columns, Columns::Interval { .. });
    if takes == Takes::Instant || is_interval {
        written.check(table, &name, place);
    }
    reading.times = written.times;
    reading.zone = written.zone;
    reading.decimal = written.decimal;
    reading.round = written.round;
    Some(Field { name, columns, reading })
}

fn takes<T: Line>(name: &str) -> Takes {
    match name.strip_prefix("set.").unwrap_or(name) {
        "at" | "embargo" | "post.at" => Takes::Instant,
        "id" | "source" | "target" | "target_source" | "advocate" | "counterpart" | "content"
        | "mentor" => Takes::Id,
        _ => Takes::Value(column_cell(T::OBJECT, name)),
    }
}

/// Where the value stands, by a field's own table.
fn columns_of(table: &Table<'_, '_>, name: &str) -> Option<Columns> {
    let one = |setting: &str| table.text(setting).map(|set| set.value.trim().to_owned());
    let given = |setting: &str| table.get(setting).is_some();
    let is_interval = given("from") || given("until") || given("through");
    let is_joined = given("column") || given("columns");
    let wrong = if is_interval && is_joined {
        "has columns of its own and those of an interval"
    } else if is_interval && !matches!(name, "consent" | "active" | "away") {
        "is no interval; `consent`, `active` and `away` are"
    } else if given("until") && given("through") {
        "ends twice: `until` is the first time that does not belong to it, `through` its last day"
    } else if given("column") && given("columns") {
        "has `column` and `columns`; one of them will do"
    } else if !is_interval && !is_joined {
        "names no `column`"
    } else if is_interval {
        let end = one("until").map(End::Until).or_else(|| one("through").map(End::Through));
        return Some(Columns::Interval { from: one("from"), end });
    } else {
        let setting = if given("column") { "column" } else { "columns" };
        let value = table.get(setting)?;
        return joined(table, &texts(table, setting, value));
    };
    let problem = Problem::new(Code::WrongValue, format!("the field `{name}` {wrong}"));
    table.problem(problem, table.range());
    None
}

fn joined(table: &Table<'_, '_>, columns: &[Set<&str>]) -> Option<Columns> {
    for (index, set) in columns.iter().enumerate() {
        if columns[..index].iter().any(|known| known.value == set.value) {
            let message = format!("the column `{}` stands there twice", set.value);
            table.problem(Problem::new(Code::Duplicate, message), set.range.clone());
        }
    }
    let names: Vec<String> = columns.iter().map(|set| set.value.trim().to_owned()).collect();
    (!names.is_empty()).then_some(Columns::Joined(names))
}

/// Settings that say nothing of a field's kind.
fn unused(table: &Table<'_, '_>, name: &str, takes: Takes) {
    let is_interval = ["from", "until", "through"].iter().any(|end| table.get(end).is_some());
    let is_time = takes == Takes::Instant || is_interval;
    let is_number = takes == Takes::Value(Cell::Number);
    let pointless: [(&str, bool); 7] = [
        ("time", !is_time),
        ("zone", !is_time),
        ("decimal", !is_number),
        ("round", !is_number),
        ("words", is_time),
        ("other_words", table.get("words").is_none()),
        ("join", is_interval || takes == Takes::Value(Cell::List)),
    ];
    for (setting, _) in pointless.iter().filter(|(_, pointless)| *pointless) {
        if let Some(value) = table.get(setting) {
            let message = format!("`{setting}` says nothing of the field `{name}`");
            table.problem(Problem::new(Code::WrongValue, message), value.span());
        }
    }
}

/// What words stand for, each in small letters.
fn translations<T: Line>(table: &Table<'_, '_>, name: &str, takes: Takes) -> Vec<(String, Json)> {
    let mut words: Vec<(String, Json)> = Vec::new();
    for (word, place) in table.names() {
        let Some(value) = table.get(word) else { continue };
        let Some(json) = json(table, value) else { continue };
        let tried = match takes {
            Takes::Value(Cell::List) => vec![json.clone()].into(),
            _ => json.clone(),
        };
        if json.as_str() != Some("")
            && let Some(problem) = value_problem::<T>(name, tried)
        {
            table.problem(problem, value.span());
        }
        let small = word.trim().to_lowercase();
        if words.iter().any(|(known, _)| *known == small) {
            let message = format!("`{word}` stands there twice; capital letters do not matter");
            table.problem(Problem::new(Code::Duplicate, message), place);
        }
        words.push((small, json));
    }
    words
}
