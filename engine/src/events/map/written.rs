//! How the times and numbers of an export are written: said for the whole map, or for a field.

use std::ops::Range;

use jiff::tz::TimeZone;

use super::cell::format_tells;
use super::read::texts;
use crate::error::{Code, Problem};
use crate::table::Table;

/// The settings of how cells are written: of the whole map, or of a field.
pub(super) const WRITTEN: [&str; 4] = ["time", "zone", "decimal", "round"];
/// How times and numbers are written.
#[derive(Clone)]
pub(super) struct Written {
    pub(super) times: Vec<String>,
    pub(super) zone: Option<TimeZone>,
    pub(super) decimal: char,
    pub(super) round: bool,
}

impl Default for Written {
    fn default() -> Self {
        Self { times: Vec::new(), zone: None, decimal: '.', round: false }
    }
}

impl Written {
    /// What a table says, and for the rest what is said around it.
    pub(super) fn of(table: &Table<'_, '_>, around: &Self) -> Self {
        let mut written = around.clone();
        if let Some(value) = table.get("time") {
            let formats = texts(table, "time", value);
            for set in formats.iter().filter(|set| format_tells(set.value).is_none()) {
                let message = format!("`{}` is no way to write a date or a time", set.value);
                let problem = Problem::new(Code::WrongValue, message).help(
                    "such as `%d.%m.%Y %H:%M` for 03.02.2026 09:15 or `%m/%d/%Y` for 02/03/2026",
                );
                table.problem(problem, set.range.clone());
            }
            written.times = formats.iter().map(|set| set.value.to_owned()).collect();
        }
        if let Some(set) = table.text("zone") {
            match TimeZone::get(set.value) {
                Ok(zone) => written.zone = Some(zone),
                Err(_) => {
                    let message = format!("there is no time zone `{}`", set.value);
                    let problem = Problem::new(Code::WrongValue, message)
                        .help("such as `Europe/Berlin`, `America/New_York` or `UTC`");
                    table.problem(problem, set.range);
                    // Nothing more is wrong with times because of it.
                    written.zone = Some(TimeZone::UTC);
                }
            }
        }
        if let Some(set) = table.word("decimal", &[".", ","]) {
            written.decimal = if set.value == "," { ',' } else { '.' };
        }
        written.round = table.flag("round").unwrap_or(written.round);
        written
    }

    /// Refuses times of which nobody knows where they are meant.
    pub(super) fn check(&self, table: &Table<'_, '_>, name: &str, place: Range<usize>) {
        let needs_zone = self.times.iter().any(|format| format_tells(format) == Some(false));
        if self.zone.is_none() && needs_zone {
            let message =
                format!("the times of `{name}` have no offset, and the map names no `zone`");
            let problem = Problem::new(Code::Missing, message).help(
                "such as `zone = \"Europe/Berlin\"`: where the clocks are that they are meant by",
            );
            table.problem(problem, place);
        }
    }
}
