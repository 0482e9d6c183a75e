//! What cannot be seen from outside: identities that hash alike, and the steps of the schema.

use std::collections::HashMap;

use rusqlite::Connection;

use super::problem::Failed;
use super::schema;
use super::write::Writer;
use crate::events::{Event, Identity, LOCAL, read_record};
use crate::journal::identities::hash;
use crate::journal::prepared::Prepared;
use crate::journal::{Batch, Receipt, Taken};

fn event(id: &str, points: i64) -> Event {
    let line = format!(
        r#"{{"id": "{id}", "type": "adjustment", "advocate": "ada", "points": {points}, "reason": "x", "at": "2026-06-01T09:00:00Z"}}"#
    );
    read_record(&line, "event").unwrap()
}

fn writer() -> Writer {
    let mut connection = Connection::open_in_memory().unwrap();
    schema::migrate(&mut connection, "memory").unwrap();
    Writer::new(connection, "memory".to_owned()).unwrap()
}

fn take_in(writer: &mut Writer, events: &[Event]) -> Vec<(Taken, Option<u64>)> {
    let events = events.iter().map(|event| Prepared::of(event).unwrap()).collect();
    let receipts: Vec<Receipt> = writer.commit(&[(events, Batch::Each)]).unwrap().remove(0);
    receipts.into_iter().map(|receipt| (receipt.result, receipt.position)).collect()
}

/// Two ids that hash alike: among so many there are some.
fn alike() -> (String, String) {
    let mut known = HashMap::new();
    let found = (0_u32..1_000_000).find_map(|number| {
        let identity = Identity { source: LOCAL.into(), id: number.to_string().into() };
        let first = known.insert(hash(&identity), number)?;
        Some((first.to_string(), number.to_string()))
    });
    found.unwrap()
}

#[test]
fn events_whose_identities_hash_alike_are_told_apart() {
    let (one, other) = alike();
    let all = [event(&one, 1), event(&other, 1), event(&one, 2), event(&other, 2), event(&one, 1)];
    let expected = [
        (Taken::Recorded, Some(1)),
        (Taken::Recorded, Some(2)),
        (Taken::Refused, None),
        (Taken::Refused, None),
        (Taken::Known, Some(1)),
    ];
    assert_eq!(take_in(&mut writer(), &all), expected, "in one batch");
    let mut writer = writer();
    for (event, expected) in all.iter().zip(expected) {
        assert_eq!(take_in(&mut writer, std::slice::from_ref(event)), [expected], "one by one");
    }
    assert_eq!(take_in(&mut writer, &[event(&other, 1)]), [(Taken::Known, Some(2))]);
}

#[test]
fn a_file_may_stand_at_any_step_of_the_schema() {
    for steps in 0..=schema::CURRENT {
        let mut connection = Connection::open_in_memory().unwrap();
        let version = |connection: &Connection| {
            schema::version(connection, Failed::reading("memory")).unwrap()
        };
        schema::migrate_to(&mut connection, "memory", steps).unwrap();
        assert_eq!(version(&connection), steps);
        schema::migrate(&mut connection, "memory").unwrap();
        assert_eq!(version(&connection), schema::CURRENT);
    }
}
