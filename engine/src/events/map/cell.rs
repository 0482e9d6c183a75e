//! Reads a cell as its field takes it: words, numbers and times as the export writes them.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::TimeZone;
use serde_json::Value as Json;

use super::Filled;
use crate::error::choose;
use crate::events::csv::{cell_value, words};
use crate::events::record::Cell;
use crate::events::value::with_help;
use crate::time::{Day, day_in, parse_instant, start_of_day_in};

/// How the cells of a field are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) takes: Takes,
    /// What words stand for; the words in small letters.
    pub(super) words: Vec<(String, Json)>,
    /// What happens with words that are not among them.
    pub(super) other_words: OtherWords,
    /// What stands between the cells of several columns.
    pub(super) join: String,
    pub(super) times: Vec<String>,
    pub(super) zone: Option<TimeZone>,
    /// The sign before a fraction.
    pub(super) decimal: char,
    /// Whether a fraction may be left out.
    pub(super) round: bool,
}

/// What a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    Value(Cell),
    Instant,
    /// An id: of several columns, none may be empty.
    Id,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OtherWords {
    Refused,
    Kept,
    Empty,
}

impl Reading {
    /// The value of cells together, each without blanks around it.
    pub(super) fn value(&self, cells: &[&str]) -> Result<Filled, String> {
        if self.takes == Takes::Value(Cell::List) {
            return self.list(cells);
        }
        let filled: Vec<&str> = cells.iter().copied().filter(|cell| !cell.is_empty()).collect();
        if self.takes == Takes::Id && !filled.is_empty() && filled.len() < cells.len() {
            return Err("one of the columns that the id is made of is empty".to_owned());
        }
        let text = filled.join(&self.join);
        if text.is_empty() {
            return Ok(Filled::Empty);
        }
        let Some(text) = self.translated(&text)? else { return self.plain(&text) };
        Ok(text)
    }

    /// What a word stands for, where the map says something of words.
    fn translated(&self, word: &str) -> Result<Option<Filled>, String> {
        if self.words.is_empty() {
            return Ok(None);
        }
        let small = word.to_lowercase();
        match self.words.iter().find(|(known, _)| *known == small) {
            Some((_, value)) if value.as_str() == Some("") => Ok(Some(Filled::Empty)),
            Some((_, value)) => Ok(Some(Filled::With(value.clone()))),
            None => match self.other_words {
                OtherWords::Kept => Ok(None),
                OtherWords::Empty => Ok(Some(Filled::Empty)),
                OtherWords::Refused => {
                    let known = self.words.iter().map(|(known, _)| known.as_str());
                    let message = format!("the map does not say what `{word}` stands for");
                    Err(with_help(message, choose(word, known)))
                }
            },
        }
    }

    fn plain(&self, text: &str) -> Result<Filled, String> {
        let value = match self.takes {
            Takes::Value(Cell::Number) => number(text, self.decimal, self.round)?.into(),
            Takes::Value(kind) => cell_value(kind, text)?,
            Takes::Id => text.into(),
            Takes::Instant => self.instant(text)?.to_string().into(),
        };
        Ok(Filled::With(value))
    }

    fn list(&self, cells: &[&str]) -> Result<Filled, String> {
        let mut list = Vec::new();
        for word in cells.iter().flat_map(|cell| words(cell)) {
            match self.translated(word)? {
                Some(Filled::With(value)) => list.push(value),
                Some(Filled::Empty) => {}
                None => list.push(word.into()),
            }
        }
        Ok(if list.is_empty() { Filled::Empty } else { Filled::With(list.into()) })
    }

    /// The instant that a cell tells; a date is its first one.
    pub(super) fn instant(&self, text: &str) -> Result<Timestamp, String> {
        let local = match self.local(text)? {
            Told::Instant(instant) => return Ok(instant),
            Told::Local(local) => local,
        };
        let Some(zone) = &self.zone else { return parse_instant(text) };
        // Of an hour that clocks go through twice, the first is meant.
        let instant = match local {
            Local::Date(day) => return Ok(start_of_day_in(zone, day)),
            Local::Clock(clock) => zone.to_ambiguous_timestamp(clock).compatible(),
        };
        instant.map_err(|_| format!("`{text}` is beyond the times that there are"))
    }

    /// The first instant after the day that a cell tells.
    pub(super) fn day_after(&self, text: &str) -> Result<Timestamp, String> {
        let zone = self.zone.clone().unwrap_or(TimeZone::UTC);
        let day = match self.local(text)? {
            Told::Instant(instant) => day_in(&zone, instant),
            Told::Local(Local::Date(day)) => day,
            Told::Local(Local::Clock(clock)) => Day::of(clock.date()),
        };
        Ok(start_of_day_in(&zone, day.plus(1)))
    }

    fn local(&self, text: &str) -> Result<Told, String> {
        if self.times.is_empty() {
            if let Ok(instant) = text.parse() {
                return Ok(Told::Instant(instant));
            }
            if self.zone.is_none() {
                return parse_instant(text).map(Told::Instant);
            }
            let is_date = text.len() <= 10;
            return match text.parse::<DateTime>() {
                Ok(local) if is_date => Ok(Told::Local(Local::Date(Day::of(local.date())))),
                Ok(local) => Ok(Told::Local(Local::Clock(local))),
                Err(_) => Err(format!("`{text}` is not a time; say with `time` how it is written")),
            };
        }
        let told = self.times.iter().find_map(|format| told(format, text));
        told.ok_or_else(|| {
            let formats: Vec<String> = self.times.iter().map(|at| format!("`{at}`")).collect();
            format!("`{text}` is not a time that is written as {}", formats.join(" or "))
        })
    }
}

enum Told {
    Instant(Timestamp),
    Local(Local),
}

enum Local {
    Date(Day),
    Clock(DateTime),
}

/// What a text tells by a format of `strptime`.
fn told(format: &str, text: &str) -> Option<Told> {
    let parts = BrokenDownTime::parse(format, text).ok()?;
    if parts.offset().is_some() || parts.timestamp().is_some() {
        return parts.to_timestamp().ok().map(Told::Instant);
    }
    let date = parts.to_date().ok()?;
    Some(Told::Local(match parts.hour() {
        Some(_) => Local::Clock(date.to_datetime(parts.to_time().ok()?)),
        None => Local::Date(Day::of(date)),
    }))
}

/// Whether a format of `strptime` tells dates, and whether it tells instants without a zone.
pub(super) fn format_tells(format: &str) -> Option<bool> {
    let sample = DateTime::constant(2026, 11, 22, 15, 4, 5, 0).to_zoned(TimeZone::UTC).ok()?;
    let text = BrokenDownTime::from(&sample).to_string(format).ok()?;
    told(format, &text).map(|told| matches!(told, Told::Instant(_)))
}

/// Signs that stand between thousands, whatever the language.
const BETWEEN_THOUSANDS: [char; 5] = [' ', '\u{a0}', '\u{202f}', '\'', '’'];

/// A whole number as people write it: `1.234`, `1,234.00`, `€ 12`, `45 %`.
fn number(text: &str, decimal: char, round: bool) -> Result<i64, String> {
    let wrong = || {
        let other = if decimal == ',' { '.' } else { ',' };
        let help = text.contains(other).then(|| {
            format!("where `{other}` stands before a fraction, say `decimal = \"{other}\"`")
        });
        with_help(format!("`{text}` is not a whole number"), help)
    };
    let mut rest = text.trim();
    let mut negative = false;
    // A sign may stand before the currency or behind it.
    for _ in 0..2 {
        if let Some(signed) = rest.strip_prefix(['-', '\u{2212}']) {
            (rest, negative) = (signed, true);
        }
        rest = without_unit(rest.strip_prefix('+').unwrap_or(rest));
    }
    let (whole, fraction) = rest.split_once(decimal).unwrap_or((rest, ""));
    let groups: Vec<&str> = whole
        .split(|sign| {
            BETWEEN_THOUSANDS.contains(&sign) || (sign != decimal && matches!(sign, '.' | ','))
        })
        .collect();
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let grouped = groups.len() == 1
        || (groups[0].len() <= 3 && groups[1..].iter().all(|group| group.len() == 3));
    if whole.is_empty()
        || groups[0].is_empty()
        || !grouped
        || !groups.iter().all(|one| digits(one))
        || !digits(fraction)
    {
        return Err(wrong());
    }
    if !round && fraction.bytes().any(|digit| digit != b'0') {
        return Err(format!(
            "`{text}` is not a whole number; `round = true` in the map leaves the fraction out"
        ));
    }
    let whole: i64 = groups.concat().parse().map_err(|_| wrong())?;
    Ok(if negative { -whole } else { whole })
}

/// A number without a percent sign or currency: a sign, or three capital letters.
fn without_unit(text: &str) -> &str {
    let text = text.trim_matches(|sign: char| {
        sign.is_whitespace() || matches!(sign, '%' | '€' | '$' | '£' | '¥' | '₹')
    });
    let code = |code: &str| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    let (front, back) = (text.get(..3), text.len().checked_sub(3).and_then(|at| text.get(at..)));
    match (front, back) {
        (Some(front), _) if code(front) => text[3..].trim(),
        (_, Some(back)) if code(back) => text[..text.len() - 3].trim(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (text, decimal, value) in [
            ("1234", '.', 1_234),
            ("1,234", '.', 1_234),
            ("1.234", ',', 1_234),
            ("1.234.567,00", ',', 1_234_567),
            ("1'234", '.', 1_234),
            ("1\u{202f}234", ',', 1_234),
            ("€ 12", '.', 12),
            ("12,00 EUR", ',', 12),
            ("USD 1,200.00", '.', 1_200),
            ("45 %", '.', 45),
            ("-5", '.', -5),
            ("-$5", '.', -5),
            ("$-5", '.', -5),
            ("\u{2212}1.000", ',', -1_000),
        ] {
            assert_eq!(number(text, decimal, false), Ok(value), "{text}");
        }
        for (text, decimal) in [
            ("1.234", '.'),
            ("1,5", '.'),
            ("12,34", '.'),
            ("1234,567", '.'),
            (",123", '.'),
            ("1.5.5", '.'),
            ("", '.'),
            ("-", '.'),
            ("€", '.'),
            ("EUR", '.'),
            ("1.2K", '.'),
            ("12 345 6", '.'),
            ("99999999999999999999", '.'),
            ("٣", '.'),
        ] {
            assert!(number(text, decimal, false).is_err(), "{text}");
        }
        assert_eq!(number("1.234,56 €", ',', true), Ok(1_234));
        assert!(number("1.234,56 €", ',', false).unwrap_err().contains("round = true"));
        assert!(number("1,5", '.', false).unwrap_err().contains("decimal = \",\""));
    }

    fn reading(times: &[&str], zone: &str) -> Reading {
        Reading {
            takes: Takes::Instant,
            words: Vec::new(),
            other_words: OtherWords::Refused,
            join: " ".to_owned(),
            times: times.iter().map(|&time| time.to_owned()).collect(),
            zone: (!zone.is_empty()).then(|| TimeZone::get(zone).unwrap()),
            decimal: '.',
            round: false,
        }
    }

    #[test]
    fn times_are_read_by_format_and_zone() {
        let german = ["%d.%m.%Y %H:%M", "%d.%m.%Y"];
        for (times, zone, text, instant) in [
            (&german[..], "Europe/Berlin", "03.02.2026 09:15", "2026-02-03T08:15:00Z"),
            (&german, "Europe/Berlin", "3.2.2026", "2026-02-02T23:00:00Z"),
            (&german, "Europe/Berlin", "25.10.2026 02:30", "2026-10-25T00:30:00Z"),
            // Midnight did not exist that day.
            (&["%Y-%m-%d"], "America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"),
            (&["%m/%d/%Y %I:%M %p"], "UTC", "02/03/2026 09:15 PM", "2026-02-03T21:15:00Z"),
            (&["%s"], "", "1767225600", "2026-01-01T00:00:00Z"),
            (&["%Y-%m-%d %H:%M %z"], "", "2026-01-01 12:00 +0200", "2026-01-01T10:00:00Z"),
            (&[], "Europe/Berlin", "2026-02-03", "2026-02-02T23:00:00Z"),
            (&[], "Europe/Berlin", "2026-02-03 09:15", "2026-02-03T08:15:00Z"),
            (&[], "Europe/Berlin", "2026-02-03T09:15:00Z", "2026-02-03T09:15:00Z"),
        ] {
            let read = reading(times, zone).instant(text).map(|instant| instant.to_string());
            assert_eq!(read.as_deref(), Ok(instant), "{text}");
        }
        for (times, zone, text) in [
            (&german[..], "Europe/Berlin", "2026-02-03"),
            (&german, "Europe/Berlin", "31.02.2026"),
            (&german, "Europe/Berlin", "03.02.2026 25:00"),
            (&[], "Europe/Berlin", "yesterday"),
            (&[], "", "2026-02-03"),
        ] {
            assert!(reading(times, zone).instant(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_last_day_of_an_interval_belongs_to_it() {
        let berlin = reading(&["%d.%m.%Y"], "Europe/Berlin");
        let after = berlin.day_after("31.12.2025").unwrap();
        assert_eq!(after.to_string(), "2025-12-31T23:00:00Z");
    }

    #[test]
    fn a_format_tells_whether_a_zone_is_needed() {
        assert_eq!(format_tells("%d.%m.%Y"), Some(false));
        assert_eq!(format_tells("%s"), Some(true));
        assert_eq!(format_tells("%Y-%m-%dT%H:%M:%S%:z"), Some(true));
        for wrong in ["%H:%M", "%d.%m", "%!", "", "dd.mm.yyyy", "%"] {
            assert_eq!(format_tells(wrong), None, "{wrong}");
        }
    }
}
