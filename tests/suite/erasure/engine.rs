//! What becomes of events and standings, in every kind of journal.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use plaudit_engine::journal::{Access, Batch, Journal, Memory, Sqlite, Taken};
use plaudit_engine::ledger::{Erase, Ledger};
use plaudit_engine::standings::TeamQuestion;
use plaudit_engine::{Code, Program, canonical};
use serde_json::Value;

use super::{AS_OF, AT, WHO, event, found, naming, records};
use crate::journal::entries;
use crate::server::{Kind, Place};
use crate::support::{run, top};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn program() -> Arc<Program> {
    Arc::new(Program::load(top().join("rules")).unwrap())
}

fn ledger(journal: Arc<dyn Journal>) -> Ledger {
    Ledger::open(program(), journal, false).unwrap()
}

/// A ledger over all records, with the awards of one run.
fn filled(journal: Arc<dyn Journal>) -> Ledger {
    let ledger = ledger(journal);
    let events = records().iter().map(event).collect();
    for receipt in ledger.record(events, Batch::Whole).unwrap() {
        assert_eq!(receipt.result, Taken::Recorded, "{receipt:?}");
    }
    ledger.close(&run(at(AS_OF), "grace", false)).unwrap();
    ledger
}

fn erase(ledger: &Ledger) -> plaudit_engine::ledger::ErasedDocument {
    ledger.erase(&Erase { advocate: "@zebquux", by: "grace", at: at(AT) }).unwrap()
}

fn standings(ledger: &Ledger) -> BTreeMap<String, String> {
    let all = ledger.live().unwrap().standings(at(AS_OF)).unwrap();
    all.iter().map(|one| (one.advocate.to_string(), canonical(one).unwrap())).collect()
}

fn journals(folder: &std::path::Path) -> Vec<Arc<dyn Journal>> {
    let file = Sqlite::open(&folder.join("journal"), Access::Create).unwrap();
    let database = Place::new(Kind::Database, folder).open("journal");
    vec![Arc::new(Memory::new()), Arc::new(file), Arc::new(database)]
}

fn text(journal: &dyn Journal) -> String {
    let entries = entries(journal);
    entries.iter().map(|entry| serde_json::to_string(&entry.event).unwrap() + "\n").collect()
}

#[test]
fn whoever_is_erased_is_gone_and_everybody_else_is_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    for journal in journals(folder.path()) {
        let ledger = filled(Arc::clone(&journal));
        let others = self::ledger(Arc::clone(&journal));
        let (before, places) = (standings(&ledger), journal.position().unwrap());
        assert!(before.contains_key(WHO) && !found(text(&*journal).as_bytes()).is_empty());
        others.live().unwrap();

        let told = erase(&ledger);
        assert!(told.clean && told.events > 15 && told.changed > 5, "{told:?}");
        assert_eq!(told.names, 3);
        assert_eq!(found(canonical(&told).unwrap().as_bytes()), Vec::<&str>::new());
        // Places stay, and the record comes behind all others.
        assert_eq!(journal.position().unwrap(), places + 1);
        let text = text(&*journal);
        assert_eq!(found(text.as_bytes()), Vec::<&str>::new(), "{text}");
        assert_eq!(text.matches(r#""type":"tombstone""#).count(), told.events);
        assert!(text.contains(r#"Thanks to erased, erased (erased) and Zeb!"#), "{text}");

        // Whoever followed the journal before, whoever reads it anew, and whoever erased agree.
        for ledger in [&ledger, &others, &self::ledger(Arc::clone(&journal))] {
            let mut after = standings(ledger);
            assert!(!after.contains_key(WHO));
            let mut before = before.clone();
            before.remove(WHO);
            // Whom they mentored, and who praised them or named them as mentor: that was between two.
            for known in ["p1", "p2", "p5"] {
                assert!(before.remove(known).is_some() && after.remove(known).is_some());
            }
            // Who wrote their address in a post: what the guidelines say of it is gone with the address.
            let points = |of: Option<String>| -> Value {
                serde_json::from_str::<Value>(&of.unwrap()).unwrap()["figures"]["points"].clone()
            };
            assert_eq!(points(before.remove("p3")), points(after.remove("p3")));
            assert_eq!(before, after);
            let error = ledger.live().unwrap().standing(WHO, at(AS_OF)).unwrap_err();
            assert_eq!(error.problems()[0].code, Code::UnknownAdvocate);
            assert_eq!(ledger.erasures(), 1);
        }
    }
}

#[test]
fn nothing_that_was_erased_is_taken_in_again_nor_anything_about_them() {
    let folder = tempfile::tempdir().unwrap();
    for journal in journals(folder.path()) {
        let ledger = filled(Arc::clone(&journal));
        erase(&ledger);
        let position = journal.position().unwrap();
        let records = records();
        let names = naming(&records);
        assert!(names.len() > 15);
        for record in &records {
            let receipt = ledger.record(vec![event(record)], Batch::Each).unwrap().remove(0);
            let code = receipt.problem.as_ref().map(|problem| problem.code);
            let expected = match record["id"].as_str().unwrap() {
                _ if names.contains(&record) => (Taken::Refused, Some(Code::Erased)),
                // It is on record without their names by now.
                "p3-post" => (Taken::Refused, Some(Code::Conflict)),
                _ => (Taken::Known, None),
            };
            assert_eq!((receipt.result, code), expected, "{record}");
            // It is not said who it is about.
            let said = receipt.problem.map(|problem| problem.to_string()).unwrap_or_default();
            assert_eq!(found(said.as_bytes()).len(), 0, "{said}");
        }
        let again = [
            r#"{"id": "new-1", "advocate": "zeb-4711", "kind": "share", "at": "2026-07-03T00:00:00Z"}"#,
            r#"{"id": "new-2", "advocate": "p1", "counterpart": "Zebulon.Quux@Example.com", "kind": "kudos", "at": "2026-07-03T00:00:00Z"}"#,
            r#"{"id": "new-3", "type": "person", "advocate": "new", "aliases": ["@ZebQuux"], "at": "2026-07-03T00:00:00Z"}"#,
            r#"{"id": "new-4", "type": "outcome", "target": "z1", "likes": 1, "at": "2026-07-03T00:00:00Z"}"#,
        ];
        for line in again {
            let new = plaudit_engine::events::read_record(line, "new").unwrap();
            let receipt = ledger.record(vec![new], Batch::Each).unwrap().remove(0);
            assert_eq!(receipt.problem.unwrap().code, Code::Erased, "{line}");
        }
        assert_eq!(journal.position().unwrap(), position);
        // Whoever asks again is told so, under any name.
        for name in [WHO, "@zebquux"] {
            let asked = Erase { advocate: name, by: "grace", at: at(AT) };
            assert_eq!(ledger.erase(&asked).unwrap_err().problems()[0].code, Code::Erased);
        }
        let asked = Erase { advocate: "nobody", by: "grace", at: at(AT) };
        assert_eq!(ledger.erase(&asked).unwrap_err().problems()[0].code, Code::UnknownAdvocate);
        // The name that stands for them is nobody's.
        let line = r#"{"id": "new-5", "advocate": "erased", "kind": "share", "at": "2026-07-03T00:00:00Z"}"#;
        let new = plaudit_engine::events::read_record(line, "new").unwrap();
        let receipt = ledger.record(vec![new], Batch::Each).unwrap().remove(0);
        assert_eq!(receipt.problem.unwrap().code, Code::Reserved);
    }
}

#[test]
fn totals_stay_what_they_were_with_one_line_for_enough_who_were_erased() {
    let ledger = filled(Arc::new(Memory::new()));
    let as_of = at("2026-07-10T00:00:00Z");
    let team = |question: &TeamQuestion| -> Value {
        let teams = ledger.live().unwrap().teams(question, as_of).unwrap();
        let teams: Value = serde_json::from_str(&canonical(&teams).unwrap()).unwrap();
        teams["teams"][0].clone()
    };
    let everyone = TeamQuestion::default();
    let points = |team: &Value| team["figures"]["points"].as_i64().unwrap();
    let before = points(&team(&everyone));
    erase(&ledger);
    // One person is not enough to be shown: what they brought would be theirs alone.
    assert!(team(&everyone).get("erased").is_none());
    assert!(points(&team(&everyone)) < before);
    for (number, id) in ["p1", "p2", "p8", "p9"].iter().enumerate() {
        let asked = Erase { advocate: id, by: "grace", at: at(AT) };
        ledger.erase(&asked).unwrap();
        let team = team(&everyone);
        match number {
            // Four and the first.
            3 => {
                let line = &team["erased"];
                assert_eq!(line["people"], 5, "{team}");
                assert_eq!(points(&team) + line["points"].as_i64().unwrap(), before);
            }
            _ => assert!(team.get("erased").is_none(), "{team}"),
        }
    }
    // Only the latest record has the sums, of everyone.
    let kept: Vec<Value> = entries(&**ledger.journal())
        .iter()
        .map(|entry| serde_json::to_value(&entry.event).unwrap())
        .filter(|event| !event["erasure"]["rest"].is_null())
        .collect();
    assert_eq!(kept.len(), 1);
    // Of one department no sum is kept: it would tell that of the other, which is too small.
    assert_eq!(kept[0]["erasure"]["rest"].as_array().unwrap().len(), 1);
}

#[test]
fn a_name_that_was_handed_on_is_the_others_and_stays() {
    let ledger = ledger(Arc::new(Memory::new()));
    let lines = [
        r#"{"type": "person", "id": "1", "advocate": "old", "aliases": ["@desk"], "consent": true, "at": "2026-01-01T00:00:00Z"}"#,
        r#"{"type": "person", "id": "2", "advocate": "new", "aliases": ["@desk"], "consent": true, "at": "2026-03-01T00:00:00Z"}"#,
        r#"{"id": "a", "advocate": "@desk", "kind": "share", "at": "2026-02-01T00:00:00Z"}"#,
        r#"{"id": "b", "advocate": "@desk", "kind": "share", "at": "2026-04-01T00:00:00Z"}"#,
    ];
    let read = |line: &str| plaudit_engine::events::read_record(line, "line").unwrap();
    ledger.record(lines.iter().map(|line| read(line)).collect(), Batch::Whole).unwrap();
    let told = ledger.erase(&Erase { advocate: "old", by: "hr", at: at(AT) }).unwrap();
    assert_eq!((told.events, told.names), (2, 1));
    let points = |name| ledger.live().unwrap().explain(name, at(AS_OF)).unwrap().lines.len();
    assert_eq!(points("new"), points("@desk"));
    let line = r#"{"id": "c", "advocate": "@desk", "kind": "share", "at": "2026-05-01T00:00:00Z"}"#;
    assert_eq!(ledger.record(vec![read(line)], Batch::Each).unwrap()[0].result, Taken::Recorded);
}
