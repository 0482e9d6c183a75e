//! Pseudonyms in the place of people's ids, for whoever knows the people and keeps the key.

use std::ffi::c_char;

use plaudit_engine::{Pseudonyms, canonical, requests};

use crate::call::{Failure, result};
use crate::result::PlauditResult;
use crate::text::text;

/// The key in the text of a key file.
///
/// # Safety
///
/// As of `text`.
unsafe fn key(data: *const c_char, length: usize) -> Result<Pseudonyms, Failure> {
    // SAFETY: passed on to the caller.
    Ok(Pseudonyms::read(unsafe { text("key", data, length)? })?)
}

/// The pseudonym of a person's id, alias, address or handle, as a JSON string: the same id under the same
/// key is always the same, such as "p-7k2m9x4qwa3f5h6j". `key` is the text of a file that `plaudit pseudonym
/// --new FILE` made. Keep it where people are known, and not beside the journal.
///
///     plaudit_result *result = plaudit_pseudonym(key, strlen(key), "ada", 3);
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_pseudonym(
    key: *const c_char,
    key_length: usize,
    id: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    result("plaudit_pseudonym", |_| {
        // SAFETY: the header asks for two texts.
        let (key, id) = unsafe { (self::key(key, key_length)?, text("id", id, length)?) };
        Ok(canonical(&key.of(id))?)
    })
}

/// Events under pseudonyms, for plaudit_ledger_record() or another system: one JSON object a line or a JSON
/// list of them; the answer is a list. Everybody whom they name has a pseudonym there, also where a text
/// mentions somebody of whom one of the events is a record ("type":"person"); names of people and "ext" are
/// dropped. Texts may still name people in other words.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_pseudonymize(
    key: *const c_char,
    key_length: usize,
    events: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    result("plaudit_pseudonymize", |_| {
        // SAFETY: the header asks for two texts.
        let (key, events) =
            unsafe { (self::key(key, key_length)?, text("events", events, length)?) };
        Ok(requests::pseudonymize(&key, events, "events")?)
    })
}
