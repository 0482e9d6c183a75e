//! What is on record, as those who look after it need to see it, in JSON.

use std::ffi::c_char;

use plaudit_engine::requests::{Changes, Disclose, Erase, ListContent, ListPeople, Retain};

use crate::awards::done;
use crate::ledger::PlauditLedger;
use crate::result::PlauditResult;

/// The people on record at a time, those who do not take part, too: {"as_of":...}, or one "advocate" by any
/// name.
///
///     const char *request = "{\"as_of\":\"2026-07-01\",\"advocate\":\"ada\"}";
///     plaudit_result *result = plaudit_ledger_people(ledger, request, strlen(request));
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_ledger_people(
    ledger: *const PlauditLedger,
    request: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a ledger and a text.
    unsafe { done::<ListPeople>("plaudit_ledger_people", ledger, request, length) }
}

/// Everything that is on record of a person, for that person: {"advocate":...,"as_of":...}. What is known of
/// them, what they did and wrote, when they opted in and out, points with evidence, grants with decisions,
/// what they object to, and where others name them; other people are told by numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_ledger_disclose(
    ledger: *const PlauditLedger,
    request: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a ledger and a text.
    unsafe { done::<Disclose>("plaudit_ledger_disclose", ledger, request, length) }
}

/// Erases a person for good: {"advocate":...,"by":...,"at":...}. Events about them become tombstones, their
/// names are taken out of others' events, and nothing about them is taken in again: that ends in
/// PLAUDIT_STATUS_CONFLICT with the code "erased". The answer says how much was erased, and not whose.
///
///     const char *request = "{\"advocate\":\"ada\",\"by\":\"hr\",\"at\":\"2026-07-01\"}";
///     plaudit_result *result = plaudit_ledger_erase(ledger, request, strlen(request));
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_ledger_erase(
    ledger: *const PlauditLedger,
    request: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a ledger and a text.
    unsafe { done::<Erase>("plaudit_ledger_erase", ledger, request, length) }
}

/// Takes out what is past its age by [privacy.retention] of the program, for good:
/// {"at":...,"by":...,"as_of":...,"dry_run":...}, the last two of which may be left out. Events become
/// tombstones or have less in them, and are not taken in again; everybody's points, levels and months stay.
/// The answer says how much went and what else changes, and names nobody.
///
///     const char *request = "{\"at\":\"2026-07-01\",\"by\":\"hr\",\"dry_run\":true}";
///     plaudit_result *result = plaudit_ledger_retain(ledger, request, strlen(request));
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_ledger_retain(
    ledger: *const PlauditLedger,
    request: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a ledger and a text.
    unsafe { done::<Retain>("plaudit_ledger_retain", ledger, request, length) }
}

/// The content that there is to share at a time: {"as_of":...}.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_ledger_content(
    ledger: *const PlauditLedger,
    request: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a ledger and a text.
    unsafe { done::<ListContent>("plaudit_ledger_content", ledger, request, length) }
}

/// What was put on record, in order, for programs that follow, with the verdicts of published posts:
/// {"as_of":...,"after":...}, where "after" is "last" of the answer before (0 in the beginning), and of
/// people who have opted out by "as_of" nothing is told; "at_most" so many at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_ledger_changes(
    ledger: *const PlauditLedger,
    request: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a ledger and a text.
    unsafe { done::<Changes>("plaudit_ledger_changes", ledger, request, length) }
}
