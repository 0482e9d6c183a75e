//! Files that are damaged, cut short, or something else: a clear error, never a panic, never a file
//! made worse, and what can be read without being told of damage is what was acknowledged.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use plaudit_engine::events::Event;
use plaudit_engine::journal::{Access, Batch, Entry, Journal, Sqlite};
use plaudit_engine::{Code, Error};
use proptest::prelude::*;

use super::journal::{entries, open};
use super::support::{rounds, share};

/// What a file can have that is not as it was.
const CODES: [Code; 5] = [
    Code::JournalCorrupt,
    Code::JournalVersion,
    Code::Unreadable,
    Code::Unwritable,
    Code::DiskFull,
];

pub(crate) fn code(error: &Error) -> Code {
    let problem = &error.problems()[0];
    assert!(problem.file.is_some(), "which file? {error}");
    assert!(CODES.contains(&problem.code), "{error}");
    problem.code
}

/// The bytes of a journal file, and its events.
struct Whole {
    file: Vec<u8>,
    /// The write-ahead log beside it, as a process that was killed leaves it.
    log: Vec<u8>,
    events: Vec<Entry>,
}

impl Whole {
    /// Some events in commits of different sizes; the last of them stand in the log only.
    fn make() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let commit = |journal: &Sqlite, name: &str, size: i64| {
            let events: Vec<Event> =
                (0..size).map(|number| share(&format!("{name}-{number}"), number + 10)).collect();
            journal.append(&events, Batch::Whole).unwrap();
        };
        let journal = open(&path);
        (0..12).for_each(|number| commit(&journal, &format!("early {number}"), 1 + number * 2));
        drop(journal);
        let journal = open(&path);
        (0..9).for_each(|number| commit(&journal, &format!("late {number}"), 1 + number));
        let log = fs::read(beside(&path, "-wal")).unwrap();
        Self { file: fs::read(&path).unwrap(), log, events: entries(&journal) }
    }

    /// Such a file, made once for all tests.
    fn open() -> &'static Self {
        static OPEN: LazyLock<Whole> = LazyLock::new(Whole::make);
        &OPEN
    }

    /// The same without a log, as it is once everybody has closed the file.
    fn closed() -> &'static Self {
        static CLOSED: LazyLock<Whole> = LazyLock::new(|| Whole::open().close());
        &CLOSED
    }

    fn close(&self) -> Self {
        let Self { file, log, events } = self;
        let folder = tempfile::tempdir().unwrap();
        let path = put(folder.path(), file, Some(log));
        open(&path).position().unwrap();
        assert!(!beside(&path, "-wal").exists());
        Self { file: fs::read(&path).unwrap(), log: Vec::new(), events: events.clone() }
    }
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

fn put(folder: &Path, file: &[u8], log: Option<&[u8]>) -> PathBuf {
    let path = folder.join("journal");
    fs::write(&path, file).unwrap();
    if let Some(log) = log {
        fs::write(beside(&path, "-wal"), log).unwrap();
    }
    path
}

/// Reads as far as it goes.
fn read(journal: &Sqlite) -> (Vec<Entry>, Option<Error>) {
    let mut entries = Vec::new();
    let result = journal.read(0, &mut |entry| {
        entries.push(entry);
        Ok(())
    });
    (entries, result.err())
}

/// What can be told of a damaged file.
#[derive(Debug, PartialEq)]
enum Told {
    /// It does not open, or cannot be looked through.
    Refused,
    /// It opens, and the damage is named.
    Named(Vec<String>),
    /// Nothing seems wrong, and so many events are there, all of them as they were.
    Sound(usize),
}

/// Looks at a file in every way there is.
fn look(file: &[u8], log: Option<&[u8]>, events: &[Entry]) -> Told {
    let folder = tempfile::tempdir().unwrap();
    let path = put(folder.path(), file, log);
    let told = match Sqlite::open(&path, Access::Read) {
        Err(error) => {
            code(&error);
            Told::Refused
        }
        Ok(journal) => {
            let (found, error) = read(&journal);
            error.iter().for_each(|error| _ = code(error));
            match journal.check() {
                Err(error) => {
                    code(&error);
                    Told::Refused
                }
                Ok(health) if !health.damage.is_empty() => Told::Named(health.damage),
                Ok(_) => {
                    assert!(error.is_none(), "nothing is wrong, but {error:?}");
                    assert_eq!(found, events[..found.len()]);
                    Told::Sound(found.len())
                }
            }
        }
    };
    assert!(fs::read(&path).unwrap() == file, "reading has changed the file");
    write(&path, file, &told);
    told
}

/// Who writes to a damaged file is refused, or has their event on record without more damage.
fn write(path: &Path, file: &[u8], told: &Told) {
    let journal = match Sqlite::open(path, Access::Write) {
        Err(error) => {
            code(&error);
            assert!(fs::read(path).unwrap() == file, "a refused file was changed: {error}");
            return;
        }
        Ok(journal) => journal,
    };
    match journal.append(&[share("new", 1)], Batch::Each) {
        Err(error) => _ = code(&error),
        Ok(receipts) => {
            if let Told::Sound(events) = told {
                assert_eq!(receipts[0].position, Some(*events as u64 + 1));
                assert_eq!(journal.check().unwrap().damage, Vec::<String>::new());
            }
        }
    }
}

#[test]
fn what_is_no_journal_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other");
    let other = rusqlite::Connection::open(&path).unwrap();
    other
        .execute_batch("CREATE TABLE people (name TEXT); INSERT INTO people VALUES ('ada')")
        .unwrap();
    drop(other);
    let other = fs::read(&path).unwrap();
    let of_events = folder.path().join("events");
    let events = rusqlite::Connection::open(&of_events).unwrap();
    events.execute_batch("CREATE TABLE events (position INTEGER PRIMARY KEY, event TEXT)").unwrap();
    drop(events);
    let png = [b"\x89PNG\r\n\x1a\n".as_slice(), &[0; 5_000]].concat();
    let files: [&[u8]; 6] =
        [b"hello", b"{\"id\": \"1\"}\n", &png, &other, &fs::read(&of_events).unwrap(), &[0; 4_096]];
    for file in files {
        for access in [Access::Read, Access::Write, Access::Create] {
            let path = put(folder.path(), file, None);
            let error = Sqlite::open(&path, access).unwrap_err();
            assert_eq!(code(&error), Code::JournalCorrupt, "{error}");
            assert!(fs::read(&path).unwrap() == file);
            assert!(!beside(&path, "-wal").exists(), "{error}");
        }
    }
}

#[test]
fn an_empty_file_becomes_a_journal_for_who_may_write_and_is_none_for_who_reads() {
    let folder = tempfile::tempdir().unwrap();
    let path = put(folder.path(), b"", None);
    let error = Sqlite::open(&path, Access::Read).unwrap_err();
    assert_eq!(code(&error), Code::JournalCorrupt);
    assert_eq!(fs::read(&path).unwrap(), b"");
    open(&path).append(&[share("a", 1)], Batch::Each).unwrap();
    assert_eq!(entries(&Sqlite::open(&path, Access::Read).unwrap()).len(), 1);
}

#[test]
fn what_is_not_there_or_a_directory_is_said_so() {
    let folder = tempfile::tempdir().unwrap();
    let code_of = |path: &Path, access| code(&Sqlite::open(path, access).unwrap_err());
    for name in ["missing", "no directory/journal"] {
        let path = folder.path().join(name);
        assert_eq!(code_of(&path, Access::Read), Code::Unreadable);
        assert_eq!(code_of(&path, Access::Write), Code::Unreadable);
    }
    assert_eq!(
        code_of(&folder.path().join("no directory/journal"), Access::Create),
        Code::Unwritable
    );
    assert_eq!(code_of(folder.path(), Access::Read), Code::Unreadable);
    assert_eq!(code_of(folder.path(), Access::Write), Code::Unwritable);
    assert_eq!(code_of(folder.path(), Access::Create), Code::Unwritable);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_file_of_a_later_version_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    open(&path).append(&[share("a", 1)], Batch::Each).unwrap();
    rusqlite::Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let before = fs::read(&path).unwrap();
    for access in [Access::Read, Access::Write, Access::Create] {
        let error = Sqlite::open(&path, access).unwrap_err();
        assert_eq!(code(&error), Code::JournalVersion);
        assert!(fs::read(&path).unwrap() == before);
    }
}

#[test]
fn a_file_that_was_cut_short_anywhere_is_told() {
    let whole = Whole::closed();
    let pages = whole.file.len() / 4_096;
    let around =
        (0..=pages).flat_map(|page| [-1_i64, 0, 1, 2_000].map(|by| page as i64 * 4_096 + by));
    let header = [1, 15, 16, 18, 40, 64, 99, 100, 101, 107, 108, 200, 511, 512, 513, 1_024, 2_048];
    for length in around.chain(header) {
        let Ok(length) = usize::try_from(length) else { continue };
        if length < whole.file.len() {
            let told = look(&whole.file[..length], None, &whole.events);
            assert!(!matches!(told, Told::Sound(_)), "cut to {length}: {told:?}");
        }
    }
    assert_eq!(look(&whole.file, None, &whole.events), Told::Sound(whole.events.len()));
}

#[test]
fn a_log_that_was_cut_short_or_taken_away_leaves_a_beginning_of_what_was_acknowledged() {
    let whole = Whole::open();
    let all = whole.events.len();
    assert_eq!(look(&whole.file, Some(&whole.log), &whole.events), Told::Sound(all));
    let mut last = 0;
    for length in (0..whole.log.len()).step_by(1_733) {
        let told = look(&whole.file, Some(&whole.log[..length]), &whole.events);
        let Told::Sound(events) = told else { panic!("cut to {length}: {told:?}") };
        assert!(last <= events && events < all);
        last = events;
    }
    assert_eq!(look(&whole.file, None, &whole.events), Told::Sound(144));
}

/// The places where some bytes stand.
fn places(of: &[u8], within: &[u8]) -> Vec<usize> {
    (0..within.len().saturating_sub(of.len())).filter(|at| within[*at..].starts_with(of)).collect()
}

#[test]
fn a_changed_sign_in_an_event_is_found_by_the_checksum_and_the_events_are_named() {
    let whole = Whole::closed();
    let mut found = 0;
    for place in places(b"\"own_words\":15", &whole.file) {
        // Another number; and a byte that is no text at all.
        for other in [b'6', 0xff] {
            let mut file = whole.file.clone();
            file[place + 13] = other;
            match look(&file, None, &whole.events) {
                // What a page had before it was divided still stands in it, and means nothing.
                Told::Sound(events) => assert_eq!(events, whole.events.len()),
                Told::Named(damage) => {
                    let named = |it: &String| it.contains("event");
                    assert!(damage.iter().all(named), "{damage:?}");
                    assert!(damage.iter().any(|it| it.contains("checksum differs")), "{damage:?}");
                    found += 1;
                }
                Told::Refused => panic!("at {place}"),
            }
        }
    }
    // Thirteen of the batches have so many events.
    assert_eq!(found, 2 * 13);
}

#[test]
fn tables_that_do_not_fit_together_are_told() {
    let whole = Whole::closed();
    for (what, sql) in [
        ("an event is gone", "DELETE FROM events WHERE position = 7"),
        ("the last event is gone", "DELETE FROM events WHERE position = 189"),
        ("an event too many", "INSERT INTO events VALUES (190, '{}')"),
        ("an event is moved", "UPDATE events SET position = 500 WHERE position = 189"),
        ("a commit is gone", "DELETE FROM commits WHERE first = 2"),
        ("the first commit is gone", "DELETE FROM commits WHERE first = 1"),
        ("the last commit is gone", "DELETE FROM commits WHERE first = 181"),
        ("a commit without events", "INSERT INTO commits VALUES (190, 0, x'', 0)"),
        ("a commit is cut", "UPDATE commits SET identities = x'0011' WHERE first = 1"),
        ("another identity", "UPDATE commits SET identities = x'00112233' WHERE first = 1"),
        ("another checksum", "UPDATE commits SET checksum = checksum + 1 WHERE first = 1"),
        (
            "two events for each other",
            "UPDATE events SET position = -1 WHERE position = 8; UPDATE events SET position = 8 WHERE position = 9; UPDATE events SET position = 9 WHERE position = -1",
        ),
        ("a place below 1", "UPDATE events SET position = -1 WHERE position = 1"),
        ("no table of events", "DROP TABLE events"),
        ("no table of commits", "DROP TABLE commits"),
        ("an older version than the tables", "PRAGMA user_version = 1"),
        ("no version", "PRAGMA user_version = 0"),
        ("a version below 0", "PRAGMA user_version = -1"),
        ("no mark", "PRAGMA application_id = 0"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = put(folder.path(), &whole.file, None);
        rusqlite::Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        let file = fs::read(&path).unwrap();
        let told = look(&file, None, &whole.events);
        assert!(!matches!(told, Told::Sound(_)), "{what}: {told:?}");
        let journal = Sqlite::open(&path, Access::Write);
        let written = journal.and_then(|journal| journal.append(&[share("new", 1)], Batch::Each));
        if let Err(error) = written {
            assert_eq!(code(&error), Code::JournalCorrupt, "{what}: {error}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(rounds(96, 600)))]

    /// Any byte of a file, with or without a log beside it, in the head more often than elsewhere.
    #[test]
    fn any_changed_byte_does_no_harm_or_is_told(
        place in any::<prop::sample::Index>(),
        by in 1..=255u8,
        in_head in any::<bool>(),
        has_log in any::<bool>(),
    ) {
        let whole = if has_log { Whole::open() } else { Whole::closed() };
        let mut file = whole.file.clone();
        let place = place.index(if in_head { 120 } else { file.len() });
        file[place] ^= by;
        let log = has_log.then_some(&*whole.log);
        if let Told::Sound(events) = look(&file, log, &whole.events) {
            prop_assert_eq!(events, whole.events.len(), "byte {}", place);
        }
    }

    /// Any byte of the log: what stands before it is there, and nothing that is something else.
    #[test]
    fn any_changed_byte_of_the_log_leaves_a_beginning(
        place in any::<prop::sample::Index>(),
        by in 1..=255u8,
    ) {
        let whole = Whole::open();
        let mut log = whole.log.clone();
        let place = place.index(log.len());
        log[place] ^= by;
        look(&whole.file, Some(&log), &whole.events);
    }
}
