//! Puts teams together: who is in them, and what counts for them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use super::withheld::{Cells, withheld};
use super::{Group, Share, Team, Teams};
use crate::events::Market;
use crate::facts::{PersonFact, Value};
use crate::standings::{Census, Tally};
use crate::time::Day;

/// While the same was known of somebody.
struct Phase<'a> {
    facts: Option<&'a Arc<[Value]>>,
    /// What they did, and what they were given by hand.
    entries: Range<usize>,
    by_hand: Range<usize>,
}

impl Phase<'_> {
    /// The team of a kind that they were in.
    fn team(&self, by: PersonFact) -> Option<Arc<str>> {
        self.facts.and_then(|facts| name_of(by, facts))
    }
}

impl Census {
    /// The whole program as a team; nothing where it is too small to be shown.
    pub(crate) fn everyone(&self) -> Option<Arc<Team>> {
        let minimum = self.view.privacy.minimum_group;
        let mut team = Team::new(self, Group::PROGRAM);
        for member in self.employees() {
            team.enrol(member, self);
        }
        for tally in self.counted() {
            let mut share = Share::of(tally);
            share.take(0..self.entries_by_now(tally), 0..self.by_hand_by_now(tally));
            team.shares.extend(Some(share).filter(|share| !share.is_empty()));
        }
        team.covered = self.covered(minimum);
        team.market = self.market_by_now();
        (team.enrolled.len() >= minimum).then(|| Arc::new(team))
    }

    /// Whether the whole program is too small to be shown.
    pub(crate) fn is_too_small(&self) -> bool {
        let enrolled = self.employees().filter(|id| self.enrolled(id).is_some());
        enrolled.take(self.view.privacy.minimum_group).count() < self.view.privacy.minimum_group
    }

    /// Groups that have enough employees to be shown, by what they are by, and whether as many have
    /// enrolled.
    fn covered(&self, minimum: usize) -> BTreeMap<(&'static str, Arc<str>), bool> {
        let mut sizes: BTreeMap<(&'static str, Arc<str>), (usize, usize)> = BTreeMap::new();
        for id in self.employees() {
            let facts = self.roster.facts(id, self.view.last);
            for by in PersonFact::TEAMS {
                let Some(name) = facts[*by as usize].text() else { continue };
                let (eligible, enrolled) = sizes.entry((by.name(), Arc::clone(name))).or_default();
                *eligible += 1;
                *enrolled += usize::from(self.enrolled(id).is_some());
            }
        }
        let large = sizes.into_iter().filter(|(_, (eligible, _))| *eligible >= minimum);
        large.map(|(group, (_, enrolled))| (group, enrolled >= minimum)).collect()
    }

    /// The figures of the market up to the last instant.
    fn market_by_now(&self) -> Vec<(Day, Market)> {
        let before = self.market.iter().filter(|(at, _)| *at <= self.view.last);
        before.map(|(at, market)| (self.view.calendar.day(*at), *market)).collect()
    }

    /// A team that may be shown.
    pub(crate) fn shown(&self, group: &Group) -> Option<Arc<Team>> {
        let (Some(by), Some(name)) = (group.by, &group.name) else { return self.everyone() };
        self.teams(by).shown_named(name).cloned()
    }

    /// All teams by a fact of their people.
    pub(crate) fn teams(&self, by: PersonFact) -> Teams {
        let group = |name: &Option<Arc<str>>| Group { by: Some(by), name: name.clone() };
        let mut teams: BTreeMap<Option<Arc<str>>, Team> = BTreeMap::new();
        for id in self.employees() {
            let name = name_of(by, self.roster.facts(id, self.view.last));
            let team = || Team::new(self, group(&name));
            teams.entry(name.clone()).or_insert_with(team).enrol(id, self);
        }
        for tally in self.counted() {
            let mut shares: BTreeMap<Option<Arc<str>>, Share> = BTreeMap::new();
            for phase in self.phases(tally) {
                let share = shares.entry(phase.team(by)).or_insert_with(|| Share::of(tally));
                share.take(phase.entries, phase.by_hand);
            }
            for (name, share) in shares {
                let team = || Team::new(self, group(&name));
                teams.entry(name.clone()).or_insert_with(team).shares.push(share);
            }
        }
        teams.remove(&None);
        let teams: BTreeMap<Arc<str>, Arc<Team>> =
            teams.into_iter().filter_map(|(name, team)| Some((name?, Arc::new(team)))).collect();
        let mut withheld = self.withheld(by);
        // Of those nobody takes part in.
        let small =
            teams.iter().filter(|(_, team)| team.enrolled.len() < self.view.privacy.minimum_group);
        withheld.extend(small.map(|(name, _)| Arc::clone(name)));
        Teams { teams, withheld }
    }

    /// The teams of a kind that show nothing. The kinds are decided one after the other, in the
    /// order in which the program has them, so that it does not matter which one is asked for.
    fn withheld(&self, by: PersonFact) -> BTreeSet<Arc<str>> {
        let kinds = &self.view.teams;
        let before = kinds.iter().position(|kind| *kind == by).unwrap_or(kinds.len());
        let kinds: Vec<PersonFact> = kinds[..before].iter().copied().chain([by]).collect();
        let cells = self.cells(&kinds);
        let mut decided: Vec<BTreeSet<Arc<str>>> = Vec::new();
        for _ in &kinds {
            decided.push(withheld(&cells, &decided, self.view.privacy.minimum_group));
        }
        decided.pop().unwrap_or_default()
    }

    /// Who is, or did something, in which teams of these kinds at once.
    fn cells(&self, kinds: &[PersonFact]) -> Cells {
        let mut cells = Cells::new();
        for id in self.employees() {
            if self.enrolled(id).is_some() {
                let facts = self.roster.facts(id, self.view.last);
                let names = kinds.iter().map(|by| name_of(*by, facts)).collect();
                *cells.entry(names).or_default() += 1;
            }
        }
        for tally in self.counted() {
            for phase in self.phases(tally) {
                cells.entry(kinds.iter().map(|by| phase.team(*by)).collect()).or_default();
            }
        }
        cells
    }

    /// What somebody did and was given by hand while the same was known of them: what somebody did
    /// counts for the teams that they were in at the time.
    fn phases<'a>(&'a self, tally: &'a Tally) -> impl Iterator<Item = Phase<'a>> {
        let known = self.roster.member(&tally.advocate).map_or(&[][..], |member| member.history());
        let (all, all_by_hand) = (self.entries_by_now(tally), self.by_hand_by_now(tally));
        let ends = known.iter().map(|(since, _)| {
            let entries = tally.entries.partition_point(|entry| entry.at() < *since);
            let by_hand = tally.by_hand.partition_point(|hand| hand.adjusted.at < *since);
            (entries.min(all), by_hand.min(all_by_hand))
        });
        let ends: Vec<(usize, usize)> = ends.chain([(all, all_by_hand)]).collect();
        let facts = std::iter::once(None).chain(known.iter().map(|(_, facts)| Some(facts)));
        let starts: Vec<(usize, usize)> =
            std::iter::once((0, 0)).chain(ends.iter().copied()).collect();
        facts
            .zip(starts.into_iter().zip(ends))
            .map(|(facts, (start, end))| Phase {
                facts,
                entries: start.0..end.0,
                by_hand: start.1..end.1,
            })
            .filter(|phase| !phase.entries.is_empty() || !phase.by_hand.is_empty())
    }

    /// How many of somebody's activities are of the last instant or earlier.
    fn entries_by_now(&self, tally: &Tally) -> usize {
        tally.entries.partition_point(|entry| entry.at() <= self.view.last)
    }

    /// The same of points by hand.
    fn by_hand_by_now(&self, tally: &Tally) -> usize {
        tally.by_hand.partition_point(|hand| hand.adjusted.at <= self.view.last)
    }

    /// Active employees at the last instant: those on record by then and, where consent is assumed,
    /// those of whom only events were.
    fn employees(&self) -> impl Iterator<Item = &Arc<str>> {
        let (roster, last) = (&self.roster, self.view.last);
        let is_on_record =
            move |id: &str| roster.member(id).is_some_and(|member| member.facts(last).is_some());
        let on_record = roster.ids().filter(move |id| is_on_record(id));
        let had_done = move |tally: &Tally| tally.first.is_some_and(|first| first <= last);
        let others = self.counted().filter(move |it| {
            roster.assumes_consent() && !is_on_record(&it.advocate) && had_done(it)
        });
        let all = on_record.chain(others.map(|tally| &tally.advocate));
        all.filter(move |id| roster.is_active(id, last))
    }

    /// What counts for somebody who is enrolled at the last instant and has not opted out since.
    pub(super) fn enrolled(&self, id: &str) -> Option<&Arc<Tally>> {
        self.tallies.get(id).filter(|_| self.roster.is_enrolled(id, self.view.last))
    }

    /// What counts for everyone who had not opted out at the last instant, nor has since.
    fn counted(&self) -> impl Iterator<Item = &Arc<Tally>> {
        self.tallies.values().filter(|tally| self.view.sees(&self.roster, &tally.advocate))
    }
}

/// The team of a kind that somebody of these facts is in.
fn name_of(by: PersonFact, facts: &[Value]) -> Option<Arc<str>> {
    facts[by as usize].text().cloned()
}
