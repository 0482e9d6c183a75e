//! Looking after the journal of a ledger.

use std::ffi::c_char;
use std::path::Path;
use std::sync::Arc;

use plaudit_engine::canonical;
use plaudit_engine::journal::{Journal as _, Sqlite, Store};
use plaudit_engine::requests::Export;
use serde_json::json;

use crate::awards::done;
use crate::call::Failure;
use crate::ledger::{self, PlauditLedger};
use crate::result::PlauditResult;
use crate::text::text;

/// The events on record, piece by piece, in the order in which they were taken in:
/// {"after":0,"at_most":10000} is answered with {"events":[...],"last":...,"more":...}; `last` is what the
/// next piece is asked with. An event is as files have it, a line each.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_ledger_export(
    ledger: *const PlauditLedger,
    request: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a ledger and a text.
    unsafe { done::<Export>("plaudit_ledger_export", ledger, request, length) }
}

/// Keeps a checkpoint in the journal, so that the next start is quick. It is never the truth: where it
/// is missing or damaged, everything is read again. The answer is {"events":...}.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_ledger_checkpoint(
    ledger: *const PlauditLedger,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a ledger.
    unsafe {
        ledger::of("plaudit_ledger_checkpoint", ledger, |it| {
            it.ledger.checkpoint()?;
            Ok(canonical(&json!({ "events": it.ledger.journal().position()? }))?)
        })
    }
}

/// Looks at every page, event and checksum of a journal file or database: the answer says how many
/// events there are and what is damaged.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_ledger_verify(ledger: *const PlauditLedger) -> *mut PlauditResult {
    // SAFETY: the header asks for a ledger.
    unsafe {
        ledger::of("plaudit_ledger_verify", ledger, |it| {
            Ok(canonical(&store(&it.store)?.check()?)?)
        })
    }
}

/// Copies a journal file while it is in use (a database is copied by its own tools); the path of the copy
/// has `length` bytes and must not be there yet. The answer is {"events":...}.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_ledger_backup(
    ledger: *const PlauditLedger,
    path: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a ledger and a path.
    unsafe {
        ledger::of("plaudit_ledger_backup", ledger, |it| {
            let path = text("path", path, length)?;
            store(&it.store)?.backup(Path::new(path))?;
            let copy = Sqlite::open(Path::new(path), plaudit_engine::journal::Access::Read)?;
            Ok(canonical(&json!({ "events": copy.position()? }))?)
        })
    }
}

fn store(store: &Option<Arc<Store>>) -> Result<&Store, Failure> {
    store.as_deref().ok_or_else(|| Failure::argument("ledger", "has no journal file"))
}
