//! Who counts everyone leaves room for others.

use super::*;
use crate::events::read_record;
use crate::standings::{Among, Span};

/// More people than are counted at a time, on any number of cores.
const PEOPLE: usize = 1_000;

fn event(line: &str) -> Event {
    read_record(line, "event").unwrap()
}

fn share(id: &str, person: usize) -> Event {
    event(&format!(
        r#"{{"id":"{id}","advocate":"p-{person}","kind":"share","at":"2026-01-05T00:00:00Z"}}"#
    ))
}

fn crowd() -> Live {
    let program = Arc::new(Program::load("../rules").unwrap());
    let live = Live::new(program, People::new(), true);
    for person in 0..PEOPLE {
        live.record(share(&format!("first-{person}"), person)).unwrap();
    }
    live
}

#[test]
fn others_record_while_everyone_is_counted() {
    let live = crowd();
    let as_of = "2026-02-01T00:00:00Z".parse().unwrap();
    let mut acknowledged = Vec::new();
    let between_turns = |over: usize, all: usize| {
        if 0 < over && over < all && acknowledged.is_empty() {
            let person = live.tallies.iter().next().map(|counted| counted.key().to_string());
            let person = person.unwrap().trim_start_matches("p-").parse().unwrap();
            let recorded = std::thread::scope(|scope| {
                scope.spawn(|| live.record(share("meanwhile", person))).join().unwrap()
            });
            acknowledged.push((person, recorded.unwrap()));
        }
    };
    live.count_ahead(as_of, false, between_turns).unwrap();
    let [(person, Recorded::New)] = acknowledged[..] else {
        panic!("nothing was recorded before everyone was counted");
    };

    // Who had been counted before is counted anew.
    let question = BoardQuestion { span: Span::AllTime, among: Among::Everyone, period: None };
    let again = crowd();
    again.record(share("meanwhile", person)).unwrap();
    let boards = [live, again].map(|live| live.leaderboard(&question, as_of).unwrap());
    assert_eq!(boards[0], boards[1]);
}
