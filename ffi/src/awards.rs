//! Award runs, decisions about grants, and corrections, in JSON.

use std::ffi::c_char;

use plaudit_engine::requests::{
    Adjust, Close, Decide, ListDisputes, ListGrants, Object, Resolve, Task,
};

use crate::ledger::{self, PlauditLedger};
use crate::result::PlauditResult;
use crate::text::text;

/// Has a ledger do something.
///
/// # Safety
///
/// `ledger` is as `Call::handle` asks, the request as `text` does.
pub(crate) unsafe fn done<T: Task>(
    name: &'static str,
    ledger: *const PlauditLedger,
    request: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    // SAFETY: the caller vouches for both.
    unsafe {
        ledger::of(name, ledger, |it| {
            Ok(it.ledger.perform::<T>(text("request", request, length)?)?)
        })
    }
}

/// An award run as of a time makes entitlements real, each once: {"as_of":...,"at":...,"by":...}; with
/// "preview": true nothing is granted. "at" is when the run is made, for the library has no clock:
/// whoever has opted out by then gets nothing, and as-of is no later.
///
///     const char *run = "{\"as_of\":\"2026-07-01\",\"at\":\"2026-07-02\",\"by\":\"hr-batch\"}";
///     plaudit_result *result = plaudit_ledger_close(ledger, run, strlen(run));
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_ledger_close(
    ledger: *const PlauditLedger,
    request: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a ledger and a text.
    unsafe { done::<Close>("plaudit_ledger_close", ledger, request, length) }
}

/// The grants on record at a time: {"as_of":...}, of one "advocate", one "team" such as "department=Sales",
/// by one "rule", of one "kind" (badge, reward, spotlight) or in one "state" (proposed, approved,
/// declined, issued, revoked).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_ledger_grants(
    ledger: *const PlauditLedger,
    request: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a ledger and a text.
    unsafe { done::<ListGrants>("plaudit_ledger_grants", ledger, request, length) }
}

/// A decision about grants, all of them or none: {"grants":[...],"verb":...,"by":...,"reason":...,"at":...}.
/// The verb is approved, declined, issued or revoked.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_ledger_decide(
    ledger: *const PlauditLedger,
    request: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a ledger and a text.
    unsafe { done::<Decide>("plaudit_ledger_decide", ledger, request, length) }
}

/// Points that are given or taken by hand: {"advocate":...,"points":...,"by":...,"reason":...,"at":...}.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_ledger_adjust(
    ledger: *const PlauditLedger,
    request: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a ledger and a text.
    unsafe { done::<Adjust>("plaudit_ledger_adjust", ledger, request, length) }
}

/// An advocate objects: {"advocate":...,"reason":...,"at":...} with an "activity" (and its "source"), a
/// "rule", or both.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_ledger_dispute(
    ledger: *const PlauditLedger,
    request: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a ledger and a text.
    unsafe { done::<Object>("plaudit_ledger_dispute", ledger, request, length) }
}

/// What people object to, and how it ended, at a time: {"as_of":...}, or of one "advocate".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_ledger_disputes(
    ledger: *const PlauditLedger,
    request: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a ledger and a text.
    unsafe { done::<ListDisputes>("plaudit_ledger_disputes", ledger, request, length) }
}

/// The end of a dispute: {"dispute":...,"uphold":true,"by":...,"reason":...,"at":...}, with "points" where
/// some go with it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_ledger_resolve(
    ledger: *const PlauditLedger,
    request: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a ledger and a text.
    unsafe { done::<Resolve>("plaudit_ledger_resolve", ledger, request, length) }
}
