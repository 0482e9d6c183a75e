//! How regularly somebody takes part: weeks in a row, gaps, and whether it was a flash in the pan.

use super::viewpoint::{CONSISTENCY_WEEKS, EARLY_DAYS, LAUNCH_DAYS, PACE_DAYS, Viewpoint};
use jiff::Timestamp;

use crate::events::Times;
use crate::time::{Calendar, Day};

/// What a week was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Week {
    Active,
    /// Without an activity, and not over yet.
    Running,
    /// Without an activity, and the person could take no part in some of it.
    Frozen,
    Silent,
}

/// The dates of which the person could take no part at some instant: first and last of each row of
/// them, in order.
#[derive(Debug, Default)]
pub(super) struct Frozen(Vec<(Day, Day)>);

impl Frozen {
    pub(super) fn of(times: &Times, calendar: &Calendar) -> Self {
        // Where clocks go back over midnight, a date begins with the first of its midnights.
        let date = |at: Timestamp| {
            let day = calendar.day(at);
            if at < calendar.start_of_day(day) {
                day.plus(-1)
            } else if day.plus(1) > day && calendar.start_of_day(day.plus(1)) <= at {
                day.plus(1)
            } else {
                day
            }
        };
        let mut rows: Vec<(Day, Day)> = Vec::new();
        for (from, until) in times.intervals() {
            let (first, last) = (date(from), date(Calendar::last_instant(until)));
            match rows.last_mut() {
                Some(row) if first <= row.1.plus(1) => row.1 = row.1.max(last),
                _ => rows.push((first, last)),
            }
        }
        Self(rows)
    }

    /// How many of the dates from … up to … are frozen.
    fn count(&self, from: Day, until: Day) -> i64 {
        let next = self.0.partition_point(|(_, last)| *last < from);
        let rows = self.0[next..].iter().take_while(|(first, _)| *first < until);
        rows.map(|(first, last)| last.plus(1).min(until).minus((*first).max(from)).max(0)).sum()
    }

    /// Whether one of the dates from … up to … is frozen.
    fn touches(&self, from: Day, until: Day) -> bool {
        let next = self.0.partition_point(|(_, last)| *last < from);
        self.0.get(next).is_some_and(|(first, _)| *first < until)
    }
}

/// Active dates and weeks of somebody or of a team, and who could take part when.
pub(super) struct Rhythm<'a> {
    view: &'a Viewpoint,
    frozen: Frozen,
    /// The date of each activity, in order.
    days: Vec<Day>,
}

impl<'a> Rhythm<'a> {
    pub(super) fn new(
        view: &'a Viewpoint,
        days: impl Iterator<Item = Day>,
        frozen: Frozen,
    ) -> Self {
        let mut days: Vec<Day> = days.collect();
        days.sort_unstable();
        Self { view, frozen, days }
    }

    /// Different active dates, in order.
    pub(super) fn active_days(&self) -> Vec<Day> {
        let mut days = self.days.clone();
        days.dedup();
        days
    }

    /// Different active weeks by their first dates, in order.
    pub(super) fn active_weeks(&self) -> Vec<Day> {
        let mut weeks: Vec<Day> =
            self.days.iter().map(|day| self.view.calendar.week(*day)).collect();
        weeks.sort_unstable();
        weeks.dedup();
        weeks
    }

    /// What a week without activity was.
    fn idle(&self, week: Day) -> Week {
        match week {
            week if week == self.view.running_week() => Week::Running,
            week if self.frozen.touches(week, week.plus(7)) => Week::Frozen,
            _ => Week::Silent,
        }
    }

    /// What each week was, from the running one back to the first active one.
    fn weeks_back(&self) -> impl Iterator<Item = (Day, Week)> + '_ {
        let active = self.active_weeks();
        let first = active.first().copied();
        let mut week = self.view.running_week();
        let mut is_over = false;
        let mut next = active.into_iter().rev().skip_while(move |active| *active > week).peekable();
        std::iter::from_fn(move || {
            if is_over || first.is_none_or(|first| week < first) {
                return None;
            }
            let what = match next.next_if_eq(&week) {
                Some(_) => Week::Active,
                None => self.idle(week),
            };
            let this = (week, what);
            let before = week.plus(-7);
            is_over = before == week;
            week = before;
            Some(this)
        })
    }

    /// The running streak: its length and the weeks that were looked at, latest first.
    pub(super) fn streak(&self) -> (i64, Vec<(Day, Week)>) {
        let mut length = 0;
        let mut seen = Vec::new();
        for (week, what) in self.weeks_back() {
            seen.push((week, what));
            match what {
                Week::Active => length += 1,
                Week::Running | Week::Frozen => {}
                Week::Silent => break,
            }
        }
        (length, seen)
    }

    /// The longest streak: its length and its weeks, earliest first.
    pub(super) fn longest_streak(&self) -> (i64, Vec<(Day, Week)>) {
        let running = self.view.running_week();
        let active = self.active_weeks();
        let (mut best, mut longest) = (0, None);
        let (mut length, mut since) = (0, None);
        let mut last: Option<Day> = None;
        for week in active.iter().copied().filter(|week| *week <= running) {
            let goes_on = last.is_some_and(|last| {
                let mut between = last.plus(7);
                while between < week && self.idle(between) != Week::Silent {
                    between = between.plus(7);
                }
                between >= week
            });
            if !goes_on {
                (length, since) = (0, Some(week));
            }
            length += 1;
            if length > best {
                (best, longest) = (length, since.map(|since| (since, week)));
            }
            last = Some(week);
        }
        let Some((mut week, until)) = longest else { return (0, Vec::new()) };
        let mut weeks = Vec::new();
        while week <= until {
            let is_active = active.binary_search(&week).is_ok();
            weeks.push((week, if is_active { Week::Active } else { self.idle(week) }));
            week = week.plus(7);
        }
        (best, weeks)
    }

    /// The weeks that count for consistency, earliest first.
    pub(super) fn consistency(&self) -> Vec<(Day, Week)> {
        let first = self.view.running_week().plus(-7 * (CONSISTENCY_WEEKS - 1));
        let counts = |(week, what): &(Day, Week)| {
            first <= *week && matches!(what, Week::Active | Week::Silent)
        };
        let mut weeks: Vec<(Day, Week)> =
            self.weeks_back().take_while(|(week, _)| first <= *week).filter(counts).collect();
        weeks.reverse();
        weeks
    }

    /// The most dates between two active ones, frozen ones left out, with the two.
    pub(super) fn longest_gap(&self) -> (i64, Option<(Day, Day)>) {
        let days = self.active_days();
        let mut longest = (0, None);
        for pair in days.windows(2) {
            let [from, until] = pair else { continue };
            let whole = until.minus(*from) - 1;
            if whole <= longest.0 {
                continue;
            }
            let gap = whole - self.frozen.count(from.plus(1), *until);
            if gap > longest.0 {
                longest = (gap, Some((*from, *until)));
            }
        }
        longest
    }

    /// Whether it is long enough ago that it began.
    fn is_past_launch(&self) -> bool {
        self.days.first().is_some_and(|first| self.view.last_day.minus(*first) + 1 >= EARLY_DAYS)
    }

    /// Of the last half year: activities in the busiest four weeks, in all, and the first date of
    /// those weeks; nothing where it is too early or there was nothing.
    pub(super) fn burst(&self) -> Option<(usize, usize, Day)> {
        if !self.is_past_launch() {
            return None;
        }
        let recent: Vec<Day> =
            self.days.iter().copied().filter(|day| self.view.is_recent(*day, PACE_DAYS)).collect();
        let mut end = 0;
        let mut busiest: Option<(usize, Day)> = None;
        for (start, first) in recent.iter().enumerate() {
            while recent.get(end).is_some_and(|day| day.minus(*first) < LAUNCH_DAYS) {
                end += 1;
            }
            if busiest.is_none_or(|(most, _)| end - start > most) {
                busiest = Some((end - start, *first));
            }
        }
        busiest.map(|(most, first)| (most, recent.len(), first))
    }

    /// Activities of the first four weeks, of the last four, and in all.
    pub(super) fn launch(&self) -> (usize, usize, usize) {
        let Some(first) = self.days.first() else { return (0, 0, 0) };
        let early = self.days.iter().filter(|day| day.minus(*first) < LAUNCH_DAYS).count();
        let late = self.days.iter().filter(|day| self.view.is_recent(**day, LAUNCH_DAYS)).count();
        (early, late, self.days.len())
    }

    pub(super) fn is_launch_spike(&self) -> bool {
        let (early, late, all) = self.launch();
        self.is_past_launch() && early * 2 >= all && late * 4 < early
    }
}
