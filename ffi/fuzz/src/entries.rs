//! The functions that take bytes, by name.

use std::ffi::c_char;
use std::ptr::{null, null_mut};

use plaudit::*;

use super::fixture::{FILES, filled, given, load, parts, program, still_answers, with_ledger};
use super::outcome::ended;
use super::structs::{Row, Taker};

/// What is longer is left alone: length alone finds nothing, and takes time.
pub const AT_MOST: usize = 16 * 1024;

/// A function with what is called with the bytes.
pub type Entry = (&'static str, fn(&[u8]));

/// All of them. Each name has its fuzz target and its folder of the corpus.
pub const ENTRIES: &[Entry] = &[
    ("program_from_files", from_files),
    ("program_load", |bytes| loaded(bytes)),
    ("check", |bytes| {
        asked(bytes, plaudit_check, plaudit_ledger_check);
        into(bytes, plaudit_check_into);
    }),
    ("check_many", |bytes| asked(bytes, plaudit_check_many, plaudit_ledger_check_many)),
    ("score", |bytes| {
        asked(bytes, plaudit_score, plaudit_ledger_score);
        into(bytes, plaudit_score_into);
    }),
    ("explain", |bytes| asked(bytes, plaudit_explain, plaudit_ledger_explain)),
    ("standing", |bytes| asked(bytes, plaudit_standing, plaudit_ledger_standing)),
    ("leaderboard", |bytes| asked(bytes, plaudit_leaderboard, plaudit_ledger_leaderboard)),
    ("team", |bytes| asked(bytes, plaudit_team, plaudit_ledger_team)),
    ("entitlements", |bytes| asked(bytes, plaudit_entitlements, plaudit_ledger_entitlements)),
    ("coach", |bytes| asked(bytes, plaudit_coach, plaudit_ledger_coach)),
    ("pair", |bytes| asked(bytes, plaudit_pair, plaudit_ledger_pair)),
    ("simulate", simulated),
    ("ledger_close", |bytes| told(bytes, plaudit_ledger_close)),
    ("ledger_grants", |bytes| told(bytes, plaudit_ledger_grants)),
    ("ledger_people", |bytes| told(bytes, plaudit_ledger_people)),
    ("ledger_content", |bytes| told(bytes, plaudit_ledger_content)),
    ("ledger_changes", |bytes| told(bytes, plaudit_ledger_changes)),
    ("ledger_decide", |bytes| told(bytes, plaudit_ledger_decide)),
    ("ledger_adjust", |bytes| told(bytes, plaudit_ledger_adjust)),
    ("ledger_erase", |bytes| told(bytes, plaudit_ledger_erase)),
    ("ledger_disclose", |bytes| told(bytes, plaudit_ledger_disclose)),
    ("ledger_retain", |bytes| told(bytes, plaudit_ledger_retain)),
    ("pseudonymize", pseudonymized),
    ("ledger_publish", |bytes| told(bytes, plaudit_ledger_publish)),
    ("ledger_roll_back", |bytes| told(bytes, plaudit_ledger_roll_back)),
    ("ledger_publications", |bytes| told(bytes, plaudit_ledger_publications)),
    ("ledger_publication", |bytes| told(bytes, plaudit_ledger_publication)),
    ("ledger_dispute", |bytes| told(bytes, plaudit_ledger_dispute)),
    ("ledger_disputes", |bytes| told(bytes, plaudit_ledger_disputes)),
    ("ledger_resolve", |bytes| told(bytes, plaudit_ledger_resolve)),
    ("ledger_export", |bytes| told(bytes, plaudit_ledger_export)),
    ("ledger_record", |bytes| taken_in(bytes, plaudit_ledger_record)),
    ("ledger_import", |bytes| taken_in(bytes, plaudit_ledger_import)),
    ("ledger_sync", synced),
    ("ledger_restore", |bytes| taken_in(bytes, plaudit_ledger_restore)),
    ("score_activities", scored),
    ("ledger_open_file", opened),
    ("ledger_backup", backed_up),
    ("journal", damaged),
];

/// Calls the function of a name; the first byte chooses one where the name is none of these.
pub fn run(name: &str, bytes: &[u8]) {
    if bytes.len() > AT_MOST {
        return;
    }
    let known = ENTRIES.iter().find(|(known, _)| *known == name);
    match (known, bytes) {
        (Some((_, call)), _) => call(bytes),
        (None, [first, rest @ ..]) => (ENTRIES[usize::from(*first) % ENTRIES.len()].1)(rest),
        (None, []) => {}
    }
}

type OfProgram =
    unsafe extern "C" fn(*const PlauditProgram, *const c_char, usize) -> *mut PlauditResult;
type OfLedger =
    unsafe extern "C" fn(*const PlauditLedger, *const c_char, usize) -> *mut PlauditResult;
type Into = unsafe extern "C" fn(
    *const PlauditProgram,
    *const c_char,
    usize,
    *mut c_char,
    usize,
    *mut usize,
) -> PlauditStatus;
type Intake = unsafe extern "C" fn(
    *const PlauditLedger,
    *const c_char,
    usize,
    *const PlauditInput,
) -> *mut PlauditResult;

/// A question, of the program and of a ledger.
fn asked(bytes: &[u8], of_program: OfProgram, of_ledger: OfLedger) {
    let (request, length) = parts(bytes);
    // SAFETY: the program is never freed, and the bytes live until the call has ended.
    unsafe { ended(of_program(program(), request, length)) };
    told(bytes, of_ledger);
}

fn told(bytes: &[u8], task: OfLedger) {
    let (request, length) = parts(bytes);
    // SAFETY: both live until the call has ended.
    with_ledger(false, |ledger| unsafe { task(ledger, request, length) });
}

/// A program beside itself, and beside that of a ledger.
fn simulated(bytes: &[u8]) {
    let (request, length) = parts(bytes);
    // SAFETY: the program is never freed, and the bytes live until the call has ended.
    unsafe { ended(plaudit_simulate(program(), program(), request, length)) };
    // SAFETY: as above; the ledger lives until the call has ended.
    with_ledger(false, |ledger| unsafe {
        plaudit_ledger_simulate(ledger, program(), request, length)
    });
}

/// A question whose answer goes into a buffer that is too small, or just large enough.
fn into(bytes: &[u8], ask: Into) {
    let (request, length) = parts(bytes);
    let mut needed = 0;
    // SAFETY: as above; the buffers are as long as is said.
    unsafe {
        let none = ask(program(), request, length, null_mut(), 0, &raw mut needed);
        assert_eq!(none, PlauditStatus::TooSmall);
        for (capacity, fits) in [(needed - 1, false), (needed, true)] {
            let mut buffer = vec![1u8; capacity].into_boxed_slice();
            let place = buffer.as_mut_ptr().cast();
            let status = ask(program(), request, length, place, capacity, null_mut());
            assert_eq!(status != PlauditStatus::TooSmall, fits);
            assert!(buffer.last().is_none_or(|last| (*last == 0) == fits));
        }
    }
}

/// Files that stand one behind the other, each below its path as "=== path"; those of the fixture that
/// are not among them go along.
fn from_files(bytes: &[u8]) {
    let mut files: Vec<(&[u8], &[u8])> = Vec::new();
    let mut rest = bytes;
    while let Some(at) = rest.windows(4).position(|four| four == b"=== ") {
        let (before, after) = (&rest[..at], &rest[at + 4..]);
        if let Some(last) = files.last_mut() {
            last.1 = before;
        }
        let end = after.iter().position(|byte| *byte == b'\n').unwrap_or(after.len());
        files.push((&after[..end], &[]));
        rest = after.get(end + 1..).unwrap_or_default();
    }
    match files.last_mut() {
        Some(last) => last.1 = rest,
        None => files.push((b"scoring/points.rhai", rest)),
    }
    for (path, content) in FILES {
        if !files.iter().any(|(known, _)| *known == path.as_bytes()) {
            files.push((path.as_bytes(), content.as_bytes()));
        }
    }
    let program = load(&files);
    if program.is_null() {
        return;
    }
    let (request, length) = parts(
        br#"{"as_of":"2026-07-01","assume_consent":true,"events":[
            {"id":"1","advocate":"ada","kind":"share","at":"2026-06-01T09:00:00Z"}]}"#,
    );
    let (draft, draft_length) = parts(br#"{"post":{"text":"Acme is best"},"at":"2026-06-01"}"#);
    // SAFETY: the program was just loaded and is freed once.
    unsafe {
        ended(plaudit_program_describe(program));
        ended(plaudit_program_warnings(program));
        ended(plaudit_program_test(program));
        ended(plaudit_score(program, request, length));
        ended(plaudit_entitlements(program, request, length));
        ended(plaudit_check(program, draft, draft_length));
        plaudit_program_free(program);
    }
}

/// A path, within a folder that is gone afterwards.
fn within(folder: &tempfile::TempDir, bytes: &[u8]) -> Vec<u8> {
    let mut path = folder.path().display().to_string().into_bytes();
    path.push(b'/');
    path.extend(bytes.iter().map(|byte| if *byte == b'/' { b'_' } else { *byte }));
    path
}

fn loaded(bytes: &[u8]) {
    // Only what is near is looked at.
    if bytes.first() == Some(&b'/') || bytes.windows(2).any(|two| two == b"..") {
        return;
    }
    let mut program = null_mut();
    let (path, length) = parts(bytes);
    // SAFETY: all of it lives until the call has ended, and the program is freed once.
    unsafe {
        ended(plaudit_program_load(path, length, null(), &raw mut program));
        plaudit_program_free(program);
    }
}

/// The first byte says how many others are the key, where that is not a good one; the rest are events, and
/// an id.
fn pseudonymized(bytes: &[u8]) {
    const KEY: &[u8] =
        b"plaudit-pseudonyms-000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    let mut taker = Taker(bytes);
    let keyed = usize::from(taker.byte());
    let (key, events) = match keyed {
        0..=127 => (KEY, taker.0),
        _ => taker.0.split_at((keyed - 128).min(taker.0.len())),
    };
    let ((key, key_length), (events, length)) = (parts(key), parts(events));
    // SAFETY: all of it lives until the calls have ended.
    unsafe {
        ended(plaudit_pseudonymize(key, key_length, events, length));
        ended(plaudit_pseudonym(key, key_length, events, length));
    }
}

/// The first byte is how, the others are the path; the program that is published there is looked for, too.
fn opened(bytes: &[u8]) {
    let mut taker = Taker(bytes);
    let how = taker.byte();
    let folder = tempfile::tempdir().expect("a folder");
    let path = within(&folder, taker.0);
    let options = PlauditLedgerOptions {
        size: size_of::<PlauditLedgerOptions>(),
        log: None,
        log_user_data: null_mut(),
        log_level: 0,
        access: u32::from(how % 4),
        assume_consent: u32::from(how & 4),
        wait_milliseconds: u32::from(how >> 3),
    };
    let mut ledger = null_mut();
    let (path, length) = parts(&path);
    // SAFETY: all of it lives until the call has ended, and the ledger is freed once.
    unsafe {
        ended(plaudit_ledger_open_file(program(), path, length, &options, &raw mut ledger));
        plaudit_ledger_free(ledger);
        let mut published = null_mut();
        ended(plaudit_program_published(path, length, null(), &raw mut published));
        plaudit_program_free(published);
    }
}

/// A ledger over a new journal file.
fn on_disk(folder: &tempfile::TempDir) -> (Vec<u8>, *mut PlauditLedger) {
    let path = within(folder, b"journal.db");
    let mut ledger = null_mut();
    // SAFETY: all of it lives until the call has ended.
    let status = unsafe {
        let (path, length) = parts(&path);
        ended(plaudit_ledger_open_file(program(), path, length, null(), &raw mut ledger))
    };
    assert_eq!(status, 0);
    (path, ledger)
}

fn backed_up(bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    let (_, ledger) = on_disk(&folder);
    let copy = within(&folder, bytes);
    let (copy, length) = parts(&copy);
    // SAFETY: all of it lives until the call has ended, and the ledger is freed once.
    unsafe {
        ended(plaudit_ledger_backup(ledger, copy, length));
        still_answers(ledger);
        plaudit_ledger_free(ledger);
    }
}

/// A journal file that somebody else wrote into: of each three bytes two say where, the third what.
fn damaged(bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, ledger) = on_disk(&folder);
    filled(ledger);
    // SAFETY: it is freed once.
    unsafe {
        ended(plaudit_ledger_checkpoint(ledger));
        plaudit_ledger_free(ledger);
    }
    let file = folder.path().join("journal.db");
    let mut journal = std::fs::read(&file).expect("the journal");
    for change in bytes.as_chunks::<3>().0 {
        let at = usize::from(u16::from_le_bytes([change[0], change[1]]));
        if let Some(place) = journal.get_mut(at) {
            *place = change[2];
        }
    }
    std::fs::write(&file, journal).expect("the journal");
    let mut ledger = null_mut();
    let (path, length) = parts(&path);
    let (standing, standing_length) = parts(br#"{"as_of":"2026-07-01"}"#);
    // SAFETY: all of it lives until the call has ended, and the ledger is freed once.
    unsafe {
        ended(plaudit_ledger_open_file(program(), path, length, null(), &raw mut ledger));
        if !ledger.is_null() {
            ended(plaudit_ledger_verify(ledger));
            ended(plaudit_ledger_standing(ledger, standing, standing_length));
            ended(plaudit_ledger_checkpoint(ledger));
            plaudit_ledger_free(ledger);
        }
    }
}

/// The first byte says in which format and whether as a whole; a map stands before a NUL, a time for it
/// between the first and a second one.
fn taken_in(bytes: &[u8], take: Intake) {
    let mut taker = Taker(bytes);
    let (how, texts) = (taker.byte(), taker.0);
    let mut texts: Vec<&[u8]> = texts.splitn(3, |byte| *byte == 0).collect();
    let file = texts.pop().unwrap_or_default();
    let text = |number: usize| given(texts.get(number).copied().unwrap_or_default());
    let input = PlauditInput {
        size: size_of::<PlauditInput>(),
        name: given(if how & 16 != 0 { b"somewhere" } else { b"" }),
        map: text(0),
        exported_at: text(1),
        format: u32::from(how % 4),
        whole: u32::from(how & 4),
    };
    let input = if how & 8 != 0 { null() } else { &raw const input };
    let (file, length) = parts(file);
    // SAFETY: all of it lives until the call has ended.
    with_ledger(true, |ledger| unsafe { take(ledger, file, length, input) });
}

/// The request stands before the first NUL; behind it one byte for the format, and the list.
fn synced(bytes: &[u8]) {
    let mut halves = bytes.splitn(2, |byte| *byte == 0);
    let request = halves.next().unwrap_or_default();
    let mut list = Taker(halves.next().unwrap_or_default());
    let format = u32::from(list.byte() % 4);
    let input = PlauditInput {
        size: size_of::<PlauditInput>(),
        name: PlauditText::default(),
        map: PlauditText::default(),
        exported_at: PlauditText::default(),
        format,
        whole: 0,
    };
    let ((request, length), (people, bytes)) = (parts(request), parts(list.0));
    // SAFETY: all of it lives until the call has ended.
    with_ledger(true, |ledger| unsafe {
        plaudit_ledger_sync(ledger, request, length, people, bytes, &input)
    });
}

fn scored(bytes: &[u8]) {
    let mut taker = Taker(bytes);
    let how = usize::from(taker.byte());
    let (count, people, more) = (how % 5, how / 5 % 4, how / 20 % 3);
    let as_of = taker.seconds();
    let long = |size: usize| size + more * 8;
    let activities: Vec<PlauditActivity> =
        (0..count).map(|_| taker.activity(long(size_of::<PlauditActivity>()))).collect();
    let persons: Vec<PlauditPerson> =
        (0..people).map(|_| taker.person(long(size_of::<PlauditPerson>()))).collect();
    let mut activities = Row::new(count, more, |index| activities[index]);
    let mut persons = Row::new(people, more, |index| persons[index]);
    let size = long(size_of::<PlauditPoints>());
    let mut points =
        Row::new(count, more, |_| PlauditPoints { size, points: 0, not_counted: 0, faults: 0 });
    let (activities, persons, points) = (activities.first(), persons.first(), points.first());
    // SAFETY: the rows have as many structs, as large as they say, and live until the calls have ended.
    unsafe {
        let consent = u32::from(taker.byte() & 1);
        let program = program();
        ended(plaudit_score_activities(
            program, activities, count, persons, people, as_of, consent, points,
        ));
        with_ledger(true, |ledger| {
            plaudit_ledger_score_activities(ledger, activities, count, as_of, points)
        });
    }
}
