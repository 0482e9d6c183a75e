//! Who takes part, and when: people by all their names, with what held of them at any time.

use std::collections::BTreeMap;
use std::sync::Arc;

use foldhash::{HashMap, HashSet};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::error::{Code, Error, Problem, did_you_mean};
use crate::events::{Body, Identity, Log, People, Person, Statement, Times};
use crate::facts::{Object, PersonFact, Value, dense};
use crate::links::Links;
use crate::time::Calendar;

/// The people on record as of a time, and whether those without a word on consent take part.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    members: HashMap<Arc<str>, Arc<Member>>,
    /// The ids of the members, in order.
    ids: Vec<Arc<str>>,
    /// Who claims a name, and since when; in order of time.
    claims: HashMap<Arc<str>, Vec<(Timestamp, Arc<str>)>>,
    /// Where a name leads at any time.
    leads: HashMap<Arc<str>, Lead>,
    assume_consent: bool,
}

/// Where a name leads whatever the time: along names that only one person ever claimed.
#[derive(Clone, Debug)]
struct Lead {
    /// The first name on the way that nobody claims or that several do; in a circle, its name.
    to: Arc<str>,
    /// The first in order of the names on the way, without the one it leads to.
    least: Arc<str>,
}

/// A person with what held of them at any time.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) name: Option<Arc<str>>,
    /// The person's facts, each set with the time from which it held.
    facts: Vec<(Timestamp, Arc<[Value]>)>,
    pub(crate) consent: Option<Times>,
    pub(crate) active: Times,
    pub(crate) away: Times,
    pub(crate) leaderboard: bool,
}

/// Why an activity does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotCounted {
    /// The person is not on record, so there is no consent.
    NotOnRecord,
    /// The person had not opted in.
    NoConsent,
    /// The person was no active employee.
    NotActive,
    /// The program does not declare the kind.
    UndeclaredKind,
    /// The program does not declare the channel of the activity or of its post.
    UndeclaredChannel,
    /// The advocate is their own counterpart: nobody praises or helps themselves.
    OwnCounterpart,
}

/// One record of a person, in the order in which records are laid over each other.
struct Record<'a> {
    at: Option<Timestamp>,
    /// Nothing for a line of a people file.
    identity: Option<&'a Identity>,
    person: &'a Person,
}

impl Roster {
    /// The people as of a time, out of people files and person events.
    pub fn new(people: &People, log: &Log, as_of: Timestamp, assume_consent: bool) -> Self {
        Self::linked(people, log, &Links::of(log), as_of, assume_consent)
    }

    /// The same, where it is known already which events belong to which.
    pub(crate) fn linked(
        people: &People,
        log: &Log,
        links: &Links,
        as_of: Timestamp,
        assume_consent: bool,
    ) -> Self {
        Self::with_more(people, log, links, as_of, assume_consent, &[])
    }

    /// The same with further records that are not on record yet.
    pub(crate) fn with_more(
        people: &People,
        log: &Log,
        links: &Links,
        as_of: Timestamp,
        assume_consent: bool,
        more: &[Person],
    ) -> Self {
        let filed = people.records().chain(more).map(|person| Record {
            at: person.at,
            identity: None,
            person,
        });
        let events = log.others().filter_map(|(place, event)| match &event.body {
            Body::Person(person) if !links.retracted(log, place, as_of) => {
                Some(Record { at: Some(event.at), identity: Some(&event.identity), person })
            }
            _ => None,
        });
        let mut records: Vec<Record<'_>> =
            filed.chain(events).filter(|record| record.at.is_none_or(|at| at < as_of)).collect();
        records.sort_by(|a, b| {
            (a.at, a.identity, &a.person.id).cmp(&(b.at, b.identity, &b.person.id))
        });
        let mut roster = Self { assume_consent, ..Self::default() };
        for record in &records {
            for alias in record.person.aliases.iter().filter(|alias| **alias != record.person.id) {
                let since = record.at.unwrap_or(Timestamp::MIN);
                let claims = roster.claims.entry(Arc::clone(alias)).or_default();
                claims.push((since, Arc::clone(&record.person.id)));
            }
        }
        roster.follow();
        let last = Calendar::last_instant(as_of);
        let mut by_person: BTreeMap<Arc<str>, Vec<&Record<'_>>> = BTreeMap::new();
        for record in &records {
            let id = roster.resolve(&record.person.id, last);
            by_person.entry(Arc::clone(id)).or_default().push(record);
        }
        let mut shared = Shared::default();
        for (id, mut records) in by_person {
            // Of two that were found to be one, the one whose name stays has the last word.
            records.sort_by_key(|record| (record.at, record.person.id == id));
            roster.members.insert(Arc::clone(&id), Arc::new(Member::of(&records, &mut shared)));
            roster.ids.push(id);
        }
        roster
    }

    /// The advocate that a name stands for at a time: of several who claim it, the latest before
    /// then, or else the earliest after.
    pub(crate) fn resolve<'a>(&'a self, name: &'a Arc<str>, at: Timestamp) -> &'a Arc<str> {
        if self.claims.is_empty() {
            return name;
        }
        let mut current = self.leads.get(name).map_or(name, |lead| &lead.to);
        // The names that several claim, each with the first in order of those up to the next.
        let mut way: Vec<&Arc<str>> = Vec::new();
        let mut known: HashMap<&Arc<str>, usize> = HashMap::default();
        while let Some(claims) = self.claims.get(current).filter(|_| !self.is_led(current)) {
            if let Some(place) = known.insert(current, way.len()) {
                // Names that claim each other are one person; the first of them is the name.
                return way[place..].iter().min().copied().unwrap_or(current);
            }
            let before = claims.partition_point(|(since, _)| *since <= at);
            let owner = &claims[before.saturating_sub(1)].1;
            let lead = self.leads.get(owner);
            way.push(lead.map_or(current, |lead| current.min(&lead.least)));
            current = lead.map_or(owner, |lead| &lead.to);
        }
        current
    }

    /// Whether the owner of a name is the same at any time.
    fn is_led(&self, name: &Arc<str>) -> bool {
        self.leads.contains_key(name)
    }

    /// Follows every name that only one person ever claimed, each once.
    fn follow(&mut self) {
        let only = |name: &Arc<str>| {
            let claims = self.claims.get(name)?;
            let (_, owner) = claims.first()?;
            claims.iter().all(|(_, other)| other == owner).then_some(owner)
        };
        let mut leads: HashMap<Arc<str>, Lead> = HashMap::default();
        for start in self.claims.keys() {
            let mut way: Vec<&Arc<str>> = Vec::new();
            let mut places: HashMap<&Arc<str>, usize> = HashMap::default();
            let mut current = start;
            // Up to a name that was followed already, that has several owners or none, or that
            // was passed.
            let (to, mut least) = loop {
                if let Some(lead) = leads.get(current) {
                    break (Arc::clone(&lead.to), Some(Arc::clone(&lead.least)));
                }
                if let Some(place) = places.insert(current, way.len()) {
                    let circle = way.split_off(place);
                    let first = circle.iter().min().map_or(current, |first| first);
                    for name in &circle {
                        let lead = Lead { to: Arc::clone(first), least: Arc::clone(first) };
                        leads.insert(Arc::clone(name), lead);
                    }
                    break (Arc::clone(first), Some(Arc::clone(first)));
                }
                let Some(owner) = only(current) else { break (Arc::clone(current), None) };
                way.push(current);
                current = owner;
            };
            for name in way.into_iter().rev() {
                let first = least
                    .take()
                    .map_or_else(|| Arc::clone(name), |least| least.min(Arc::clone(name)));
                leads.insert(
                    Arc::clone(name),
                    Lead { to: Arc::clone(&to), least: Arc::clone(&first) },
                );
                least = Some(first);
            }
        }
        self.leads = leads;
    }

    /// What is known of a person at a time, as one record.
    pub fn person(&self, name: &str, at: Timestamp) -> Option<Person> {
        let id = Arc::clone(self.resolve(&name.into(), at));
        let member = self.members.get(&id)?;
        let stated = self
            .facts(&id, at)
            .iter()
            .zip(PersonFact::FACTS)
            .enumerate()
            .filter(|(_, (value, fact))| **value != fact.default())
            .filter_map(|(slot, (value, _))| Some((u8::try_from(slot).ok()?, value.clone())))
            .collect();
        Some(Person { id, name: member.name.clone(), stated, ..Person::default() })
    }

    /// The author of a post. Somebody of whom nothing is known would be checked as if they had never
    /// published anything: they are refused, unless they are known otherwise.
    pub(crate) fn author(
        &self,
        name: &str,
        at: Timestamp,
        is_known_otherwise: impl FnOnce() -> bool,
    ) -> Result<Option<Person>, Problem> {
        let known = self.person(name, at);
        if known.is_none() && !is_known_otherwise() {
            let message = format!("the author `{name}` is not on record");
            let help = "is the name spelt right? without an author a post is checked as anybody's";
            return Err(Problem::new(Code::UnknownAdvocate, message).help(help).field("author"));
        }
        Ok(known)
    }

    /// What to call a person.
    pub fn name(&self, id: &str) -> Option<&Arc<str>> {
        self.members.get(id)?.name.as_ref()
    }

    /// The ids of everyone on record, in order.
    pub fn ids(&self) -> impl Iterator<Item = &Arc<str>> {
        self.ids.iter()
    }

    pub(crate) fn member(&self, id: &str) -> Option<&Arc<Member>> {
        self.members.get(id)
    }

    /// The person's facts at a time.
    pub(crate) fn facts(&self, id: &str, at: Timestamp) -> &Arc<[Value]> {
        let member = self.members.get(id);
        member.and_then(|member| member.facts(at)).unwrap_or_else(|| PersonFact::nobody())
    }

    /// Whether people of whom nothing is known are taken for willing.
    pub(crate) fn assumes_consent(&self) -> bool {
        self.assume_consent
    }

    /// Whether what a person did at a time counts.
    pub(crate) fn admits(&self, id: &str, at: Timestamp) -> Result<(), NotCounted> {
        self.admits_member(self.member(id).map(|member| &**member), at)
    }

    /// The same, where the person was looked up already.
    pub(crate) fn admits_member(
        &self,
        member: Option<&Member>,
        at: Timestamp,
    ) -> Result<(), NotCounted> {
        let Some(member) = member else {
            return if self.assume_consent { Ok(()) } else { Err(NotCounted::NotOnRecord) };
        };
        if !self.consents(member, at) {
            return Err(NotCounted::NoConsent);
        }
        if !member.active.hold_at(at) {
            return Err(NotCounted::NotActive);
        }
        Ok(())
    }

    pub(crate) fn consents(&self, member: &Member, at: Timestamp) -> bool {
        member.consent.as_ref().map_or(self.assume_consent, |times| times.hold_at(at))
    }

    /// Whether the person can be seen as of a time: opting out hides everything while it lasts.
    pub(crate) fn shows(&self, id: &str, as_of: Timestamp) -> Result<(), NotCounted> {
        match self.members.get(id) {
            Some(member) if self.consents(member, Calendar::last_instant(as_of)) => Ok(()),
            Some(_) => Err(NotCounted::NoConsent),
            None if self.assume_consent => Ok(()),
            None => Err(NotCounted::NotOnRecord),
        }
    }

    /// Whether somebody on record does not take part at an instant, for having said so or for never
    /// having said that they do.
    pub(crate) fn has_opted_out(&self, id: &str, at: Timestamp) -> bool {
        self.members.get(id).is_some_and(|member| !self.consents(member, at))
    }

    /// Whether the person stands on boards.
    pub(crate) fn is_on_boards(&self, id: &str) -> bool {
        self.members.get(id).is_none_or(|member| member.leaderboard)
    }

    /// When the person could take no part: away, not opted in, or no active employee.
    pub(crate) fn frozen(&self, id: &str) -> Times {
        let Some(member) = self.members.get(id) else { return Times::never() };
        let out = member.consent.as_ref().map_or_else(Times::never, Times::others);
        Times::union([&member.away, &member.active.others(), &out])
    }

    /// Whether the person is an active employee at an instant, as far as is known.
    pub(crate) fn is_active(&self, id: &str, at: Timestamp) -> bool {
        self.members.get(id).is_none_or(|member| member.active.hold_at(at))
    }

    /// Whether the person is away at an instant.
    pub(crate) fn is_away(&self, id: &str, at: Timestamp) -> bool {
        self.members.get(id).is_some_and(|member| member.away.hold_at(at))
    }

    /// Whether the person has opted in and is an active employee at an instant.
    pub(crate) fn is_enrolled(&self, id: &str, at: Timestamp) -> bool {
        self.admits(id, at).is_ok()
    }
}

/// Facts of people: whoever has the same shares them with the others.
#[derive(Default)]
struct Shared(HashSet<Arc<[Value]>>);

impl Shared {
    fn of(&mut self, facts: &[Value]) -> Arc<[Value]> {
        if let Some(known) = self.0.get(facts) {
            return Arc::clone(known);
        }
        let facts: Arc<[Value]> = facts.into();
        self.0.insert(Arc::clone(&facts));
        facts
    }
}

impl Member {
    fn of(records: &[&Record<'_>], shared: &mut Shared) -> Self {
        let mut member = Self {
            name: None,
            facts: Vec::new(),
            consent: None,
            active: Times::always(),
            away: Times::never(),
            leaderboard: true,
        };
        let mut facts = dense(Object::Person, &[]);
        for record in records {
            let person = record.person;
            if person.name.is_some() {
                member.name.clone_from(&person.name);
            }
            if let Some(consent) = &person.consent {
                member.consent.get_or_insert_with(Times::never).state(consent, record.at);
            }
            let state = |times: &mut Times, said: &Option<Statement>| {
                if let Some(statement) = said {
                    times.state(statement, record.at);
                }
            };
            state(&mut member.active, &person.active);
            state(&mut member.away, &person.away);
            if let Some(leaderboard) = person.leaderboard {
                member.leaderboard = leaderboard;
            }
            for (slot, value) in &person.stated {
                let slot = usize::from(*slot);
                facts[slot] = match value {
                    Value::Unknown => PersonFact::FACTS[slot].default(),
                    value => value.clone(),
                };
            }
            let since = record.at.unwrap_or(Timestamp::MIN);
            match member.facts.last_mut() {
                Some(last) if last.0 == since => last.1 = shared.of(&facts),
                _ => member.facts.push((since, shared.of(&facts))),
            }
        }
        member
    }

    /// The person's facts, each set with the time from which it held, in order.
    pub(crate) fn history(&self) -> &[(Timestamp, Arc<[Value]>)] {
        &self.facts
    }

    /// The person's facts at a time, where something was known by then.
    pub(crate) fn facts(&self, at: Timestamp) -> Option<&Arc<[Value]>> {
        let before = self.facts.partition_point(|(since, _)| *since <= at);
        before.checked_sub(1).map(|index| &self.facts[index].1)
    }
}

/// The advocate whom a name stands for, where there is one who may be seen: on record, or known
/// by something that was done.
pub(crate) fn find_in<'a>(
    roster: &'a Roster,
    name: &str,
    as_of: Timestamp,
    have_done: impl Iterator<Item = &'a Arc<str>> + Clone,
) -> Result<Arc<str>, Error> {
    let id = Arc::clone(roster.resolve(&name.into(), Calendar::last_instant(as_of)));
    if roster.member(&id).is_none() && !have_done.clone().any(|known| *known == id) {
        // Nobody is told the names of those who have opted out.
        let names = have_done.chain(roster.ids()).filter(|id| roster.shows(id, as_of).is_ok());
        let names = names.map(|id| &**id);
        let message = format!("there is no advocate `{name}` in the records");
        return Err(Problem::new(Code::UnknownAdvocate, message)
            .maybe_help(did_you_mean(name, names))
            .into());
    }
    let Err(why) = roster.shows(&id, as_of) else { return Ok(id) };
    let help = match why {
        NotCounted::NotOnRecord => "add the person to the people file; consent is needed, too",
        _ => "the person has not opted in; --assume-consent is for files without a consent field",
    };
    let message = format!("nothing is shown about `{name}`: there is no consent");
    Err(Problem::new(Code::UnknownAdvocate, message).help(help).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Follows a name step by step, as the rule has it.
    fn walked(roster: &Roster, name: &Arc<str>, at: Timestamp) -> Arc<str> {
        let mut way = vec![Arc::clone(name)];
        while let Some(claims) = roster.claims.get(&way[way.len() - 1]) {
            let before = claims.partition_point(|(since, _)| *since <= at);
            let owner = &claims[before.saturating_sub(1)].1;
            if let Some(known) = way.iter().position(|passed| passed == owner) {
                return way[known..].iter().min().unwrap().clone();
            }
            way.push(Arc::clone(owner));
        }
        way[way.len() - 1].clone()
    }

    #[test]
    fn leads_end_where_going_step_by_step_does() {
        let mut state = 7_u64;
        let mut roll = |sides: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % sides
        };
        for _ in 0..3_000 {
            let mut roster = Roster::default();
            for _ in 0..roll(12) {
                let (name, owner) = (roll(7), roll(7));
                if name != owner {
                    let since = Timestamp::from_second(i64::try_from(roll(4)).unwrap()).unwrap();
                    let claims = roster.claims.entry(name.to_string().into()).or_default();
                    claims.push((since, owner.to_string().into()));
                    claims.sort();
                }
            }
            roster.follow();
            for name in 0..7 {
                let name: Arc<str> = name.to_string().into();
                for second in 0..5 {
                    let at = Timestamp::from_second(second).unwrap();
                    let (led, found) = (roster.resolve(&name, at), walked(&roster, &name, at));
                    assert_eq!(*led, found, "{name} at {second} of {:?}", roster.claims);
                }
            }
        }
    }
}
