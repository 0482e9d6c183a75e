//! Instants, local days and the periods that caps and windows count in.
//!
//! Intervals are half-open. Days, weeks and longer periods are those of the program's time zone,
//! whatever offset an event came with.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

/// A local calendar day, as days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub(crate) struct Day(i32);

const EPOCH: Date = Date::constant(1970, 1, 1);

impl Day {
    /// Days from `earlier` to this day; never negative.
    pub(crate) fn since(self, earlier: Day) -> i64 {
        i64::from(self.0).saturating_sub(i64::from(earlier.0)).max(0)
    }

    /// 1 is Monday, 7 is Sunday (ISO 8601).
    pub(crate) fn weekday(self) -> i64 {
        // 1970-01-01 was a Thursday.
        i64::from(self.0 + 3).rem_euclid(7) + 1
    }

    fn date(self) -> Date {
        EPOCH.checked_add(self.0.days()).unwrap_or(Date::MAX)
    }

    fn of(date: Date) -> Day {
        let days = date.since(EPOCH).map_or(0, |span| span.get_days());
        Day(days)
    }
}

/// The unit that a cap counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Day,
    Week,
    Month,
    Quarter,
    Year,
    Ever,
}

impl Unit {
    pub(crate) const NAMES: &'static [&'static str] =
        &["day", "week", "month", "quarter", "year", "ever"];

    pub(crate) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "day" => Unit::Day,
            "week" => Unit::Week,
            "month" => Unit::Month,
            "quarter" => Unit::Quarter,
            "year" => Unit::Year,
            "ever" => Unit::Ever,
            _ => return None,
        })
    }
}

/// The program's calendar: its time zone and the day its weeks begin on.
#[derive(Clone, Debug)]
pub(crate) struct Calendar {
    zone: TimeZone,
    week_start: Weekday,
}

impl Calendar {
    pub(crate) fn new(zone: TimeZone, week_start: Weekday) -> Self {
        Self { zone, week_start }
    }

    /// The local day of an instant.
    pub(crate) fn day(&self, at: Timestamp) -> Day {
        let local = at.as_second() + i64::from(self.zone.to_offset(at).seconds());
        // jiff's range of years (±9999) fits an i32 of days many times over.
        Day(i32::try_from(local.div_euclid(86_400)).unwrap_or(i32::MAX))
    }

    /// The first day of the week that a day belongs to.
    pub(crate) fn week(&self, day: Day) -> Day {
        let start = i64::from(self.week_start.to_monday_one_offset());
        let back = (day.weekday() - start).rem_euclid(7);
        Day(day.0 - i32::try_from(back).unwrap_or(0))
    }

    /// The first day of the unit that a day belongs to; the same for all days of `Ever`.
    pub(crate) fn start_of(&self, unit: Unit, day: Day) -> Day {
        let date = day.date();
        let first = |month: i8| Date::new(date.year(), month, 1).map_or(day, Day::of);
        match unit {
            Unit::Day => day,
            Unit::Week => self.week(day),
            Unit::Month => first(date.month()),
            Unit::Quarter => first((date.month() - 1) / 3 * 3 + 1),
            Unit::Year => first(1),
            Unit::Ever => Day(i32::MIN),
        }
    }

    /// An instant as a local clock shows it, to the minute.
    pub(crate) fn show(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// The instant at which a local date begins.
    pub(crate) fn start_of_date(&self, date: Date) -> Timestamp {
        date.to_zoned(self.zone.clone()).map_or(Timestamp::MAX, |zoned| zoned.timestamp())
    }
}

/// The last instant before a time: as-of is exclusive.
pub(crate) fn last_instant(as_of: Timestamp) -> Timestamp {
    as_of.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(as_of)
}

/// Reads an instant; it must say its offset from UTC.
pub(crate) fn parse_instant(text: &str) -> Result<Timestamp, String> {
    text.parse::<Timestamp>().map_err(|_| {
        format!("`{text}` is not a time with an offset, such as 2026-06-30T12:00:00Z or 2026-06-30T14:00:00+02:00")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar(zone: &str, start: Weekday) -> Calendar {
        Calendar::new(TimeZone::get(zone).unwrap(), start)
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_is_the_one_of_the_zone_not_of_the_event() {
        let berlin = calendar("Europe/Berlin", Weekday::Monday);
        assert_eq!(
            berlin.day(at("2026-01-01T23:30:00Z")),
            berlin.day(at("2026-01-02T12:00:00-05:00"))
        );
        assert_ne!(berlin.day(at("2026-01-01T22:30:00Z")), berlin.day(at("2026-01-01T23:30:00Z")));
    }

    #[test]
    fn weeks_begin_where_the_program_says() {
        let day = |zone: &Calendar, text| zone.day(at(text));
        let monday = calendar("UTC", Weekday::Monday);
        let sunday = calendar("UTC", Weekday::Sunday);
        // 2026-11-22 is a Sunday.
        let on = day(&monday, "2026-11-22T12:00:00Z");
        assert_eq!(on.weekday(), 7);
        assert_eq!(monday.week(on), day(&monday, "2026-11-16T00:00:00Z"));
        assert_eq!(sunday.week(on), on);
    }

    #[test]
    fn a_period_starts_on_its_first_day() {
        let zone = calendar("UTC", Weekday::Monday);
        let on = zone.day(at("2024-05-31T12:00:00Z"));
        assert_eq!(zone.start_of(Unit::Month, on), zone.day(at("2024-05-01T00:00:00Z")));
        assert_eq!(zone.start_of(Unit::Quarter, on), zone.day(at("2024-04-01T00:00:00Z")));
        assert_eq!(zone.start_of(Unit::Year, on), zone.day(at("2024-01-01T00:00:00Z")));
        let before = zone.day(at("1969-12-31T12:00:00Z"));
        assert_eq!(zone.start_of(Unit::Month, before), zone.day(at("1969-12-01T00:00:00Z")));
    }

    #[test]
    fn a_time_without_an_offset_is_refused() {
        assert!(parse_instant("2026-06-30T12:00:00").is_err());
        assert!(parse_instant("2026-02-30T12:00:00Z").is_err());
        assert!(parse_instant("2026-06-30T12:00:00+02:00").is_ok());
    }
}
