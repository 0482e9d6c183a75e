//! What a team makes of what it learns.

use std::collections::BTreeSet;

use super::Team;
use crate::events::Place;
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
                let all = self.entries().filter(|entry| entry.role() == Some(Role::Training));
                all.filter(|entry| fits(entry.day)).count().into()
            }
            TeamFact::AppliedIn => self.applied(fits),
            TeamFact::MentoredIn => self.mentored(fits).0.into(),
            _ => self.lift(fits),
        }
    }

    /// Of the trainings of dates that fit, those that an activity followed in time.
    fn applied(&self, fits: impl Fn(Day) -> bool) -> Value {
        let view = &*self.view;
        let (mut done, mut all) = (0, 0);
        for share in &self.shares {
            let own: BTreeSet<Place> = share
                .entries()
                .filter(|entry| entry.role() == Some(Role::Training) && fits(entry.day))
                .map(|entry| entry.place)
                .collect();
            if own.is_empty() {
                continue;
            }
            // What follows a training may be done in another team.
            let by_now = share.tally.entries.iter().filter(|entry| entry.at() <= view.last);
            let (applied, open) = applied(view, by_now);
            let applied = applied.iter().filter(|entry| own.contains(&entry.place)).count();
            let is_over = |day: Day| day.plus(view.learning.action_days) <= view.last_day;
            let open = open.iter().filter(|it| own.contains(&it.place) && is_over(it.day));
            done += applied;
            all += applied + open.count();
        }
        percent(done, all)
    }

    /// The enrolled people who were mentored for the first time on dates that fit and four weeks
    /// ago: how many, and what they did in the four weeks before and after.
    fn mentored(&self, fits: impl Fn(Day) -> bool) -> (usize, i64, i64) {
        let view = &*self.view;
        let (mut people, mut before, mut after) = (0, 0, 0);
        for tally in self.enrolled.values() {
            // Who has opted out is not seen, as everywhere.
            let first = tally
                .received
                .iter()
                .find(|gift| gift.role == Role::Mentoring && view.sees(&self.roster, &gift.from));
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
