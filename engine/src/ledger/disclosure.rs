//! What is on record of one person, for that person: everything that an erasure would take away, what
//! was made of it, and where others name them. Of those others nothing is told.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::Ledger;
use super::erase::{NAMES, Words};
use super::somebody::Somebody;
use crate::awards::GrantDocument;
use crate::disputes::DisputeDocument;
use crate::error::{Code, Error, Problem};
use crate::events::{Body, Event, Identity, Log, Place, Statement};
use crate::facts::{ActivityFact, Folder, PersonFact, Value as Fact};
use crate::scoring::Explanation;
use crate::standings::StandingDocument;
use crate::time::Calendar;

/// What is on record of a person, and what was made of it. Other people are called `person 1` and so
/// on.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[schemars(rename = "PersonalData", deny_unknown_fields, transform = crate::schema::written)]
pub struct Disclosure {
    /// The program's version.
    pub program: Arc<str>,
    /// The time as of which points, figures and the rest were worked out; events are all there are.
    pub as_of: Timestamp,
    /// The person.
    pub advocate: Arc<str>,
    /// Every name that is theirs by now.
    pub names: Vec<Arc<str>>,
    /// All events about them, as they stand on record: what is known of them, what they did and wrote,
    /// with what results; points by hand, grants and decisions, what they object to, and how it ended.
    pub events: Vec<OnRecord>,
    /// When they opted in and out, and who reported it.
    pub consent: Vec<Consent>,
    /// Where others name them.
    pub named: Vec<Naming>,
    /// What they have become; nothing where they have not opted in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standing: Option<StandingDocument>,
    /// Their points, line by line, each with what the rule read; nothing where they have not opted in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points: Option<Explanation>,
    /// What they were granted, with what the rule read and what was decided, and why.
    pub grants: Vec<GrantDocument>,
    /// What they object to, and how it ended.
    pub disputes: Vec<DisputeDocument>,
    /// The rules that are on, with the facts about people that each may read.
    pub rules: Vec<RuleUse>,
}

/// An event as it stands on record.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[schemars(rename = "PersonalEvent", deny_unknown_fields, transform = crate::schema::written)]
pub struct OnRecord {
    /// Its place in the journal.
    pub position: u64,
    /// The event.
    pub event: Event,
}

/// A word on whether somebody takes part.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[schemars(rename = "ConsentOnRecord", deny_unknown_fields, transform = crate::schema::written)]
pub struct Consent {
    /// Since when it holds.
    pub at: Timestamp,
    /// The event that says so: its source is who reported it.
    #[serde(flatten)]
    pub identity: Identity,
    /// Whether they take part, from then on or in which intervals; nothing where only boards are
    /// meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) consent: Option<Statement>,
    /// Whether they stand on boards, where that is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leaderboard: Option<bool>,
    /// Whether it was taken back.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub retracted: bool,
}

/// An event of somebody else that names the person; what else it says is theirs.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct Naming {
    /// Its place in the journal.
    pub position: u64,
    /// When it happened.
    pub at: Timestamp,
    /// The type of the event.
    #[serde(rename = "type")]
    pub kind_of_event: Arc<str>,
    /// What was done, where it is an activity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Arc<str>>,
    /// As what it names the person.
    #[serde(rename = "as")]
    pub role: Role,
}

/// As what an event of somebody else names a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "NamedAs")]
pub enum Role {
    /// The one who was helped, mentored or praised.
    Counterpart,
    /// Somebody's mentor.
    Mentor,
    /// The one who recorded or decided it.
    By,
    /// Somebody who is named in free words, or in a field of the sender's own.
    Words,
}

/// The facts about people that a rule may read.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct RuleUse {
    /// The rule.
    pub rule: Arc<str>,
    /// The folder it stands in, which says what it is for.
    #[schemars(extend("enum" = Folder::ALL.map(Folder::name)))]
    pub folder: Arc<str>,
    /// What it is about, in its own words.
    pub title: Arc<str>,
    /// The facts.
    pub facts: Vec<Arc<str>>,
}

impl Ledger {
    /// Everything that is on record of a person, whether or not they take part, as one document for
    /// them: other people are told by numbers, and what these wrote is not told.
    ///
    /// # Errors
    ///
    /// Nobody is on record under that name, the journal cannot be read, or a rule ran out of time
    /// (retryable).
    pub fn disclose(&self, advocate: &str, as_of: Timestamp) -> Result<String, Error> {
        let live = self.live()?;
        let log = live.with_log(Clone::clone);
        let person = Somebody::find(&log, advocate)?;
        let id = person.id();
        let events = person.events();
        // Whoever has not opted in has neither points nor figures.
        let shown = live.roster(as_of).shows(id, as_of).is_ok() && live.standing(id, as_of).is_ok();
        let standing = shown.then(|| live.standing(id, as_of)).transpose()?;
        let points = shown.then(|| live.explain(id, as_of)).transpose()?;
        let theirs = |name: &Arc<str>, at: Timestamp| person.is(name, at);
        let mut grants = self.followed()?.register.grants();
        grants.retain(|grant| {
            let to = grant.subject.advocate();
            grant.as_of < as_of
                && to.is_some_and(|to| theirs(to, Calendar::last_instant(grant.as_of)))
        });
        let mut disputes = live.disputes(as_of);
        disputes.retain(|dispute| theirs(&dispute.advocate, dispute.at));
        let document = Disclosure {
            program: self.program.version().into(),
            as_of,
            advocate: Arc::clone(id),
            names: person.names().cloned().collect(),
            consent: consent(&person, &events),
            named: named(&person, &events)?,
            events: on_record(&log, &events),
            standing,
            points,
            grants,
            disputes,
            rules: self.rule_uses(),
        };
        let wrong = |error: serde_json::Error| {
            Problem::new(Code::Internal, format!("the document cannot be written: {error}"))
        };
        let mut json = serde_json::to_value(&document).map_err(wrong)?;
        Others { person: &person, known: BTreeMap::new() }.veil("", &mut json);
        crate::wire::canonical(&json)
    }

    fn rule_uses(&self) -> Vec<RuleUse> {
        let described = self.program.describe();
        let on = described.rules.iter().filter(|rule| rule.enabled);
        let uses = on.map(|rule| RuleUse {
            rule: rule.id.into(),
            folder: rule.folder.into(),
            title: rule.title.into(),
            facts: rule
                .reads
                .iter()
                .filter(|it| it.personal)
                .map(|it| it.fact.as_str().into())
                .collect(),
        });
        uses.filter(|rule| !rule.facts.is_empty()).collect()
    }
}

fn on_record(log: &Log, events: &BTreeSet<Place>) -> Vec<OnRecord> {
    let event =
        |place: &Place| OnRecord { position: u64::from(*place) + 1, event: log.event(*place) };
    events.iter().map(event).collect()
}

/// When somebody opted in and out, in order of time.
fn consent(person: &Somebody<'_>, events: &BTreeSet<Place>) -> Vec<Consent> {
    let mut said: Vec<Consent> = events
        .iter()
        .filter_map(|place| {
            let event = person.log.event(*place);
            let Body::Person(record) = event.body else { return None };
            (record.consent.is_some() || record.leaderboard.is_some()).then(|| Consent {
                at: event.at,
                identity: event.identity,
                consent: record.consent,
                leaderboard: record.leaderboard,
                retracted: person.is_taken_back(*place),
            })
        })
        .collect();
    said.sort_by(|a, b| (a.at, &a.identity).cmp(&(b.at, &b.identity)));
    said
}

/// The events of others that name somebody.
fn named(person: &Somebody<'_>, events: &BTreeSet<Place>) -> Result<Vec<Naming>, Error> {
    let words = Words::of(person, events, None)?;
    let mut named = Vec::new();
    for place in person.log.places().filter(|place| !events.contains(place)) {
        let event = person.log.event(place);
        if matches!(event.body, Body::Close { .. }) || words.without(&event)?.is_none() {
            continue;
        }
        let is = |name: &Arc<str>| person.is(name, event.at);
        let role = match &event.body {
            Body::Activity(it) if it.counterpart.as_ref().is_some_and(is) => Role::Counterpart,
            Body::Update { set, .. } if set.counterpart.iter().flatten().any(is) => {
                Role::Counterpart
            }
            Body::Person(it)
                if it.stated.iter().any(|(slot, value)| {
                    *slot == PersonFact::Mentor as u8 && value.text().is_some_and(is)
                }) =>
            {
                Role::Mentor
            }
            Body::Adjustment(it) if it.by.as_ref().is_some_and(is) => Role::By,
            Body::Resolution(it) if is(&it.by) => Role::By,
            Body::Decision { by, .. } | Body::Close { by, .. } if is(by) => Role::By,
            Body::Grant(it) if is(&it.by) => Role::By,
            _ => Role::Words,
        };
        let kind = match &event.body {
            Body::Activity(it) => it.stated.iter().find_map(|(slot, value)| match value {
                Fact::Text(kind) if *slot == ActivityFact::Kind as u8 => Some(Arc::clone(kind)),
                _ => None,
            }),
            _ => None,
        };
        named.push(Naming {
            position: u64::from(place) + 1,
            at: event.at,
            kind_of_event: event.type_name().into(),
            kind,
            role,
        });
    }
    Ok(named)
}

/// Other people, as they were met on the way through a document.
struct Others<'a> {
    person: &'a Somebody<'a>,
    known: BTreeMap<String, String>,
}

impl Others<'_> {
    /// Puts numbers in the place of other people's names.
    fn veil(&mut self, field: &str, value: &mut Value) {
        match value {
            Value::String(text) => {
                let name: Arc<str> = text.as_str().into();
                let names = NAMES.contains(&field)
                    || field == "granted_by"
                    || (field == "value" && self.person.knows(&name));
                if names && !self.person.was_ever(&name) {
                    let next = self.known.len() + 1;
                    let number = self.known.entry(text.clone());
                    text.clone_from(number.or_insert_with(|| format!("person {next}")));
                }
            }
            Value::Array(values) => values.iter_mut().for_each(|value| self.veil(field, value)),
            Value::Object(fields) => {
                // What the team of a grant is by is nobody.
                let of_team = fields.contains_key("team") && !fields.contains_key("advocate");
                for (name, value) in
                    fields.iter_mut().filter(|(name, _)| !(of_team && *name == "by"))
                {
                    self.veil(name, value);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}
