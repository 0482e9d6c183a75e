//! Facts of what a person did before, and the running record they are read from.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;

use super::{COUNT, Value, facts};
use crate::time::Day;

facts! {
    /// What the person did strictly before this moment, under the same rules.
    SoFarFact {
        /// Points of all time.
        Points = "points": COUNT, personal;
        /// Points of the same local day.
        PointsToday = "points_today": COUNT, personal;
        /// Points of the same local week.
        PointsThisWeek = "points_this_week": COUNT, personal;
        /// Activities of all time.
        Activities = "activities": COUNT, personal;
        /// Activities of the same local day.
        ActivitiesToday = "activities_today": COUNT, personal;
        /// Activities of the same local week.
        ActivitiesThisWeek = "activities_this_week": COUNT, personal;
        /// Local days since the last activity; not known where there was none.
        DaysSinceLast = "days_since_last": COUNT, optional, personal;
        /// Earlier activities on the same content; 0 where this one names no content.
        SameContent = "same_content": COUNT, personal;
        /// Earlier activities with the same counterpart; 0 where this one names none.
        SameCounterpart = "same_counterpart": COUNT, personal;
        /// Activities of a kind, of all time.
        Count = "count": COUNT, asked(Kind), personal;
        /// Activities of a kind on the same local day.
        Today = "today": COUNT, asked(Kind), personal;
        /// Activities of a kind in the same local week.
        ThisWeek = "this_week": COUNT, asked(Kind), personal;
    }
}

/// A running count with the part of it that belongs to the current day and week.
#[derive(Clone, Copy, Debug, Default, Serialize)]
struct Tally {
    ever: i64,
    day: (i64, Option<Day>),
    week: (i64, Option<Day>),
}

impl Tally {
    fn add(&mut self, amount: i64, day: Day, week: Day) {
        self.ever += amount;
        self.day = (self.today(day) + amount, Some(day));
        self.week = (self.this_week(week) + amount, Some(week));
    }

    fn today(&self, day: Day) -> i64 {
        if self.day.1 == Some(day) { self.day.0 } else { 0 }
    }

    fn this_week(&self, week: Day) -> i64 {
        if self.week.1 == Some(week) { self.week.0 } else { 0 }
    }
}

/// What a person did so far, kept up to date one activity at a time, in the order of the fold.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct SoFar {
    points: Tally,
    activities: Tally,
    by_kind: HashMap<Arc<str>, Tally>,
    by_content: HashMap<Arc<str>, i64>,
    by_counterpart: HashMap<Arc<str>, i64>,
    last: Option<Day>,
    /// The day and the first day of the week that “today” and “this week” mean now.
    now: Option<(Day, Day)>,
    content: Option<Arc<str>>,
    counterpart: Option<Arc<str>>,
}

impl SoFar {
    /// Looks at the record from an activity (or a draft) on `day` in the week that starts on `week`.
    pub(crate) fn look_from(
        &mut self,
        day: Day,
        week: Day,
        content: Option<Arc<str>>,
        counterpart: Option<Arc<str>>,
    ) {
        self.now = Some((day, week));
        self.content = content;
        self.counterpart = counterpart;
    }

    /// Takes the activity that was just looked at into the record, with the points it brought.
    pub(crate) fn add(&mut self, kind: &Arc<str>, points: i64) {
        let Some((day, week)) = self.now else { return };
        self.points.add(points, day, week);
        self.activities.add(1, day, week);
        self.by_kind.entry(Arc::clone(kind)).or_default().add(1, day, week);
        if let Some(content) = &self.content {
            *self.by_content.entry(Arc::clone(content)).or_default() += 1;
        }
        if let Some(counterpart) = &self.counterpart {
            *self.by_counterpart.entry(Arc::clone(counterpart)).or_default() += 1;
        }
        self.last = Some(day);
    }

    /// Reads a fact; `kind` is the argument of those that are asked for a kind.
    pub(crate) fn read(&self, fact: SoFarFact, kind: Option<&str>) -> Value {
        let (day, week) = match self.now {
            Some(now) => now,
            None => return SoFarFact::FACTS[fact as usize].default(),
        };
        let of_kind = || kind.and_then(|kind| self.by_kind.get(kind)).copied().unwrap_or_default();
        let count = |counts: &HashMap<Arc<str>, i64>, key: &Option<Arc<str>>| {
            key.as_ref().and_then(|key| counts.get(key)).copied().unwrap_or(0)
        };
        Value::Number(match fact {
            SoFarFact::Points => self.points.ever,
            SoFarFact::PointsToday => self.points.today(day),
            SoFarFact::PointsThisWeek => self.points.this_week(week),
            SoFarFact::Activities => self.activities.ever,
            SoFarFact::ActivitiesToday => self.activities.today(day),
            SoFarFact::ActivitiesThisWeek => self.activities.this_week(week),
            SoFarFact::DaysSinceLast => match self.last {
                Some(last) => day.since(last),
                None => return Value::Unknown,
            },
            SoFarFact::SameContent => count(&self.by_content, &self.content),
            SoFarFact::SameCounterpart => count(&self.by_counterpart, &self.counterpart),
            SoFarFact::Count => of_kind().ever,
            SoFarFact::Today => of_kind().today(day),
            SoFarFact::ThisWeek => of_kind().this_week(week),
        })
    }
}
