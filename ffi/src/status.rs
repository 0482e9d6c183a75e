//! The numbers that calls end with.

use std::ffi::c_char;

use plaudit_engine::error::Level;
use plaudit_engine::{Class, Problem};

/// How a call ended. The numbers are stable and never used again for something else; a later version
/// may add numbers, so that a program treats those it does not know as a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum PlauditStatus {
    /// All well.
    Ok = 0,
    /// An argument is NULL where it must not be, or a length, size or number makes no sense. The
    /// calling program is wrong.
    InvalidArgument = 1,
    /// A text is not UTF-8.
    InvalidUtf8 = 2,
    /// What was given cannot be used: a program with mistakes, a request that is no request, a record
    /// that is none. The problems say what is wrong, where, and what would be right.
    Refused = 3,
    /// What is named is not on record: a person, a grant, an activity, a dispute.
    NotFound = 4,
    /// It contradicts what is on record, or does not follow from the state that something is in.
    Conflict = 5,
    /// It may work when it is tried again: a rule ran out of time, or another process is writing.
    Retry = 6,
    /// A file or disk cannot be read or written, or a journal is damaged.
    Storage = 7,
    /// The library broke one of its own promises. Please report it.
    Internal = 8,
    /// The call ended in a panic, a mistake of the library; please report it. The handles of this call
    /// cannot be used any more; all others can.
    Panicked = 9,
    /// An earlier call with this handle ended in a panic. Free the handle and make another.
    Poisoned = 10,
    /// The caller's buffer is too small; nothing was written.
    TooSmall = 11,
}

impl PlauditStatus {
    /// What problems amount to: the first one that is worse than a warning decides, and only where all
    /// may pass is it worth trying again.
    pub(crate) fn of(problems: &[Problem]) -> Self {
        let errors = || problems.iter().filter(|problem| problem.level == Level::Error);
        let mut classes = errors().map(|problem| problem.code.class());
        let first = classes.clone().find(|class| *class != Class::Retryable).or(classes.next());
        match first {
            None => Self::Ok,
            Some(Class::Refused) => Self::Refused,
            Some(Class::NotFound) => Self::NotFound,
            Some(Class::Conflict) => Self::Conflict,
            Some(Class::Retryable) => Self::Retry,
            Some(Class::Storage) => Self::Storage,
            Some(_) => Self::Internal,
        }
    }

    const fn name(self) -> &'static std::ffi::CStr {
        match self {
            Self::Ok => c"ok",
            Self::InvalidArgument => c"invalid argument",
            Self::InvalidUtf8 => c"invalid UTF-8",
            Self::Refused => c"refused",
            Self::NotFound => c"not found",
            Self::Conflict => c"conflict",
            Self::Retry => c"try again",
            Self::Storage => c"storage",
            Self::Internal => c"internal",
            Self::Panicked => c"panicked",
            Self::Poisoned => c"poisoned",
            Self::TooSmall => c"too small",
        }
    }

    const ALL: [Self; 12] = [
        Self::Ok,
        Self::InvalidArgument,
        Self::InvalidUtf8,
        Self::Refused,
        Self::NotFound,
        Self::Conflict,
        Self::Retry,
        Self::Storage,
        Self::Internal,
        Self::Panicked,
        Self::Poisoned,
        Self::TooSmall,
    ];
}

/// A status in words, for messages: "not found". Any number may be given. The text is the library's.
#[unsafe(no_mangle)]
pub extern "C" fn plaudit_status_name(status: i32) -> *const c_char {
    let found = PlauditStatus::ALL.iter().find(|known| **known as i32 == status);
    found.map_or(c"unknown", |status| status.name()).as_ptr()
}
