//! Programs that are published in a journal, in JSON.

use std::ffi::c_char;

use plaudit_engine::journal::{Access, Address};
use plaudit_engine::publishing::Publications;
use plaudit_engine::requests::{ListPublications, Publication, Publish, RollBack};
use plaudit_engine::{Code, Problem};

use crate::awards::done;
use crate::call::result;
use crate::ledger::PlauditLedger;
use crate::program::{PlauditProgram, PlauditProgramOptions, made};
use crate::result::PlauditResult;
use crate::text::text;

/// Loads the program that is published in a journal: a file, or the address of a database, of `length`
/// bytes. As plaudit_program_load(); where none is published, that is a problem ("not-allowed").
///
///     plaudit_program *program = NULL;
///     plaudit_result *result = plaudit_program_published("journal.db", 10, NULL, &program);
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_program_published(
    journal: *const c_char,
    length: usize,
    options: *const PlauditProgramOptions,
    program: *mut *mut PlauditProgram,
) -> *mut PlauditResult {
    result("plaudit_program_published", |_| {
        let load = || {
            // SAFETY: the header asks for a path of this length.
            let journal = unsafe { text("journal", journal, length)? };
            let journal = Address::of(journal).open(Access::Read)?;
            let (_, program) = Publications::of(&journal)?.program()?.ok_or_else(|| {
                Problem::new(Code::NotAllowed, "no program is published in this journal")
                    .help("plaudit_ledger_publish() publishes one")
            })?;
            Ok(program)
        };
        // SAFETY: the header asks for options or NULL, and for a place for a handle.
        unsafe { made(options, program, load) }
    })
}

/// Publishes a program: {"files":{"program.toml":"...",...},"by":...,"at":...}; "note" says what it is about.
/// It has to compile, and its examples and scenarios to hold. Every process over the journal works by it
/// from then on, and only it grants; this ledger goes on answering by its own program until there is one
/// with the new program (plaudit_program_published(), plaudit_ledger_with_program()). With "upon", the number
/// of the program that it is to follow (0 for none), it is published only where nobody has published another
/// one meanwhile; else that ends in PLAUDIT_STATUS_CONFLICT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_ledger_publish(
    ledger: *const PlauditLedger,
    request: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a ledger and a text.
    unsafe { done::<Publish>("plaudit_ledger_publish", ledger, request, length) }
}

/// Publishes an earlier program once more: {"to":3,"by":...,"at":...}; without "to" the one before the
/// current one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_ledger_roll_back(
    ledger: *const PlauditLedger,
    request: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a ledger and a text.
    unsafe { done::<RollBack>("plaudit_ledger_roll_back", ledger, request, length) }
}

/// The programs that were published, by number: {}.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_ledger_publications(
    ledger: *const PlauditLedger,
    request: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a ledger and a text.
    unsafe { done::<ListPublications>("plaudit_ledger_publications", ledger, request, length) }
}

/// A program that was published, with the text of each file: {"number":3}; without "number" the current one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_ledger_publication(
    ledger: *const PlauditLedger,
    request: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a ledger and a text.
    unsafe { done::<Publication>("plaudit_ledger_publication", ledger, request, length) }
}
