//! libplaudit: the C library of Plaudit. Its users read `include/plaudit.h`, which is made from the
//! comments here.
//!
//! What a call means is the engine's business (`plaudit_engine`, above all its `requests`); here are
//! pointers, panics and results only:
//!
//! - `status`: the numbers; `result`: what every call gives back; `problem`: what is wrong;
//! - `text`: text of the caller's; `call`: the one way in, where a panic ends and a handle is looked
//!   at; `log`: messages to the caller; `sized`: structs that carry their size;
//! - `program`, `ledger`: the handles; `check`, `questions`, `intake`, `awards`, `records`,
//!   `journal`: what is asked of them, in JSON; `pseudonyms` in the place of ids; `plain`: scoring without JSON; `version`.

#![allow(
    unsafe_code,
    clippy::missing_safety_doc,
    reason = "the header says once what holds of all pointers; each use of one says why it may"
)]

// In the order of the header.
mod version;

mod status;

mod text;

mod result;

mod problem;

mod log;

mod program;

mod check;

mod questions;

mod ledger;

mod intake;

mod awards;

mod records;

mod publishing;

mod journal;

mod pseudonyms;

mod plain;

mod call;
mod sized;

pub use awards::*;
pub use check::*;
pub use intake::*;
pub use journal::*;
pub use ledger::*;
pub use log::*;
pub use plain::*;
pub use problem::*;
pub use program::*;
pub use pseudonyms::*;
pub use publishing::*;
pub use questions::*;
pub use records::*;
pub use result::*;
pub use status::*;
pub use text::*;
pub use version::*;

/// What stands behind a `const` handle is used by any number of threads at once.
const _: () = {
    const fn shared_by_threads<T: Send + Sync>() {}
    shared_by_threads::<PlauditProgram>();
    shared_by_threads::<PlauditLedger>();
    const fn handed_over<T: Send + Sync>() {}
    handed_over::<PlauditResult>();
};

/// Ends a call in a panic, so that tests see what comes of it. Rust only: C programs get it from a
/// library of the tests, and the released library does not have it.
#[doc(hidden)]
pub mod hooks {
    pub use crate::ledger::panic_in_ledger;
    pub use crate::program::panic_in_program;
}
