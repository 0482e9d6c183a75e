//! How regularly somebody takes part: weeks in a row, gaps, and whether it was a flash in the pan.

use super::viewpoint::{CONSISTENCY_WEEKS, EARLY_DAYS, LAUNCH_DAYS, PACE_DAYS, Viewpoint};
use crate::time::Day;

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

/// Active dates and weeks of somebody or of a team, and who could take part when.
pub(super) struct Rhythm<'a> {
    view: &'a Viewpoint,
    /// Whether the person could take no part at some instant of the dates from … up to ….
    frozen: &'a dyn Fn(Day, Day) -> bool,
    /// The date of each activity, in order.
    days: Vec<Day>,
}

impl<'a> Rhythm<'a> {
    pub(super) fn new(
        view: &'a Viewpoint,
        days: impl Iterator<Item = Day>,
        frozen: &'a dyn Fn(Day, Day) -> bool,
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

    /// What each week was, from the first active one to the running one.
    fn weeks(&self) -> Vec<(Day, Week)> {
        let active = self.active_weeks();
        let running = self.view.running_week();
        let mut weeks = Vec::new();
        let Some(mut week) = active.first().copied() else { return weeks };
        let mut next = active.iter().peekable();
        while week <= running {
            let is_active = next.next_if_eq(&&week).is_some();
            let after = week.plus(7);
            weeks.push((
                week,
                match is_active {
                    true => Week::Active,
                    false if week == running => Week::Running,
                    false if (self.frozen)(week, after) => Week::Frozen,
                    false => Week::Silent,
                },
            ));
            week = after;
        }
        weeks
    }

    /// The running streak: its length and the weeks that were looked at, latest first.
    pub(super) fn streak(&self) -> (i64, Vec<(Day, Week)>) {
        let mut length = 0;
        let mut seen = Vec::new();
        for (week, what) in self.weeks().into_iter().rev() {
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
        let (mut best, mut longest) = (0, Vec::new());
        let (mut length, mut weeks) = (0, Vec::new());
        for (week, what) in self.weeks() {
            if what == Week::Silent {
                (length, weeks) = (0, Vec::new());
                continue;
            }
            weeks.push((week, what));
            length += i64::from(what == Week::Active);
            if length > best {
                (best, longest) = (length, weeks.clone());
            }
        }
        (best, longest)
    }

    /// The weeks that count for consistency, earliest first.
    pub(super) fn consistency(&self) -> Vec<(Day, Week)> {
        let first = self.view.running_week().plus(-7 * (CONSISTENCY_WEEKS - 1));
        let counts = |(week, what): &(Day, Week)| {
            first <= *week && matches!(what, Week::Active | Week::Silent)
        };
        self.weeks().into_iter().filter(counts).collect()
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
            let gap = if (self.frozen)(from.plus(1), *until) {
                let dates = (1..=whole).map(|days| from.plus(days));
                let free = dates.filter(|day| !(self.frozen)(*day, day.plus(1))).count();
                i64::try_from(free).unwrap_or(whole)
            } else {
                whole
            };
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
