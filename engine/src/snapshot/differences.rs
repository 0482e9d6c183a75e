//! What a line of a snapshot says that is not known, field by field.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::{FieldChange, Named};
use crate::events::{Person, Statement, Times};
use crate::facts::{PersonFact, Value};
use crate::roster::Member;

/// What a line says that is not known, field by field.
pub(super) struct Differences {
    at: Timestamp,
    pub(super) changes: Vec<FieldChange>,
    /// The event that says it.
    pub(super) event: Person,
}

impl Differences {
    pub(super) fn new(id: Arc<str>, at: Timestamp) -> Self {
        let event = Person { id, at: Some(at), ..Person::default() };
        Self { at, changes: Vec::new(), event }
    }

    /// Notes a field, where what is said of it differs; whether it does.
    fn note(&mut self, field: &'static str, before: Json, after: Json) -> bool {
        let differs = before != after;
        if differs {
            self.changes.push(FieldChange { field, before, after });
        }
        differs
    }

    /// Notes what held at times: yes or no is compared with what holds at the snapshot's time.
    pub(super) fn times(
        &mut self,
        field: &'static str,
        known: Option<&Times>,
        said: &Statement,
    ) -> bool {
        let (before, after) = match said {
            Statement::From(holds) => {
                (known.map_or(Json::Null, |times| times.hold_at(self.at).into()), (*holds).into())
            }
            Statement::Intervals(times) => (known.map_or(Json::Null, shown), shown(times)),
        };
        self.note(field, before, after)
    }

    pub(super) fn person(&mut self, member: Option<&Member>, one: &Named<'_>) {
        let person = one.person;
        if let Some(name) = &person.name {
            let before = member.and_then(|member| member.name.as_ref());
            if self.note("name", json!(before), json!(name)) {
                self.event.name = Some(Arc::clone(name));
            }
        }
        if let Some(consent) = &person.consent {
            let before = member.and_then(|member| member.consent.as_ref());
            if self.times("consent", before, consent) {
                self.event.consent = Some(consent.clone());
            }
        }
        if let Some(away) = &person.away {
            let never = Times::never();
            let before = member.map_or(&never, |member| &member.away);
            if self.times("away", Some(before), away) {
                self.event.away = Some(away.clone());
            }
        }
        if let Some(leaderboard) = person.leaderboard {
            let before = member.is_none_or(|member| member.leaderboard);
            if self.note("leaderboard", before.into(), leaderboard.into()) {
                self.event.leaderboard = Some(leaderboard);
            }
        }
        if !one.aliases.is_empty() {
            self.note("aliases", Json::Null, json!(one.aliases));
            self.event.aliases.clone_from(&one.aliases);
        }
    }

    pub(super) fn facts(&mut self, known: &[Value], stated: &[(u8, Value)]) {
        // A list of nothing says as much as no list.
        let told = |value: &Value, default: Value| match value {
            Value::Words(words) if words.is_empty() => Json::Null,
            value if *value == default => Json::Null,
            value => json!(value),
        };
        for (slot, value) in stated {
            let fact = &PersonFact::FACTS[usize::from(*slot)];
            let value_told = match value {
                Value::Unknown => Json::Null,
                value => told(value, fact.default()),
            };
            let before = told(&known[usize::from(*slot)], fact.default());
            if self.note(fact.name, before, value_told) {
                self.event.stated.push((*slot, value.clone()));
            }
        }
    }
}

/// Intervals as records write them.
fn shown(times: &Times) -> Json {
    let bound = |instant: Timestamp, open: Timestamp| (instant != open).then_some(instant);
    times
        .intervals()
        .map(|(from, until)| {
            json!({"from": bound(from, Timestamp::MIN), "until": bound(until, Timestamp::MAX)})
        })
        .collect()
}
