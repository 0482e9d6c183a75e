//! Packed events are equal to those that were added, whatever they hold.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::events::{Adjustment, Change, LOCAL, Stated};
use crate::facts::{ActivityFact, Value};
use crate::post::Post;

fn text() -> impl Strategy<Value = Arc<str>> {
    prop_oneof![
        4 => "[a-c]{1,2}",
        2 => ".{0,20}",
        1 => Just(String::new()),
        1 => (990_usize..1_010).prop_map(|length| "é".repeat(length / 2)),
        1 => (990_usize..1_010).prop_map(|length| "x".repeat(length)),
        1 => Just("y".repeat(100_000)),
    ]
    .prop_map(Arc::from)
}

fn instant() -> impl Strategy<Value = Timestamp> {
    let seconds = Timestamp::MIN.as_second()..=Timestamp::MAX.as_second();
    prop_oneof![
        Just(Timestamp::MIN),
        Just(Timestamp::MAX),
        Just(Timestamp::UNIX_EPOCH),
        (-2_i64..3).prop_map(|second| Timestamp::from_second(second).unwrap()),
        (-1_500_000_000_i64..1_500_000_000)
            .prop_map(|nanosecond| Timestamp::from_nanosecond(nanosecond.into()).unwrap()),
        (seconds, -999_999_999..=999_999_999_i32)
            .prop_filter_map("an instant", |(second, nano)| { Timestamp::new(second, nano).ok() }),
    ]
}

fn identity() -> impl Strategy<Value = Identity> {
    (prop_oneof![Just(Arc::from(LOCAL)), text()], text())
        .prop_map(|(source, id)| Identity { source, id })
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Unknown),
        any::<bool>().prop_map(Value::Flag),
        any::<i64>().prop_map(Value::Number),
        (-70_i64..70).prop_map(Value::Number),
        text().prop_map(Value::Text),
        prop::collection::vec(text(), 0..4).prop_map(|words| Value::Words(words.into())),
    ]
}

fn stated() -> impl Strategy<Value = Stated> {
    let slots = 0..u8::try_from(ActivityFact::FACTS.len()).unwrap();
    let slots = prop_oneof![4 => slots, 1 => any::<u8>()];
    prop::collection::btree_map(slots, value(), 0..6)
        .prop_map(|stated: BTreeMap<u8, Value>| stated.into_iter().collect())
}

fn post() -> impl Strategy<Value = Option<Arc<Post>>> {
    let post: Post = serde_json::from_str(r#"{"text": "New, and good."}"#).unwrap();
    prop_oneof![4 => Just(None), 1 => Just(Some(Arc::new(post)))]
}

fn activity() -> impl Strategy<Value = Body> {
    let name = || prop::option::of(text());
    (text(), name(), name(), post(), stated()).prop_map(
        |(advocate, content, counterpart, post, stated)| {
            Body::Activity(Activity { advocate, content, counterpart, post, stated })
        },
    )
}

fn change() -> impl Strategy<Value = Change> {
    let name = || prop::option::of(prop::option::of(text()));
    let post = prop_oneof![3 => Just(None), 1 => post().prop_map(Some)];
    let at = prop::option::of(instant());
    (at, prop::option::of(text()), name(), name(), post, stated()).prop_map(
        |(at, advocate, content, counterpart, post, stated)| Change {
            at,
            advocate,
            content,
            counterpart,
            post,
            stated,
        },
    )
}

fn event() -> impl Strategy<Value = Event> {
    let body = prop_oneof![
        4 => activity(),
        2 => (identity(), stated()).prop_map(|(target, stated)| Body::Outcome { target, stated }),
        1 => identity().prop_map(|target| Body::Retraction { target }),
        2 => (identity(), change())
            .prop_map(|(target, set)| Body::Update { target, set: Box::new(set) }),
        1 => (text(), any::<i64>(), text()).prop_map(|(advocate, points, reason)| {
            Body::Adjustment(Adjustment { advocate, points, reason, by: None })
        }),
    ];
    let ext = prop_oneof![5 => Just(None), 1 => Just(Some(serde_json::json!({ "own": [1, "x"] })))];
    (identity(), instant(), body, ext).prop_map(|(identity, at, body, ext)| Event {
        identity,
        at,
        body,
        ext,
    })
}

/// What can be told of an event without putting it together is the same as of the event.
fn agree(log: &Log, place: Place, event: &Event) {
    assert_eq!(log.event(place), *event);
    assert_eq!(*log.body(place), event.body);
    assert_eq!(log.at(place), event.at);
    assert_eq!(log.identity(place), event.identity);
    assert_eq!(log.named(place), Named::from(&event.identity));
    assert_eq!(log.order(place), (event.at, Named::from(&event.identity)));
    assert_eq!(log.target(place), event.target().map(Named::from));
    assert_eq!(log.kind(place), Kind::of(&event.body));
    assert_eq!(log.position(Named::from(&event.identity)), Some(place));
    match &event.body {
        Body::Activity(activity) => {
            assert_eq!(log.activity(place), Some((event.at, activity.clone())));
            let names = log.names(place).unwrap();
            let kind = activity.stated.iter().find(|(slot, _)| *slot == ActivityFact::Kind as u8);
            assert_eq!(names.kind, kind.and_then(|(_, value)| value.text()));
            assert_eq!((names.at, names.advocate), (event.at, &activity.advocate));
            assert_eq!(names.content, activity.content.as_ref());
            assert_eq!(names.counterpart, activity.counterpart.as_ref());
            assert_eq!(names.post, activity.post.as_deref());
        }
        _ => assert!(log.activity(place).is_none() && log.names(place).is_none()),
    }
}

proptest! {
    #[test]
    fn what_is_kept_is_what_was_added(events in prop::collection::vec(event(), 1..30)) {
        let mut log = Log::new();
        let mut added: Vec<Event> = Vec::new();
        for event in events {
            let known = added.iter().position(|known| known.identity == event.identity);
            let same = known.is_some_and(|known| added[known] == event);
            let expected = match known {
                Some(first) if !same => Err(first),
                _ => Ok(()),
            };
            assert_eq!(log.add(event.clone()), expected);
            if known.is_none() {
                added.push(event);
            }
        }
        assert_eq!(log.len(), added.len());
        for (place, event) in log.places().zip(&added) {
            agree(&log, place, event);
        }
        let copy = log.clone();
        for (count, event) in added.iter().enumerate() {
            let duplicates = log.duplicates();
            assert_eq!(log.add(event.clone()), Ok(()));
            assert_eq!(log.duplicates(), duplicates + 1);
            let mut other = event.clone();
            other.at = if other.at == Timestamp::MIN { Timestamp::MAX } else { Timestamp::MIN };
            assert_eq!(log.add(other), Err(count));
            agree(&copy, place(count), event);
        }
        let others: Vec<Place> = log.others().map(|(place, _)| place).collect();
        assert!(others.is_sorted());
        for (place, event) in log.others() {
            assert_eq!(event, &added[place as usize]);
        }
    }

    #[test]
    fn identities_are_in_the_same_order_borrowed(one in identity(), other in identity()) {
        assert_eq!(Named::from(&one).cmp(&Named::from(&other)), one.cmp(&other));
    }
}

fn share(number: usize) -> Event {
    let text = |text: String| Arc::<str>::from(text);
    Event {
        identity: Identity { source: LOCAL.into(), id: text(format!("activity-{number}")) },
        at: Timestamp::from_second(1_780_000_000 + i64::try_from(number).unwrap()).unwrap(),
        body: Body::Activity(Activity {
            advocate: text(format!("person-{}", number % 100)),
            content: Some(text(format!("content-{}", number % 7))),
            counterpart: None,
            post: None,
            stated: vec![
                (ActivityFact::Kind as u8, "share".into()),
                (ActivityFact::Channel as u8, "linkedin".into()),
                (ActivityFact::OwnWords as u8, Value::Number(60)),
            ],
        }),
        ext: None,
    }
}

#[test]
fn many_events_are_found_in_little_room() {
    let mut log = Log::new();
    let many = 2 * CHUNK + 10;
    for number in 0..many {
        log.add(share(number)).unwrap();
    }
    assert_eq!((log.len(), log.duplicates()), (many, 0));
    for number in 0..many {
        assert_eq!(log.event(place(number)), share(number));
        assert_eq!(log.position(Named::from(&share(number).identity)), Some(place(number)));
    }
    let bytes: usize = log.store.chunks.iter().map(|chunk| chunk.bytes.len()).sum();
    assert!(bytes / many < 40, "{} bytes an activity", bytes / many);
    assert_eq!(log.others().count(), 0);
}

#[test]
fn numbers_of_any_size_are_read_as_they_were_written() {
    let mut bytes = Vec::new();
    let numbers: Vec<i64> = (0..64)
        .flat_map(|bits| [(1_i64 << bits).wrapping_sub(1), 1 << bits, -(1_i64 << bits.min(62))])
        .chain([i64::MIN, i64::MAX, 0, -1])
        .collect();
    for number in &numbers {
        bytes::put_signed(&mut bytes, *number);
        bytes::put(&mut bytes, number.cast_unsigned());
    }
    let mut reader = bytes::Reader(&bytes);
    for number in &numbers {
        assert_eq!(reader.signed(), *number);
        assert_eq!(reader.number(), number.cast_unsigned());
    }
    assert_eq!((reader.byte(), reader.number(), reader.bytes()), (0, 0, &[][..]));
}

/// The parts of a log's image.
fn image(log: &Log) -> Vec<Vec<u8>> {
    let mut parts = Vec::new();
    log.image(&mut |part| {
        parts.push(part);
        Ok(())
    })
    .unwrap();
    parts
}

fn read(parts: &[Vec<u8>]) -> Option<Log> {
    let mut image = Image::default();
    parts.iter().try_for_each(|part| image.part(part))?;
    image.finish()
}

#[test]
fn a_log_read_from_its_image_is_the_same_and_goes_on() {
    let mut log = Log::new();
    assert_eq!(read(&image(&log)).unwrap().len(), 0);
    for number in 0..CHUNK + 10 {
        log.add(share(number)).unwrap();
    }
    let person = r#"{"type":"person","id":"p","advocate":"ada","at":"2026-01-01T00:00:00Z","consent":true,"ext":{"a":[1,null]}}"#;
    log.add(crate::events::read_record(person, "person").unwrap()).unwrap();
    let post = r#"{"id":"q","advocate":"ada","at":"2026-01-01T00:00:00Z","kind":"share","post":{"text":"New."}}"#;
    log.add(crate::events::read_record(post, "post").unwrap()).unwrap();
    let mut again = read(&image(&log)).unwrap();
    for place in log.places() {
        assert_eq!(again.event(place), log.event(place));
        assert_eq!(again.position(log.named(place)), Some(place));
    }
    assert_eq!(again.len(), log.len());
    again.add(share(0)).unwrap();
    again.add(share(CHUNK + 10)).unwrap();
    assert_eq!((again.len(), again.duplicates()), (log.len() + 1, 1));
}

proptest! {
    #[test]
    fn what_is_no_image_is_refused_without_a_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        at in any::<prop::sample::Index>(),
        cut in any::<bool>(),
    ) {
        let mut image = Image::default();
        let _ = image.part(&bytes);
        let mut log = Log::new();
        (0..3).for_each(|number| log.add(share(number)).unwrap());
        let mut parts = self::image(&log);
        let at = at.index(parts[0].len());
        if cut {
            parts[0].truncate(at);
            // Whoever reads it knows how many events there are to be.
            prop_assert!(read(&parts).is_none_or(|log| log.len() != 3));
        } else {
            parts[0][at] ^= bytes.first().copied().unwrap_or(1);
            let _ = Image::default().part(&parts[0]);
        }
    }
}
