//! libplaudit with a way to make calls panic, for tests of what comes after: the released library has
//! none, and this one is never installed.

#![allow(
    unsafe_code,
    clippy::missing_safety_doc,
    reason = "it is called by C, with what libplaudit's header asks for"
)]

use plaudit::{PlauditLedger, PlauditProgram, PlauditResult, hooks};

/// A call with a program that panics.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_test_panic_program(
    program: *const PlauditProgram,
) -> *mut PlauditResult {
    // SAFETY: the tests pass a program.
    unsafe { hooks::panic_in_program(program) }
}

/// A call with a ledger that panics.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_test_panic_ledger(
    ledger: *const PlauditLedger,
) -> *mut PlauditResult {
    // SAFETY: the tests pass a ledger.
    unsafe { hooks::panic_in_ledger(ledger) }
}
