//! What comes and goes of entitlements, and what rewards cost.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use foldhash::HashSet;

use super::{Change, Comparison, Pair, merged, number};
use crate::simulation::discretion::Discretion;
use crate::simulation::document::{
    CostChange, EntitlementChange, EntitlementChanges, GrantChange, Numbers, Part, RewardCount,
};
use crate::simulation::outcome::{Grant, Whom};
use crate::subjects::Subject;

impl Comparison<'_> {
    /// Whom a grant is for.
    pub(super) fn subject(&self, grant: &Grant) -> Subject {
        match &grant.whom {
            Whom::Person(place) => Subject::Advocate {
                advocate: self.everyone.get(*place as usize).cloned().unwrap_or_default(),
            },
            Whom::Team(team) => (**team).clone(),
        }
    }

    pub(super) fn entitlements(
        &self,
        changes: &mut [Change],
        discretion: &mut Discretion,
    ) -> Vec<EntitlementChanges> {
        let mut told: BTreeMap<u32, Vec<(GrantChange, EntitlementChange)>> = BTreeMap::new();
        let mut people: BTreeMap<(u32, GrantChange), BTreeSet<u32>> = BTreeMap::new();
        for (was, is) in self.grants() {
            let Some(grant) = is.or(was) else { continue };
            let change = &mut changes[grant.row as usize];
            change.entitlements.before += i64::from(was.is_some());
            change.entitlements.after += i64::from(is.is_some());
            let person = grant.person();
            for (side, there) in [was.is_some(), is.is_some()].into_iter().enumerate() {
                if let Some(person) = person.filter(|_| there) {
                    change.given[side].insert(person);
                }
            }
            let worth = |grant: &Grant| (grant.kind, grant.amount);
            let what = match (was, is) {
                (Some(_), None) => GrantChange::Goes,
                (None, _) => GrantChange::Comes,
                (Some(was), Some(is)) if worth(was) != worth(is) => GrantChange::Alters,
                _ => continue,
            };
            if let Some(person) = person {
                change.people.insert(person);
                people.entry((grant.row, what)).or_default().insert(person);
            }
            let amount =
                |grant: Option<&Grant>| grant.and_then(|grant| grant.amount).map(i64::from);
            let amounts = amount(was).or(amount(is)).map(|_| Numbers {
                before: amount(was).unwrap_or(0),
                after: amount(is).unwrap_or(0),
            });
            told.entry(grant.row).or_default().push((
                what,
                EntitlementChange {
                    change: what,
                    subject: self.subject(grant),
                    key: Arc::clone(&grant.key),
                    kind: grant.kind.name(),
                    amount: amounts,
                },
            ));
        }
        discretion.weigh(Part::Entitlements, people.values().map(BTreeSet::len));
        let most = self.samples(discretion);
        told.into_iter()
            .map(|(row, mut told)| {
                // A stable sort keeps the order of people and teams.
                told.sort_by_key(|(what, _)| *what);
                let count = |what| told.iter().filter(|(of, _)| *of == what).count();
                let (come, go) = (count(GrantChange::Comes), count(GrantChange::Goes));
                let (alter, all) = (count(GrantChange::Alters), told.len());
                let samples: Vec<EntitlementChange> = told
                    .into_iter()
                    .map(|(_, change)| change)
                    .filter(|change| self.may_be_named(&change.subject))
                    .take(most)
                    .collect();
                let row = &self.rows.rows[row as usize];
                let title = row.rule().map(|rule| rule.title().into()).unwrap_or_default();
                let more = all - samples.len();
                EntitlementChanges { rule: row.id(), title, come, go, alter, samples, more }
            })
            .collect()
    }

    /// Whether a team is large enough under both programs; who may be named at all is asked elsewhere.
    pub(super) fn may_be_named(&self, subject: &Subject) -> bool {
        self.outcomes.iter().all(|outcome| !outcome.small_teams.contains(subject))
    }

    /// What people and teams are and would be entitled to, the same beside the same.
    pub(super) fn grants(&self) -> Vec<Pair<'_, Grant>> {
        let [before, after] = self.outcomes;
        merged(&before.grants, &after.grants, |was, is| was.identity().cmp(&is.identity()))
    }

    pub(super) fn cost(&self, discretion: &mut Discretion) -> Option<CostChange> {
        let count = |side: usize| {
            let (count, amount) = self.outcomes[side].rewards;
            let currency = self.programs[side].manifest.rewards.currency.clone();
            RewardCount { count, amount, currency }
        };
        let (before, after) = (count(0), count(1));
        if before.count + after.count == 0 {
            return None;
        }
        let mut holders = [(); 3].map(|()| HashSet::default());
        for (was, is) in self.grants() {
            let amount =
                |grant: Option<&Grant>| grant.and_then(|grant| grant.amount).map(i64::from);
            let (was_worth, is_worth) = (amount(was), amount(is));
            let Some(person) = is.or(was).and_then(Grant::person) else {
                continue;
            };
            let flags = [was_worth.is_some(), is_worth.is_some(), was_worth != is_worth];
            for (holders, flag) in holders.iter_mut().zip(flags) {
                if flag {
                    holders.insert(person);
                }
            }
        }
        discretion.weigh(Part::Cost, holders.iter().map(HashSet::len));
        let rewards = &self.programs[1].manifest.rewards;
        let rewards_in_all =
            self.outcomes[1].grants.iter().filter(|grant| grant.kind.name() == "reward").count();
        let over_count = rewards.count.is_some_and(|most| number(rewards_in_all) > most);
        Some(CostChange {
            over: after.amount > rewards.budget || over_count,
            before,
            after,
            budget: rewards.budget,
            budget_count: rewards.count,
        })
    }
}
