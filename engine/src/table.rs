//! Reads TOML tables setting by setting, so that every problem is found and each has its place.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::ops::Range;

use jiff::Timestamp;
use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::error::{Code, MOST_PROBLEMS, Problem, Source, choose};
use crate::facts::LARGEST;

/// Collects the problems of one file.
#[derive(Debug)]
pub(crate) struct Report<'a> {
    pub(crate) source: Source<'a>,
    problems: RefCell<Vec<Problem>>,
}

impl<'a> Report<'a> {
    pub(crate) fn new(source: Source<'a>) -> Self {
        Self { source, problems: RefCell::default() }
    }

    pub(crate) fn add(&self, problem: Problem, range: Range<usize>) {
        let mut problems = self.problems.borrow_mut();
        if problems.len() < MOST_PROBLEMS {
            problems.push(problem.at(&self.source, self.source.place(range)));
        }
    }

    pub(crate) fn into_problems(self) -> Vec<Problem> {
        self.problems.into_inner()
    }
}

/// Parses a TOML file; what cannot be parsed is reported and left out.
pub(crate) fn parse<'a>(report: &Report<'a>) -> DeTable<'a> {
    let (table, errors) = DeTable::parse_recoverable(report.source.text);
    for error in errors {
        let range = error.span().unwrap_or(0..0);
        let problem = Problem::new(Code::Syntax, format!("this is not TOML: {}", error.message()));
        report.add(problem, range);
    }
    table.into_inner()
}

/// A table that is read setting by setting.
#[derive(Clone, Copy)]
pub(crate) struct Table<'t, 'a> {
    report: &'t Report<'a>,
    table: &'t DeTable<'a>,
    /// Where the table's own name stands, for settings that are missing.
    range: (usize, usize),
    name: &'t str,
}

/// A setting with the place of its value.
pub(crate) struct Set<T> {
    pub(crate) value: T,
    pub(crate) range: Range<usize>,
}

impl<'t, 'a> Table<'t, 'a> {
    pub(crate) fn root(report: &'t Report<'a>, table: &'t DeTable<'a>) -> Self {
        Self { report, table, range: (0, 0), name: "program.toml" }
    }

    /// The topmost table of another file, under the name that problems call it by.
    pub(crate) fn named(report: &'t Report<'a>, table: &'t DeTable<'a>, name: &'t str) -> Self {
        Self { report, table, range: (0, 0), name }
    }

    pub(crate) fn problem(&self, problem: Problem, range: Range<usize>) {
        self.report.add(problem, range);
    }

    /// Where the table's name stands.
    pub(crate) fn range(&self) -> Range<usize> {
        self.range.0..self.range.1
    }

    /// Refuses settings that do not exist.
    pub(crate) fn only(&self, known: &[&str]) -> Self {
        for key in self.table.keys() {
            let name: &str = key.get_ref();
            if !known.contains(&name) {
                let problem = Problem::new(
                    Code::UnknownSetting,
                    format!("there is no setting `{name}` in `{}`", self.name),
                )
                .maybe_help(choose(name, known.iter().copied()));
                self.report.add(problem, key.span());
            }
        }
        *self
    }

    /// A setting as it stands there.
    pub(crate) fn get(&self, name: &str) -> Option<&'t Spanned<DeValue<'a>>> {
        self.table.iter().find(|(key, _)| key.get_ref() == name).map(|(_, value)| value)
    }

    fn wrong<T>(&self, name: &str, value: &Spanned<DeValue<'_>>, wanted: &str) -> Option<Set<T>> {
        let problem = Problem::new(
            Code::WrongValue,
            format!("`{name}` is {}, not {}", wanted, article(value.get_ref().type_str())),
        );
        self.report.add(problem, value.span());
        None
    }

    pub(crate) fn text(&self, name: &str) -> Option<Set<&'t str>> {
        let value = self.get(name)?;
        match value.get_ref().as_str() {
            Some("") => {
                let problem = Problem::new(Code::WrongValue, format!("`{name}` is empty"));
                self.report.add(problem, value.span());
                None
            }
            Some(text) => Some(Set { value: text, range: value.span() }),
            None => self.wrong(name, value, "text in quotes"),
        }
    }

    /// A text that must be there.
    pub(crate) fn need_text(&self, name: &str) -> Option<Set<&'t str>> {
        if self.get(name).is_none() {
            let problem = Problem::new(Code::Missing, format!("`{}` needs `{name}`", self.name));
            self.report.add(problem, self.range());
        }
        self.text(name)
    }

    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        let value = self.get(name)?;
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.wrong::<bool>(name, value, "`true` or `false`");
        }
        flag
    }

    /// A whole number from `least`.
    pub(crate) fn number(&self, name: &str, least: i64) -> Option<Set<i64>> {
        let value = self.get(name)?;
        match whole(value) {
            Some(number) if (least..=LARGEST).contains(&number) => {
                Some(Set { value: number, range: value.span() })
            }
            Some(number) => {
                let problem = Problem::new(
                    Code::WrongValue,
                    format!("`{name}` is a whole number from {least}, not {number}"),
                );
                self.report.add(problem, value.span());
                None
            }
            None => self.wrong(name, value, "a whole number"),
        }
    }

    /// A calendar date, as a TOML date or a text.
    pub(crate) fn date(&self, name: &str) -> Option<Set<Date>> {
        let value = self.get(name)?;
        let text = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Datetime(date) => date.to_string(),
            _ => return self.wrong(name, value, "a date such as 2026-01-31"),
        };
        match text.parse::<Date>() {
            Ok(date) if text.len() == 10 => Some(Set { value: date, range: value.span() }),
            _ => {
                let problem = Problem::new(
                    Code::WrongValue,
                    format!("`{name}` is a date such as 2026-01-31, not `{text}`"),
                );
                self.report.add(problem, value.span());
                None
            }
        }
    }

    /// A list of texts.
    pub(crate) fn texts(&self, name: &str) -> Vec<Set<&'t str>> {
        let Some(value) = self.get(name) else { return Vec::new() };
        let Some(items) = value.get_ref().as_array() else {
            self.wrong::<()>(name, value, "a list of texts");
            return Vec::new();
        };
        items
            .iter()
            .filter_map(|item| match item.get_ref().as_str() {
                Some(text) => Some(Set { value: text, range: item.span() }),
                None => self.wrong(name, item, "a list of texts"),
            })
            .collect()
    }

    /// A list of whole numbers, from `least` to `most`.
    pub(crate) fn numbers(&self, name: &str, least: i64, most: i64) -> Vec<Set<i64>> {
        let Some(value) = self.get(name) else { return Vec::new() };
        let wanted = format!("a list of whole numbers from {least} to {most}");
        let Some(items) = value.get_ref().as_array() else {
            self.wrong::<()>(name, value, &wanted);
            return Vec::new();
        };
        items
            .iter()
            .filter_map(|item| match whole(item) {
                Some(number) if (least..=most).contains(&number) => {
                    Some(Set { value: number, range: item.span() })
                }
                Some(number) => {
                    let message = format!("`{name}` is {wanted}, not with {number}");
                    self.report.add(Problem::new(Code::WrongValue, message), item.span());
                    None
                }
                None => self.wrong(name, item, &wanted),
            })
            .collect()
    }

    /// The values of a list, each once; a list that is there must not be empty.
    pub(crate) fn distinct<T: Copy + Ord + Display>(
        &self,
        name: &str,
        list: Vec<Set<T>>,
    ) -> Vec<Set<T>> {
        if let Some(value) = self.get(name)
            && value.get_ref().as_array().is_some_and(|items| items.is_empty())
        {
            let problem = Problem::new(Code::WrongValue, format!("`{name}` is empty"))
                .help("leave the setting out where the usual ones will do");
            self.report.add(problem, value.span());
        }
        let mut known = BTreeSet::new();
        list.into_iter()
            .filter(|item| {
                let new = known.insert(item.value);
                if !new {
                    let message = format!("`{}` stands twice in `{name}`", item.value);
                    self.report.add(Problem::new(Code::Duplicate, message), item.range.clone());
                }
                new
            })
            .collect()
    }

    /// One of a list of words.
    pub(crate) fn word(&self, name: &str, known: &[&str]) -> Option<Set<&'t str>> {
        let set = self.text(name)?;
        if known.contains(&set.value) {
            return Some(set);
        }
        let problem = Problem::new(Code::WrongValue, format!("`{name}` cannot be `{}`", set.value))
            .maybe_help(choose(set.value, known.iter().copied()));
        self.report.add(problem, set.range);
        None
    }

    /// A table inside this one.
    pub(crate) fn table(&self, name: &'t str) -> Option<Table<'t, 'a>> {
        let (key, value) = self.table.iter().find(|(key, _)| key.get_ref() == name)?;
        self.inner(name, key.span(), value)
    }

    /// A value that is a table, under the name that problems call it by.
    pub(crate) fn within<'n>(
        &self,
        name: &'n str,
        range: Range<usize>,
        value: &'n Spanned<DeValue<'a>>,
    ) -> Option<Table<'n, 'a>>
    where
        't: 'n,
    {
        Table { name, ..*self }.inner(name, range, value)
    }

    /// A table that must be there.
    pub(crate) fn need_table(&self, name: &'t str) -> Option<Table<'t, 'a>> {
        if self.get(name).is_none() {
            let problem = Problem::new(Code::Missing, format!("there is no table `[{name}]`"));
            self.report.add(problem, 0..0);
        }
        self.table(name)
    }

    fn inner(
        &self,
        name: &'t str,
        range: Range<usize>,
        value: &'t Spanned<DeValue<'a>>,
    ) -> Option<Table<'t, 'a>> {
        match value.get_ref().as_table() {
            Some(table) => {
                Some(Table { report: self.report, table, range: (range.start, range.end), name })
            }
            None => {
                self.wrong::<()>(name, value, "a table");
                None
            }
        }
    }

    /// The tables inside this one, by name.
    pub(crate) fn tables(&self) -> Vec<(&'t str, Table<'t, 'a>)> {
        self.table
            .iter()
            .filter_map(|(key, value)| {
                let name: &'t str = key.get_ref();
                Some((name, self.inner(name, key.span(), value)?))
            })
            .collect()
    }

    /// The tables of a list, such as `[[events]]`.
    pub(crate) fn list(&self, name: &'t str) -> Vec<Table<'t, 'a>> {
        let Some(value) = self.get(name) else { return Vec::new() };
        let Some(items) = value.get_ref().as_array() else {
            let problem = Problem::new(
                Code::WrongValue,
                format!("`{name}` is a list; each thing in it begins with a line `[[{name}]]`"),
            );
            self.report.add(problem, value.span());
            return Vec::new();
        };
        items.iter().filter_map(|item| self.inner(name, item.span(), item)).collect()
    }

    /// An instant, as a TOML date and time with an offset or as the same in quotes.
    pub(crate) fn instant(&self, name: &str) -> Option<Set<Timestamp>> {
        let value = self.get(name)?;
        let text = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Datetime(date) => date.to_string(),
            _ => return self.wrong(name, value, "a time such as 2026-06-30T12:00:00Z"),
        };
        match text.parse() {
            Ok(instant) => Some(Set { value: instant, range: value.span() }),
            Err(_) => {
                let message = format!("`{name}` is a time with an offset, not `{text}`");
                let problem = Problem::new(Code::WrongValue, message)
                    .help("such as 2026-06-30T12:00:00Z or 2026-06-30T14:00:00+02:00");
                self.report.add(problem, value.span());
                None
            }
        }
    }

    /// The table as it stands there.
    pub(crate) fn raw(&self) -> &'t DeTable<'a> {
        self.table
    }

    /// The names of the settings, with their places.
    pub(crate) fn names(&self) -> impl Iterator<Item = (&'t str, Range<usize>)> {
        self.table.keys().map(|key| (key.get_ref().as_ref(), key.span()))
    }
}

/// The whole number that a value is.
pub(crate) fn whole(value: &Spanned<DeValue<'_>>) -> Option<i64> {
    let integer = value.get_ref().as_integer()?;
    i64::from_str_radix(&integer.as_str().replace('_', ""), integer.radix()).ok()
}

fn article(kind: &str) -> String {
    match kind {
        "integer" => "a whole number".to_owned(),
        "float" => "a number with a point".to_owned(),
        "boolean" => "`true` or `false`".to_owned(),
        "array" => "a list".to_owned(),
        "datetime" => "a date".to_owned(),
        "string" => "text".to_owned(),
        other => format!("a {other}"),
    }
}
