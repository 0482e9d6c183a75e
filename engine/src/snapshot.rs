//! From the complete list of people, as an HR system sends it, to what changed since.

mod differences;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use jiff::{Span, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;

use self::differences::Differences;
use crate::error::{Code, Error, Problem};
use crate::events::{Body, Event, Identity, Log, People, Person, SnapshotLines, Statement, Times};
use crate::links::Links;
use crate::roster::Roster;

/// So many may leave at once without a word, whatever part of everyone they are.
const FEW: usize = 5;

/// Whose snapshot it is, of when, and how many may leave by it.
#[derive(Clone, Debug)]
pub struct Taking {
    /// The system that reports the people.
    pub source: Arc<str>,
    /// From when on it holds.
    pub at: Timestamp,
    /// The most people who may leave, in percent of those whom the source reports as active; where
    /// they are more than five.
    pub at_most_leave_percent: u8,
}

impl Taking {
    /// The field that a snapshot by which too many would leave is refused for.
    pub const MOST: &'static str = "at_most_leave_percent";

    /// A snapshot by which at most 20 % may leave.
    pub fn new(source: impl Into<Arc<str>>, at: Timestamp) -> Self {
        Self { source: source.into(), at, at_most_leave_percent: 20 }
    }
}

/// What a snapshot changes. Whoever is named is there; whom the same source reported before and does
/// not name any more has left.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct Snapshot {
    /// The system that reports the people.
    pub source: Arc<str>,
    /// From when on it holds.
    pub at: Timestamp,
    /// People who were not on record.
    pub joined: Vec<SeenPerson>,
    /// People who were on record, but not by this source: from now on they may leave by it.
    pub adopted: Vec<SeenPerson>,
    /// People of whom something else is said.
    pub changed: Vec<SeenPerson>,
    /// People who had left.
    pub returned: Vec<SeenPerson>,
    /// People who leave.
    pub left: Vec<SeenPerson>,
    /// How many people are as they were.
    pub unchanged: usize,
    /// How many lines are of people who were erased: they are passed over.
    #[serde(skip_serializing_if = "is_none")]
    #[schemars(default)]
    pub erased: usize,
    /// How much of those whom the source reports leaves, in percent, rounded up.
    #[serde(skip)]
    pub leave_percent: u8,
    /// What to record: events of people at the snapshot's time.
    #[serde(skip)]
    pub events: Vec<Event>,
}

/// A person with what changes.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct SeenPerson {
    /// The advocate's id.
    pub advocate: Arc<str>,
    /// What to call them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Arc<str>>,
    /// Field by field.
    pub changes: Vec<FieldChange>,
}

/// A field that changes.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct FieldChange {
    /// The field.
    pub field: &'static str,
    /// What was known; null where nothing was.
    pub before: Json,
    /// What the snapshot says; null where it is not known any more.
    pub after: Json,
}

impl Snapshot {
    /// Works out what a snapshot changes of what is known as of its time. Nothing is recorded: its
    /// events are to be, and then the same snapshot changes nothing.
    ///
    /// # Errors
    ///
    /// The snapshot is empty, older than one of the same source that was taken in, names somebody
    /// twice, or would let too many leave.
    pub fn take(
        people: &People,
        log: &Log,
        lines: &SnapshotLines,
        taking: &Taking,
    ) -> Result<Self, Error> {
        let refused = |problem: Problem| Err(problem.file(lines.file.as_str()).into());
        if lines.is_empty() {
            let problem = Problem::new(Code::Missing, "the snapshot names nobody");
            return refused(problem.help(
                "a snapshot is the complete list of people: by this one, everyone would leave",
            ));
        }
        let links = Links::of(log);
        // What is known at the snapshot's time counts, too, so that it can be taken in again.
        let as_of = taking.at.checked_add(Span::new().nanoseconds(1)).unwrap_or(Timestamp::MAX);
        if let Some(later) = later(log, &links, taking) {
            let message = format!(
                "the snapshot is of {}, and one of `{}` of {later} was taken in already",
                taking.at, taking.source
            );
            return refused(Problem::new(Code::Conflict, message).help(
                "the latest snapshot is the complete list; what happened before comes as events of type `person`",
            ));
        }
        let known = Roster::linked(people, log, &links, as_of, false);
        let (named, claims) = named(&known, lines, taking.at)?;
        let now = Roster::with_more(people, log, &links, as_of, false, &claims);
        let mut taken = Taken {
            taking,
            were_known: known.ids().map(|id| Arc::clone(now.resolve(id, taking.at))).collect(),
            told: Told::of(log, &links, &now, taking, as_of),
            roster: &now,
            result: Self { erased: lines.erased, ..Self::of(taking) },
        };
        let mut people: BTreeMap<Arc<str>, usize> = BTreeMap::new();
        let mut problems = Vec::new();
        for one in &named {
            let id = Arc::clone(now.resolve(&one.id, taking.at));
            if let Some(first) = people.insert(Arc::clone(&id), one.line) {
                let message =
                    format!("lines {first} and {} are about one person, `{id}`", one.line);
                let problem = Problem::new(Code::Duplicate, message).line(one.line, 1);
                problems.push(problem.file(lines.file.as_str()).field("id"));
                continue;
            }
            taken.line(id, one);
        }
        if let Some(error) = Error::of(problems) {
            return Err(error);
        }
        taken.missing(&people);
        if let Some(problem) = taken.too_many() {
            return refused(problem);
        }
        let all = taken.reported().count();
        let mut result = taken.result;
        result.leave_percent = percent_of(result.left.len(), all);
        result.events.sort_by(|a, b| a.identity.cmp(&b.identity));
        result.events.iter().try_for_each(Event::check)?;
        let on_record = |event: &Event| log.position((&event.identity).into());
        result
            .events
            .retain(|event| on_record(event).map(|place| log.event(place)).as_ref() != Some(event));
        if let Some(event) = result.events.iter().find(|event| on_record(event).is_some()) {
            let message = format!(
                "another snapshot of `{}` of this very time was taken in, and `{}` is on record",
                taking.source, event.identity.id
            );
            return refused(
                Problem::new(Code::Conflict, message).help("take it in with a later time"),
            );
        }
        Ok(result)
    }

    fn of(taking: &Taking) -> Self {
        Self {
            source: Arc::clone(&taking.source),
            at: taking.at,
            joined: Vec::new(),
            adopted: Vec::new(),
            changed: Vec::new(),
            returned: Vec::new(),
            left: Vec::new(),
            unchanged: 0,
            erased: 0,
            leave_percent: 0,
            events: Vec::new(),
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_none(count: &usize) -> bool {
    *count == 0
}

/// A part in percent, rounded up.
fn percent_of(part: usize, all: usize) -> u8 {
    u8::try_from((part * 100).div_ceil(all.max(1))).map_or(100, |percent| percent.min(100))
}

/// The id of an event that a snapshot makes.
fn event_id(advocate: &str, at: Timestamp) -> String {
    format!("{advocate}@{at}")
}

/// The events of people that hold as of a time.
fn of_people<'a>(
    log: &'a Log,
    links: &'a Links,
    as_of: Timestamp,
) -> impl Iterator<Item = (&'a Event, &'a Person)> {
    log.others().filter_map(move |(place, event)| match &event.body {
        Body::Person(person) if event.at < as_of && !links.retracted(log, place, as_of) => {
            Some((event, &**person))
        }
        _ => None,
    })
}

/// The time of a later snapshot of the same source.
fn later(log: &Log, links: &Links, taking: &Taking) -> Option<Timestamp> {
    of_people(log, links, Timestamp::MAX)
        .filter(|(event, person)| {
            event.at > taking.at
                && event.identity.source == taking.source
                && *event.identity.id == event_id(&person.id, event.at)
        })
        .map(|(event, _)| event.at)
        .max()
}

/// A line of the snapshot.
struct Named<'a> {
    line: usize,
    /// The person as known so far.
    id: Arc<str>,
    person: &'a Person,
    /// Other names that are not known to be theirs.
    aliases: Vec<Arc<str>>,
}

/// The lines with the names that they are known by, and the names that they claim.
fn named<'a>(
    known: &Roster,
    lines: &'a SnapshotLines,
    at: Timestamp,
) -> Result<(Vec<Named<'a>>, Vec<Person>), Error> {
    let mut all = Vec::new();
    let mut claims = Vec::new();
    let mut owners: HashMap<Arc<str>, usize> = HashMap::new();
    let mut problems = Vec::new();
    for (line, person) in &lines.people {
        let id = Arc::clone(known.resolve(&person.id, at));
        let is_new = |alias: &Arc<str>| {
            *alias != id && *alias != person.id && *known.resolve(alias, at) != id
        };
        let aliases: Vec<Arc<str>> =
            person.aliases.iter().filter(|alias| is_new(alias)).map(Arc::clone).collect();
        for alias in &aliases {
            if let Some(first) = owners.insert(Arc::clone(alias), *line) {
                let message = format!("lines {first} and {line} claim the same alias `{alias}`");
                let problem = Problem::new(Code::Conflict, message).line(*line, 1);
                problems.push(problem.file(lines.file.as_str()).field("aliases"));
            }
        }
        if !aliases.is_empty() {
            let aliases = aliases.clone();
            claims.push(Person { id: id.clone(), at: Some(at), aliases, ..Person::default() });
        }
        all.push(Named { line: *line, id, person, aliases });
    }
    Error::of(problems).map_or(Ok((all, claims)), Err)
}

/// What was told of people so far.
struct Told {
    /// Whether the snapshot's source said last that a person is there.
    by_source: HashMap<Arc<str>, bool>,
    /// Who said last whether a person is active.
    last: HashMap<Arc<str>, Arc<str>>,
}

impl Told {
    fn of(log: &Log, links: &Links, roster: &Roster, taking: &Taking, as_of: Timestamp) -> Self {
        let mut events: Vec<(&Event, &Person)> = of_people(log, links, as_of).collect();
        events.sort_by_key(|(event, _)| event.order());
        let mut told = Self { by_source: HashMap::new(), last: HashMap::new() };
        for (event, person) in events {
            let id = roster.resolve(&person.id, taking.at);
            let source = &event.identity.source;
            if *source == taking.source {
                let is_there = person.active.as_ref().map(says_there);
                let word = told.by_source.entry(Arc::clone(id)).or_insert(true);
                *word = is_there.unwrap_or(*word);
            }
            if person.active.is_some() {
                told.last.insert(Arc::clone(id), Arc::clone(source));
            }
        }
        told
    }
}

fn says_there(statement: &Statement) -> bool {
    *statement != Statement::From(false)
}

/// Whether somebody is active at a time or will be.
fn is_or_will_be(active: &Times, at: Timestamp) -> bool {
    active.intervals().any(|(_, until)| until > at)
}

struct Taken<'a> {
    taking: &'a Taking,
    roster: &'a Roster,
    were_known: HashSet<Arc<str>>,
    told: Told,
    result: Snapshot,
}

impl Taken<'_> {
    /// Takes in a line.
    fn line(&mut self, id: Arc<str>, one: &Named<'_>) {
        let at = self.taking.at;
        let member = self.roster.member(&id).filter(|_| self.were_known.contains(&id));
        let mut differences = Differences::new(Arc::clone(&id), at);
        differences.person(member.map(|member| &**member), one);
        differences.facts(self.roster.facts(&id, at), &one.person.stated);
        let there = one.person.active.clone().unwrap_or(Statement::From(true));
        let always = Times::always();
        let before = member.map_or(&always, |member| &member.active);
        let mut after = before.clone();
        after.state(&there, Some(at));
        if differences.times("active", Some(before), &there) {
            differences.event.active = Some(there.clone());
        }
        let was_told = self.told.by_source.get(&id) == Some(&says_there(&there));
        if !was_told {
            // Who says so is on record from now on, though it may not change anything.
            differences.event.active = Some(there);
        }
        let leaves = is_or_will_be(before, at) && !is_or_will_be(&after, at);
        let returns = !is_or_will_be(before, at) && is_or_will_be(&after, at);
        let result = &mut self.result;
        let list = match member {
            None => &mut result.joined,
            Some(_) if leaves => &mut result.left,
            Some(_) if returns => &mut result.returned,
            Some(_) if !was_told => &mut result.adopted,
            Some(_) if !differences.changes.is_empty() => &mut result.changed,
            Some(_) => {
                result.unchanged += 1;
                return;
            }
        };
        differences.event.ext.clone_from(&one.person.ext);
        let name = one.person.name.clone().or_else(|| member?.name.clone());
        let Differences { event, changes, .. } = differences;
        list.push(SeenPerson { advocate: id, name, changes });
        self.record(event);
    }

    fn record(&mut self, person: Person) {
        let at = self.taking.at;
        let source = Arc::clone(&self.taking.source);
        let identity = Identity { source, id: event_id(&person.id, at).into() };
        let body = Body::Person(Box::new(Person { ext: None, ..person.clone() }));
        self.result.events.push(Event { identity, at, body, ext: person.ext });
    }

    /// Lets everyone leave whom the source reported and does not name any more. Where somebody else
    /// has said since that a person is active, that stays.
    fn missing(&mut self, named: &BTreeMap<Arc<str>, usize>) {
        let mut gone: Vec<Arc<str>> = self
            .reported()
            .filter(|id| {
                !named.contains_key(*id)
                    && self.told.last.get(*id).is_none_or(|last| *last == self.taking.source)
            })
            .cloned()
            .collect();
        gone.sort_unstable();
        for id in gone {
            let name = self.roster.name(&id).cloned();
            let change = FieldChange { field: "active", before: true.into(), after: false.into() };
            let changes = vec![change];
            self.result.left.push(SeenPerson { advocate: Arc::clone(&id), name, changes });
            let at = Some(self.taking.at);
            let active = Some(Statement::From(false));
            self.record(Person { id, at, active, ..Person::default() });
        }
        self.result.left.sort_by(|a, b| a.advocate.cmp(&b.advocate));
    }

    /// The people whom the source reports as active.
    fn reported(&self) -> impl Iterator<Item = &Arc<str>> {
        let told = self.told.by_source.iter().filter(|(_, there)| **there).map(|(id, _)| id);
        told.filter(|id| {
            self.roster
                .member(id)
                .is_some_and(|member| is_or_will_be(&member.active, self.taking.at))
        })
    }

    /// The problem of a snapshot by which too many would leave.
    fn too_many(&self) -> Option<Problem> {
        let (leave, all) = (self.result.left.len(), self.reported().count());
        let most = usize::from(self.taking.at_most_leave_percent);
        if leave <= FEW || leave * 100 <= all * most {
            return None;
        }
        let percent = percent_of(leave, all);
        let message = format!(
            "{leave} of the {all} people whom `{}` reports would leave, more than {most} %",
            self.taking.source
        );
        Some(
            Problem::new(Code::NotAllowed, message)
                .help(format!("is the file complete? if they have left, allow {percent} %"))
                .field(Taking::MOST),
        )
    }
}

#[cfg(test)]
mod tests;
