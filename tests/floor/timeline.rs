//! What holds before a time: each person's activities in the order of the fold, with their latest
//! outcomes and edits, without those that were taken back.

use std::collections::{HashMap, HashSet};
use std::ops::Deref;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::records::Record;

/// An activity as it stands: with its latest results, and copied only where it was edited.
pub(crate) struct Standing<'r> {
    record: Edited<'r>,
    pub(crate) results: Results,
}

enum Edited<'r> {
    AsRead(&'r Record),
    Changed(Box<Record>),
}

/// The results that rules read.
#[derive(Clone, Copy)]
pub(crate) struct Results {
    pub(crate) comments: i64,
    pub(crate) shares: i64,
    pub(crate) clicks: i64,
    pub(crate) conversions: i64,
}

impl Deref for Standing<'_> {
    type Target = Record;

    fn deref(&self) -> &Record {
        match &self.record {
            Edited::AsRead(record) => record,
            Edited::Changed(record) => record,
        }
    }
}

/// Everyone's activities before `as_of` in the order of (time, source, id), by advocate.
pub(crate) fn before(records: &[Record], as_of: Timestamp) -> HashMap<String, Vec<Standing<'_>>> {
    let mut people: HashMap<String, Vec<Standing<'_>>> = HashMap::new();
    let (activities, mut later): (Vec<&Record>, Vec<&Record>) =
        records.iter().partition(|record| is_activity(record));
    later.retain(|record| record.at < as_of && record.what.as_deref() != Some("content"));
    later.sort_by(|a, b| (a.at, a.identity()).cmp(&(b.at, b.identity())));
    // A retraction may be taken back by a later one, so the latest are looked at first.
    let mut retracted = HashSet::new();
    for record in later.iter().rev().filter(|record| record.what.as_deref() == Some("retraction")) {
        if !retracted.contains(&record.identity()) {
            retracted.insert(record.target());
        }
    }
    let mut about: HashMap<(&str, &str), Vec<&Record>> = HashMap::new();
    for record in later {
        if !retracted.contains(&record.identity()) {
            about.entry(record.target()).or_default().push(record);
        }
    }
    for activity in activities {
        if !retracted.is_empty() && retracted.contains(&activity.identity()) {
            continue;
        }
        let nothing = Results { comments: 0, shares: 0, clicks: 0, conversions: 0 };
        let mut standing = Standing { record: Edited::AsRead(activity), results: nothing };
        standing.results.lay_over(activity);
        if !about.is_empty()
            && let Some(about) = about.get(&activity.identity())
        {
            about.iter().for_each(|record| standing.lay_over(record));
        }
        if standing.at < as_of {
            let advocate = standing.advocate.as_deref().unwrap_or_default();
            match people.get_mut(advocate) {
                Some(known) => known.push(standing),
                None => {
                    people.insert(advocate.to_owned(), vec![standing]);
                }
            }
        }
    }
    for activities in people.values_mut() {
        activities.sort_unstable_by(|a, b| (a.at, a.identity()).cmp(&(b.at, b.identity())));
    }
    people
}

fn is_activity(record: &Record) -> bool {
    matches!(record.what.as_deref(), None | Some("activity"))
}

impl Standing<'_> {
    fn lay_over(&mut self, later: &Record) {
        self.results.lay_over(later);
        let Some(set) = &later.set else { return };
        if let Edited::AsRead(record) = self.record {
            self.record = Edited::Changed(Box::new(record.clone()));
        }
        if let Edited::Changed(record) = &mut self.record {
            change(record, &mut self.results, set);
        }
    }
}

impl Results {
    fn lay_over(&mut self, later: &Record) {
        let latest = |known: &mut i64, later: Option<i64>| *known = later.unwrap_or(*known);
        latest(&mut self.comments, later.comments);
        latest(&mut self.shares, later.shares);
        latest(&mut self.clicks, later.clicks);
        latest(&mut self.conversions, later.conversions);
    }
}

/// An edit replaces the fields that it names; null clears one.
fn change(activity: &mut Record, results: &mut Results, set: &Map<String, Value>) {
    fn to<T: DeserializeOwned>(value: &Value) -> T {
        serde_json::from_value(value.clone()).unwrap()
    }
    for (field, value) in set {
        match field.as_str() {
            "at" => activity.at = to(value),
            "advocate" => activity.advocate = to(value),
            "kind" => activity.kind = to(value),
            "channel" => activity.channel = to(value),
            "content" => activity.content = to(value),
            "counterpart" => activity.counterpart = to(value),
            "post" => activity.post = to(value),
            "format" => activity.format = to(value),
            "own_words" => activity.own_words = to(value),
            "ghostwritten" => activity.ghostwritten = to::<Option<bool>>(value) == Some(true),
            "customer" => activity.customer = to::<Option<bool>>(value) == Some(true),
            "minutes" => activity.minutes = to(value),
            "comments" => results.comments = to::<Option<i64>>(value).unwrap_or(0),
            "shares" => results.shares = to::<Option<i64>>(value).unwrap_or(0),
            "clicks" => results.clicks = to::<Option<i64>>(value).unwrap_or(0),
            "conversions" => results.conversions = to::<Option<i64>>(value).unwrap_or(0),
            // No starter rule reads the others.
            _ => {}
        }
    }
}
