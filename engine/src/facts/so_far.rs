//! Facts of what a person did before, and the running record they are read from.

use std::sync::Arc;

use foldhash::HashMap;
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
        /// Earlier activities of the same kind on the same content, for a post of any kind; 0 where no content is named.
        SameContent = "same_content": COUNT, personal;
        /// Earlier activities with the same counterpart; 0 where this one names none.
        SameCounterpart = "same_counterpart": COUNT, personal;
        /// Trainings that nothing beyond listening has followed yet, and that it could follow in time (`action_days` of `[learning]`).
        TrainingsToApply = "trainings_to_apply": COUNT, personal;
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

/// Notes something under a name. Most names are known already, and to count who holds one takes longer
/// than to look it up.
fn note<T: Default>(under: &mut HashMap<Arc<str>, T>, name: &Arc<str>, note: impl FnOnce(&mut T)) {
    match under.get_mut(name) {
        Some(known) => note(known),
        None => note(under.entry(Arc::clone(name)).or_default()),
    }
}

/// What an activity is to what was learned before.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) enum Step {
    /// It teaches something, to be put to use by a day.
    Training(Day),
    /// It puts to use what was learned.
    Action,
    /// Neither.
    #[default]
    Other,
}

/// What a person did so far, kept up to date one activity at a time, in the order of the fold.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct SoFar {
    points: Tally,
    activities: Tally,
    by_kind: HashMap<Arc<str>, Tally>,
    /// By content and kind.
    by_content: HashMap<Arc<str>, HashMap<Arc<str>, i64>>,
    by_counterpart: HashMap<Arc<str>, i64>,
    last: Option<Day>,
    /// The last days on which trainings that nothing has followed yet can be put to use.
    to_apply: Vec<Day>,
    /// The day and the first day of the week that “today” and “this week” mean now.
    now: Option<(Day, Day)>,
    kind: Option<Arc<str>>,
    content: Option<Arc<str>>,
    counterpart: Option<Arc<str>>,
    step: Step,
}

impl SoFar {
    /// Looks at the record from an activity on `day` in the week that starts on `week`; a draft
    /// has no kind.
    pub(crate) fn look_from(
        &mut self,
        (day, week): (Day, Day),
        kind: Option<Arc<str>>,
        content: Option<Arc<str>>,
        counterpart: Option<Arc<str>>,
        step: Step,
    ) {
        self.now = Some((day, week));
        self.kind = kind;
        self.content = content;
        self.counterpart = counterpart;
        self.step = step;
    }

    /// Takes the activity that was just looked at into the record, with the points it brought.
    pub(crate) fn add(&mut self, points: i64) {
        let (Some((day, week)), Some(kind)) = (self.now, &self.kind) else { return };
        self.points.add(points, day, week);
        self.activities.add(1, day, week);
        note(&mut self.by_kind, kind, |tally| tally.add(1, day, week));
        if let Some(content) = &self.content {
            note(&mut self.by_content, content, |kinds| note(kinds, kind, |count| *count += 1));
        }
        if let Some(counterpart) = &self.counterpart {
            note(&mut self.by_counterpart, counterpart, |count| *count += 1);
        }
        match self.step {
            Step::Training(until) => self.to_apply.push(until),
            Step::Action => self.to_apply.clear(),
            Step::Other => {}
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
            SoFarFact::SameContent => self.same_content(),
            SoFarFact::SameCounterpart => {
                let counterpart = self.counterpart.as_ref();
                counterpart.and_then(|name| self.by_counterpart.get(name)).copied().unwrap_or(0)
            }
            SoFarFact::TrainingsToApply => {
                let open = self.to_apply.iter().filter(|until| day <= **until);
                i64::try_from(open.count()).unwrap_or(i64::MAX)
            }
            SoFarFact::Count => of_kind().ever,
            SoFarFact::Today => of_kind().today(day),
            SoFarFact::ThisWeek => of_kind().this_week(week),
        })
    }

    fn same_content(&self) -> i64 {
        let content = self.content.as_ref();
        let Some(kinds) = content.and_then(|content| self.by_content.get(content)) else {
            return 0;
        };
        match &self.kind {
            Some(kind) => kinds.get(kind).copied().unwrap_or(0),
            None => kinds.values().sum(),
        }
    }
}
