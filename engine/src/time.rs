//! Instants, local days and the periods that caps and windows count in.
//!
//! Intervals are half-open. Days, weeks and longer periods are those of the program's time zone,
//! whatever offset an event came with.

use std::sync::Arc;

use jiff::civil::{Date, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Span, Timestamp};

/// A local calendar day, as days since 1970-01-01; always one that a date can be written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub(crate) struct Day(i32);

const EPOCH: Date = Date::constant(1970, 1, 1);
/// The first date that RFC 3339 can write.
const FIRST_SHOWN: Date = Date::constant(0, 1, 1);

impl Day {
    /// The day -9999-01-01.
    const FIRST: Day = Day(-4_371_587);
    /// The day 9999-12-31.
    const LAST: Day = Day(2_932_896);

    /// The day so many days later, or earlier; the first or last day there is where it is beyond.
    pub(crate) fn plus(self, days: i64) -> Day {
        let day = i64::from(self.0).saturating_add(days);
        let day = day.clamp(i64::from(Day::FIRST.0), i64::from(Day::LAST.0));
        Day(i32::try_from(day).unwrap_or(self.0))
    }

    /// Days from `other` to this day; negative where `other` is later.
    pub(crate) fn minus(self, other: Day) -> i64 {
        i64::from(self.0) - i64::from(other.0)
    }

    /// Days from `earlier` to this day; never negative.
    pub(crate) fn since(self, earlier: Day) -> i64 {
        self.minus(earlier).max(0)
    }

    /// 1 is Monday, 7 is Sunday (ISO 8601).
    pub(crate) fn weekday(self) -> i64 {
        // 1970-01-01 was a Thursday.
        (i64::from(self.0) + 3).rem_euclid(7) + 1
    }

    /// The day as an ISO date, such as `2026-06-01`. RFC 3339 has no dates before the year 0: where
    /// arithmetic comes to one, the first that it has is shown.
    pub(crate) fn show(self) -> String {
        self.date().max(FIRST_SHOWN).to_string()
    }

    pub(crate) fn date(self) -> Date {
        let span = Span::new().try_days(self.0);
        span.and_then(|span| EPOCH.checked_add(span)).unwrap_or(EPOCH)
    }

    /// The second of 1970 at which it begins in UTC.
    fn utc_second(self) -> i64 {
        i64::from(self.0) * 86_400
    }

    pub(crate) fn of(date: Date) -> Day {
        let days = date.since(EPOCH).map_or(0, |span| span.get_days());
        Day(days)
    }
}

/// The unit that a cap counts in, or that periods are made of.
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

/// The years whose offsets a calendar knows by heart.
const KNOWN_YEARS: (i16, i16) = (2000, 2060);

/// The program's calendar: its time zone and the day its weeks begin on.
#[derive(Clone, Debug)]
pub(crate) struct Calendar {
    zone: TimeZone,
    week_start: Weekday,
    /// The seconds of 1970 at which an offset from UTC begins to hold, and the offset, in seconds: every
    /// activity asks for its day several times. The first begins with the known years, the last, which has
    /// none, ends them.
    offsets: Arc<[(i64, Option<i32>)]>,
}

impl Calendar {
    pub(crate) fn new(zone: TimeZone, week_start: Weekday) -> Self {
        let start_of = |year| Date::new(year, 1, 1).map_or(0, |date| Day::of(date).utc_second());
        let (from, until) = (start_of(KNOWN_YEARS.0), start_of(KNOWN_YEARS.1));
        let first = Timestamp::from_second(from).unwrap_or_default();
        let changes = zone.following(first).map(|change| {
            let offset = change.offset().seconds();
            (change.timestamp().as_second(), Some(offset))
        });
        let offsets = std::iter::once((from, Some(zone.to_offset(first).seconds())))
            .chain(changes.take_while(|(second, _)| *second < until))
            .chain([(until, None)])
            .collect();
        Self { zone, week_start, offsets }
    }

    pub(crate) fn zone(&self) -> &TimeZone {
        &self.zone
    }

    pub(crate) fn week_start(&self) -> Weekday {
        self.week_start
    }

    /// The local day of an instant.
    pub(crate) fn day(&self, at: Timestamp) -> Day {
        let later = self.offsets.partition_point(|(from, _)| *from <= at.as_second());
        match later.checked_sub(1).and_then(|place| self.offsets[place].1) {
            Some(offset) => day_at(at, offset),
            None => day_in(&self.zone, at),
        }
    }

    /// The first day of the week that a day belongs to.
    pub(crate) fn week(&self, day: Day) -> Day {
        let start = i64::from(self.week_start.to_monday_one_offset());
        let back = (day.weekday() - start).rem_euclid(7);
        day.plus(-back)
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
            Unit::Ever => Day::FIRST,
        }
    }

    /// The first day of the unit after the one that a day belongs to; the last day there is for
    /// `Ever`, and where the next unit is beyond it.
    pub(crate) fn start_of_next(&self, unit: Unit, day: Day) -> Day {
        let start = self.start_of(unit, day).date();
        let months = |months: i64| {
            let span = Span::new().try_months(months);
            span.and_then(|span| start.checked_add(span)).map_or(Day::LAST, Day::of)
        };
        match unit {
            Unit::Day => day.plus(1),
            Unit::Week => self.week(day).plus(7),
            Unit::Month => months(1),
            Unit::Quarter => months(3),
            Unit::Year => months(12),
            Unit::Ever => Day::LAST,
        }
    }

    /// The last instant that counts: as-of is exclusive.
    pub(crate) fn last_instant(as_of: Timestamp) -> Timestamp {
        as_of.checked_sub(Span::new().nanoseconds(1)).unwrap_or(Timestamp::MIN)
    }

    /// The local day of the last instant that counts.
    pub(crate) fn last_day(&self, as_of: Timestamp) -> Day {
        self.day(Self::last_instant(as_of))
    }

    /// An instant as a local clock shows it, to the minute.
    pub(crate) fn show(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// The first instant of a local day, as [`start_of_day_in`] the program's time zone.
    pub(crate) fn start_of_day(&self, day: Day) -> Timestamp {
        start_of_day_in(&self.zone, day)
    }
}

/// The local day of an instant in a time zone.
pub(crate) fn day_in(zone: &TimeZone, at: Timestamp) -> Day {
    day_at(at, zone.to_offset(at).seconds())
}

/// The local day of an instant where this offset from UTC holds, in seconds.
fn day_at(at: Timestamp, offset: i32) -> Day {
    // Before 1970 the parts of a second count backwards from the second they belong to.
    let second = at.as_second() - i64::from(at.subsec_nanosecond() < 0);
    let local = second + i64::from(offset);
    // jiff's range of years (±9999) fits an i32 of days many times over.
    Day(i32::try_from(local.div_euclid(86_400)).unwrap_or(Day::LAST.0))
}

/// The first instant of a local day in a time zone. Where clocks jump over midnight it is the
/// instant of the jump; where they jump over the whole day, that day and the next begin with it.
pub(crate) fn start_of_day_in(zone: &TimeZone, day: Day) -> Timestamp {
    let midnight = day.date().at(0, 0, 0, 0);
    let ambiguous = zone.to_ambiguous_timestamp(midnight);
    let jump = match ambiguous.offset() {
        // Read with the offset after the jump, a time that was jumped over is before it.
        AmbiguousOffset::Gap { after, .. } => after
            .to_timestamp(midnight)
            .ok()
            .and_then(|before| zone.following(before).next())
            .map(|transition| transition.timestamp()),
        AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => None,
    };
    let beyond = if day.0 < 0 { Timestamp::MIN } else { Timestamp::MAX };
    jump.unwrap_or_else(|| ambiguous.compatible().unwrap_or(beyond))
}

/// Reads an instant; it must say its offset from UTC.
pub(crate) fn parse_instant(text: &str) -> Result<Timestamp, String> {
    text.parse::<Timestamp>().map_err(|_| {
        let has_offset = text.ends_with(['Z', 'z'])
            || text.get(19..).is_some_and(|rest| rest.contains(['+', '-']));
        if has_offset {
            return format!("`{text}` is not a time that exists: look at its day, month and hour");
        }
        // No program is at hand here that would say in which zone the day begins.
        if text.len() == 10 && text.parse::<Date>().is_ok() {
            return format!("`{text}` is not a time but a date; add the time of day and its offset from UTC, such as {text}T12:00:00Z or {text}T14:00:00+02:00");
        }
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
    fn days_known_by_heart_are_those_of_the_zone() {
        for name in
            ["Europe/Berlin", "America/New_York", "Africa/Casablanca", "Pacific/Apia", "UTC"]
        {
            let calendar = calendar(name, Weekday::Monday);
            let changes = calendar.offsets.iter().map(|(second, _)| *second);
            // Around every change of the offset, and before and after the known years.
            for second in changes.chain([0, -1, 5_000_000_000]) {
                for off in [-86_400, -3_601, -1, 0, 1, 3_599, 86_400] {
                    let at = Timestamp::new(second + off, 999_999_999).unwrap();
                    assert_eq!(calendar.day(at), day_in(calendar.zone(), at), "{name} {at}");
                }
            }
        }
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

    fn on(date: &str) -> Day {
        Day::of(date.parse().unwrap())
    }

    #[test]
    fn days_add_up_and_show_as_iso_dates() {
        for (from, days, to) in [
            ("2024-02-28", 1, "2024-02-29"),
            ("2025-02-28", 1, "2025-03-01"),
            ("2100-02-28", 1, "2100-03-01"),
            ("2026-12-31", 1, "2027-01-01"),
            ("1970-01-01", -1, "1969-12-31"),
            ("1904-03-01", -1, "1904-02-29"),
            ("2026-06-01", 0, "2026-06-01"),
            ("0001-01-01", -1, "0000-12-31"),
        ] {
            assert_eq!(on(from).plus(days).show(), to, "{from} {days}");
            assert_eq!(on(to).minus(on(from)), days, "{from} {to}");
            assert_eq!(on(to).since(on(from)), days.max(0), "{from} {to}");
            assert_eq!(Day::of(on(to).date()), on(to));
        }
        assert_eq!(on("0000-01-01").plus(-1).show(), "0000-01-01");
    }

    #[test]
    fn days_end_where_dates_end() {
        assert_eq!((Day::FIRST, Day::LAST), (Day::of(Date::MIN), Day::of(Date::MAX)));
        assert_eq!((Day::FIRST.date(), Day::LAST.date()), (Date::MIN, Date::MAX));
        assert_eq!(on("2026-06-01").plus(i64::MAX), Day::LAST);
        assert_eq!(on("2026-06-01").plus(i64::MIN), Day::FIRST);
        assert_eq!(Day::FIRST.minus(Day::LAST), -7_304_483);
        for start in [Weekday::Monday, Weekday::Saturday, Weekday::Sunday] {
            for zone in ["UTC", "Pacific/Kiritimati", "Pacific/Honolulu"] {
                let zone = calendar(zone, start);
                for day in [Day::FIRST, Day::LAST] {
                    for name in Unit::NAMES {
                        let unit = Unit::parse(name).unwrap();
                        assert!(zone.start_of(unit, day) <= day);
                        assert!(zone.start_of_next(unit, day) >= day);
                    }
                }
                assert!(
                    zone.start_of_day(Day::FIRST)
                        <= Timestamp::MIN + jiff::SignedDuration::from_hours(48)
                );
                assert!(
                    zone.start_of_day(Day::LAST)
                        >= Timestamp::MAX - jiff::SignedDuration::from_hours(48)
                );
                zone.last_day(Timestamp::MIN);
                zone.last_day(Timestamp::MAX);
            }
        }
        assert_eq!(Calendar::last_instant(Timestamp::MIN), Timestamp::MIN);
    }

    #[test]
    fn units_follow_each_other_without_a_gap() {
        for (unit, day, start, next) in [
            (Unit::Day, "2024-02-28", "2024-02-28", "2024-02-29"),
            (Unit::Day, "2026-12-31", "2026-12-31", "2027-01-01"),
            (Unit::Week, "2027-01-01", "2026-12-28", "2027-01-04"),
            (Unit::Week, "2024-02-29", "2024-02-26", "2024-03-04"),
            (Unit::Month, "2024-02-29", "2024-02-01", "2024-03-01"),
            (Unit::Month, "2026-12-31", "2026-12-01", "2027-01-01"),
            (Unit::Quarter, "2026-01-01", "2026-01-01", "2026-04-01"),
            (Unit::Quarter, "2026-11-22", "2026-10-01", "2027-01-01"),
            (Unit::Year, "2024-12-31", "2024-01-01", "2025-01-01"),
            (Unit::Year, "1969-12-31", "1969-01-01", "1970-01-01"),
            (Unit::Quarter, "1960-02-29", "1960-01-01", "1960-04-01"),
        ] {
            let zone = calendar("Europe/Berlin", Weekday::Monday);
            let found =
                (zone.start_of(unit, on(day)).show(), zone.start_of_next(unit, on(day)).show());
            assert_eq!(found, (start.to_owned(), next.to_owned()), "{unit:?} of {day}");
        }
        for start in [Weekday::Monday, Weekday::Saturday, Weekday::Sunday] {
            let zone = calendar("UTC", start);
            for name in ["day", "week", "month", "quarter", "year"] {
                let unit = Unit::parse(name).unwrap();
                for days in -800..800 {
                    let day = on("1970-01-01").plus(days);
                    let next = zone.start_of_next(unit, day);
                    assert!(day < next);
                    assert_eq!(zone.start_of(unit, next), next);
                    assert_eq!(zone.start_of(unit, next.plus(-1)), zone.start_of(unit, day));
                }
            }
            assert_eq!(zone.start_of_next(Unit::Ever, on("2026-01-01")), Day::LAST);
        }
    }

    #[test]
    fn weeks_may_begin_on_saturday_or_sunday() {
        // 2027-01-01 is a Friday.
        for (start, day, first) in [
            (Weekday::Saturday, "2027-01-01", "2026-12-26"),
            (Weekday::Saturday, "2027-01-02", "2027-01-02"),
            (Weekday::Sunday, "2027-01-02", "2026-12-27"),
            (Weekday::Sunday, "2027-01-03", "2027-01-03"),
            (Weekday::Sunday, "1969-12-31", "1969-12-28"),
        ] {
            let zone = calendar("UTC", start);
            assert_eq!(zone.week(on(day)).show(), first, "{start:?} {day}");
            assert_eq!(zone.start_of_next(Unit::Week, on(day)), on(first).plus(7));
        }
    }

    #[test]
    fn a_day_begins_with_its_first_instant() {
        for (zone, day, first) in [
            ("UTC", "2026-06-01", "2026-06-01T00:00:00Z"),
            // The days on which the clocks change have 23 and 25 hours.
            ("Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z"),
            ("Europe/Berlin", "2026-03-30", "2026-03-29T22:00:00Z"),
            ("Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00Z"),
            ("Europe/Berlin", "2026-10-26", "2026-10-25T23:00:00Z"),
            // Midnight is jumped over.
            ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"),
            ("Asia/Beirut", "2024-03-31", "2024-03-30T22:00:00Z"),
            // Clocks jumped from 23:30 to 00:30.
            ("America/Toronto", "1919-03-31", "1919-03-31T04:30:00Z"),
            // Midnight comes twice; the first one counts.
            ("America/Havana", "2026-11-01", "2026-11-01T04:00:00Z"),
            ("America/St_Johns", "2009-11-01", "2009-11-01T02:30:00Z"),
            // Clocks go back from midnight to 23:00.
            ("America/Sao_Paulo", "2018-02-18", "2018-02-18T03:00:00Z"),
            // A day that Samoa left out begins with the next.
            ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"),
            ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"),
            ("America/Sao_Paulo", "1963-10-23", "1963-10-23T03:00:00Z"),
            ("Asia/Kathmandu", "1965-06-01", "1965-05-31T18:30:00Z"),
        ] {
            let zone = calendar(zone, Weekday::Monday);
            let start = zone.start_of_day(on(day));
            assert_eq!(start.to_string(), first, "{zone:?} {day}");
            assert!(zone.day(start) >= on(day));
            assert!(zone.last_day(start) < on(day), "{zone:?} {day}");
        }
    }

    #[test]
    fn as_of_is_exclusive() {
        let zone = calendar("Europe/Berlin", Weekday::Monday);
        for (as_of, last) in [
            ("2026-03-31T22:00:00Z", "2026-03-31"),
            ("2026-03-31T22:00:00.000000001Z", "2026-04-01"),
            ("2026-10-25T23:00:00Z", "2026-10-25"),
            ("2025-12-31T23:00:00Z", "2025-12-31"),
            ("1969-12-31T23:00:00Z", "1969-12-31"),
            ("1969-12-31T23:00:00.5Z", "1970-01-01"),
            ("1966-07-14T23:00:00Z", "1966-07-14"),
        ] {
            assert_eq!(zone.last_day(at(as_of)).show(), last, "{as_of}");
        }
        let utc = calendar("UTC", Weekday::Monday);
        assert_eq!(utc.last_day(at("1970-01-01T00:00:00Z")).show(), "1969-12-31");
        assert_eq!(utc.last_day(at("1969-12-31T00:00:00Z")).show(), "1969-12-30");
        assert_eq!(
            Calendar::last_instant(at("2026-01-01T00:00:00Z")),
            at("2025-12-31T23:59:59.999999999Z")
        );
    }

    #[test]
    fn a_time_without_an_offset_is_refused() {
        assert!(parse_instant("2026-06-30T12:00:00").is_err());
        assert!(parse_instant("2026-02-30T12:00:00Z").is_err());
        assert!(parse_instant("2026-06-30T12:00:00+02:00").is_ok());
    }
}
