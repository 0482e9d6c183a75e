//! What a team makes of what it learns.

use super::Team;
use crate::facts::{TeamFact, Value};
use crate::program::Role;
use crate::standings::standing::applied;
use crate::standings::viewpoint::LAUNCH_DAYS;
use crate::standings::workings::percent;
use crate::time::Day;

impl Team {
    pub(super) fn learning(&self, fact: TeamFact, fits: impl Fn(Day) -> bool) -> Value {
        match fact {
            TeamFact::TrainingsIn => {
                let all = self.entries().filter(|entry| entry.role == Some(Role::Training));
                all.filter(|entry| fits(entry.day)).count().into()
            }
            TeamFact::AppliedIn => self.applied(fits),
            TeamFact::MentoredIn => self.mentored(fits).0.into(),
            _ => self.lift(fits),
        }
    }

    /// Of the trainings of dates that fit, those that an activity followed in time.
    fn applied(&self, fits: impl Fn(Day) -> bool) -> Value {
        let (mut done, mut all) = (0, 0);
        for share in &self.shares {
            let (applied, open) = applied(&self.view, share.entries());
            let of_dates = |list: &[&super::Entry]| list.iter().filter(|it| fits(it.day)).count();
            done += of_dates(&applied);
            let over = |day: Day| day.plus(self.view.learning.action_days) <= self.view.last_day;
            all +=
                of_dates(&applied) + open.iter().filter(|it| fits(it.day) && over(it.day)).count();
        }
        percent(done, all)
    }

    /// The enrolled people who were mentored for the first time on dates that fit and four weeks
    /// ago: how many, and what they did in the four weeks before and after.
    fn mentored(&self, fits: impl Fn(Day) -> bool) -> (usize, i64, i64) {
        let view = &*self.view;
        let (mut people, mut before, mut after) = (0, 0, 0);
        for tally in self.enrolled.values().flatten() {
            let first = tally.received.iter().find(|gift| gift.role == Role::Mentoring);
            let Some(first) = first.map(|gift| gift.day) else { continue };
            if !fits(first) || first.plus(LAUNCH_DAYS) > view.last_day {
                continue;
            }
            people += 1;
            for day in tally.entries.iter().map(|entry| entry.day) {
                let since = day.minus(first);
                before += i64::from((-LAUNCH_DAYS..0).contains(&since));
                after += i64::from((1..=LAUNCH_DAYS).contains(&since));
            }
        }
        (people, before, after)
    }

    fn lift(&self, fits: impl Fn(Day) -> bool) -> Value {
        let (people, before, after) = self.mentored(fits);
        let of = i64::try_from(people).unwrap_or(i64::MAX);
        match self.may_show(people, self.enrolled.len()) {
            true => ((after - before) * 10).checked_div(of).map_or(Value::Unknown, Value::Number),
            false => Value::Unknown,
        }
    }
}
