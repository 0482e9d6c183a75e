//! A process that is killed wherever it is while it erases: somebody is whole on record or gone, the
//! file is undamaged, and of whoever is gone nothing is left once it is opened.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use plaudit_engine::Program;
use plaudit_engine::events::{Event, read_record};
use plaudit_engine::journal::{Address, Batch, Journal, Store};
use plaudit_engine::ledger::{Erase, Ledger};

use super::AT;
use crate::children::{Process, Task};
use crate::journal::entries;
use crate::server::{Place, over_both};
use crate::support::{rounds, scoring};

/// Events of one person.
const EACH: usize = 30;

fn ledger(journal: Store) -> Ledger {
    let program = Program::from_sources(&scoring("1")).unwrap();
    Ledger::open(Arc::new(program), Arc::new(journal), true).unwrap()
}

fn events(who: &str) -> Vec<Event> {
    let event = |number| {
        let text = format!(
            r#"{{"id": "{who}-{number}", "advocate": "{who}", "kind": "share", "at": "2026-06-01T09:00:00Z", "post": {{"text": "{}"}}}}"#,
            format!("{who} wrote this. ").repeat(100)
        );
        read_record(&text, "event").unwrap()
    };
    (0..EACH).map(event).collect()
}

/// Takes people in and erases them, without end.
pub(crate) fn work(work: &str, task: &Task) -> bool {
    if work != "erase" {
        return false;
    }
    let ledger = ledger(task.open("journal"));
    for number in 0.. {
        let who = format!("who-{}-{number}", task.number);
        ledger.record(events(&who), Batch::Whole).unwrap();
        ledger.checkpoint().unwrap();
        task.say(&format!("there {who}"));
        let erased = Erase { advocate: &who, by: "hr", at: AT.parse().unwrap() };
        assert!(ledger.erase(&erased).unwrap().clean);
        task.say(&format!("gone {who}"));
    }
    true
}

/// How many of a person's events there are, and that of somebody who is gone nothing is left.
fn holds(place: &Place, said: &[String]) {
    let journal = place.open("journal");
    assert_eq!(journal.check().unwrap().damage, Vec::<String>::new());
    let entries = entries(&journal);
    let text: Vec<String> =
        entries.iter().map(|entry| serde_json::to_string(&entry.event).unwrap()).collect();
    let tombstones = text.iter().filter(|text| text.contains(r#""type":"tombstone""#)).count();
    let erasures = entries.iter().filter(|entry| entry.event.erasure().is_some()).count();
    assert_eq!(tombstones, erasures * EACH);
    let address = place.journal("journal");
    let file = Address::of(&address).file().is_some();
    let bytes: Vec<u8> = ["", "-wal", "-shm"]
        .iter()
        .flat_map(|end| std::fs::read(format!("{address}{end}")).unwrap_or_default())
        .collect();
    let people: BTreeSet<&str> = said.iter().filter_map(|line| line.split(' ').nth(1)).collect();
    for who in people {
        let there =
            text.iter().filter(|text| text.contains(&format!("\"advocate\":\"{who}\""))).count();
        assert!(there == 0 || there == EACH, "{there} of {who}");
        let is_gone = said.contains(&format!("gone {who}"));
        assert!(there == 0 || !is_gone, "{who} is there again");
        let needle = format!("{who} wrote");
        let left = bytes.windows(needle.len()).any(|part| part == needle.as_bytes());
        assert_eq!(left, file && there > 0, "{who}");
        let answers = journal.append(&events(who)[..1], Batch::Each);
        let refused = answers.unwrap()[0].problem.is_some();
        assert_eq!(refused, there == 0, "{who}");
    }
}

#[test]
fn whoever_is_killed_while_erasing_leaves_somebody_whole_or_gone() {
    over_both(|place| {
        let mut said = Vec::new();
        for round in 0..u64::from(rounds(6, 120)) {
            let process = Process::start("erase", place.folder(), round).begun();
            std::thread::sleep(Duration::from_micros(round * 7_919 % 45_000));
            said.extend(process.kill());
            holds(place, &said);
        }
    });
}
