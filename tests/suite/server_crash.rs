//! A server that is killed (SIGKILL, every process of it) over and over while several clients write:
//! they go on when it is back, and what was acknowledged is there once.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use plaudit_engine::events::Event;
use plaudit_engine::journal::{Batch, Journal, Receipt, Store, Taken};
use plaudit_engine::{Code, Error};

use super::crash::{TOGETHER, holds};
use super::server::{Place, Server};
use super::support::{rounds, share};

/// What clients were told.
#[derive(Default)]
struct Told {
    acknowledged: Mutex<BTreeMap<String, u64>>,
    enough: AtomicBool,
}

impl Told {
    fn of(&self, receipts: Vec<Receipt>, retried: bool) {
        let mut acknowledged = self.acknowledged.lock().unwrap();
        for receipt in receipts {
            let (id, place) = (receipt.identity.id.to_string(), receipt.position.unwrap());
            // Nobody else brings it: it was known only to those who had asked before.
            assert!(receipt.result == Taken::Recorded || retried, "{id}: {:?}", receipt.result);
            assert_eq!(acknowledged.insert(id, place), None);
        }
    }
}

/// Does something until it is answered; whether it took more than one call.
fn until_answered(mut call: impl FnMut() -> Result<Vec<Receipt>, Error>) -> (Vec<Receipt>, bool) {
    let mut retried = false;
    loop {
        match call() {
            Ok(receipts) => return (receipts, retried),
            Err(error) => {
                let code = error.problems()[0].code;
                assert!(matches!(code, Code::JournalUnreachable | Code::JournalBusy), "{error}");
                retried = true;
            }
        }
    }
}

/// Batches without end.
fn write(journal: &Store, told: &Told, name: &str, size: u64) {
    for number in 0.. {
        if told.enough.load(Ordering::SeqCst) {
            return;
        }
        let id = |part| format!("{name}-{number}-{part}");
        let events: Vec<Event> = (0..size).map(|part| share(&id(part), 1)).collect();
        let batch = if number % 2 == 0 { Batch::Whole } else { Batch::Each };
        let (receipts, retried) = until_answered(|| journal.append(&events, batch));
        told.of(receipts, retried);
    }
}

/// Events that depend upon what is on record: where it is not told that they are, they may still be.
fn upon(journal: &Store, told: &Told) {
    while !told.enough.load(Ordering::SeqCst) {
        let before = journal.position();
        let Ok(before) = before else { continue };
        let mut since = 0;
        let decided = journal.append_upon(before, &mut |known| {
            since = before + known.len() as u64;
            Ok((0..TOGETHER).map(|part| share(&format!("u-{since}-{part}"), 1)).collect())
        });
        if let Ok(receipts) = decided {
            assert!(receipts.iter().all(|receipt| receipt.result == Taken::Recorded));
            assert_eq!(receipts[0].position, Some(since + 1), "somebody came between");
            told.of(receipts, false);
        }
    }
}

#[test]
fn a_server_that_is_killed_while_many_write_loses_nothing_that_was_acknowledged() {
    // It writes to the disk as it does in earnest, but for the time that this takes.
    let server = Server::start(&["checkpoint_timeout=30s", "max_connections=50"]);
    let folder = tempfile::tempdir().unwrap();
    let place = Place::on(&server, folder.path());
    let kills = rounds(4, 60);
    let mut grown = 0;
    for round in 0..kills {
        let told = Told::default();
        let name = format!("journal-{grown}");
        std::thread::scope(|scope| {
            let clients: Vec<_> = (0..5)
                .map(|client| {
                    let (journal, told) = (place.open(&name), &told);
                    scope.spawn(move || match client {
                        0 => upon(&journal, told),
                        1 => write(&journal, told, &format!("big-{round}"), 4 * TOGETHER),
                        2 => write(&journal, told, &format!("b-{round}"), TOGETHER),
                        _ => write(&journal, told, &format!("s-{round}-{client}"), 1),
                    })
                })
                .collect();
            // Some moments that do not follow from the number of the round in a simple way.
            std::thread::sleep(Duration::from_micros(20_000 + u64::from(round) * 7_919 % 180_000));
            server.kill();
            server.restart();
            std::thread::sleep(Duration::from_millis(50));
            told.enough.store(true, Ordering::SeqCst);
            clients.into_iter().for_each(|client| client.join().unwrap());
        });
        let acknowledged = told.acknowledged.into_inner().unwrap();
        assert!(!acknowledged.is_empty(), "nothing was written");
        holds(&place.open(&name), &acknowledged);
        // Journals that grow without end make the later rounds slow.
        if round % 12 == 11 {
            grown += 1;
        }
    }
}
