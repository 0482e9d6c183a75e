//! Checks of posts.

use std::ffi::c_char;

use plaudit_engine::requests::{Check, Question, check_many, check_many_in};

use crate::call::{Failure, ended};
use crate::ledger::{self, PlauditLedger};
use crate::program::{self, PlauditProgram};
use crate::result::PlauditResult;
use crate::status::PlauditStatus;
use crate::text::text;

/// What the guidelines say of a post: {"post":{"text":...,"channel":...},"at":...}. With "people" and
/// "events" the check may look back. A draft is private: nothing of it is kept.
///
///     const char *draft = "{\"post\":{\"text\":\"Our mixer is the best!\"},\"at\":\"2026-06-01\"}";
///     plaudit_result *result = plaudit_check(program, draft, strlen(draft));
///     puts(plaudit_result_json(result, NULL));
///     plaudit_result_free(result);
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_check(
    program: *const PlauditProgram,
    request: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a program and a text.
    unsafe {
        program::of("plaudit_check", program, |program| {
            Ok(program.answer::<Check>(text("request", request, length)?)?.into())
        })
    }
}

/// The same of many posts: {"posts":[...],"at":...}. Each is an item of the result with a status of its
/// own; what is wrong with one does not spoil the others. The answer is a list: a verdict, or
/// {"problems":[...]}, in the place of each post.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_check_many(
    program: *const PlauditProgram,
    request: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a program and a text.
    unsafe {
        program::of("plaudit_check_many", program, |program| {
            Ok(check_many(program, text("request", request, length)?)?.into())
        })
    }
}

/// As plaudit_check(), looking back on what is on record.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_ledger_check(
    ledger: *const PlauditLedger,
    request: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a ledger and a text.
    unsafe {
        ledger::of("plaudit_ledger_check", ledger, |it| {
            Ok(it.ledger.answer::<Check>(text("request", request, length)?)?)
        })
    }
}

/// As plaudit_check_many(), looking back on what is on record.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_ledger_check_many(
    ledger: *const PlauditLedger,
    request: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a ledger and a text.
    unsafe {
        ledger::of("plaudit_ledger_check_many", ledger, |it| {
            Ok(check_many_in(&it.ledger, text("request", request, length)?)?)
        })
    }
}

/// As plaudit_check(), into a buffer of the caller's: for calls so frequent that freeing a result
/// matters. `*needed`, where `needed` is not NULL, is set to the bytes of the answer, a NUL at the end
/// counted. Where they fit into `capacity` they are written to `buffer`; where they do not, nothing is,
/// and the status is PLAUDIT_STATUS_TOO_SMALL. A failure has its answer, too, {"problems":[...]}, and
/// its own status where that fits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_check_into(
    program: *const PlauditProgram,
    request: *const c_char,
    length: usize,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> PlauditStatus {
    // SAFETY: the header asks for a program, a text, a buffer and a place for a number.
    unsafe {
        into::<Check>("plaudit_check_into", program, (request, length), (buffer, capacity, needed))
    }
}

/// Asks a program and writes the answer into a buffer of the caller's.
///
/// # Safety
///
/// `program` is as `Call::handle` asks, the request as `text` does; the buffer is NULL or has so many
/// bytes, and the place for a number is NULL or one.
pub(crate) unsafe fn into<Q: Question>(
    name: &'static str,
    program: *const PlauditProgram,
    (request, length): (*const c_char, usize),
    (buffer, capacity, needed): (*mut c_char, usize, *mut usize),
) -> PlauditStatus {
    let end = ended(name, |call| {
        // SAFETY: the caller vouches for both.
        let (program, request) =
            unsafe { (call.handle(program)?, text("request", request, length)?) };
        Ok(program.program.answer::<Q>(request)?)
    });
    let (status, json) = match end {
        Ok(json) => (PlauditStatus::Ok, json),
        Err(Failure { status, problems }) => {
            (status, plaudit_engine::requests::refusal(&problems).unwrap_or_default())
        }
    };
    // SAFETY: the caller vouches for the place.
    if let Some(needed) = unsafe { needed.as_mut() } {
        *needed = json.len() + 1;
    }
    if buffer.is_null() || capacity <= json.len() {
        return PlauditStatus::TooSmall;
    }
    // SAFETY: the buffer has more bytes than the text, so that a NUL fits behind it, and cannot overlap
    // with what was just made.
    unsafe {
        std::ptr::copy_nonoverlapping(json.as_ptr(), buffer.cast::<u8>(), json.len());
        buffer.add(json.len()).write(0);
    }
    status
}
