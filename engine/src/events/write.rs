//! Events as JSON, the way they are read: what is written and read again is equal.

use jiff::Timestamp;
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use super::{
    Activity, Body, Change, Event, Identity, LOCAL, Meeting, Person, Stated, Statement, Subject,
    Times, read_record,
};
use crate::error::{Code, Error, Problem};
use crate::facts::{ActivityFact, Fact, PersonFact};
use crate::post::Content;

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let kind = self.body.name();
        if kind != "activity" {
            map.serialize_entry("type", kind)?;
        }
        if *self.identity.source != *LOCAL {
            map.serialize_entry("source", &self.identity.source)?;
        }
        map.serialize_entry("id", &self.identity.id)?;
        map.serialize_entry("at", &self.at)?;
        self.fields(&mut map)?;
        option(&mut map, "ext", self.ext.as_ref())?;
        map.end()
    }
}

impl Event {
    /// Whether it can be read again as it is: what the engine makes of people's words is held to the
    /// same rules as what comes from files.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let text = serde_json::to_string(self).map_err(|error| {
            Problem::new(Code::Internal, format!("the event cannot be written: {error}"))
        })?;
        let again: Event = read_record(&text, "the event")?;
        match again == *self {
            true => Ok(()),
            false => {
                let message = "the event would not be read again as it is";
                Err(Problem::new(Code::Internal, message).into())
            }
        }
    }
}

impl Body {
    /// The type of event, as records name it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Body::Activity(_) => "activity",
            Body::Outcome { .. } => "outcome",
            Body::Update { .. } => "update",
            Body::Retraction { .. } => "retraction",
            Body::Person(_) => "person",
            Body::Content(_) => "content",
            Body::Meeting(_) => "meeting",
            Body::Adjustment(_) => "adjustment",
            Body::Grant(_) => "grant",
            Body::Decision { .. } => "decision",
            Body::Close { .. } => "close",
            Body::Dispute(_) => "dispute",
            Body::Resolution(_) => "resolution",
        }
    }
}

impl Event {
    /// The fields that belong to the type of event.
    fn fields<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        match &self.body {
            Body::Activity(Activity { advocate, content, counterpart, post, stated: said }) => {
                map.serialize_entry("advocate", advocate)?;
                stated(map, ActivityFact::FACTS, said)?;
                option(map, "content", content.as_ref())?;
                option(map, "counterpart", counterpart.as_ref())?;
                option(map, "post", post.as_ref())
            }
            Body::Outcome { target, stated: said } => {
                self.target_fields(map, target)?;
                stated(map, ActivityFact::FACTS, said)
            }
            Body::Update { target, set } => {
                self.target_fields(map, target)?;
                map.serialize_entry("set", set)
            }
            Body::Retraction { target } => self.target_fields(map, target),
            Body::Person(person) => {
                map.serialize_entry("advocate", &person.id)?;
                person.fields(map)
            }
            Body::Content(Content { id: _, copy, origin, campaign, embargo }) => {
                option(map, "copy", copy.as_ref())?;
                option(map, "origin", origin.as_ref())?;
                option(map, "campaign", campaign.as_ref())?;
                option(map, "embargo", embargo.as_ref())
            }
            Body::Meeting(Meeting { agenda, team }) => {
                map.serialize_entry("agenda", agenda)?;
                match team {
                    Some((by, name)) => map.serialize_entry(by.name(), name),
                    None => Ok(()),
                }
            }
            Body::Adjustment(adjustment) => {
                map.serialize_entry("advocate", &adjustment.advocate)?;
                map.serialize_entry("points", &adjustment.points)?;
                map.serialize_entry("reason", &adjustment.reason)?;
                option(map, "by", adjustment.by.as_ref())
            }
            Body::Grant(granted) => {
                match &granted.to {
                    Subject::Advocate { advocate } => map.serialize_entry("advocate", advocate)?,
                    Subject::Team { by, team: Some(name) } => map.serialize_entry(*by, name)?,
                    Subject::Team { team: None, .. } => {}
                }
                map.serialize_entry("grant", &granted.grant)?;
                map.serialize_entry("by", &granted.by)
            }
            Body::Decision { target, verb, by, reason } => {
                self.target_fields(map, target)?;
                map.serialize_entry("decision", verb.name())?;
                map.serialize_entry("by", by)?;
                map.serialize_entry("reason", reason)
            }
            Body::Close { closing, by } => {
                map.serialize_entry("close", closing)?;
                map.serialize_entry("by", by)
            }
            Body::Dispute(dispute) => {
                map.serialize_entry("advocate", &dispute.advocate)?;
                if let Some(activity) = &dispute.activity {
                    self.target_fields(map, activity)?;
                }
                option(map, "rule", dispute.rule.as_ref())?;
                map.serialize_entry("reason", &dispute.reason)
            }
            Body::Resolution(resolution) => {
                self.target_fields(map, &resolution.target)?;
                map.serialize_entry("resolution", resolution.verb.name())?;
                map.serialize_entry("by", &resolution.by)?;
                map.serialize_entry("reason", &resolution.reason)
            }
        }
    }

    /// The event that this one names; its source is said where it is another.
    fn target_fields<M: SerializeMap>(
        &self,
        map: &mut M,
        target: &Identity,
    ) -> Result<(), M::Error> {
        map.serialize_entry("target", &target.id)?;
        match target.source == self.identity.source {
            true => Ok(()),
            false => map.serialize_entry("target_source", &target.source),
        }
    }
}

/// A line of a people file.
impl Serialize for Person {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.id)?;
        option(&mut map, "at", self.at.as_ref())?;
        self.fields(&mut map)?;
        option(&mut map, "ext", self.ext.as_ref())?;
        map.end()
    }
}

impl Person {
    fn fields<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        option(map, "name", self.name.as_ref())?;
        option(map, "consent", self.consent.as_ref())?;
        option(map, "active", self.active.as_ref())?;
        option(map, "away", self.away.as_ref())?;
        option(map, "leaderboard", self.leaderboard.as_ref())?;
        if !self.aliases.is_empty() {
            map.serialize_entry("aliases", &self.aliases)?;
        }
        stated(map, PersonFact::FACTS, &self.stated)
    }
}

impl Serialize for Change {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        option(&mut map, "at", self.at.as_ref())?;
        option(&mut map, "advocate", self.advocate.as_ref())?;
        option(&mut map, "content", self.content.as_ref())?;
        option(&mut map, "counterpart", self.counterpart.as_ref())?;
        option(&mut map, "post", self.post.as_ref())?;
        stated(&mut map, ActivityFact::FACTS, &self.stated)?;
        map.end()
    }
}

/// `true`, `false`, or the intervals; an end that is never reached is left out.
impl Serialize for Statement {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Statement::From(holds) => serializer.serialize_bool(*holds),
            Statement::Intervals(times) => times.serialize(serializer),
        }
    }
}

impl Serialize for Times {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(serde::Serialize)]
        struct Interval {
            #[serde(skip_serializing_if = "Option::is_none")]
            from: Option<Timestamp>,
            #[serde(skip_serializing_if = "Option::is_none")]
            until: Option<Timestamp>,
        }
        let mut list = serializer.serialize_seq(None)?;
        for (from, until) in self.intervals() {
            list.serialize_element(&Interval {
                from: (from > Timestamp::MIN).then_some(from),
                until: (until < Timestamp::MAX).then_some(until),
            })?;
        }
        list.end()
    }
}

fn option<M: SerializeMap, T: Serialize>(
    map: &mut M,
    name: &'static str,
    value: Option<&T>,
) -> Result<(), M::Error> {
    value.map_or(Ok(()), |value| map.serialize_entry(name, value))
}

/// Facts that the record states; one that is cleared is null.
fn stated<M: SerializeMap>(map: &mut M, facts: &[Fact], said: &Stated) -> Result<(), M::Error> {
    said.iter()
        .try_for_each(|(slot, value)| map.serialize_entry(facts[usize::from(*slot)].name, value))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use crate::canonical;
    use crate::events::{Event, Person, read_record};

    /// A field that may be there.
    fn maybe(
        name: &'static str,
        value: impl Strategy<Value = Value> + 'static,
    ) -> BoxedStrategy<Vec<(&'static str, Value)>> {
        proptest::option::of(value)
            .prop_map(move |value| value.into_iter().map(|value| (name, value)).collect())
            .boxed()
    }

    fn text() -> impl Strategy<Value = Value> + Clone {
        "\\PC{1,12}".prop_map(Value::from)
    }

    fn time() -> impl Strategy<Value = Value> + Clone {
        let whole = -377_705_023_201_i64..=253_402_207_200;
        (prop_oneof![whole, 1_700_000_000..1_800_000_000_i64], 0..1_000_000_000_i32).prop_map(
            |(second, nanosecond)| {
                let time = jiff::Timestamp::new(second, nanosecond);
                json!(time.unwrap_or(jiff::Timestamp::MIN))
            },
        )
    }

    fn flags() -> impl Strategy<Value = Value> + Clone {
        any::<bool>().prop_map(Value::from)
    }

    fn statement() -> impl Strategy<Value = Value> + Clone {
        let year = 1_990..2_020_u16;
        prop_oneof![
            flags(),
            (year, 1..9_u16).prop_map(|(from, years)| json!([
                {"until": "1980-01-01T00:00:00Z"},
                {"from": format!("{from}-05-01T00:00:00Z"),
                 "until": format!("{}-01-01T00:00:00.5+02:00", from + years)},
                {"from": "2040-01-01T00:00:00Z"},
            ])),
            Just(json!([])),
        ]
    }

    fn post() -> impl Strategy<Value = Value> + Clone {
        (text(), flags(), proptest::option::of(text())).prop_map(|(text, labelled, content)| {
            json!({
                "text": text, "labelled": labelled, "channel": "x", "ext": {"draft": [1, null]},
                "content": content.map(|copy| json!({"copy": copy, "origin": "company"})),
                "media": [{"kind": "image", "alt": "a mixer", "source": "own"}],
            })
        })
    }

    fn ext() -> impl Strategy<Value = Value> + Clone {
        text().prop_map(|text| json!({"deep": {"text": text, "list": [1, 2.5, null, true]}}))
    }

    /// Every type of event with every field that it may have.
    fn record() -> impl Strategy<Value = Value> {
        let common = (text(), time(), maybe("source", text()), maybe("ext", ext()));
        let outcomes = || {
            let count = (0..1_000_000_i64).prop_map(Value::from);
            [maybe("clicks", count.clone()), maybe("likes", count)]
        };
        let activity = || {
            let [clicks, likes] = outcomes();
            vec![
                clicks,
                likes,
                maybe("channel", text()),
                maybe("content", text()),
                maybe("counterpart", text()),
                maybe("own_words", (0..=100_i64).prop_map(Value::from)),
                maybe("customer", flags()),
                maybe("post", post()),
            ]
        };
        let always = |name: &'static str, value: BoxedStrategy<Value>| {
            value.prop_map(move |value| vec![(name, value)]).boxed()
        };
        let target = || vec![always("target", text().boxed()), maybe("target_source", text())];
        let why = || vec![always("by", text().boxed()), always("reason", text().boxed())];
        let words = |name, words: &'static [&'static str]| {
            always(name, proptest::sample::select(words).prop_map(Value::from).boxed())
        };
        let advocate = || always("advocate", text().boxed());
        let change = activity()
            .prop_flat_map_all()
            .prop_map(|mut set: serde_json::Map<String, Value>| {
                set.insert("origin".into(), Value::Null);
                set.insert("counterpart".into(), Value::Null);
                vec![("set", set.into())]
            })
            .boxed();
        let grant = (text(), time(), 1..99_i64).prop_map(|(text, _, amount)| {
            json!({
                "rule": text, "kind": "reward", "id": "lunch", "key": "lunch@2026-Q1",
                "period": "2026-Q1", "amount": amount, "currency": "EUR", "title": "Lunch",
                "program": "0a", "evidence": [
                    {"fact": "standing.points", "value": amount},
                    {"fact": "person.style", "value": null},
                    {"fact": "person.country", "value": "Österreich"},
                    {"fact": "period.days", "value": true},
                ],
            })
        });
        let list = || proptest::collection::vec("[0-9a-f]{4}", 0..3).prop_map(|ids| json!(ids));
        let close = (text(), list(), list(), list()).prop_map(|(program, granted, held, lapsed)| {
            json!({"program": program, "granted": granted, "held": held, "lapsed": lapsed})
        });
        let typed = |name: &'static str, fields: Vec<BoxedStrategy<Vec<(&'static str, Value)>>>| {
            fields
                .prop_map(move |fields| {
                    let fields = fields.into_iter().flatten();
                    std::iter::once(("type", Value::from(name))).chain(fields).collect::<Vec<_>>()
                })
                .boxed()
        };
        let [clicks, likes] = outcomes();
        let person = vec![
            advocate(),
            maybe("name", text()),
            maybe("consent", statement()),
            maybe("active", statement()),
            maybe("away", statement()),
            maybe("leaderboard", flags()),
            maybe(
                "aliases",
                proptest::collection::vec("[a-z]{1,3}", 1..4).prop_map(|it| json!(it)),
            ),
            maybe("department", prop_oneof![text(), Just(Value::Null)]),
            maybe("leader", flags()),
            maybe("motivated_by", Just(json!(["status", "giving"]))),
        ];
        let mut kind = activity();
        kind.extend([advocate(), always("kind", text().boxed())]);
        let bodies = prop_oneof![
            typed("activity", kind),
            typed("outcome", [target(), vec![clicks, likes]].concat()),
            typed("update", [target(), vec![change]].concat()),
            typed("retraction", target()),
            typed("person", person),
            typed(
                "content",
                vec![
                    maybe("copy", text()),
                    words("origin", &["own", "company", "third_party"]),
                    maybe("campaign", text()),
                    maybe("embargo", time()),
                ]
            ),
            typed("meeting", vec![always("agenda", flags().boxed()), maybe("country", text())]),
            typed(
                "adjustment",
                [
                    why(),
                    vec![advocate(), always("points", (1..99_i64).prop_map(Value::from).boxed()),]
                ]
                .concat()
            ),
            typed(
                "grant",
                vec![
                    always("by", text().boxed()),
                    always("grant", grant.boxed()),
                    prop_oneof![advocate(), maybe("department", text())].boxed(),
                ]
            ),
            typed(
                "decision",
                [
                    target(),
                    why(),
                    vec![words("decision", &["approved", "declined", "issued", "revoked"]),]
                ]
                .concat()
            ),
            typed("close", vec![always("by", text().boxed()), always("close", close.boxed())]),
            typed(
                "dispute",
                [
                    target(),
                    vec![advocate(), maybe("rule", text()), always("reason", text().boxed()),]
                ]
                .concat()
            ),
            typed(
                "resolution",
                [target(), why(), vec![words("resolution", &["upheld", "dismissed"]),]].concat()
            ),
        ];
        (common, bodies).prop_map(|((id, at, source, ext), body)| {
            let mut record = serde_json::Map::new();
            record.insert("id".into(), id);
            record.insert("at".into(), at);
            record.extend(
                source.into_iter().chain(ext).chain(body).map(|(name, it)| (name.to_owned(), it)),
            );
            record.into()
        })
    }

    /// The fields of all strategies of a list as one object.
    trait All {
        fn prop_flat_map_all(self) -> BoxedStrategy<serde_json::Map<String, Value>>;
    }

    impl All for Vec<BoxedStrategy<Vec<(&'static str, Value)>>> {
        fn prop_flat_map_all(self) -> BoxedStrategy<serde_json::Map<String, Value>> {
            self.prop_map(|fields| {
                fields.into_iter().flatten().map(|(name, it)| (name.to_owned(), it)).collect()
            })
            .boxed()
        }
    }

    proptest! {
        #[test]
        fn what_is_written_and_read_again_is_equal(record in record()) {
            let event: Event = read_record(&record.to_string(), "record").unwrap();
            let written = canonical(&event).unwrap();
            let again: Event = read_record(&written, "written").unwrap();
            prop_assert_eq!(&again, &event);
            prop_assert_eq!(canonical(&again).unwrap(), written);
            let plain: Event = read_record(&serde_json::to_string(&event).unwrap(), "plain").unwrap();
            prop_assert_eq!(plain, event);
        }
    }

    #[test]
    fn a_line_about_a_person_is_written_as_it_is_read() {
        let line = r#"{"active":[{"until":"2026-01-01T00:00:00Z"}],"aliases":["@ada"],"at":"2025-01-01T00:00:00Z","away":false,"consent":true,"country":null,"department":"Sales","ext":{"cost_centre":7},"id":"ada","leaderboard":false,"name":"Ada"}"#;
        let person: Person = read_record(line, "line").unwrap();
        assert_eq!(canonical(&person).unwrap(), line);
    }

    #[test]
    fn an_activity_of_the_default_source_is_written_as_short_as_it_was() {
        let line =
            r#"{"advocate":"ada","at":"2026-01-01T00:00:00.000000001Z","id":"1","kind":"share"}"#;
        let event: Event = read_record(line, "line").unwrap();
        assert_eq!(canonical(&event).unwrap(), line);
    }
}
