//! From TOML to a map. Every mistake has its place.

use std::ops::Range;

use encoding_rs::Encoding;
use serde_json::Value as Json;
use toml::Spanned;
use toml::de::DeValue;

use super::field::field;
use super::written::{WRITTEN, Written};
use super::{ColumnMap, Entry, Others, Wanted};
use crate::error::{Code, Error, Problem, Source, choose};
use crate::events::Event;
use crate::events::csv::value_problem;
use crate::events::event::TYPES;
use crate::events::person::Person;
use crate::events::read::Line;
use crate::events::record::column_problem;
use crate::facts::Object;
use crate::table::{Report, Set, Table, parse, whole};

/// Encodings that exports have; every other one that browsers know will do, too.
const ENCODINGS: &[&str] = &["utf-8", "windows-1252", "utf-16", "iso-8859-15", "macintosh"];
/// The most lines above the names of columns.
const MOST_SKIPPED: i64 = 1_000;

/// The settings of a file, beside how it is written.
pub(super) const SETTINGS: &[&str] =
    &["encoding", "delimiter", "skip_lines", "others", "ignore", "empty", "records", "people"];
/// The settings of a record.
pub(super) const OF_RECORD: &[&str] = &["type", "when", "constants", "fields"];

impl ColumnMap {
    /// Reads a map; `file` is what problems call it.
    ///
    /// # Errors
    ///
    /// Every mistake of the map, with its place and what would be right.
    pub fn read(text: &str, file: &str) -> Result<Self, Error> {
        let report = Report::new(Source { file, text });
        let document = parse(&report);
        let root = Table::named(&report, &document, "map");
        let map = of_root(&root, file);
        Error::of(report.into_problems()).map_or(Ok(map), Err)
    }
}

fn of_root(root: &Table<'_, '_>, file: &str) -> ColumnMap {
    root.only(&[SETTINGS, &WRITTEN].concat());
    let written = Written::of(root, &Written::default());
    let people = root.get("people").is_some();
    if people && root.get("records").is_some() {
        let problem = Problem::new(
            Code::WrongValue,
            "a map has `[[records]]` or `[[people]]`, not both",
        )
        .help("`[[records]]` describe events, `[[people]]` lines of a people file; save two maps");
        root.problem(problem, root.range());
    }
    let list = root.list(if people { "people" } else { "records" });
    if list.is_empty() {
        let problem = Problem::new(Code::Missing, "the map describes nothing").help(
            "a map has at least one `[[records]]` for events or `[[people]]` for people, each with `[….fields]`",
        );
        root.problem(problem, root.range());
    }
    let entries: Vec<Entry> = list
        .iter()
        .filter_map(|table| match people {
            true => entry::<Person>(table, None, &written),
            false => entry::<Event>(table, kind(table), &written),
        })
        .collect();
    let ignore = root.texts("ignore");
    for set in &ignore {
        if entries.iter().flat_map(Entry::columns).any(|column| column == set.value) {
            let message =
                format!("`ignore` leaves the column `{}` alone, and a record uses it", set.value);
            root.problem(Problem::new(Code::WrongValue, message), set.range.clone());
        }
    }
    ColumnMap {
        file: file.to_owned(),
        encoding: encoding(root),
        delimiter: delimiter(root),
        skip_lines: root.number("skip_lines", 0).map_or(0, |set| {
            if set.value > MOST_SKIPPED {
                let message = format!("`skip_lines` is at most {MOST_SKIPPED}");
                root.problem(Problem::new(Code::TooLarge, message), set.range);
            }
            usize::try_from(set.value).unwrap_or(0)
        }),
        others: match root.word("others", &["refuse", "ignore", "ext"]).map(|set| set.value) {
            Some("ignore") => Others::Ignored,
            Some("ext") => Others::Kept,
            _ => Others::Refused,
        },
        ignore: ignore.iter().map(|set| set.value.trim().to_owned()).collect(),
        empty: root.texts("empty").iter().map(|set| set.value.trim().to_owned()).collect(),
        people,
        entries,
        exported_at: None,
    }
}

fn encoding(root: &Table<'_, '_>) -> &'static Encoding {
    let Some(set) = root.text("encoding") else { return encoding_rs::UTF_8 };
    Encoding::for_label_no_replacement(set.value.as_bytes()).unwrap_or_else(|| {
        let message = format!("there is no encoding `{}`", set.value);
        let help = choose(set.value, ENCODINGS.iter().copied());
        root.problem(Problem::new(Code::WrongValue, message).maybe_help(help), set.range);
        encoding_rs::UTF_8
    })
}

fn delimiter(root: &Table<'_, '_>) -> Option<u8> {
    let set = root.text("delimiter")?;
    match set.value.as_bytes() {
        [sign]
            if sign.is_ascii() && !sign.is_ascii_alphanumeric() && !b"\"\r\n ".contains(sign) =>
        {
            Some(*sign)
        }
        _ => {
            let message = "`delimiter` is one sign, such as `;` or `\\t`";
            root.problem(Problem::new(Code::WrongValue, message), set.range);
            None
        }
    }
}

/// The type of event that a record is.
fn kind<'t>(table: &Table<'t, '_>) -> Option<&'t str> {
    if table.get("type").is_none() {
        Some("activity")
    } else {
        table.word("type", TYPES).map(|set| set.value)
    }
}

/// The fields that a record cannot do without; results may be named after their activity.
fn needed(kind: Option<&str>) -> &'static [&'static str] {
    match kind {
        Some("activity") => &["id", "advocate", "kind"],
        Some("outcome") => &["target"],
        Some("update" | "retraction") => &["id", "target"],
        Some("person" | "adjustment" | "dispute") => &["id", "advocate"],
        _ => &["id"],
    }
}

fn entry<T: Line>(table: &Table<'_, '_>, kind: Option<&str>, written: &Written) -> Option<Entry> {
    table.only(OF_RECORD);
    if kind.is_none() && table.get("type").is_some() {
        // Of an event, it was told already what is wrong with it.
        if T::OBJECT == Object::Person {
            let problem = Problem::new(Code::UnknownSetting, "people have no `type`");
            table.problem(problem, table.range());
        }
        return None;
    }
    let mut entry = Entry {
        kind: kind.map(str::to_owned),
        when: table.table("when").map_or_else(Vec::new, |table| when(&table)),
        constants: Vec::new(),
        fields: Vec::new(),
    };
    let mut places: Vec<(String, Range<usize>)> = Vec::new();
    if let Some(constants) = table.table("constants") {
        for (name, value, place) in leaves::<T>(&constants, "") {
            let Some(json) = json(&constants, value) else { continue };
            if let Some(problem) = value_problem::<T>(&name, json.clone()) {
                constants.problem(problem, value.span());
            }
            places.push((name.clone(), place));
            entry.constants.push((name, json));
        }
    }
    match table.table("fields") {
        None => {
            let message = "the record has no `fields`: which column is which field";
            table.problem(Problem::new(Code::Missing, message), table.range());
        }
        Some(fields) => {
            for (name, value, place) in leaves::<T>(&fields, "") {
                if places.iter().any(|(known, _)| *known == name) {
                    let message = format!("`{name}` is a constant and comes from a column, too");
                    fields.problem(Problem::new(Code::Duplicate, message), place.clone());
                }
                places.push((name.clone(), place.clone()));
                entry.fields.extend(field::<T>(&fields, name, value, place, written));
            }
        }
    }
    for name in needed(kind) {
        if !places.iter().any(|(known, _)| known == name) {
            let message =
                format!("the record needs the field `{name}`: no column and no constant says it");
            table.problem(Problem::new(Code::Missing, message), table.range());
        }
    }
    Some(entry)
}

/// The columns that decide whether a row holds a record.
fn when(table: &Table<'_, '_>) -> Vec<(String, Wanted)> {
    let wanted = |name: &str, value: &Spanned<DeValue<'_>>| match value.get_ref() {
        DeValue::Boolean(filled) => Some(Wanted::Filled(*filled)),
        DeValue::String(_) | DeValue::Array(_) => {
            let words = texts(table, name, value);
            let small = words.iter().map(|set| set.value.trim().to_lowercase()).collect();
            (!words.is_empty()).then_some(Wanted::OneOf(small))
        }
        _ => {
            let problem =
                Problem::new(Code::WrongValue, format!("`{name}` is no value of a column")).help(
                    "write a text, a list of texts, or `true` where the cell must not be empty",
                );
            table.problem(problem, value.span());
            None
        }
    };
    let each = table.names().filter_map(|(name, _)| {
        let value = table.get(name)?;
        Some((name.trim().to_owned(), wanted(name, value)?))
    });
    each.collect()
}

type Leaf<'t, 'a> = (String, &'t Spanned<DeValue<'a>>, Range<usize>);

/// The fields of a table with their values; `post.text` may be written with and without quotes.
fn leaves<'t, 'a, T: Line>(table: &Table<'t, 'a>, before: &str) -> Vec<Leaf<'t, 'a>> {
    let mut found = Vec::new();
    for (name, place) in table.names() {
        let Some(value) = table.get(name) else { continue };
        if before.is_empty()
            && matches!(name, "post" | "set" | "ext")
            && value.get_ref().as_table().is_some()
        {
            found.extend(table.table(name).iter().flat_map(|inner| leaves::<T>(inner, name)));
            continue;
        }
        let name = if before.is_empty() { name.to_owned() } else { format!("{before}.{name}") };
        let problem = match name.as_str() {
            "type" => Some(
                Problem::new(
                    Code::WrongValue,
                    "`type` is no column: each type is a record of its own",
                )
                .help("write `type = \"activity\"` below `[[records]]`, and `when` it applies"),
            ),
            name => column_problem(T::OBJECT, name),
        };
        match problem {
            Some(problem) => table.problem(problem, place),
            None => found.push((name, value, place)),
        }
    }
    found
}

/// One text or several.
pub(super) fn texts<'t>(
    table: &Table<'_, '_>,
    name: &str,
    value: &'t Spanned<DeValue<'_>>,
) -> Vec<Set<&'t str>> {
    let single = std::slice::from_ref(value);
    let items = value.get_ref().as_array().map_or(single, |items| &items[..]);
    if items.is_empty() {
        table.problem(Problem::new(Code::WrongValue, format!("`{name}` is empty")), value.span());
    }
    let each = items.iter().filter_map(|item| match item.get_ref().as_str() {
        Some(text) if !text.trim().is_empty() => Some(Set { value: text, range: item.span() }),
        _ => {
            let message = format!("`{name}` is text in quotes, or a list of texts");
            table.problem(Problem::new(Code::WrongValue, message), item.span());
            None
        }
    });
    each.collect()
}

/// A constant as JSON.
pub(super) fn json(table: &Table<'_, '_>, value: &Spanned<DeValue<'_>>) -> Option<Json> {
    let json = match value.get_ref() {
        DeValue::String(text) => Some(Json::from(text.as_ref())),
        DeValue::Boolean(flag) => Some(Json::from(*flag)),
        DeValue::Integer(_) => whole(value).map(Json::from),
        DeValue::Datetime(time) => Some(Json::from(time.to_string())),
        DeValue::Array(items) => {
            let texts: Option<Vec<Json>> =
                items.iter().map(|item| item.get_ref().as_str().map(Json::from)).collect();
            texts.map(Json::from)
        }
        DeValue::Float(_) | DeValue::Table(_) => None,
    };
    if json.is_none() {
        let message = "a value is a text, a whole number, `true`, `false` or a list of texts";
        table.problem(Problem::new(Code::WrongValue, message), value.span());
    }
    json
}
