//! Who takes part: activity, leaders, coverage, audiences, and how a wave does.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::Team;
use super::posts::mean_own_words;
use crate::facts::{LARGEST, PersonFact, TeamFact, Value};
use crate::standings::tally::Tally;
use crate::standings::viewpoint::{EARLY_DAYS, LAUNCH_DAYS};
use crate::standings::workings::percent;
use crate::time::{Calendar, Day};

impl Team {
    /// Enrolled people with an activity of dates that fit.
    pub(super) fn active(&self, fits: impl Fn(Day) -> bool) -> usize {
        self.enrolled.values().filter(|tally| self.did(tally, &fits)).count()
    }

    /// Whether somebody did something on dates that fit, in whatever team.
    fn did(&self, tally: &Tally, fits: impl Fn(Day) -> bool) -> bool {
        let last = self.view.last;
        tally.entries.iter().any(|entry| fits(entry.day) && entry.at() <= last)
    }

    pub(super) fn coverage(&self, by: &str) -> Value {
        let of_kind = || self.covered.iter().filter(|((kind, _), _)| *kind == by);
        percent(of_kind().filter(|(_, covered)| **covered).count(), of_kind().count())
    }

    pub(super) fn without_part(&self, by: &str) -> Value {
        let without = self.covered.iter().filter(|((kind, _), covered)| *kind == by && !**covered);
        let names: Vec<&str> = without.map(|((_, name), _)| &**name).collect();
        if names.is_empty() { Value::Unknown } else { names.join(", ").as_str().into() }
    }

    pub(super) fn leaders_active(&self, fits: impl Fn(Day) -> bool) -> Value {
        if !self.may_show(self.leaders.len(), self.eligible) {
            return Value::Unknown;
        }
        let enrolled = self.leaders.iter().filter_map(|id| self.enrolled.get(id));
        percent(enrolled.filter(|tally| self.did(tally, &fits)).count(), self.leaders.len())
    }

    pub(super) fn leaders_own_voice(&self, fits: impl Fn(Day) -> bool) -> Value {
        if !self.may_show(self.leaders.len(), self.eligible) {
            return Value::Unknown;
        }
        let theirs =
            self.shares.iter().filter(|share| self.leaders.contains(&share.tally.advocate));
        mean_own_words(theirs.flat_map(|share| share.entries()).filter(|entry| fits(entry.day)))
    }

    /// How many people somebody reaches as of a time, where it is on record.
    fn audience_of(&self, id: &str, at: Timestamp) -> Option<i64> {
        self.roster.facts(id, at)[PersonFact::Audience as usize].number()
    }

    pub(super) fn audience(&self, at: Timestamp) -> Value {
        let known: Vec<i64> =
            self.enrolled.keys().filter_map(|id| self.audience_of(id, at)).collect();
        self.sum_of_some(&known)
    }

    pub(super) fn audience_growth(&self, days: i64) -> Value {
        let view = &*self.view;
        let first = view.calendar.start_of_day(view.last_day.plus(1 - days));
        let before = Calendar::last_instant(first);
        let growth =
            |id: &Arc<str>| Some(self.audience_of(id, view.last)? - self.audience_of(id, before)?);
        let known: Vec<i64> = self.enrolled.keys().filter_map(growth).collect();
        self.sum_of_some(&known)
    }

    /// A sum over some of the enrolled people, where they are enough to be shown; of the others
    /// nothing is known that could be told by subtraction.
    fn sum_of_some(&self, known: &[i64]) -> Value {
        let sum: i128 = known.iter().copied().map(i128::from).sum();
        match self.is_program() && known.len() >= self.view.privacy.minimum_group {
            true => {
                let limit = i128::from(LARGEST);
                i64::try_from(sum.clamp(-limit, limit)).map_or(Value::Unknown, Value::Number)
            }
            false => Value::Unknown,
        }
    }

    /// The enrolled people who did something in the first four weeks of the team.
    fn early(&self) -> Option<BTreeSet<&Arc<str>>> {
        let first = self.first_day()?;
        let is_early = |day: Day| day.minus(first) < LAUNCH_DAYS;
        (self.view.days_since(first) >= LAUNCH_DAYS).then(|| {
            let theirs =
                self.shares.iter().filter(|share| share.entries().any(|entry| is_early(entry.day)));
            theirs
                .map(|share| &share.tally.advocate)
                .filter(|id| self.enrolled.contains_key(*id))
                .collect()
        })
    }

    pub(super) fn early_participation(&self) -> Value {
        self.early().map_or(Value::Unknown, |early| percent(early.len(), self.enrolled.len()))
    }

    pub(super) fn kept(&self) -> Value {
        let Some(early) = self.early().filter(|_| self.is_past_early()) else {
            return Value::Unknown;
        };
        let recent = |day: Day| self.view.is_recent(day, LAUNCH_DAYS);
        let tallies = early.iter().filter_map(|id| self.enrolled.get(*id));
        percent(tallies.filter(|tally| self.did(tally, recent)).count(), early.len())
    }

    /// Whether it is long enough ago that it began.
    fn is_past_early(&self) -> bool {
        self.first_day().is_some_and(|first| self.view.days_since(first) + 1 >= EARLY_DAYS)
    }

    /// Whether the group does so well that the next one can begin.
    pub(super) fn is_ready(&self) -> Value {
        if !self.is_past_early() {
            return Value::Unknown;
        }
        let waves = self.view.waves;
        let at_least = |value: Value, least: i64| value.number().is_some_and(|it| it >= least);
        let of_late = |fact: TeamFact| self.within(fact, "", LAUNCH_DAYS);
        let is_ready = at_least(of_late(TeamFact::ParticipationIn), waves.participation)
            && at_least(self.kept(), waves.kept)
            && of_late(TeamFact::TopShareIn).number().is_some_and(|top| top <= waves.top_share)
            && !self.rhythm().is_launch_spike();
        is_ready.into()
    }
}
