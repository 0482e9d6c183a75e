//! A process that is killed (SIGKILL) wherever it is, over and over on one journal: it opens
//! without help, what was acknowledged is there once, and what was not is there whole or not at all.
//!
//! A kill takes nothing from the operating system: whether a commit has reached the disk itself
//! (`synchronous`) cannot be seen here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use plaudit_engine::events::{Event, Log, People};
use plaudit_engine::journal::{Access, Batch, Journal, Sqlite, Store, Taken, log_of};
use plaudit_engine::ledger::Ledger;
use plaudit_engine::{Program, Records, canonical};

use super::awards::{self, activity, day};
use super::children::{Process, Task};
use super::journal::{entries, ids, open, undamaged};
use super::server::{Kind, Place, over_both};
use super::support::{rounds, run, share};

/// What is killed.
const WORKS: [&str; 9] =
    ["singles", "batches", "threads", "upon", "awards", "make", "keep", "upgrade", "copy"];

/// So many of them are done with a database, too.
const ALSO_DATABASES: usize = 7;

/// The size of the batches that belong together.
pub(crate) const TOGETHER: u64 = 40;

/// What a process of these tests does, until it is killed.
pub(crate) fn work(work: &str, task: &Task) -> bool {
    if !WORKS.contains(&work) {
        return false;
    }
    match work {
        "singles" => write(task, &task.open("journal"), "s", 1),
        "batches" => write(task, &task.open("journal"), "b", TOGETHER),
        "threads" => threads(task),
        "upon" => upon(task),
        "awards" => award(task),
        "make" => make(task),
        "upgrade" => upgrade(task),
        "copy" => copy(task),
        _ => keep(task),
    }
    true
}

/// Batches without end, each acknowledged once it is on record.
pub(crate) fn write(task: &Task, journal: &dyn Journal, name: &str, size: u64) {
    for number in 0.. {
        let events: Vec<Event> = (0..size)
            .map(|part| share(&format!("{name}-{}-{number}-{part}", task.number), 1))
            .collect();
        let batch = if number % 2 == 0 { Batch::Whole } else { Batch::Each };
        for receipt in journal.append(&events, batch).unwrap() {
            assert_eq!(receipt.result, Taken::Recorded);
            task.say(&format!("event {} {}", receipt.identity.id, receipt.position.unwrap()));
        }
    }
}

/// Several at once, so that commits are shared.
fn threads(task: &Task) {
    let journal = task.open("journal");
    std::thread::scope(|scope| {
        for thread in 0..6_u64 {
            let (task, journal) = (&task, &journal);
            let size = if thread == 0 { TOGETHER } else { 1 };
            scope.spawn(move || write(task, journal, &format!("t{thread}"), size));
        }
    });
}

/// Events that depend upon what is on record.
fn upon(task: &Task) {
    let journal = task.open("journal");
    loop {
        let decide = &mut |known: Vec<_>| {
            let next = known.len() as u64;
            let id = |part| format!("u-{}-{next}-{part}", task.number);
            Ok((0..TOGETHER).map(|part| share(&id(part), 1)).collect())
        };
        for receipt in journal.append_upon(0, decide).unwrap() {
            task.say(&format!("event {} {}", receipt.identity.id, receipt.position.unwrap()));
        }
    }
}

fn ledger(journal: Store) -> Ledger {
    let program = Program::from_sources(&awards::sources("month", 200, Some(9), "gift")).unwrap();
    Ledger::open(Arc::new(program), Arc::new(journal), true).unwrap()
}

/// Award runs, each upon a few more activities, day after day.
fn award(task: &Task) {
    let ledger = ledger(task.open("awards"));
    let start = u64::try_from(ledger.grants(None, Timestamp::MAX).unwrap().grants.len()).unwrap();
    for number in 0.. {
        let at = day((start + number) % 150);
        let id = |part| format!("{}-{number}-{part}", task.number);
        let people = (0..4).map(|part| format!("p{}", (number * 3 + part) % 17));
        let done = people.enumerate().map(|(part, who)| activity(&id(part), &who, at)).collect();
        ledger.record(done, Batch::Whole).unwrap();
        let closed = ledger.close(&run(day((start + number) % 150 + 1), "a crash", false)).unwrap();
        for award in closed.granted {
            task.say(&format!("grant {}", award.grant));
        }
    }
}

/// New journals, one after the other.
fn make(task: &Task) {
    task.say("begun");
    for number in 0.. {
        let name = format!("made-{}-{number}", task.number);
        let journal = task.open(&name);
        journal.append(&[share("first", 1)], Batch::Each).unwrap();
        task.say(&format!("made {name} 1"));
    }
}

/// Takes a file back to the first version of its tables.
fn downgrade(path: &Path) {
    let connection = rusqlite::Connection::open(path).unwrap();
    connection
        .execute_batch("BEGIN; DROP TABLE checkpoints; DROP TABLE erasures; DROP TABLE secrets; DROP INDEX publications; PRAGMA user_version = 1; COMMIT")
        .unwrap();
}

/// Older files, brought up to date one after the other.
fn upgrade(task: &Task) {
    task.say("begun");
    for number in 0.. {
        let name = format!("older-{}-{number}", task.number);
        let path = task.folder.join(&name);
        let events: Vec<Event> = (0..9).map(|part| share(&part.to_string(), 1)).collect();
        open(&path).append(&events, Batch::Whole).unwrap();
        task.say(&format!("made {name} 9"));
        downgrade(&path);
        drop(open(&path));
        open(&path).append(&[share("later", 1)], Batch::Each).unwrap();
        task.say(&format!("made {name} 10"));
    }
}

/// Copies of a journal that is being written to.
fn copy(task: &Task) {
    let journal = open(&task.journal());
    journal.append(&[share(&format!("first{}", task.number), 1)], Batch::Each).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| write(task, &journal, "c", TOGETHER));
        for number in 0.. {
            let name = format!("copy-{}-{number}", task.number);
            let before = journal.position().unwrap();
            journal.backup(&task.folder.join(&name)).unwrap();
            task.say(&format!("made {name} {before}"));
        }
    });
}

/// A checkpoint after each batch.
fn keep(task: &Task) {
    let program = Program::from_sources(&awards::sources("month", 200, Some(9), "gift")).unwrap();
    let journal = Arc::new(task.open("journal"));
    let ledger = Ledger::open(Arc::new(program), journal.clone(), true).unwrap();
    for number in 0.. {
        let id = |part| format!("k-{}-{number}-{part}", task.number);
        let events: Vec<Event> = (0..TOGETHER).map(|part| share(&id(part), 1)).collect();
        for receipt in journal.append(&events, Batch::Whole).unwrap() {
            task.say(&format!("event {} {}", receipt.identity.id, receipt.position.unwrap()));
        }
        ledger.checkpoint().unwrap();
    }
}

/// Holds what is read from a checkpoint on against what is read from the beginning.
fn starts_hold(journal: &Store) {
    let (from_checkpoint, position) = log_of(journal).unwrap();
    let mut plain = Log::new();
    entries(journal).into_iter().for_each(|entry| plain.add(entry.event).unwrap());
    assert_eq!((from_checkpoint.len(), position), (plain.len(), plain.len() as u64));
    let program = Program::from_sources(&awards::sources("month", 200, Some(9), "gift")).unwrap();
    let people = People::new();
    let [from_checkpoint, plain] = [&from_checkpoint, &plain].map(|log| {
        let as_of = Timestamp::MAX;
        let records = Records { log, people: &people, as_of, assume_consent: true };
        canonical(&program.standings(&records).unwrap()).unwrap()
    });
    assert_eq!(from_checkpoint, plain);
}

/// Starts a process in a folder and kills it after a while; what it has acknowledged.
fn killed(work: &str, folder: &Path, round: u64) -> Vec<String> {
    let process = Process::start(work, folder, round).begun();
    // Some moments that do not follow from the number of the round in a simple way.
    std::thread::sleep(Duration::from_micros(round * 7_919 % 45_000));
    process.kill()
}

/// Holds what is on record against everything that was ever acknowledged.
pub(crate) fn holds(journal: &Store, acknowledged: &BTreeMap<String, u64>) {
    undamaged(journal);
    let ids = ids(journal);
    assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "an event is there twice");
    for (id, place) in acknowledged {
        assert_eq!(ids.get(usize::try_from(place - 1).unwrap()), Some(id), "at {place}");
    }
    let mut together: BTreeMap<&str, u64> = BTreeMap::new();
    for (batch, _) in ids.iter().filter_map(|id| id.rsplit_once('-')) {
        *together.entry(batch).or_default() += 1;
    }
    for (batch, size) in together {
        let whole = [1, TOGETHER, 4 * TOGETHER].contains(&size);
        assert!(whole, "{size} events of `{batch}` are there");
    }
    // Who got no answer asks again, and gets the right one.
    if let (Some(last), Some(place)) = (ids.last(), ids.len().checked_sub(1)) {
        let receipt = journal.append(&[share(last, 1)], Batch::Each).unwrap().remove(0);
        assert_eq!((receipt.result, receipt.position), (Taken::Known, Some(place as u64 + 1)));
    }
}

/// Holds each file that was said to be finished, and each that was not, against what was said.
fn files_hold(folder: &Path, said: &[String]) {
    let mut finished: BTreeMap<&str, u64> = BTreeMap::new();
    for (name, events) in said.iter().filter_map(|line| line.strip_prefix("made ")?.split_once(' '))
    {
        finished.insert(name, events.parse().unwrap());
    }
    for file in std::fs::read_dir(folder).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let is_journal = ["made-", "older-", "copy-"].iter().any(|start| name.starts_with(start));
        if !is_journal
            || [".part", "-wal", "-shm", "-journal"].iter().any(|end| name.ends_with(end))
        {
            continue;
        }
        let path = folder.join(&name);
        let is_copy = name.starts_with("copy-");
        let access = if is_copy { Access::Read } else { Access::Create };
        let journal = Sqlite::open(&path, access).unwrap();
        assert_eq!(journal.check().unwrap().damage, Vec::<String>::new());
        let there = ids(&journal).len() as u64;
        let expected = finished.remove(&*name).unwrap_or_default();
        assert!(there >= expected, "{name} has {there} events, not {expected}");
    }
    assert!(finished.is_empty(), "not there: {finished:?}");
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if ["made-", "older-", "copy-"].iter().any(|start| name.starts_with(start)) {
            std::fs::remove_file(path).unwrap();
        }
    }
}

/// Holds the grants on record against those that were acknowledged, the runs and the budget.
fn awards_hold(place: &Place, acknowledged: &BTreeSet<String>) {
    let ledger = ledger(place.open("awards"));
    let grants = ledger.grants(None, Timestamp::MAX).unwrap().grants;
    awards::check_grants(&grants, "month", 200, Some(9));
    let known: BTreeSet<String> = grants.iter().map(|grant| grant.grant.to_string()).collect();
    assert!(acknowledged.is_subset(&known), "an acknowledged grant is not on record");
    // A run is on record with all its grants, or not at all.
    let mut of_runs = BTreeSet::new();
    for entry in entries(&**ledger.journal()) {
        let event = serde_json::to_value(&entry.event).unwrap();
        for grant in event["close"]["granted"].as_array().into_iter().flatten() {
            assert!(of_runs.insert(grant.as_str().unwrap().to_owned()));
        }
    }
    assert_eq!(of_runs, known);
    undamaged(&place.open("awards"));
}

#[test]
fn whoever_is_killed_loses_nothing_that_was_acknowledged_and_leaves_nothing_half_done() {
    for (kind, works) in [(Kind::File, &WORKS[..]), (Kind::Database, &WORKS[..ALSO_DATABASES])] {
        kill_over_and_over(kind, works);
    }
}

fn kill_over_and_over(kind: Kind, works: &[&str]) {
    let mut folder = tempfile::tempdir().unwrap();
    let mut place = Place::new(kind, folder.path());
    let (mut events, mut grants) = (BTreeMap::new(), BTreeSet::new());
    for round in 0..u64::from(rounds(18, 243)) {
        let work = works[usize::try_from(round).unwrap() % works.len()];
        let said = killed(work, folder.path(), round);
        for line in &said {
            let words: Vec<&str> = line.split(' ').collect();
            match words[0] {
                "event" => drop(events.insert(words[1].to_owned(), words[2].parse().unwrap())),
                "grant" => drop(grants.insert(words[1].to_owned())),
                _ => {}
            }
        }
        match work {
            "awards" => awards_hold(&place, &grants),
            "make" if kind == Kind::Database => made_hold(&place, &said),
            "make" | "upgrade" => files_hold(folder.path(), &said),
            _ => {
                let journal = place.open("journal");
                holds(&journal, &events);
                if work == "keep" {
                    starts_hold(&journal);
                }
                files_hold(folder.path(), &said);
            }
        }
        // Files that grow without end make the later rounds slow.
        if round % 24 == 23 {
            (events, grants) = (BTreeMap::new(), BTreeSet::new());
            folder = tempfile::tempdir().unwrap();
            place = Place::new(kind, folder.path());
        }
    }
}

/// Holds each journal of a database that was said to be finished against what was said.
fn made_hold(place: &Place, said: &[String]) {
    let made = said.iter().filter_map(|line| line.strip_prefix("made ")?.split_once(' '));
    let mut last = None;
    for (name, events) in made {
        let journal = place.open(name);
        undamaged(&journal);
        assert_eq!(ids(&journal).len().to_string(), events);
        last = name.rsplit_once('-');
    }
    // The one that was being made is there whole, or can be made.
    if let Some((name, number)) = last {
        let journal = place.open(&format!("{name}-{}", number.parse::<u64>().unwrap() + 1));
        undamaged(&journal);
        assert!(ids(&journal).len() <= 1);
    }
}

#[test]
fn one_of_several_processes_that_write_without_pause_is_killed_and_the_others_get_their_turn() {
    for round in 0..u64::from(rounds(2, 40)) {
        over_both(|place| one_is_killed(place, round));
    }
}

fn one_is_killed(place: &Place, round: u64) {
    let works = ["singles", "threads", "batches"];
    let journal = place.open("journal");
    let processes: Vec<Process> = works
        .iter()
        .zip(0..)
        .map(|(work, number)| Process::start(work, place.folder(), number).begun())
        .collect();
    let mut acknowledged = BTreeMap::new();
    for process in processes {
        std::thread::sleep(Duration::from_micros(round * 7_919 % 30_000));
        // Those who are left do not keep anybody out who writes now and then.
        let (id, journal) = (format!("here{}", acknowledged.len()), &journal);
        let receipt = journal.append(&[share(&id, 1)], Batch::Each).unwrap().remove(0);
        acknowledged.insert(id, receipt.position.unwrap());
        for line in process.kill() {
            let words: Vec<&str> = line.split(' ').collect();
            acknowledged.insert(words[1].to_owned(), words[2].parse().unwrap());
        }
    }
    holds(&journal, &acknowledged);
}

#[test]
fn a_file_of_the_first_version_is_brought_up_to_date_by_whoever_may_write() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    open(&path).append(&[share("a", 1)], Batch::Each).unwrap();
    downgrade(&path);
    let error = Sqlite::open(&path, Access::Read).unwrap_err();
    assert_eq!(error.problems()[0].code, plaudit_engine::Code::JournalVersion);
    std::thread::scope(|scope| {
        for thread in 0..6_u64 {
            let path = &path;
            scope.spawn(move || {
                let event = share(&format!("then {thread}"), 1);
                open(path).append(&[event], Batch::Each).unwrap();
            });
        }
    });
    let journal = Sqlite::open(&path, Access::Read).unwrap();
    assert_eq!(ids(&journal).len(), 7);
    let health = journal.check().unwrap();
    assert_eq!((health.schema, health.damage), (4, vec![]));
}
