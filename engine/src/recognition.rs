//! What people and teams are entitled to under the program: badges, rewards and spotlights, each
//! with its evidence.
//!
//! An entitlement is a pure result of accepted events, program and as-of; nothing is granted here.
//! Whoever awards goes by the key: one grant for each rule, subject and key, whatever changes later.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use crate::error::Error;
use crate::facts::{Evidence, Folder, LARGEST};
use crate::program::{Program, filled};
use crate::script::{Given, GrantDraft, GrantKind};
use crate::standings::{Census, Origin, Withheld};
use crate::subjects::{Gift, Run, Subject, SubjectFault, Who};
use crate::timeline::Records;

/// What somebody is entitled to.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct Entitlement {
    /// The rule's id.
    pub rule: Arc<str>,
    /// The rule's title.
    pub title: Arc<str>,
    /// The rule's explanation.
    pub help: Arc<str>,
    /// Whom it is for.
    #[serde(flatten)]
    pub subject: Subject,
    /// What it is: `badge`, `reward` or `spotlight`.
    #[schemars(with = "GrantKind")]
    pub kind: &'static str,
    /// Its id.
    pub id: Arc<str>,
    /// What makes it one of its own for the rule and subject: id, level and period. It is granted
    /// once.
    pub key: Arc<str>,
    /// The level of a badge, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<i64>,
    /// What a reward is worth, in whole units of the currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<i64>,
    /// The currency of the amount.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<Arc<str>>,
    /// Words for the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Whether a rule failed on one of the person's activities: nothing is awarded until it is
    /// mended.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub incomplete: bool,
    /// What the rule read, in reading order.
    pub evidence: Vec<Evidence>,
}

/// What all rewards with an amount come to.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct RewardSum {
    /// How many there are.
    pub count: usize,
    /// Their sum, in whole units of the currency.
    pub amount: i64,
    /// The budget that `program.toml` sets.
    pub budget: i64,
    /// The currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<Arc<str>>,
}

/// What people and teams are entitled to.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct Entitlements {
    /// Where it comes from.
    #[serde(flatten)]
    pub origin: Origin,
    /// By person, then by team; each by rule.
    pub entitlements: Vec<Entitlement>,
    /// What all rewards with an amount come to, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rewards: Option<RewardSum>,
    /// Why no people are shown, where they are not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withheld: Option<Withheld>,
    /// Rules that failed.
    pub faults: Vec<SubjectFault>,
}

impl Program {
    /// What one advocate is entitled to as of a time, or, where none is named, everyone and every
    /// team. In aggregate-only mode only teams are shown where nobody is named.
    ///
    /// # Errors
    ///
    /// The advocate is not in the records or is not to be shown, or a rule ran out of time
    /// (retryable).
    pub fn recognize(
        &self,
        records: &Records<'_>,
        advocate: Option<&str>,
    ) -> Result<Entitlements, Error> {
        let judge = self.asks_findings(Folder::Recognition);
        // Rules may ask for the person's team, which takes everyone.
        let census = Census::of(self, records, None, judge, |_, _| {})?;
        self.recognized(&census, advocate, records.assume_consent)
    }

    /// The same, out of a census that is at hand.
    pub(crate) fn recognized(
        &self,
        census: &Census,
        advocate: Option<&str>,
        assumed_consent: bool,
    ) -> Result<Entitlements, Error> {
        let advocate = advocate.map(|name| census.find(name)).transpose()?;
        let (who, withheld) = Who::asked(self, advocate.as_deref());
        let (entitlements, faults) = self.entitlements(census, who)?;
        let origin = Origin::of(self, &census.view, assumed_consent);
        let rewards = self.reward_sum(&entitlements);
        Ok(Entitlements { origin, entitlements, rewards, withheld, faults })
    }

    /// What somebody is entitled to, out of a census that is at hand.
    pub(crate) fn entitlements(
        &self,
        census: &Census,
        who: Who<'_>,
    ) -> Result<(Vec<Entitlement>, Vec<SubjectFault>), Error> {
        let mut found = Vec::new();
        let run = Run::new(self, census, Folder::Recognition);
        let faults = self.grants(run, who, |gift, draft, key| {
            found.push(self.entitlement(gift, draft, key));
        })?;
        Ok((found, faults))
    }

    /// Runs the rules of recognition and hands on what each gave, with its key.
    pub(crate) fn grants(
        &self,
        run: Run<'_>,
        who: Who<'_>,
        mut take: impl FnMut(&Gift<'_>, &GrantDraft, Arc<str>),
    ) -> Result<Vec<SubjectFault>, Error> {
        let period = run.period_name();
        run.run(who, |mut gift| {
            let given = std::mem::replace(&mut gift.given, Given::Nothing);
            for draft in given.grants()? {
                // What can be had once in each period cannot be had between seasons.
                if draft.each_period && period.is_none() {
                    continue;
                }
                take(&gift, &draft, key(&draft, period.as_deref()));
            }
            Ok(())
        })
    }

    fn reward_sum(&self, entitlements: &[Entitlement]) -> Option<RewardSum> {
        let amounts = entitlements.iter().filter_map(|entitlement| entitlement.amount);
        let (count, amount) = amounts.fold((0, 0_i64), |(count, sum), amount| {
            (count + 1, sum.saturating_add(amount).min(LARGEST))
        });
        let rewards = &self.manifest.rewards;
        let (budget, currency) = (rewards.budget, rewards.currency.clone());
        (count > 0).then_some(RewardSum { count, amount, budget, currency })
    }

    fn entitlement(&self, gift: &Gift<'_>, draft: &GrantDraft, key: Arc<str>) -> Entitlement {
        let currency = self.manifest.rewards.currency.clone();
        Entitlement {
            rule: Arc::clone(gift.rule.shared_id()),
            title: gift.rule.title().into(),
            help: gift.rule.help().into(),
            subject: gift.subject.clone(),
            kind: draft.kind.name(),
            id: draft.id.as_str().into(),
            key,
            level: draft.level,
            amount: draft.amount,
            currency: currency.filter(|_| draft.amount.is_some()),
            message: draft.message.as_ref().map(|text| filled(text, &self.manifest.brand)),
            incomplete: gift.incomplete,
            evidence: gift.evidence.clone(),
        }
    }
}

/// What makes a grant one of its own for its rule and subject.
fn key(draft: &GrantDraft, period: Option<&str>) -> Arc<str> {
    let mut key = draft.id.to_string();
    if let Some(level) = draft.level {
        key = format!("{key}/{level}");
    }
    if let Some(period) = period.filter(|_| draft.each_period) {
        key = format!("{key}@{period}");
    }
    key.into()
}
