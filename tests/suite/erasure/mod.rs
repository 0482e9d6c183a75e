//! Whoever is erased cannot be found: in no answer, no file, no log and no export, and nothing of them
//! is taken in again. Of everybody else all stays as it was.
//!
//! - this file has a journal with rich records of one person, and what of them is looked for;
//! - `engine`: what becomes of events and standings; `files`: what is left on the disk, and what the
//!   command line tells; `killed`: what a process leaves that is killed; `service`: the same over HTTP,
//!   with the log of the service.

mod engine;
mod files;
pub(crate) mod killed;
mod service;

use plaudit_engine::events::{Event, read_record};
use serde_json::{Value, json};

/// Who is erased, by the id.
const WHO: &str = "zeb-4711";
/// The time as of which is looked, and at which is erased.
const AS_OF: &str = "2026-07-01T00:00:00Z";
const AT: &str = "2026-07-02T08:00:00Z";

/// What must be found nowhere: id, name, address, handles, words that they wrote, words about them.
const SECRETS: [&str; 10] = [
    WHO,
    "Zebulon Quux",
    "zebulon.quux@example.com",
    "@zebquux",
    "pumpernickel",
    "marzipan",
    "gooseberry",
    "tapioca",
    "rhubarb",
    "elderflower",
];

/// Whatever of a person is found, whatever its capitals.
fn found(bytes: &[u8]) -> Vec<&'static str> {
    let lower = bytes.to_ascii_lowercase();
    let is_there = |secret: &&str| {
        let secret = secret.to_ascii_lowercase();
        lower.windows(secret.len()).any(|part| part == secret.as_bytes())
    };
    SECRETS.into_iter().filter(is_there).collect()
}

/// What is on record: people of two departments, what they did, and what was said of it.
fn records() -> Vec<Value> {
    let mut records = Vec::new();
    let person = |id: &str, team: &str| {
        json!({
            "type": "person", "source": "hr", "id": format!("{id}@hr"), "advocate": id,
            "name": format!("Person {id}"), "consent": true, "department": team,
            "at": "2026-01-01T00:00:00Z",
        })
    };
    for number in 1..=7 {
        records.push(person(&format!("p{number}"), "Sales"));
    }
    for number in 8..=9 {
        records.push(person(&format!("p{number}"), "Legal"));
    }
    let mut zeb = person(WHO, "Sales");
    zeb["name"] = "Zebulon Quux".into();
    zeb["aliases"] = json!(["zebulon.quux@example.com", "@zebquux"]);
    zeb["ext"] = json!({ "note": "likes marzipan" });
    records.push(zeb);
    records.push(json!({
        "type": "person", "source": "hr", "id": "p5@hr/2", "advocate": "p5", "mentor": WHO,
        "at": "2026-02-01T00:00:00Z",
    }));
    let activity = |id: &str, who: &str, kind: &str, day: u32| json!({ "id": id, "advocate": who, "kind": kind, "channel": "linkedin", "at": format!("2026-06-{day:02}T09:00:00Z") });
    for number in 1..=9 {
        for day in [2, 9, 16, 23] {
            let mut one =
                activity(&format!("p{number}-{day}"), &format!("p{number}"), "share", day);
            one["own_words"] = json!(20 + number);
            records.push(one);
        }
    }
    // What they did, under each of their names.
    for (number, name) in [WHO, "zebulon.quux@example.com", "@zebquux"].iter().enumerate() {
        let mut one =
            activity(&format!("z{number}"), name, "create", 3 + u32::try_from(number).unwrap());
        one["post"] = json!({
            "text": "I work at Acme, and pumpernickel is what the mixer does best.",
            "channel": "linkedin", "author": name,
        });
        records.push(one);
        records.push(json!({
            "type": "outcome", "id": format!("z{number}-seen"), "target": format!("z{number}"),
            "at": "2026-06-20T09:00:00Z", "impressions": 900, "likes": 20,
        }));
    }
    records.push(json!({
        "type": "update", "id": "z0-edit", "target": "z0", "at": "2026-06-04T09:00:00Z",
        "set": { "post": { "text": "I work at Acme, and gooseberry is what the mixer does best." } },
    }));
    let mut mentors = activity("z-mentors", WHO, "mentor", 12);
    mentors["counterpart"] = "p1".into();
    records.push(mentors);
    let taken_back = activity("z-back", WHO, "share", 13);
    records.push(taken_back);
    records.push(json!({ "type": "retraction", "id": "z-back-r", "target": "z-back", "at": "2026-06-14T09:00:00Z" }));
    // An activity that was recorded as theirs, and was another's.
    records.push(activity("not-z", WHO, "comment", 15));
    records.push(json!({
        "type": "update", "id": "not-z-edit", "target": "not-z", "at": "2026-06-15T10:00:00Z",
        "set": { "advocate": "p6" },
    }));
    // And one that was recorded as another's, and is theirs.
    let mut theirs = activity("is-z", "p7", "comment", 15);
    theirs["ext"] = json!({ "said": "tapioca" });
    records.push(theirs);
    records.push(json!({
        "type": "update", "id": "is-z-edit", "target": "is-z", "at": "2026-06-15T10:00:00Z",
        "set": { "advocate": "@zebquux" },
    }));
    // Others who name them: as counterpart, in free words, in their ids.
    let mut kudos = activity("kudos-for-zebulon.quux@example.com", "p2", "kudos", 17);
    kudos["counterpart"] = "zebulon.quux@example.com".into();
    records.push(kudos);
    records.push(json!({
        "type": "outcome", "id": "kudos-seen", "target": "kudos-for-zebulon.quux@example.com",
        "at": "2026-06-20T09:00:00Z", "likes": 3,
    }));
    let mut mentions = activity("p3-post", "p3", "create", 18);
    mentions["post"] = json!({
        "text": "I work at Acme. Thanks to @zebquux, Zebulon Quux (Zebulon.Quux@example.com) and Zeb!",
        "channel": "linkedin",
    });
    mentions["ext"] = json!({ "seen_by": [WHO, "p9"], "@zebquux": 1 });
    records.push(mentions);
    // Points by hand.
    records.push(json!({
        "type": "adjustment", "id": "hand-1", "advocate": "@zebquux", "points": 7,
        "reason": "for the rhubarb talk", "by": "grace", "at": "2026-06-19T09:00:00Z",
    }));
    records.push(json!({
        "type": "adjustment", "id": "hand-2", "advocate": "p4", "points": 3, "by": WHO,
        "reason": "helped zeb-4711 with the stand", "at": "2026-06-19T09:00:00Z",
    }));
    // What they object to, and how it ended.
    records.push(json!({
        "type": "dispute", "id": "objects", "advocate": WHO, "target": "z1",
        "reason": "the elderflower line is wrong", "at": "2026-06-25T09:00:00Z",
    }));
    records.push(json!({
        "type": "resolution", "id": "objects-r", "target": "objects", "resolution": "dismissed",
        "by": "grace", "reason": "the elderflower line is right", "at": "2026-06-26T09:00:00Z",
    }));
    records.push(json!({ "type": "content", "id": "story", "copy": "New mixers.", "at": "2026-05-01T00:00:00Z" }));
    records.push(
        json!({ "type": "meeting", "id": "met", "agenda": true, "at": "2026-06-01T00:00:00Z" }),
    );
    records
}

/// The records that speak of the person: each is refused when it comes again.
fn naming(records: &[Value]) -> Vec<&Value> {
    let theirs = ["z0-edit", "z-back-r", "objects-r", "is-z", "kudos-seen"];
    let names = |record: &&Value| {
        let id = record["id"].as_str().unwrap();
        let fields = ["advocate", "counterpart", "by", "mentor"];
        let named =
            fields.iter().any(|field| SECRETS.contains(&record[*field].as_str().unwrap_or("-")));
        named || theirs.contains(&id) || id.starts_with('z') || id == "is-z-edit"
    };
    records.iter().filter(names).collect()
}

fn event(record: &Value) -> Event {
    read_record(&record.to_string(), "record").unwrap()
}
