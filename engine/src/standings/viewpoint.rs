//! The time that figures are looked at from, and the settings that they are worked out with.

use std::sync::Arc;

use jiff::Timestamp;

use crate::facts::PersonFact;
use crate::program::{Emv, Learning, Level, Mentoring, Period, Privacy, Program, Waves, Window};
use crate::roster::Roster;
use crate::time::{Calendar, Day};

/// Dates are counted back over half a year, and the pace of four weeks is compared.
pub(super) const LAUNCH_DAYS: i64 = 28;
/// Twelve weeks: before that, it is too early to tell a spike from a start.
pub(super) const EARLY_DAYS: i64 = 84;
/// Half a year of dates, in which the busiest four weeks are looked for.
pub(super) const PACE_DAYS: i64 = 180;
/// Half a year of weeks, of which consistency is the active share.
pub(super) const CONSISTENCY_WEEKS: i64 = 26;
/// Content is fresh for so many dates.
pub(super) const FRESH_DAYS: i64 = 30;

/// As of when, in whose calendar, with which windows, period and levels.
#[derive(Clone, Debug)]
pub(crate) struct Viewpoint {
    pub(crate) as_of: Timestamp,
    /// From when it is looked back: who has opted out by then is not seen as of an earlier time, either.
    now: Timestamp,
    /// The last instant that counts.
    pub(crate) last: Timestamp,
    /// Its local date.
    pub(crate) last_day: Day,
    pub(crate) calendar: Calendar,
    /// The kinds of activities that the program declares, in order.
    pub(super) kinds: Vec<Arc<str>>,
    pub(super) windows: Vec<Window>,
    pub(crate) period: Option<Period>,
    pub(super) levels: Vec<Level>,
    pub(super) learning: Learning,
    pub(super) mentoring: Mentoring,
    pub(super) waves: Waves,
    pub(super) privacy: Privacy,
    /// What teams are by, the first before the others.
    pub(super) teams: Vec<PersonFact>,
    pub(super) emv: Option<Emv>,
}

impl Viewpoint {
    pub(crate) fn new(program: &Program, as_of: Timestamp) -> Self {
        let manifest = &program.manifest;
        let calendar = manifest.calendar.clone();
        let last_day = calendar.last_day(as_of);
        Self {
            as_of,
            now: as_of,
            last: Calendar::last_instant(as_of),
            last_day,
            calendar,
            kinds: manifest.kinds.keys().cloned().collect(),
            windows: manifest.windows.clone(),
            period: manifest.period_of(last_day),
            levels: manifest.levels.clone(),
            learning: manifest.learning,
            mentoring: manifest.mentoring,
            waves: manifest.waves,
            privacy: manifest.privacy,
            teams: manifest.teams.clone(),
            emv: manifest.emv.clone(),
        }
    }

    /// The same, with another period to look at.
    pub(super) fn with_period(mut self, period: Period) -> Self {
        self.period = Some(period);
        self
    }

    /// The number of a kind among those that the program declares.
    pub(super) fn kind(&self, name: &str) -> Option<u32> {
        let place = self.kinds.binary_search_by(|known| (**known).cmp(name)).ok()?;
        u32::try_from(place).ok()
    }

    /// Whether a date is one of the last so many.
    pub(super) fn is_recent(&self, day: Day, days: i64) -> bool {
        day <= self.last_day && self.last_day.minus(day) < days
    }

    /// How many dates a window has; none where it is not declared.
    pub(super) fn days_of(&self, window: &str) -> i64 {
        let declared = self.windows.iter().find(|known| *known.name == *window);
        declared.map_or(0, |window| window.days)
    }

    /// Whether a date is one of a window's; no date is of a window that is not declared.
    pub(super) fn is_in_window(&self, day: Day, name: &str) -> bool {
        self.is_recent(day, self.days_of(name))
    }

    /// The same, where groups must be larger to be shown.
    pub(super) fn stricter(&self, minimum: usize) -> Self {
        let privacy = Privacy { minimum_group: minimum, ..self.privacy };
        Self { privacy, ..self.clone() }
    }

    /// The same so many dates earlier, as if the last of them had just begun.
    pub(super) fn earlier(&self, program: &Program, days: i64) -> Self {
        let then = self.calendar.start_of_day(self.last_day.plus(1 - days));
        Self { now: self.now, ..Self::new(program, then) }
    }

    /// Whether somebody can be seen: has opted out neither by the last instant nor since.
    pub(super) fn sees(&self, roster: &Roster, id: &str) -> bool {
        let shows = |as_of: Timestamp| roster.shows(id, as_of).is_ok();
        shows(self.as_of) && (self.now == self.as_of || shows(self.now))
    }

    /// Whether a date is one of the period's, and there is one.
    pub(super) fn is_in_period(&self, day: Day) -> bool {
        self.period
            .as_ref()
            .is_some_and(|period| period.from <= day && day < period.until && day <= self.last_day)
    }

    /// Dates from one to the last.
    pub(super) fn days_since(&self, day: Day) -> i64 {
        self.last_day.minus(day).max(0)
    }

    /// The week of the last date.
    pub(super) fn running_week(&self) -> Day {
        self.calendar.week(self.last_day)
    }
}
