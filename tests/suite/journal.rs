//! What every journal promises, in memory, a file or a database: places without gaps, each event once, the
//! first under an identity stays, and batches that belong together are taken in whole or not at all.

use std::collections::BTreeMap;
use std::path::Path;

use plaudit_engine::events::{Event, read_record};
use plaudit_engine::journal::{
    Access, Batch, Entry, Journal, Memory, Receipt, Sqlite, Store, Taken,
};
use plaudit_engine::{Code, Error, Problem};
use proptest::prelude::*;

use super::server::{Kind, Place, over_both};
use super::support::{rounds, share};

/// A journal in a file.
pub(crate) fn open(path: &Path) -> Sqlite {
    Sqlite::open(path, Access::Create).unwrap()
}

pub(crate) fn undamaged(journal: &Store) {
    assert_eq!(journal.check().unwrap().damage, Vec::<String>::new());
}

/// Everything on record.
pub(crate) fn entries(journal: &dyn Journal) -> Vec<Entry> {
    let mut entries = Vec::new();
    journal
        .read(0, &mut |entry| {
            entries.push(entry);
            Ok(())
        })
        .unwrap();
    entries
}

/// The ids on record, in order; their places must have no gaps.
pub(crate) fn ids(journal: &dyn Journal) -> Vec<String> {
    let entries = entries(journal);
    let places: Vec<u64> = entries.iter().map(|entry| entry.position).collect();
    assert_eq!(places, (1..=entries.len() as u64).collect::<Vec<_>>());
    assert_eq!(journal.position().unwrap(), entries.len() as u64);
    entries.iter().map(|entry| entry.event.identity.id.to_string()).collect()
}

/// Runs a test over each kind of journal.
fn over_each(test: impl Fn(&dyn Journal)) {
    test(&Memory::new());
    over_both(|place| {
        let journal = place.open("journal");
        test(&journal);
        let health = journal.check().unwrap();
        assert_eq!((health.events, health.damage), (journal.position().unwrap(), vec![]));
    });
}

fn append(journal: &dyn Journal, events: &[Event], batch: Batch) -> Vec<(Taken, Option<u64>)> {
    let receipts = journal.append(events, batch).unwrap();
    let named = receipts.iter().map(|receipt| &receipt.identity);
    assert!(named.eq(events.iter().map(|event| &event.identity)), "receipts are in another order");
    receipts.iter().for_each(refused_says_why);
    receipts.iter().map(|receipt| (receipt.result, receipt.position)).collect()
}

fn refused_says_why(receipt: &Receipt) {
    let code = receipt.problem.as_ref().map(|problem| problem.code);
    let refused = receipt.result == Taken::Refused;
    assert_eq!(code, refused.then_some(Code::Conflict));
    assert_eq!(
        receipt.position.is_some(),
        matches!(receipt.result, Taken::Recorded | Taken::Known)
    );
}

#[test]
fn events_have_places_from_one_without_gaps_in_the_order_of_their_batches() {
    over_each(|journal| {
        assert_eq!(journal.position().unwrap(), 0);
        let first = [share("c", 1), share("a", 1)];
        let taken = append(journal, &first, Batch::Each);
        assert_eq!(taken, [(Taken::Recorded, Some(1)), (Taken::Recorded, Some(2))]);
        let second = [share("b", 1), share("a", 1), share("0", 1)];
        let taken = append(journal, &second, Batch::Whole);
        let expected = [(Taken::Recorded, 3), (Taken::Known, 2), (Taken::Recorded, 4)];
        assert_eq!(taken, expected.map(|(taken, place)| (taken, Some(place))));
        assert_eq!(ids(journal), ["c", "a", "b", "0"]);
    });
}

#[test]
fn another_event_under_a_known_identity_is_refused_and_the_first_stays() {
    over_each(|journal| {
        append(journal, &[share("a", 1)], Batch::Each);
        let before = entries(journal);
        assert_eq!(append(journal, &[share("a", 2)], Batch::Each), [(Taken::Refused, None)]);
        assert_eq!(append(journal, &[share("a", 2)], Batch::Whole), [(Taken::Refused, None)]);
        assert_eq!(entries(journal), before);
        assert_eq!(append(journal, &[share("a", 1)], Batch::Each), [(Taken::Known, Some(1))]);
    });
}

#[test]
fn the_same_id_of_another_source_is_another_event() {
    over_each(|journal| {
        let of = |source: &str| {
            let line = format!(
                r#"{{"source": "{source}", "id": "a", "advocate": "ada", "kind": "share", "at": "2026-06-01T09:00:00Z"}}"#
            );
            read_record(&line, "event").unwrap()
        };
        let taken = append(journal, &[share("a", 1), of("crm"), of("local"), of("c")], Batch::Each);
        let expected = [
            (Taken::Recorded, Some(1)),
            (Taken::Recorded, Some(2)),
            (Taken::Refused, None),
            (Taken::Recorded, Some(3)),
        ];
        assert_eq!(taken, expected);
    });
}

#[test]
fn in_a_batch_of_its_own_events_a_refused_one_keeps_no_other_out() {
    over_each(|journal| {
        append(journal, &[share("old", 1)], Batch::Each);
        let batch = [share("a", 1), share("old", 2), share("a", 2), share("a", 1), share("b", 1)];
        let expected = [
            (Taken::Recorded, Some(2)),
            (Taken::Refused, None),
            (Taken::Refused, None),
            (Taken::Known, Some(2)),
            (Taken::Recorded, Some(3)),
        ];
        assert_eq!(append(journal, &batch, Batch::Each), expected);
        assert_eq!(ids(journal), ["old", "a", "b"]);
    });
}

#[test]
fn a_batch_that_belongs_together_is_left_out_whole_but_what_is_known_stays_known() {
    over_each(|journal| {
        append(journal, &[share("old", 1)], Batch::Each);
        for refused in [share("old", 2), share("a", 2)] {
            let batch = [share("a", 1), share("old", 1), refused, share("a", 1)];
            let expected = [
                (Taken::LeftOut, None),
                (Taken::Known, Some(1)),
                (Taken::Refused, None),
                (Taken::LeftOut, None),
            ];
            assert_eq!(append(journal, &batch, Batch::Whole), expected);
            assert_eq!(ids(journal), ["old"]);
        }
        // What was left out is as new as before.
        assert_eq!(append(journal, &[share("a", 2)], Batch::Each), [(Taken::Recorded, Some(2))]);
    });
}

#[test]
fn batches_without_anything_new_leave_the_journal_as_it_was() {
    over_each(|journal| {
        for batch in [Batch::Each, Batch::Whole] {
            assert_eq!(append(journal, &[], batch), []);
        }
        assert_eq!(journal.append_upon(0, &mut |_| Ok(vec![])).unwrap(), []);
        append(journal, &[share("a", 1), share("a", 1)], Batch::Whole);
        append(journal, &[share("a", 1)], Batch::Whole);
        assert_eq!(ids(journal), ["a"]);
    });
}

#[test]
fn a_decision_is_shown_exactly_what_came_after_a_place() {
    over_each(|journal| {
        append(journal, &["a", "b", "c"].map(|id| share(id, 1)), Batch::Each);
        for (after, expected) in [(0, 3), (1, 2), (3, 0), (9, 0), (u64::from(u32::MAX), 0)] {
            let mut shown = Vec::new();
            let receipts = journal
                .append_upon(after, &mut |entries| {
                    shown = entries;
                    Ok(vec![])
                })
                .unwrap();
            assert_eq!((receipts.len(), shown.len()), (0, expected));
            let all = entries(journal);
            assert_eq!(shown, all[3 - expected..]);
        }
        let receipts = journal.append_upon(3, &mut |_| Ok(vec![share("d", 1), share("a", 1)]));
        let taken: Vec<_> = receipts.unwrap().iter().map(|it| (it.result, it.position)).collect();
        assert_eq!(taken, [(Taken::Recorded, Some(4)), (Taken::Known, Some(1))]);
        // What is decided belongs together.
        journal.append_upon(4, &mut |_| Ok(vec![share("e", 1), share("a", 2)])).unwrap();
        assert_eq!(ids(journal), ["a", "b", "c", "d"]);
    });
}

#[test]
fn an_error_while_deciding_or_reading_is_passed_on_and_leaves_nothing_behind() {
    let no = || Error::from(Problem::new(Code::WrongState, "no"));
    over_each(|journal| {
        append(journal, &["a", "b", "c"].map(|id| share(id, 1)), Batch::Each);
        let error = journal.append_upon(0, &mut |_| Err(no())).unwrap_err();
        assert_eq!(error.problems(), no().problems());
        let mut shown = 0;
        let error = journal.read(0, &mut |entry| {
            shown += 1;
            if entry.position == 2 { Err(no()) } else { Ok(()) }
        });
        assert_eq!((error.unwrap_err().problems(), shown), (no().problems(), 2));
        assert_eq!(ids(journal), ["a", "b", "c"]);
        assert_eq!(append(journal, &[share("d", 1)], Batch::Each), [(Taken::Recorded, Some(4))]);
    });
}

#[test]
fn what_is_shown_may_be_recorded_and_the_journal_be_asked_meanwhile() {
    over_each(|journal| {
        append(journal, &["a", "b"].map(|id| share(id, 1)), Batch::Each);
        let mut shown = 0;
        journal
            .read(0, &mut |entry| {
                shown += 1;
                assert_eq!(journal.position()?, 1 + entry.position);
                let copy = share(&format!("copy of {}", entry.event.identity.id), 1);
                journal.append(&[copy], Batch::Each).map(|_| ())
            })
            .unwrap();
        // As of the time of the call: what came meanwhile is not shown.
        assert_eq!(shown, 2);
        assert_eq!(ids(journal), ["a", "b", "copy of a", "copy of b"]);
    });
}

#[test]
fn nobody_comes_between_what_a_decision_saw_and_what_it_records() {
    over_each(|journal| {
        std::thread::scope(|scope| {
            for thread in 0..6 {
                scope.spawn(move || {
                    for round in 0..20 {
                        if thread < 4 {
                            let decide = &mut |known: Vec<Entry>| {
                                Ok(vec![share(&format!("after {}", known.len()), thread)])
                            };
                            let receipts = journal.append_upon(0, decide).unwrap();
                            assert_eq!(receipts[0].result, Taken::Recorded);
                        } else {
                            let other = share(&format!("{thread} {round}"), 1);
                            journal.append(&[other], Batch::Each).unwrap();
                        }
                    }
                });
            }
        });
        let ids = ids(journal);
        assert_eq!(ids.len(), 120);
        for (place, id) in ids.iter().enumerate().filter(|(_, id)| id.starts_with("after")) {
            assert_eq!(*id, format!("after {place}"));
        }
    });
}

/// A line about one of a few identities; what differs in `way` alone is the same event.
fn line((source, id, words, way): (u8, u8, u8, u8)) -> String {
    let at = ["2026-06-01T09:00:00Z", "2026-06-01T11:00:00+02:00"][usize::from(way % 2)];
    let ext = [r#"{"a": 1, "b": [2, {}], "ü": "\u00fc"}"#, r#"{"ü":"ü","b":[2,{}],"a":1}"#];
    let ext = ext[usize::from(way / 2)];
    format!(
        r#"{{"source": "s{source}", "id": "{id}", "advocate": "ada", "kind": "share", "at": "{at}", "own_words": {words}, "ext": {ext}}}"#
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(rounds(48, 1_000)))]

    /// Any batches, with duplicates and conflicts within them and across, written in different
    /// ways, and with the file opened anew in between, are answered as a plain table says.
    #[test]
    fn every_batch_is_answered_as_a_plain_table_says(
        batches in prop::collection::vec(
            (prop::collection::vec((0..2u8, 0..4u8, 0..2u8, 0..4u8), 0..9), any::<bool>(), any::<bool>()),
            1..8,
        ),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let places = [Kind::File, Kind::Database].map(|kind| Place::of_case(kind, folder.path()));
        let (memory, mut stores) = (Memory::new(), places.each_ref().map(|it| it.open("journal")));
        let mut table: BTreeMap<(u8, u8), (u8, u64)> = BTreeMap::new();
        for (batch, whole, reopen) in batches {
            let events: Vec<Event> =
                batch.iter().map(|it| read_record(&line(*it), "event").unwrap()).collect();
            let (before, mut expected) = (table.clone(), Vec::new());
            for (source, id, words, _) in &batch {
                let next = table.len() as u64 + 1;
                expected.push(match table.get(&(*source, *id)) {
                    None => {
                        table.insert((*source, *id), (*words, next));
                        (Taken::Recorded, Some(next))
                    }
                    Some((known, place)) if known == words => (Taken::Known, Some(*place)),
                    Some(_) => (Taken::Refused, None),
                });
            }
            if whole && expected.contains(&(Taken::Refused, None)) {
                let last = before.len() as u64;
                for taken in expected.iter_mut().filter(|it| it.1.is_some_and(|at| at > last)) {
                    *taken = (Taken::LeftOut, None);
                }
                table = before;
            }
            let batch = if whole { Batch::Whole } else { Batch::Each };
            prop_assert_eq!(append(&memory, &events, batch), expected.clone());
            for store in &stores {
                prop_assert_eq!(append(store, &events, batch), expected.clone());
            }
            if reopen {
                drop(stores);
                stores = places.each_ref().map(|it| it.open("journal"));
            }
        }
        for store in &stores {
            prop_assert_eq!(entries(&memory), entries(store));
            undamaged(store);
        }
    }
}
