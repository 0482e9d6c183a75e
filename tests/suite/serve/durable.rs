//! What was acknowledged is on record, once, however the service ends.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use plaudit_engine::journal::{Access, Journal, Sqlite};

use super::{Served, Setup, person, share};
use crate::support::rounds;

/// How often each id is in the journal.
fn on_record(setup: &Setup) -> BTreeMap<String, usize> {
    let journal = Sqlite::open(&setup.journal(), Access::Read).unwrap();
    let mut ids = BTreeMap::new();
    journal
        .read(0, &mut |entry| {
            let event = serde_json::to_value(&entry.event).unwrap();
            *ids.entry(event["id"].as_str().unwrap().to_owned()).or_default() += 1;
            Ok(())
        })
        .unwrap();
    ids
}

/// Records events from several clients at once until they are told to stop, and gives the ids of
/// those that were acknowledged.
fn load(
    served: &Arc<Served>,
    clients: usize,
    round: u32,
    stop: &Arc<AtomicBool>,
) -> Vec<thread::JoinHandle<Vec<String>>> {
    let clients = (0..clients).map(|client| {
        let (served, stop) = (Arc::clone(served), Arc::clone(stop));
        thread::spawn(move || {
            let mut acknowledged = Vec::new();
            for number in 0.. {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                let id = format!("{round}-{client}-{number}");
                // Now and then several at once.
                let several = number % 5 == 0;
                let body = match several {
                    true => format!("[{},{}]", share(&id, "ada"), share(&format!("{id}b"), "ada")),
                    false => share(&id, "ada"),
                };
                let headers = [("content-type", "application/json")];
                match served.called("POST", "/v1/events", &headers, &body) {
                    Ok(answer) if (200..300).contains(&answer.status) => {
                        acknowledged.push(id.clone());
                        acknowledged.extend(several.then(|| format!("{id}b")));
                    }
                    Ok(answer) => assert_eq!(answer.status, 503, "{answer:?}"),
                    // It is gone.
                    Err(_) => break,
                }
            }
            acknowledged
        })
    });
    clients.collect()
}

#[test]
fn what_was_acknowledged_before_it_was_killed_is_on_record_once() {
    let setup = Setup::new();
    let mut acknowledged = Vec::new();
    for round in 0..rounds(5, 200) {
        let served = Arc::new(setup.start());
        let stop = Arc::new(AtomicBool::new(false));
        let clients = load(&served, 8, round, &stop);
        thread::sleep(Duration::from_millis(20 + u64::from(round * 37 % 150)));
        served.signal("KILL");
        for client in clients {
            acknowledged.extend(client.join().unwrap());
        }
        let known = on_record(&setup);
        assert!(known.values().all(|times| *times == 1));
        let lost: Vec<&String> =
            acknowledged.iter().filter(|id| !known.contains_key(*id)).collect();
        assert!(lost.is_empty(), "round {round}: {lost:?}");
    }
    assert!(!acknowledged.is_empty());
}

#[test]
fn what_is_under_way_when_it_is_told_to_end_is_answered() {
    let setup = Setup::new();
    let served = setup.start();
    let served = Arc::new(served);
    let stop = Arc::new(AtomicBool::new(false));
    let clients = load(&served, 8, 0, &stop);
    thread::sleep(Duration::from_millis(200));
    served.signal("TERM");
    let acknowledged: Vec<String> =
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect();
    let mut served = Arc::into_inner(served).unwrap();
    let ended = super::wait_for(|| served.child.try_wait().unwrap()).expect("it does not end");
    assert!(ended.success(), "{ended}");
    let known = on_record(&setup);
    assert!(!acknowledged.is_empty());
    assert!(acknowledged.iter().all(|id| known.get(id) == Some(&1)));
}

#[test]
fn whoever_waits_for_a_change_does_not_keep_it_from_ending() {
    let setup = Setup::new();
    let mut served = setup.start();
    let url = format!("{}/v1/changes?after=0&wait=30", served.url);
    let answered = Arc::new(Mutex::new(None));
    let waiting = {
        let answered = Arc::clone(&answered);
        thread::spawn(move || {
            let answer = ureq::get(url).call().map(|answer| answer.status().as_u16());
            *answered.lock().unwrap() = answer.ok();
        })
    };
    thread::sleep(Duration::from_millis(300));
    assert!(served.end().success());
    waiting.join().unwrap();
    assert_eq!(*answered.lock().unwrap(), Some(200));
}

#[test]
fn others_write_to_the_journal_while_it_serves() {
    let setup = Setup::new();
    let served = setup.start();
    served.post("/v1/events", &person("ada")).document();
    let journal = setup.journal().display().to_string();
    let output = crate::support::plaudit(&["record", &share("1", "ada"), "--journal", &journal]);
    assert!(output.status.success());
    assert_eq!(served.get("/v1/standings/ada").json()["advocate"], "ada");
    assert_eq!(served.get("/health/ready").json()["events"], 2);
    assert_eq!(served.get("/v1/changes?after=1").json()["changes"][0]["event"]["id"], "1");
}
