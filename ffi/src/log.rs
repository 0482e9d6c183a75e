//! Messages to the caller, by a function of the caller's.

use std::ffi::{c_char, c_void};

/// How grave a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u32)]
pub enum PlauditLogLevel {
    /// A call ended in a panic.
    Error = 1,
    /// Something works but should be looked at, such as a warning of a program.
    Warning = 2,
    /// A program was loaded, or a ledger opened.
    Info = 3,
    /// How each call ended.
    Debug = 4,
}

/// Takes a message: `length` bytes of UTF-8 at `message`, which end in NUL and are the library's, to be
/// copied before it returns. It is called by the thread that calls the library, from any thread that
/// uses the handle, within that call: it must not free the handle, and must neither throw nor longjmp.
pub type PlauditLogCallback = Option<
    unsafe extern "C" fn(user_data: *mut c_void, level: u32, message: *const c_char, length: usize),
>;

/// Where messages go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Logger {
    function: PlauditLogCallback,
    user_data: *mut c_void,
    /// The least grave that are wanted; 0 where there is no function, so that none is.
    level: u32,
}

impl Default for Logger {
    fn default() -> Self {
        Self { function: None, user_data: std::ptr::null_mut(), level: 0 }
    }
}

// SAFETY: the pointer is never looked at here, only handed back to the caller's function, which the
// header says is called from any thread.
unsafe impl Send for Logger {}
// SAFETY: as above.
unsafe impl Sync for Logger {}

impl Logger {
    /// Messages of a level and graver ones; 0 is warnings and errors.
    pub(crate) fn new(function: PlauditLogCallback, user_data: *mut c_void, level: u32) -> Self {
        let level = if level == 0 { PlauditLogLevel::Warning as u32 } else { level };
        match function {
            Some(_) => Self { function, user_data, level },
            None => Self::default(),
        }
    }

    pub(crate) fn is_set(&self) -> bool {
        self.function.is_some()
    }

    pub(crate) fn say(&self, level: PlauditLogLevel, message: impl FnOnce() -> String) {
        let level = level as u32;
        let Some(function) = self.function.filter(|_| level <= self.level) else { return };
        let mut text = message();
        let length = text.len();
        text.push('\0');
        // SAFETY: the caller's function takes these four, as its type says, and does not unwind, as the
        // header asks; the text lives until it has returned.
        unsafe { function(self.user_data, level, text.as_ptr().cast(), length) };
    }
}
