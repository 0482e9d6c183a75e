//! What rewards may cost: a sum of money and a number, each period or year anew.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::Arc;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::digest;
use super::register::GrantDocument;
use super::run::HeldBack;
use crate::events::{Spent, Subject};
use crate::facts::LARGEST;
use crate::program::Program;
use crate::recognition::Entitlement;
use crate::time::{Day, Unit};

/// What the budget comes to.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct Budget {
    /// The first date that it is for; nothing where it is for all time.
    #[schemars(extend("format" = "date"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The money that there is, in whole units of the currency.
    pub amount: i64,
    /// How many rewards there may be; any number where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<i64>,
    /// The money that is spent or reserved.
    pub spent: i64,
    /// How many rewards are given or reserved.
    pub rewards: i64,
    /// The currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<Arc<str>>,
}

/// When somebody was rewarded last, a lot, and the place of what they are entitled to.
type Turn = (Option<Timestamp>, [u8; 32], usize);

impl Program {
    /// The first day of what the budget is for at a time; nothing between seasons.
    fn budget_start(&self, as_of: Timestamp) -> Option<Day> {
        let day = self.manifest.calendar.last_day(as_of);
        match self.manifest.rewards.per {
            Some(unit) => Some(self.manifest.calendar.start_of(unit, day)),
            None => self.manifest.period_of(day).map(|period| period.from),
        }
    }

    /// The budget as of a time, with what the grants on record have taken of it, and those of people
    /// who were erased.
    pub(super) fn budget(
        &self,
        as_of: Timestamp,
        grants: &[GrantDocument],
        erased: &[Spent],
    ) -> Option<Budget> {
        let start = self.budget_start(as_of)?;
        let rewards = &self.manifest.rewards;
        let ever = rewards.per == Some(Unit::Ever);
        let mut budget = Budget {
            from: (!ever).then(|| start.show()),
            amount: rewards.budget,
            count: rewards.count,
            spent: 0,
            rewards: 0,
            currency: rewards.currency.clone(),
        };
        for grant in self.paid_from(start, grants) {
            budget.rewards += 1;
            if same_money(grant.what.currency.as_deref(), rewards.currency.as_deref()) {
                // Less than nothing was never given, whatever somebody wrote into a journal.
                let amount = grant.what.amount.unwrap_or(0).max(0);
                budget.spent = budget.spent.saturating_add(amount).min(LARGEST);
            }
        }
        for paid in erased.iter().filter(|paid| self.budget_start(paid.as_of) == Some(start)) {
            budget.rewards += paid.rewards;
            if same_money(paid.currency.as_deref(), rewards.currency.as_deref()) {
                budget.spent = budget.spent.saturating_add(paid.amount.max(0)).min(LARGEST);
            }
        }
        Some(budget)
    }

    /// The rewards on record that are paid from a budget.
    fn paid_from<'g>(
        &self,
        start: Day,
        grants: &'g [GrantDocument],
    ) -> impl Iterator<Item = &'g GrantDocument> {
        grants.iter().filter(move |grant| {
            *grant.what.kind == *"reward"
                && grant.state.reserves()
                && self.budget_start(grant.as_of) == Some(start)
        })
    }

    /// The rewards on record of a budget's time that were paid in other money.
    pub(super) fn in_other_money<'g>(
        &self,
        as_of: Timestamp,
        grants: &'g [GrantDocument],
    ) -> impl Iterator<Item = &'g GrantDocument> {
        let ours = self.manifest.rewards.currency.as_deref();
        let start = self.budget_start(as_of);
        start
            .into_iter()
            .flat_map(move |start| self.paid_from(start, grants))
            .filter(move |grant| !same_money(grant.what.currency.as_deref(), ours))
    }
}

/// Whether two currencies are one budget: `eur` is `EUR`, as older programs wrote it, and money
/// without a currency is of any, so that a budget is not there anew once its currency is named.
fn same_money(one: Option<&str>, other: Option<&str>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.trim().eq_ignore_ascii_case(other.trim()),
        _ => true,
    }
}

impl Budget {
    /// Takes out what a reward costs, if it is there.
    fn take(&mut self, amount: i64) -> bool {
        let fits = self.spent.saturating_add(amount) <= self.amount || amount == 0;
        let takes = fits && !self.is_used_up();
        if takes {
            self.spent += amount;
            self.rewards += 1;
        }
        takes
    }

    /// Whether there may be no more rewards, whatever they cost.
    fn is_used_up(&self) -> bool {
        self.count.is_some_and(|count| self.rewards >= count)
    }

    /// Which of the rewards that people are entitled to the budget does not pay for, by their
    /// places, and why. Whoever was rewarded least recently comes first, and then by a hash, so that
    /// neither names nor the order of files decide; `latest` is who a subject is by now. A reward
    /// that is too dear does not keep smaller ones out.
    pub(super) fn share_out(
        &mut self,
        entitlements: &[&Entitlement],
        grants: &[GrantDocument],
        as_of: Timestamp,
        period: &str,
        latest: impl Fn(&Subject) -> Subject,
    ) -> BTreeMap<usize, HeldBack> {
        let mut last: BTreeMap<Subject, Timestamp> = BTreeMap::new();
        for grant in grants {
            if *grant.what.kind == *"reward" && grant.state.reserves() {
                let until = last.entry(latest(&grant.subject)).or_insert(grant.as_of);
                *until = (*until).max(grant.as_of);
            }
        }
        // Nobody comes second before everyone else has come first.
        let mut turns: BinaryHeap<Reverse<Turn>> = entitlements
            .iter()
            .enumerate()
            .map(|(place, entitlement)| {
                // A lot that nobody can choose.
                let subject = latest(&entitlement.subject);
                let lot = digest(&[&entitlement.rule, period, &subject.key()]);
                Reverse((last.get(&subject).copied(), lot, place))
            })
            .collect();
        let mut unpaid = Vec::new();
        while let Some(Reverse((since, lot, place))) = turns.pop() {
            let entitlement = entitlements[place];
            let subject = latest(&entitlement.subject);
            let now = last.get(&subject).copied();
            if now != since {
                turns.push(Reverse((now, lot, place)));
                continue;
            }
            if self.take(entitlement.amount.unwrap_or(0)) {
                last.insert(subject, as_of);
            } else {
                unpaid.push(place);
            }
        }
        // What is missing in the end is what keeps them out, as the same run again would say.
        let why = if self.is_used_up() { HeldBack::OverCount } else { HeldBack::OverBudget };
        unpaid.into_iter().map(|place| (place, why)).collect()
    }
}
