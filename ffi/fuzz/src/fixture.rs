//! The program and the ledger that functions are called with.

use std::ffi::{c_char, c_void};
use std::ptr::{null, null_mut};
use std::sync::OnceLock;

use plaudit::*;

use super::outcome::{ended, text};

/// As in the shared corpus, and a kind with a counterpart.
const MANIFEST: &str = concat!(
    include_str!("../../../tests/corpus/program.toml"),
    "[kinds.kudos]\nstyle = \"supporter\"\n"
);

const POINTS: &str = "/// Points for what people do, more for their own words.
fn points(activity) {
    if activity.kind == \"kudos\" { 1 } else if activity.own_words >= 30 { 5 } else { 2 }
}
";

const CLAIMS: &str = "/// Say that you work here.
fn disclose(post) {
    if post.mentions(\"brand\") && !post.discloses { revise(\"Say that you work here.\") }
}
";

const BADGE: &str = "/// A badge for the first points.
fn starter(standing) {
    if standing.activities > 0 { badge(\"starter\").because(\"You have begun.\") }
}
";

const EVENTS: &str = r#"{"id":"p1","type":"person","advocate":"ada","consent":true,"department":"Sales","at":"2026-01-01T00:00:00Z"}
{"id":"p2","type":"person","advocate":"bob","consent":true,"department":"Sales","mentor":"ada","at":"2026-01-01T00:00:00Z"}
{"id":"1","advocate":"ada","kind":"share","channel":"x","at":"2026-06-01T09:00:00Z","own_words":50}
{"id":"2","advocate":"bob","kind":"create","channel":"blog","at":"2026-06-02T09:00:00Z","likes":3}
{"id":"3","advocate":"bob","kind":"kudos","counterpart":"ada","at":"2026-06-03T09:00:00Z"}
"#;

/// The files of the program of the fixture.
pub(crate) const FILES: [(&str, &str); 6] = [
    ("program.toml", MANIFEST),
    ("scoring/points.rhai", POINTS),
    ("guidelines/disclose.rhai", CLAIMS),
    ("lexicons/brand.txt", "Acme\n"),
    ("lexicons/disclosure.txt", "my employer\n"),
    ("recognition/starter.rhai", BADGE),
];

/// A text as C gives it. It is looked at by the library as long as the text lives.
pub(crate) fn given(bytes: &[u8]) -> PlauditText {
    PlauditText { data: bytes.as_ptr().cast(), length: bytes.len() }
}

/// A pointer and a length.
pub(crate) fn parts(bytes: &[u8]) -> (*const c_char, usize) {
    (bytes.as_ptr().cast(), bytes.len())
}

unsafe extern "C" fn hear(_: *mut c_void, level: u32, message: *const c_char, length: usize) {
    assert!((1..=4).contains(&level));
    // SAFETY: the library gives a text of this length.
    unsafe { text(message, Some(length)) };
}

/// Loads files as a program that tells everything to a log function; NULL where they are none.
pub(crate) fn load(files: &[(&[u8], &[u8])]) -> *mut PlauditProgram {
    let files: Vec<PlauditFile> = files
        .iter()
        .map(|(path, content)| PlauditFile {
            size: size_of::<PlauditFile>(),
            path: given(path),
            content: given(content),
        })
        .collect();
    let options = PlauditProgramOptions {
        size: size_of::<PlauditProgramOptions>(),
        log: Some(hear),
        log_user_data: null_mut(),
        log_level: 4,
    };
    let mut program = null_mut();
    // SAFETY: all of it lives until the call has ended.
    let status = unsafe {
        ended(plaudit_program_from_files(files.as_ptr(), files.len(), &options, &raw mut program))
    };
    assert_eq!(status == 0, !program.is_null());
    program
}

struct Shared(*mut PlauditProgram);
// SAFETY: a program may be used by any number of threads.
unsafe impl Send for Shared {}
// SAFETY: as above.
unsafe impl Sync for Shared {}

/// The program, which is never freed.
pub(crate) fn program() -> *const PlauditProgram {
    static PROGRAM: OnceLock<Shared> = OnceLock::new();
    let made = || {
        let files = FILES.map(|(path, content)| (path.as_bytes(), content.as_bytes()));
        let program = load(&files);
        assert!(!program.is_null());
        Shared(program)
    };
    PROGRAM.get_or_init(made).0
}

/// Calls something with a ledger that has a little on record, and looks whether it still answers.
pub(crate) fn with_ledger(call: impl FnOnce(*const PlauditLedger) -> *mut PlauditResult) {
    let mut ledger = null_mut();
    // SAFETY: all of it lives until the call has ended.
    unsafe {
        assert_eq!(ended(plaudit_ledger_open_memory(program(), null(), &raw mut ledger)), 0);
    }
    filled(ledger);
    // SAFETY: the ledger is freed only here, and results are read once.
    unsafe {
        ended(call(ledger));
        still_answers(ledger);
        plaudit_ledger_free(ledger);
    }
}

/// Puts the events of the fixture on record and grants what they bring.
pub(crate) fn filled(ledger: *const PlauditLedger) {
    let (events, length) = parts(EVENTS.as_bytes());
    let (run, run_length) = parts(br#"{"as_of":"2026-07-01","at":"2026-07-02","by":"test"}"#);
    // SAFETY: the texts are there for good, and the ledger until the caller frees it.
    unsafe {
        assert_eq!(ended(plaudit_ledger_record(ledger, events, length, null())), 0);
        assert_eq!(ended(plaudit_ledger_close(ledger, run, run_length)), 0);
    }
}

/// Whatever went on record, it can be read again, and everyone has a standing.
///
/// # Safety
///
/// It is a ledger that was not freed.
pub(crate) unsafe fn still_answers(ledger: *const PlauditLedger) {
    let (all, length) = parts(br#"{"after":0}"#);
    let (standing, standing_length) = parts(br#"{"as_of":"2026-07-01"}"#);
    // SAFETY: the caller vouches for the ledger.
    unsafe {
        assert_eq!(ended(plaudit_ledger_export(ledger, all, length)), 0);
        ended(plaudit_ledger_standing(ledger, standing, standing_length));
    }
}
