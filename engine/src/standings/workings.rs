//! How a figure comes about: what goes in and how it is put together. The value of a figure and its
//! explanation are read from the same workings, so that they cannot differ.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::rhythm::Week;
use super::tally::{ByHand, Entry, Received};
use super::viewpoint::Viewpoint;
use crate::events::{Identity, Log};
use crate::facts::{LARGEST, Value};
use crate::time::Day;

/// How a figure comes about.
#[derive(Debug)]
pub(super) enum Workings<'a> {
    /// A value that follows from other figures, which are named with theirs.
    Follows(Value, Vec<(&'static str, Value)>),
    /// The points of activities and those by hand.
    Points(Vec<&'a Entry>, Vec<&'a ByHand>),
    /// The number of activities.
    Count(Vec<&'a Entry>),
    /// Whether there is one, the first of them.
    Has(bool, Vec<&'a Entry>),
    /// The sum of an amount over activities.
    Sum(Vec<(&'a Entry, i64)>),
    /// The mean of an amount over activities, rounded down.
    Mean(Vec<(&'a Entry, i64)>),
    /// Percent of activities that are also in the first list.
    Share(Vec<&'a Entry>, usize),
    /// One sum for each 1,000 of another: activity, amount, base.
    PerThousand(Vec<(&'a Entry, i64, i64)>),
    /// The number of different dates.
    Dates(Vec<Day>),
    /// A number of weeks.
    Weeks(i64, Vec<(Day, Week)>),
    /// Percent of weeks that were active.
    ActiveShare(Vec<(Day, Week)>),
    /// The number of things that others did.
    Received(Vec<&'a Received>),
    /// The number of people.
    People(BTreeSet<Arc<str>>),
    /// The number of pieces of content.
    Content(BTreeSet<Arc<str>>),
}

/// One thing that went into a figure.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema, Serialize)]
#[schemars(rename = "FigurePart", deny_unknown_fields, transform = crate::schema::written)]
pub struct Part {
    /// The source of an event's identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Arc<str>>,
    /// The id of an event, a person or a piece of content.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Arc<str>>,
    /// When it happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// The first date of a week, or a date.
    #[schemars(extend("format" = "date"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// What it is: an activity's kind, or what a week was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub what: Option<Arc<str>>,
    /// How much it brought.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<i64>,
    /// Why, where somebody said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Arc<str>>,
}

impl Part {
    fn of(identity: Identity) -> Self {
        Self { source: Some(identity.source), id: Some(identity.id), ..Self::default() }
    }
}

impl Workings<'_> {
    pub(super) fn value(&self) -> Value {
        match self {
            Workings::Follows(value, _) => value.clone(),
            Workings::Points(entries, by_hand) => Value::Number(
                entries.iter().map(|entry| entry.points).sum::<i64>()
                    + by_hand.iter().map(|hand| hand.adjusted.adjustment.points).sum::<i64>(),
            ),
            Workings::Count(entries) => entries.len().into(),
            Workings::Has(has, _) => (*has).into(),
            Workings::Sum(amounts) => {
                let sum =
                    amounts.iter().fold(0_i64, |sum, (_, amount)| sum.saturating_add(*amount));
                Value::Number(sum.min(LARGEST))
            }
            Workings::Mean(amounts) => {
                let sum: i64 = amounts.iter().map(|(_, amount)| amount).sum();
                whole(sum, amounts.len())
            }
            Workings::Share(part, all) => percent(part.len(), *all),
            Workings::PerThousand(amounts) => {
                let (sum, base) = sums(amounts);
                if base == 0 { Value::Unknown } else { Value::Number(carried(sum * 1_000 / base)) }
            }
            Workings::Dates(days) => days.len().into(),
            Workings::Weeks(weeks, _) => Value::Number(*weeks),
            Workings::ActiveShare(weeks) => {
                let active = weeks.iter().filter(|(_, week)| *week == Week::Active).count();
                percent(active, weeks.len())
            }
            Workings::Received(received) => received.len().into(),
            Workings::People(names) | Workings::Content(names) => names.len().into(),
        }
    }

    /// What went in, one by one.
    pub(super) fn parts(&self, log: &Log, view: &Viewpoint) -> Vec<Part> {
        let activity = |entry: &Entry, amount| activity(log, view, entry, amount);
        let each = |entries: &[&Entry]| entries.iter().map(|entry| activity(entry, None)).collect();
        let amounts = |amounts: &[(&Entry, i64)]| {
            amounts.iter().map(|(entry, amount)| activity(entry, Some(*amount))).collect()
        };
        let weeks = |weeks: &[(Day, Week)]| {
            weeks
                .iter()
                .map(|(day, week)| Part {
                    date: Some(day.show()),
                    what: Some(Arc::from(match week {
                        Week::Active => "active",
                        Week::Running => "running",
                        Week::Frozen => "frozen",
                        Week::Silent => "silent",
                    })),
                    ..Part::default()
                })
                .collect()
        };
        match self {
            Workings::Follows(..) => Vec::new(),
            Workings::Points(entries, by_hand) => {
                let activities = entries.iter().map(|entry| activity(entry, Some(entry.points)));
                activities.chain(by_hand.iter().map(|hand| adjustment(hand))).collect()
            }
            Workings::Count(entries) | Workings::Has(_, entries) | Workings::Share(entries, _) => {
                each(entries)
            }
            Workings::Sum(list) | Workings::Mean(list) => amounts(list),
            Workings::PerThousand(list) => {
                list.iter().map(|(entry, amount, _)| activity(entry, Some(*amount))).collect()
            }
            Workings::Dates(days) => {
                days.iter().map(|day| Part { date: Some(day.show()), ..Part::default() }).collect()
            }
            Workings::Weeks(_, list) | Workings::ActiveShare(list) => weeks(list),
            Workings::Received(received) => received
                .iter()
                .map(|gift| Part {
                    at: Some(gift.at),
                    what: Some(gift.role.name().into()),
                    ..Part::of(log.identity(gift.place))
                })
                .collect(),
            Workings::People(names) | Workings::Content(names) => names
                .iter()
                .map(|name| Part { id: Some(Arc::clone(name)), ..Part::default() })
                .collect(),
        }
    }

    /// The numbers that it was worked out with, by what they are.
    pub(super) fn numbers(&self) -> BTreeMap<&'static str, Value> {
        let mut numbers = BTreeMap::new();
        match self {
            Workings::Follows(_, others) => numbers.extend(others.iter().cloned()),
            Workings::Share(part, all) => {
                numbers.insert("these activities", part.len().into());
                numbers.insert("of activities", (*all).into());
            }
            Workings::Mean(amounts) => {
                numbers
                    .insert("sum", amounts.iter().map(|(_, amount)| *amount).sum::<i64>().into());
                numbers.insert("activities", amounts.len().into());
            }
            Workings::PerThousand(amounts) => {
                let (sum, base) = sums(amounts);
                numbers.insert("engagements", Value::Number(carried(sum)));
                numbers.insert("impressions", Value::Number(carried(base)));
            }
            Workings::ActiveShare(weeks) => {
                let active = weeks.iter().filter(|(_, week)| *week == Week::Active).count();
                numbers.insert("active weeks", active.into());
                numbers.insert("weeks that count", weeks.len().into());
            }
            _ => {}
        }
        numbers
    }
}

/// Engagements and impressions, added up without running over.
fn sums(amounts: &[(&Entry, i64, i64)]) -> (i128, i128) {
    amounts.iter().fold((0, 0), |(sum, base), (_, engagements, impressions)| {
        (sum + i128::from(*engagements), base + i128::from(*impressions))
    })
}

/// A number, or the largest one that every door can carry.
fn carried(number: i128) -> i64 {
    i64::try_from(number).unwrap_or(LARGEST).min(LARGEST)
}

fn activity(log: &Log, view: &Viewpoint, entry: &Entry, amount: Option<i64>) -> Part {
    Part {
        at: Some(entry.at()),
        what: view.kinds.get(entry.kind as usize).cloned(),
        amount: amount.map(|amount| carried(amount.into())),
        ..Part::of(log.identity(entry.place))
    }
}

fn adjustment(hand: &ByHand) -> Part {
    Part {
        at: Some(hand.adjusted.at),
        what: Some("by hand".into()),
        amount: Some(hand.adjusted.adjustment.points),
        reason: Some(Arc::clone(&hand.adjusted.adjustment.reason)),
        ..Part::of(hand.adjusted.identity.clone())
    }
}

/// A percentage, rounded down; not known where it would divide by nothing.
pub(super) fn percent(part: usize, all: usize) -> Value {
    (part * 100).checked_div(all).map_or(Value::Unknown, Value::from)
}

/// A sum for each of so many, rounded towards zero; not known where there is none.
pub(super) fn whole(sum: i64, of: usize) -> Value {
    i64::try_from(of).ok().and_then(|of| sum.checked_div(of)).map_or(Value::Unknown, Value::Number)
}

/// `part` × `scale` ÷ `base`, rounded down, without running over.
pub(super) fn scaled(part: i64, scale: i64, base: i64) -> Value {
    let wide = i128::from(part) * i128::from(scale) / i128::from(base.max(1));
    Value::Number(i64::try_from(wide).unwrap_or(LARGEST).min(LARGEST))
}
