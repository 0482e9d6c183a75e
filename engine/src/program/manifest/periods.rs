//! Time as the program counts it: its calendar, windows and periods.

use std::ops::Range;
use std::sync::Arc;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

use super::{each, need};
use crate::error::{Code, Problem, did_you_mean};
use crate::table::Table;
use crate::time::{Calendar, Day, Unit};

/// So many days that end with the last date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    /// As rules know it, such as `30_days`.
    pub(crate) name: Arc<str>,
    pub(crate) days: i64,
}

/// A stretch of days with a name; it ends before `until`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Period {
    pub(crate) name: Arc<str>,
    pub(crate) from: Day,
    pub(crate) until: Day,
}

/// The periods that figures start afresh in.
#[derive(Clone, Debug)]
pub(crate) enum Periods {
    /// Calendar weeks, months, quarters or years, without an end.
    Every(Unit),
    /// Seasons with their own dates, earliest first; they never overlap.
    Seasons(Vec<Period>),
}

impl Periods {
    /// The period that a day falls into; between seasons there is none.
    pub(crate) fn of(&self, calendar: &Calendar, day: Day) -> Option<Period> {
        match self {
            Periods::Every(unit) => {
                let from = calendar.start_of(*unit, day);
                let until = calendar.start_of_next(*unit, day);
                Some(Period { name: name(*unit, from).into(), from, until })
            }
            Periods::Seasons(seasons) => {
                seasons.iter().find(|season| season.from <= day && day < season.until).cloned()
            }
        }
    }

    /// The period of a name, such as `2026-Q1`, or the one that a date falls into.
    pub(crate) fn named(&self, calendar: &Calendar, text: &str) -> Option<Period> {
        let period = match self {
            Periods::Every(unit) => first_day(*unit, text)
                .and_then(|day| self.of(calendar, day))
                .filter(|period| *period.name == *text),
            Periods::Seasons(seasons) => {
                seasons.iter().find(|season| *season.name == *text).cloned()
            }
        };
        period.or_else(|| {
            let date = text.parse::<Date>().ok().filter(|date| date.to_string() == text)?;
            self.of(calendar, Day::of(date))
        })
    }
}

/// What a calendar period is called by: a week by its first day.
fn name(unit: Unit, from: Day) -> String {
    let date = from.date();
    let (year, month) = (date.year(), date.month());
    match unit {
        Unit::Month => format!("{year:04}-{month:02}"),
        Unit::Quarter => format!("{year:04}-Q{}", (month - 1) / 3 + 1),
        Unit::Year => format!("{year:04}"),
        Unit::Day | Unit::Week | Unit::Ever => from.date().to_string(),
    }
}

/// The first day of a month, quarter or year by its name.
fn first_day(unit: Unit, name: &str) -> Option<Day> {
    let (year, month): (&str, i8) = match unit {
        Unit::Month => {
            let (year, month) = name.rsplit_once('-')?;
            (year, month.parse().ok()?)
        }
        Unit::Quarter => {
            let (year, quarter) = name.rsplit_once("-Q")?;
            let quarter: i8 = quarter.parse().ok()?;
            (year, quarter.checked_sub(1)?.checked_mul(3)?.checked_add(1)?)
        }
        Unit::Year => (name, 1),
        Unit::Day | Unit::Week | Unit::Ever => return None,
    };
    Date::new(year.parse().ok()?, month, 1).ok().map(Day::of)
}

const WEEKDAYS: &[(&str, Weekday)] = &[
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

/// The windows of a program that sets none, in days.
const WINDOWS: [i64; 5] = [7, 30, 90, 180, 365];

/// The longest window: some ten years.
const LONGEST_WINDOW: i64 = 3_660;

pub(super) fn calendar(program: Option<&Table<'_, '_>>) -> Calendar {
    let zone = program.and_then(|table| {
        let set = table.text("time_zone")?;
        match TimeZone::get(set.value) {
            Ok(zone) => Some(zone),
            Err(_) => {
                let names: Vec<String> =
                    jiff::tz::db().available().map(|name| name.to_string()).collect();
                let problem = Problem::new(
                    Code::WrongValue,
                    format!("there is no time zone `{}`", set.value),
                )
                .help("use a name of the IANA time zone database, such as `Europe/Berlin`")
                .maybe_help(did_you_mean(set.value, names.iter().map(String::as_str)));
                table.problem(problem, set.range);
                None
            }
        }
    });
    let names: Vec<&str> = WEEKDAYS.iter().map(|(name, _)| *name).collect();
    let start = program
        .and_then(|table| table.word("week_start", &names))
        .and_then(|set| WEEKDAYS.iter().find(|(name, _)| *name == set.value))
        .map_or(Weekday::Monday, |(_, day)| *day);
    Calendar::new(zone.unwrap_or(TimeZone::UTC), start)
}

/// The windows, shortest first.
pub(super) fn windows(root: &Table<'_, '_>) -> Vec<Window> {
    let table = root.table("windows").map(|table| table.only(&["days"]));
    let mut days: Vec<i64> = table.map_or_else(Vec::new, |table| {
        let numbers = table.numbers("days", 1, LONGEST_WINDOW);
        table.distinct("days", numbers).into_iter().map(|set| set.value).collect()
    });
    if days.is_empty() {
        days = WINDOWS.to_vec();
    }
    days.sort_unstable();
    days.into_iter().map(|days| Window { name: format!("{days}_days").into(), days }).collect()
}

/// The periods: those of the calendar, or the program's own seasons.
pub(super) fn periods(root: &Table<'_, '_>) -> Periods {
    let Some(table) = root.table("periods") else { return Periods::Every(Unit::Quarter) };
    let table = table.only(&["every", "seasons"]);
    let unit = table
        .word("every", &["week", "month", "quarter", "year"])
        .and_then(|set| Unit::parse(set.value))
        .unwrap_or(Unit::Quarter);
    let Some(seasons) = table.table("seasons") else { return Periods::Every(unit) };
    if let Some((_, range)) = table.names().find(|(name, _)| *name == "every") {
        let problem = Problem::new(Code::WrongValue, "`every` does not go together with `seasons`")
            .help("keep `every` for periods of the calendar, or the seasons with their own dates");
        table.problem(problem, range);
    }
    if seasons.names().next().is_none() {
        let problem = Problem::new(Code::Missing, "there is no season in `seasons`")
            .help("add one, such as `[periods.seasons.spring]` with `from` and `until`");
        table.problem(problem, seasons.range());
    }
    let mut known: Vec<(Period, Range<usize>)> =
        each(&table, "seasons", season).into_values().flatten().collect();
    known.sort_by_key(|(season, range)| (season.from, range.start));
    let mut before: Option<&Period> = None;
    for (season, range) in &known {
        if let Some(before) = before.filter(|before| season.from < before.until) {
            let message = format!("`{}` begins before `{}` is over", season.name, before.name);
            let problem = Problem::new(Code::WrongValue, message).help(format!(
                "`until` of `{}` is {}, and a season ends before its `until`",
                before.name,
                before.until.show(),
            ));
            table.problem(problem, range.clone());
        }
        if before.is_none_or(|before| before.until < season.until) {
            before = Some(season);
        }
    }
    Periods::Seasons(known.into_iter().map(|(season, _)| season).collect())
}

/// A season and where its first date stands.
fn season(table: &Table<'_, '_>, name: &str) -> Option<(Period, Range<usize>)> {
    let table = table.only(&["from", "until", "description"]);
    table.text("description");
    need(&table, "from");
    need(&table, "until");
    let (from, until) = (table.date("from"), table.date("until"));
    let (from, until) = (from?, until?);
    if name.chars().any(char::is_control) {
        // Grants carry it, and stand in exports and on pages of one line each.
        let problem = Problem::new(Code::WrongValue, "a season's name is one line of plain text")
            .help("such as `[periods.seasons.spring]`");
        table.problem(problem, table.range());
        return None;
    }
    if until.value <= from.value {
        let problem = Problem::new(Code::WrongValue, "`until` is not after `from`")
            .help("a season begins on `from` and is over on `until`");
        table.problem(problem, until.range);
        return None;
    }
    let period =
        Period { name: name.into(), from: Day::of(from.value), until: Day::of(until.value) };
    Some((period, from.range))
}
