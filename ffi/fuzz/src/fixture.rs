//! The program and the ledger that functions are called with.

use std::cell::RefCell;
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

/// A ledger that has on record what the fixture has, and that as text.
struct Filled(*mut PlauditLedger, String);

impl Filled {
    fn new() -> Self {
        let mut ledger = null_mut();
        // SAFETY: all of it lives until the call has ended.
        unsafe {
            assert_eq!(ended(plaudit_ledger_open_memory(program(), null(), &raw mut ledger)), 0);
        }
        filled(ledger);
        Self(ledger, on_record(ledger))
    }
}

impl Drop for Filled {
    fn drop(&mut self) {
        // SAFETY: nobody else frees it.
        unsafe { plaudit_ledger_free(self.0) };
    }
}

/// Calls something with a ledger that has a little on record, and looks whether it still answers. The
/// next call gets the same ledger, as long as nothing more was recorded: making one takes longer than
/// most calls. What was refused must not have left anything, unless it is `of_parts`, some of which may
/// have been taken.
pub(crate) fn with_ledger(
    of_parts: bool,
    call: impl FnOnce(*const PlauditLedger) -> *mut PlauditResult,
) {
    thread_local! { static KEPT: RefCell<Option<Filled>> = const { RefCell::new(None) } }
    let ledger = KEPT.take().unwrap_or_else(Filled::new);
    // SAFETY: the ledger lives until the end of this function at least, and results are read once.
    let status = unsafe { ended(call(ledger.0)) };
    let is_same = on_record(ledger.0) == ledger.1;
    assert!(is_same || of_parts || status == 0, "what was refused is on record: status {status}");
    if is_same {
        KEPT.set(Some(ledger));
    } else {
        // SAFETY: as above.
        unsafe { still_answers(ledger.0) };
    }
}

/// Everything that is on record.
fn on_record(ledger: *const PlauditLedger) -> String {
    let (all, length) = parts(br#"{"after":0}"#);
    // SAFETY: the caller keeps the ledger, and the result is freed once.
    unsafe {
        let result = plaudit_ledger_export(ledger, all, length);
        assert_eq!(plaudit_result_status(result) as i32, 0);
        let json = text(plaudit_result_json(result, null_mut()), None).to_owned();
        plaudit_result_free(result);
        json
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
