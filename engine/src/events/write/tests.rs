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
        maybe("aliases", proptest::collection::vec("[a-z]{1,3}", 1..4).prop_map(|it| json!(it))),
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
            [why(), vec![advocate(), always("points", (1..99_i64).prop_map(Value::from).boxed()),]]
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
            [target(), vec![advocate(), maybe("rule", text()), always("reason", text().boxed()),]]
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
