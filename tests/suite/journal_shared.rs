//! A journal that many use at once, threads and processes: each event is there once, everybody
//! gets the answer to their own question, and who has to wait too long is told so.

use std::collections::BTreeSet;
use std::time::Duration;

use plaudit_engine::events::Event;
use plaudit_engine::journal::{Batch, Journal, Taken};
use plaudit_engine::{Code, Error};

use super::children::{Process, Task};
use super::journal::{entries, ids, undamaged};
use super::server::over_both;
use super::support::share;

/// What a process of these tests does.
pub(crate) fn work(work: &str, task: &Task) -> bool {
    match work {
        "append" => append_own_and_common(task),
        "hold" => hold(task),
        "create" => create(task),
        _ => return false,
    }
    true
}

/// Events of its own, and events that others bring, too, in an order of its own.
fn append_own_and_common(task: &Task) {
    let journal = task.open("journal");
    task.say("open");
    for number in 0..60 {
        let common = (number * 7 + task.number * 13) % 60;
        let events =
            [share(&format!("{}-{number}", task.number), 1), share(&format!("common-{common}"), 1)];
        for receipt in journal.append(&events, Batch::Each).unwrap() {
            let place = receipt.position.unwrap();
            task.say(&format!("{:?} {place} {}", receipt.result, receipt.identity.id));
        }
    }
}

/// Keeps everybody else from writing until a file says that it is enough.
fn hold(task: &Task) {
    let journal = task.open("journal");
    let enough = task.folder.join("enough");
    journal
        .append_upon(0, &mut |_| {
            task.say("holding");
            while !enough.exists() {
                std::thread::sleep(Duration::from_millis(1));
            }
            Ok(vec![share("held", 1)])
        })
        .unwrap();
}

/// Makes journals that others make at the same moment.
fn create(task: &Task) {
    for number in 0..20 {
        let journal = task.open(&format!("journal-{number}"));
        journal.append(&[share(&task.number.to_string(), 1)], Batch::Each).unwrap();
    }
    task.say("done");
}

fn is_busy(error: &Error) {
    assert_eq!(error.problems()[0].code, Code::JournalBusy, "{error}");
    assert!(error.is_retryable());
}

#[test]
fn sixty_four_threads_share_commits_and_each_gets_its_own_answer() {
    over_both(|place| {
        let journal = place.open("journal");
        std::thread::scope(|scope| {
            for thread in 0..64 {
                let journal = &journal;
                scope.spawn(move || {
                    for number in 0..16 {
                        let event = share(&format!("{thread}-{number}"), 1);
                        let receipt =
                            journal.append(std::slice::from_ref(&event), Batch::Each).unwrap();
                        assert_eq!(receipt.len(), 1);
                        assert_eq!(receipt[0].identity, event.identity);
                        assert_eq!(receipt[0].result, Taken::Recorded);
                        // What is acknowledged is there for everyone at once.
                        let place = receipt[0].position.unwrap();
                        let mut first = None;
                        let _ = journal.read(place - 1, &mut |entry| {
                            first = Some(entry);
                            Err(plaudit_engine::Problem::new(Code::WrongState, "enough").into())
                        });
                        assert_eq!(first.map(|entry| entry.event), Some(event));
                    }
                });
            }
        });
        let ids = ids(&journal);
        assert_eq!((ids.len(), ids.iter().collect::<BTreeSet<_>>().len()), (1_024, 1_024));
        let health = journal.check().unwrap();
        assert_eq!((health.events, &health.damage), (1_024, &vec![]));
        assert!(health.commits < health.events, "{} commits", health.commits);
    });
}

#[test]
fn of_threads_that_bring_the_same_identities_one_records_each_and_the_others_learn_its_place() {
    over_both(|place| {
        let journal = place.open("journal");
        let answers: Vec<(i64, u64, Taken, Option<u64>)> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..12)
                .map(|thread| {
                    let journal = &journal;
                    scope.spawn(move || {
                        let mut answers = Vec::new();
                        for number in 0..40 {
                            let id = (number * 7 + thread * 11) % 40;
                            // Two kinds of content race for each identity.
                            let words = i64::from(thread % 2 == 0);
                            let event = share(&id.to_string(), words);
                            let receipt = journal.append(&[event], Batch::Whole).unwrap().remove(0);
                            answers.push((words, id, receipt.result, receipt.position));
                        }
                        answers
                    })
                })
                .collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        let on_record = entries(&journal);
        assert_eq!(on_record.len(), 40);
        for entry in on_record {
            let id: u64 = entry.event.identity.id.parse().unwrap();
            let first = i64::from(entry.event == share(&id.to_string(), 1));
            let of = |wanted: Taken| {
                let mine = answers.iter().filter(move |(_, other, ..)| *other == id);
                mine.filter(move |(.., taken, _)| *taken == wanted)
            };
            assert_eq!(of(Taken::Recorded).count(), 1);
            assert_eq!((of(Taken::Known).count(), of(Taken::Refused).count()), (5, 6));
            for (words, _, taken, place) in of(Taken::Recorded).chain(of(Taken::Known)) {
                assert_eq!((*words, *place), (first, Some(entry.position)), "{id}: {taken:?}");
            }
        }
        undamaged(&journal);
    });
}

#[test]
fn of_processes_that_write_to_one_journal_nothing_is_lost_or_there_twice() {
    over_both(|place| {
        let processes: Vec<Process> =
            (0..3).map(|number| Process::start("append", place.folder(), number)).collect();
        let journal = place.open("journal");
        // A reader in the middle of it sees a beginning of what there will be.
        let early: Vec<String> = entries(&journal)
            .into_iter()
            .map(|entry| entry.event.identity.id.to_string())
            .collect();
        let said: Vec<String> = processes.into_iter().flat_map(Process::finish).collect();
        let ids = ids(&journal);
        assert!(ids.starts_with(&early), "{early:?}");
        assert_eq!((ids.len(), ids.iter().collect::<BTreeSet<_>>().len()), (240, 240));
        let mut recorded = 0;
        for line in said.iter().filter(|line| *line != "open") {
            let words: Vec<&str> = line.split(' ').collect();
            assert_eq!(ids[words[1].parse::<usize>().unwrap() - 1], words[2], "{line}");
            recorded += usize::from(words[0] == "Recorded");
        }
        assert_eq!((recorded, said.len()), (240, 3 + 3 * 120));
        undamaged(&journal);
    });
}

#[test]
fn who_waits_too_long_for_another_process_is_told_and_nothing_is_lost() {
    over_both(|place| {
        let journal = place.open("journal");
        journal.append(&[share("before", 1)], Batch::Each).unwrap();
        let holder = Process::start("hold", place.folder(), 0).begun();
        journal.wait_at_most(Duration::from_millis(30)).unwrap();
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let journal = &journal;
                scope.spawn(move || {
                    let event = share(&format!("meanwhile {thread}"), 1);
                    is_busy(&journal.append(&[event], Batch::Each).unwrap_err());
                });
            }
        });
        let decided = journal.append_upon(0, &mut |_| panic!("nobody else is writing"));
        is_busy(&decided.unwrap_err());
        // Reading does not wait, nor does opening.
        assert_eq!(ids(&journal), ["before"]);
        assert_eq!(ids(&place.open("journal")), ["before"]);
        std::fs::write(place.folder().join("enough"), "").unwrap();
        holder.finish();
        journal.wait_at_most(Duration::from_secs(10)).unwrap();
        let again = journal.append(&[share("meanwhile 0", 1)], Batch::Each).unwrap();
        assert_eq!(again[0].result, Taken::Recorded);
        assert_eq!(ids(&journal), ["before", "held", "meanwhile 0"]);
        undamaged(&journal);
    });
}

#[test]
fn a_process_that_waits_long_enough_gets_its_turn() {
    over_both(|place| {
        let journal = place.open("journal");
        let holder = Process::start("hold", place.folder(), 0).begun();
        std::thread::scope(|scope| {
            let waiting =
                scope.spawn(|| journal.append(&[share("waiting", 1)], Batch::Each).unwrap());
            std::fs::write(place.folder().join("enough"), "").unwrap();
            assert_eq!(waiting.join().unwrap()[0].position, Some(2));
        });
        holder.finish();
        assert_eq!(ids(&journal), ["held", "waiting"]);
    });
}

#[test]
fn a_panic_or_an_error_of_one_caller_keeps_no_other_waiting() {
    over_both(|place| {
        let journal = place.open("journal");
        std::thread::scope(|scope| {
            for thread in 0..6 {
                let journal = &journal;
                scope.spawn(move || {
                    for number in 0..10 {
                        let event: Event = share(&format!("{thread}-{number}"), 1);
                        journal.append(&[event], Batch::Each).unwrap();
                    }
                });
                scope.spawn(move || {
                    for _ in 0..3 {
                        let gives_up = std::panic::AssertUnwindSafe(|| {
                            journal.append_upon(0, &mut |_| std::panic::resume_unwind(Box::new(())))
                        });
                        assert!(std::panic::catch_unwind(gives_up).is_err());
                    }
                });
            }
        });
        assert_eq!(ids(&journal).len(), 60);
        undamaged(&journal);
    });
}

#[test]
fn a_new_journal_may_be_made_by_several_at_once() {
    over_both(|place| {
        let processes: Vec<Process> =
            (0..4).map(|number| Process::start("create", place.folder(), number)).collect();
        for number in 0..20 {
            let name = format!("threads-{number}");
            std::thread::scope(|scope| {
                for thread in 0..6 {
                    let (place, name) = (&place, &name);
                    scope.spawn(move || {
                        let event = share(&thread.to_string(), 1);
                        place.open(name).append(&[event], Batch::Each).unwrap();
                    });
                }
            });
            assert_eq!(ids(&place.open(&name)).len(), 6);
        }
        processes.into_iter().for_each(|process| drop(process.finish()));
        for number in 0..20 {
            let journal = place.open(&format!("journal-{number}"));
            let ids: BTreeSet<String> = ids(&journal).into_iter().collect();
            assert_eq!(ids, ["0", "1", "2", "3"].map(str::to_owned).into());
            undamaged(&journal);
        }
    });
}
