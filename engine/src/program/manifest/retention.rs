//! How long what is on record stays: an age for each kind of event that is about people.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use jiff::{Span, Timestamp};

use super::Declared;
use super::activities::Kind;
use crate::error::{Code, Problem, choose};
use crate::table::{Set, Table};
use crate::time::{Calendar, Day, Unit};

/// The oldest age: some hundred years.
const OLDEST: i64 = 36_500;

/// The settings with an age, in the order in which they are told, with what each is about.
const AGES: [(&str, &str); 6] = [
    ("posts", "what people wrote in published posts and comments, with media and links"),
    ("activities", "what people did, with results, edits and what was objected to"),
    ("corrections", "points by hand, with who gave them and why"),
    ("disputes", "what advocates object to, and how it ended"),
    ("grants", "what rules read for a grant, and the reasons of decisions about it"),
    ("profiles", "names and facts of people that later records have replaced"),
];

/// How old something gets before it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Age {
    number: i64,
    unit: AgeUnit,
    /// Where it stands in the manifest.
    pub(crate) range: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AgeUnit {
    Day,
    Week,
    Month,
    Year,
}

/// How long what is on record stays; where there is no age, until somebody takes it off the record.
#[derive(Clone, Debug, Default)]
pub(crate) struct Retention {
    /// Of each setting that there is an age for.
    ages: BTreeMap<&'static str, Age>,
    /// Of activities of these kinds, whatever holds for others.
    pub(crate) kinds: BTreeMap<Arc<str>, Age>,
}

impl Retention {
    /// Whether nothing goes by its age.
    pub(crate) fn is_empty(&self) -> bool {
        self.ages.is_empty() && self.kinds.is_empty()
    }

    /// What there is an age for, as the manifest names it, with what it is about.
    pub(crate) fn all(&self) -> impl Iterator<Item = (String, String, &Age)> {
        let of = |(name, about): &(&'static str, &str)| {
            Some(((*name).to_owned(), (*about).to_owned(), self.ages.get(name)?))
        };
        let kinds = self.kinds.iter().map(|(kind, age)| {
            (format!("kinds.{kind}"), format!("what people did of the kind `{kind}`"), age)
        });
        AGES.iter().filter_map(of).collect::<Vec<_>>().into_iter().chain(kinds)
    }
}

impl Age {
    fn parse(text: &str, range: Range<usize>) -> Option<Self> {
        let (number, unit) = text.split_once(' ')?;
        let unit = match unit {
            "day" | "days" => AgeUnit::Day,
            "week" | "weeks" => AgeUnit::Week,
            "month" | "months" => AgeUnit::Month,
            "year" | "years" => AgeUnit::Year,
            _ => return None,
        };
        let is_plain = number.bytes().all(|sign| sign.is_ascii_digit());
        let number = number.parse().ok().filter(|number| is_plain && *number > 0)?;
        let age = Self { number, unit, range };
        (age.least_days() <= OLDEST).then_some(age)
    }

    /// What is before this instant is past the age, as of a time: whole days of the program's zone.
    pub(crate) fn before(&self, calendar: &Calendar, as_of: Timestamp) -> Timestamp {
        let span = match self.unit {
            AgeUnit::Day => Span::new().try_days(self.number),
            AgeUnit::Week => Span::new().try_weeks(self.number),
            AgeUnit::Month => Span::new().try_months(self.number),
            AgeUnit::Year => Span::new().try_years(self.number),
        };
        let today = calendar.day(as_of).date();
        let day = span.and_then(|span| today.checked_sub(span));
        day.map_or(Timestamp::MIN, |day| calendar.start_of_day(Day::of(day)))
    }

    /// How many days it has at least.
    pub(crate) fn least_days(&self) -> i64 {
        let number = self.number;
        match self.unit {
            AgeUnit::Day => number,
            AgeUnit::Week => number.saturating_mul(7),
            // The shortest months in a row that there are.
            AgeUnit::Month => {
                let days = number.saturating_mul(365) / 12;
                if number % 12 == 0 { days } else { days - 2 }
            }
            AgeUnit::Year => number.saturating_mul(365),
        }
    }

    /// Whether it reaches back to the start of a calendar period from every day of it.
    pub(crate) fn covers(&self, unit: Unit) -> bool {
        let (days, months) = match unit {
            Unit::Day => (1, 1),
            Unit::Week => (7, 1),
            Unit::Month => (31, 1),
            Unit::Quarter => (92, 3),
            Unit::Year => (366, 12),
            Unit::Ever => return false,
        };
        match self.unit {
            AgeUnit::Day | AgeUnit::Week => self.least_days() >= days,
            AgeUnit::Month => self.number >= months,
            AgeUnit::Year => self.number.saturating_mul(12) >= months,
        }
    }

    /// As it is written in the manifest, such as `3 years`.
    pub(crate) fn show(&self) -> String {
        let unit = match self.unit {
            AgeUnit::Day => "day",
            AgeUnit::Week => "week",
            AgeUnit::Month => "month",
            AgeUnit::Year => "year",
        };
        let many = if self.number == 1 { "" } else { "s" };
        format!("{} {unit}{many}", self.number)
    }
}

fn age(table: &Table<'_, '_>, name: &str) -> Option<Age> {
    let Set { value, range } = table.text(name)?;
    let age = Age::parse(value, range.clone());
    if age.is_none() {
        let message = format!("`{name}` is an age such as \"1 year\", not `{value}`");
        let help = "a whole number of days, weeks, months or years, up to a hundred years";
        table.problem(Problem::new(Code::WrongValue, message).help(help), range);
    }
    age
}

/// How long what is on record stays, by `[privacy.retention]`.
pub(super) fn retention(root: &Table<'_, '_>, kinds: &Declared<Kind>) -> Retention {
    let Some(table) = root.table("privacy").and_then(|privacy| privacy.table("retention")) else {
        return Retention::default();
    };
    let names: Vec<&str> = AGES.iter().map(|(name, _)| *name).chain(["kinds"]).collect();
    let table = table.only(&names);
    let ages = AGES.iter().filter_map(|(name, _)| Some((*name, age(&table, name)?))).collect();
    let mut retention = Retention { ages, kinds: BTreeMap::new() };
    let Some(own) = table.table("kinds") else { return retention };
    for (kind, range) in own.names() {
        if !kinds.contains_key(kind) {
            let message = format!("there is no kind `{kind}`");
            let problem = Problem::new(Code::UnknownSetting, message)
                .maybe_help(choose(kind, kinds.keys().map(|kind| &**kind)));
            own.problem(problem, range);
        } else if let Some(age) = age(&own, kind) {
            retention.kinds.insert(kind.into(), age);
        }
    }
    retention
}

#[cfg(test)]
mod tests {
    use jiff::civil::Weekday;
    use jiff::tz::TimeZone;

    use super::*;

    fn age(text: &str) -> Option<Age> {
        Age::parse(text, 0..0)
    }

    #[test]
    fn an_age_is_counted_back_in_days_of_the_zone() {
        let berlin = Calendar::new(TimeZone::get("Europe/Berlin").unwrap(), Weekday::Monday);
        let as_of: Timestamp = "2026-03-31T22:30:00Z".parse().unwrap();
        for (text, before) in [
            ("1 day", "2026-03-30T22:00:00Z"),
            ("2 weeks", "2026-03-17T23:00:00Z"),
            ("1 month", "2026-02-28T23:00:00Z"),
            ("13 months", "2025-02-28T23:00:00Z"),
            ("1 year", "2025-03-31T22:00:00Z"),
        ] {
            let found = age(text).unwrap().before(&berlin, as_of);
            assert_eq!(found, before.parse::<Timestamp>().unwrap(), "{text}");
        }
        assert_eq!(age("99 years").unwrap().before(&berlin, Timestamp::MIN), Timestamp::MIN);
    }

    #[test]
    fn what_is_no_age_is_none() {
        for text in [
            "",
            "1",
            "year",
            "1year",
            "1  year",
            "-1 days",
            "+1 days",
            "0 days",
            "1.5 years",
            "1 fortnight",
            "101 years",
            "99999999999999999999 days",
        ] {
            assert_eq!(age(text), None, "{text}");
        }
        assert_eq!(age("1 years").unwrap().show(), "1 year");
        assert_eq!(age("18 months").unwrap().show(), "18 months");
    }

    #[test]
    fn an_age_covers_the_periods_that_it_reaches_back_over() {
        for (text, unit, covers) in [
            ("3 months", Unit::Quarter, true),
            ("91 days", Unit::Quarter, false),
            ("92 days", Unit::Quarter, true),
            ("12 months", Unit::Year, true),
            ("365 days", Unit::Year, false),
            ("1 week", Unit::Week, true),
            ("30 days", Unit::Month, false),
        ] {
            assert_eq!(age(text).unwrap().covers(unit), covers, "{text}");
        }
        assert_eq!(age("3 months").unwrap().least_days(), 89);
        assert_eq!(age("1 year").unwrap().least_days(), 365);
    }
}
