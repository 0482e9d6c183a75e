//! What is kept where somebody was erased: sums of everyone who was, for totals and budgets.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::super::Ledger;
use crate::awards::Register;
use crate::error::Error;
use crate::events::{Body, Log, People, Place, Rest, Spent};
use crate::standings::{Census, Group};
use crate::timeline::Records;

/// The groups that sums are kept of.
type Kept = (Arc<str>, Option<Arc<str>>);

/// The activities and points of each group that may be shown.
fn totals(
    ledger: &Ledger,
    log: &Log,
    as_of: Timestamp,
) -> Result<BTreeMap<Kept, (i64, i64)>, Error> {
    let (program, people) = (ledger.program(), People::new());
    let records = Records { log, people: &people, as_of, assume_consent: ledger.assume_consent };
    let census = Census::of(program, &records, None, false, |_, _| {})?;
    let mut totals = BTreeMap::new();
    if let Some(everyone) = census.shown(&Group::PROGRAM) {
        totals.insert((everyone.group.by_name().into(), None), everyone.brought());
    }
    // Of one kind of teams: from sums of several kinds those of single people could be told.
    if let Some(by) = program.manifest.teams.first() {
        for (name, team) in census.teams(*by).shown() {
            totals.insert((by.name().into(), Some(Arc::clone(name))), team.brought());
        }
    }
    Ok(totals)
}

/// What the totals of groups keep: of those that are large enough with the person and without, what
/// goes with the person. What others lose with them is in it, so that the totals stay what they were.
pub(super) fn rest(
    ledger: &Ledger,
    before: &Log,
    after: &Log,
    at: Timestamp,
    kept: Vec<Rest>,
) -> Result<Vec<Rest>, Error> {
    let (before, after) = (totals(ledger, before, at)?, totals(ledger, after, at)?);
    let mut sums: BTreeMap<Kept, Rest> = BTreeMap::new();
    let version: Arc<str> = ledger.program().version().into();
    let goes = before.into_iter().filter_map(|(group, (activities, points))| {
        let (activities_left, points_left) = after.get(&group)?;
        let (activities, points) = (activities - activities_left, points - points_left);
        (activities != 0 || points != 0).then(|| Rest {
            by: group.0,
            team: group.1,
            people: 1,
            activities,
            points,
            program: Arc::clone(&version),
        })
    });
    for one in kept.into_iter().chain(goes) {
        let sum = sums.entry((Arc::clone(&one.by), one.team.clone()));
        let sum =
            sum.or_insert_with(|| Rest { people: 0, activities: 0, points: 0, ..one.clone() });
        sum.people += one.people;
        sum.activities += one.activities;
        sum.points += one.points;
        sum.program = one.program;
    }
    Ok(sums.into_values().collect())
}

/// What was spent on rewards that are gone, by award run and currency.
pub(super) fn spent(log: &Log, gone: &BTreeSet<Place>, kept: Vec<Spent>) -> Vec<Spent> {
    let mut register = Register::default();
    for place in gone {
        if matches!(*log.body(*place), Body::Grant(_) | Body::Decision { .. }) {
            register.add(&log.event(*place));
        }
    }
    let rewards = register.rewards().into_iter().map(|grant| Spent {
        as_of: grant.as_of,
        rewards: 1,
        amount: grant.what.amount.unwrap_or(0).max(0),
        currency: grant.what.currency,
    });
    let mut sums: BTreeMap<(Timestamp, Option<Arc<str>>), Spent> = BTreeMap::new();
    for one in kept.into_iter().chain(rewards) {
        let sum = sums.entry((one.as_of, one.currency.clone()));
        let sum = sum.or_insert_with(|| Spent { rewards: 0, amount: 0, ..one.clone() });
        sum.rewards += one.rewards;
        sum.amount = sum.amount.saturating_add(one.amount);
    }
    sums.into_values().collect()
}
