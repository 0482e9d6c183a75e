//! Ledgers: programs over a journal.

use std::ffi::{c_char, c_void};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use plaudit_engine::canonical;
use plaudit_engine::journal::{Access, Address, Journal, Memory, Store};
use plaudit_engine::ledger::Ledger;
use serde_json::json;

use crate::call::{Answer, Call, Failure, Handle, ended, result};
use crate::log::{Logger, PlauditLogCallback, PlauditLogLevel};
use crate::program::{PlauditProgram, out};
use crate::result::PlauditResult;
use crate::sized::{Measured, options};
use crate::text::text;

/// A ledger: a program over a journal, the append-only record of events. Any number of threads may use
/// it at once, and any number of processes the same journal file or database.
#[derive(Debug)]
pub struct PlauditLedger {
    pub(crate) ledger: Ledger,
    /// The journal, where it is a file or a database.
    pub(crate) store: Option<Arc<Store>>,
    assume_consent: bool,
    logger: Logger,
    poisoned: AtomicBool,
}

impl Handle for PlauditLedger {
    const NAME: &'static str = "ledger";
    fn poisoned(&self) -> &AtomicBool {
        &self.poisoned
    }
    fn logger(&self) -> &Logger {
        &self.logger
    }
}

/// How a journal file or database is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum PlauditAccess {
    /// To read and write; a journal that is not there is made.
    Create = 0,
    /// To read only: the journal must be there, and is not changed.
    Read = 1,
    /// To read and write: the journal must be there.
    Write = 2,
}

/// How a ledger is opened. Fill it with zeroes, then set what matters.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct PlauditLedgerOptions {
    /// sizeof(plaudit_ledger_options).
    pub size: usize,
    /// Where messages go; NULL for where those of the program go.
    pub log: PlauditLogCallback,
    /// Handed back to `log` with each message.
    pub log_user_data: *mut c_void,
    /// The least grave messages that are wanted, a plaudit_log_level; 0 is PLAUDIT_LOG_LEVEL_WARNING.
    pub log_level: u32,
    /// A plaudit_access, for journal files and databases.
    pub access: u32,
    /// Not 0: people without a word on consent are taken for willing, and answers say so.
    pub assume_consent: u32,
    /// How many milliseconds a call waits for another process that is writing, or for a database that
    /// is away; 0 is ten seconds.
    pub wait_milliseconds: u32,
}

// SAFETY: it is `repr(C)` and begins with its size; pointers and numbers may have any bits.
unsafe impl Measured for PlauditLedgerOptions {
    const NAME: &'static str = "options";
}

/// Opens a ledger over a journal in memory, which is gone with the last ledger over it. On success
/// `*ledger` is a handle that the caller frees with plaudit_ledger_free(), and the answer is
/// {"events":...}; else it is NULL. The program may be freed before the ledger. `options` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_ledger_open_memory(
    program: *const PlauditProgram,
    options: *const PlauditLedgerOptions,
    ledger: *mut *mut PlauditLedger,
) -> *mut PlauditResult {
    result("plaudit_ledger_open_memory", |call| {
        // SAFETY: the header asks for these.
        unsafe {
            opened(call, program, options, ledger, |_| Ok((Arc::new(Memory::new()) as _, None)))
        }
    })
}

/// Opens a ledger over a journal file, whose path has `length` bytes. As plaudit_ledger_open_memory().
/// What a call has acknowledged is on the disk. A path that begins with postgres:// or postgresql:// is
/// the address of a database, such as postgres://plaudit@db.example/plaudit?sslmode=verify-full; a
/// password comes from the environment (PGPASSWORD), ~/.pgpass or the address, and is in no message. While
/// the database is away, calls fail with "journal-unreachable" after the wait, and may be made again.
///
///     plaudit_ledger *ledger = NULL;
///     plaudit_result *result =
///         plaudit_ledger_open_file(program, "journal.db", 10, NULL, &ledger);
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_ledger_open_file(
    program: *const PlauditProgram,
    path: *const c_char,
    length: usize,
    options: *const PlauditLedgerOptions,
    ledger: *mut *mut PlauditLedger,
) -> *mut PlauditResult {
    result("plaudit_ledger_open_file", |call| {
        let open = |given: Option<&PlauditLedgerOptions>| {
            // SAFETY: the header asks for a path of this length.
            let path = unsafe { text("path", path, length)? };
            let access = match given.map_or(0, |given| given.access) {
                0 => Access::Create,
                1 => Access::Read,
                2 => Access::Write,
                other => {
                    return Err(Failure::argument("options.access", format!("cannot be {other}")));
                }
            };
            let journal = Arc::new(Address::of(path).open(access)?);
            let wait = given.map_or(0, |given| given.wait_milliseconds);
            if wait > 0 {
                journal.wait_at_most(Duration::from_millis(wait.into()))?;
            }
            Ok((Arc::clone(&journal) as _, Some(journal)))
        };
        // SAFETY: the header asks for these.
        unsafe { opened(call, program, options, ledger, open) }
    })
}

/// A journal, and the same where it is a file or a database.
type Opened = (Arc<dyn Journal>, Option<Arc<Store>>);

/// Puts a ledger where the caller wants its handle.
///
/// # Safety
///
/// `program` is as `Call::handle` asks, `given` is NULL or options, `place` NULL or a place for a handle.
unsafe fn opened(
    call: &Call<'_>,
    program: *const PlauditProgram,
    given: *const PlauditLedgerOptions,
    place: *mut *mut PlauditLedger,
    open: impl FnOnce(Option<&PlauditLedgerOptions>) -> Result<Opened, Failure>,
) -> Result<Answer, Failure> {
    // SAFETY: the caller vouches for all three.
    let (place, program, given) =
        unsafe { (out("ledger", place)?, call.handle(program)?, options(given)?) };
    let own = given.map(|given| Logger::new(given.log, given.log_user_data, given.log_level));
    let logger = own.filter(Logger::is_set).unwrap_or(program.logger);
    let assume_consent = given.is_some_and(|given| given.assume_consent != 0);
    let (journal, store) = open(given)?;
    let ledger = Ledger::open(Arc::clone(&program.program), journal, assume_consent)?;
    let (answer, handle) = handle(ledger, store, assume_consent, logger)?;
    *place = handle;
    Ok(answer)
}

fn handle(
    ledger: Ledger,
    store: Option<Arc<Store>>,
    assume_consent: bool,
    logger: Logger,
) -> Result<(Answer, *mut PlauditLedger), Failure> {
    let events = ledger.live()?.len();
    logger.say(PlauditLogLevel::Info, || format!("a ledger is open over {events} events"));
    let json = canonical(&json!({ "events": events }))?;
    let handle = PlauditLedger { ledger, store, assume_consent, logger, poisoned: false.into() };
    Ok((json.into(), Box::into_raw(Box::new(handle))))
}

/// Another ledger over the same journal with another program: the new rules are looked at with the
/// whole past, while the old ledger goes on answering by the old ones. On success `*reloaded` is a
/// handle of its own. This is how rules are changed without a pause: make the new ledger, hand it to
/// the threads that ask, and free the old one when no thread is using it any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_ledger_with_program(
    ledger: *const PlauditLedger,
    program: *const PlauditProgram,
    reloaded: *mut *mut PlauditLedger,
) -> *mut PlauditResult {
    result("plaudit_ledger_with_program", |call| {
        // SAFETY: the header asks for these.
        let (place, known, program) =
            unsafe { (out("reloaded", reloaded)?, call.handle(ledger)?, call.handle(program)?) };
        let journal = Arc::clone(known.ledger.journal());
        let ledger = Ledger::open(Arc::clone(&program.program), journal, known.assume_consent)?;
        let (answer, handle) =
            handle(ledger, known.store.clone(), known.assume_consent, known.logger)?;
        *place = handle;
        Ok(answer)
    })
}

/// Frees a ledger; what is in a journal file stays there. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_ledger_free(ledger: *mut PlauditLedger) {
    // SAFETY: the header asks for a ledger that was not freed and that no call is using.
    unsafe { freed("plaudit_ledger_free", ledger) }
}

/// Frees a handle; a panic in that ends here, too.
///
/// # Safety
///
/// The pointer is NULL or came out of a box that was not freed.
pub(crate) unsafe fn freed<H>(name: &'static str, handle: *mut H) {
    if !handle.is_null() {
        let _ = ended(name, |_| {
            // SAFETY: the caller vouches for it.
            drop(unsafe { Box::from_raw(handle) });
            Ok(())
        });
    }
}

/// Asks a ledger, or tells it something.
///
/// # Safety
///
/// As `Call::handle`.
pub(crate) unsafe fn of<A: Into<Answer>>(
    name: &'static str,
    ledger: *const PlauditLedger,
    ask: impl FnOnce(&PlauditLedger) -> Result<A, Failure>,
) -> *mut PlauditResult {
    result(name, |call: &Call<'_>| {
        // SAFETY: the caller vouches for it.
        ask(unsafe { call.handle(ledger)? })
    })
}

/// Panics in a call with a ledger.
#[doc(hidden)]
#[expect(clippy::panic, reason = "that is what it is for")]
pub unsafe fn panic_in_ledger(ledger: *const PlauditLedger) -> *mut PlauditResult {
    // SAFETY: the caller vouches for it.
    unsafe { of::<Answer>("panic_in_ledger", ledger, |_| panic!("a test asked for it")) }
}
