//! Events, people and posts, held to their schemas: what one of them allows is read, and what is
//! written is one that it allows.

use std::sync::Arc;

use plaudit_engine::Post;
use plaudit_engine::events::{Event, Person, read_record};
use plaudit_engine::journal::{Batch, Memory};
use plaudit_engine::ledger::Ledger;
use plaudit_engine::requests as ask;
use plaudit_engine::{Error, Program, Snapshot};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{asked, closed, every_schema, held, told};
use crate::corpus::cases::every_case;
use crate::corpus::stories::{Act, every_story};
use crate::support::{starter, top};

fn lines(file: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(top().join("tests/data").join(file)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn ledger() -> Ledger {
    let program = Program::load(top().join("rules")).unwrap();
    Ledger::open(Arc::new(program), Arc::new(Memory::new()), true).unwrap()
}

#[test]
fn files_of_records_and_what_is_exported_of_them_are_as_the_schemas_say() {
    let (event, person, post) = (asked::<Event>(), asked::<Person>(), asked::<Post>());
    let exported = told::<ask::Exported>();
    for folder in ["sample", "rfcs"] {
        let events = lines(&format!("{folder}/activities.jsonl"));
        for record in &events {
            held(&event, record).unwrap();
        }
        for record in lines(&format!("{folder}/people.jsonl")) {
            held(&person, &record).unwrap();
        }
        let ledger = ledger();
        let all: Vec<String> = events.iter().map(Value::to_string).collect();
        ask::record(&ledger, &all.join("\n"), "events", Batch::Whole).unwrap();
        let mut after = json!(0);
        loop {
            let piece = ledger.perform::<ask::Export>(&json!({ "after": after }).to_string());
            let piece: Value = serde_json::from_str(&piece.unwrap()).unwrap();
            held(&exported, &piece).unwrap();
            if piece["more"] == false {
                break;
            }
            after = piece["last"].clone();
        }
    }
    for record in lines("sample/posts.jsonl") {
        closed(&post, &record).unwrap();
    }
}

/// Values that a field may be given, right and wrong.
fn values() -> Vec<Value> {
    let mut values = vec![
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(1),
        json!(-1),
        json!(101),
        json!(1.5),
        json!(1_000_000_001),
        json!(9_007_199_254_740_991_i64),
        json!(9_007_199_254_740_992_i64),
        json!(""),
        json!("x"),
        json!("own"),
        json!("image"),
        json!("creator"),
        json!("share"),
        json!("activity"),
        json!("person"),
        json!("approved"),
        json!("upheld"),
        json!("2026-07-01"),
        json!("2026-07-01T12:00:00Z"),
        json!("x".repeat(1_001)),
        json!([]),
        json!(["x"]),
        json!(["learning"]),
        json!([1]),
        json!(vec!["x"; 101]),
        json!({}),
        json!([{}]),
        json!([{ "from": "2026-07-01T12:00:00Z" }]),
        json!({ "text": "x" }),
        json!({ "kind": "share" }),
        json!({ "kind": null }),
        json!({ "x": 1 }),
    ];
    values.extend(
        ["outcome", "update", "retraction", "content", "meeting", "dispute"].map(Value::from),
    );
    values
}

/// Holds whether something is read against whether its schema allows it, with each field left out
/// and with each field of any record set to this and that.
fn each_change<T: DeserializeOwned>(
    records: &[Value],
    fields: &[String],
    is_allowed: impl Fn(&Value) -> bool,
) {
    let read = |record: &Value| -> Result<T, Error> { read_record(&record.to_string(), "record") };
    let mut differ = Vec::new();
    let mut count = 0;
    let mut hold = |record: &Value, has_null: bool| {
        count += 1;
        match (read(record), is_allowed(record)) {
            (Err(error), true) => differ.push(format!("allowed, but {error}: {record}")),
            // A field that is null counts as one that is left out, even where it has no place.
            (Ok(_), false) if !has_null => differ.push(format!("read, but not allowed: {record}")),
            _ => {}
        }
    };
    let values = values();
    for record in records {
        for name in fields {
            let mut changed = record.clone();
            if changed.as_object_mut().unwrap().remove(name).is_some() {
                hold(&changed, false);
            }
            for value in &values {
                changed[name] = value.clone();
                hold(&changed, value.is_null());
            }
        }
    }
    assert!(count > 5_000, "only {count} were tried");
    differ.truncate(20);
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

/// The fields that records may have, and one that none has.
fn fields(schemas: impl Fn(&str) -> bool) -> Vec<String> {
    let (all, _) = every_schema();
    let mut names = vec!["unheard_of".to_owned()];
    for (_, schema) in all.iter().filter(|(name, _)| schemas(name)) {
        names.extend(
            schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone()),
        );
    }
    names.sort();
    names.dedup();
    names
}

/// Records of each shape, once: those with the same fields are alike.
fn of_each_shape(records: impl IntoIterator<Item = Value>) -> Vec<Value> {
    let mut known = std::collections::BTreeMap::new();
    for record in records {
        let Some(object) = record.as_object() else { continue };
        let shape: Vec<String> = object.keys().cloned().collect();
        known.entry((record["type"].to_string(), shape)).or_insert(record);
    }
    known.into_values().collect()
}

#[test]
fn an_event_is_read_where_its_schema_allows_it() {
    let all = std::cell::RefCell::new(lines("sample/activities.jsonl"));
    every_story(|story| {
        for step in &story.steps {
            if let Act::Record(events) | Act::Restore(events) = &step.act {
                all.borrow_mut().extend(events.iter().cloned());
            }
        }
        Ok(())
    });
    every_case(|case| {
        let events =
            case.check.as_ref().map_or_else(|| &case.job().1.events, |check| &check.events);
        all.borrow_mut().extend(events.iter().cloned());
        Ok(())
    });
    let read = |event: &Value| read_record::<Event>(&event.to_string(), "event").is_ok();
    let events = of_each_shape(all.into_inner().into_iter().filter(read));
    let schema = asked::<Event>();
    each_change::<Event>(&events, &fields(|name| name.ends_with("Event")), |event| {
        schema.is_valid(event)
    });
}

#[test]
fn a_person_is_read_where_the_schema_allows_it() {
    let all = std::cell::RefCell::new(lines("sample/people.jsonl"));
    every_case(|case| {
        let people =
            case.check.as_ref().map_or_else(|| &case.job().1.people, |check| &check.people);
        all.borrow_mut().extend(people.iter().cloned());
        Ok(())
    });
    let read = |person: &Value| read_record::<Person>(&person.to_string(), "person").is_ok();
    let people = of_each_shape(all.into_inner().into_iter().filter(read));
    let schema = asked::<Person>();
    let is_person = |name: &str| ["Person", "PersonEvent"].contains(&name);
    each_change::<Person>(&people, &fields(is_person), |person| {
        // What is null from a time on is an error, which the schema does not tell.
        let is_dated = person.get("at").is_some_and(|at| !at.is_null());
        let is_null = |name: &&str| person.get(*name).is_some_and(Value::is_null);
        let is_cleared = ["consent", "active", "away"].iter().any(is_null);
        schema.is_valid(person) && !(is_dated && is_cleared)
    });
}

#[test]
fn whatever_else_is_answered_is_as_the_schemas_say() {
    let hold = |validator: &jsonschema::Validator, text: &str| {
        closed(validator, &serde_json::from_str(text).unwrap()).unwrap();
    };
    let program = starter();
    let description = plaudit_engine::canonical(&program.describe()).unwrap();
    hold(&told::<ask::Description<'_>>(), &description);

    let posts = lines("sample/posts.jsonl");
    let request = json!({ "posts": [posts[0], posts[1], { "text": 1 }, []], "at": "2026-07-01" });
    closed(&asked::<ask::CheckMany<'_>>(), &json!({ "posts": posts, "at": "2026-07-01" })).unwrap();
    let answers = ask::check_many(program, &request.to_string()).unwrap();
    answers.items.iter().for_each(|item| hold(&told::<ask::Checked>(), &item.document));
    hold(&told::<Vec<ask::Checked>>(), &answers.document);

    let ledger = ledger();
    let events = r#"[{"id": "1", "advocate": "ada", "kind": "share", "at": "2026-06-01T09:00:00Z"}, {"id": 1}]"#;
    for batch in [Batch::Each, Batch::Whole] {
        let answers = ask::record(&ledger, events, "events", batch).unwrap();
        hold(&told::<Vec<ask::Recorded>>(), &answers.document);
    }
    let layout = ask::Layout::json_lines("events");
    let text = "{\"id\": \"2\", \"advocate\": \"ada\", \"kind\": \"share\", \"at\": \"2026-06-01T09:00:00Z\"}\n{}\n";
    let imported = ask::import(&ledger, text.as_bytes(), &layout, Batch::Each).unwrap();
    assert_eq!((imported.recorded, imported.refused.len()), (1, 1));
    hold(&told::<ask::Imported>(), &plaudit_engine::canonical(&imported).unwrap());

    let snapshots = [
        "{\"id\": \"ada\", \"consent\": true}\n{\"id\": \"bo\"}",
        "{\"id\": \"ada\", \"name\": \"Ada\"}",
    ];
    for (day, people) in snapshots.iter().enumerate() {
        let request = json!({ "source": "hr", "at": format!("2026-07-0{}", day + 1), "at_most_leave_percent": 100 });
        closed(&asked::<ask::Sync>(), &request).unwrap();
        let answer = ask::sync(&ledger, &request.to_string(), people.as_bytes(), &layout).unwrap();
        hold(&told::<Snapshot>(), &answer);
    }
}
